/* SPDX-License-Identifier: MIT
 *
 * A VMM and a guest's driver in one, for tests of the GPU device: a vhost-user front end in the
 * manner of QEMU or of crosvm, guest memory, two split rings, and the commands that a guest's
 * kernel sends. Everything runs on the test's event loop; nothing blocks.
 */
#ifndef SILO_TESTS_DEVICE_VMM_H
#define SILO_TESTS_DEVICE_VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "proxy/device/gpu.h"
#include "proxy/device/vhost_user.h"
#include "proxy/quota/pool.h"

#define VMM_RAM_BYTES (4u << 20)
#define VMM_USER_BASE 0x7f0000000000ull
#define VMM_MAPPINGS_MAX 4

enum vmm_manner {
	VMM_QEMU,
	VMM_CROSVM,
};

struct vmm_ring {
	uint64_t desc, avail, used; // guest physical
	uint16_t next_desc, avail_idx, used_seen;
	uint16_t base; // what the device answered when it was stopped
	int kick, call;
};

struct vmm_mapping {
	uint64_t offset, len;
	uint8_t *host;
};

struct vmm {
	enum vmm_manner manner;
	struct wl_event_loop *loop;
	struct pool_account account;
	struct wire_domain *domain; // NULL: the engine is a double
	struct gpu *gpu;
	struct vhost_user *vhost;
	int sock, backend;
	bool ended;
	bool hold_backend; // do not answer the device's requests
	bool refuse_maps;
	int ram_fd;
	uint8_t *ram;
	uint16_t num;
	uint64_t features;
	struct vmm_ring rings[2];
	uint64_t heap; // next free byte of guest memory
	struct vmm_mapping mappings[VMM_MAPPINGS_MAX];
	size_t n_mappings;
	unsigned maps, unmaps; // requests seen
	uint64_t fence;
};

/* Called, where set, before the device is made (sets vmm->domain) and after it is gone. */
extern void (*vmm_set_up)(struct vmm *vmm);
extern void (*vmm_tear_down)(struct vmm *vmm);

/* Connects, negotiates, and starts the rings. num: size of the rings. */
void vmm_start(struct vmm *vmm, enum vmm_manner manner, uint16_t num);
/* Connects only. */
void vmm_connect(struct vmm *vmm, enum vmm_manner manner, uint16_t num);
void vmm_finish(struct vmm *vmm);

/* Runs the loop and answers the device's requests until nothing more happens. */
void vmm_turn(struct vmm *vmm);

/* Sends a vhost-user message; returns false if the device has hung up. */
bool vmm_message(struct vmm *vmm, uint32_t request, bool needs_reply, const void *payload,
		uint32_t len, const int *fds, size_t n);
/* Receives the reply's payload; its length, or -1. */
int vmm_reply(struct vmm *vmm, void *payload, size_t cap);

void vmm_send_mem_table(struct vmm *vmm);
void vmm_stop_rings(struct vmm *vmm);
/* Starts again: as after a pause, or as after a reset (with clean rings). */
void vmm_start_rings(struct vmm *vmm, bool reset);
/* A reset of the stopped machine: QEMU drops what is mapped; then the rings start. */
void vmm_reset(struct vmm *vmm);

/* Bytes of guest memory, aligned to 16, or to a page. Returns the guest physical address. */
uint64_t vmm_alloc(struct vmm *vmm, size_t len);
uint64_t vmm_alloc_page(struct vmm *vmm);
void *vmm_ram(struct vmm *vmm, uint64_t gpa);

/* A chain under way. */
struct vmm_chain {
	uint16_t head;
	uint64_t answer; // guest physical
};

/* Writes a descriptor of ring 0. */
void vmm_put_desc(struct vmm *vmm, uint16_t index, uint64_t gpa, uint32_t len, uint16_t flags,
		uint16_t next);
/* Makes head available and kicks. */
void vmm_offer(struct vmm *vmm, uint16_t head);
/* Queues a request with room for an answer of 512 bytes. */
struct vmm_chain vmm_queue(struct vmm *vmm, const void *request, size_t len);
/* Has the chain been answered? ret_len: the bytes written. Call it with a ring not larger than its
 * use. */
bool vmm_done(struct vmm *vmm, const struct vmm_chain *chain, uint32_t *ret_len);
/* Queues, turns, and returns the answer's type, or 0 if the chain is held. */
uint32_t vmm_command(struct vmm *vmm, const void *request, size_t len);
uint32_t vmm_answer_type(struct vmm *vmm, const struct vmm_chain *chain);

/* The commands of a guest's kernel. ring: of the fence, or -1 for none. */
uint32_t vmm_ctx_create(struct vmm *vmm, uint32_t ctx);
uint32_t vmm_ctx_destroy(struct vmm *vmm, uint32_t ctx);
uint32_t vmm_ctx_attach(struct vmm *vmm, uint32_t ctx, uint32_t resource, bool attach);
uint32_t vmm_create_guest_blob(struct vmm *vmm, uint32_t resource, uint64_t gpa, uint64_t size);
uint32_t vmm_create_host_blob(struct vmm *vmm, uint32_t ctx, uint32_t resource, uint64_t blob_id,
		uint64_t size);
uint32_t vmm_map_blob(struct vmm *vmm, uint32_t resource, uint64_t offset);
uint32_t vmm_unmap_blob(struct vmm *vmm, uint32_t resource);
uint32_t vmm_unref(struct vmm *vmm, uint32_t resource);
struct vmm_chain vmm_submit(struct vmm *vmm, uint32_t ctx, int ring, const void *bytes, size_t len);

/* A client: context, two rings, INIT of init_len bytes. */
struct vmm_client {
	uint32_t ctx, query_id, channel_id;
	uint8_t *query, *channel; // the rings' memory
};
struct vmm_client vmm_client(struct vmm *vmm, uint32_t ctx, size_t init_len);
/* POLL of len bytes. */
struct vmm_chain vmm_poll(struct vmm *vmm, uint32_t ctx, size_t len);
/* SEND with a table of layout entries. Returns the answer's type. */
uint32_t vmm_send(struct vmm *vmm, uint32_t ctx, unsigned layout, const uint32_t *ids,
		const uint32_t *types, uint32_t n, const void *bytes, size_t len);
/* Image requirements of an R8 image of the given size; returns its blob id. */
uint32_t vmm_image(struct vmm *vmm, const struct vmm_client *client, uint32_t size);

/* As vmm_image(), made a blob of the client's context, resource, mapped at offset 0. */
uint32_t vmm_mapped_image(struct vmm *vmm, const struct vmm_client *client, uint32_t resource,
		uint32_t size);

/* Starts with rings of 64 and a client in context 1 that says hello with 20 bytes. */
struct vmm_client vmm_start_client(struct vmm *vmm, enum vmm_manner manner);

#endif
