/* SPDX-License-Identifier: MIT */
#include "tests/bridge/fake_host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "guest/bridge/cross_domain.h"

#define BLOBS_MAX 512
#define ITEMS_MAX 64
#define PIPES_MAX 64

/* Everything that the host requires of the bridge; the process ends so that the test fails. */
#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "# fake host: %s:%d: %s\n", __FILE__, __LINE__,            \
					#condition);                                               \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

struct fake_blob {
	uint32_t resource; // 0: free
	int fd;
	uint64_t size;
	uint8_t *map;
};

struct fake_item {
	uint32_t id; // 0: free
	int fd;
	uint64_t size; // of a requirement
	/* What a pipe did not take yet. */
	uint8_t *queue;
	size_t len;
	bool ends;
};

struct fake {
	struct gpu gpu; // fd: the epoll instance
	struct fake_host *host;
	int sock;
	bool polling;
	bool hung_up;
	uint32_t last_item;
	uint32_t last_pipe;
	uint32_t query;
	uint32_t channel;
	struct fake_blob blobs[BLOBS_MAX];
	struct fake_item items[ITEMS_MAX];
	struct fake_item pipes[PIPES_MAX]; // read ends
};

static struct fake *fake_of(struct gpu *gpu) {
	return (struct fake *)gpu;
}

static struct fake_blob *find_blob(struct fake *fake, uint32_t resource) {
	for (size_t i = 0; i < BLOBS_MAX; i++) {
		if (fake->blobs[i].resource == resource) {
			return &fake->blobs[i];
		}
	}
	return NULL;
}

static struct fake_item *find_item(struct fake_item *items, size_t n, uint32_t id) {
	for (size_t i = 0; i < n; i++) {
		if (items[i].id == id) {
			return &items[i];
		}
	}
	return NULL;
}

/* Descriptors are watched only while a POLL is held. */
static void watch(struct fake *fake, int fd, int operation) {
	struct epoll_event event = {.events = fake->polling ? EPOLLIN : 0, .data.fd = fd};
	if (fake->polling || operation == EPOLL_CTL_ADD) {
		require(epoll_ctl(fake->gpu.fd, operation, fd, &event) == 0);
	} else {
		epoll_ctl(fake->gpu.fd, EPOLL_CTL_DEL, fd, NULL);
	}
}

static void set_polling(struct fake *fake, bool polling) {
	fake->polling = polling;
	int operation = polling ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
	watch(fake, fake->sock, operation);
	for (size_t i = 0; i < PIPES_MAX; i++) {
		if (fake->pipes[i].id != 0) {
			watch(fake, fake->pipes[i].fd, operation);
		}
	}
}

static void fake_close(struct gpu *gpu) {
	struct fake *fake = fake_of(gpu);
	for (size_t i = 0; i < BLOBS_MAX; i++) {
		require(fake->blobs[i].resource == 0);
	}
	for (size_t i = 0; i < ITEMS_MAX; i++) {
		if (fake->items[i].id != 0) {
			fd_close(&fake->items[i].fd);
			free(fake->items[i].queue);
		}
	}
	for (size_t i = 0; i < PIPES_MAX; i++) {
		if (fake->pipes[i].id != 0) {
			fd_close(&fake->pipes[i].fd);
		}
	}
	fd_close(&fake->sock);
	fd_close(&fake->gpu.fd);
	free(fake);
}

