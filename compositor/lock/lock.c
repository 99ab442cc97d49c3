/* SPDX-License-Identifier: MIT
 *
 * Nothing of a client's is drawn because the scene's layers, all but the lock's own and the strip,
 * are switched off as a whole: that needs no knowledge of outputs, so there is no moment at which a
 * new one shows them. What is seen instead is the ground, and on it the wallpaper.
 */
#include "compositor/lock/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_scene.h>

#include "base/defence.h"
#include "base/fd.h"
#include "base/log.h"
#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/constraint.h"
#include "compositor/input/focus.h"
#include "compositor/input/hold.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/lock/locker.h"
#include "compositor/lock/surface.h"
#include "compositor/options.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/programs.h"
#include "compositor/shell/runtime.h"
#include "compositor/window/hit.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"
#include "decorations/palette.h"

/* The ground reaches this far from the layout's origin in every direction: no output lies beyond. */
#define GROUND_REACH (1 << 24)

/* What the lock knows of an output. */
struct screen {
	struct lock *lock;
	struct wlr_output *wlr_output;
	struct wlr_scene_buffer *wallpaper; /* while it is locked; else NULL */
	uint32_t locked_seq;                /* the last picture made before it was locked */
	bool is_blank;                      /* a later one is shown */
	struct wl_list link;                /* lock.screens */
	struct wl_listener present, destroy;
};

struct lock {
	struct server *server;
	bool is_on;
	bool is_blank;
	struct wlr_scene_rect *ground;
	struct wl_list screens; /* screen.link */
	char *mark;             /* the file that is there while it is locked; NULL: none is kept */
	struct lock_events events;
	struct wl_listener outputs_changed;
};

bool lock_is_on(struct server *server) {
	return server->lock != NULL && server->lock->is_on;
}

bool lock_is_blank(struct server *server) {
	return lock_is_on(server) && server->lock->is_blank;
}

struct lock_events *lock_events(struct server *server) {
	return &server->lock->events;
}

void lock_hit(struct server *server, double lx, double ly, struct hit *ret_hit) {
	*ret_hit = (struct hit){.part = FRAME_PART_NONE};
	struct wlr_scene_node *node = wlr_scene_node_at(&server->layers->trees[LAYER_LOCK]->node,
			lx, ly, &ret_hit->sx, &ret_hit->sy);
	struct wlr_scene_surface *surface = node == NULL || node->type != WLR_SCENE_NODE_BUFFER
			? NULL
			: wlr_scene_surface_try_from_buffer(wlr_scene_buffer_from_node(node));
	if (surface != NULL) {
		ret_hit->surface = surface->surface;
		ret_hit->domain = domains_host(server);
		ret_hit->part = FRAME_PART_CLIENT;
	}
}

/* ---- outputs ---- */

static void find_blank(struct lock *lock) {
	if (!lock->is_on || lock->is_blank) {
		return;
	}
	struct screen *screen;
	wl_list_for_each(screen, &lock->screens, link) {
		if (screen->wlr_output->enabled && !screen->is_blank) {
			return;
		}
	}
	lock->is_blank = true;
	log_debug("every screen shows the lock");
	wl_signal_emit_mutable(&lock->events.blank, NULL);
}

static void handle_present(struct wl_listener *listener, void *data) {
	struct screen *screen = wl_container_of(listener, screen, present);
	const struct wlr_output_event_present *event = data;
	if ((int32_t)(event->commit_seq - screen->locked_seq) > 0) {
		screen->is_blank = true;
		find_blank(screen->lock);
	}
}

static void screen_destroy(struct screen *screen) {
	listener_remove(&screen->present);
	listener_remove(&screen->destroy);
	if (screen->wallpaper != NULL) {
		wlr_scene_node_destroy(&screen->wallpaper->node);
	}
	wl_list_remove(&screen->link);
	free(screen);
}

static void handle_output_destroy(struct wl_listener *listener, void *data) {
	struct screen *screen = wl_container_of(listener, screen, destroy);
	struct lock *lock = screen->lock;
	screen_destroy(screen);
	find_blank(lock);
}

