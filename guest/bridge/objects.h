/* SPDX-License-Identifier: MIT
 *
 * The objects of one Wayland connection and their two numbers: the client's and the host's. They
 * differ because the bridge keeps objects of its own on the host (pools and buffers that mirror the
 * client's) and does not tell the host of all of the client's. Objects that the host makes (numbers
 * from 0xff000000) have the same number on both sides.
 */
#ifndef SILO_GUEST_BRIDGE_OBJECTS_H
#define SILO_GUEST_BRIDGE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OBJECTS_SERVER_FIRST 0xff000000u
/* On either side; hosts allow fewer. */
#define OBJECTS_MAX 65536u

struct image;
struct wl_interface;

struct object {
	const struct wl_interface *interface; // NULL: this number is free
	uint32_t version;
	uint32_t host_id; // 0: the host does not know it
	void *data;       // the shm module's: surface, pool, buffer or NULL
};

enum host_slot_kind {
	HOST_SLOT_FREE,
	HOST_SLOT_CLIENT, // client_id says whose
	HOST_SLOT_IMAGE,  // the wl_buffer of image
	HOST_SLOT_HIDDEN, // the bridge's own, or waiting for delete_id
};

struct host_slot {
	enum host_slot_kind kind;
	uint32_t client_id;
	struct image *image;
};

struct objects {
	struct object *clients; // by the client's number
	uint32_t n_clients;     // allocated
	struct object *servers; // by number - OBJECTS_SERVER_FIRST
	uint32_t n_servers;
	struct host_slot *hosts; // by the host's number
	uint32_t n_hosts;        // numbers used so far
	uint32_t cap_hosts;
	uint32_t *free_hosts; // cap_hosts of room
	uint32_t n_free_hosts;
};

/* With wl_display as number 1 on both sides. Returns false if there is no memory. */
bool objects_init(struct objects *objects);
void objects_finish(struct objects *objects);

/* The object that the client calls id, or NULL. Valid until one is added. */
struct object *objects_find(struct objects *objects, uint32_t id);
/* The object that the host calls id and the client knows, or NULL; *ret_client_id is its number. */
struct object *objects_find_host(struct objects *objects, uint32_t id, uint32_t *ret_client_id);
/* The slot of a number below OBJECTS_SERVER_FIRST that is in use on the host, or NULL. */
struct host_slot *objects_slot(struct objects *objects, uint32_t host_id);

/*
 * Adds the client's new object id. on_host: it gets a number on the host too. Returns NULL if the
 * number is not free or out of bounds, or if there is no memory.
 */
struct object *objects_add(struct objects *objects, uint32_t id,
		const struct wl_interface *interface, uint32_t version, bool on_host);
/* Adds, or replaces, an object that the host made. NULL: out of bounds or of memory. */
struct object *objects_add_server(struct objects *objects, uint32_t id,
		const struct wl_interface *interface, uint32_t version);
/* Forgets the client's number; what the host calls it stays taken until objects_free_host(). */
void objects_remove(struct objects *objects, uint32_t id);

/* Takes a free number on the host, as HIDDEN. Returns 0 if there is none. */
uint32_t objects_take_host(struct objects *objects);
void objects_free_host(struct objects *objects, uint32_t host_id);

#endif
