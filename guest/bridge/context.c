/* SPDX-License-Identifier: MIT */
#include "guest/bridge/context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

/* DRM_FORMAT_R8 and GBM_BO_USE_SCANOUT | GBM_BO_USE_LINEAR: a plain row of bytes. */
#define FORMAT_R8 0x20203852u
#define USE_SCANOUT_LINEAR 0x11u

int context_init(struct context *context, struct gpu *gpu) {
	*context = (struct context){
			.gpu = gpu,
			.next_pipe_id = CROSS_DOMAIN_FIRST_READ_PIPE,
			.batch = malloc(CONTEXT_BATCH_BYTES),
	};
	int error = context->batch == NULL ? -ENOMEM : 0;
	if (error == 0) {
		error = gpu->ops->blob_create(gpu, GPU_MEMORY_GUEST, 0, CROSS_DOMAIN_RING_SIZE,
				&context->query);
	}
	if (error == 0) {
		error = gpu->ops->blob_create(gpu, GPU_MEMORY_GUEST, 0, CROSS_DOMAIN_RING_SIZE,
				&context->channel);
	}
	if (error == 0) {
		struct cross_domain_init init = {
				.header = {.cmd = CROSS_DOMAIN_INIT, .cmd_size = sizeof(init)},
				.query_ring_id = context->query.resource,
				.channel_ring_id = context->channel.resource,
				.channel_type = CROSS_DOMAIN_CHANNEL_WAYLAND,
		};
		error = gpu->ops->submit(gpu, &init, sizeof(init), GPU_FENCE_NONE);
	}
	if (error < 0) {
		context_finish(context);
	}
	return error;
}

void context_finish(struct context *context) {
	struct gpu *gpu = context->gpu;
	if (context->query.map != NULL) {
		gpu->ops->blob_destroy(gpu, &context->query);
	}
	if (context->channel.map != NULL) {
		gpu->ops->blob_destroy(gpu, &context->channel);
	}
	gpu->ops->close(gpu);
	free(context->batch);
	*context = (struct context){0};
}

/* Appends room for a command of len bytes (padded to 4), handing over what is there if it is full.
 */
static int append(struct context *context, size_t len, uint8_t **ret_command) {
	size_t padded = (len + 3) & ~(size_t)3;
	if (context->batch_len + padded > CONTEXT_BATCH_BYTES) {
		int error = context_flush(context);
		if (error < 0) {
			return error;
		}
	}
	context->send_open = false;
	*ret_command = context->batch + context->batch_len;
	memset(*ret_command, 0, padded);
	context->batch_len += padded;
	return 0;
}

static bool fits_open_send(const struct context *context, size_t len, size_t n, bool has_pipe) {
	if (!context->send_open || context->batch_len + len > CONTEXT_BATCH_BYTES) {
		return false;
	}
	const struct cross_domain_send *send =
			(const struct cross_domain_send *)(context->batch + context->send);
	return send->data_len + len <= CONTEXT_SEND_BYTES_MAX &&
			send->num_ids + n <= CROSS_DOMAIN_IDS_MAX &&
			!(has_pipe && context->send_has_pipe);
}

/* Opens a SEND with room for len bytes. */
static int open_send(struct context *context, size_t len) {
	uint8_t *command;
	int error = 0;
	if (context->batch_len + sizeof(struct cross_domain_send) + len > CONTEXT_BATCH_BYTES) {
		error = context_flush(context);
	}
	if (error == 0) {
		error = append(context, sizeof(struct cross_domain_send), &command);
	}
	if (error < 0) {
		return error;
	}
	context->send = (size_t)(command - context->batch);
	context->send_open = true;
	context->send_has_pipe = false;
	((struct cross_domain_send *)command)->header.cmd = CROSS_DOMAIN_SEND;
	return 0;
}

