/* SPDX-License-Identifier: MIT
 *
 * The host-visible window: which blob lies where in the guest's shared memory region, and the
 * requests to the VMM (SHMEM_MAP, SHMEM_UNMAP) that put it there.
 *
 * Requests are asynchronous: while one waits for its answer the device goes on serving the front
 * end, because the VMM may be waiting for us. One is under way at a time, the others queue in
 * order, so an unmap is done before a later map of the same place. While the rings are stopped none
 * is sent: QEMU does not survive an unmap then.
 *
 * At a device reset QEMU drops the mappings itself and crosvm keeps them: there they are undone
 * after the next start. A mapping that became real while the rings were stopped is undone on both.
 */
#ifndef SILO_PROXY_DEVICE_WINDOW_H
#define SILO_PROXY_DEVICE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <wayland-server-core.h>

struct pool_file;
struct window_request;

struct window_mapping {
	struct wl_list link; // window.mappings
	struct pool_file *file;
	uint64_t offset, len;
	dev_t dev;
	ino_t ino;
	bool real;         // the VMM said so
	bool leaving;      // an unmap is queued: the place may be asked for again
	bool came_stopped; // became real while the rings were stopped
};

struct window {
	struct wl_event_loop *loop;
	struct wl_event_source *source;
	struct wl_list mappings; // window_mapping.link
	struct wl_list requests; // window_request.link, the first may be under way
	size_t n;                // mappings, leaving ones included
	int fd;                  // the back end's channel, owned, or -1
	bool stopped;
	bool sent;      // the first request is under way
	bool vmm_keeps; // the VMM keeps mappings over a reset (crosvm)
	uint8_t answer[20];
	size_t answer_have;
};

void window_init(struct window *window, struct wl_event_loop *loop);
void window_finish(struct window *window);

/* Takes fd, the channel for requests to the VMM. */
void window_set_channel(struct window *window, int fd);

/* The rings are stopped: requests wait; or they run again. */
void window_stop(struct window *window);
void window_start(struct window *window);
/* The device was reset: no callback comes any more, every mapping is forgotten or undone. */
void window_reset(struct window *window);

/* Told once when the VMM has answered. */
typedef void (*window_done)(void *data, bool ok);

/*
 * Maps the first len bytes of file (the mapping takes a reference) at offset. Returns 0, or -EINVAL
 * (not aligned, outside the window, overlap), -EDQUOT (too many), -ENOTCONN, -ENOMEM; done is
 * called only after 0. When it says false the mapping is gone.
 */
int window_map(struct window *window, struct pool_file *file, uint64_t offset, uint64_t len,
		window_done done, void *data, struct window_mapping **ret_mapping);
/* Undoes a mapping, which is the window's from now on. done may be NULL. Returns 0 or -ENOMEM. */
int window_unmap(struct window *window, struct window_mapping *mapping, window_done done,
		void *data);

/* Is the file in the window? */
bool window_has_file(const struct window *window, dev_t dev, ino_t ino);

#endif
