/* SPDX-License-Identifier: MIT
 *
 * The interfaces that the bridge can carry: what wayland-scanner knows of their messages. Whatever
 * else a host announces is kept from the clients, as its descriptors and objects could not be told.
 */
#ifndef SILO_GUEST_BRIDGE_INTERFACES_H
#define SILO_GUEST_BRIDGE_INTERFACES_H

#include <stddef.h>
#include <wayland-util.h>

extern const struct wl_interface wl_display_interface;
extern const struct wl_interface wl_registry_interface;
extern const struct wl_interface wl_shm_interface;
extern const struct wl_interface wl_shm_pool_interface;
extern const struct wl_interface wl_buffer_interface;
extern const struct wl_interface wl_surface_interface;
extern const struct wl_interface wp_viewporter_interface;

/* The global interface of this name (len bytes, without the terminator), or NULL. */
const struct wl_interface *interfaces_find_global(const char *name, size_t len);

#endif
