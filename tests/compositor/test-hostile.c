/* SPDX-License-Identifier: MIT
 *
 * What a hostile client may try: each test ends with a compositor that still serves everybody else,
 * and with the attacker's connection ended where the protocol was broken.
 */
#include "tests/compositor/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "xdg-decoration-unstable-v1-client-protocol.h"

struct scene {
	struct fixture *fixture;
	int dial, victim_dial;
	struct test_client *client, *victim;
	struct test_window victim_window;
};

static void scene_init(struct scene *scene, void **state) {
	*scene = (struct scene){.fixture = *state};
	fixture_domain(scene->fixture, "evil", &scene->dial);
	fixture_domain(scene->fixture, "good", &scene->victim_dial);
	scene->victim = fixture_client(scene->fixture, scene->victim_dial);
	window_map(&scene->victim_window, scene->victim, 300, 200, 0xff0000ff);
	scene->client = fixture_client(scene->fixture, scene->dial);
}

/* The victim is there, with its window and its keyboard. */
static void scene_check(struct scene *scene) {
	assert_false(client_is_ended(scene->victim));
	struct window *window = window_in_server(scene->fixture, "good");
	assert_non_null(window);
	assert_int_equal(fixture_pixel(scene->fixture, window->area.x + 150, window->area.y + 100),
			0x0000ff);
	int presses = scene->victim->key_presses;
	user_key(scene->fixture, 30, true);
	user_key(scene->fixture, 30, false);
	assert_int_equal(scene->victim->key_presses, presses + 1);
	window_finish(&scene->victim_window);
	close(scene->dial);
	close(scene->victim_dial);
	fixture_settle(scene->fixture);
}

static void reposition_before_the_initial_commit(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window parent;
	window_map(&parent, scene.client, 200, 200, 0xffff0000);
	struct xdg_positioner *positioner = xdg_wm_base_create_positioner(scene.client->wm_base);
	xdg_positioner_set_size(positioner, 10, 10);
	xdg_positioner_set_anchor_rect(positioner, 0, 0, 1, 1);
	struct wl_surface *surface = wl_compositor_create_surface(scene.client->compositor);
	struct xdg_surface *xdg_surface =
			xdg_wm_base_get_xdg_surface(scene.client->wm_base, surface);
	struct xdg_popup *popup =
			xdg_surface_get_popup(xdg_surface, parent.xdg_surface, positioner);
	xdg_popup_reposition(popup, positioner, 7);
	assert_true(client_is_ended(scene.client));
	xdg_positioner_destroy(positioner);
	xdg_popup_destroy(popup);
	xdg_surface_destroy(xdg_surface);
	wl_surface_destroy(surface);
	window_finish(&parent);
	scene_check(&scene);
}

static void two_grabs_of_a_popup(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window parent;
	window_map(&parent, scene.client, 200, 200, 0xffff0000);
	struct xdg_positioner *positioner = xdg_wm_base_create_positioner(scene.client->wm_base);
	xdg_positioner_set_size(positioner, 10, 10);
	xdg_positioner_set_anchor_rect(positioner, 0, 0, 1, 1);
	struct wl_surface *surface = wl_compositor_create_surface(scene.client->compositor);
	struct xdg_surface *xdg_surface =
			xdg_wm_base_get_xdg_surface(scene.client->wm_base, surface);
	struct xdg_popup *popup =
			xdg_surface_get_popup(xdg_surface, parent.xdg_surface, positioner);
	xdg_popup_grab(popup, scene.client->seat, scene.client->serial);
	xdg_popup_grab(popup, scene.client->seat, scene.client->serial);
	assert_true(client_is_ended(scene.client));
	xdg_positioner_destroy(positioner);
	xdg_popup_destroy(popup);
	xdg_surface_destroy(xdg_surface);
	wl_surface_destroy(surface);
	window_finish(&parent);
	scene_check(&scene);
}

static void roles_of_a_destroyed_surface(void **state) {
	for (int request = 0; request < 4; request++) {
		struct scene scene;
		scene_init(&scene, state);
		struct wl_surface *surface = wl_compositor_create_surface(scene.client->compositor);
		struct xdg_surface *xdg_surface =
				xdg_wm_base_get_xdg_surface(scene.client->wm_base, surface);
		wl_surface_destroy(surface);
		struct xdg_toplevel *toplevel = NULL;
		if (request == 0) {
			toplevel = xdg_surface_get_toplevel(xdg_surface);
		} else if (request == 1) {
			xdg_surface_set_window_geometry(xdg_surface, 0, 0, 10, 10);
		} else if (request == 2) {
			xdg_surface_ack_configure(xdg_surface, 1);
		} else {
			xdg_surface_destroy(xdg_surface);
			xdg_surface = NULL;
		}
		client_is_ended(scene.client);
		if (toplevel != NULL) {
			xdg_toplevel_destroy(toplevel);
		}
		if (xdg_surface != NULL) {
			xdg_surface_destroy(xdg_surface);
		}
		scene_check(&scene);
		client_free(scene.client);
		client_free(scene.victim);
	}
}

