/* SPDX-License-Identifier: MIT
 *
 * Shared-memory pools and buffers; see the header. Offsets and sizes are a hostile guest's, and
 * files of the socket front end can change under us at any time: they are only ever read with
 * pread().
 */
#include "proxy/wire/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "proxy/quota/pool.h"
#include "proxy/wire/domain.h"
#include "proxy/wire/engine.h"

/* wl_shm sizes are signed. */
#define POOL_BYTES_MAX 0x7fffffffu
/* A copy cannot grow once it is sealed; sparse, so the most costs nothing. */
#define COPY_BYTES (1ull << 31)

void wire_fd_drop(struct wire_fd *fd) {
	fd_close(&fd->fd);
	if (fd->kind == WIRE_FD_POOL) {
		pool_file_unref(fd->pool);
	}
	fd->pool = NULL;
}

void wire_pool_unref(struct wire_pool *pool) {
	if (pool == NULL || --pool->refs > 0) {
		return;
	}
	if (pool->map != NULL) {
		munmap(pool->map, pool->map_size);
	}
	pool_file_unref(pool->file);
	fd_close(&pool->fd);
	pool->domain->pools--;
	free(pool);
}

void wire_buffer_unref(struct wire_buffer *buffer) {
	if (buffer == NULL || --buffer->refs > 0) {
		return;
	}
	wire_pool_unref(buffer->pool);
	free(buffer);
}

/* Is the file at least size bytes long? */
static bool file_has(int fd, uint64_t size) {
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0 &&
			(uint64_t)status.st_size >= size;
}

/* A file whose reads cannot block on somebody else (a user-space or network file system). */
static bool file_is_memory(int fd) {
	struct statfs status;
	return fstatfs(fd, &status) == 0 &&
			(status.f_type == TMPFS_MAGIC || status.f_type == HUGETLBFS_MAGIC ||
					status.f_type == RAMFS_MAGIC);
}

/* Enlarges the mapping of a copy. */
static bool map_copy(struct wire_pool *pool, uint64_t size) {
	void *map = pool->map == NULL ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
							pool_file_fd(pool->file), 0)
				      : mremap(pool->map, pool->map_size, size, MREMAP_MAYMOVE);
	if (map == MAP_FAILED) {
		return false;
	}
	pool->map = map;
	pool->map_size = size;
	return true;
}

/*
 * Decides what the compositor gets for the client's own file. Takes request->fd; on success it
 * holds what is to be sent.
 */
static const char *open_foreign(struct wire_request *request, struct wire_pool *pool) {
	int fd = request->fd.fd;
	if (!file_has(fd, pool->size)) {
		return "the file is smaller than the pool";
	}
	if (!file_is_memory(fd)) {
		return "the file is not in memory (memfd or tmpfs)";
	}
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals >= 0 && (seals & F_SEAL_SHRINK) != 0) {
		pool->kind = WIRE_POOL_SEALED;
		pool->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return pool->fd >= 0 ? NULL : "out of descriptors";
	}
	pool->kind = WIRE_POOL_COPIED;
	pool->file = pool_file_create(request->client->domain->config.account, COPY_BYTES);
	if (pool->file == NULL) {
		return "no memory left for this virtual machine's buffers";
	}
	int copy = fcntl(pool_file_fd(pool->file), F_DUPFD_CLOEXEC, 0);
	if (copy < 0 || !map_copy(pool, pool->size)) {
		fd_close(&copy);
		return "out of memory";
	}
	pool->fd = fd;
	request->fd.fd = copy;
	return NULL;
}

static const char *open_own(struct wire_request *request, struct wire_pool *pool) {
	if (request->fd.pool == NULL || pool_file_size(request->fd.pool) < pool->size) {
		return "the memory is smaller than the pool";
	}
	uint64_t base = pool_file_base(request->fd.pool);
	if (base + pool->size > POOL_BYTES_MAX) {
		return "the memory lies beyond what wl_shm can say";
	}
	if (request->fd.fd < 0) {
		request->fd.fd = fcntl(pool_file_fd(request->fd.pool), F_DUPFD_CLOEXEC, 0);
		if (request->fd.fd < 0) {
			return "out of descriptors";
		}
	}
	pool->kind = WIRE_POOL_OWN;
	pool->file = pool_file_ref(request->fd.pool);
	pool->base = (uint32_t)base;
	return NULL;
}

