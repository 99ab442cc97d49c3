/* SPDX-License-Identifier: MIT
 *
 * One timer, which is set once for each time of rest and looks then how long it has been: events only
 * note the time. Who keeps the session awake is looked for when the timer is up, and for the tools'
 * sake before each picture while anybody asks for it, since nothing gets into or out of sight without one.
 */
#include "compositor/lock/idle.h"

#include <pixman.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_idle_inhibit_v1.h>
#include <wlr/types/wlr_idle_notify_v1.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/lock/lock.h"
#include "compositor/lock/login.h"
#include "compositor/output/chosen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/window/sight.h"
#include "compositor/window/window.h"

/* What the settings do not say, on a console. */
#define LOCK_DEFAULT_MS (15 * 60 * 1000)
#define DARK_DEFAULT_MS (20 * 60 * 1000)

/* One part in so many of a window must be in sight for it to keep the session awake. */
#define IN_SIGHT_PART 4

struct idle {
	struct server *server;
	int64_t last_ms; /* the user did something, or a window kept the session awake */
	bool is_idle;    /* one of the two times is over since then */
	bool has_locked; /* or tried to, since then */
	bool is_dark;    /* the screens are off since then */
	struct wl_event_source *timer;
	struct wlr_idle_notifier_v1 *notifier;
	struct domain *inhibitor;  /* as notifier and strips know it; NULL: none */
	struct wl_list inhibitors; /* inhibitor.link */
	struct wl_listener new_inhibitor, drawing, outputs_changed, lock_changed;
};

struct inhibitor {
	struct idle *idle;
	struct wlr_idle_inhibitor_v1 *wlr_inhibitor;
	struct domain *domain;
	struct wl_list link; /* idle.inhibitors */
	struct wl_listener destroy;
};

/* ---- who keeps it awake ---- */

/* Pixels, in the layout. */
static int64_t area_of(const pixman_region32_t *region) {
	int n;
	int64_t sum = 0;
	const pixman_box32_t *boxes = pixman_region32_rectangles(region, &n);
	for (int i = 0; i < n; i++) {
		sum += (int64_t)(boxes[i].x2 - boxes[i].x1) * (boxes[i].y2 - boxes[i].y1);
	}
	return sum;
}

static void add_box(pixman_region32_t *region, const struct wlr_box *box) {
	pixman_region32_union_rect(region, region, box->x, box->y, (unsigned int)box->width,
			(unsigned int)box->height);
}

/* Is enough of it neither beyond the screens nor below other windows, all of which are opaque? */
static bool is_uncovered(struct window *window) {
	pixman_region32_t seen, above, screens;
	pixman_region32_init_rect(&seen, window->area.x, window->area.y,
			(unsigned int)window->area.width, (unsigned int)window->area.height);
	pixman_region32_init(&above);
	pixman_region32_init(&screens);
	struct output *output;
	wl_list_for_each(output, &window->server->outputs->list, link) {
		struct wlr_box box;
		output_get_area(output, &box);
		add_box(&screens, &box);
	}
	struct window *other;
	wl_list_for_each(other, windows_stack(window->server), link) {
		if (other == window) {
			break;
		}
		if (window_is_shown(other)) {
			add_box(&above, &other->area);
		}
	}
	int64_t whole = area_of(&seen);
	pixman_region32_intersect(&seen, &seen, &screens);
	pixman_region32_subtract(&seen, &seen, &above);
	bool is_enough = area_of(&seen) * IN_SIGHT_PART >= whole;
	pixman_region32_fini(&seen);
	pixman_region32_fini(&above);
	pixman_region32_fini(&screens);
	return is_enough;
}

/* A window that the user can see: neither hidden, nor covered, nor behind the lock. */
static bool is_in_sight(struct server *server, struct wlr_surface *surface) {
	struct window *window = window_of_surface(surface);
	if (!DEFENDS(idle_sight)) {
		return window != NULL;
	}
	return window != NULL && window_is_shown(window) && !lock_is_on(server) &&
			is_uncovered(window);
}

static bool may_inhibit(const struct settings *settings, const struct domain *domain) {
	if (settings->idle.awake == NULL) {
		return true;
	}
	for (char **name = settings->idle.awake; *name != NULL; name++) {
		if (strcmp(*name, domain->name) == 0) {
			return true;
		}
	}
	return false;
}

