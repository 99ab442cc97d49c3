/* SPDX-License-Identifier: MIT */
#include "proxy/device/vhost_user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/canary.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "parse/le.h"
#include "parse/vhost_user.h"
#include "proxy/device/gpu.h"

#define BIT(n) (1ull << (n))

/* Of the device: VIRGL (Linux wants it for contexts), RESOURCE_BLOB, CONTEXT_INIT. */
#define FEATURES_GPU (BIT(0) | BIT(3) | BIT(4))
#define FEATURE_INDIRECT BIT(28)
#define FEATURE_PROTOCOL BIT(30)
#define FEATURE_VERSION_1 BIT(32)
#define FEATURES (FEATURES_GPU | FEATURE_INDIRECT | FEATURE_PROTOCOL | FEATURE_VERSION_1)

/* Never CONFIGURE_MEM_SLOTS (15): a guest can crash QEMU with it. */
#define PROTOCOL_FEATURES                                                                          \
	(BIT(VHOST_USER_PROTOCOL_MQ) | BIT(VHOST_USER_PROTOCOL_REPLY_ACK) |                        \
			BIT(VHOST_USER_PROTOCOL_BACKEND_REQ) | BIT(VHOST_USER_PROTOCOL_CONFIG) |   \
			BIT(VHOST_USER_PROTOCOL_BACKEND_SEND_FD) | BIT(VHOST_USER_PROTOCOL_SHMEM))

#define VRING_INDEX_MASK 0xff
#define VRING_NO_FD BIT(8)

/* What a ring was when it was last stopped. */
struct stop {
	bool valid;
	uint32_t num;
	uint16_t base; // as we answered
	uint64_t desc_user, avail_user, used_user;
};

struct ring {
	struct vhost_user *vhost;
	struct wl_event_source *kick;
	struct stop stop;
	bool decide; // the next start is a resume or a reset
};

struct vhost_user {
	struct wl_event_loop *loop;
	struct gpu *gpu;
	struct wl_event_source *source;
	void (*ended)(void *data);
	void *data;
	struct ring rings[GPU_QUEUES];
	uint64_t features, protocol;
	int sock;
	struct vhost_user_header header;
	size_t have; // bytes of the present message
	size_t n_fds;
	int fds[FD_MESSAGE_MAX];
	uint8_t bytes[VHOST_USER_HEADER_BYTES + VHOST_USER_PAYLOAD_MAX];
	uint8_t reply[VHOST_USER_HEADER_BYTES + VHOST_USER_SHMEM_CONFIG_BYTES];
};

enum handled {
	HANDLED, // to be acknowledged if that was asked for
	REPLIED,
	REFUSED,  // acknowledged as failed
	VIOLATED, // the connection ends
};

/* --- rings --- */

static struct virtqueue *queue_of(struct vhost_user *vhost, uint32_t index) {
	return index < GPU_QUEUES || CANARY(vhost) ? &vhost->gpu->queues[index] : NULL;
}

static bool ring_is_active(const struct virtqueue *queue) {
	return queue->started && queue->enabled && !queue->broken;
}

/* Did the guest start from nothing since the ring was stopped? */
static bool ring_was_reset(const struct ring *ring, const struct virtqueue *queue) {
	const struct stop *stop = &ring->stop;
	if (!stop->valid || queue->num != stop->num || queue->last_avail != stop->base ||
			queue->desc_user != stop->desc_user ||
			queue->avail_user != stop->avail_user ||
			queue->used_user != stop->used_user) {
		return true;
	}
	/* A new driver starts at 0 too; but it has used nothing yet. */
	uint16_t used;
	return stop->base == 0 && (!virtqueue_peek_used(queue, &used) || used == 0);
}

/* After a message: if a ring just became active, start or go on. */
static void activate(struct vhost_user *vhost) {
	struct gpu *gpu = vhost->gpu;
	const struct virtqueue *control = &gpu->queues[GPU_QUEUE_CONTROL];
	struct ring *ring = &vhost->rings[GPU_QUEUE_CONTROL];
	if (!gpu->running && ring_is_active(control)) {
		bool reset = ring->decide && ring_was_reset(ring, control);
		ring->decide = false;
		log_debug("device: %s", reset ? "reset" : "resumed");
		gpu_start(gpu, reset);
	}
	for (unsigned i = 0; i < GPU_QUEUES; i++) {
		if (ring_is_active(&gpu->queues[i])) {
			gpu_process(gpu, i);
		}
	}
}

