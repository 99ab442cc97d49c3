/* SPDX-License-Identifier: MIT */
#include "proxy/device/context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "proxy/device/gpu.h"
#include "proxy/device/import.h"
#include "proxy/quota/pool.h"
#include "proxy/wire/client.h"

/* Image requirements are not stored: their number carries the size in pages, and is even. */
#define IMAGE_ID_BASE 0x40000000u
#define IMAGE_ID_PAGES_MAX (1u << 20)
#define PAGE_SIZE 4096ull

/* The rest of a submission that the engine could not take yet. */
struct submission {
	struct wl_list link; // context.backlog
	struct gpu_held *held;
	bool polls; // its chain becomes the POLL when all is done
	size_t at, len;
	uint8_t bytes[];
};

struct context {
	struct gpu *gpu;
	uint32_t id;
	unsigned slot;
	uint32_t query_ring, channel_ring; // resource ids, looked up at every use
	size_t channel_bytes;              // what one answer may take
	enum cross_domain_layout layout;
	bool initialised;
	bool ended;                   // the client is over
	bool eof_told;                // the guest knows
	bool pipe_next;               // READ and RECEIVE take turns
	bool stalls;                  // counted in gpu.stalled
	struct wire_client *client;   // may be NULL
	struct gpu_held *poll;        // may be NULL
	struct wl_event_source *turn; // idle, may be NULL
	struct item_set items;
	struct wl_list backlog; // submission.link
	size_t n_backlog;
};

enum run {
	RUN_DONE,
	RUN_BLOCKED,
	RUN_REFUSED, // answered with an error, the client goes on
	RUN_BAD,
};

static void deliver(struct context *context);
static void drain(struct context *context);

/* --- turns: what happens outside the engine's callbacks --- */

static void submission_destroy(struct context *context, struct submission *submission) {
	wl_list_remove(&submission->link);
	context->n_backlog--;
	free(submission);
}

static void update_stall(struct context *context) {
	struct gpu *gpu = context->gpu;
	bool stalls = context->n_backlog >= CONTEXT_BACKLOG_MAX;
	if (stalls != context->stalls) {
		context->stalls = stalls;
		gpu->stalled += stalls ? 1 : -1u;
		if (!stalls) {
			gpu_unstall(gpu);
		}
	}
}

static void drop_backlog(struct context *context) {
	struct submission *submission, *next;
	wl_list_for_each_safe(submission, next, &context->backlog, link) {
		if (submission->polls && context->poll == NULL) {
			context->poll = submission->held;
		} else {
			gpu_finish(context->gpu, submission->held, GPU_OK_NODATA);
		}
		submission_destroy(context, submission);
	}
	update_stall(context);
}

static void take_turn(void *data) {
	struct context *context = data;
	context->turn = NULL;
	if (context->ended) {
		wire_client_destroy(context->client);
		context->client = NULL;
		drop_backlog(context);
		item_set_finish(&context->items);
	} else {
		drain(context);
	}
	deliver(context);
}

static void schedule(void *data) {
	struct context *context = data;
	if (context->turn == NULL) {
		context->turn = wl_event_loop_add_idle(context->gpu->loop, take_turn, context);
	}
}

static void handle_ended(void *data, const char *reason) {
	struct context *context = data;
	context->ended = true;
	schedule(context);
}

static const struct wire_front front = {
		.readable = schedule,
		.writable = schedule,
		.ended = handle_ended,
};

/* --- life --- */

struct context *context_create(struct gpu *gpu, uint32_t id, unsigned slot) {
	struct context *context = calloc(1, sizeof(*context));
	if (context == NULL) {
		return NULL;
	}
	context->gpu = gpu;
	context->id = id;
	context->slot = slot;
	item_set_init(&context->items, &gpu->items, schedule, context);
	wl_list_init(&context->backlog);
	return context;
}

void context_destroy(struct context *context) {
	if (context == NULL) {
		return;
	}
	if (context->turn != NULL) {
		wl_event_source_remove(context->turn);
	}
	wire_client_destroy(context->client);
	drop_backlog(context);
	if (context->poll != NULL) {
		gpu_finish(context->gpu, context->poll, GPU_OK_NODATA);
	}
	item_set_finish(&context->items);
	free(context);
}

