/* SPDX-License-Identifier: MIT
 *
 * A client that asks for anything at any time: random requests of windows, popups, sub-surfaces,
 * cursors, drags and selections with the numbers that break arithmetic, in any order, while the
 * user moves, clicks, and presses the window manager's keys. Its connection may end; the compositor
 * may not. Runs are given by seeds.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <unistd.h>

#define SURFACES 6
#define SUBSURFACE 4 /* the surface that is mostly one */
#define CURSOR 5     /* the surface that is mostly cursor and drag icon */
#define STEPS 120
#define SEEDS 40
#define SEEDS_FULL 2000

struct monkey {
	struct test_client *client;
	uint32_t state;
	struct wl_surface *surfaces[SURFACES];
	struct xdg_surface *xdg_surfaces[SURFACES];
	struct xdg_toplevel *toplevels[SURFACES];
	struct xdg_popup *popups[SURFACES];
	struct wl_subsurface *subsurfaces[SURFACES];
	struct xdg_positioner *positioner;
	struct wl_data_device_manager *manager;
	struct wl_data_device *device;
	struct wl_data_source *source;
	struct wl_buffer *buffers[3];
};

static uint32_t number(struct monkey *monkey, uint32_t below) {
	monkey->state = monkey->state * 1664525u + 1013904223u;
	return (monkey->state >> 8) % below;
}

static int32_t odd(struct monkey *monkey) {
	static const int32_t numbers[] = {INT32_MIN, INT32_MIN + 1, -65536, -100, -1, 0, 1, 2, 7,
			100, 300, 5000, 65535, 65536, 1 << 24, INT32_MAX - 1, INT32_MAX};
	return numbers[number(monkey, sizeof(numbers) / sizeof(numbers[0]))];
}

static void keep_serial(void *data, struct xdg_surface *xdg_surface, uint32_t serial) {
	xdg_surface_ack_configure(xdg_surface, serial);
}

static const struct xdg_surface_listener xdg_surface_listener = {.configure = keep_serial};

/* Mostly the roles are kept apart: the first two windows, then popups, sub-surface, cursor. */
static bool is_unusual(struct monkey *monkey) {
	return number(monkey, 60) == 0;
}

static void make_role(struct monkey *monkey, size_t i) {
	bool is_odd = is_unusual(monkey);
	size_t other = is_odd ? number(monkey, SURFACES)
			      : number(monkey, i < 4 ? (uint32_t)i + 1 : 4);
	struct test_client *client = monkey->client;
	if (i == CURSOR && !is_odd) {
		return;
	}
	if ((i == SUBSURFACE) != is_odd) {
		if (monkey->subsurfaces[i] != NULL) {
			return;
		}
		monkey->subsurfaces[i] = wl_subcompositor_get_subsurface(client->subcompositor,
				monkey->surfaces[i], monkey->surfaces[other]);
		return;
	}
	if (monkey->xdg_surfaces[i] == NULL) {
		monkey->xdg_surfaces[i] =
				xdg_wm_base_get_xdg_surface(client->wm_base, monkey->surfaces[i]);
		xdg_surface_add_listener(monkey->xdg_surfaces[i], &xdg_surface_listener, NULL);
	}
	if (monkey->toplevels[i] != NULL || monkey->popups[i] != NULL) {
		return;
	}
	bool has_parent = other != i &&
			(monkey->toplevels[other] != NULL || monkey->popups[other] != NULL);
	if (i < 2 || !has_parent) {
		monkey->toplevels[i] = xdg_surface_get_toplevel(monkey->xdg_surfaces[i]);
	} else {
		xdg_positioner_set_size(monkey->positioner, 50, 60);
		xdg_positioner_set_anchor_rect(monkey->positioner, odd(monkey), odd(monkey), 3, 3);
		xdg_positioner_set_offset(monkey->positioner, odd(monkey), odd(monkey));
		xdg_positioner_set_constraint_adjustment(monkey->positioner, number(monkey, 64));
		monkey->popups[i] = xdg_surface_get_popup(monkey->xdg_surfaces[i],
				monkey->xdg_surfaces[other], monkey->positioner);
	}
	wl_surface_commit(monkey->surfaces[i]);
}

static void drop_role(struct monkey *monkey, size_t i) {
	if (monkey->popups[i] != NULL) {
		xdg_popup_destroy(monkey->popups[i]);
		monkey->popups[i] = NULL;
	} else if (monkey->toplevels[i] != NULL) {
		xdg_toplevel_destroy(monkey->toplevels[i]);
		monkey->toplevels[i] = NULL;
	} else if (monkey->xdg_surfaces[i] != NULL) {
		xdg_surface_destroy(monkey->xdg_surfaces[i]);
		monkey->xdg_surfaces[i] = NULL;
	} else if (monkey->subsurfaces[i] != NULL) {
		wl_subsurface_destroy(monkey->subsurfaces[i]);
		monkey->subsurfaces[i] = NULL;
	}
}

