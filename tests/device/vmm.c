/* SPDX-License-Identifier: MIT */
#include "tests/device/vmm.h"

#include <assert.h>
#include <fcntl.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "parse/le.h"
#include "parse/vhost_user.h"

#define ANSWER_BYTES 512
#define BIT(n) (1ull << (n))

void (*vmm_set_up)(struct vmm *vmm);
void (*vmm_tear_down)(struct vmm *vmm);

static void handle_ended(void *data) {
	((struct vmm *)data)->ended = true;
}

bool vmm_message(struct vmm *vmm, uint32_t request, bool needs_reply, const void *payload,
		uint32_t len, const int *fds, size_t n) {
	uint8_t bytes[VHOST_USER_HEADER_BYTES + 2 * VHOST_USER_PAYLOAD_MAX];
	vhost_user_header_put(bytes, request, false, needs_reply, len);
	if (len > 0) {
		memcpy(bytes + VHOST_USER_HEADER_BYTES, payload, len);
	}
	ssize_t sent = fd_send(vmm->sock, bytes, VHOST_USER_HEADER_BYTES + len, fds, n);
	vmm_turn(vmm);
	return sent == (ssize_t)(VHOST_USER_HEADER_BYTES + len) && !vmm->ended;
}

int vmm_reply(struct vmm *vmm, void *payload, size_t cap) {
	uint8_t header[VHOST_USER_HEADER_BYTES];
	size_t none = 0;
	if (fd_recv(vmm->sock, header, sizeof(header), NULL, &none) != sizeof(header)) {
		return -1;
	}
	uint32_t len = le_get32(header + 8);
	assert_true(len <= cap);
	assert_int_equal(le_get32(header + 4), 5);
	return len == 0 ? 0 : (int)fd_recv(vmm->sock, payload, len, NULL, &none);
}

static uint64_t ask_u64(struct vmm *vmm, uint32_t request) {
	uint8_t value[8];
	assert_true(vmm_message(vmm, request, false, NULL, 0, NULL, 0));
	assert_int_equal(vmm_reply(vmm, value, sizeof(value)), 8);
	return le_get64(value);
}

/* A message without a reply of its own; QEMU asks for an acknowledgement. */
static void tell(struct vmm *vmm, uint32_t request, const void *payload, uint32_t len,
		const int *fds, size_t n) {
	bool needs_reply = vmm->manner == VMM_QEMU && request != VHOST_USER_SET_PROTOCOL_FEATURES;
	assert_true(vmm_message(vmm, request, needs_reply, payload, len, fds, n));
	if (needs_reply) {
		uint8_t value[8];
		assert_int_equal(vmm_reply(vmm, value, sizeof(value)), 8);
		assert_int_equal(le_get64(value), 0);
	}
}

static void tell_u64(struct vmm *vmm, uint32_t request, uint64_t value) {
	uint8_t bytes[8];
	le_put64(bytes, value);
	tell(vmm, request, bytes, sizeof(bytes), NULL, 0);
}

static void tell_state(struct vmm *vmm, uint32_t request, uint32_t index, uint32_t value) {
	uint8_t bytes[8];
	le_put32(bytes, index);
	le_put32(bytes + 4, value);
	tell(vmm, request, bytes, sizeof(bytes), NULL, 0);
}

/* --- the device's requests --- */

static bool unmap_at(struct vmm *vmm, uint64_t offset, uint64_t len) {
	for (size_t i = 0; i < vmm->n_mappings; i++) {
		struct vmm_mapping *mapping = &vmm->mappings[i];
		if (mapping->offset == offset && (mapping->len == len)) {
			munmap(mapping->host, mapping->len);
			*mapping = vmm->mappings[--vmm->n_mappings];
			return true;
		}
	}
	return false;
}