/* What is drawn at the place of output while it is locked. */
static void show_wallpaper(struct screen *screen, struct output *output) {
	if (screen->wallpaper != NULL) {
		wlr_scene_node_destroy(&screen->wallpaper->node);
		screen->wallpaper = NULL;
	}
	struct lock *lock = screen->lock;
	struct wlr_box box;
	output_get_box(output, &box);
	if (!lock->is_on || output->wallpaper == NULL || wlr_box_empty(&box)) {
		return;
	}
	screen->wallpaper = wlr_scene_buffer_create(lock->server->layers->trees[LAYER_LOCK],
			output->wallpaper->buffer);
	if (screen->wallpaper != NULL) {
		wlr_scene_buffer_set_dest_size(screen->wallpaper, box.width, box.height);
		wlr_scene_node_set_position(&screen->wallpaper->node, box.x, box.y);
		wlr_scene_node_place_above(&screen->wallpaper->node, &lock->ground->node);
	}
}

static struct screen *screen_of(struct lock *lock, struct output *output) {
	struct screen *screen;
	wl_list_for_each(screen, &lock->screens, link) {
		if (screen->wlr_output == output->wlr_output) {
			return screen;
		}
	}
	screen = calloc(1, sizeof(*screen));
	if (screen == NULL) {
		return NULL;
	}
	screen->lock = lock;
	screen->wlr_output = output->wlr_output;
	/* One that comes while it is locked has never shown anything else. */
	screen->is_blank = lock->is_on;
	wl_list_insert(&lock->screens, &screen->link);
	listener_add(&screen->present, &output->wlr_output->events.present, handle_present);
	listener_add(&screen->destroy, &output->wlr_output->events.destroy, handle_output_destroy);
	return screen;
}

static void update_screens(struct lock *lock) {
	struct output *output;
	wl_list_for_each(output, &lock->server->outputs->list, link) {
		struct screen *screen = screen_of(lock, output);
		if (screen != NULL) {
			show_wallpaper(screen, output);
		}
	}
	find_blank(lock);
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct lock *lock = wl_container_of(listener, lock, outputs_changed);
	update_screens(lock);
}

/* ---- locking ---- */

/* Clients' pixels are in no layer but the lock's, where only the locker's are. */
static void show_layers(struct lock *lock) {
	struct layers *layers = lock->server->layers;
	for (int i = 0; i < LAYER_COUNT; i++) {
		bool is_shown = lock->is_on && DEFENDS(lock_picture);
		bool is_seen = i == LAYER_STRIP || (i == LAYER_LOCK) == is_shown;
		wlr_scene_node_set_enabled(&layers->trees[i]->node, is_seen);
	}
	struct screen *screen;
	wl_list_for_each(screen, &lock->screens, link) {
		screen->locked_seq = screen->wlr_output->commit_seq;
		screen->is_blank = false;
	}
	lock->is_blank = false;
	update_screens(lock);
	outputs_schedule(lock->server);
}

/* Every grab, every held key and button, every focus: clients hear that they end, and no more. */
static void end_input(struct server *server) {
	hold_cancel(server);
	reveal_close(server);
	switcher_cancel(server);
	programs_close_launcher(server);
	ask_refuse_all(server, ASK_REFUSED);
	clipboard_wipe(server, "Wiped: the screen was locked");
	focus_expect(server, NULL);
	keyboards_forget(server);
	pointer_leave(server);
	constraints_update(server);
	struct domain *domain;
	wl_list_for_each(domain, domains_list(server), link) {
		seat_end(domain->seat);
	}
}

static void set_mark(struct lock *lock) {
	if (lock->mark == NULL) {
		return;
	}
	int fd = open(lock->mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		log_warn("%s: %s: a silo that dies now would come back unlocked", lock->mark,
				strerror(errno));
	}
	fd_close(&fd);
}

void lock_remove_mark(struct server *server) {
	if (server->lock->mark != NULL) {
		unlink(server->lock->mark);
	}
}