static void stop_kick(struct vhost_user *vhost, unsigned index) {
	struct ring *ring = &vhost->rings[index];
	if (ring->kick != NULL) {
		wl_event_source_remove(ring->kick);
		ring->kick = NULL;
	}
	fd_close(&vhost->gpu->queues[index].kick_fd);
}

static int handle_kick(int fd, uint32_t mask, void *data) {
	struct ring *ring = data;
	struct vhost_user *vhost = ring->vhost;
	unsigned index = (unsigned)(ring - vhost->rings);
	uint64_t count;
	ssize_t got = read(fd, &count, sizeof(count));
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		log_warn("a queue's kick descriptor is of no use; the queue stands still");
		stop_kick(vhost, index);
		return 0;
	}
	gpu_process(vhost->gpu, index);
	return 0;
}

static void stop_ring(struct vhost_user *vhost, uint32_t index) {
	struct virtqueue *queue = &vhost->gpu->queues[index];
	struct ring *ring = &vhost->rings[index];
	if (index == GPU_QUEUE_CONTROL) {
		gpu_stop(vhost->gpu);
	}
	ring->decide = true;
	if (queue->started) {
		ring->stop = (struct stop){
				.valid = true,
				.num = queue->num,
				.base = queue->last_avail,
				.desc_user = queue->desc_user,
				.avail_user = queue->avail_user,
				.used_user = queue->used_user,
		};
	}
	queue->started = false;
	queue->enabled = false;
	queue->broken = false;
	stop_kick(vhost, index);
	fd_close(&queue->call_fd);
}

/* --- messages --- */

static enum handled send_reply(struct vhost_user *vhost, size_t len) {
	vhost_user_header_put(vhost->reply, vhost->header.request, true, false, (uint32_t)len);
	size_t total = VHOST_USER_HEADER_BYTES + len;
	/* The front end waits for it, so the socket has room, unless it plays a game. */
	return fd_send(vhost->sock, vhost->reply, total, NULL, 0) == (ssize_t)total ? REPLIED
										    : VIOLATED;
}

static uint8_t *reply_body(struct vhost_user *vhost) {
	return vhost->reply + VHOST_USER_HEADER_BYTES;
}

static const uint8_t *payload(const struct vhost_user *vhost) {
	return vhost->bytes + VHOST_USER_HEADER_BYTES;
}

static enum handled reply_u64(struct vhost_user *vhost, uint64_t value) {
	le_put64(reply_body(vhost), value);
	return send_reply(vhost, 8);
}

static enum handled set_features(struct vhost_user *vhost) {
	uint64_t value;
	if (!vhost_user_u64_parse(payload(vhost), vhost->header.size, &value) ||
			(value & ~FEATURES) != 0) {
		return VIOLATED;
	}
	vhost->features = value;
	for (unsigned i = 0; i < GPU_QUEUES; i++) {
		vhost->gpu->queues[i].indirect = (value & FEATURE_INDIRECT) != 0;
	}
	return HANDLED;
}

static enum handled set_protocol_features(struct vhost_user *vhost) {
	uint64_t value;
	if (!vhost_user_u64_parse(payload(vhost), vhost->header.size, &value) ||
			(value & ~PROTOCOL_FEATURES) != 0) {
		return VIOLATED;
	}
	vhost->protocol = value;
	/* QEMU takes this bit and drops mappings at a reset; crosvm does neither. */
	vhost->gpu->window.vmm_keeps = (value & BIT(VHOST_USER_PROTOCOL_BACKEND_SEND_FD)) == 0;
	return HANDLED;
}

static bool is_blob(void *data, dev_t dev, ino_t ino) {
	return window_has_file(data, dev, ino);
}

static enum handled set_mem_table(struct vhost_user *vhost) {
	struct gpu *gpu = vhost->gpu;
	struct vhost_user_region regions[VHOST_USER_REGIONS_MAX];
	size_t n;
	if (!vhost_user_mem_table_parse(payload(vhost), vhost->header.size, regions, &n) ||
			vhost->n_fds != n) {
		return VIOLATED;
	}
	int ret = guest_memory_set(&gpu->memory, regions, vhost->fds, n, is_blob, &gpu->window);
	if (ret < 0) {
		log_warn("guest memory cannot be mapped: %s", strerror(-ret));
		return VIOLATED;
	}
	for (unsigned i = 0; i < GPU_QUEUES; i++) {
		struct virtqueue *queue = &gpu->queues[i];
		if (queue->started && !virtqueue_locate(queue)) {
			queue->broken = true;
		}
	}
	return HANDLED;
}