int context_send(struct context *context, const void *message, size_t len,
		const struct context_id *ids, size_t n) {
	if (n > CROSS_DOMAIN_IDS_MAX) {
		return -EMSGSIZE;
	}
	/* Hosts accept one read pipe in a SEND. */
	bool has_pipe = n > 0 && ids[0].type == CROSS_DOMAIN_ID_READ_PIPE;
	size_t rest = len > CONTEXT_SEND_BYTES_MAX ? len - CONTEXT_SEND_BYTES_MAX : 0;
	len -= rest;
	if (!fits_open_send(context, len, n, has_pipe)) {
		int error = open_send(context, len);
		if (error < 0) {
			return error;
		}
	}
	struct cross_domain_send *send =
			(struct cross_domain_send *)(context->batch + context->send);
	for (size_t i = 0; i < n; i++) {
		send->ids[send->num_ids] = ids[i].id;
		send->types[send->num_ids] = ids[i].type;
		send->num_ids++;
	}
	context->send_has_pipe |= has_pipe;
	memcpy(context->batch + context->batch_len, message, len);
	context->batch_len += len;
	send->data_len += (uint32_t)len;
	send->header.cmd_size = (uint16_t)(sizeof(*send) + send->data_len);
	/* A message that is longer than a SEND goes on in the next: the host sees a stream. */
	return rest > 0 ? context_send(context, (const uint8_t *)message + len, rest, NULL, 0) : 0;
}

int context_write(struct context *context, uint32_t id, const void *bytes, size_t len,
		bool hang_up) {
	uint8_t *command;
	int error = append(context, sizeof(struct cross_domain_pipe) + len, &command);
	if (error < 0) {
		return error;
	}
	struct cross_domain_pipe *write = (struct cross_domain_pipe *)command;
	write->header.cmd = CROSS_DOMAIN_WRITE;
	write->header.cmd_size = (uint16_t)(sizeof(*write) + ((len + 3) & ~(size_t)3));
	write->id = id;
	write->hang_up = hang_up;
	write->data_len = (uint32_t)len;
	memcpy(command + sizeof(*write), bytes, len);
	return 0;
}

static int submit_batch(struct context *context, enum gpu_fence fence) {
	struct gpu *gpu = context->gpu;
	size_t len = context->batch_len;
	context->batch_len = 0;
	context->send_open = false;
	return gpu->ops->submit(gpu, context->batch, len, fence);
}

int context_flush(struct context *context) {
	return context->batch_len > 0 ? submit_batch(context, GPU_FENCE_NONE) : 0;
}

int context_poll(struct context *context) {
	uint8_t *command;
	int error = append(context, sizeof(struct cross_domain_header), &command);
	if (error < 0) {
		return error;
	}
	*(struct cross_domain_header *)command = (struct cross_domain_header){
			.cmd = CROSS_DOMAIN_POLL,
			.ring_idx = 1,
			.cmd_size = sizeof(struct cross_domain_header),
	};
	context->polling = true;
	return submit_batch(context, GPU_FENCE_EVENT);
}

static int read_wayland(const uint8_t *ring, struct context_event *event) {
	struct cross_domain_send receive;
	memcpy(&receive, ring, sizeof(receive));
	if (receive.num_ids > CROSS_DOMAIN_IDS_MAX ||
			receive.data_len > CROSS_DOMAIN_RING_SIZE - sizeof(receive)) {
		return -EPROTO;
	}
	event->data = ring + sizeof(receive);
	event->len = receive.data_len;
	event->n_ids = receive.num_ids;
	for (uint32_t i = 0; i < receive.num_ids; i++) {
		event->ids[i].type = receive.types[i];
		event->ids[i].id = receive.ids[i];
		event->ids[i].size = receive.sizes[i];
	}
	return 1;
}

static int read_pipe(const uint8_t *ring, struct context_event *event) {
	struct cross_domain_pipe pipe;
	memcpy(&pipe, ring, sizeof(pipe));
	if (pipe.data_len > CROSS_DOMAIN_RING_SIZE - sizeof(pipe)) {
		return -EPROTO;
	}
	event->is_read = true;
	event->data = ring + sizeof(pipe);
	event->len = pipe.data_len;
	event->pipe_id = pipe.id;
	event->hang_up = pipe.hang_up != 0;
	return 1;
}

