/* SPDX-License-Identifier: MIT */
#include "compositor/domain/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/log.h"
#include "compositor/domain/service_windows.h"
#include "compositor/server.h"

#define WATCHERS_MAX 16
#define INTERVAL_MS 50

/* Who watches the same. */
struct audience {
	int (*describe)(struct server *server, sd_json_variant **ret_now);
	sd_varlink *links[WATCHERS_MAX]; /* NULL: free */
	size_t links_len;                /* those that are not */
	sd_json_variant *told;           /* what was told last; NULL: nothing yet */
};

struct watch {
	struct server *server;
	struct audience audiences[WATCH_SUBJECTS];
	int64_t told_ms;
	bool is_due; /* the timer runs */
	struct wl_event_source *timer;
};

static void tell(struct server *server, struct audience *audience) {
	sd_json_variant *now = NULL;
	if (audience->links_len == 0) {
		return;
	}
	if (audience->describe(server, &now) < 0) {
		log_error("out of memory");
		return;
	}
	if (audience->told != NULL && sd_json_variant_equal(now, audience->told)) {
		sd_json_variant_unref(now);
		return;
	}
	sd_json_variant_unref(audience->told);
	audience->told = now;
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (audience->links[i] != NULL) {
			/* One that does not read is hung up by libsystemd, and forgotten then. */
			sd_varlink_notify(audience->links[i], now);
		}
	}
}

static int handle_timer(void *data) {
	struct watch *watch = data;
	watch->is_due = false;
	watch->told_ms = clock_now_ms();
	for (size_t i = 0; i < WATCH_SUBJECTS; i++) {
		tell(watch->server, &watch->audiences[i]);
	}
	return 0;
}

void watch_changed(struct server *server) {
	struct watch *watch = server->watch;
	if (watch == NULL || watch->is_due ||
			watch->audiences[WATCH_DESKTOP].links_len +
							watch->audiences[WATCH_OFFENCES]
									.links_len ==
					0) {
		return;
	}
	int64_t rest_ms = watch->told_ms + INTERVAL_MS - clock_now_ms();
	watch->is_due = true;
	wl_event_source_timer_update(watch->timer, rest_ms > 1 ? (int)rest_ms : 1);
}

int watch_add(struct server *server, enum watch_subject subject, sd_varlink *link) {
	struct watch *watch = server->watch;
	struct audience *audience = watch != NULL ? &watch->audiences[subject] : NULL;
	if (audience == NULL || audience->links_len == WATCHERS_MAX) {
		return -EBUSY;
	}
	sd_json_variant *now = NULL;
	int ret = audience->describe(server, &now);
	if (ret >= 0) {
		ret = sd_varlink_notify(link, now);
		sd_json_variant_unref(now);
	}
	for (size_t i = 0; ret >= 0 && i < WATCHERS_MAX; i++) {
		if (audience->links[i] == NULL) {
			audience->links[i] = sd_varlink_ref(link);
			audience->links_len++;
			break;
		}
	}
	return ret;
}

void watch_forget(struct server *server, const sd_varlink *link) {
	struct watch *watch = server->watch;
	for (size_t i = 0; watch != NULL && i < WATCH_SUBJECTS * WATCHERS_MAX; i++) {
		struct audience *audience = &watch->audiences[i / WATCHERS_MAX];
		sd_varlink **own = &audience->links[i % WATCHERS_MAX];
		if (*own == link) {
			*own = sd_varlink_unref(*own);
			audience->links_len--;
		}
	}
}

bool watch_create(struct server *server) {
	struct watch *watch = calloc(1, sizeof(*watch));
	if (watch == NULL) {
		log_error("out of memory");
		return false;
	}
	watch->server = server;
	watch->audiences[WATCH_DESKTOP].describe = service_windows_describe;
	watch->audiences[WATCH_OFFENCES].describe = service_windows_describe_offences;
	server->watch = watch;
	watch->timer = wl_event_loop_add_timer(server->loop, handle_timer, watch);
	if (watch->timer == NULL) {
		log_error("out of memory");
	}
	return watch->timer != NULL;
}

void watch_destroy(struct server *server) {
	struct watch *watch = server->watch;
	if (watch == NULL) {
		return;
	}
	/* A server's end leaves its connections open; closing them comes back to watch_forget(). */
	server->watch = NULL;
	for (size_t i = 0; i < WATCH_SUBJECTS; i++) {
		for (size_t k = 0; k < WATCHERS_MAX; k++) {
			sd_varlink_close_unref(watch->audiences[i].links[k]);
		}
		sd_json_variant_unref(watch->audiences[i].told);
	}
	if (watch->timer != NULL) {
		wl_event_source_remove(watch->timer);
	}
	free(watch);
}