static void engage(struct lock *lock) {
	struct server *server = lock->server;
	/* First of all: whatever looks from now on sees it. */
	lock->is_on = true;
	if (DEFENDS(lock_input)) {
		lock_surfaces_focus(server);
		end_input(server);
	}
	show_layers(lock);
	pointer_rebase(server);
	set_mark(lock);
	watch_changed(server);
	wl_signal_emit_mutable(&lock->events.changed, NULL);
}

static void tell_missing(struct server *server, const char *program) {
	struct notice notice = {
			.tag = "lock",
			.kind = NOTICE_MESSAGE,
			.is_failure = true,
			.title = "Not locked: nothing could unlock it again",
	};
	notice_party_set(&notice.source, domains_host(server));
	snprintf(notice.text, sizeof(notice.text),
			"%s is not found. Install swaylock, or name another program with "
			"\"locker\" in the settings.",
			program);
	log_warn("not locked: %s is not found; install swaylock, or say \"locker\" in the settings",
			program);
	notices_add(server, &notice);
}

enum lock_result lock_now(struct server *server, const char *why) {
	struct lock *lock = server->lock;
	if (lock->is_on) {
		return LOCK_ALREADY;
	}
	const char *missing = locker_missing(server);
	if (missing != NULL) {
		tell_missing(server, missing);
		return LOCK_NO_LOCKER;
	}
	log_info("locked: %s", why);
	engage(lock);
	locker_start(server);
	return LOCK_DONE;
}

void lock_end(struct server *server, enum lock_end by) {
	struct lock *lock = server->lock;
	if (!lock->is_on) {
		return;
	}
	log_info("unlocked by %s", by == LOCK_END_LOCKER ? "the locker" : "logind");
	/* What is held down now was pressed for the locker. */
	pointer_leave(server);
	lock->is_on = false;
	lock_remove_mark(server);
	locker_stop(server, by == LOCK_END_LOCKER);
	lock_surfaces_end(server);
	show_layers(lock);
	focus_set_lock(server, NULL);
	pointer_rebase(server);
	watch_changed(server);
	wl_signal_emit_mutable(&lock->events.changed, NULL);
}

/* ---- the module ---- */

static bool create_ground(struct lock *lock) {
	const struct color ground = theme_get(!lock->server->settings->is_light)->ground;
	const float color[4] = {
			(float)ground.r / 255, (float)ground.g / 255, (float)ground.b / 255, 1};
	struct wlr_scene_tree *tree = lock->server->layers->trees[LAYER_LOCK];
	lock->ground = wlr_scene_rect_create(tree, 2 * GROUND_REACH, 2 * GROUND_REACH, color);
	if (lock->ground == NULL) {
		return false;
	}
	wlr_scene_node_set_position(&lock->ground->node, -GROUND_REACH, -GROUND_REACH);
	wlr_scene_node_set_enabled(&tree->node, false);
	return true;
}

bool lock_create(struct server *server) {
	struct lock *lock = calloc(1, sizeof(*lock));
	if (lock == NULL) {
		log_error("out of memory");
		return false;
	}
	lock->server = server;
	server->lock = lock;
	wl_list_init(&lock->screens);
	wl_signal_init(&lock->events.changed);
	wl_signal_init(&lock->events.blank);
	listener_add(&lock->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	lock->mark = server->runtime != NULL ? runtime_path(server, "locked") : NULL;
	if (!create_ground(lock) || !lock_surfaces_create(server)) {
		log_error("out of memory");
		return false;
	}
	/* Before the first output is there. The locker is started when everything is. */
	if (lock->mark != NULL && access(lock->mark, F_OK) == 0) {
		log_warn("the session was locked when silo ended: it is locked again");
		engage(lock);
	}
	return true;
}

void lock_destroy(struct server *server) {
	struct lock *lock = server->lock;
	if (lock == NULL) {
		return;
	}
	listener_remove(&lock->outputs_changed);
	lock_surfaces_destroy(server);
	struct screen *screen, *next;
	wl_list_for_each_safe(screen, next, &lock->screens, link) {
		screen_destroy(screen);
	}
	free(lock->mark);
	free(lock);
	server->lock = NULL;
}