int context_receive(struct context *context, struct context_event *ret_event) {
	int taken = context->gpu->ops->take_event(context->gpu);
	if (taken <= 0) {
		return taken;
	}
	context->polling = false;
	const uint8_t *ring = context->channel.map;
	struct context_event event = {0};
	int result = -EPROTO;
	if (ring[0] == CROSS_DOMAIN_RECEIVE) {
		result = read_wayland(ring, &event);
	} else if (ring[0] == CROSS_DOMAIN_READ) {
		result = read_pipe(ring, &event);
	}
	if (result > 0) {
		*ret_event = event;
	}
	return result;
}

/* Asks the host which blob id gives memory of size bytes, or remembers its answer. */
static int find_blob_id(struct context *context, uint64_t size, uint64_t *ret_blob_size,
		uint32_t *ret_blob_id) {
	for (unsigned i = 0; i < context->n_sizes; i++) {
		if (context->sizes[i].size == size) {
			*ret_blob_size = context->sizes[i].blob_size;
			*ret_blob_id = context->sizes[i].blob_id;
			return 0;
		}
	}
	struct cross_domain_image_query query = {
			.header = {.cmd = CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS,
					.cmd_size = sizeof(query)},
			.width = (uint32_t)size,
			.height = 1,
			.drm_format = FORMAT_R8,
			.flags = USE_SCANOUT_LINEAR,
	};
	struct gpu *gpu = context->gpu;
	memset(context->query.map, 0, sizeof(struct cross_domain_image_requirements));
	int error = gpu->ops->submit(gpu, &query, sizeof(query), GPU_FENCE_WAIT);
	if (error < 0) {
		return error;
	}
	struct cross_domain_image_requirements answer;
	memcpy(&answer, context->query.map, sizeof(answer));
	if (answer.size < size) {
		return -ENOSPC; // the host refused
	}
	/* A full table forgets one: hosts deduplicate, so asking again costs no memory there. */
	unsigned slot = context->n_sizes < CONTEXT_SIZES_MAX
			? context->n_sizes++
			: (unsigned)(size >> 12) % CONTEXT_SIZES_MAX;
	context->sizes[slot].size = size;
	context->sizes[slot].blob_size = answer.size;
	context->sizes[slot].blob_id = answer.blob_id;
	*ret_blob_size = answer.size;
	*ret_blob_id = answer.blob_id;
	return 0;
}

int context_blob_create(struct context *context, uint64_t size, struct gpu_blob *ret_blob) {
	uint64_t blob_size;
	uint32_t blob_id;
	int error = find_blob_id(context, size, &blob_size, &blob_id);
	if (error < 0) {
		return error;
	}
	return context->gpu->ops->blob_create(context->gpu, GPU_MEMORY_HOST, blob_id, blob_size,
			ret_blob);
}

void context_blob_destroy(struct context *context, struct gpu_blob *blob) {
	context->gpu->ops->blob_destroy(context->gpu, blob);
	*blob = (struct gpu_blob){0};
}

int context_import_file(struct context *context, uint32_t id, uint32_t size, uint32_t bytes_max) {
	if (size > bytes_max) {
		return -EFBIG;
	}
	cleanup_fd int fd = memfd_create("silo-bridge-file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		return -errno;
	}
	if (size > 0) {
		struct gpu_blob blob;
		struct gpu *gpu = context->gpu;
		int error = gpu->ops->blob_create(gpu, GPU_MEMORY_HOST, id, size, &blob);
		if (error < 0) {
			return error;
		}
		for (uint32_t done = 0; done < size && error == 0;) {
			ssize_t wrote = write(fd, blob.map + done, size - done);
			error = wrote < 0 ? -errno : 0;
			done += wrote > 0 ? (uint32_t)wrote : 0;
		}
		gpu->ops->blob_destroy(gpu, &blob);
		if (error < 0) {
			return error;
		}
	}
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	return fd_steal(&fd);
}