static void ask_of_toplevel(struct monkey *monkey, struct xdg_toplevel *toplevel) {
	struct test_client *client = monkey->client;
	static const uint32_t edges[] = {1, 2, 4, 5, 6, 8, 9, 10};
	struct xdg_toplevel *other = monkey->toplevels[number(monkey, SURFACES)];
	switch (number(monkey, 11)) {
	case 0:
		xdg_toplevel_set_parent(toplevel, other);
		break;
	case 1:
		xdg_toplevel_set_min_size(toplevel, abs(odd(monkey) / 2), abs(odd(monkey) / 2));
		break;
	case 2:
		xdg_toplevel_set_max_size(toplevel, abs(odd(monkey) / 2), abs(odd(monkey) / 2));
		break;
	case 3:
		xdg_toplevel_set_maximized(toplevel);
		break;
	case 4:
		xdg_toplevel_unset_maximized(toplevel);
		break;
	case 5:
		xdg_toplevel_set_fullscreen(toplevel, NULL);
		break;
	case 6:
		xdg_toplevel_unset_fullscreen(toplevel);
		break;
	case 7:
		xdg_toplevel_set_minimized(toplevel);
		break;
	case 8:
		xdg_toplevel_move(toplevel, client->seat, client->serial);
		break;
	case 9:
		xdg_toplevel_resize(toplevel, client->seat, client->serial,
				edges[number(monkey, 8)]);
		break;
	default:
		xdg_toplevel_show_window_menu(toplevel, client->seat, client->serial, odd(monkey),
				odd(monkey));
	}
}

static void ask_of_surface(struct monkey *monkey, size_t i) {
	struct wl_surface *surface = monkey->surfaces[i];
	struct test_client *client = monkey->client;
	if (i < SUBSURFACE && monkey->xdg_surfaces[i] == NULL && !is_unusual(monkey)) {
		return; /* pixels before the role would be an error */
	}
	switch (number(monkey, 9)) {
	case 0:
		wl_surface_attach(surface, monkey->buffers[number(monkey, 3)], 0, 0);
		break;
	case 1:
		wl_surface_attach(surface, NULL, 0, 0);
		break;
	case 2:
		wl_surface_attach(surface, monkey->buffers[0], odd(monkey), odd(monkey));
		break;
	case 3:
		wl_surface_damage(surface, odd(monkey), odd(monkey), odd(monkey), odd(monkey));
		break;
	case 4:
		if (number(monkey, 6) == 0) {
			wl_surface_set_buffer_scale(surface, 1 + (int32_t)number(monkey, 3));
		}
		break;
	case 5:
		wl_surface_damage_buffer(surface, odd(monkey), odd(monkey), odd(monkey),
				odd(monkey));
		break;
	case 6:
		if (i == CURSOR || is_unusual(monkey)) {
			wl_pointer_set_cursor(client->pointer, client->serial, surface, odd(monkey),
					odd(monkey));
		}
		break;
	case 7:
		if (monkey->xdg_surfaces[i] != NULL) {
			xdg_surface_set_window_geometry(monkey->xdg_surfaces[i], odd(monkey),
					odd(monkey), abs(odd(monkey) / 2) + 1,
					abs(odd(monkey) / 2) + 1);
		}
		break;
	default:
		wl_surface_set_buffer_transform(surface, (int32_t)number(monkey, 8));
	}
	wl_surface_commit(surface);
}

static void use_seat(struct monkey *monkey, size_t i) {
	struct test_client *client = monkey->client;
	struct wl_surface *icon =
			number(monkey, 2) == 0 ? NULL : monkey->surfaces[number(monkey, SURFACES)];
	switch (number(monkey, 5)) {
	case 0:
		wl_data_device_start_drag(monkey->device, monkey->source, monkey->surfaces[i], icon,
				client->serial);
		break;
	case 1:
		wl_data_device_set_selection(monkey->device, NULL, client->serial);
		break;
	case 2:
		if (monkey->source == NULL) {
			monkey->source = wl_data_device_manager_create_data_source(monkey->manager);
			wl_data_source_offer(monkey->source, "text/plain");
		}
		break;
	case 3:
		if (monkey->popups[i] != NULL) {
			xdg_popup_grab(monkey->popups[i], client->seat, client->serial);
		}
		break;
	default:
		if (monkey->popups[i] != NULL) {
			xdg_popup_reposition(monkey->popups[i], monkey->positioner, 5);
		}
	}
}

