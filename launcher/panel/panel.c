/* SPDX-License-Identifier: MIT */
#include "launcher/panel/panel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "launcher/data/fields.h"

#define HOST_NAME "host"
#define HOST_LABEL "This computer"

void panel_init(struct panel *panel, bool is_dark) {
	*panel = (struct panel){.is_dark = is_dark};
}

void panel_view_init(struct panel_view *view) {
	*view = (struct panel_view){.pointer_x = -1, .pointer_y = -1};
}

void panel_finish(struct panel *panel) {
	free(panel->windows);
	model_finish(&panel->model);
}

/* ---- groups ---- */

static struct panel_group *find_group(struct panel *panel, const char *name) {
	for (size_t i = 0; i < panel->groups_len; i++) {
		if (strcmp(panel->groups[i].name, name) == 0) {
			return &panel->groups[i];
		}
	}
	return NULL;
}

static struct panel_group *add_group(struct panel *panel, const char *name, const char *label) {
	if (panel->groups_len == PANEL_GROUPS_MAX) {
		return NULL;
	}
	struct panel_group *group = &panel->groups[panel->groups_len++];
	*group = (struct panel_group){0};
	snprintf(group->name, sizeof(group->name), "%s", name);
	text_sanitise(label, strlen(label), VM_LABEL_MAX, group->label, sizeof(group->label));
	return group;
}

static bool has_windows(const struct panel *panel, const char *name) {
	for (size_t i = 0; i < panel->windows_len; i++) {
		if (strcmp(panel->windows[i].domain, name) == 0) {
			return true;
		}
	}
	return false;
}

/* VMs of the manifest in its order: those with windows, and those that start. */
static void add_machines(struct panel *panel) {
	for (size_t i = 0; i < panel->model.machines_len; i++) {
		const struct machine *machine = &panel->model.machines[i];
		bool is_starting = machine->state == MACHINE_STARTING;
		if (!is_starting && !has_windows(panel, machine->name)) {
			continue;
		}
		struct panel_group *group = add_group(panel, machine->name, machine->label);
		if (group != NULL) {
			group->colors = machine->colors;
			group->glyph = machine->glyph;
			group->is_starting = is_starting;
		}
	}
}

/* The compositor's domains: what it says of colour and glyph is what frames wear. */
static void add_domains(struct panel *panel, sd_json_variant *domains) {
	for (size_t i = 0; i < length_of(domains); i++) {
		sd_json_variant *domain = sd_json_variant_by_index(domains, i);
		const char *name = string_of(domain, "name");
		struct color fill;
		enum glyph glyph;
		if (!text_is_vm_name(name) || !has_windows(panel, name) ||
				!color_parse(string_of(domain, "color"), &fill) ||
				!glyph_parse(string_of(domain, "glyph"), &glyph)) {
			continue;
		}
		struct panel_group *group = find_group(panel, name);
		if (group == NULL) {
			group = add_group(panel, name, string_of(domain, "label"));
		}
		if (group != NULL) {
			group->colors = vm_colors_derive(fill);
			group->glyph = glyph;
		}
	}
}

static void add_host(struct panel *panel) {
	struct panel_group *group = has_windows(panel, HOST_NAME)
			? add_group(panel, HOST_NAME, HOST_LABEL)
			: NULL;
	if (group != NULL) {
		group->colors = theme_host_colors(panel->is_dark);
		group->glyph = GLYPH_HOST;
	}
}

static int compare_windows(const void *left, const void *right) {
	const struct panel_window *a = left, *b = right;
	int order = strcmp(a->domain, b->domain);
	return order != 0 ? order : a->id < b->id ? -1 : a->id > b->id;
}

static void give_windows(struct panel *panel) {
	for (size_t i = 0; i < panel->windows_len;) {
		size_t end = i;
		while (end < panel->windows_len &&
				strcmp(panel->windows[end].domain, panel->windows[i].domain) == 0) {
			end++;
		}
		struct panel_group *group = find_group(panel, panel->windows[i].domain);
		if (group != NULL) {
			group->first = i;
			group->len = end - i;
		}
		i = end;
	}
}