struct domain *idle_inhibitor(struct server *server) {
	struct inhibitor *inhibitor;
	wl_list_for_each(inhibitor, &server->idle->inhibitors, link) {
		if (is_in_sight(server, inhibitor->wlr_inhibitor->surface) &&
				may_inhibit(server->settings, inhibitor->domain)) {
			return inhibitor->domain;
		}
	}
	return NULL;
}

static void update_inhibited(struct idle *idle) {
	struct domain *inhibitor = idle_inhibitor(idle->server);
	if (inhibitor != idle->inhibitor) {
		idle->inhibitor = inhibitor;
		wlr_idle_notifier_v1_set_inhibited(idle->notifier, inhibitor != NULL);
		outputs_update_strips(idle->server);
	}
}

static void handle_drawing(struct wl_listener *listener, void *data) {
	struct idle *idle = wl_container_of(listener, idle, drawing);
	update_inhibited(idle);
}

static void inhibitor_destroy(struct inhibitor *inhibitor) {
	listener_remove(&inhibitor->destroy);
	wl_list_remove(&inhibitor->link);
	free(inhibitor);
}

static void handle_inhibitor_destroy(struct wl_listener *listener, void *data) {
	struct inhibitor *inhibitor = wl_container_of(listener, inhibitor, destroy);
	struct idle *idle = inhibitor->idle;
	/* What it has kept away does not come at once. */
	if (idle_inhibitor(idle->server) != NULL) {
		idle->last_ms = clock_now_ms();
	}
	inhibitor_destroy(inhibitor);
	update_inhibited(idle);
	if (wl_list_empty(&idle->inhibitors)) {
		listener_remove(&idle->drawing);
	}
}

static size_t count_of(const struct idle *idle, const struct domain *domain) {
	size_t n = 0;
	const struct inhibitor *inhibitor;
	wl_list_for_each(inhibitor, &idle->inhibitors, link) {
		n += inhibitor->domain == domain;
	}
	return n;
}

static void handle_new_inhibitor(struct wl_listener *listener, void *data) {
	struct idle *idle = wl_container_of(listener, idle, new_inhibitor);
	struct wlr_idle_inhibitor_v1 *wlr_inhibitor = data;
	struct client *client = client_of(wl_resource_get_client(wlr_inhibitor->resource));
	if (client == NULL) {
		return;
	}
	if (client->class == CLIENT_VM && count_of(idle, client->domain) >= IDLE_INHIBITORS_MAX) {
		client_end(client, "too many idle inhibitors");
		return;
	}
	struct inhibitor *inhibitor = calloc(1, sizeof(*inhibitor));
	if (inhibitor == NULL) {
		wl_resource_post_no_memory(wlr_inhibitor->resource);
		return;
	}
	inhibitor->idle = idle;
	inhibitor->wlr_inhibitor = wlr_inhibitor;
	inhibitor->domain = client->domain;
	if (wl_list_empty(&idle->inhibitors)) {
		listener_add(&idle->drawing, &idle->server->outputs->drawing, handle_drawing);
	}
	wl_list_insert(&idle->inhibitors, &inhibitor->link);
	listener_add(&inhibitor->destroy, &wlr_inhibitor->events.destroy, handle_inhibitor_destroy);
	update_inhibited(idle);
}

/* ---- the screens ---- */

static void set_dark(struct idle *idle, bool is_dark) {
	if (idle->is_dark == is_dark) {
		return;
	}
	idle->is_dark = is_dark;
	struct output *output;
	wl_list_for_each(output, &idle->server->outputs->list, link) {
		if (!output->is_off) {
			chosen_set_dark(output, is_dark);
		}
	}
	outputs_schedule(idle->server);
}

/* One that has come is on; then all are. */
static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct idle *idle = wl_container_of(listener, idle, outputs_changed);
	struct output *output;
	wl_list_for_each(output, &idle->server->outputs->list, link) {
		if (idle->is_dark && output->wlr_output->enabled) {
			idle_activity(idle->server);
			return;
		}
	}
}

/* ---- time ---- */

static void set_idle(struct idle *idle, bool is_idle) {
	if (idle->is_idle != is_idle) {
		idle->is_idle = is_idle;
		login_tell_idle(idle->server, is_idle);
	}
}