uint32_t context_id(const struct context *context) {
	return context->id;
}

/* --- host to guest --- */

static bool write_ring(struct context *context, uint32_t ring, const uint8_t *bytes, size_t len) {
	struct gpu *gpu = context->gpu;
	const struct resource *resource = resource_find(&gpu->resources, ring);
	return resource != NULL && resource_write(resource, &gpu->memory, bytes, len);
}

/* Puts the answer into the channel ring and completes the POLL. */
static void answer_poll(struct context *context, size_t len) {
	struct gpu_held *poll = context->poll;
	context->poll = NULL;
	if (!write_ring(context, context->channel_ring, context->gpu->answer, len)) {
		gpu_complain(context->gpu, "a context took its ring away");
		context->ended = true;
		schedule(context);
	}
	gpu_finish(context->gpu, poll, GPU_OK_NODATA);
}

/* Gives the descriptor a number for the guest; it is consumed. */
static bool identify(struct context *context, int fd, struct cross_domain_id *ret_id) {
	struct item *item;
	if (import_is_pipe_writer(fd)) {
		item = item_add_writer(&context->items, fd);
		if (item == NULL) {
			close(fd);
			return false;
		}
		*ret_id = (struct cross_domain_id){item->id, CROSS_DOMAIN_ID_WRITE_PIPE, 0};
		return true;
	}
	uint32_t size;
	struct pool_file *file = import_file(context->gpu->account, fd, &size);
	close(fd);
	if (file == NULL) {
		return false;
	}
	item = item_add_file(&context->items, file);
	if (item == NULL) {
		pool_file_unref(file);
		return false;
	}
	*ret_id = (struct cross_domain_id){item->id, CROSS_DOMAIN_ID_BLOB, size};
	return true;
}

static enum cross_domain_layout answer_layout(const struct context *context) {
	return context->layout != CROSS_DOMAIN_LAYOUT_UNKNOWN ? context->layout
							      : CROSS_DOMAIN_LAYOUT_NEW;
}

/* Returns whether the POLL was answered. */
static bool deliver_messages(struct context *context) {
	if (context->client == NULL || context->ended || !wire_client_has_output(context->client)) {
		return false;
	}
	enum cross_domain_layout layout = answer_layout(context);
	size_t fixed = cross_domain_send_bytes(layout);
	int fds[CROSS_DOMAIN_IDS_MAX];
	size_t n = (size_t)layout;
	uint8_t *answer = context->gpu->answer;
	size_t len = wire_client_pull(context->client, answer + fixed,
			context->channel_bytes - fixed, fds, &n);
	struct cross_domain_id ids[CROSS_DOMAIN_IDS_MAX];
	bool sound = true;
	for (size_t i = 0; i < n; i++) {
		if (sound) {
			sound = identify(context, fds[i], &ids[i]);
		} else {
			close(fds[i]);
		}
	}
	if (!sound) {
		gpu_complain(context->gpu, "a client let too many received files and pipes lie");
		context->ended = true;
		schedule(context);
		return false;
	}
	if (len == 0) {
		return false; // 0 bytes would mean the end
	}
	cross_domain_put_receive(answer, layout, ids, n, len);
	answer_poll(context, fixed + len);
	return true;
}

static bool deliver_pipe(struct context *context) {
	struct item *item;
	while ((item = item_first_ready(&context->items)) != NULL) {
		uint8_t *answer = context->gpu->answer;
		ssize_t got = item_read(item, answer + CROSS_DOMAIN_READ_BYTES,
				context->channel_bytes - CROSS_DOMAIN_READ_BYTES);
		if (got == -EAGAIN) {
			continue;
		}
		cross_domain_put_read(answer, item->id, got == 0, (size_t)got);
		if (got == 0) {
			item_destroy(item);
		}
		answer_poll(context, CROSS_DOMAIN_READ_BYTES + (size_t)got);
		return true;
	}
	return false;
}

