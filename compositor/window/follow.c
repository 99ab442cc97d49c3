/* SPDX-License-Identifier: MIT
 *
 * A window is of the output on which the middle of its area was. One whose output is there no more is
 * brought wholly onto the nearest one, as far as it fits: a window that nobody has put at an edge
 * should not hang over it.
 */
#include "compositor/window/follow.h"

#include <wlr/util/box.h>

#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

/* The output that had the middle of box before; NULL: none that is still there. */
static struct output *old_output(struct server *server, const struct wlr_box *box) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		if (wlr_box_contains_point(&output->told_box, box->x + box->width / 2.0,
				    box->y + box->height / 2.0)) {
			return output;
		}
	}
	return NULL;
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

static void follow(struct server *server, struct wlr_box *box) {
	if (wlr_box_empty(box)) {
		return;
	}
	struct output *output = old_output(server, box);
	if (output == NULL) {
		bring(server, box);
		return;
	}
	struct wlr_box now;
	output_get_box(output, &now);
	if (wlr_box_empty(&now)) {
		bring(server, box); /* it was switched off */
		return;
	}
	box->x += now.x - output->told_box.x;
	box->y += now.y - output->told_box.y;
}

void follow_outputs(struct server *server) {
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		follow(server, &window->area);
		follow(server, &window->floating);
	}
}