static bool map_at(struct vmm *vmm, uint64_t offset, uint64_t len, int fd) {
	if (vmm->refuse_maps || vmm->n_mappings >= VMM_MAPPINGS_MAX) {
		return false;
	}
	for (size_t i = 0; i < vmm->n_mappings; i++) {
		const struct vmm_mapping *mapping = &vmm->mappings[i];
		if (offset < mapping->offset + mapping->len && mapping->offset < offset + len) {
			return false;
		}
	}
	uint8_t *host = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (host == MAP_FAILED) {
		return false;
	}
	vmm->mappings[vmm->n_mappings++] = (struct vmm_mapping){offset, len, host};
	return true;
}

/* Answers one request of the device; false if there is none. */
static bool serve_backend(struct vmm *vmm) {
	uint8_t bytes[VHOST_USER_HEADER_BYTES + VHOST_USER_SHMEM_BYTES];
	int fd = -1;
	size_t n = 1;
	if (vmm->hold_backend || vmm->backend < 0 ||
			fd_recv(vmm->backend, bytes, sizeof(bytes), &fd, &n) != sizeof(bytes)) {
		return false;
	}
	const uint8_t *body = bytes + VHOST_USER_HEADER_BYTES;
	assert_int_equal(body[0], 1);
	assert_int_equal(le_get64(body + 8), 0);
	uint64_t offset = le_get64(body + 16), len = le_get64(body + 24);
	bool ok;
	if (le_get32(bytes) == VHOST_USER_BACKEND_SHMEM_MAP) {
		assert_int_equal(n, 1);
		ok = map_at(vmm, offset, len, fd);
		close(fd);
		vmm->maps++;
	} else {
		assert_int_equal(le_get32(bytes), VHOST_USER_BACKEND_SHMEM_UNMAP);
		assert_int_equal(n, 0);
		ok = unmap_at(vmm, offset, len);
		vmm->unmaps++;
	}
	uint8_t reply[VHOST_USER_HEADER_BYTES + 8];
	vhost_user_header_put(reply, le_get32(bytes), true, false, 8);
	le_put64(reply + VHOST_USER_HEADER_BYTES, ok ? 0 : 1);
	assert_int_equal(fd_send(vmm->backend, reply, sizeof(reply), NULL, 0), sizeof(reply));
	return true;
}

void vmm_turn(struct vmm *vmm) {
	/* Everything is local and non-blocking: a few rounds without work mean that all is done. */
	for (int idle = 0; idle < 4;) {
		wl_event_loop_dispatch(vmm->loop, 0);
		wl_event_loop_dispatch_idle(vmm->loop);
		idle = serve_backend(vmm) ? 0 : idle + 1;
	}
}

/* --- set-up --- */

static void layout_rings(struct vmm *vmm) {
	for (unsigned i = 0; i < 2; i++) {
		struct vmm_ring *ring = &vmm->rings[i];
		ring->desc = 0x1000 + 0x40000ull * i;
		ring->avail = ring->desc + 16ull * vmm->num;
		ring->used = (ring->avail + 4 + 2ull * vmm->num + 0xfff) & ~0xfffull;
	}
	vmm->heap = 0x100000;
}

void vmm_send_mem_table(struct vmm *vmm) {
	/* Two regions, so that chains can span them. */
	uint8_t table[8 + 2 * 32] = {0};
	uint64_t half = VMM_RAM_BYTES / 2;
	le_put32(table, 2);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *region = table + 8 + 32 * (size_t)i;
		le_put64(region, half * i);
		le_put64(region + 8, half);
		le_put64(region + 16, VMM_USER_BASE + half * i);
		le_put64(region + 24, half * i);
	}
	int fds[2] = {vmm->ram_fd, vmm->ram_fd};
	tell(vmm, VHOST_USER_SET_MEM_TABLE, table, sizeof(table), fds, 2);
}

