/* SPDX-License-Identifier: MIT */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/interfaces/wlr_pointer.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_scene.h>

#include "base/clock.h"
#include "base/fd.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/output/output.h"

#define DEADLINE_MS 10000

static const struct wlr_keyboard_impl keyboard_impl = {.name = "test"};
static const struct wlr_pointer_impl pointer_impl = {.name = "test"};

/* What a client did not destroy goes with its connection; libwayland keeps it until the end. Read by
 * LeakSanitizer; whatever the compositor loses is still told. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void) {
	return "leak:libwayland-client";
}

const char *fixture_config;
const char *fixture_text;
size_t fixture_outputs = 1;
float fixture_scale = 1;
bool fixture_varlink;
bool fixture_logind;

int fixture_setup(void **state) {
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	setenv("WLR_BACKENDS", "headless", 1);
	setenv("WLR_RENDERER", "pixman", 1);
	options_init(&fixture->options);
	fixture->options.varlink = fixture_varlink;
	fixture->options.logind = fixture_logind;
	fixture->options.host_socket = false;
	fixture->options.outputs[0] = (struct output_size){
			.width_px = 1280, .height_px = 800, .scale = fixture_scale};
	fixture->options.outputs[1] =
			(struct output_size){.width_px = 800, .height_px = 600, .scale = 1};
	fixture->options.outputs_len = fixture_outputs;
	fixture->options.config = fixture_config;
	fixture->options.text = fixture_text;
	fixture->server = server_create(&fixture->options);
	assert_non_null(fixture->server);
	wlr_keyboard_init(&fixture->keyboard, &keyboard_impl, "test");
	keyboards_add(fixture->server, &fixture->keyboard, false);
	wlr_pointer_init(&fixture->pointer, &pointer_impl, "test");
	pointer_add(fixture->server, &fixture->pointer.base);
	*state = fixture;
	return 0;
}

int fixture_teardown(void **state) {
	struct fixture *fixture = *state;
	while (fixture->clients_len > 0) {
		client_free(fixture->clients[0]);
	}
	wlr_pointer_finish(&fixture->pointer);
	wlr_keyboard_finish(&fixture->keyboard);
	server_destroy(fixture->server);
	free(fixture);
	return 0;
}

static char runtime[] = "/tmp/silo-test-XXXXXX";

const char *fixture_runtime(void) {
	return runtime;
}

int fixture_runtime_setup(void **state) {
	assert_non_null(mkdtemp(runtime));
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	fixture_varlink = true;
	return 0;
}

int fixture_runtime_teardown(void **state) {
	static const char *const names[] = {"silo/lock", "silo/io.silo.Compositor", "silo"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s", runtime, names[i]);
		remove(path);
	}
	return rmdir(runtime);
}

static bool is_readable(int fd) {
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	return poll(&pollfd, 1, 0) > 0;
}

static bool turn(struct fixture *fixture) {
	bool has_acted = is_readable(wl_event_loop_get_fd(fixture->server->loop));
	server_dispatch(fixture->server, 0);
	wl_display_flush_clients(fixture->server->display);
	for (size_t i = 0; i < fixture->clients_len; i++) {
		has_acted |= client_turn(fixture->clients[i]);
	}
	return has_acted;
}

void fixture_settle(struct fixture *fixture) {
	int quiet = 0;
	while (quiet < 3) {
		quiet = turn(fixture) ? 0 : quiet + 1;
	}
}

void fixture_await(struct fixture *fixture, const bool *flag) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (!*flag) {
		if (turn(fixture) || *flag) {
			continue;
		}
		struct pollfd pollfds[CLIENTS_MAX + 1];
		nfds_t len = 0;
		pollfds[len++] = (struct pollfd){.fd = wl_event_loop_get_fd(fixture->server->loop),
				.events = POLLIN};
		for (size_t i = 0; i < fixture->clients_len; i++) {
			if (!fixture->clients[i]->is_dead) {
				pollfds[len++] = (struct pollfd){
						.fd = wl_display_get_fd(fixture->clients[i]
										->display),
						.events = POLLIN};
			}
		}
		int64_t left_ms = deadline_ms - clock_now_ms();
		assert_true(left_ms > 0);
		poll(pollfds, len, (int)left_ms);
	}
}

struct domain *fixture_domain(struct fixture *fixture, const char *name, int *ret_fd) {
	int fds[2];
	assert_int_equal(fd_socketpair(SOCK_SEQPACKET, fds), 0);
	struct domain_request request = {.name = name};
	struct domain *domain = NULL;
	assert_int_equal(domain_register(fixture->server, &request, fds[0], &domain), DOMAIN_OK);
	*ret_fd = fds[1];
	return domain;
}

struct test_client *fixture_client(struct fixture *fixture, int dial_fd) {
	assert_int_equal(fd_send(dial_fd, "c", 1, NULL, 0), 1);
	fixture_settle(fixture);
	char bytes[2];
	int fds[FD_MESSAGE_MAX];
	size_t fds_len;
	ssize_t len;
	do {
		fds_len = FD_MESSAGE_MAX;
		len = fd_recv(dial_fd, bytes, sizeof(bytes), fds, &fds_len);
	} while (len == 2 && bytes[0] == 's'); /* an order to be silent, as on a slow machine */
	assert_int_equal(len, 1);
	assert_int_equal(bytes[0], '0');
	assert_int_equal(fds_len, 1);
	return client_connect(fixture, fds[0]);
}

