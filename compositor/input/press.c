/* SPDX-License-Identifier: MIT */
#include "compositor/input/press.h"

#include <stddef.h>

#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/hit.h"
#include "compositor/window/window.h"

bool press_choose(struct server *server, double x, double y, struct hit *ret_hit) {
	hit_find(server, x, y, ret_hit);
	if (lock_is_on(server)) {
		return true;
	}
	if (deadtime_has(server, x, y, ret_hit)) {
		return false;
	}
	if (ret_hit->surface == NULL) {
		return true;
	}
	layer_shell_press(server, ret_hit->layer, ret_hit->is_scrim);
	if (ret_hit->window != NULL) {
		focus_expect(server, NULL);
		focus_set(server, ret_hit->window);
		window_raise(ret_hit->window);
	}
	/* Raising may have changed what is there. */
	hit_find(server, x, y, ret_hit);
	return true;
}
