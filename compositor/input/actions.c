/* SPDX-License-Identifier: MIT */
#include "compositor/input/actions.h"

#include <string.h>

#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/domain.h"
#include "compositor/input/focus.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/launch.h"
#include "compositor/shell/programs.h"
#include "compositor/shell/steer.h"
#include "compositor/window/bare.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"

static void next_window(struct server *server, unsigned int number) {
	switcher_step(server, false, false);
}

static void previous_window(struct server *server, unsigned int number) {
	switcher_step(server, true, false);
}

static void next_of_vm(struct server *server, unsigned int number) {
	switcher_step(server, false, true);
}

static void previous_of_vm(struct server *server, unsigned int number) {
	switcher_step(server, true, true);
}

static void close_window(struct server *server, unsigned int number) {
	if (focus_window(server) != NULL) {
		window_close(focus_window(server));
	}
}

static void toggle_fullscreen(struct server *server, unsigned int number) {
	struct window *window = focus_window(server);
	if (window != NULL) {
		bare_allow(window);
		window_set_fullscreen(window, !window->is_fullscreen);
	}
}

static void toggle_maximized(struct server *server, unsigned int number) {
	struct window *window = focus_window(server);
	if (window != NULL) {
		window_set_maximized(window, !window->is_maximized);
	}
}

static void snap_left(struct server *server, unsigned int number) {
	if (focus_window(server) != NULL && !focus_window(server)->is_fullscreen) {
		window_set_snap(focus_window(server), SNAP_LEFT);
	}
}

static void snap_right(struct server *server, unsigned int number) {
	if (focus_window(server) != NULL && !focus_window(server)->is_fullscreen) {
		window_set_snap(focus_window(server), SNAP_RIGHT);
	}
}

static void grow(struct server *server, unsigned int number) {
	if (focus_window(server) != NULL) {
		window_set_maximized(focus_window(server), true);
	}
}

/* One step back: from fullscreen, from a place that it fills, out of sight. */
static void shrink(struct server *server, unsigned int number) {
	struct window *window = focus_window(server);
	if (window == NULL) {
		return;
	}
	if (window->is_fullscreen) {
		window_set_fullscreen(window, false);
	} else if (!window_is_floating(window)) {
		window_restore(window);
	} else {
		window_set_minimized(window, true);
	}
}

static void minimize(struct server *server, unsigned int number) {
	if (focus_window(server) != NULL) {
		window_set_minimized(focus_window(server), true);
	}
}

static void switch_workspace(struct server *server, unsigned int number) {
	workspaces_switch(server, number - 1);
}

static void move_to_workspace(struct server *server, unsigned int number) {
	if (focus_window(server) != NULL) {
		workspaces_move(focus_window(server), number - 1);
	}
}

static void toggle_launcher(struct server *server, unsigned int number) {
	programs_toggle_launcher(server);
}

/* Another terminal where the user is; from no VM, the choice of all. */
static void open_terminal(struct server *server, unsigned int number) {
	struct domain *domain = focus_domain(server);
	if (domain != NULL && !domain->is_host) {
		launch_application(server, domain->name, "terminal");
	} else {
		programs_toggle_launcher(server);
	}
}

static void lock(struct server *server, unsigned int number) {
	lock_now(server, "by its keys");
}

static void copy_out(struct server *server, unsigned int number) {
	clipboard_copy(server);
}

static void paste_in(struct server *server, unsigned int number) {
	clipboard_paste(server);
}

static void reload(struct server *server, unsigned int number) {
	settings_reload(server);
}

static void end_session(struct server *server, unsigned int number) {
	server_stop(server);
}

static void reveal(struct server *server, unsigned int number) {
	reveal_open(server);
}

static void freeze(struct server *server, unsigned int number) {
	if (focus_domain(server) != NULL) {
		steer_freeze(server, focus_domain(server));
	}
}

static void kill_vm(struct server *server, unsigned int number) {
	if (focus_domain(server) != NULL) {
		steer_kill(server, focus_domain(server));
	}
}

const struct action actions[] = {
		{"next-window", false, true, false, next_window},
		{"previous-window", false, true, false, previous_window},
		{"next-of-vm", false, true, false, next_of_vm},
		{"previous-of-vm", false, true, false, previous_of_vm},
		{"close", false, false, false, close_window},
		{"fullscreen", false, false, false, toggle_fullscreen},
		{"maximise", false, false, false, toggle_maximized},
		{"snap-left", false, false, false, snap_left},
		{"snap-right", false, false, false, snap_right},
		{"grow", false, false, false, grow},
		{"shrink", false, false, false, shrink},
		{"minimise", false, false, false, minimize},
		{"workspace", true, false, false, switch_workspace},
		{"move-to-workspace", true, false, false, move_to_workspace},
		{"launcher", false, false, true, toggle_launcher},
		{"terminal", false, false, true, open_terminal},
		{"lock", false, true, true, lock},
		{"reveal", false, false, true, reveal, reveal_close},
		{"freeze", false, false, true, freeze, NULL, "Hold to freeze or thaw"},
		{"kill", false, false, true, kill_vm, NULL, "Hold to kill"},
		{"copy-out", false, false, true, copy_out},
		{"paste-in", false, false, true, paste_in},
		{"reload", false, false, true, reload},
		{"end-session", false, false, true, end_session},
};
const size_t actions_len = sizeof(actions) / sizeof(actions[0]);

const struct action *action_find(const char *name) {
	for (size_t i = 0; i < actions_len; i++) {
		if (strcmp(actions[i].name, name) == 0) {
			return &actions[i];
		}
	}
	return NULL;
}