struct test_client *fixture_host_client(struct fixture *fixture, enum client_class class) {
	int fd = clients_connect(fixture->server, class, domains_host(fixture->server), NULL);
	assert_true(fd >= 0);
	return client_connect(fixture, fd);
}

struct window *window_in_server(struct fixture *fixture, const char *domain) {
	struct window *window;
	wl_list_for_each(window, windows_stack(fixture->server), link) {
		if (strcmp(window->domain->name, domain) == 0) {
			return window;
		}
	}
	return NULL;
}

/* Draws an output anew; the caller drops the state, whose buffer has the picture. */
static void draw(struct fixture *fixture, size_t index, struct wlr_output_state *ret_state) {
	struct wl_list *link = fixture->server->outputs->list.next;
	while (index-- > 0) {
		link = link->next;
	}
	struct output *output = wl_container_of(link, output, link);
	wlr_output_state_init(ret_state);
	wl_signal_emit_mutable(&fixture->server->outputs->drawing, NULL);
	/* Nothing may be left out because nothing has changed. */
	wlr_damage_ring_add_whole(&output->scene_output->damage_ring);
	assert_true(wlr_scene_output_build_state(output->scene_output, ret_state, NULL));
	assert_non_null(ret_state->buffer);
}

uint32_t fixture_pixel(struct fixture *fixture, int x, int y) {
	return fixture_pixel_on(fixture, 0, x, y);
}

uint32_t fixture_pixel_on(struct fixture *fixture, size_t index, int x, int y) {
	struct wlr_output_state state;
	void *data;
	uint32_t format, pixel;
	size_t stride;
	draw(fixture, index, &state);
	assert_int_in_range(x, 0, state.buffer->width - 1);
	assert_int_in_range(y, 0, state.buffer->height - 1);
	assert_true(wlr_buffer_begin_data_ptr_access(state.buffer, WLR_BUFFER_DATA_PTR_ACCESS_READ,
			&data, &format, &stride));
	memcpy(&pixel, (char *)data + (size_t)y * stride + (size_t)x * 4, sizeof(pixel));
	wlr_buffer_end_data_ptr_access(state.buffer);
	wlr_output_state_finish(&state);
	return pixel & 0xffffff;
}

size_t fixture_count(struct fixture *fixture, uint32_t color) {
	struct wlr_output_state state;
	void *data;
	uint32_t format;
	size_t stride, count = 0;
	draw(fixture, 0, &state);
	assert_true(wlr_buffer_begin_data_ptr_access(state.buffer, WLR_BUFFER_DATA_PTR_ACCESS_READ,
			&data, &format, &stride));
	for (int y = 0; y < state.buffer->height; y++) {
		const uint32_t *row = (const uint32_t *)((char *)data + (size_t)y * stride);
		for (int x = 0; x < state.buffer->width; x++) {
			count += (row[x] & 0xffffff) == (color & 0xffffff);
		}
	}
	wlr_buffer_end_data_ptr_access(state.buffer);
	wlr_output_state_finish(&state);
	return count;
}

void user_key(struct fixture *fixture, uint32_t key, bool is_press) {
	struct wlr_keyboard_key_event event = {
			.time_msec = ++fixture->time_ms,
			.keycode = key,
			.update_state = true,
			.state = is_press ? WL_KEYBOARD_KEY_STATE_PRESSED
					  : WL_KEYBOARD_KEY_STATE_RELEASED,
	};
	wlr_keyboard_notify_key(&fixture->keyboard, &event);
	fixture_settle(fixture);
}

void user_tap(struct fixture *fixture, uint32_t key) {
	user_key(fixture, key, true);
	user_key(fixture, key, false);
}

void user_move(struct fixture *fixture, int x, int y) {
	struct wlr_pointer_motion_absolute_event event = {
			.pointer = &fixture->pointer,
			.time_msec = ++fixture->time_ms,
			.x = (x + 0.5) / fixture->options.outputs[0].width_px,
			.y = (y + 0.5) / fixture->options.outputs[0].height_px,
	};
	wl_signal_emit_mutable(&fixture->pointer.events.motion_absolute, &event);
	wl_signal_emit_mutable(&fixture->pointer.events.frame, &fixture->pointer);
	fixture_settle(fixture);
}

void user_button(struct fixture *fixture, uint32_t button, bool is_press) {
	struct wlr_pointer_button_event event = {
			.pointer = &fixture->pointer,
			.time_msec = ++fixture->time_ms,
			.button = button,
			.state = is_press ? WL_POINTER_BUTTON_STATE_PRESSED
					  : WL_POINTER_BUTTON_STATE_RELEASED,
	};
	wl_signal_emit_mutable(&fixture->pointer.events.button, &event);
	wl_signal_emit_mutable(&fixture->pointer.events.frame, &fixture->pointer);
	fixture_settle(fixture);
}

void user_click(struct fixture *fixture, int x, int y) {
	user_move(fixture, x, y);
	user_button(fixture, BTN_LEFT, true);
	user_button(fixture, BTN_LEFT, false);
	fixture->time_ms += 1000; /* so that two clicks are not a double click */
}
