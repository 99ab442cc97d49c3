/* SPDX-License-Identifier: MIT
 *
 * The second front end: a plain Wayland socket, for a VMM's own GPU device, for containers and for
 * tests. Its clients' bytes go through the same engine as the GPU device's.
 */
#ifndef SILO_PROXY_LISTEN_H
#define SILO_PROXY_LISTEN_H

struct listen;
struct wire_domain;
struct wl_event_loop;

/*
 * Listens at path (replacing a stale socket) for clients of domain, which outlives it. Returns NULL
 * after one line in the log: path too long, in use, or not to be made.
 */
struct listen *listen_create(struct wl_event_loop *loop, struct wire_domain *domain,
		const char *path);
/* Hangs up all clients and removes the socket. NULL is fine. */
void listen_destroy(struct listen *listen);

#endif