void vmm_connect(struct vmm *vmm, enum vmm_manner manner, uint16_t num) {
	int ends[2];
	*vmm = (struct vmm){.manner = manner, .num = num, .backend = -1};
	vmm->account.bytes_max = 64 << 20;
	vmm->loop = wl_event_loop_create();
	vmm->ram_fd = memfd_create("ram", MFD_CLOEXEC);
	assert_int_equal(ftruncate(vmm->ram_fd, VMM_RAM_BYTES), 0);
	vmm->ram = mmap(NULL, VMM_RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, vmm->ram_fd, 0);
	for (unsigned i = 0; i < 2; i++) {
		vmm->rings[i].kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		vmm->rings[i].call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	layout_rings(vmm);
	assert_int_equal(fd_socketpair(SOCK_STREAM, ends), 0);
	vmm->sock = ends[0];
	fd_set_nonblock(vmm->sock, true);
	if (vmm_set_up != NULL) {
		vmm_set_up(vmm);
	}
	vmm->gpu = gpu_create(vmm->loop, vmm->domain, &vmm->account);
	vmm->vhost = vhost_user_create(vmm->loop, vmm->gpu, ends[1], handle_ended, vmm);
}

static void negotiate(struct vmm *vmm) {
	vmm->features = ask_u64(vmm, VHOST_USER_GET_FEATURES);
	assert_int_equal(vmm->features & 0x1f, 0x19);
	uint64_t protocol = ask_u64(vmm, VHOST_USER_GET_PROTOCOL_FEATURES);
	assert_false(protocol & BIT(15));
	if (vmm->manner == VMM_CROSVM) {
		protocol &= BIT(0) | BIT(3) | BIT(5) | BIT(9) | BIT(22);
		vmm->features &= ~BIT(28);
	}
	tell_u64(vmm, VHOST_USER_SET_PROTOCOL_FEATURES, protocol);
	assert_int_equal(ask_u64(vmm, VHOST_USER_GET_QUEUE_NUM), 2);
	int ends[2];
	assert_int_equal(fd_socketpair(SOCK_STREAM, ends), 0);
	vmm->backend = ends[0];
	fd_set_nonblock(vmm->backend, true);
	tell(vmm, VHOST_USER_SET_BACKEND_REQ_FD, NULL, 0, &ends[1], 1);
	close(ends[1]);
	tell(vmm, VHOST_USER_SET_OWNER, NULL, 0, NULL, 0);
	uint8_t shmem[VHOST_USER_SHMEM_CONFIG_BYTES];
	assert_true(vmm_message(vmm, VHOST_USER_GET_SHMEM_CONFIG, false, NULL, 0, NULL, 0));
	assert_int_equal(vmm_reply(vmm, shmem, sizeof(shmem)), sizeof(shmem));
	assert_int_equal(le_get32(shmem), 1);
	assert_int_equal(le_get64(shmem + 16), VM_BLOB_WINDOW_BYTES);
	tell_u64(vmm, VHOST_USER_SET_FEATURES, vmm->features);
}

static void tell_fd(struct vmm *vmm, uint32_t request, unsigned index, int fd) {
	uint8_t bytes[8];
	le_put64(bytes, index);
	tell(vmm, request, bytes, sizeof(bytes), &fd, 1);
}

void vmm_start_rings(struct vmm *vmm, bool reset) {
	vmm_send_mem_table(vmm);
	for (unsigned i = 0; i < 2; i++) {
		struct vmm_ring *ring = &vmm->rings[i];
		if (reset) {
			memset(vmm->ram + ring->avail, 0, 4 + 2u * vmm->num);
			memset(vmm->ram + ring->used, 0, 4 + 8u * vmm->num);
			ring->avail_idx = ring->used_seen = ring->base = ring->next_desc = 0;
		}
		tell_state(vmm, VHOST_USER_SET_VRING_NUM, i, vmm->num);
		tell_state(vmm, VHOST_USER_SET_VRING_BASE, i, ring->base);
		uint8_t addr[40] = {0};
		le_put32(addr, i);
		le_put64(addr + 8, VMM_USER_BASE + ring->desc);
		le_put64(addr + 16, VMM_USER_BASE + ring->used);
		le_put64(addr + 24, VMM_USER_BASE + ring->avail);
		tell(vmm, VHOST_USER_SET_VRING_ADDR, addr, sizeof(addr), NULL, 0);
		tell_fd(vmm, VHOST_USER_SET_VRING_KICK, i, ring->kick);
		tell_fd(vmm, VHOST_USER_SET_VRING_CALL, i, ring->call);
	}
	tell_state(vmm, VHOST_USER_SET_VRING_ENABLE, 0, 1);
	tell_state(vmm, VHOST_USER_SET_VRING_ENABLE, 1, 1);
}

void vmm_reset(struct vmm *vmm) {
	while (vmm->manner == VMM_QEMU && vmm->n_mappings > 0) {
		unmap_at(vmm, vmm->mappings[0].offset, vmm->mappings[0].len);
	}
	vmm_start_rings(vmm, true);
}

void vmm_stop_rings(struct vmm *vmm) {
	tell_state(vmm, VHOST_USER_SET_VRING_ENABLE, 0, 0);
	tell_state(vmm, VHOST_USER_SET_VRING_ENABLE, 1, 0);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t bytes[8] = {0};
		le_put32(bytes, i);
		assert_true(vmm_message(vmm, VHOST_USER_GET_VRING_BASE, false, bytes, 8, NULL, 0));
		assert_int_equal(vmm_reply(vmm, bytes, sizeof(bytes)), 8);
		vmm->rings[i].base = (uint16_t)le_get32(bytes + 4);
	}
}

