/* SPDX-License-Identifier: MIT
 *
 * One way to connect a listener and one to disconnect it. wlroots asserts at destruction that
 * nobody listens any more, so each listener_add() has its listener_remove() in the owner's
 * destructor.
 */
#ifndef SILO_COMPOSITOR_LISTEN_H
#define SILO_COMPOSITOR_LISTEN_H

#include <wayland-server-core.h>

static inline void listener_add(struct wl_listener *listener, struct wl_signal *signal,
		wl_notify_func_t notify) {
	listener->notify = notify;
	wl_signal_add(signal, listener);
}

/* Legal for a zeroed listener and for one that was removed already. */
static inline void listener_remove(struct wl_listener *listener) {
	if (listener->link.next != NULL) {
		wl_list_remove(&listener->link);
		listener->link.next = NULL;
		listener->link.prev = NULL;
	}
}

#endif
