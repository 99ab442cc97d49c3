/* SPDX-License-Identifier: MIT
 *
 * Regions and hints are a client's words: a region is cut to what of the window is in sight, and a
 * hint that lies elsewhere is ignored.
 */
#include "compositor/input/constraint.h"

#include <stdlib.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_pointer_constraints_v1.h>
#include <wlr/types/wlr_relative_pointer_v1.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/util/region.h>

#include "base/defence.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/hit.h"
#include "compositor/window/window.h"

struct constraints {
	struct server *server;
	struct wlr_pointer_constraints_v1 *manager;
	struct wlr_relative_pointer_manager_v1 *relative;
	struct window *armed; /* pressed by the user since it got the keyboard; NULL: none */
	struct wlr_pointer_constraint_v1 *active; /* NULL: none */
	struct wlr_pointer_constraint_v1 *dying;  /* being destroyed now */
	double absolute_x, absolute_y;            /* in the layout, as a device said last */
	uint32_t relative_ms;                     /* time of the last motion of another kind */
	struct wl_listener new_constraint;
};

struct constraint {
	struct constraints *constraints;
	struct wlr_pointer_constraint_v1 *wlr_constraint;
	struct seat *seat;
	struct wl_listener set_region, destroy;
};

/* Where the pointer is in the surface of constraint, if it is in the client area of window. */
static bool is_over(struct server *server, const struct window *window,
		const struct wlr_surface *surface, struct hit *ret_hit) {
	struct wlr_cursor *cursor = cursor_wlr(server);
	hit_find(server, cursor->x, cursor->y, ret_hit);
	return ret_hit->window == window && ret_hit->surface == surface;
}

/* The part of the constraint's region that is in sight, relative to its surface. */
static void get_region(const struct wlr_pointer_constraint_v1 *constraint,
		const struct window *window, const struct hit *hit, struct wlr_cursor *cursor,
		pixman_region32_t *ret_region) {
	pixman_region32_init(ret_region);
	if (pixman_region32_empty(&constraint->region)) {
		pixman_region32_copy(ret_region, &constraint->surface->input_region);
	} else {
		pixman_region32_copy(ret_region, &constraint->region);
	}
	pixman_region32_intersect_rect(ret_region, ret_region,
			window->area.x - (int)(cursor->x - hit->sx),
			window->area.y - (int)(cursor->y - hit->sy),
			(unsigned int)window->area.width, (unsigned int)window->area.height);
}

/* What a client of the window in use may have now; NULL: nothing. */
static struct wlr_pointer_constraint_v1 *find_allowed(struct constraints *constraints) {
	struct server *server = constraints->server;
	struct window *window = constraints->armed;
	if (!DEFENDS(constraint_focus)) {
		struct hit hit;
		struct wlr_cursor *cursor = cursor_wlr(server);
		hit_find(server, cursor->x, cursor->y, &hit);
		window = hit.window;
	}
	if (window == NULL || (focus_window(server) != window && DEFENDS(constraint_focus))) {
		return NULL;
	}
	struct wlr_seat *seat = window->domain->seat->wlr_seat;
	struct wlr_surface *surface = seat->pointer_state.focused_surface;
	struct hit hit;
	if (surface == NULL || !is_over(server, window, surface, &hit)) {
		return NULL;
	}
	struct wlr_pointer_constraint_v1 *constraint =
			wlr_pointer_constraints_v1_constraint_for_surface(constraints->manager,
					surface, seat);
	if (constraint == NULL || constraint == constraints->dying) {
		return NULL;
	}
	pixman_region32_t region;
	get_region(constraint, window, &hit, cursor_wlr(server), &region);
	bool is_inside = pixman_region32_contains_point(&region, (int)hit.sx, (int)hit.sy, NULL);
	pixman_region32_fini(&region);
	return is_inside ? constraint : NULL;
}

/* A constraint for once ends with this, and calls back. */
static void deactivate(struct constraints *constraints) {
	struct wlr_pointer_constraint_v1 *active = constraints->active;
	constraints->active = NULL;
	if (active != NULL && active != constraints->dying) {
		wlr_pointer_constraint_v1_send_deactivated(active);
	}
}