void vmm_start(struct vmm *vmm, enum vmm_manner manner, uint16_t num) {
	vmm_connect(vmm, manner, num);
	negotiate(vmm);
	vmm_start_rings(vmm, true);
}

void vmm_finish(struct vmm *vmm) {
	fd_close(&vmm->sock);
	fd_close(&vmm->backend);
	for (int i = 0; i < 4; i++) {
		wl_event_loop_dispatch(vmm->loop, 0);
	}
	assert_true(vmm->ended);
	vhost_user_destroy(vmm->vhost);
	gpu_destroy(vmm->gpu);
	if (vmm_tear_down != NULL) {
		vmm_tear_down(vmm);
	}
	wl_event_loop_destroy(vmm->loop);
	assert_int_equal(vmm->account.files, 0);
	while (vmm->n_mappings > 0) {
		unmap_at(vmm, vmm->mappings[0].offset, vmm->mappings[0].len);
	}
	for (unsigned i = 0; i < 2; i++) {
		close(vmm->rings[i].kick);
		close(vmm->rings[i].call);
	}
	munmap(vmm->ram, VMM_RAM_BYTES);
	close(vmm->ram_fd);
}

/* --- chains --- */

uint64_t vmm_alloc(struct vmm *vmm, size_t len) {
	uint64_t gpa = (vmm->heap + 15) & ~15ull;
	/* Requests and answers live briefly: the lower half is used round and round. */
	if (gpa + len > VMM_RAM_BYTES * 3 / 4) {
		gpa = 0x100000;
	}
	vmm->heap = gpa + len;
	memset(vmm->ram + gpa, 0, len);
	return gpa;
}

uint64_t vmm_alloc_page(struct vmm *vmm) {
	static uint64_t next = VMM_RAM_BYTES * 3 / 4;
	next = next + 4096 < VMM_RAM_BYTES ? next + 4096 : VMM_RAM_BYTES * 3 / 4;
	memset(vmm->ram + next, 0, 4096);
	return next;
}

void *vmm_ram(struct vmm *vmm, uint64_t gpa) {
	return vmm->ram + gpa;
}

void vmm_put_desc(struct vmm *vmm, uint16_t index, uint64_t gpa, uint32_t len, uint16_t flags,
		uint16_t next) {
	uint8_t *desc = vmm->ram + vmm->rings[0].desc + 16ull * index;
	le_put64(desc, gpa);
	le_put32(desc + 8, len);
	le_put16(desc + 12, flags);
	le_put16(desc + 14, next);
}