static enum handled set_vring_number(struct vhost_user *vhost) {
	uint32_t index, value;
	if (!vhost_user_state_parse(payload(vhost), vhost->header.size, &index, &value)) {
		return VIOLATED;
	}
	struct virtqueue *queue = queue_of(vhost, index);
	if (queue == NULL || queue->started) {
		return VIOLATED;
	}
	if (vhost->header.request == VHOST_USER_SET_VRING_BASE) {
		queue->last_avail = (uint16_t)value;
		return HANDLED;
	}
	if (value == 0 || value > VIRTQ_SIZE_MAX) {
		return VIOLATED;
	}
	queue->num = value;
	return HANDLED;
}

static enum handled set_vring_addr(struct vhost_user *vhost) {
	struct vhost_user_vring_addr addr;
	if (!vhost_user_vring_addr_parse(payload(vhost), vhost->header.size, &addr)) {
		return VIOLATED;
	}
	struct virtqueue *queue = queue_of(vhost, addr.index);
	if (queue == NULL || queue->started) {
		return VIOLATED;
	}
	queue->desc_user = addr.desc;
	queue->avail_user = addr.avail;
	queue->used_user = addr.used;
	return HANDLED;
}

static enum handled get_vring_base(struct vhost_user *vhost) {
	uint32_t index, unused;
	if (!vhost_user_state_parse(payload(vhost), vhost->header.size, &index, &unused) ||
			queue_of(vhost, index) == NULL) {
		return VIOLATED;
	}
	stop_ring(vhost, index);
	le_put32(reply_body(vhost), index);
	le_put32(reply_body(vhost) + 4, queue_of(vhost, index)->last_avail);
	return send_reply(vhost, 8);
}

static enum handled set_vring_kick(struct vhost_user *vhost, uint32_t index, int fd) {
	struct virtqueue *queue = &vhost->gpu->queues[index];
	struct ring *ring = &vhost->rings[index];
	stop_kick(vhost, index);
	queue->kick_fd = fd;
	if (!queue->started && !virtqueue_locate(queue)) {
		log_warn("a queue lies outside of guest memory");
		return VIOLATED;
	}
	queue->started = true;
	queue->broken = false;
	if ((vhost->features & FEATURE_PROTOCOL) == 0) {
		queue->enabled = true;
	}
	if (fd >= 0) {
		fd_set_nonblock(fd, true);
		ring->kick = wl_event_loop_add_fd(vhost->loop, fd, WL_EVENT_READABLE, handle_kick,
				ring);
	}
	return HANDLED;
}

static enum handled set_vring_fd(struct vhost_user *vhost) {
	uint64_t value;
	if (!vhost_user_u64_parse(payload(vhost), vhost->header.size, &value)) {
		return VIOLATED;
	}
	uint32_t index = (uint32_t)(value & VRING_INDEX_MASK);
	size_t wanted = (value & VRING_NO_FD) != 0 ? 0 : 1;
	struct virtqueue *queue = queue_of(vhost, index);
	if (queue == NULL || vhost->n_fds != wanted) {
		return VIOLATED;
	}
	int fd = wanted == 1 ? fd_steal(&vhost->fds[0]) : -1;
	switch (vhost->header.request) {
	case VHOST_USER_SET_VRING_KICK:
		return set_vring_kick(vhost, index, fd);
	case VHOST_USER_SET_VRING_CALL:
		fd_close(&queue->call_fd);
		queue->call_fd = fd;
		fd_set_nonblock(fd, true);
		if (ring_is_active(queue)) {
			virtqueue_notify(queue); // answers may have come before
		}
		return HANDLED;
	default:
		fd_close(&fd); // nothing is ever signalled as an error of the ring
		return HANDLED;
	}
}