/* Memory for a blob id: of an image requirement (again and again), or a copy of a file (once). */
static int make_memory(struct fake *fake, uint64_t blob_id, uint64_t size) {
	struct fake_item *item = find_item(fake->items, ITEMS_MAX, (uint32_t)blob_id);
	require(item != NULL);
	int fd = memfd_create("fake-blob", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	require(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	if (item->fd < 0) {
		require(item->size == size);
		return fd;
	}
	void *bytes = malloc(size);
	ssize_t got = pread(item->fd, bytes, size, 0);
	require(got >= 0 && pwrite(fd, bytes, (size_t)got, 0) == got);
	free(bytes);
	fd_close(&item->fd);
	item->id = 0;
	return fd;
}

static int fake_blob_create(struct gpu *gpu, enum gpu_memory memory, uint64_t blob_id,
		uint64_t size, struct gpu_blob *ret_blob) {
	struct fake *fake = fake_of(gpu);
	struct fake_host *host = fake->host;
	size = (size + 4095) & ~4095ull;
	struct fake_blob *blob = find_blob(fake, 0);
	require(blob != NULL);
	if (memory == GPU_MEMORY_HOST && host->blobs_max > 0 && host->blobs >= host->blobs_max) {
		return -ENOSPC;
	}
	blob->fd = memory == GPU_MEMORY_HOST ? make_memory(fake, blob_id, size)
					     : memfd_create("fake-ring", MFD_CLOEXEC);
	require(ftruncate(blob->fd, (off_t)size) == 0);
	blob->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, blob->fd, 0);
	require(blob->map != MAP_FAILED);
	blob->size = size;
	blob->resource = ++host->last_resource;
	host->blobs += memory == GPU_MEMORY_HOST;
	*ret_blob = (struct gpu_blob){
			.handle = memory == GPU_MEMORY_HOST,
			.resource = blob->resource,
			.size = size,
			.map = blob->map,
	};
	return 0;
}

static void fake_blob_destroy(struct gpu *gpu, struct gpu_blob *blob) {
	struct fake *fake = fake_of(gpu);
	struct fake_blob *own = find_blob(fake, blob->resource);
	require(own != NULL);
	munmap(own->map, own->size);
	fd_close(&own->fd);
	fake->host->blobs -= blob->handle;
	*own = (struct fake_blob){0};
}

static int open_read_pipe(struct fake *fake, uint32_t id) {
	int ends[2];
	struct fake_item *pipe = find_item(fake->pipes, PIPES_MAX, 0);
	require(id == ++fake->last_pipe && pipe != NULL && pipe2(ends, O_CLOEXEC) == 0);
	*pipe = (struct fake_item){.id = id, .fd = ends[0]};
	if (fake->polling) {
		watch(fake, ends[0], EPOLL_CTL_ADD);
	}
	return ends[1];
}

static void do_send(struct fake *fake, const struct cross_domain_send *send, const void *data) {
	int fds[CROSS_DOMAIN_IDS_MAX];
	bool is_pipe[CROSS_DOMAIN_IDS_MAX] = {false};
	unsigned n_pipes = 0;
	require(send->num_ids <= CROSS_DOMAIN_IDS_MAX);
	for (uint32_t i = 0; i < send->num_ids; i++) {
		if (send->types[i] == CROSS_DOMAIN_ID_READ_PIPE) {
			fds[i] = open_read_pipe(fake, send->ids[i]);
			is_pipe[i] = true;
			require(++n_pipes == 1);
		} else {
			struct fake_blob *blob = find_blob(fake, send->ids[i]);
			require(send->types[i] == CROSS_DOMAIN_ID_BLOB && blob != NULL);
			fds[i] = blob->fd;
		}
	}
	ssize_t sent = fd_send(fake->sock, data, send->data_len, fds, send->num_ids);
	require(sent == (ssize_t)send->data_len || sent == -EPIPE || sent == -ECONNRESET);
	for (uint32_t i = 0; i < send->num_ids; i++) {
		if (is_pipe[i]) {
			close(fds[i]);
		}
	}
}

/* Writes what a pipe takes; the rest waits for room. */
static void flush_item(struct fake *fake, struct fake_item *item) {
	while (item->len > 0) {
		ssize_t wrote = write(item->fd, item->queue, item->len);
		if (wrote < 0 && errno == EAGAIN) {
			return;
		}
		size_t done = wrote < 0 ? item->len : (size_t)wrote;
		item->len -= done;
		memmove(item->queue, item->queue + done, item->len);
	}
	epoll_ctl(fake->gpu.fd, EPOLL_CTL_DEL, item->fd, NULL);
	free(item->queue);
	item->queue = NULL;
	if (item->ends) {
		fd_close(&item->fd);
		*item = (struct fake_item){0};
	}
}

static void do_write(struct fake *fake, const struct cross_domain_pipe *pipe, const uint8_t *data) {
	struct fake_item *item = find_item(fake->items, ITEMS_MAX, pipe->id);
	require(item != NULL && item->fd >= 0 && !item->ends);
	require(fd_set_nonblock(item->fd, true) == 0);
	if (item->len == 0) {
		struct epoll_event event = {.events = EPOLLOUT, .data.fd = item->fd};
		epoll_ctl(fake->gpu.fd, EPOLL_CTL_ADD, item->fd, &event);
	}
	item->queue = realloc(item->queue, item->len + pipe->data_len + 1);
	require(item->queue != NULL);
	memcpy(item->queue + item->len, data, pipe->data_len);
	item->len += pipe->data_len;
	item->ends = pipe->hang_up;
	flush_item(fake, item);
}

static void do_query(struct fake *fake, const struct cross_domain_image_query *query) {
	struct fake_item *item = find_item(fake->items, ITEMS_MAX, 0);
	require(item != NULL && query->height == 1 && query->drm_format == 0x20203852);
	*item = (struct fake_item){.id = fake->last_item++, .fd = -1, .size = query->width};
	struct cross_domain_image_requirements answer = {
			.strides = {query->width},
			.size = query->width,
			.blob_id = item->id,
			.map_info = 1,
	};
	memcpy(find_blob(fake, fake->query)->map, &answer, sizeof(answer));
}

static void do_command(struct fake *fake, const uint8_t *command, size_t room,
		enum gpu_fence fence) {
	const struct cross_domain_header *header = (const void *)command;
	const struct cross_domain_init *init = (const void *)command;
	const struct cross_domain_send *send = (const void *)command;
	const struct cross_domain_pipe *pipe = (const void *)command;
	require(header->cmd_size <= room);
	switch (header->cmd) {
	case CROSS_DOMAIN_INIT:
		require(header->cmd_size == 20 && init->channel_type == 1);
		fake->query = init->query_ring_id;
		fake->channel = init->channel_ring_id;
		break;
	case CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS:
		require(fence == GPU_FENCE_WAIT);
		do_query(fake, (const void *)command);
		break;
	case CROSS_DOMAIN_POLL:
		require(fence == GPU_FENCE_EVENT && !fake->polling);
		set_polling(fake, true);
		break;
	case CROSS_DOMAIN_SEND:
		require(sizeof(*send) + send->data_len <= header->cmd_size);
		do_send(fake, send, command + sizeof(*send));
		break;
	case CROSS_DOMAIN_WRITE:
		require(sizeof(*pipe) + pipe->data_len <= header->cmd_size);
		do_write(fake, pipe, command + sizeof(*pipe));
		break;
	default:
		require(!"a known command");
	}
}

static int fake_submit(struct gpu *gpu, const void *commands, size_t len, enum gpu_fence fence) {
	struct fake *fake = fake_of(gpu);
	fake->host->submits++;
	for (size_t done = 0; done < len;) {
		const struct cross_domain_header *header =
				(const void *)((const uint8_t *)commands + done);
		require(len - done >= 8 && header->cmd_size >= 8);
		do_command(fake, (const uint8_t *)commands + done, len - done, fence);
		done += header->cmd_size;
	}
	return 0;
}

/* A descriptor of the compositor becomes an item: a pipe to write into, or a file to copy. */
static void add_item(struct fake *fake, struct cross_domain_send *receive, int fd) {
	struct fake_item *item = find_item(fake->items, ITEMS_MAX, 0);
	struct stat info;
	require(item != NULL && fstat(fd, &info) == 0);
	*item = (struct fake_item){.id = fake->last_item++, .fd = fd};
	bool is_pipe = S_ISFIFO(info.st_mode);
	uint32_t i = receive->num_ids++;
	receive->ids[i] = item->id;
	receive->types[i] = is_pipe ? CROSS_DOMAIN_ID_WRITE_PIPE : CROSS_DOMAIN_ID_BLOB;
	receive->sizes[i] = is_pipe ? 0 : (uint32_t)info.st_size;
}

static void receive_wayland(struct fake *fake, uint8_t *ring) {
	struct cross_domain_send *receive = (void *)ring;
	size_t room = CROSS_DOMAIN_RING_SIZE - sizeof(*receive);
	if (fake->host->receive_max > 0 && fake->host->receive_max < room) {
		room = fake->host->receive_max;
	}
	int fds[CROSS_DOMAIN_IDS_MAX];
	size_t n = CROSS_DOMAIN_IDS_MAX;
	memset(receive, 0, sizeof(*receive));
	receive->header.cmd = CROSS_DOMAIN_RECEIVE;
	ssize_t got = fd_recv(fake->sock, ring + sizeof(*receive), room, fds, &n);
	receive->data_len = got > 0 ? (uint32_t)got : 0;
	for (size_t i = 0; i < n; i++) {
		add_item(fake, receive, fds[i]);
	}
}

static void read_pipe(struct fake *fake, uint8_t *ring, int fd) {
	struct fake_item *item = fake->pipes;
	while (item->id == 0 || item->fd != fd) {
		item++;
		require(item < fake->pipes + PIPES_MAX);
	}
	struct cross_domain_pipe *read_command = (void *)ring;
	ssize_t got = read(fd, ring + sizeof(*read_command),
			CROSS_DOMAIN_RING_SIZE - sizeof(*read_command));
	*read_command = (struct cross_domain_pipe){
			.header = {.cmd = CROSS_DOMAIN_READ},
			.id = item->id,
			.hang_up = got <= 0,
			.data_len = got > 0 ? (uint32_t)got : 0,
	};
	if (got <= 0) {
		fd_close(&item->fd);
		item->id = 0;
	}
}

static int fake_take_event(struct gpu *gpu) {
	struct fake *fake = fake_of(gpu);
	struct epoll_event event;
	if (epoll_wait(gpu->fd, &event, 1, 0) != 1) {
		return 0;
	}
	for (size_t i = 0; i < ITEMS_MAX; i++) {
		if (fake->items[i].len > 0 && fake->items[i].fd == event.data.fd) {
			flush_item(fake, &fake->items[i]);
			return 0;
		}
	}
	set_polling(fake, false);
	uint8_t *ring = find_blob(fake, fake->channel)->map;
	if (event.data.fd == fake->sock) {
		receive_wayland(fake, ring);
	} else {
		read_pipe(fake, ring, event.data.fd);
	}
	return 1;
}

static const struct gpu_ops fake_ops = {
		.close = fake_close,
		.blob_create = fake_blob_create,
		.blob_destroy = fake_blob_destroy,
		.submit = fake_submit,
		.take_event = fake_take_event,
};

struct gpu *fake_host_open(void *data, int *ret_error) {
	struct fake *fake = calloc(1, sizeof(*fake));
	require(fake != NULL);
	fake->gpu = (struct gpu){.ops = &fake_ops, .fd = epoll_create1(EPOLL_CLOEXEC)};
	fake->host = data;
	fake->sock = fd_connect(fake->host->path, SOCK_STREAM);
	fake->last_item = 2;
	fake->last_pipe = CROSS_DOMAIN_FIRST_READ_PIPE - 1;
	require(fake->gpu.fd >= 0 && fake->sock >= 0);
	return &fake->gpu;
}