void vmm_offer(struct vmm *vmm, uint16_t head) {
	struct vmm_ring *ring = &vmm->rings[0];
	le_put16(vmm->ram + ring->avail + 4 + 2ull * (ring->avail_idx % vmm->num), head);
	ring->avail_idx++;
	le_put16(vmm->ram + ring->avail + 2, ring->avail_idx);
	uint64_t one = 1;
	assert_int_equal(write(ring->kick, &one, sizeof(one)), sizeof(one));
}

struct vmm_chain vmm_queue(struct vmm *vmm, const void *request, size_t len) {
	struct vmm_ring *ring = &vmm->rings[0];
	struct vmm_chain chain;
	uint64_t gpa = vmm_alloc(vmm, len);
	memcpy(vmm->ram + gpa, request, len);
	chain.answer = vmm_alloc(vmm, ANSWER_BYTES);
	bool indirect = (vmm->features & BIT(28)) != 0;
	chain.head = ring->next_desc;
	uint16_t used = indirect ? 1 : 2;
	ring->next_desc = (uint16_t)(ring->next_desc + used) % (vmm->num - 2);
	if (indirect) {
		uint64_t table = vmm_alloc(vmm, 32);
		uint8_t *at = vmm->ram + table;
		le_put64(at, gpa);
		le_put32(at + 8, (uint32_t)len);
		le_put16(at + 12, 1);
		le_put16(at + 14, 1);
		le_put64(at + 16, chain.answer);
		le_put32(at + 24, ANSWER_BYTES);
		le_put16(at + 28, 2);
		vmm_put_desc(vmm, chain.head, table, 32, 4, 0);
	} else {
		vmm_put_desc(vmm, chain.head, gpa, (uint32_t)len, 1, (uint16_t)(chain.head + 1));
		vmm_put_desc(vmm, (uint16_t)(chain.head + 1), chain.answer, ANSWER_BYTES, 2, 0);
	}
	vmm_offer(vmm, chain.head);
	return chain;
}

bool vmm_done(struct vmm *vmm, const struct vmm_chain *chain, uint32_t *ret_len) {
	struct vmm_ring *ring = &vmm->rings[0];
	uint16_t used = le_get16(vmm->ram + ring->used + 2);
	for (uint16_t i = used > 48 ? (uint16_t)(used - 48) : 0; i != used; i++) {
		const uint8_t *element = vmm->ram + ring->used + 4 + 8ull * (i % vmm->num);
		if (le_get32(element) == chain->head && le_get32(vmm->ram + chain->answer) != 0) {
			*ret_len = le_get32(element + 4);
			return true;
		}
	}
	return false;
}

uint32_t vmm_answer_type(struct vmm *vmm, const struct vmm_chain *chain) {
	uint32_t len;
	return vmm_done(vmm, chain, &len) ? le_get32(vmm->ram + chain->answer) : 0;
}

uint32_t vmm_command(struct vmm *vmm, const void *request, size_t len) {
	struct vmm_chain chain = vmm_queue(vmm, request, len);
	vmm_turn(vmm);
	return vmm_answer_type(vmm, &chain);
}

/* --- commands --- */

static void put_header(uint8_t *out, uint32_t type, uint32_t ctx) {
	le_put32(out, type);
	le_put32(out + 16, ctx);
}

uint32_t vmm_ctx_create(struct vmm *vmm, uint32_t ctx) {
	uint8_t bytes[96] = {0};
	put_header(bytes, GPU_CTX_CREATE, ctx);
	le_put32(bytes + 28, GPU_CAPSET_CROSS_DOMAIN);
	return vmm_command(vmm, bytes, sizeof(bytes));
}

