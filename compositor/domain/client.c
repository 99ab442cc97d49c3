/* SPDX-License-Identifier: MIT */
#include "compositor/domain/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/listen.h"
#include "compositor/server.h"
#include "compositor/shell/capture.h"

struct clients {
	struct server *server;
	struct wl_listener client_created;
	struct log_limit limit;
	/* What the next client is; without a domain it came over the display's own socket. */
	struct {
		enum client_class class;
		struct domain *domain;
	} next;
};

/* A pool and the buffers of it: a mapping of ours, and a descriptor, while any of them lives. */
struct mapping {
	struct domain *domain;
	uint32_t refs;
};

/* One counted resource: freed with it. */
struct counted {
	struct wl_listener destroy;
	enum client_count count;
	uint32_t requests;       /* of the kind that adds up */
	int64_t second;          /* in which they are counted */
	struct mapping *mapping; /* of a pool or a buffer; else NULL */
};

struct count_rule {
	const char *interface; /* NULL: any */
	enum client_count count;
	uint32_t max;
	enum offence offence;
};

/* Objects first: each resource is counted there and once more in its own row, if it has one. */
static const struct count_rule rules[] = {
		{NULL, COUNT_OBJECTS, CLIENT_OBJECTS_MAX, OFFENCE_OBJECTS},
		{"wl_surface", COUNT_SURFACES, CLIENT_SURFACES_MAX, OFFENCE_SURFACES},
		{"xdg_toplevel", COUNT_TOPLEVELS, CLIENT_TOPLEVELS_MAX, OFFENCE_WINDOWS},
		{"xdg_popup", COUNT_POPUPS, CLIENT_TOPLEVELS_MAX, OFFENCE_POPUPS},
		{"wl_shm_pool", COUNT_POOLS, CLIENT_POOLS_MAX, OFFENCE_POOLS},
		{"wl_subsurface", COUNT_SUBSURFACES, CLIENT_SURFACES_MAX, OFFENCE_SUBSURFACES},
		{"wl_callback", COUNT_CALLBACKS, CLIENT_FRAME_CALLBACKS_MAX, OFFENCE_CALLBACKS},
		/* wlroots walks them all when a pen comes over a surface. */
		{"zwp_tablet_seat_v2", COUNT_TABLET_SEATS, CLIENT_TABLET_SEATS_MAX,
				OFFENCE_OBJECTS},
};

static void mapping_unref(struct mapping *mapping) {
	if (mapping != NULL && --mapping->refs == 0) {
		mapping->domain->pools--;
		free(mapping);
	}
}

static void handle_counted_destroy(struct wl_listener *listener, void *data) {
	struct counted *counted = wl_container_of(listener, counted, destroy);
	struct client *client = client_of(wl_resource_get_client(data));
	mapping_unref(counted->mapping);
	if (client != NULL) {
		if (client->pool == data) {
			client->pool = NULL;
		}
		client->counts[COUNT_OBJECTS]--;
		if (counted->count != COUNT_OBJECTS) {
			client->counts[counted->count]--;
		}
	}
	listener_remove(&counted->destroy);
	free(counted);
}

static struct counted *counted_of(struct wl_resource *resource) {
	struct wl_listener *listener =
			wl_resource_get_destroy_listener(resource, handle_counted_destroy);
	struct counted *counted =
			listener != NULL ? wl_container_of(listener, counted, destroy) : NULL;
	return counted;
}

uint32_t client_count_request(struct wl_resource *resource, bool per_second) {
	struct counted *counted = counted_of(resource);
	if (counted == NULL) {
		return 0;
	}
	int64_t second = per_second ? clock_now_ms() / 1000 : 0;
	if (second != counted->second) {
		counted->second = second;
		counted->requests = 0;
	}
	return ++counted->requests;
}

static void check_count(struct client *client, const struct count_rule *rule) {
	if (++client->counts[rule->count] > rule->max && client->class == CLIENT_VM) {
		client_end_for(client, rule->offence);
	}
}

/* A pool is mapped; a buffer keeps the mapping of the pool that makes it. */
static void count_mapping(struct client *client, struct counted *counted, const char *interface) {
	struct domain *domain = client->domain;
	if (strcmp(interface, "wl_buffer") == 0) {
		struct counted *pool = client->pool != NULL ? counted_of(client->pool) : NULL;
		client->pool = NULL;
		counted->mapping = pool != NULL ? pool->mapping : NULL;
		if (counted->mapping != NULL) {
			counted->mapping->refs++;
		}
		return;
	}
	if (strcmp(interface, "wl_shm_pool") != 0) {
		return;
	}
	counted->mapping = calloc(1, sizeof(*counted->mapping));
	if (counted->mapping == NULL) {
		client_end(client, "out of memory");
		return;
	}
	*counted->mapping = (struct mapping){.domain = domain, .refs = 1};
	if (++domain->pools > VM_POOLS_MAX && client->class == CLIENT_VM) {
		client_end_for(client, OFFENCE_POOLS);
	}
}

