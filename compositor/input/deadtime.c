/* SPDX-License-Identifier: MIT
 *
 * Two generations of regions a domain, each up to DEADTIME_MS long: what is in either counts, so a place
 * is dead for one to two periods if its domain goes on changing it, and no list grows.
 */
#include "compositor/input/deadtime.h"

#include <math.h>
#include <pixman.h>
#include <stdint.h>
#include <stdlib.h>
#include <wlr/util/box.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/server.h"
#include "compositor/window/hit.h"
#include "compositor/window/window.h"
#include "decorations/hit_test.h"

/* Of domains that did something of late; the one that did so longest ago makes room. */
#define ZONES_MAX 16
/* Beyond, a region becomes the box around it. */
#define RECTS_MAX 64

struct generation {
	int64_t begun_ms;
	pixman_region32_t appeared, vanished;
};

struct zone {
	struct domain *domain;          /* NULL: gone, or unused */
	struct generation now, earlier; /* begun_ms 0: empty */
};

struct deadtime {
	struct zone zones[ZONES_MAX];
	int64_t key_ms;
};

static void generation_clear(struct generation *generation) {
	pixman_region32_clear(&generation->appeared);
	pixman_region32_clear(&generation->vanished);
	generation->begun_ms = 0;
}

static bool generation_counts(const struct generation *generation, int64_t now_ms) {
	return generation->begun_ms != 0 && now_ms - generation->begun_ms < 2 * DEADTIME_MS;
}

/* The generation to note something of domain in. */
static struct generation *generation_of(struct deadtime *deadtime, struct domain *domain) {
	struct zone *zone = &deadtime->zones[0];
	for (size_t i = 0; i < ZONES_MAX; i++) {
		struct zone *candidate = &deadtime->zones[i];
		if (candidate->domain == domain) {
			zone = candidate;
			break;
		}
		if (candidate->now.begun_ms < zone->now.begun_ms) {
			zone = candidate;
		}
	}
	if (zone->domain != domain) {
		generation_clear(&zone->now);
		generation_clear(&zone->earlier);
		zone->domain = domain;
	}
	int64_t now_ms = clock_now_ms();
	if (now_ms - zone->now.begun_ms >= DEADTIME_MS) {
		struct generation earlier = zone->now;
		zone->now = zone->earlier;
		zone->earlier = earlier;
		generation_clear(&zone->now);
		zone->now.begun_ms = now_ms;
	}
	return &zone->now;
}

static void add(pixman_region32_t *region, pixman_region32_t *more) {
	pixman_region32_union(region, region, more);
	if (pixman_region32_n_rects(region) > RECTS_MAX) {
		pixman_box32_t around = *pixman_region32_extents(region);
		pixman_region32_fini(region);
		pixman_region32_init_with_extents(region, &around);
	}
}

/* All that takes a press for window, popups not counted. */
static struct wlr_box outer_of(const struct wlr_box *area) {
	const int edge = FRAME_EDGE + HIT_OUTSIDE, bar = FRAME_BAR + HIT_OUTSIDE;
	return (struct wlr_box){
			.x = area->x - edge,
			.y = area->y - bar,
			.width = area->width + 2 * edge,
			.height = area->height + edge + bar,
	};
}

void deadtime_box_appeared(struct domain *domain, const struct wlr_box *box) {
	struct generation *generation = generation_of(domain->server->deadtime, domain);
	pixman_region32_t region;
	pixman_region32_init_rect(&region, box->x, box->y, (unsigned int)box->width,
			(unsigned int)box->height);
	add(&generation->appeared, &region);
	pixman_region32_fini(&region);
}

void deadtime_box_vanishes(struct domain *domain, const struct wlr_box *box,
		struct window *window) {
	struct server *server = domain->server;
	pixman_region32_t region, other;
	pixman_region32_init_rect(&region, box->x, box->y, (unsigned int)box->width,
			(unsigned int)box->height);
	struct window *above;
	wl_list_for_each(above, windows_stack(server), link) {
		if (window == NULL || above == window) {
			break;
		}
		if (!window_is_shown(above)) {
			continue;
		}
		struct wlr_box outer = outer_of(&above->area);
		pixman_region32_init_rect(&other, outer.x, outer.y, (unsigned int)outer.width,
				(unsigned int)outer.height);
		pixman_region32_subtract(&region, &region, &other);
		pixman_region32_fini(&other);
	}
	add(&generation_of(server->deadtime, domain)->vanished, &region);
	pixman_region32_fini(&region);
}