uint32_t vmm_ctx_destroy(struct vmm *vmm, uint32_t ctx) {
	uint8_t bytes[24] = {0};
	put_header(bytes, GPU_CTX_DESTROY, ctx);
	return vmm_command(vmm, bytes, sizeof(bytes));
}

static uint32_t resource_command(struct vmm *vmm, uint32_t type, uint32_t ctx, uint32_t resource) {
	uint8_t bytes[32] = {0};
	put_header(bytes, type, ctx);
	le_put32(bytes + 24, resource);
	return vmm_command(vmm, bytes, sizeof(bytes));
}

uint32_t vmm_ctx_attach(struct vmm *vmm, uint32_t ctx, uint32_t resource, bool attach) {
	return resource_command(vmm, attach ? GPU_CTX_ATTACH_RESOURCE : GPU_CTX_DETACH_RESOURCE,
			ctx, resource);
}

uint32_t vmm_create_guest_blob(struct vmm *vmm, uint32_t resource, uint64_t gpa, uint64_t size) {
	uint8_t bytes[72] = {0};
	put_header(bytes, GPU_RESOURCE_CREATE_BLOB, 0);
	le_put32(bytes + 24, resource);
	le_put32(bytes + 28, GPU_BLOB_GUEST);
	le_put32(bytes + 32, 1);
	le_put32(bytes + 36, 1);
	le_put64(bytes + 48, size);
	le_put64(bytes + 56, gpa);
	le_put32(bytes + 64, (uint32_t)size);
	return vmm_command(vmm, bytes, sizeof(bytes));
}

uint32_t vmm_create_host_blob(struct vmm *vmm, uint32_t ctx, uint32_t resource, uint64_t blob_id,
		uint64_t size) {
	uint8_t bytes[56] = {0};
	put_header(bytes, GPU_RESOURCE_CREATE_BLOB, ctx);
	le_put32(bytes + 24, resource);
	le_put32(bytes + 28, GPU_BLOB_HOST3D);
	le_put32(bytes + 32, 1);
	le_put64(bytes + 40, blob_id);
	le_put64(bytes + 48, size);
	return vmm_command(vmm, bytes, sizeof(bytes));
}

uint32_t vmm_map_blob(struct vmm *vmm, uint32_t resource, uint64_t offset) {
	uint8_t bytes[40] = {0};
	put_header(bytes, GPU_MAP_BLOB, 0);
	le_put32(bytes + 24, resource);
	le_put64(bytes + 32, offset);
	return vmm_command(vmm, bytes, sizeof(bytes));
}

uint32_t vmm_unmap_blob(struct vmm *vmm, uint32_t resource) {
	return resource_command(vmm, GPU_UNMAP_BLOB, 0, resource);
}

uint32_t vmm_unref(struct vmm *vmm, uint32_t resource) {
	return resource_command(vmm, GPU_RESOURCE_UNREF, 0, resource);
}

struct vmm_chain vmm_submit(struct vmm *vmm, uint32_t ctx, int ring, const void *bytes,
		size_t len) {
	uint8_t *request = calloc(1, 32 + len);
	put_header(request, GPU_SUBMIT_3D, ctx);
	if (ring >= 0) {
		le_put32(request + 4, GPU_FLAG_FENCE | GPU_FLAG_RING_IDX);
		le_put64(request + 8, ++vmm->fence);
		request[20] = (uint8_t)ring;
	}
	le_put32(request + 24, (uint32_t)len);
	memcpy(request + 32, bytes, len);
	struct vmm_chain chain = vmm_queue(vmm, request, 32 + len);
	free(request);
	vmm_turn(vmm);
	return chain;
}

