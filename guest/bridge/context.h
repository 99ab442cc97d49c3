/* SPDX-License-Identifier: MIT
 *
 * One cross-domain context: the connection of one Wayland client to the host. Commands are gathered
 * and handed over together (a submission costs more than its bytes); one POLL at a time asks the
 * host for the next thing it has, which it writes into the channel ring.
 */
#ifndef SILO_GUEST_BRIDGE_CONTEXT_H
#define SILO_GUEST_BRIDGE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/bridge/cross_domain.h"
#include "guest/bridge/gpu.h"

#define CONTEXT_BATCH_BYTES (32u << 10)
/* Data of one SEND: what every known host takes. */
#define CONTEXT_SEND_BYTES_MAX (4096 - sizeof(struct cross_domain_send))
/* Data of one WRITE. */
#define CONTEXT_WRITE_BYTES_MAX (16u << 10)
#define CONTEXT_SIZES_MAX 64

/* Something that goes to the host in place of a descriptor. */
struct context_id {
	enum cross_domain_id_type type;
	uint32_t id;
};

/* What the host wrote into the channel ring. Points into it: valid until context_poll(). */
struct context_event {
	bool is_read;        // data of a pipe, else Wayland
	const uint8_t *data; // len bytes
	uint32_t len;        // Wayland and 0: the host hung up
	/* Wayland */
	uint32_t n_ids;
	struct {
		uint32_t type, id, size;
	} ids[CROSS_DOMAIN_IDS_MAX];
	/* Pipe */
	uint32_t pipe_id;
	bool hang_up;
};

struct context {
	struct gpu *gpu; // owned
	struct gpu_blob query;
	struct gpu_blob channel;
	bool polling;          // a POLL is with the host
	uint32_t next_pipe_id; // of the next read pipe
	/* Commands that were not handed over yet. send is the offset of the SEND that may still
	 * grow. */
	bool send_open;
	bool send_has_pipe;
	size_t send;
	size_t batch_len;
	uint8_t *batch;
	/* Blob ids that the host gave for sizes; they serve any number of blobs. */
	unsigned n_sizes;
	struct {
		uint64_t size, blob_size;
		uint32_t blob_id;
	} sizes[CONTEXT_SIZES_MAX];
};

/*
 * Takes gpu (closed also on failure), makes the rings and connects to the host's Wayland channel.
 * The first POLL is the caller's. Returns 0 or a negative errno.
 */
int context_init(struct context *context, struct gpu *gpu);
/* Ends the context. Blobs made from it must have been destroyed. */
void context_finish(struct context *context);

/*
 * Adds one Wayland message of len bytes with what goes along with it (n ≤ CROSS_DOMAIN_IDS_MAX).
 * Returns 0 or a negative errno.
 */
int context_send(struct context *context, const void *message, size_t len,
		const struct context_id *ids, size_t n);
/* Adds len ≤ CONTEXT_WRITE_BYTES_MAX bytes for the host's pipe id. Returns 0 or a negative errno.
 */
int context_write(struct context *context, uint32_t id, const void *bytes, size_t len,
		bool hang_up);
/* Hands over what was gathered. Returns 0 or a negative errno. */
int context_flush(struct context *context);
/* Hands over what was gathered, with a POLL. None may be outstanding. */
int context_poll(struct context *context);

/*
 * To be called when gpu->fd is readable: returns 1 with what the host wrote, 0 if there is nothing,
 * or a negative errno (-EPROTO: what is in the ring makes no sense).
 */
int context_receive(struct context *context, struct context_event *ret_event);

/* Makes a blob of at least size bytes, shared with the host. Returns 0 or a negative errno. */
int context_blob_create(struct context *context, uint64_t size, struct gpu_blob *ret_blob);
void context_blob_destroy(struct context *context, struct gpu_blob *blob);
/*
 * Copies the host's file item id of size bytes into a sealed memfd. The item is used up.
 * Returns the descriptor or a negative errno; -EFBIG if it is longer than bytes_max.
 */
int context_import_file(struct context *context, uint32_t id, uint32_t size, uint32_t bytes_max);

#endif