/* The user's chords, also halves of them: the switcher stays open while the client goes on. */
static void press_keys(struct monkey *monkey) {
	static const uint32_t modifiers[] = {KEY_LEFTMETA, KEY_LEFTALT, KEY_LEFTSHIFT};
	static const uint32_t keys[] = {KEY_TAB, KEY_TAB, KEY_TAB, KEY_GRAVE, KEY_ESC, KEY_LEFT,
			KEY_RIGHT, KEY_UP, KEY_DOWN, KEY_1, KEY_2, KEY_3, KEY_N, KEY_M, KEY_F,
			KEY_Q, KEY_A};
	struct fixture *fixture = monkey->client->fixture;
	if (number(monkey, 3) == 0) {
		user_key(fixture, modifiers[number(monkey, 3)], number(monkey, 3) != 0);
		return;
	}
	uint32_t key = keys[number(monkey, sizeof(keys) / sizeof(keys[0]))];
	user_key(fixture, key, true);
	user_key(fixture, key, false);
}

static void step(struct monkey *monkey) {
	struct fixture *fixture = monkey->client->fixture;
	size_t i = number(monkey, SURFACES);
	switch (number(monkey, 14)) {
	case 0:
	case 1:
		make_role(monkey, i);
		break;
	case 2:
		if (number(monkey, 3) == 0) {
			drop_role(monkey, i);
		}
		break;
	case 3:
		use_seat(monkey, i);
		break;
	case 4:
		user_button(fixture, BTN_LEFT, number(monkey, 2) == 0);
		break;
	case 5:
		user_move(fixture, (int)number(monkey, 1280), (int)number(monkey, 800));
		break;
	case 6:
		if (monkey->subsurfaces[i] != NULL) {
			wl_subsurface_set_position(monkey->subsurfaces[i], odd(monkey),
					odd(monkey));
			wl_subsurface_set_desync(monkey->subsurfaces[i]);
		}
		break;
	case 7:
		if (monkey->toplevels[i] != NULL) {
			ask_of_toplevel(monkey, monkey->toplevels[i]);
		}
		break;
	case 8:
	case 9:
		press_keys(monkey);
		break;
	default:
		ask_of_surface(monkey, i);
	}
}

static void forget(void *proxy) {
	if (proxy != NULL) {
		wl_proxy_destroy(proxy);
	}
}

/* What the client's library holds; the connection is over. */
static void forget_all(struct monkey *monkey) {
	for (size_t i = 0; i < SURFACES; i++) {
		forget(monkey->popups[i]);
		forget(monkey->toplevels[i]);
		forget(monkey->xdg_surfaces[i]);
		forget(monkey->subsurfaces[i]);
		forget(monkey->surfaces[i]);
	}
	for (size_t i = 0; i < 3; i++) {
		forget(monkey->buffers[i]);
	}
	forget(monkey->source);
	forget(monkey->device);
	forget(monkey->manager);
	forget(monkey->positioner);
}

static void run(struct fixture *fixture, uint32_t seed) {
	int dial;
	fixture_domain(fixture, "evil", &dial);
	struct monkey *monkey = calloc(1, sizeof(*monkey));
	assert_non_null(monkey);
	monkey->client = fixture_client(fixture, dial);
	monkey->state = seed;
	for (size_t i = 0; i < SURFACES; i++) {
		monkey->surfaces[i] = wl_compositor_create_surface(monkey->client->compositor);
	}
	for (int i = 0; i < 3; i++) {
		monkey->buffers[i] = buffer_create(monkey->client, 30 + 130 * i, 40 + 90 * i,
				0xffff00ff);
	}
	monkey->positioner = xdg_wm_base_create_positioner(monkey->client->wm_base);
	for (size_t i = 0; i <= SUBSURFACE; i++) {
		make_role(monkey, i);
		fixture_settle(fixture);
	}
	monkey->manager = client_bind(monkey->client, &wl_data_device_manager_interface, 3);
	monkey->device = wl_data_device_manager_get_data_device(monkey->manager,
			monkey->client->seat);
	for (int i = 0; i < STEPS && !monkey->client->is_dead; i++) {
		step(monkey);
		if (number(monkey, 3) == 0) {
			fixture_settle(fixture);
		}
		if (number(monkey, 40) == 0) {
			fixture_pixel(fixture, 640, 400);
		}
	}
	/* One way or the other it ends at once, with all that it had. */
	close(dial);
	fixture_settle(fixture);
	user_button(fixture, BTN_LEFT, false);
	user_key(fixture, KEY_LEFTMETA, false);
	user_key(fixture, KEY_LEFTALT, false);
	user_key(fixture, KEY_LEFTSHIFT, false);
	user_move(fixture, 10, 790);
	assert_null(window_in_server(fixture, "evil"));
	forget_all(monkey);
	free(monkey);
}

static void anything_at_any_time(void **state) {
	const char *full = getenv("SILO_TEST_FULL");
	uint32_t seeds = full != NULL && full[0] == '1' ? SEEDS_FULL : SEEDS;
	for (uint32_t seed = 1; seed <= seeds; seed++) {
		void *fixture = NULL;
		assert_int_equal(fixture_setup(&fixture), 0);
		run(fixture, seed * 2654435761u);
		fixture_teardown(&fixture);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {cmocka_unit_test(anything_at_any_time)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