struct vmm_client vmm_client(struct vmm *vmm, uint32_t ctx, size_t init_len) {
	struct vmm_client client = {
			.ctx = ctx, .query_id = 1000 + 2 * ctx, .channel_id = 1001 + 2 * ctx};
	assert_int_equal(vmm_ctx_create(vmm, ctx), GPU_OK_NODATA);
	uint32_t ids[2] = {client.query_id, client.channel_id};
	uint8_t *rings[2];
	for (unsigned i = 0; i < 2; i++) {
		uint64_t gpa = vmm_alloc_page(vmm);
		assert_int_equal(vmm_create_guest_blob(vmm, ids[i], gpa, 4096), GPU_OK_NODATA);
		assert_int_equal(vmm_ctx_attach(vmm, ctx, ids[i], true), GPU_OK_NODATA);
		rings[i] = vmm->ram + gpa;
	}
	client.query = rings[0];
	client.channel = rings[1];
	uint8_t init[36] = {CROSS_DOMAIN_INIT};
	le_put16(init + 2, (uint16_t)init_len);
	le_put32(init + 8, client.query_id);
	le_put32(init + 12, client.channel_id);
	le_put32(init + 16, CROSS_DOMAIN_CHANNEL_WAYLAND);
	if (init_len == 16) {
		le_put32(init + 12, CROSS_DOMAIN_CHANNEL_WAYLAND);
		client.channel = client.query;
	}
	struct vmm_chain chain = vmm_submit(vmm, ctx, -1, init, init_len);
	assert_int_equal(vmm_answer_type(vmm, &chain), GPU_OK_NODATA);
	return client;
}

struct vmm_chain vmm_poll(struct vmm *vmm, uint32_t ctx, size_t len) {
	uint8_t bytes[16] = {CROSS_DOMAIN_POLL};
	le_put16(bytes + 2, (uint16_t)len);
	return vmm_submit(vmm, ctx, 1, bytes, len);
}

uint32_t vmm_send(struct vmm *vmm, uint32_t ctx, unsigned layout, const uint32_t *ids,
		const uint32_t *types, uint32_t n, const void *data, size_t len) {
	uint8_t bytes[8192] = {CROSS_DOMAIN_SEND};
	size_t fixed = 16 + 12 * (size_t)layout;
	le_put16(bytes + 2, (uint16_t)(fixed + len));
	le_put32(bytes + 8, n);
	le_put32(bytes + 12, (uint32_t)len);
	for (uint32_t i = 0; i < n; i++) {
		le_put32(bytes + 16 + 4 * (size_t)i, ids[i]);
		le_put32(bytes + 16 + 4 * ((size_t)layout + i), types[i]);
	}
	memcpy(bytes + fixed, data, len);
	struct vmm_chain chain = vmm_submit(vmm, ctx, -1, bytes, fixed + len);
	return vmm_answer_type(vmm, &chain);
}

uint32_t vmm_image(struct vmm *vmm, const struct vmm_client *client, uint32_t size) {
	uint8_t bytes[24] = {CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS};
	le_put16(bytes + 2, sizeof(bytes));
	le_put32(bytes + 8, size);
	le_put32(bytes + 12, 1);
	le_put32(bytes + 16, 0x20203852);
	le_put32(bytes + 20, 0x11);
	struct vmm_chain chain = vmm_submit(vmm, client->ctx, 0, bytes, sizeof(bytes));
	assert_int_equal(vmm_answer_type(vmm, &chain), GPU_OK_NODATA);
	assert_int_equal(le_get64(client->query + 40), size);
	assert_int_equal(le_get32(client->query), size);
	return le_get32(client->query + 48);
}

uint32_t vmm_mapped_image(struct vmm *vmm, const struct vmm_client *client, uint32_t resource,
		uint32_t size) {
	uint32_t blob = vmm_image(vmm, client, size);
	assert_int_equal(vmm_create_host_blob(vmm, client->ctx, resource, blob, size),
			GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(vmm, resource, 0), GPU_OK_MAP_INFO);
	return blob;
}

struct vmm_client vmm_start_client(struct vmm *vmm, enum vmm_manner manner) {
	vmm_start(vmm, manner, 64);
	return vmm_client(vmm, 1, 20);
}