/* Answers the POLL if there is something to tell. */
static void deliver(struct context *context) {
	if (!context->gpu->running || context->poll == NULL || !context->initialised) {
		return;
	}
	bool told = context->pipe_next ? deliver_pipe(context) || deliver_messages(context)
				       : deliver_messages(context) || deliver_pipe(context);
	if (told) {
		context->pipe_next = !context->pipe_next;
	} else if (context->ended && !context->eof_told) {
		context->eof_told = true;
		enum cross_domain_layout layout = answer_layout(context);
		cross_domain_put_receive(context->gpu->answer, layout, NULL, 0, 0);
		answer_poll(context, cross_domain_send_bytes(layout));
	}
}

void context_resume(struct context *context) {
	if (context->ended || context->poll != NULL) {
		schedule(context);
	}
}

/* --- guest to host --- */

/* Is it an attached resource of guest memory that can hold the smallest ring? */
static const struct resource *find_ring(struct context *context, uint32_t id) {
	const struct resource *resource = resource_find(&context->gpu->resources, id);
	bool fits = resource != NULL && resource->entries != NULL && resource->size >= PAGE_SIZE &&
			resource_is_attached(resource, context->slot);
	return fits ? resource : NULL;
}

static enum run run_init(struct context *context, const struct cross_domain_command *command) {
	const struct resource *query = find_ring(context, command->init.query_ring);
	const struct resource *channel = find_ring(context, command->init.channel_ring);
	if (context->initialised || query == NULL || channel == NULL ||
			(command->init.channel != CROSS_DOMAIN_CHANNEL_WAYLAND &&
					command->init.channel != CROSS_DOMAIN_CHANNEL_NONE)) {
		return RUN_BAD;
	}
	context->query_ring = query->id;
	context->channel_ring = channel->id;
	context->channel_bytes = channel->size < CROSS_DOMAIN_ANSWER_MAX ? (size_t)channel->size
									 : CROSS_DOMAIN_ANSWER_MAX;
	context->initialised = true;
	if (command->init.channel == CROSS_DOMAIN_CHANNEL_WAYLAND) {
		context->client = wire_client_create(context->gpu->domain, &front, context);
		if (context->client == NULL) {
			/* The guest gets an end of file, which every proxy understands. */
			gpu_complain(context->gpu, "too many clients");
			context->ended = true;
		}
	}
	return RUN_DONE;
}

static enum run run_image(struct context *context, const struct cross_domain_command *command) {
	struct cross_domain_image image;
	if (!context->initialised) {
		return RUN_BAD;
	}
	if (!cross_domain_image_layout(command->image.fourcc, command->image.width,
			    command->image.height, BLOB_BYTES_MAX, &image)) {
		gpu_complain(context->gpu, "an image of a format or size that is not offered");
		return RUN_REFUSED;
	}
	uint64_t pages = (image.size + PAGE_SIZE - 1) / PAGE_SIZE;
	image.blob_id = IMAGE_ID_BASE | (uint32_t)pages << 1;
	uint8_t answer[CROSS_DOMAIN_IMAGE_BYTES];
	cross_domain_put_image(answer, &image);
	return write_ring(context, context->query_ring, answer, sizeof(answer)) ? RUN_DONE
										: RUN_BAD;
}

/* Makes a pipe whose write end goes out; its read end becomes the guest's item. */
static bool make_reader(struct context *context, uint32_t id, struct wire_fd *ret_fd) {
	int ends[2];
	if (!item_reader_id_is_next(&context->items, id) || pipe2(ends, O_CLOEXEC) < 0) {
		return false;
	}
	if (item_add_reader(&context->items, id, ends[0]) == NULL) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	*ret_fd = (struct wire_fd){.fd = ends[1], .kind = WIRE_FD_PIPE_WRITE};
	return true;
}

