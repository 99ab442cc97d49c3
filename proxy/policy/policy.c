/* SPDX-License-Identifier: MIT
 *
 * Joins the policy rows with wayland-scanner's tables; see the header.
 */
#include "proxy/policy/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wayland-util.h>

#include "proxy/policy/tables.h"

#define INTERFACES_MAX 96
#define MESSAGES_MAX 512

/* The globals, in the order of their registry names. Appending keeps the names of the others. */
static const char *const globals[] = {
		"wl_compositor",
		"wl_subcompositor",
		"wl_shm",
		"wl_data_device_manager",
		"zwp_primary_selection_device_manager_v1",
		"xdg_wm_base",
		"wp_viewporter",
		"wp_fractional_scale_manager_v1",
		"wp_single_pixel_buffer_manager_v1",
		"wp_cursor_shape_manager_v1",
		"zxdg_decoration_manager_v1",
		"wp_presentation",
		"xdg_activation_v1",
		"wl_seat",
		"zwp_relative_pointer_manager_v1",
		"zwp_pointer_constraints_v1",
		"xdg_wm_dialog_v1",
		"ext_data_control_manager_v1",
		"wp_content_type_manager_v1",
		"wp_alpha_modifier_v1",
		"zwp_text_input_manager_v3",
		"zwp_idle_inhibit_manager_v1",
		"zxdg_output_manager_v1",
		"zwp_pointer_gestures_v1",
		"zwp_tablet_manager_v2",
		"wl_output", // last: the second output gets the next name
};
#define GLOBALS (sizeof(globals) / sizeof(globals[0]))

static const struct {
	const char *name;
	enum policy_kind kind;
} kinds[] = {
		{"wl_callback", POLICY_KIND_CALLBACK},
		{"wl_surface", POLICY_KIND_SURFACE},
		{"wl_subsurface", POLICY_KIND_SUBSURFACE},
		{"wl_shm_pool", POLICY_KIND_POOL},
		{"wl_buffer", POLICY_KIND_BUFFER},
		{"xdg_toplevel", POLICY_KIND_TOPLEVEL},
		{"wl_output", POLICY_KIND_OUTPUT},
};

static struct policy_interface interfaces[INTERFACES_MAX];
static size_t interface_count;
static struct policy_message messages[MESSAGES_MAX];
static size_t message_count;

struct reason {
	char *text; // may be NULL
	size_t cap;
};

static bool fail(const struct reason *reason, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

static bool fail(const struct reason *reason, const char *format, ...) {
	if (reason->text != NULL && reason->cap > 0) {
		va_list args;
		va_start(args, format);
		vsnprintf(reason->text, reason->cap, format, args);
		va_end(args);
	}
	return false;
}

const struct policy_interface *policy_find(const char *name, size_t len) {
	for (size_t i = 0; i < interface_count; i++) {
		const char *own = interfaces[i].wl->name;
		if (strncmp(own, name, len) == 0 && own[len] == '\0') {
			return &interfaces[i];
		}
	}
	return NULL;
}

static bool add_interface(const struct policy_table *table, const struct reason *reason) {
	const char *name = table->wl->name;
	if (policy_find(name, strlen(name)) != NULL) {
		return fail(reason, "%s: has rows twice", name);
	}
	if (interface_count == INTERFACES_MAX) {
		return fail(reason, "%s: too many interfaces", name);
	}
	struct policy_interface *interface = &interfaces[interface_count++];
	*interface = (struct policy_interface){.wl = table->wl};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			interface->kind = kinds[i].kind;
		}
	}
	for (size_t i = 0; i < GLOBALS; i++) {
		if (strcmp(globals[i], name) == 0) {
			interface->global = (uint32_t)i + 1;
			interface->global_many = interface->kind == POLICY_KIND_OUTPUT;
		}
	}
	return true;
}

/* What is folded is found by its place in the message, and brings or makes nothing. */
static bool fold_fits(const struct policy_message *message) {
	const struct policy_row *row = message->row;
	const struct wire_shape *shape = &message->shape;
	uint8_t words = 0;
	bool makes = false;
	for (uint8_t i = 0; i < shape->args; i++) {
		bool is_word = strchr("iufo", shape->types[i]) != NULL;
		words = is_word && words == i ? (uint8_t)(i + 1) : words;
		makes = makes || shape->types[i] == 'n';
	}
	bool named = ((row->same | row->sum) >> words) == 0;
	bool stays = row->fold == POLICY_FOLD_NO || row->fold == POLICY_FOLD_PASSES;
	return stays ? row->same == 0 && row->sum == 0
		     : named && !makes && shape->fds == 0 &&
					(row->fold != POLICY_FOLD_INPUT || shape->fixed_size);
}

