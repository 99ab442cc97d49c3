/* SPDX-License-Identifier: MIT
 *
 * The host-visible window: the guest's shared memory region, which shows one sparse file (the
 * arena) from the first activation on. A mapped blob is a part of the arena at the offset that the
 * guest chose, so that mapping one takes no word with the VMM, and the VMM has one memory region
 * more, however many blobs there are.
 *
 * The two requests to the VMM (SHMEM_MAP, SHMEM_UNMAP) are asynchronous: while one waits for its
 * answer the device goes on serving the front end, because the VMM may be waiting for us; only the
 * queues wait until it is settled. While the rings are stopped none is sent: QEMU does not survive
 * it then.
 *
 * At a device reset QEMU drops the mapping itself and crosvm keeps it. Where it is not known
 * whether QEMU dropped it (the answer crossed with the stop) it is undone and made again.
 */
#ifndef SILO_PROXY_DEVICE_WINDOW_H
#define SILO_PROXY_DEVICE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <wayland-server-core.h>

struct pool_account;
struct pool_file;

enum window_request {
	WINDOW_REQUEST_NONE,
	WINDOW_REQUEST_MAP,
	WINDOW_REQUEST_UNMAP,
};

struct window {
	struct wl_event_loop *loop;
	struct wl_event_source *source;
	struct pool_file *arena; // a reference
	dev_t dev;               // of the arena
	ino_t ino;
	void (*settled)(void *data); // from the event loop: window_is_settled() became true
	void *data;
	int fd; // the back end's channel, owned, or -1
	bool stopped;
	bool vmm_keeps; // the VMM keeps the mapping over a reset (crosvm)
	bool mapped;
	bool failed;                 // the VMM refused; tried again after a reset
	bool doubtful;               // mapped, or not: to be undone and made again
	bool came_stopped;           // became mapped while the rings were stopped
	enum window_request request; // under way
	uint8_t answer[20];
	size_t answer_have;
};

/* settled may be called from the event loop only. False: no memory for the arena. */
bool window_init(struct window *window, struct wl_event_loop *loop, struct pool_account *account,
		void (*settled)(void *data), void *data);
void window_finish(struct window *window);

/* Takes fd, the channel for requests to the VMM. */
void window_set_channel(struct window *window, int fd);

/* The rings are stopped: nothing is sent. */
void window_stop(struct window *window);
/* They run (again). reset: the guest started from nothing; no blob may be left. */
void window_start(struct window *window, bool reset);

/* Is it known whether the window can be used? Until then the queues wait. */
bool window_is_settled(const struct window *window);
/* Does the guest see the arena? */
bool window_is_mapped(const struct window *window);

/* Is it the arena? */
bool window_has_file(const struct window *window, dev_t dev, ino_t ino);

#endif