int wire_shm_create_pool(struct wire_request *request) {
	struct wire_client *client = request->client;
	uint32_t size = request->args[2].u;
	client->pools++; // released like any other, also where it is refused
	if (client->pools > CLIENT_POOLS_MAX) {
		return wire_request_refuse(request, OFFENCE_POOLS, "more than %u pools",
				(unsigned)CLIENT_POOLS_MAX);
	}
	struct wire_domain *domain = client->domain;
	if (domain->pools >= VM_POOLS_MAX) {
		return wire_request_refuse(request, OFFENCE_POOLS,
				"more than %u pools and their buffers", (unsigned)VM_POOLS_MAX);
	}
	if (size == 0 || size > POOL_BYTES_MAX) {
		return wire_request_refuse(request, OFFENCE_PROTOCOL, "size %d", (int)size);
	}
	struct wire_pool *pool = calloc(1, sizeof(*pool));
	if (pool == NULL) {
		return wire_refuse_memory(client);
	}
	*pool = (struct wire_pool){.domain = domain, .refs = 1, .fd = -1, .size = size};
	domain->pools++;
	request->made->extra = pool;
	const char *trouble = "the descriptor is no memory";
	if (request->fd.kind == WIRE_FD_POOL) {
		trouble = open_own(request, pool);
	} else if (request->fd.kind == WIRE_FD_FOREIGN) {
		trouble = open_foreign(request, pool);
	}
	if (trouble != NULL) {
		return wire_request_refuse(request, OFFENCE_DESCRIPTOR, "%s", trouble);
	}
	wire_word_set(request->bytes, request->args[2].at, pool->base + size);
	return WIRE_KEEP;
}

int wire_shm_resize_pool(struct wire_request *request) {
	struct wire_pool *pool = request->object->extra;
	uint32_t size = request->args[0].u;
	if (size < pool->size || size > POOL_BYTES_MAX) {
		return wire_request_refuse(request, OFFENCE_PROTOCOL, "size %d", (int)size);
	}
	bool there = pool->kind == WIRE_POOL_OWN
			? pool_file_size(pool->file) >= size && size <= POOL_BYTES_MAX - pool->base
			: file_has(pool->fd, size);
	if (!there) {
		return wire_request_refuse(request, OFFENCE_DESCRIPTOR,
				"the memory is smaller than the pool");
	}
	if (pool->kind == WIRE_POOL_COPIED && size > pool->map_size && !map_copy(pool, size)) {
		return wire_refuse_memory(request->client);
	}
	pool->size = size;
	wire_word_set(request->bytes, request->args[0].at, pool->base + size);
	return WIRE_KEEP;
}

/* Bytes of a pixel at least: two formats are wl_shm's own, the others' codes are fourcc. */
static uint32_t pixel_bytes_min(uint32_t format) {
	return format <= 1 ? 4 : 1;
}

int wire_shm_create_buffer(struct wire_request *request) {
	struct wire_pool *pool = request->object->extra;
	int32_t offset = (int32_t)request->args[1].u;
	int32_t width = (int32_t)request->args[2].u;
	int32_t height = (int32_t)request->args[3].u;
	int32_t stride = (int32_t)request->args[4].u;
	uint64_t row = (uint64_t)(uint32_t)width * pixel_bytes_min(request->args[5].u);
	if (offset < 0 || width <= 0 || height <= 0 || stride <= 0 || (uint64_t)stride < row) {
		return wire_request_refuse(request, OFFENCE_PROTOCOL, "offset %d, %dx%d, stride %d",
				offset, width, height, stride);
	}
	uint64_t bytes = (uint64_t)stride * (uint64_t)height;
	if (bytes > pool->size || (uint64_t)offset > pool->size - bytes) {
		return wire_request_refuse(request, OFFENCE_PROTOCOL,
				"beyond the pool's %llu bytes", (unsigned long long)pool->size);
	}
	struct wire_buffer *buffer = calloc(1, sizeof(*buffer));
	if (buffer == NULL) {
		return wire_refuse_memory(request->client);
	}
	*buffer = (struct wire_buffer){
			.refs = 1,
			.pool = pool,
			.offset = (uint32_t)offset,
			.width = (uint32_t)width,
			.height = (uint32_t)height,
			.stride = (uint32_t)stride,
	};
	pool->refs++;
	request->made->extra = buffer;
	wire_word_set(request->bytes, request->args[1].at, pool->base + (uint32_t)offset);
	return WIRE_KEEP;
}

int wire_buffer_reserve(struct wire_buffer *buffer) {
	struct wire_pool *pool = buffer->pool;
	if (pool == NULL || buffer->reserved) {
		return 0;
	}
	uint64_t bytes = (uint64_t)buffer->stride * buffer->height;
	int status;
	if (pool->kind == WIRE_POOL_SEALED) {
		/* On the client's account; a hole would be filled on the compositor's. */
		status = fallocate(pool->fd, 0, buffer->offset, (off_t)bytes) == 0 ? 0 : -errno;
	} else {
		status = pool_file_reserve(pool->file, buffer->offset, bytes);
	}
	buffer->reserved = status == 0;
	return status;
}

void wire_buffer_copy(struct wire_buffer *buffer, uint32_t first, uint32_t end) {
	struct wire_pool *pool = buffer->pool;
	end = end < buffer->height ? end : buffer->height;
	if (pool == NULL || pool->kind != WIRE_POOL_COPIED || first >= end) {
		return;
	}
	uint64_t at = buffer->offset + (uint64_t)first * buffer->stride;
	uint64_t left = (uint64_t)(end - first) * buffer->stride;
	while (left > 0) {
		ssize_t len = pread(pool->fd, pool->map + at, left, (off_t)at);
		if (len < 0 && errno == EINTR) {
			continue;
		}
		if (len <= 0) {
			return; // the client cut its own file: old pixels stay
		}
		at += (uint64_t)len;
		left -= (uint64_t)len;
	}
}
