/* SPDX-License-Identifier: MIT
 *
 * The panel without its window: groups of windows by VM, workspaces, what a press means. Titles
 * are guests' words: bounded and sanitised when they are taken in, shown as claims after the VM's
 * plate.
 */
#ifndef SILO_LAUNCHER_PANEL_PANEL_H
#define SILO_LAUNCHER_PANEL_PANEL_H

#include "launcher/data/model.h"
#include "launcher/data/party.h"
#include "launcher/panel/battery.h"
#include "launcher/toolkit/canvas.h"

#define PANEL_HEIGHT 44
#define PANEL_WINDOWS_MAX 1024
#define PANEL_GROUPS_MAX 64
/* Workspaces and what of groups is shown; nobody can read more on one line. */
#define PANEL_WORKSPACES_MAX 9
#define PANEL_PARTS_MAX 256
/* Code points of a title; more than fits into the widest field. */
#define PANEL_TITLE_MAX 64
#define PANEL_COPIED_MAX 48

struct panel_window {
	uint64_t id;
	char domain[VM_NAME_MAX + 1];
	char title[4 * PANEL_TITLE_MAX + 1];
	bool is_focused, is_minimised, is_urgent;
	unsigned int workspace; /* from 1 */
	size_t depth;           /* 0: topmost */
};

/* A VM, or this computer, with the windows that are shown. */
struct panel_group {
	char name[VM_NAME_MAX + 1];
	char label[VM_LABEL_MAX + 1];
	struct vm_colors colors;
	enum glyph glyph;
	bool is_starting;
	size_t first, len; /* of the windows */
};

enum part_kind {
	PART_NONE,
	PART_MARK,      /* opens the launcher */
	PART_WORKSPACE, /* index: its number from 1 */
	PART_PLATE,     /* index: the group's */
	PART_WINDOW,    /* index: the window's */
};

/* Something that can be pressed, where it was drawn last. */
struct panel_part {
	enum part_kind kind;
	size_t index;
	struct box box;
};

struct panel {
	bool is_dark;
	struct model model;
	struct panel_window *windows; /* by group, then by age */
	size_t windows_len;
	struct panel_group groups[PANEL_GROUPS_MAX];
	size_t groups_len;
	unsigned int workspaces, workspace; /* 0: unknown yet */
	unsigned int used_workspaces;       /* a bit for each that has windows */
	bool is_launcher_open;
	struct battery battery;
	/* What waits in the clipboard between VMs: whose; nobody's: nothing does. */
	struct party copied_from;
	char copied[4 * PANEL_COPIED_MAX + 1]; /* what kind and how much */
};

/* What is particular to the panel of one output. */
struct panel_view {
	struct panel_part parts[PANEL_PARTS_MAX];
	size_t parts_len;
	double pointer_x, pointer_y; /* negative: not here */
};

void panel_init(struct panel *panel, bool is_dark);
void panel_view_init(struct panel_view *view);
void panel_finish(struct panel *panel);

/* Takes an answer of io.silo.Compositor.Watch; NULL: the compositor does not answer. */
void panel_take_windows(struct panel *panel, sd_json_variant *answer);

/* The model has changed: VMs that start have a group before they have windows. */
void panel_model_changed(struct panel *panel);

/* What lies at a point, PART_NONE if nothing does. */
struct panel_part panel_part_at(const struct panel_view *view, double x, double y);

/* The window to show for a press on a plate, its topmost; NULL: it has none. */
const struct panel_window *panel_topmost(const struct panel *panel, size_t group);

/* Draws all of it, width logical pixels wide, and notes its parts in view. */
void panel_draw(const struct panel *panel, struct panel_view *view, struct canvas *canvas,
		int width, const char *date, const char *time, uint64_t now_ms);

#endif
