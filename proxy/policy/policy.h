/* SPDX-License-Identifier: MIT
 *
 * What a guest's Wayland client may say and hear: one row per interface and message, joined at
 * start-up with wayland-scanner's interface tables. An interface or message without a row does not
 * exist for guests. Static after policy_init(); sees no guest bytes itself.
 */
#ifndef SILO_PROXY_POLICY_POLICY_H
#define SILO_PROXY_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/wire.h"

struct wl_interface;

/* What the engine does with a message beyond checking its form and its objects. */
enum policy_action {
	POLICY_PASS,
	/* requests */
	POLICY_SYNC,
	POLICY_BIND,
	POLICY_CREATE_SURFACE,
	POLICY_ATTACH,
	POLICY_DAMAGE,
	POLICY_DAMAGE_BUFFER,
	POLICY_FRAME,
	POLICY_COMMIT,
	POLICY_TRANSFORM,
	POLICY_SCALE,
	POLICY_REGION,
	POLICY_GET_SUBSURFACE,
	POLICY_CREATE_POOL,
	POLICY_CREATE_BUFFER,
	POLICY_RESIZE_POOL,
	POLICY_MIME,
	POLICY_PIPE, // carries the write end of a pipe
	POLICY_GET_TOPLEVEL,
	POLICY_GET_POPUP,
	POLICY_TITLE,
	POLICY_APP_ID,
	POLICY_UTF8,
	POLICY_GET_XDG_OUTPUT,
	POLICY_GET_VIEWPORT,
	/* events */
	POLICY_ERROR,
	POLICY_DELETE_ID,
	POLICY_GLOBAL,
	POLICY_GLOBAL_REMOVE,
	POLICY_DONE,
	POLICY_OUTPUT_GEOMETRY,
	POLICY_OUTPUT_MODE,
	POLICY_OUTPUT_NAME,
	POLICY_OUTPUT_DESCRIPTION,
	POLICY_SEAT_NAME,
	POLICY_TABLET_NAME,
	POLICY_WITHHOLD, // never told to guests
};

/*
 * What may become of an event that a guest does not read while others like it come
 * (proxy/wire/fold.h). Each rule is one that a client cannot tell from a slow compositor.
 */
enum policy_fold {
	POLICY_FOLD_NO,     // stays, and input before it and after it are not put together
	POLICY_FOLD_PASSES, // stays; has nothing to do with input
	/*
	 * Input that goes on: several in a row become one, the newest with the `sum` arguments of
	 * all, where the `same` ones agree.
	 */
	POLICY_FOLD_INPUT,
	POLICY_FOLD_STATE,     // the newest says it all
	POLICY_FOLD_LATCHED,   // so does it, with the configure that follows
	POLICY_FOLD_CONFIGURE, // of an xdg_surface; ends what is latched
	POLICY_FOLD_PAIR,      // the opposite of its neighbour in the table (`same`: of what)
	POLICY_FOLD_BEGIN,     // comes to a surface (`same`)
	POLICY_FOLD_END,       // and leaves it: nothing, if nothing happened there
};

/*
 * What a request costs the compositor at worst beside one, in eighths of a microsecond, so that a VM
 * cannot keep it busy: against VM_WORK_PER_SECOND_MAX they allow some 20000 commits, 1000 changes of
 * windows, and 20 activation tokens (which the compositor keeps for half a minute) a second.
 */
#define COST_COMMIT 400
#define COST_WINDOW 8000
#define COST_TOKEN 400000

/* One row as the tables write it. */
struct policy_row {
	const char *name;
	enum policy_action action;
	uint32_t cost;  // COST_…: more work for the compositor than most
	uint8_t serial; // 1 + index of the argument that is a display serial; 0: none
	bool strict;   // a request with an unknown serial ends the client (else it never validates)
	bool destroys; // the object is gone after it
	bool denied;   // a client that sends it ends
	enum policy_fold fold; // events only
	uint8_t same, sum;     // bits of arguments, for fold; all before them are words
};

/* What an object is to the engine, for quotas and state. */
enum policy_kind {
	POLICY_KIND_PLAIN,
	POLICY_KIND_CALLBACK,
	POLICY_KIND_SURFACE,
	POLICY_KIND_SUBSURFACE,
	POLICY_KIND_POOL,
	POLICY_KIND_BUFFER,
	POLICY_KIND_TOPLEVEL,
	POLICY_KIND_OUTPUT,
};

struct policy_interface;

/* A plain message names no more than so many objects; one with more is not plain. */
#define POLICY_OBJECTS_MAX 4

/* An argument of a plain message that names an object. */
struct policy_object {
	const struct policy_interface *type; // NULL: any
	uint16_t at;                         // its offset in the message
	bool nullable;
};

/* A row joined with its wl_message. */
struct policy_message {
	const struct policy_row *row;
	struct wire_shape shape;
	/* Per argument: the interface that an object or new_id must have; NULL: any, or not one. */
	const struct policy_interface *types[WIRE_ARGS_MAX];
	/*
	 * Of fixed size, without serial, descriptor, new object or action: its size and its objects
	 * (of requests) are all there is to check, and nothing is rewritten.
	 */
	bool plain;
	uint8_t object_count;
	struct policy_object objects[POLICY_OBJECTS_MAX];
};

struct policy_interface {
	const struct wl_interface *wl;
	enum policy_kind kind;
	/* Registry name under which guests see it: equal for every VM. 0: not a global. */
	uint32_t global;
	bool global_many; // several may exist (outputs); they get names of their own
	uint16_t request_count;
	uint16_t event_count;
	const struct policy_message *requests;
	const struct policy_message *events;
};

/*
 * Joins rows and interface tables, once. Returns false if a message lacks its row, has two or
 * stands in the wrong place, or an interface that a message makes has no rows: a bug that the tests
 * catch. ret_reason (may be NULL) then gets a text of at most cap bytes.
 */
bool policy_init(char *ret_reason, size_t cap);

/* By name, of len bytes; NULL: not for guests. policy_init() has succeeded. */
const struct policy_interface *policy_find(const char *name, size_t len);

/* Registry name of the first output; the others follow in order of appearance. */
uint32_t policy_outputs_start(void);

/* All interfaces, for tests. */
const struct policy_interface *policy_all(size_t *ret_count);

#endif
