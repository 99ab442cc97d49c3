/* SPDX-License-Identifier: MIT
 *
 * Who a Wayland client is: its class, and for guests their domain. The only place that answers
 * that. Identity comes from the descriptor on which the client was made, never from what it says.
 * Also counts what a client has, and ends it when it has too much (the proxy counts first).
 */
#ifndef SILO_COMPOSITOR_DOMAIN_CLIENT_H
#define SILO_COMPOSITOR_DOMAIN_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "base/bucket.h"
#include "base/offence.h"

struct domain;
struct server;

enum client_class {
	CLIENT_VM,          /* a guest's, over the dial channel of its domain */
	CLIENT_HOST_APP,    /* connected to $WAYLAND_DISPLAY */
	CLIENT_HOST_SHELL,  /* spawned by silo itself */
	CLIENT_HOST_TOOLS,  /* connected to the tools socket */
	CLIENT_HOST_LOCKER, /* spawned by silo while the session is locked, to unlock it */
	CLIENT_CLASS_COUNT,
};

/* What is counted per client. */
enum client_count {
	COUNT_OBJECTS,
	COUNT_SURFACES,
	COUNT_TOPLEVELS,
	COUNT_POPUPS,
	COUNT_POOLS,
	COUNT_SUBSURFACES,
	COUNT_CALLBACKS,
	COUNT_TABLET_SEATS,
	CLIENT_COUNT_COUNT,
};

struct client {
	struct wl_client *wl_client;
	struct server *server;
	enum client_class class;
	struct domain *domain; /* host classes: the host's */
	struct wl_list link;   /* domain.clients */
	uint32_t counts[CLIENT_COUNT_COUNT];
	struct wl_resource *pool; /* that was asked for a buffer just now; else NULL */
	struct bucket pixels;     /* that changed; not set before the first */
	const char *over;         /* why it is to be ended; NULL: it is not */
	struct wl_event_source *end;
	struct wl_listener resource_created;
};

bool clients_create(struct server *server);
void clients_destroy(struct server *server);

/*
 * Makes a client of the given class on a new socket pair. Returns the other end, which the caller
 * owns, or a negative errno. ret_client may be NULL.
 */
int clients_connect(struct server *server, enum client_class class, struct domain *domain,
		struct wl_client **ret_client);

/* Makes a client of a host class on fd, which it owns from now on, also on failure. */
bool clients_accept(struct server *server, enum client_class class, int fd);

/* The client of wl_client; NULL for one that is just being made, who may see nothing. */
struct client *client_of(const struct wl_client *wl_client);

/* The domain of the client that owns resource; NULL as above. */
struct domain *client_domain_of_resource(struct wl_resource *resource);

/* Counts one more request to resource; returns how many it had, in this second or in all. */
uint32_t client_count_request(struct wl_resource *resource, bool per_second);

/* Ends client for what it did; a guest's domain is blamed. As client_end() otherwise. */
void client_end_for(struct client *client, enum offence offence);

/* Ends client with an error, from an idle source: safe in any handler. reason must be static. */
void client_end(struct client *client, const char *reason);

#endif