void constraints_update(struct server *server) {
	struct constraints *constraints = server->constraints;
	if (constraints == NULL) {
		return;
	}
	if (constraints->armed != NULL && focus_window(server) != constraints->armed) {
		constraints->armed = NULL;
	}
	struct wlr_pointer_constraint_v1 *allowed = find_allowed(constraints);
	if (allowed == constraints->active) {
		return;
	}
	deactivate(constraints);
	constraints->active = allowed;
	if (allowed != NULL) {
		wlr_pointer_constraint_v1_send_activated(allowed);
	}
	outputs_update_strips(server);
}

void constraints_arm(struct server *server, struct window *window) {
	server->constraints->armed = window;
	constraints_update(server);
}

bool constraints_break(struct server *server) {
	struct constraints *constraints = server->constraints;
	if (constraints == NULL || constraints->active == NULL || !DEFENDS(constraint_break)) {
		return false;
	}
	constraints->armed = NULL;
	constraints_update(server);
	log_debug("the pointer is free");
	return true;
}

enum constraint_state constraints_state(struct server *server) {
	const struct constraints *constraints = server->constraints;
	if (constraints == NULL || constraints->active == NULL) {
		return CONSTRAINT_NONE;
	}
	return constraints->active->type == WLR_POINTER_CONSTRAINT_V1_LOCKED ? CONSTRAINT_LOCKED
									     : CONSTRAINT_CONFINED;
}

/* Shortens the motion to what is inside. Returns false if there is no inside any more. */
static bool confine(struct constraints *constraints, struct constraint_motion *motion) {
	struct window *window = constraints->armed;
	struct hit hit;
	if (window == NULL ||
			!is_over(constraints->server, window, constraints->active->surface, &hit)) {
		return false;
	}
	pixman_region32_t region;
	get_region(constraints->active, window, &hit, cursor_wlr(constraints->server), &region);
	double x, y;
	bool is_inside = wlr_region_confine(&region, hit.sx, hit.sy, hit.sx + motion->dx,
			hit.sy + motion->dy, &x, &y);
	pixman_region32_fini(&region);
	if (is_inside) {
		motion->dx = x - hit.sx;
		motion->dy = y - hit.sy;
	}
	return is_inside;
}

/* The pointer's way, if it may move. */
static bool allow_motion(struct server *server, struct seat *seat,
		struct constraint_motion *motion) {
	struct constraints *constraints = server->constraints;
	bool is_focused = seat != NULL && seat->domain == focus_domain(server);
	if (is_focused || (seat != NULL && !DEFENDS(relative_focus))) {
		wlr_relative_pointer_manager_v1_send_relative_motion(constraints->relative,
				seat->wlr_seat, (uint64_t)motion->time_ms * 1000, motion->dx,
				motion->dy, motion->unaccelerated_x, motion->unaccelerated_y);
	}
	if (constraints->active == NULL) {
		return true;
	}
	if (constraints->active->type == WLR_POINTER_CONSTRAINT_V1_LOCKED) {
		return false;
	}
	if (!confine(constraints, motion)) {
		constraints_break(server);
	}
	return true;
}

bool constraints_motion(struct server *server, struct seat *seat,
		struct constraint_motion *motion) {
	server->constraints->relative_ms = motion->time_ms;
	return allow_motion(server, seat, motion);
}

bool constraints_motion_absolute(struct server *server, struct seat *seat, uint32_t time_ms,
		double *x, double *y) {
	struct constraints *constraints = server->constraints;
	struct wlr_cursor *cursor = cursor_wlr(server);
	bool is_confined = constraints_state(server) == CONSTRAINT_CONFINED;
	double dx = *x - constraints->absolute_x, dy = *y - constraints->absolute_y;
	constraints->absolute_x = *x;
	constraints->absolute_y = *y;
	struct constraint_motion motion = {
			.time_ms = time_ms,
			.dx = is_confined ? *x - cursor->x : dx,
			.dy = is_confined ? *y - cursor->y : dy,
			.unaccelerated_x = dx,
			.unaccelerated_y = dy,
	};
	/* Nested, one motion comes in both kinds. */
	bool is_told = constraints->relative_ms == time_ms;
	if (!allow_motion(server, is_told ? NULL : seat, &motion)) {
		return false;
	}
	if (constraints_state(server) == CONSTRAINT_CONFINED) {
		*x = cursor->x + motion.dx;
		*y = cursor->y + motion.dy;
	}
	return true;
}