/* Undoes what make_send_fds() made, for a SEND that is not taken. */
static void drop_send_fds(struct context *context, const struct cross_domain_command *command,
		struct wire_fd *fds, size_t n) {
	for (size_t i = 0; i < n; i++) {
		pool_file_unref(fds[i].pool);
		fd_close(&fds[i].fd);
	}
	/* Last first, so that the numbering of readers is as before. */
	for (size_t i = n; i > 0; i--) {
		uint32_t id = command->send.ids[i - 1].id;
		struct item *item = command->send.ids[i - 1].type == CROSS_DOMAIN_ID_READ_PIPE
				? item_find(&context->items, ITEM_READER, id)
				: NULL;
		if (item != NULL) {
			item_destroy(item);
			if (id + 1 == context->items.next_reader) {
				context->items.next_reader = id;
			}
		}
	}
}

static bool make_send_fds(struct context *context, const struct cross_domain_command *command,
		struct wire_fd *fds) {
	size_t n = 0;
	for (; n < command->send.n; n++) {
		const struct cross_domain_id *id = &command->send.ids[n];
		if (id->type == CROSS_DOMAIN_ID_BLOB) {
			struct resource *resource = resource_find(&context->gpu->resources, id->id);
			if (resource == NULL || resource->entries != NULL ||
					!resource_is_attached(resource, context->slot)) {
				break;
			}
			if (resource->memory == NULL) {
				gpu_complain(context->gpu, "a blob sent without being mapped");
				break;
			}
			fds[n] = (struct wire_fd){.fd = -1,
					.kind = WIRE_FD_POOL,
					.pool = pool_file_ref(resource->memory)};
		} else if (id->type != CROSS_DOMAIN_ID_READ_PIPE ||
				!make_reader(context, id->id, &fds[n])) {
			break;
		}
	}
	if (n < command->send.n) {
		drop_send_fds(context, command, fds, n);
		return false;
	}
	return true;
}

static enum run run_send(struct context *context, const struct cross_domain_command *command) {
	if (!context->initialised) {
		return RUN_BAD;
	}
	context->layout = command->send.layout;
	if (context->client == NULL || context->ended || command->send.len == 0) {
		/* A late message of a client that is over is not an error, nor is an empty one. */
		bool sound = context->ended || (context->client != NULL && command->send.n == 0);
		return sound ? RUN_DONE : RUN_BAD;
	}
	struct wire_fd fds[CROSS_DOMAIN_IDS_MAX];
	if (!make_send_fds(context, command, fds)) {
		return RUN_BAD;
	}
	ssize_t taken = wire_client_push(context->client, command->send.bytes, command->send.len,
			fds, command->send.n);
	if (taken == 0) {
		drop_send_fds(context, command, fds, command->send.n);
		return RUN_BLOCKED;
	}
	if (taken < 0) {
		context->ended = true;
		schedule(context);
	}
	return RUN_DONE;
}

static enum run run_write(struct context *context, const struct cross_domain_command *command) {
	struct item *item = item_find(&context->items, ITEM_WRITER, command->write.id);
	if (item == NULL) {
		return RUN_REFUSED; // may have ended meanwhile
	}
	item_write(item, command->write.bytes, command->write.len, command->write.hang_up);
	return RUN_DONE;
}

static enum run run_one(struct context *context, const struct cross_domain_command *command,
		bool *polls) {
	switch (command->kind) {
	case CROSS_DOMAIN_INIT:
		return run_init(context, command);
	case CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS:
		return run_image(context, command);
	case CROSS_DOMAIN_POLL:
		if (*polls || context->poll != NULL || !context->initialised) {
			return RUN_BAD;
		}
		*polls = true;
		return RUN_DONE;
	case CROSS_DOMAIN_SEND:
		return run_send(context, command);
	case CROSS_DOMAIN_WRITE:
		return run_write(context, command);
	case CROSS_DOMAIN_RECEIVE:
	case CROSS_DOMAIN_READ:
		break;
	}
	return RUN_BAD;
}

