/* SPDX-License-Identifier: MIT */
#include "guest/bridge/virtgpu.h"

#include <drm/drm.h>
#include <drm/virtgpu_drm.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/bridge/cross_domain.h"

#define QUERY_RING 0
#define CHANNEL_RING 1

static int gpu_ioctl(int fd, unsigned long request, void *argument) {
	int result;
	do {
		result = ioctl(fd, request, argument);
	} while (result < 0 && (errno == EINTR || errno == EAGAIN));
	return result < 0 ? -errno : 0;
}

static void virtgpu_close(struct gpu *gpu) {
	close(gpu->fd);
	free(gpu);
}

static void close_handle(struct gpu *gpu, uint32_t handle) {
	struct drm_gem_close argument = {.handle = handle};
	gpu_ioctl(gpu->fd, DRM_IOCTL_GEM_CLOSE, &argument);
}

static int virtgpu_blob_create(struct gpu *gpu, enum gpu_memory memory, uint64_t blob_id,
		uint64_t size, struct gpu_blob *ret_blob) {
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	size = (size + page - 1) & ~(page - 1);
	struct drm_virtgpu_resource_create_blob create = {
			.blob_mem = memory == GPU_MEMORY_GUEST ? VIRTGPU_BLOB_MEM_GUEST
							       : VIRTGPU_BLOB_MEM_HOST3D,
			.blob_flags = VIRTGPU_BLOB_FLAG_USE_MAPPABLE,
			.size = size,
			.blob_id = memory == GPU_MEMORY_GUEST ? 0 : blob_id,
	};
	int error = gpu_ioctl(gpu->fd, DRM_IOCTL_VIRTGPU_RESOURCE_CREATE_BLOB, &create);
	if (error < 0) {
		return error;
	}
	struct drm_virtgpu_map map = {.handle = create.bo_handle};
	error = gpu_ioctl(gpu->fd, DRM_IOCTL_VIRTGPU_MAP, &map);
	void *address = MAP_FAILED;
	if (error == 0) {
		address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, gpu->fd,
				(off_t)map.offset);
		error = address == MAP_FAILED ? -errno : 0;
	}
	if (error < 0) {
		close_handle(gpu, create.bo_handle);
		return error;
	}
	*ret_blob = (struct gpu_blob){
			.handle = create.bo_handle,
			.resource = create.res_handle,
			.size = size,
			.map = address,
	};
	return 0;
}

static void virtgpu_blob_destroy(struct gpu *gpu, struct gpu_blob *blob) {
	munmap(blob->map, blob->size);
	close_handle(gpu, blob->handle);
}

static int virtgpu_submit(struct gpu *gpu, const void *commands, size_t len, enum gpu_fence fence) {
	struct drm_virtgpu_execbuffer exec = {
			.command = (uintptr_t)commands,
			.size = (uint32_t)len,
			.fence_fd = -1,
	};
	if (fence == GPU_FENCE_EVENT) {
		exec.flags = VIRTGPU_EXECBUF_RING_IDX;
		exec.ring_idx = CHANNEL_RING;
	} else if (fence == GPU_FENCE_WAIT) {
		exec.flags = VIRTGPU_EXECBUF_RING_IDX | VIRTGPU_EXECBUF_FENCE_FD_OUT;
		exec.ring_idx = QUERY_RING;
	}
	int error = gpu_ioctl(gpu->fd, DRM_IOCTL_VIRTGPU_EXECBUFFER, &exec);
	if (error < 0 || fence != GPU_FENCE_WAIT) {
		return error;
	}
	struct pollfd done = {.fd = exec.fence_fd, .events = POLLIN};
	int ready;
	do {
		ready = poll(&done, 1, -1);
	} while (ready < 0 && errno == EINTR);
	error = ready < 0 ? -errno : 0;
	close(exec.fence_fd);
	return error;
}

static int virtgpu_take_event(struct gpu *gpu) {
	struct drm_event event;
	ssize_t got;
	do {
		got = read(gpu->fd, &event, sizeof(event));
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return errno == EAGAIN ? 0 : -errno;
	}
	return got == sizeof(event) && event.type == VIRTGPU_EVENT_FENCE_SIGNALED ? 1 : 0;
}

static const struct gpu_ops virtgpu_ops = {
		.close = virtgpu_close,
		.blob_create = virtgpu_blob_create,
		.blob_destroy = virtgpu_blob_destroy,
		.submit = virtgpu_submit,
		.take_event = virtgpu_take_event,
};

static bool is_virtio_gpu(int fd) {
	char name[16] = "";
	struct drm_version version = {.name = name, .name_len = sizeof(name) - 1};
	return gpu_ioctl(fd, DRM_IOCTL_VERSION, &version) == 0 && strcmp(name, "virtio_gpu") == 0;
}

static bool has_param(int fd, uint64_t param) {
	int value = 0;
	struct drm_virtgpu_getparam get = {.param = param, .value = (uintptr_t)&value};
	return gpu_ioctl(fd, DRM_IOCTL_VIRTGPU_GETPARAM, &get) == 0 && value != 0;
}

static bool offers_wayland(int fd) {
	static const uint64_t params[] = {VIRTGPU_PARAM_3D_FEATURES, VIRTGPU_PARAM_CAPSET_QUERY_FIX,
			VIRTGPU_PARAM_RESOURCE_BLOB, VIRTGPU_PARAM_HOST_VISIBLE,
			VIRTGPU_PARAM_CONTEXT_INIT};
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		if (!has_param(fd, params[i])) {
			return false;
		}
	}
	struct cross_domain_capset capset = {0};
	struct drm_virtgpu_get_caps get = {
			.cap_set_id = CROSS_DOMAIN_CAPSET,
			.addr = (uintptr_t)&capset,
			.size = sizeof(capset),
	};
	return gpu_ioctl(fd, DRM_IOCTL_VIRTGPU_GET_CAPS, &get) == 0 &&
			(capset.supported_channels & (1u << CROSS_DOMAIN_CHANNEL_WAYLAND)) != 0;
}

static int init_context(int fd) {
	struct drm_virtgpu_context_set_param params[] = {
			{.param = VIRTGPU_CONTEXT_PARAM_CAPSET_ID, .value = CROSS_DOMAIN_CAPSET},
			{.param = VIRTGPU_CONTEXT_PARAM_NUM_RINGS, .value = 2},
			{.param = VIRTGPU_CONTEXT_PARAM_POLL_RINGS_MASK,
					.value = 1u << CHANNEL_RING},
	};
	struct drm_virtgpu_context_init init = {
			.num_params = sizeof(params) / sizeof(params[0]),
			.ctx_set_params = (uintptr_t)params,
	};
	return gpu_ioctl(fd, DRM_IOCTL_VIRTGPU_CONTEXT_INIT, &init);
}

struct gpu *virtgpu_open(void *data, int *ret_error) {
	const char *path = data;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		*ret_error = -errno;
		return NULL;
	}
	int error = is_virtio_gpu(fd) && offers_wayland(fd) ? init_context(fd) : -ENODEV;
	struct gpu *gpu = error == 0 ? calloc(1, sizeof(*gpu)) : NULL;
	if (gpu == NULL) {
		*ret_error = error < 0 ? error : -ENOMEM;
		close(fd);
		return NULL;
	}
	gpu->ops = &virtgpu_ops;
	gpu->fd = fd;
	return gpu;
}
