/* SPDX-License-Identifier: MIT
 *
 * One open of the render node = one context, seen as the five things that the bridge does with it.
 * virtgpu.c does them with ioctls; tests put a host of their own behind the same table.
 */
#ifndef SILO_GUEST_BRIDGE_GPU_H
#define SILO_GUEST_BRIDGE_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gpu;

struct gpu_blob {
	uint32_t handle;   // the kernel's, for destroying
	uint32_t resource; // the device's, for commands
	uint64_t size;     // bytes, a multiple of the page size
	uint8_t *map;      // readable and writable
};

enum gpu_memory {
	GPU_MEMORY_GUEST, // pages of the guest: rings
	GPU_MEMORY_HOST,  // made by the host from a blob id: buffers and received files
};

enum gpu_fence {
	GPU_FENCE_NONE,  // nobody is told when the host is done
	GPU_FENCE_WAIT,  // submit() returns when the host is done
	GPU_FENCE_EVENT, // the descriptor becomes readable when the host is done
};

struct gpu_ops {
	/* Ends the context. Blobs must have been destroyed. */
	void (*close)(struct gpu *gpu);
	/* Creates and maps size bytes (rounded up to pages). blob_id counts for host memory only.
	 */
	int (*blob_create)(struct gpu *gpu, enum gpu_memory memory, uint64_t blob_id, uint64_t size,
			struct gpu_blob *ret_blob);
	void (*blob_destroy)(struct gpu *gpu, struct gpu_blob *blob);
	/* Hands len bytes of commands to the host. */
	int (*submit)(struct gpu *gpu, const void *commands, size_t len, enum gpu_fence fence);
	/* Takes one event off the descriptor: 1, or 0 if there is none. */
	int (*take_event)(struct gpu *gpu);
};

/* All functions return 0 (or what is said above) or a negative errno. */
struct gpu {
	const struct gpu_ops *ops;
	int fd; // readable: an event waits
};

/* How the bridge gets a context for each new client. Returns NULL with *ret_error a negative errno.
 */
typedef struct gpu *(*gpu_open_fn)(void *data, int *ret_error);

#endif
