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

struct watch {
	struct server *server;
	sd_varlink *links[WATCHERS_MAX]; /* NULL: free */
	size_t links_len;                /* those that are not */
	sd_json_variant *told;           /* what was told last; NULL: nothing yet */
	int64_t told_ms;
	bool is_due; /* the timer runs */
	struct wl_event_source *timer;
};

static int handle_timer(void *data) {
	struct watch *watch = data;
	watch->is_due = false;
	watch->told_ms = clock_now_ms();
	sd_json_variant *now = NULL;
	if (service_windows_describe(watch->server, &now) < 0) {
		log_error("out of memory");
		return 0;
	}
	if (watch->told != NULL && sd_json_variant_equal(now, watch->told)) {
		sd_json_variant_unref(now);
		return 0;
	}
	sd_json_variant_unref(watch->told);
	watch->told = now;
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (watch->links[i] != NULL) {
			/* One that does not read is hung up by libsystemd, and forgotten then. */
			sd_varlink_notify(watch->links[i], now);
		}
	}
	return 0;
}

void watch_changed(struct server *server) {
	struct watch *watch = server->watch;
	if (watch == NULL || watch->links_len == 0 || watch->is_due) {
		return;
	}
	int64_t rest_ms = watch->told_ms + INTERVAL_MS - clock_now_ms();
	watch->is_due = true;
	wl_event_source_timer_update(watch->timer, rest_ms > 1 ? (int)rest_ms : 1);
}

int watch_add(struct server *server, sd_varlink *link) {
	struct watch *watch = server->watch;
	if (watch == NULL || watch->links_len == WATCHERS_MAX) {
		return -EBUSY;
	}
	sd_json_variant *now = NULL;
	int ret = service_windows_describe(server, &now);
	if (ret >= 0) {
		ret = sd_varlink_notify(link, now);
		sd_json_variant_unref(now);
	}
	for (size_t i = 0; ret >= 0 && i < WATCHERS_MAX; i++) {
		if (watch->links[i] == NULL) {
			watch->links[i] = sd_varlink_ref(link);
			watch->links_len++;
			break;
		}
	}
	return ret;
}

void watch_forget(struct server *server, const sd_varlink *link) {
	struct watch *watch = server->watch;
	for (size_t i = 0; watch != NULL && i < WATCHERS_MAX; i++) {
		if (watch->links[i] == link) {
			watch->links[i] = sd_varlink_unref(watch->links[i]);
			watch->links_len--;
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
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		sd_varlink_close_unref(watch->links[i]);
	}
	if (watch->timer != NULL) {
		wl_event_source_remove(watch->timer);
	}
	sd_json_variant_unref(watch->told);
	free(watch);
}