void deadtime_appeared(struct window *window) {
	struct wlr_box outer = outer_of(&window->area);
	deadtime_box_appeared(window->domain, &outer);
}

void deadtime_vanishes(struct window *window) {
	struct wlr_box outer = outer_of(&window->area);
	deadtime_box_vanishes(window->domain, &outer, window);
}

void deadtime_moved(struct window *window, const struct wlr_box *old_area) {
	if (!wlr_box_equal(&window->area, old_area) && window_is_shown(window)) {
		struct wlr_box outer = outer_of(old_area);
		deadtime_box_vanishes(window->domain, &outer, window);
		deadtime_appeared(window);
	}
}

/* Is there a window of a domain other than domain's at the point, covered or not? */
static bool covers_another(struct server *server, double x, double y, const struct domain *domain) {
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		struct wlr_box outer = outer_of(&window->area);
		if (window->domain != domain && window_is_shown(window) &&
				wlr_box_contains_point(&outer, x, y)) {
			return true;
		}
	}
	return false;
}

static bool has(pixman_region32_t *region, double x, double y) {
	return pixman_region32_contains_point(region, (int)floor(x), (int)floor(y), NULL);
}

bool deadtime_has(struct server *server, double x, double y, const struct hit *hit) {
	struct deadtime *deadtime = server->deadtime;
	int64_t now_ms = clock_now_ms();
	for (size_t i = 0; i < ZONES_MAX; i++) {
		struct zone *zone = &deadtime->zones[i];
		struct generation *generations[] = {&zone->now, &zone->earlier};
		bool is_own = zone->domain != NULL && zone->domain == hit->domain;
		for (size_t j = 0; j < 2; j++) {
			if (!generation_counts(generations[j], now_ms)) {
				continue;
			}
			bool is_dead = is_own ? has(&generations[j]->appeared, x, y) &&
							covers_another(server, x, y, hit->domain)
					      : has(&generations[j]->vanished, x, y);
			if (is_dead && DEFENDS(deadtime)) {
				log_debug("a press on what has just changed is nobody's");
				return true;
			}
		}
	}
	return false;
}

void deadtime_note_key(struct server *server) {
	server->deadtime->key_ms = clock_now_ms();
}

bool deadtime_is_typing(struct server *server) {
	return server->deadtime->key_ms != 0 &&
			clock_now_ms() - server->deadtime->key_ms < DEADTIME_MS;
}

void deadtime_forget_domain(struct domain *domain) {
	struct deadtime *deadtime = domain->server->deadtime;
	for (size_t i = 0; deadtime != NULL && i < ZONES_MAX; i++) {
		if (deadtime->zones[i].domain == domain) {
			deadtime->zones[i].domain = NULL;
		}
	}
}

bool deadtime_create(struct server *server) {
	server->deadtime = calloc(1, sizeof(*server->deadtime));
	if (server->deadtime == NULL) {
		log_error("out of memory");
		return false;
	}
	for (size_t i = 0; i < ZONES_MAX; i++) {
		struct zone *zone = &server->deadtime->zones[i];
		pixman_region32_init(&zone->now.appeared);
		pixman_region32_init(&zone->now.vanished);
		pixman_region32_init(&zone->earlier.appeared);
		pixman_region32_init(&zone->earlier.vanished);
	}
	return true;
}

void deadtime_destroy(struct server *server) {
	if (server->deadtime == NULL) {
		return;
	}
	for (size_t i = 0; i < ZONES_MAX; i++) {
		struct zone *zone = &server->deadtime->zones[i];
		pixman_region32_fini(&zone->now.appeared);
		pixman_region32_fini(&zone->now.vanished);
		pixman_region32_fini(&zone->earlier.appeared);
		pixman_region32_fini(&zone->earlier.vanished);
	}
	free(server->deadtime);
	server->deadtime = NULL;
}
