/* SPDX-License-Identifier: MIT */
#include "guest/bridge/objects.h"

#include <stdlib.h>
#include <string.h>

#include "guest/bridge/interfaces.h"

/* Makes room for index in an array of *n elements. */
static bool grow(void **array, uint32_t *n, uint32_t index, size_t element) {
	if (index < *n) {
		return true;
	}
	if (index >= OBJECTS_MAX) {
		return false;
	}
	uint32_t wanted = *n < 64 ? 64 : *n;
	while (wanted <= index) {
		wanted *= 2;
	}
	uint8_t *bigger = realloc(*array, wanted * element);
	if (bigger == NULL) {
		return false;
	}
	memset(bigger + *n * element, 0, (wanted - *n) * element);
	*array = bigger;
	*n = wanted;
	return true;
}

static bool grow_hosts(struct objects *objects, uint32_t index) {
	uint32_t cap = objects->cap_hosts;
	if (!grow((void **)&objects->hosts, &cap, index, sizeof(objects->hosts[0]))) {
		return false;
	}
	if (cap != objects->cap_hosts) {
		uint32_t *bigger = realloc(objects->free_hosts, cap * sizeof(bigger[0]));
		if (bigger == NULL) {
			return false;
		}
		objects->free_hosts = bigger;
		objects->cap_hosts = cap;
	}
	return true;
}

bool objects_init(struct objects *objects) {
	*objects = (struct objects){0};
	if (!grow_hosts(objects, 1)) {
		objects_finish(objects);
		return false;
	}
	objects->n_hosts = 1; // 0 is no object
	if (objects_add(objects, 1, &wl_display_interface, 1, true) == NULL) {
		objects_finish(objects);
		return false;
	}
	return true;
}

void objects_finish(struct objects *objects) {
	free(objects->clients);
	free(objects->servers);
	free(objects->hosts);
	free(objects->free_hosts);
	*objects = (struct objects){0};
}

struct object *objects_find(struct objects *objects, uint32_t id) {
	struct object *object = NULL;
	if (id >= OBJECTS_SERVER_FIRST) {
		uint32_t index = id - OBJECTS_SERVER_FIRST;
		object = index < objects->n_servers ? &objects->servers[index] : NULL;
	} else if (id < objects->n_clients) {
		object = &objects->clients[id];
	}
	return object != NULL && object->interface != NULL ? object : NULL;
}

struct host_slot *objects_slot(struct objects *objects, uint32_t host_id) {
	return host_id < objects->n_hosts && objects->hosts[host_id].kind != HOST_SLOT_FREE
			? &objects->hosts[host_id]
			: NULL;
}

struct object *objects_find_host(struct objects *objects, uint32_t id, uint32_t *ret_client_id) {
	uint32_t client_id = id;
	if (id < OBJECTS_SERVER_FIRST) {
		struct host_slot *slot = objects_slot(objects, id);
		if (slot == NULL || slot->kind != HOST_SLOT_CLIENT) {
			return NULL;
		}
		client_id = slot->client_id;
	}
	struct object *object = objects_find(objects, client_id);
	if (object != NULL) {
		*ret_client_id = client_id;
	}
	return object;
}

struct object *objects_add(struct objects *objects, uint32_t id,
		const struct wl_interface *interface, uint32_t version, bool on_host) {
	if (id == 0 || id >= OBJECTS_MAX ||
			!grow((void **)&objects->clients, &objects->n_clients, id,
					sizeof(objects->clients[0])) ||
			objects->clients[id].interface != NULL) {
		return NULL;
	}
	uint32_t host_id = 0;
	if (on_host) {
		host_id = objects_take_host(objects);
		if (host_id == 0) {
			return NULL;
		}
		objects->hosts[host_id].kind = HOST_SLOT_CLIENT;
		objects->hosts[host_id].client_id = id;
	}
	objects->clients[id] = (struct object){
			.interface = interface,
			.version = version,
			.host_id = host_id,
	};
	return &objects->clients[id];
}

struct object *objects_add_server(struct objects *objects, uint32_t id,
		const struct wl_interface *interface, uint32_t version) {
	uint32_t index = id - OBJECTS_SERVER_FIRST;
	if (id < OBJECTS_SERVER_FIRST ||
			!grow((void **)&objects->servers, &objects->n_servers, index,
					sizeof(objects->servers[0]))) {
		return NULL;
	}
	objects->servers[index] = (struct object){
			.interface = interface,
			.version = version,
			.host_id = id,
	};
	return &objects->servers[index];
}

void objects_remove(struct objects *objects, uint32_t id) {
	struct object *object = objects_find(objects, id);
	if (object == NULL || id >= OBJECTS_SERVER_FIRST) {
		return;
	}
	struct host_slot *slot = objects_slot(objects, object->host_id);
	if (slot != NULL && slot->kind == HOST_SLOT_CLIENT) {
		slot->kind = HOST_SLOT_HIDDEN;
	}
	*object = (struct object){0};
}

uint32_t objects_take_host(struct objects *objects) {
	uint32_t id;
	if (objects->n_free_hosts > 0) {
		id = objects->free_hosts[--objects->n_free_hosts];
	} else if (grow_hosts(objects, objects->n_hosts)) {
		id = objects->n_hosts++;
	} else {
		return 0;
	}
	objects->hosts[id] = (struct host_slot){.kind = HOST_SLOT_HIDDEN};
	return id;
}

void objects_free_host(struct objects *objects, uint32_t host_id) {
	if (objects_slot(objects, host_id) == NULL) {
		return;
	}
	objects->hosts[host_id] = (struct host_slot){.kind = HOST_SLOT_FREE};
	objects->free_hosts[objects->n_free_hosts++] = host_id;
}