static void regroup(struct panel *panel, sd_json_variant *domains) {
	panel->groups_len = 0;
	add_machines(panel);
	add_domains(panel, domains);
	add_host(panel);
	give_windows(panel);
}

void panel_model_changed(struct panel *panel) {
	/* What is known of domains is in the groups: kept for those that the manager does not know. */
	struct panel_group old[PANEL_GROUPS_MAX];
	size_t old_len = panel->groups_len;
	memcpy(old, panel->groups, sizeof(old));
	panel->groups_len = 0;
	add_machines(panel);
	for (size_t i = 0; i < old_len; i++) {
		if (find_group(panel, old[i].name) == NULL && has_windows(panel, old[i].name) &&
				panel->groups_len < PANEL_GROUPS_MAX) {
			panel->groups[panel->groups_len++] = old[i];
		}
	}
	give_windows(panel);
}

/* ---- windows ---- */

static void take_window(struct panel *panel, sd_json_variant *json, size_t depth) {
	struct panel_window window = {
			.id = number_of(json, "id"),
			.is_focused = is_true(json, "focused"),
			.is_minimised = is_true(json, "minimized"),
			.is_urgent = is_true(json, "urgent"),
			.workspace = (unsigned int)number_of(json, "workspace"),
			.depth = depth,
	};
	const char *domain = string_of(json, "domain"), *title = string_of(json, "title");
	if (strlen(domain) > VM_NAME_MAX) {
		return;
	}
	snprintf(window.domain, sizeof(window.domain), "%s", domain);
	text_sanitise(title, strlen(title), PANEL_TITLE_MAX, window.title, sizeof(window.title));
	if (window.workspace >= 1 && window.workspace <= PANEL_WORKSPACES_MAX) {
		panel->used_workspaces |= 1u << window.workspace;
	}
	/* Of another workspace only what asks for attention. */
	bool is_here = panel->workspace == 0 || window.workspace == panel->workspace;
	if (is_here || window.is_urgent) {
		panel->windows[panel->windows_len++] = window;
	}
}

void panel_take_windows(struct panel *panel, sd_json_variant *answer) {
	sd_json_variant *windows = field_of(answer, "windows");
	size_t len = length_of(windows);
	len = len < PANEL_WINDOWS_MAX ? len : PANEL_WINDOWS_MAX;
	uint64_t workspaces = number_of(answer, "workspaces");
	panel->workspaces = workspaces < PANEL_WORKSPACES_MAX ? (unsigned int)workspaces
							      : PANEL_WORKSPACES_MAX;
	panel->workspace = (unsigned int)number_of(answer, "workspace");
	panel->is_launcher_open = is_true(answer, "launcher");
	sd_json_variant *clipboard = field_of(answer, "clipboard");
	party_take(field_of(clipboard, "source"), &panel->copied_from);
	take_text(clipboard, "detail", PANEL_COPIED_MAX, panel->copied, sizeof(panel->copied));
	panel->used_workspaces = 0;
	free(panel->windows);
	panel->windows = calloc(len + 1, sizeof(*panel->windows));
	panel->windows_len = 0;
	for (size_t i = 0; panel->windows != NULL && i < len; i++) {
		take_window(panel, sd_json_variant_by_index(windows, i), i);
	}
	if (panel->windows != NULL) {
		qsort(panel->windows, panel->windows_len, sizeof(*panel->windows), compare_windows);
	}
	regroup(panel, field_of(answer, "domains"));
}

struct panel_part panel_part_at(const struct panel_view *view, double x, double y) {
	for (size_t i = 0; i < view->parts_len; i++) {
		if (box_contains(&view->parts[i].box, x, y)) {
			return view->parts[i];
		}
	}
	return (struct panel_part){.kind = PART_NONE};
}

const struct panel_window *panel_topmost(const struct panel *panel, size_t group) {
	const struct panel_window *top = NULL;
	const struct panel_group *of = &panel->groups[group];
	for (size_t i = of->first; i < of->first + of->len; i++) {
		if (top == NULL || panel->windows[i].depth < top->depth) {
			top = &panel->windows[i];
		}
	}
	return top;
}