static void decoration_before_the_initial_commit(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_init(&window, scene.client);
	struct zxdg_decoration_manager_v1 *manager =
			client_bind(scene.client, &zxdg_decoration_manager_v1_interface, 1);
	struct zxdg_toplevel_decoration_v1 *decoration =
			zxdg_decoration_manager_v1_get_toplevel_decoration(manager,
					window.toplevel);
	zxdg_toplevel_decoration_v1_set_mode(decoration,
			ZXDG_TOPLEVEL_DECORATION_V1_MODE_CLIENT_SIDE);
	zxdg_toplevel_decoration_v1_unset_mode(decoration);
	xdg_toplevel_set_maximized(window.toplevel);
	xdg_toplevel_set_fullscreen(window.toplevel, NULL);
	xdg_toplevel_set_minimized(window.toplevel);
	assert_false(client_is_ended(scene.client));
	wl_surface_commit(window.surface);
	fixture_await(scene.fixture, &window.is_configured);
	window_attach(&window, 100, 100, 0xff00ff00);
	/* A toplevel that goes before its decoration is an error, and only that. */
	xdg_toplevel_destroy(window.toplevel);
	client_is_ended(scene.client);
	xdg_surface_destroy(window.xdg_surface);
	wl_surface_destroy(window.surface);
	zxdg_toplevel_decoration_v1_destroy(decoration);
	zxdg_decoration_manager_v1_destroy(manager);
	scene_check(&scene);
}

static void absurd_geometry(void **state) {
	static const int32_t values[][4] = {
			{INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX},
			{INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX},
			{-1000000, 5, 1, 1},
			{100000, 100000, 20, 20},
			{0, 0, 1, 1},
			{50, 50, 0x7fff0000, 1},
	};
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_map(&window, scene.client, 200, 200, 0xffff0000);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		xdg_surface_set_window_geometry(window.xdg_surface, values[i][0], values[i][1],
				values[i][2], values[i][3]);
		xdg_toplevel_set_min_size(window.toplevel, 0, INT32_MAX);
		xdg_toplevel_set_max_size(window.toplevel, 0, INT32_MAX);
		wl_surface_commit(window.surface);
		assert_false(client_is_ended(scene.client));
		struct window *here = window_in_server(scene.fixture, "evil");
		assert_int_in_range(here->area.width, 1, WINDOW_LENGTH_MAX);
		assert_int_in_range(here->area.height, 1, WINDOW_LENGTH_MAX);
		fixture_pixel(scene.fixture, 640, 400);
	}
	window_finish(&window);
	scene_check(&scene);
}

/* The sub-surface is not drawn there; what is not on the screen is not drawn at all. */
static void assert_not_drawn(struct fixture *fixture, int x, int y) {
	const struct output_size *output = &fixture->options.outputs[0];
	if (x >= 0 && y >= 0 && x < (int)output->width_px && y < (int)output->height_px) {
		assert_int_not_equal(fixture_pixel(fixture, x, y), 0xff00ff);
	}
}

static void subsurface_at_the_ends_of_int(void **state) {
	static const int32_t places[] = {INT32_MIN, INT32_MIN + 1, -1000, -1, 299, 300, INT32_MAX};
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_map(&window, scene.client, 300, 200, 0xffff0000);
	struct wl_surface *surface = wl_compositor_create_surface(scene.client->compositor);
	struct wl_subsurface *subsurface =
			wl_subcompositor_get_subsurface(scene.client->subcompositor, surface,
					window.surface);
	wl_subsurface_set_desync(subsurface);
	struct wl_buffer *buffer = buffer_create(scene.client, 1000, 1000, 0xffff00ff);
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_commit(surface);
	struct window *here = window_in_server(scene.fixture, "evil");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
			wl_subsurface_set_position(subsurface, places[i], places[j]);
			wl_surface_commit(window.surface);
			assert_false(client_is_ended(scene.client));
			int right = here->area.x + here->area.width;
			int bottom = here->area.y + here->area.height;
			assert_not_drawn(scene.fixture, right + 5, bottom - 50);
			assert_not_drawn(scene.fixture, right - 50, bottom + 5);
			assert_not_drawn(scene.fixture, here->area.x - 2, here->area.y + 5);
		}
	}
	wl_buffer_destroy(buffer);
	wl_subsurface_destroy(subsurface);
	wl_surface_destroy(surface);
	window_finish(&window);
	scene_check(&scene);
}