static enum handled set_vring_enable(struct vhost_user *vhost) {
	uint32_t index, on;
	if (!vhost_user_state_parse(payload(vhost), vhost->header.size, &index, &on) ||
			queue_of(vhost, index) == NULL) {
		return VIOLATED;
	}
	queue_of(vhost, index)->enabled = on != 0;
	if (on == 0 && index == GPU_QUEUE_CONTROL) {
		gpu_stop(vhost->gpu);
	}
	return HANDLED;
}

static enum handled set_backend_channel(struct vhost_user *vhost) {
	if (vhost->n_fds != 1) {
		return VIOLATED;
	}
	window_set_channel(&vhost->gpu->window, fd_steal(&vhost->fds[0]));
	return HANDLED;
}

static enum handled get_config(struct vhost_user *vhost) {
	struct vhost_user_config range;
	uint8_t config[VHOST_USER_CONFIG_MAX];
	uint8_t *body = reply_body(vhost);
	if (!vhost_user_config_parse(payload(vhost), vhost->header.size, &range)) {
		return send_reply(vhost, 0); // the protocol's way to say no
	}
	gpu_put_config(config);
	memcpy(body, payload(vhost), 12);
	memcpy(body + 12, config + range.offset, range.size);
	return send_reply(vhost, 12 + range.size);
}

static enum handled set_config(struct vhost_user *vhost) {
	struct vhost_user_config range;
	/* Only events_clear can be written, and there are no events. */
	return vhost_user_config_parse(payload(vhost), vhost->header.size, &range) ? HANDLED
										   : VIOLATED;
}

static enum handled get_shmem_config(struct vhost_user *vhost) {
	uint8_t *body = reply_body(vhost);
	memset(body, 0, VHOST_USER_SHMEM_CONFIG_BYTES);
	le_put32(body, 1);
	le_put64(body + 8 + 8, VM_BLOB_WINDOW_BYTES); // region 1: host-visible memory
	return send_reply(vhost, VHOST_USER_SHMEM_CONFIG_BYTES);
}

static enum handled nothing_to_do(struct vhost_user *vhost) {
	return HANDLED;
}

static enum handled get_features(struct vhost_user *vhost) {
	return reply_u64(vhost, FEATURES);
}

static enum handled get_protocol_features(struct vhost_user *vhost) {
	return reply_u64(vhost, PROTOCOL_FEATURES);
}

static enum handled get_queue_num(struct vhost_user *vhost) {
	return reply_u64(vhost, GPU_QUEUES);
}

/* One row a request that is served. */
static const struct {
	enum vhost_user_request request;
	enum handled (*handle)(struct vhost_user *vhost);
} rows[] = {
		{VHOST_USER_GET_FEATURES, get_features},
		{VHOST_USER_SET_FEATURES, set_features},
		{VHOST_USER_SET_OWNER, nothing_to_do},
		{VHOST_USER_RESET_OWNER, nothing_to_do},
		{VHOST_USER_SET_MEM_TABLE, set_mem_table},
		{VHOST_USER_SET_VRING_NUM, set_vring_number},
		{VHOST_USER_SET_VRING_ADDR, set_vring_addr},
		{VHOST_USER_SET_VRING_BASE, set_vring_number},
		{VHOST_USER_GET_VRING_BASE, get_vring_base},
		{VHOST_USER_SET_VRING_KICK, set_vring_fd},
		{VHOST_USER_SET_VRING_CALL, set_vring_fd},
		{VHOST_USER_SET_VRING_ERR, set_vring_fd},
		{VHOST_USER_GET_PROTOCOL_FEATURES, get_protocol_features},
		{VHOST_USER_SET_PROTOCOL_FEATURES, set_protocol_features},
		{VHOST_USER_GET_QUEUE_NUM, get_queue_num},
		{VHOST_USER_SET_VRING_ENABLE, set_vring_enable},
		{VHOST_USER_SET_BACKEND_REQ_FD, set_backend_channel},
		{VHOST_USER_GET_CONFIG, get_config},
		{VHOST_USER_SET_CONFIG, set_config},
		{VHOST_USER_GET_SHMEM_CONFIG, get_shmem_config},
};

static enum handled dispatch(struct vhost_user *vhost) {
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((uint32_t)rows[i].request == vhost->header.request) {
			return rows[i].handle(vhost);
		}
	}
	log_warn("the VMM sent request %u, which was never offered", vhost->header.request);
	/* Told if it can be told; otherwise the front end would wait for a reply for ever. */
	return vhost->header.needs_reply ? REFUSED : VIOLATED;
}

