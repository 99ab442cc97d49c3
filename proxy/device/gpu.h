/* SPDX-License-Identifier: MIT
 *
 * The virtio-gpu device of one VM, without display: capability set 5 (cross-domain) only. It takes
 * commands from the control queue and answers them at once, or holds a chain until what it waits
 * for has happened: an event for the guest (POLL), room at the compositor's side. Until the VMM has
 * mapped the window the queues wait.
 *
 * Transport (vhost_user.h) feeds it: guest memory, the two queues, the window's channel, start and
 * stop. While it is stopped nothing is written to guest memory; a start is a resume or, with reset,
 * the end of everything that the guest had.
 */
#ifndef SILO_PROXY_DEVICE_GPU_H
#define SILO_PROXY_DEVICE_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "base/limits.h"
#include "base/log.h"
#include "parse/cross_domain.h"
#include "parse/virtio_gpu.h"
#include "parse/virtqueue.h"
#include "proxy/device/guest_memory.h"
#include "proxy/device/item.h"
#include "proxy/device/resource.h"
#include "proxy/device/virtqueue.h"
#include "proxy/device/window.h"

struct context;
struct pool_account;
struct wire_domain;

#define GPU_QUEUES 2
#define GPU_QUEUE_CONTROL 0
/* Writable segments of a held chain that are kept: its answer is a header. */
#define GPU_HELD_SEGMENTS 4
#define GPU_HELD_ANSWER_BYTES GPU_HEADER_BYTES

/* A chain whose answer waits. */
struct gpu_held {
	struct wl_list link; // gpu.held
	struct gpu_header header;
	struct virtq_segment segments[GPU_HELD_SEGMENTS];
	size_t n_segments;
	uint16_t head;
	uint8_t queue;
	bool due; // answered while the rings were stopped
	uint8_t answer[GPU_HELD_ANSWER_BYTES];
	struct gpu *gpu;
};

struct gpu {
	struct wl_event_loop *loop;
	struct wire_domain *domain;   // not owned
	struct pool_account *account; // not owned
	struct guest_memory memory;
	struct window window;
	struct virtqueue queues[GPU_QUEUES];
	struct resource_table resources;
	struct item_pool items;
	struct context *contexts[VM_CONTEXTS_MAX];
	struct wl_list held; // gpu_held.link
	size_t n_held;
	struct wl_event_source *more; // idle: the control queue is not empty yet
	struct log_limit log;
	bool running;
	unsigned stalled; // contexts whose backlog is full: the control queue waits
	/* The chain that is being worked on. */
	struct virtq_chain chain;
	struct gpu_command command;
	uint8_t queue;
	bool answered;
	struct virtq_segment segments[VIRTQ_SEGMENTS_MAX];
	uint8_t payload[SUBMIT_BYTES_MAX];
	uint8_t answer[CROSS_DOMAIN_ANSWER_MAX + 1];
};

/* Heap object, large and mostly untouched. NULL: out of memory. */
struct gpu *gpu_create(struct wl_event_loop *loop, struct wire_domain *domain,
		struct pool_account *account);
/* NULL is fine. */
void gpu_destroy(struct gpu *gpu);

/* The rings run (again). reset: the guest started from nothing. */
void gpu_start(struct gpu *gpu, bool reset);
void gpu_stop(struct gpu *gpu);

/* Works through a queue's new chains. */
void gpu_process(struct gpu *gpu, unsigned queue);

/* The configuration space of the device, VHOST_USER_CONFIG_MAX bytes. */
void gpu_put_config(uint8_t *out);

/* --- for contexts --- */

/* Keeps the present chain for a later gpu_finish(). NULL: out of memory (the chain is to be
 * answered). */
struct gpu_held *gpu_hold(struct gpu *gpu);
/* Answers a held chain, now or when the rings run again, and frees it. */
void gpu_finish(struct gpu *gpu, struct gpu_held *held, uint32_t answer);
/* One line of the log about what the guest did wrong, within the budget. */
void gpu_complain(struct gpu *gpu, const char *what);
/* Lets the control queue go on when no context's backlog is full any more. */
void gpu_unstall(struct gpu *gpu);

#endif