/* Executes commands from *at on, up to the end or the first that is not done. */
static enum run run(struct context *context, const uint8_t *bytes, size_t len, size_t *at,
		bool *polls) {
	while (*at < len) {
		struct cross_domain_command command;
		size_t used;
		if (cross_domain_parse(bytes + *at, len - *at, context->layout, &command, &used) !=
				CROSS_DOMAIN_OK) {
			return RUN_BAD;
		}
		enum run result = run_one(context, &command, polls);
		if (result != RUN_DONE) {
			return result;
		}
		*at += used;
	}
	return RUN_DONE;
}

static enum context_result end_badly(struct context *context) {
	if (!context->ended) {
		gpu_complain(context->gpu, "malformed cross-domain commands end a client");
	}
	context->ended = true;
	schedule(context);
	return CONTEXT_BAD;
}

/* Keeps the rest of the present submission until the engine takes it. */
static enum context_result put_by(struct context *context, const uint8_t *bytes, size_t len,
		bool polls) {
	struct submission *submission = malloc(sizeof(*submission) + len);
	struct gpu_held *held = submission != NULL ? gpu_hold(context->gpu) : NULL;
	if (held == NULL) {
		free(submission);
		return end_badly(context);
	}
	*submission = (struct submission){.held = held, .polls = polls, .len = len};
	memcpy(submission->bytes, bytes, len);
	wl_list_insert(context->backlog.prev, &submission->link);
	context->n_backlog++;
	update_stall(context);
	return CONTEXT_HELD;
}

/* A lone POLL or query overtakes what waits: the guest must be able to go on receiving. */
static bool may_overtake(const uint8_t *bytes, size_t len) {
	return len <= 24 && len > 0 &&
			(bytes[0] == CROSS_DOMAIN_POLL ||
					bytes[0] == CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS);
}

enum context_result context_submit(struct context *context, const uint8_t *bytes, size_t len) {
	if (!wl_list_empty(&context->backlog) && !may_overtake(bytes, len)) {
		return put_by(context, bytes, len, false);
	}
	size_t at = 0;
	bool polls = false;
	switch (run(context, bytes, len, &at, &polls)) {
	case RUN_DONE:
		break;
	case RUN_BLOCKED:
		return put_by(context, bytes + at, len - at, polls);
	case RUN_REFUSED:
		return CONTEXT_BAD;
	case RUN_BAD:
		return end_badly(context);
	}
	if (!polls) {
		return CONTEXT_DONE;
	}
	context->poll = gpu_hold(context->gpu);
	if (context->poll == NULL) {
		return end_badly(context);
	}
	deliver(context);
	return CONTEXT_HELD;
}

/* Goes on with what waits. */
static void drain(struct context *context) {
	while (!context->ended && !wl_list_empty(&context->backlog)) {
		struct submission *submission =
				wl_container_of(context->backlog.next, submission, link);
		enum run result = run(context, submission->bytes, submission->len, &submission->at,
				&submission->polls);
		if (result == RUN_BLOCKED) {
			break;
		}
		if (result == RUN_BAD) {
			end_badly(context); // its turn comes again and drops the backlog
			break;
		}
		if (submission->polls && context->poll == NULL) {
			context->poll = submission->held;
		} else {
			gpu_finish(context->gpu, submission->held, GPU_OK_NODATA);
		}
		submission_destroy(context, submission);
	}
	update_stall(context);
}

bool context_take_blob(struct context *context, uint64_t blob_id, uint64_t size,
		struct pool_file **ret_content) {
	uint64_t pages = size / PAGE_SIZE;
	if (blob_id >= IMAGE_ID_BASE && (blob_id & 1) == 0) {
		bool offered = pages > 0 && pages <= IMAGE_ID_PAGES_MAX / 2 &&
				blob_id == (IMAGE_ID_BASE | pages << 1);
		if (offered) {
			*ret_content = NULL;
		}
		return offered;
	}
	struct item *item = blob_id <= UINT32_MAX
			? item_find(&context->items, ITEM_FILE, (uint32_t)blob_id)
			: NULL;
	if (item == NULL || size > pool_file_size(item->file)) {
		return false;
	}
	*ret_content = pool_file_ref(item->file);
	item_destroy(item);
	return true;
}
