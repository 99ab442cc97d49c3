/* SPDX-License-Identifier: MIT */
#include "compositor/shell/capture.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"

/* The kernel's own limit, and room for three bytes a sign. */
#define NAME_CODES_MAX 15
#define NAME_SIZE 64

struct captures {
	struct server *server;
	struct wl_list lookers; /* looker.link, who began last first */
	struct wl_event_source *timer;
	char words[NAME_SIZE + 16];
};

/* Tools of one name are one. */
struct looker {
	struct captures *captures;
	char name[NAME_SIZE];
	unsigned looks;   /* that go on */
	int64_t until_ms; /* shown till then, once there are none */
	struct wl_list link;
};

/* One session of ext-image-copy-capture, or one frame of wlr-screencopy: freed with its resource. */
struct look {
	struct looker *looker;
	struct wl_listener destroy;
};

static void looker_destroy(struct looker *looker) {
	wl_list_remove(&looker->link);
	free(looker);
}

static void name_of(struct wl_client *client, char out[NAME_SIZE]) {
	char path[32], comm[NAME_CODES_MAX + 2];
	pid_t pid;
	wl_client_get_credentials(client, &pid, NULL, NULL);
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, comm, sizeof(comm)) : 0;
	fd_close(&fd);
	if (len > 0 && comm[len - 1] == '\n') {
		len--;
	}
	if (len <= 0 || text_sanitise(comm, (size_t)len, NAME_CODES_MAX, out, NAME_SIZE) == 0) {
		snprintf(out, NAME_SIZE, "a program");
	}
}

/* The timer is set to the first whose time is up. */
static void set_timer(struct captures *captures) {
	int64_t first_ms = INT64_MAX;
	struct looker *looker;
	wl_list_for_each(looker, &captures->lookers, link) {
		if (looker->looks == 0 && looker->until_ms < first_ms) {
			first_ms = looker->until_ms;
		}
	}
	int64_t left_ms = first_ms == INT64_MAX ? 0 : first_ms - clock_now_ms();
	wl_event_source_timer_update(captures->timer,
			first_ms != INT64_MAX && left_ms < 1 ? 1 : (int)left_ms);
}

static int handle_timer(void *data) {
	struct captures *captures = data;
	struct looker *looker, *next;
	wl_list_for_each_safe(looker, next, &captures->lookers, link) {
		if (looker->looks == 0 && clock_now_ms() >= looker->until_ms) {
			looker_destroy(looker);
		}
	}
	set_timer(captures);
	outputs_update_strips(captures->server);
	return 0;
}

static void handle_look_destroy(struct wl_listener *listener, void *data) {
	struct look *look = wl_container_of(listener, look, destroy);
	struct looker *looker = look->looker;
	if (--looker->looks == 0) {
		looker->until_ms = clock_now_ms() + CAPTURE_SHOWN_MS;
		set_timer(looker->captures);
	}
	listener_remove(&look->destroy);
	free(look);
}

static struct looker *looker_of(struct captures *captures, struct wl_client *client) {
	char name[NAME_SIZE];
	name_of(client, name);
	struct looker *looker;
	wl_list_for_each(looker, &captures->lookers, link) {
		if (strcmp(looker->name, name) == 0) {
			wl_list_remove(&looker->link);
			wl_list_insert(&captures->lookers, &looker->link);
			return looker;
		}
	}
	looker = calloc(1, sizeof(*looker));
	if (looker != NULL) {
		looker->captures = captures;
		memcpy(looker->name, name, sizeof(name));
		wl_list_insert(&captures->lookers, &looker->link);
	}
	return looker;
}

void captures_note(struct server *server, struct wl_resource *resource) {
	struct captures *captures = server->captures;
	const char *interface = wl_resource_get_class(resource);
	if (captures == NULL ||
			(strcmp(interface, "ext_image_copy_capture_session_v1") != 0 &&
					strcmp(interface, "zwlr_screencopy_frame_v1") != 0)) {
		return;
	}
	struct look *look = calloc(1, sizeof(*look));
	struct looker *looker =
			look != NULL ? looker_of(captures, wl_resource_get_client(resource)) : NULL;
	if (looker == NULL) {
		free(look);
		wl_resource_post_no_memory(resource);
		return;
	}
	look->looker = looker;
	looker->looks++;
	look->destroy.notify = handle_look_destroy;
	wl_resource_add_destroy_listener(resource, &look->destroy);
	outputs_update_strips(server);
}

const char *captures_words(struct server *server) {
	struct captures *captures = server->captures;
	if (captures == NULL || wl_list_empty(&captures->lookers)) {
		return NULL;
	}
	const struct looker *first = wl_container_of(captures->lookers.next, first, link);
	int others = wl_list_length(&captures->lookers) - 1;
	if (others == 0) {
		snprintf(captures->words, sizeof(captures->words), "%s", first->name);
	} else {
		snprintf(captures->words, sizeof(captures->words), "%s +%d", first->name, others);
	}
	return captures->words;
}

bool captures_create(struct server *server) {
	struct captures *captures = calloc(1, sizeof(*captures));
	if (captures == NULL) {
		log_error("out of memory");
		return false;
	}
	captures->server = server;
	wl_list_init(&captures->lookers);
	server->captures = captures;
	captures->timer = wl_event_loop_add_timer(server->loop, handle_timer, captures);
	if (captures->timer == NULL) {
		log_error("out of memory");
	}
	return captures->timer != NULL;
}

void captures_destroy(struct server *server) {
	struct captures *captures = server->captures;
	if (captures == NULL) {
		return;
	}
	struct looker *looker, *next;
	wl_list_for_each_safe(looker, next, &captures->lookers, link) {
		looker_destroy(looker);
	}
	if (captures->timer != NULL) {
		wl_event_source_remove(captures->timer);
	}
	free(captures);
	server->captures = NULL;
}