/* Handles the message that is complete; false if the connection ends. */
static bool handle_message(struct vhost_user *vhost) {
	enum handled handled = dispatch(vhost);
	for (size_t i = 0; i < vhost->n_fds; i++) {
		fd_close(&vhost->fds[i]);
	}
	vhost->n_fds = 0;
	vhost->have = 0;
	if (handled == VIOLATED) {
		log_warn("the VMM broke the vhost-user protocol (request %u)",
				vhost->header.request);
		return false;
	}
	bool acknowledge = vhost->header.needs_reply &&
			(vhost->protocol & BIT(VHOST_USER_PROTOCOL_REPLY_ACK)) != 0;
	if (handled != REPLIED && acknowledge &&
			reply_u64(vhost, handled == REFUSED ? 1 : 0) == VIOLATED) {
		return false;
	}
	activate(vhost);
	return true;
}

/* --- the socket --- */

/* Reads towards `want` bytes of the message; 1: there, 0: not yet, negative: gone. */
static int receive(struct vhost_user *vhost, size_t want) {
	while (vhost->have < want) {
		size_t n = FD_MESSAGE_MAX - vhost->n_fds;
		ssize_t got = fd_recv(vhost->sock, vhost->bytes + vhost->have, want - vhost->have,
				vhost->fds + vhost->n_fds, &n);
		if (got == -EAGAIN) {
			return 0;
		}
		if (got <= 0) {
			return got == 0 ? -ECONNRESET : (int)got;
		}
		vhost->have += (size_t)got;
		vhost->n_fds += n;
	}
	return 1;
}

/* Receives and handles one message; 1: go on, 0: nothing more now, negative: the end. */
static int receive_message(struct vhost_user *vhost) {
	int ret = receive(vhost, VHOST_USER_HEADER_BYTES);
	if (ret <= 0) {
		return ret;
	}
	if (!vhost_user_header_parse(vhost->bytes, &vhost->header) || vhost->header.is_reply) {
		log_warn("the VMM sent a malformed vhost-user message");
		return -EPROTO;
	}
	ret = receive(vhost, VHOST_USER_HEADER_BYTES + vhost->header.size);
	if (ret <= 0) {
		return ret;
	}
	return handle_message(vhost) ? 1 : -EPROTO;
}

static void disconnect(struct vhost_user *vhost) {
	if (vhost->source != NULL) {
		wl_event_source_remove(vhost->source);
		vhost->source = NULL;
	}
	fd_close(&vhost->sock);
	for (size_t i = 0; i < vhost->n_fds; i++) {
		fd_close(&vhost->fds[i]);
	}
	vhost->n_fds = 0;
	for (uint32_t i = 0; i < GPU_QUEUES; i++) {
		stop_ring(vhost, i);
	}
}

static int handle_socket(int fd, uint32_t mask, void *data) {
	struct vhost_user *vhost = data;
	int ret;
	do {
		ret = receive_message(vhost);
	} while (ret > 0);
	if (ret < 0) {
		disconnect(vhost);
		vhost->ended(vhost->data);
	}
	return 0;
}

struct vhost_user *vhost_user_create(struct wl_event_loop *loop, struct gpu *gpu, int fd,
		void (*ended)(void *data), void *data) {
	struct vhost_user *vhost = calloc(1, sizeof(*vhost));
	if (vhost == NULL) {
		close(fd);
		return NULL;
	}
	vhost->loop = loop;
	vhost->gpu = gpu;
	vhost->sock = fd;
	vhost->ended = ended;
	vhost->data = data;
	for (size_t i = 0; i < GPU_QUEUES; i++) {
		vhost->rings[i].vhost = vhost;
		vhost->rings[i].decide = true;
	}
	fd_set_nonblock(fd, true);
	vhost->source = wl_event_loop_add_fd(loop, fd, WL_EVENT_READABLE, handle_socket, vhost);
	if (vhost->source == NULL) {
		vhost_user_destroy(vhost);
		return NULL;
	}
	return vhost;
}

void vhost_user_destroy(struct vhost_user *vhost) {
	if (vhost == NULL) {
		return;
	}
	disconnect(vhost);
	free(vhost);
}