static void handle_resource_created(struct wl_listener *listener, void *data) {
	struct client *client = wl_container_of(listener, client, resource_created);
	struct wl_resource *resource = data;
	struct counted *counted = calloc(1, sizeof(*counted));
	if (counted == NULL) {
		client_end(client, "out of memory");
		return;
	}
	counted->count = COUNT_OBJECTS;
	counted->destroy.notify = handle_counted_destroy;
	count_mapping(client, counted, wl_resource_get_class(resource));
	wl_resource_add_destroy_listener(resource, &counted->destroy);
	check_count(client, &rules[0]);
	if (client->class == CLIENT_HOST_TOOLS) {
		captures_note(client->server, resource);
	}
	const char *interface = wl_resource_get_class(resource);
	for (size_t i = 1; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].interface, interface) == 0) {
			counted->count = rules[i].count;
			check_count(client, &rules[i]);
			return;
		}
	}
}

static void end_now(void *data) {
	struct client *client = data;
	client->end = NULL;
	log_limited(&client->server->clients->limit, LOG_LEVEL_WARN, "%s: client ended: %s",
			client->domain->name, client->over);
	wl_client_post_implementation_error(client->wl_client, "%s", client->over);
	wl_client_flush(client->wl_client);
	wl_client_destroy(client->wl_client);
}

void client_end_for(struct client *client, enum offence offence) {
	if (!DEFENDS(own_limits)) {
		return;
	}
	if (client->over == NULL && client->class == CLIENT_VM) {
		blame_domain(client->domain, offence);
		domain_strike(client->domain);
	}
	client_end(client, offence_text(offence));
}

void client_end(struct client *client, const char *reason) {
	if (client->over != NULL) {
		return;
	}
	client->over = reason;
	client->end = wl_event_loop_add_idle(client->server->loop, end_now, client);
	if (client->end == NULL) {
		wl_client_post_no_memory(client->wl_client);
	}
}

/* Called when the client's last resource is gone. */
static void handle_client_gone(void *data) {
	struct client *client = data;
	if (client->end != NULL) {
		wl_event_source_remove(client->end);
	}
	listener_remove(&client->resource_created);
	wl_list_remove(&client->link);
	free(client);
}

static void handle_client_created(struct wl_listener *listener, void *data) {
	struct clients *clients = wl_container_of(listener, clients, client_created);
	struct wl_client *wl_client = data;
	struct client *client = calloc(1, sizeof(*client));
	struct domain *domain = clients->next.domain;
	if (client == NULL || (domain == NULL && clients->server->domains == NULL)) {
		/* Without an identity it sees no global and can only leave again. */
		free(client);
		wl_client_post_no_memory(wl_client);
		return;
	}
	client->wl_client = wl_client;
	client->server = clients->server;
	client->class = domain != NULL ? clients->next.class : CLIENT_HOST_APP;
	client->domain = domain != NULL ? domain : domains_host(clients->server);
	wl_list_insert(&client->domain->clients, &client->link);
	client->resource_created.notify = handle_resource_created;
	wl_client_add_resource_created_listener(wl_client, &client->resource_created);
	wl_client_set_user_data(wl_client, client, handle_client_gone);
}

bool clients_create(struct server *server) {
	struct clients *clients = calloc(1, sizeof(*clients));
	if (clients == NULL) {
		log_error("out of memory");
		return false;
	}
	clients->server = server;
	clients->limit.burst = 10;
	clients->client_created.notify = handle_client_created;
	wl_display_add_client_created_listener(server->display, &clients->client_created);
	server->clients = clients;
	return true;
}

void clients_destroy(struct server *server) {
	if (server->clients == NULL) {
		return;
	}
	listener_remove(&server->clients->client_created);
	free(server->clients);
	server->clients = NULL;
}

static struct wl_client *make_client(struct server *server, enum client_class class,
		struct domain *domain, int fd) {
	struct clients *clients = server->clients;
	clients->next.class = class;
	clients->next.domain = domain;
	struct wl_client *wl_client = wl_client_create(server->display, fd);
	clients->next.domain = NULL;
	if (wl_client == NULL) {
		fd_close(&fd);
	}
	return wl_client;
}

int clients_connect(struct server *server, enum client_class class, struct domain *domain,
		struct wl_client **ret_client) {
	int fds[2];
	int ret = fd_socketpair(SOCK_STREAM, fds);
	if (ret < 0) {
		return ret;
	}
	struct wl_client *client = make_client(server, class, domain, fds[0]);
	if (client == NULL) {
		fd_close(&fds[1]);
		return -ENOMEM;
	}
	if (ret_client != NULL) {
		*ret_client = client;
	}
	return fds[1];
}

bool clients_accept(struct server *server, enum client_class class, int fd) {
	return make_client(server, class, domains_host(server), fd) != NULL;
}

struct client *client_of(const struct wl_client *wl_client) {
	return wl_client_get_user_data((struct wl_client *)wl_client);
}

struct domain *client_domain_of_resource(struct wl_resource *resource) {
	struct client *client = client_of(wl_resource_get_client(resource));
	return client != NULL ? client->domain : NULL;
}
