/* SPDX-License-Identifier: MIT
 *
 * A window is of the output on which the middle of its area was. One whose output is there no more is
 * brought wholly onto the nearest one, as far as it fits: a window that nobody has put at an edge
 * should not hang over it. Where it was is remembered, since screens come back: a cable that was
 * loose, and every screen when the person returns from another console, for which the backend
 * destroys all of them, one by one.
 */
#include "compositor/window/follow.h"

#include <stdio.h>
#include <string.h>
#include <wlr/types/wlr_output.h>
#include <wlr/util/box.h>

#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

static bool has_middle(const struct wlr_box *output, const struct wlr_box *box) {
	return wlr_box_contains_point(output, box->x + box->width / 2.0,
			box->y + box->height / 2.0);
}

/* The output that had the middle of box before; NULL: none that is still there. */
static struct output *old_output(struct server *server, const struct wlr_box *box) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		if (has_middle(&output->told_box, box)) {
			return output;
		}
	}
	return NULL;
}

static const struct output_gone *old_gone(struct server *server, const struct wlr_box *box) {
	const struct outputs *outputs = server->outputs;
	for (size_t i = 0; i < outputs->gone_len; i++) {
		if (has_middle(&outputs->gone[i].told_box, box)) {
			return &outputs->gone[i];
		}
	}
	return NULL;
}

/* The box of the output of that name. False if it is not there, or off. */
static bool get_named_box(struct server *server, const char *name, struct wlr_box *ret_box) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		if (strcmp(output->wlr_output->name, name) == 0) {
			output_get_box(output, ret_box);
			return !wlr_box_empty(ret_box);
		}
	}
	return false;
}

static int clamp(int value, int min, int max) {
	return value > max ? (max > min ? max : min) : value < min ? min : value;
}

static void bring(struct server *server, struct wlr_box *box) {
	struct output *output =
			outputs_at(server, box->x + box->width / 2.0, box->y + box->height / 2.0);
	if (output == NULL) {
		return;
	}
	struct wlr_box usable;
	output_get_usable(output, &usable);
	const struct frame_insets insets = frame_insets(FRAME_WINDOW);
	box->x = clamp(box->x, usable.x + insets.left,
			usable.x + usable.width - insets.right - box->width);
	box->y = clamp(box->y, usable.y + insets.top,
			usable.y + usable.height - insets.bottom - box->height);
}

/* Where a box goes whose output stays, or comes to another one. */
static void follow(struct server *server, struct wlr_box *box) {
	if (wlr_box_empty(box)) {
		return;
	}
	struct output *output = old_output(server, box);
	struct wlr_box now = {0};
	if (output != NULL) {
		output_get_box(output, &now);
	}
	if (wlr_box_empty(&now)) {
		bring(server, box);
		return;
	}
	box->x += now.x - output->told_box.x;
	box->y += now.y - output->told_box.y;
}

static struct wlr_box shifted(const struct wlr_box *box, int x, int y) {
	return (struct wlr_box){.x = box->x + x,
			.y = box->y + y,
			.width = box->width,
			.height = box->height};
}

/* If the window's output has gone, what it is to come back to; else home stays as it is. */
static void remember(struct window *window) {
	struct server *server = window->server;
	struct output *output = old_output(server, &window->area);
	struct wlr_box now = {0};
	const char *name = NULL;
	const struct wlr_box *told_box = NULL;
	if (output != NULL) {
		output_get_box(output, &now);
		name = output->wlr_output->name;
		told_box = &output->told_box;
	} else {
		const struct output_gone *gone = old_gone(server, &window->area);
		name = gone != NULL ? gone->name : NULL;
		told_box = gone != NULL ? &gone->told_box : NULL;
	}
	struct window_home *home = &window->home;
	if (name == NULL || !wlr_box_empty(&now) || home->output[0] != '\0' ||
			strlen(name) >= sizeof(home->output)) {
		return;
	}
	snprintf(home->output, sizeof(home->output), "%s", name);
	home->area = shifted(&window->area, -told_box->x, -told_box->y);
	home->floating = shifted(&window->floating, -told_box->x, -told_box->y);
}

/* Puts the window back to where it was, if its output has come again. */
static bool go_home(struct window *window) {
	struct window_home *home = &window->home;
	struct wlr_box output;
	if (home->output[0] == '\0' || !get_named_box(window->server, home->output, &output)) {
		return false;
	}
	window->area = shifted(&home->area, output.x, output.y);
	window->floating = shifted(&home->floating, output.x, output.y);
	if (!has_middle(&output, &window->area)) {
		bring(window->server, &window->area); /* it came back smaller */
	}
	home->output[0] = '\0';
	return true;
}

void follow_outputs(struct server *server) {
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		struct window_home *home = &window->home;
		if (window->area.x != home->brought_x || window->area.y != home->brought_y) {
			home->output[0] = '\0'; /* the person has put it elsewhere since */
		}
		if (!wlr_box_empty(&window->area)) {
			remember(window);
		}
		if (!go_home(window)) {
			follow(server, &window->area);
			follow(server, &window->floating);
		}
	}
}

void follow_done(struct server *server) {
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		window->home.brought_x = window->area.x;
		window->home.brought_y = window->area.y;
	}
}