static void too_many_objects(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_region *regions[CLIENT_OBJECTS_MAX + 1];
	for (size_t i = 0; i <= CLIENT_OBJECTS_MAX; i++) {
		regions[i] = wl_compositor_create_region(scene.client->compositor);
		if (i % 64 == 0) {
			fixture_settle(scene.fixture);
		}
	}
	assert_true(client_is_ended(scene.client));
	for (size_t i = 0; i <= CLIENT_OBJECTS_MAX; i++) {
		wl_region_destroy(regions[i]);
	}
	scene_check(&scene);
}

static void too_many_surfaces(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_surface *surfaces[CLIENT_SURFACES_MAX + 1];
	for (size_t i = 0; i <= CLIENT_SURFACES_MAX; i++) {
		surfaces[i] = wl_compositor_create_surface(scene.client->compositor);
	}
	assert_true(client_is_ended(scene.client));
	for (size_t i = 0; i <= CLIENT_SURFACES_MAX; i++) {
		wl_surface_destroy(surfaces[i]);
	}
	scene_check(&scene);
}

/* From the root down, and from the leaf up. */
static void subsurfaces_too_deep(void **state) {
	for (int is_upwards = 0; is_upwards < 2; is_upwards++) {
		struct scene scene;
		scene_init(&scene, state);
		enum { LEN = SUBSURFACE_DEPTH_MAX + 2 };
		struct wl_surface *surfaces[LEN];
		struct wl_subsurface *subsurfaces[LEN] = {0};
		for (int i = 0; i < LEN; i++) {
			surfaces[i] = wl_compositor_create_surface(scene.client->compositor);
		}
		for (int i = 1; i < LEN; i++) {
			int child = is_upwards ? LEN - i : i;
			subsurfaces[child] =
					wl_subcompositor_get_subsurface(scene.client->subcompositor,
							surfaces[child], surfaces[child - 1]);
			wl_subsurface_set_desync(subsurfaces[child]);
			wl_surface_commit(surfaces[child - 1]);
			assert_int_equal(client_is_ended(scene.client), i == LEN - 1);
		}
		for (int i = LEN - 1; i >= 0; i--) {
			if (subsurfaces[i] != NULL) {
				wl_subsurface_destroy(subsurfaces[i]);
			}
			wl_surface_destroy(surfaces[i]);
		}
		scene_check(&scene);
		client_free(scene.client);
		client_free(scene.victim);
	}
}

static void popups_too_deep(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window windows[POPUP_DEPTH_MAX + 1];
	window_map(&windows[0], scene.client, 200, 200, 0xffff0000);
	for (int i = 1; i < POPUP_DEPTH_MAX; i++) {
		popup_map(&windows[i], &windows[i - 1], 3, 3, 50, 50, 0xffffff00);
		assert_false(client_is_ended(scene.client));
	}
	/* A popup whose parent goes first: an error, not a crash. */
	xdg_popup_destroy(windows[1].popup);
	windows[1].popup = NULL;
	assert_true(client_is_ended(scene.client));
	for (int i = POPUP_DEPTH_MAX - 1; i >= 0; i--) {
		window_finish(&windows[i]);
	}
	scene_check(&scene);
}

static void vanishing_in_the_middle_of_everything(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window, popup;
	window_map(&window, scene.client, 200, 200, 0xffff0000);
	popup_map(&popup, &window, 150, 150, 100, 100, 0xffffff00);
	struct window *here = window_in_server(scene.fixture, "evil");
	user_move(scene.fixture, here->area.x + 20, here->area.y + 20);
	user_button(scene.fixture, 0x110, true);
	close(scene.dial);
	assert_true(client_is_ended(scene.client));
	assert_null(window_in_server(scene.fixture, "evil"));
	user_move(scene.fixture, 700, 700);
	user_button(scene.fixture, 0x110, false);
	window_finish(&popup);
	window_finish(&window);
	scene.dial = -1;
	struct window *good = window_in_server(scene.fixture, "good");
	user_click(scene.fixture, good->area.x + 9, good->area.y + 9);
	scene_check(&scene);
}

static void bad_dial_channel(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	assert_int_equal(write(scene.dial, "x", 1), 1);
	assert_true(client_is_ended(scene.client));
	scene_check(&scene);
}

static void another_seats_name(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	/* Names of globals are small numbers: tries those that it was not told. */
	struct wl_seat *seat = wl_registry_bind(scene.client->registry, scene.client->name_max + 1,
			&wl_seat_interface, 1);
	assert_true(client_is_ended(scene.client));
	wl_seat_destroy(seat);
	scene_check(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(reposition_before_the_initial_commit),
			TEST(two_grabs_of_a_popup),
			TEST(roles_of_a_destroyed_surface),
			TEST(decoration_before_the_initial_commit),
			TEST(absurd_geometry),
			TEST(subsurface_at_the_ends_of_int),
			TEST(too_many_objects),
			TEST(too_many_surfaces),
			TEST(subsurfaces_too_deep),
			TEST(popups_too_deep),
			TEST(vanishing_in_the_middle_of_everything),
			TEST(bad_dial_channel),
			TEST(another_seats_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
