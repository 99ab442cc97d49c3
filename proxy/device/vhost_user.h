/* SPDX-License-Identifier: MIT
 *
 * The transport of the GPU device: a vhost-user back end for the front ends of QEMU and crosvm. It
 * serves one connection and ends with it.
 *
 * A stopped ring is not a reset: pausing a VM sends the same messages as resetting the device.
 * Which of the two it was shows at the next start: with the answer of GET_VRING_BASE and the same
 * addresses the guest goes on, with anything else it began anew.
 */
#ifndef SILO_PROXY_DEVICE_VHOST_USER_H
#define SILO_PROXY_DEVICE_VHOST_USER_H

#include <wayland-server-core.h>

struct gpu;
struct vhost_user;

/*
 * Serves the front end at the connected stream socket fd (owned from now on) with gpu, which
 * outlives the transport. ended() is called once, from the loop, when the front end is gone or
 * broke the protocol; the transport is dead then and waits for _destroy(), which may be called
 * there. NULL: out of memory, fd is closed.
 */
struct vhost_user *vhost_user_create(struct wl_event_loop *loop, struct gpu *gpu, int fd,
		void (*ended)(void *data), void *data);
/* NULL is fine. */
void vhost_user_destroy(struct vhost_user *vhost);

#endif
