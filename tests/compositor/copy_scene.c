/* SPDX-License-Identifier: MIT */
#include "tests/compositor/copy_scene.h"

#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "compositor/input/focus.h"
#include "compositor/shell/notices.h"

/* ---- sources ---- */

void pump(struct source *source) {
	static const char block[4096];
	for (size_t i = 0; source->floods && i < source->fds_len; i++) {
		while (write(source->fds[i], block, sizeof(block)) > 0) {
		}
	}
}

static void handle_target(void *data, struct wl_data_source *wl_source, const char *type) {
}

static void handle_send(void *data, struct wl_data_source *wl_source, const char *type, int fd) {
	struct source *source = data;
	source->sends++;
	snprintf(source->type, sizeof(source->type), "%s", type);
	if (source->bytes != NULL) {
		assert_int_equal(write(fd, source->bytes, source->len), source->len);
		close(fd);
		return;
	}
	assert_true(source->fds_len < FDS_MAX);
	fd_set_nonblock(fd, true);
	source->fds[source->fds_len++] = fd;
	pump(source);
}

static void handle_cancelled(void *data, struct wl_data_source *wl_source) {
	struct source *source = data;
	source->cancels++;
}

static const struct wl_data_source_listener source_listener = {
		.target = handle_target,
		.send = handle_send,
		.cancelled = handle_cancelled,
};

static void handle_offer(void *data, struct wl_data_device *device, struct wl_data_offer *offer) {
	struct peer *peer = data;
	peer->offers++;
}

static void handle_selection(void *data, struct wl_data_device *device,
		struct wl_data_offer *offer) {
	struct peer *peer = data;
	peer->selections++;
	if (peer->offer != NULL) {
		wl_data_offer_destroy(peer->offer);
	}
	peer->offer = offer;
}

static void handle_enter(void *data, struct wl_data_device *device, uint32_t serial,
		struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y,
		struct wl_data_offer *offer) {
}

static void handle_leave(void *data, struct wl_data_device *device) {
}

static void handle_motion(void *data, struct wl_data_device *device, uint32_t time, wl_fixed_t x,
		wl_fixed_t y) {
}

static const struct wl_data_device_listener device_listener = {
		.data_offer = handle_offer,
		.enter = handle_enter,
		.leave = handle_leave,
		.motion = handle_motion,
		.drop = handle_leave,
		.selection = handle_selection,
};

/* ---- the scene ---- */

void scene_init(struct scene *scene, void **state) {
	static const char *const names[DOMAINS] = {"work", "banking", "untrusted"};
	*scene = (struct scene){.fixture = *state};
	scene->server = scene->fixture->server;
	for (size_t i = 0; i < DOMAINS; i++) {
		struct peer *peer = &scene->peers[i];
		peer->domain = fixture_domain(scene->fixture, names[i], &peer->dial);
		peer->client = fixture_client(scene->fixture, peer->dial);
		window_map(&peer->window, peer->client, 300, 200, 0xffff0000);
		peer->area = window_in_server(scene->fixture, names[i])->area;
		peer->manager = client_bind(peer->client, &wl_data_device_manager_interface, 3);
		peer->device = wl_data_device_manager_get_data_device(peer->manager,
				peer->client->seat);
		wl_data_device_add_listener(peer->device, &device_listener, peer);
	}
	fixture_settle(scene->fixture);
}

void scene_finish(struct scene *scene) {
	for (size_t i = 0; i < DOMAINS; i++) {
		window_finish(&scene->peers[i].window);
		if (scene->peers[i].dial >= 0) {
			close(scene->peers[i].dial);
		}
	}
}

void focus(struct scene *scene, size_t i) {
	const struct window *window =
			window_in_server(scene->fixture, scene->peers[i].domain->name);
	focus_show(scene->server, (struct window *)window);
	fixture_settle(scene->fixture);
}

void chord(struct scene *scene, uint32_t key) {
	user_key(scene->fixture, KEY_LEFTMETA, true);
	user_key(scene->fixture, KEY_LEFTSHIFT, true);
	user_key(scene->fixture, key, true);
	user_key(scene->fixture, key, false);
	user_key(scene->fixture, KEY_LEFTSHIFT, false);
	user_key(scene->fixture, KEY_LEFTMETA, false);
	fixture_settle(scene->fixture);
}

void offer(struct scene *scene, size_t i, struct source *source, const char *type) {
	struct peer *peer = &scene->peers[i];
	focus(scene, i);
	source->wl_source = wl_data_device_manager_create_data_source(peer->manager);
	wl_data_source_add_listener(source->wl_source, &source_listener, source);
	wl_data_source_offer(source->wl_source, type);
	wl_data_device_set_selection(peer->device, source->wl_source, peer->client->serial);
	fixture_settle(scene->fixture);
}

enum clipboard_state state_of(struct scene *scene) {
	struct clipboard_status status;
	clipboard_get_status(scene->server, &status);
	return status.state;
}

void expect_notice(struct scene *scene, const char *title, const char *detail) {
	sd_json_variant *array = NULL;
	assert_true(notices_describe(scene->server, &array) >= 0);
	assert_true(sd_json_variant_elements(array) > 0);
	sd_json_variant *first = sd_json_variant_by_index(array, 0);
	const char *seen = sd_json_variant_string(sd_json_variant_by_key(first, "title"));
	if (strncmp(seen, title, strlen(title)) != 0) {
		fail_msg("told \"%s\", not \"%s\"", seen, title);
	}
	if (detail != NULL) {
		assert_string_equal(sd_json_variant_string(sd_json_variant_by_key(first, "detail")),
				detail);
	}
	bool is_failure = sd_json_variant_boolean(sd_json_variant_by_key(first, "failure"));
	assert_int_equal(is_failure, strncmp(title, "Not", 3) == 0);
	sd_json_variant_unref(array);
}

void dispatch_while(struct scene *scene, enum clipboard_state state, struct source *source) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (state_of(scene) == state) {
		assert_true(clock_now_ms() < deadline_ms);
		if (source != NULL) {
			pump(source);
		}
		server_dispatch(scene->server, source != NULL && source->floods ? 1 : 50);
	}
	fixture_settle(scene->fixture);
}

void copy(struct scene *scene, size_t i, struct source *source, const char *type) {
	offer(scene, i, source, type);
	chord(scene, KEY_C);
	dispatch_while(scene, CLIPBOARD_COPYING, source);
}

struct source text_source(const char *text) {
	return (struct source){.bytes = text, .len = strlen(text)};
}

ssize_t paste(struct scene *scene, size_t i, const char *type, char *out, size_t cap) {
	struct peer *peer = &scene->peers[i];
	int fds[2];
	if (peer->offer == NULL) {
		return -1;
	}
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	wl_data_offer_receive(peer->offer, type, fds[1]);
	close(fds[1]);
	fd_set_nonblock(fds[0], true);
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	size_t len = 0;
	for (;;) {
		assert_true(clock_now_ms() < deadline_ms);
		fixture_settle(scene->fixture);
		ssize_t n = read(fds[0], out + len, cap - len);
		if (n == 0) {
			break;
		}
		len += n > 0 ? (size_t)n : 0;
	}
	close(fds[0]);
	return (ssize_t)len;
}

void expect_paste(struct scene *scene, size_t i, const char *text) {
	char bytes[2 * LIMIT];
	ssize_t len = paste(scene, i, "text/plain;charset=utf-8", bytes, sizeof(bytes));
	assert_int_equal(len, strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}