static bool join_types(const struct policy_interface *interface, const struct wl_message *wl,
		struct policy_message *message, const struct reason *reason) {
	const struct wire_shape *shape = &message->shape;
	for (size_t i = 0; i < shape->args; i++) {
		bool makes = shape->types[i] == 'n';
		if (!makes && shape->types[i] != 'o') {
			continue;
		}
		const struct wl_interface *type = wl->types != NULL ? wl->types[i] : NULL;
		if (type == NULL) {
			if (makes && message->row->action != POLICY_BIND) {
				return fail(reason, "%s.%s: makes an object of no known interface",
						interface->wl->name, wl->name);
			}
			continue;
		}
		message->types[i] = policy_find(type->name, strlen(type->name));
		if (message->types[i] == NULL && !message->row->denied) {
			return fail(reason, "%s.%s: %s has no rows", interface->wl->name, wl->name,
					type->name);
		}
	}
	if (!fold_fits(message)) {
		return fail(reason, "%s.%s: cannot be folded so", interface->wl->name, wl->name);
	}
	uint8_t serial = message->row->serial;
	if (serial > shape->args || (serial > 0 && shape->types[serial - 1] != 'u')) {
		return fail(reason, "%s.%s: argument %u is no serial", interface->wl->name,
				wl->name, serial);
	}
	return true;
}

/* Finds out whether a message is plain, and where its objects stand. join_types() has gone before. */
static void plan(struct policy_message *message) {
	const struct wire_shape *shape = &message->shape;
	const struct policy_row *row = message->row;
	message->plain = shape->fixed_size && shape->fds == 0 && row->serial == 0 &&
			row->action == POLICY_PASS && !row->destroys && !row->denied;
	for (size_t i = 0; i < shape->args && message->plain; i++) {
		if (shape->types[i] == 'n') {
			message->plain = false;
		} else if (shape->types[i] == 'o') {
			message->plain = message->object_count < POLICY_OBJECTS_MAX;
			if (!message->plain) {
				break;
			}
			message->objects[message->object_count++] = (struct policy_object){
					.type = message->types[i],
					.at = (uint16_t)(WIRE_HEADER_SIZE + 4 * i),
					.nullable = (shape->nullable >> i & 1) != 0,
			};
		}
	}
}

static bool join(const struct policy_interface *interface, const struct wl_message *wl,
		size_t wl_count, const struct policy_row *rows, size_t row_count,
		const struct policy_message **ret_messages, const struct reason *reason) {
	if (wl_count != row_count) {
		return fail(reason, "%s: %zu messages, %zu rows", interface->wl->name, wl_count,
				row_count);
	}
	if (wl_count > MESSAGES_MAX - message_count) {
		return fail(reason, "%s: too many messages", interface->wl->name);
	}
	*ret_messages = &messages[message_count];
	for (size_t i = 0; i < wl_count; i++) {
		struct policy_message *message = &messages[message_count++];
		*message = (struct policy_message){.row = &rows[i]};
		if (strcmp(wl[i].name, rows[i].name) != 0) {
			return fail(reason, "%s.%s: row %zu is %s", interface->wl->name, wl[i].name,
					i, rows[i].name);
		}
		if (!wire_shape_parse(wl[i].signature, &message->shape)) {
			return fail(reason, "%s.%s: signature", interface->wl->name, wl[i].name);
		}
		if (!join_types(interface, &wl[i], message, reason)) {
			return false;
		}
		plan(message);
	}
	return true;
}

static bool join_table(const struct policy_table *table, const struct reason *reason) {
	const struct wl_interface *wl = table->wl;
	struct policy_interface *interface = NULL;
	for (size_t i = 0; i < interface_count; i++) {
		if (interfaces[i].wl == wl) {
			interface = &interfaces[i];
		}
	}
	if (interface == NULL) {
		return fail(reason, "%s: not added", wl->name);
	}
	interface->request_count = (uint16_t)table->request_count;
	interface->event_count = (uint16_t)table->event_count;
	return join(interface, wl->methods, (size_t)wl->method_count, table->requests,
			       table->request_count, &interface->requests, reason) &&
			join(interface, wl->events, (size_t)wl->event_count, table->events,
					table->event_count, &interface->events, reason);
}

static bool join_all(const struct reason *reason) {
	const struct policy_table *const tables[] = {
			policy_core, policy_shell, policy_input, policy_data, policy_surface};
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct policy_table *table = tables[t]; table->wl != NULL; table++) {
			if (!add_interface(table, reason)) {
				return false;
			}
		}
	}
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct policy_table *table = tables[t]; table->wl != NULL; table++) {
			if (!join_table(table, reason)) {
				return false;
			}
		}
	}
	for (size_t i = 0; i < GLOBALS; i++) {
		if (policy_find(globals[i], strlen(globals[i])) == NULL) {
			return fail(reason, "%s: a global without rows", globals[i]);
		}
	}
	return true;
}

bool policy_init(char *ret_reason, size_t cap) {
	static bool joined;
	if (!joined) {
		const struct reason reason = {.text = ret_reason, .cap = cap};
		joined = join_all(&reason);
	}
	return joined;
}

uint32_t policy_outputs_start(void) {
	return GLOBALS;
}

const struct policy_interface *policy_all(size_t *ret_count) {
	*ret_count = interface_count;
	return interfaces;
}