/* In a window of another session, that session looks after it; and without screens nobody has to. */
static uint32_t time_of(const struct server *server, uint32_t setting_ms, uint32_t default_ms) {
	if (setting_ms == IDLE_UNSET) {
		return server->session != NULL ? default_ms : 0;
	}
	return setting_ms;
}

static void set_timer(struct idle *idle, int64_t in_ms) {
	wl_event_source_timer_update(idle->timer, in_ms < 1 ? 1 : (int)in_ms);
}

/* Does what has come, and sets the timer to what comes next. */
static void look(struct idle *idle) {
	struct server *server = idle->server;
	const struct idle_settings *settings = &server->settings->idle;
	uint32_t lock_ms = time_of(server, settings->lock_ms, LOCK_DEFAULT_MS);
	uint32_t dark_ms = time_of(server, settings->screen_off_ms, DARK_DEFAULT_MS);
	int64_t rest_ms = clock_now_ms() - idle->last_ms, next_ms = INT64_MAX;
	if (lock_ms != 0 && !idle->has_locked && !lock_is_on(server)) {
		if (rest_ms >= lock_ms) {
			idle->has_locked = true;
			set_idle(idle, true);
			lock_now(server, "nobody is there");
		} else {
			next_ms = lock_ms;
		}
	}
	if (dark_ms != 0 && !idle->is_dark) {
		if (rest_ms >= dark_ms) {
			set_idle(idle, true);
			set_dark(idle, true);
		} else if (dark_ms < next_ms) {
			next_ms = dark_ms;
		}
	}
	if (next_ms != INT64_MAX) {
		set_timer(idle, next_ms - rest_ms);
	}
}

static int handle_timer(void *data) {
	struct idle *idle = data;
	if (idle_inhibitor(idle->server) != NULL) {
		idle->last_ms = clock_now_ms();
	}
	look(idle);
	return 0;
}

bool idle_activity(struct server *server) {
	struct idle *idle = server->idle;
	if (idle == NULL) {
		return false;
	}
	bool was_dark = idle->is_dark;
	bool was_at_end = idle->is_idle || idle->has_locked || was_dark;
	idle->last_ms = clock_now_ms();
	wlr_idle_notifier_v1_notify_activity(idle->notifier, domains_host(server)->seat->wlr_seat);
	if (was_at_end) {
		idle->has_locked = false;
		set_dark(idle, false);
		set_idle(idle, false);
		look(idle);
	}
	return was_dark;
}

bool idle_is_on(struct server *server) {
	return server->idle->is_idle;
}

void idle_reload(struct server *server) {
	update_inhibited(server->idle);
	look(server->idle);
}

static void handle_lock_changed(struct wl_listener *listener, void *data) {
	struct idle *idle = wl_container_of(listener, idle, lock_changed);
	look(idle);
}

bool idle_create(struct server *server) {
	struct idle *idle = calloc(1, sizeof(*idle));
	if (idle == NULL) {
		log_error("out of memory");
		return false;
	}
	idle->server = server;
	idle->last_ms = clock_now_ms();
	wl_list_init(&idle->inhibitors);
	server->idle = idle;
	struct wlr_idle_inhibit_manager_v1 *manager = wlr_idle_inhibit_v1_create(server->display);
	idle->notifier = wlr_idle_notifier_v1_create(server->display);
	idle->timer = wl_event_loop_add_timer(server->loop, handle_timer, idle);
	if (manager == NULL || idle->notifier == NULL || idle->timer == NULL) {
		log_error("out of memory");
		return false;
	}
	listener_add(&idle->new_inhibitor, &manager->events.new_inhibitor, handle_new_inhibitor);
	listener_add(&idle->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	listener_add(&idle->lock_changed, &lock_events(server)->changed, handle_lock_changed);
	look(idle);
	return true;
}

void idle_destroy(struct server *server) {
	struct idle *idle = server->idle;
	if (idle == NULL) {
		return;
	}
	listener_remove(&idle->new_inhibitor);
	listener_remove(&idle->drawing);
	listener_remove(&idle->outputs_changed);
	listener_remove(&idle->lock_changed);
	struct inhibitor *inhibitor, *next;
	wl_list_for_each_safe(inhibitor, next, &idle->inhibitors, link) {
		inhibitor_destroy(inhibitor);
	}
	if (idle->timer != NULL) {
		wl_event_source_remove(idle->timer);
	}
	free(idle);
	server->idle = NULL;
}