void constraints_forget_window(struct server *server, struct window *window) {
	if (server->constraints != NULL && server->constraints->armed == window) {
		server->constraints->armed = NULL;
		constraints_update(server);
	}
}

/* The client has let the pointer go and says where it drew its own: there it appears, if that is in
 * the same surface of the same window. */
static void follow_hint(struct constraints *constraints,
		const struct wlr_pointer_constraint_v1 *constraint, struct window *window) {
	struct server *server = constraints->server;
	struct wlr_cursor *cursor = cursor_wlr(server);
	struct hit hit, there;
	if (constraint->type != WLR_POINTER_CONSTRAINT_V1_LOCKED ||
			!constraint->current.cursor_hint.enabled ||
			!is_over(server, window, constraint->surface, &hit)) {
		return;
	}
	double x = cursor->x - hit.sx + constraint->current.cursor_hint.x;
	double y = cursor->y - hit.sy + constraint->current.cursor_hint.y;
	hit_find(server, x, y, &there);
	if (there.window == window && there.surface == constraint->surface) {
		wlr_cursor_warp(cursor, NULL, x, y);
		pointer_rebase(server);
	}
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct constraint *constraint = wl_container_of(listener, constraint, destroy);
	struct constraints *constraints = constraint->constraints;
	struct wlr_pointer_constraint_v1 *wlr_constraint = constraint->wlr_constraint;
	listener_remove(&constraint->set_region);
	listener_remove(&constraint->destroy);
	constraint->seat->constraints_len--;
	free(constraint);
	if (constraints->active != wlr_constraint) {
		return;
	}
	struct window *window = constraints->armed;
	constraints->dying = wlr_constraint;
	constraints_update(constraints->server);
	if (window != NULL && constraints->armed == window) {
		follow_hint(constraints, wlr_constraint, window);
	}
	constraints->dying = NULL;
}

static void handle_set_region(struct wl_listener *listener, void *data) {
	struct constraint *constraint = wl_container_of(listener, constraint, set_region);
	constraints_update(constraint->constraints->server);
}

static void handle_new_constraint(struct wl_listener *listener, void *data) {
	struct constraints *constraints = wl_container_of(listener, constraints, new_constraint);
	struct wlr_pointer_constraint_v1 *wlr_constraint = data;
	struct client *client = client_of(wl_resource_get_client(wlr_constraint->resource));
	struct constraint *constraint = calloc(1, sizeof(*constraint));
	if (constraint == NULL || client == NULL) {
		free(constraint);
		wl_resource_post_no_memory(wlr_constraint->resource);
		return;
	}
	constraint->constraints = constraints;
	constraint->wlr_constraint = wlr_constraint;
	constraint->seat = client->domain->seat;
	listener_add(&constraint->set_region, &wlr_constraint->events.set_region,
			handle_set_region);
	listener_add(&constraint->destroy, &wlr_constraint->events.destroy, handle_destroy);
	/* Each is looked through when another is made. */
	if (++constraint->seat->constraints_len > CONSTRAINTS_PER_DOMAIN_MAX) {
		client_end(client, "too many pointer constraints");
		return;
	}
	constraints_update(constraints->server);
}

bool constraints_create(struct server *server) {
	struct constraints *constraints = calloc(1, sizeof(*constraints));
	struct wlr_pointer_constraints_v1 *manager =
			wlr_pointer_constraints_v1_create(server->display);
	struct wlr_relative_pointer_manager_v1 *relative =
			wlr_relative_pointer_manager_v1_create(server->display);
	if (constraints == NULL || manager == NULL || relative == NULL) {
		free(constraints);
		log_error("out of memory");
		return false;
	}
	constraints->server = server;
	constraints->manager = manager;
	constraints->relative = relative;
	listener_add(&constraints->new_constraint, &manager->events.new_constraint,
			handle_new_constraint);
	server->constraints = constraints;
	return true;
}

void constraints_destroy(struct server *server) {
	if (server->constraints == NULL) {
		return;
	}
	listener_remove(&server->constraints->new_constraint);
	free(server->constraints);
	server->constraints = NULL;
}
