/* SPDX-License-Identifier: MIT */
#include "proxy/device/gpu.h"

#include <stdlib.h>
#include <string.h>

#include "parse/le.h"
#include "parse/vhost_user.h"
#include "proxy/device/commands.h"
#include "proxy/device/context.h"

/* Lines a guest can cause at once; then one a second. */
#define LOG_BURST 8

static void process_more(void *data) {
	struct gpu *gpu = data;
	gpu->more = NULL;
	for (unsigned i = 0; i < GPU_QUEUES; i++) {
		gpu_process(gpu, i);
	}
}

/* The loop's other sources have their turn before the queue goes on. */
static void schedule_more(void *data) {
	struct gpu *gpu = data;
	if (gpu->more == NULL) {
		gpu->more = wl_event_loop_add_idle(gpu->loop, process_more, gpu);
	}
}

struct gpu *gpu_create(struct wl_event_loop *loop, struct wire_domain *domain,
		struct pool_account *account) {
	struct gpu *gpu = calloc(1, sizeof(*gpu));
	if (gpu == NULL) {
		return NULL;
	}
	gpu->loop = loop;
	gpu->domain = domain;
	gpu->account = account;
	gpu->log.burst = LOG_BURST;
	resource_table_init(&gpu->resources);
	item_pool_init(&gpu->items, loop);
	wl_list_init(&gpu->held);
	for (size_t i = 0; i < GPU_QUEUES; i++) {
		gpu->queues[i] = (struct virtqueue){
				.memory = &gpu->memory, .kick_fd = -1, .call_fd = -1};
	}
	if (!window_init(&gpu->window, loop, account, schedule_more, gpu)) {
		gpu_destroy(gpu);
		return NULL;
	}
	return gpu;
}

static void forget_held(struct gpu *gpu) {
	struct gpu_held *held, *next;
	wl_list_for_each_safe(held, next, &gpu->held, link) {
		wl_list_remove(&held->link);
		free(held);
	}
	gpu->n_held = 0;
}

/* Ends every context and frees every resource. */
static void drop_guest_state(struct gpu *gpu) {
	for (size_t i = 0; i < VM_CONTEXTS_MAX; i++) {
		context_destroy(gpu->contexts[i]);
		gpu->contexts[i] = NULL;
	}
	forget_held(gpu);
	resource_table_clear(&gpu->resources);
	gpu->stalled = 0;
}

void gpu_destroy(struct gpu *gpu) {
	if (gpu == NULL) {
		return;
	}
	gpu_stop(gpu);
	drop_guest_state(gpu);
	window_finish(&gpu->window);
	item_pool_finish(&gpu->items);
	guest_memory_finish(&gpu->memory);
	if (gpu->more != NULL) {
		wl_event_source_remove(gpu->more);
	}
	free(gpu);
}

void gpu_complain(struct gpu *gpu, const char *what) {
	log_limited(&gpu->log, LOG_LEVEL_WARN, "guest: %s", what);
}

/* --- start and stop --- */

/* Writes an answer to the guest and gives the chain back. */
static void complete(struct gpu *gpu, struct gpu_held *held) {
	struct virtqueue *queue = &gpu->queues[held->queue];
	uint32_t written = sizeof(held->answer);
	if (!virtqueue_write(queue, held->segments, held->n_segments, held->answer, written)) {
		written = 0;
	}
	virtqueue_push(queue, held->head, written);
	virtqueue_notify(queue);
	wl_list_remove(&held->link);
	gpu->n_held--;
	free(held);
}

void gpu_start(struct gpu *gpu, bool reset) {
	if (reset) {
		gpu->running = false;
		drop_guest_state(gpu);
	}
	window_start(&gpu->window, reset);
	gpu->running = true;
	struct gpu_held *held, *next;
	wl_list_for_each_safe(held, next, &gpu->held, link) {
		if (held->due) {
			complete(gpu, held);
		}
	}
	for (size_t i = 0; i < VM_CONTEXTS_MAX; i++) {
		if (gpu->contexts[i] != NULL) {
			context_resume(gpu->contexts[i]);
		}
	}
}

void gpu_stop(struct gpu *gpu) {
	gpu->running = false;
	window_stop(&gpu->window);
}

/* --- chains --- */

struct gpu_held *gpu_hold(struct gpu *gpu) {
	struct gpu_held *held = calloc(1, sizeof(*held));
	if (held == NULL) {
		return NULL;
	}
	held->gpu = gpu;
	held->header = gpu->command.header;
	held->queue = gpu->queue;
	held->head = gpu->chain.head;
	held->n_segments = gpu->chain.n_writable < GPU_HELD_SEGMENTS ? gpu->chain.n_writable
								     : GPU_HELD_SEGMENTS;
	for (size_t i = 0; i < held->n_segments; i++) {
		held->segments[i] = gpu->segments[gpu->chain.n_readable + i];
	}
	wl_list_insert(gpu->held.prev, &held->link);
	gpu->n_held++;
	gpu->answered = true;
	return held;
}

void gpu_finish(struct gpu *gpu, struct gpu_held *held, uint32_t answer) {
	gpu_header_put(held->answer, answer, &held->header);
	held->due = true;
	if (gpu->running) {
		complete(gpu, held);
	}
}

/* Answers the present chain; a chain without room for the answer is given back empty. */
static void answer_now(struct gpu *gpu, const uint8_t *bytes, size_t len) {
	struct virtqueue *queue = &gpu->queues[gpu->queue];
	const struct virtq_chain *chain = &gpu->chain;
	uint32_t written = 0;
	if (len > 0 && len <= chain->writable_bytes &&
			virtqueue_write(queue, gpu->segments + chain->n_readable, chain->n_writable,
					bytes, len)) {
		written = (uint32_t)len;
	}
	virtqueue_push(queue, chain->head, written);
	gpu->answered = true;
}

/* Parses the present chain's command and executes it. */
static void handle_chain(struct gpu *gpu) {
	uint8_t bytes[GPU_COMMAND_BYTES_MAX];
	const struct virtqueue *queue = &gpu->queues[gpu->queue];
	uint64_t readable = gpu->chain.readable_bytes;
	size_t len = readable < sizeof(bytes) ? (size_t)readable : sizeof(bytes);
	enum gpu_parse parsed = GPU_PARSE_NO_HEADER;
	gpu->answered = false;
	if (virtqueue_read(queue, gpu->segments, gpu->chain.n_readable, 0, bytes, len)) {
		parsed = gpu_command_parse(bytes, len, &gpu->command);
	}
	uint8_t *answer = gpu->answer;
	size_t answer_len = 0;
	switch (parsed) {
	case GPU_PARSE_NO_HEADER:
		gpu_complain(gpu, "a command without a header");
		break;
	case GPU_PARSE_SHORT:
		gpu_complain(gpu, "a truncated command");
		answer_len = gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
		break;
	case GPU_PARSE_UNKNOWN:
		answer_len = gpu_command_fail(gpu, GPU_ERR_UNSPEC);
		break;
	case GPU_PARSE_OK:
		answer_len = gpu->queue == GPU_QUEUE_CONTROL
				? gpu_command_run(gpu)
				: gpu_command_fail(gpu, GPU_ERR_UNSPEC);
		break;
	}
	if (!gpu->answered) {
		answer_now(gpu, answer, answer_len);
	}
}

void gpu_unstall(struct gpu *gpu) {
	if (gpu->stalled == 0) {
		schedule_more(gpu);
	}
}

void gpu_process(struct gpu *gpu, unsigned index) {
	struct virtqueue *queue = &gpu->queues[index];
	uint16_t used = queue->used;
	for (uint32_t budget = queue->num; gpu->running && queue->started && queue->enabled &&
			!queue->broken && gpu->stalled == 0 && window_is_settled(&gpu->window);
			budget--) {
		if (budget == 0) {
			schedule_more(gpu);
			break;
		}
		enum virtqueue_pop popped = virtqueue_pop(queue, gpu->segments, &gpu->chain);
		if (popped == VIRTQUEUE_EMPTY) {
			break;
		}
		if (popped == VIRTQUEUE_BROKEN) {
			gpu_complain(gpu,
					"its driver broke the rules of a queue; the queue stands "
					"still");
			break;
		}
		gpu->queue = (uint8_t)index;
		handle_chain(gpu);
	}
	/* A chain that is held has told nothing yet: an interrupt for it would be for nothing. */
	if (queue->used != used) {
		virtqueue_notify(queue);
	}
}

void gpu_put_config(uint8_t *out) {
	memset(out, 0, VHOST_USER_CONFIG_MAX);
	/* events_read, events_clear, num_scanouts are 0; one capability set. */
	le_put32(out + 12, 1);
}
