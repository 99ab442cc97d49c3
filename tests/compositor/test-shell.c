/* SPDX-License-Identifier: MIT
 *
 * Layer surfaces: who may make them, where they stand, who has the keyboard meanwhile, and what a
 * client can do to them in the wrong order.
 */
#include <linux/input-event-codes.h>
#include <string.h>
#include <unistd.h>

#include "compositor/input/focus.h"
#include "compositor/output/output.h"
#include "compositor/shell/layer_shell.h"
#include "decorations/strip.h"
#include "tests/compositor/layer_client.h"

#define RED 0xffff0000
#define GREEN 0xff00ff00
#define BLUE 0xff0000ff
#define WIDTH 1280
#define HEIGHT 800

/* A VM with a window, and the shell. */
struct scene {
	struct fixture *fixture;
	struct domain *domain;
	int dial;
	struct test_client *vm, *shell;
	struct test_window window;
};

static void scene_init(struct scene *scene, void **state) {
	scene->fixture = *state;
	scene->domain = fixture_domain(scene->fixture, "banking", &scene->dial);
	scene->vm = fixture_client(scene->fixture, scene->dial);
	scene->shell = fixture_host_client(scene->fixture, CLIENT_HOST_SHELL);
	window_map(&scene->window, scene->vm, 300, 200, RED);
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dial);
}

static struct window *first_window(struct scene *scene) {
	return window_in_server(scene->fixture, "banking");
}

static void type(struct fixture *fixture, uint32_t key) {
	user_key(fixture, key, true);
	user_key(fixture, key, false);
}

/* The pixel of the strip's horizon. */
static uint32_t horizon(struct scene *scene) {
	return fixture_pixel(scene->fixture, 1000, STRIP_HEIGHT - 1);
}

static uint32_t rgb(struct color color) {
	return (uint32_t)color.r << 16 | (uint32_t)color.g << 8 | color.b;
}

static void vms_and_applications_have_no_layer_shell(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *app = fixture_host_client(scene.fixture, CLIENT_HOST_APP);
	struct test_client *tool = fixture_host_client(scene.fixture, CLIENT_HOST_TOOLS);
	assert_false(client_is_offered(scene.vm, "zwlr_layer_shell_v1"));
	assert_false(client_is_offered(app, "zwlr_layer_shell_v1"));
	assert_true(client_is_offered(tool, "zwlr_layer_shell_v1"));
	assert_true(client_is_offered(scene.shell, "zwlr_layer_shell_v1"));
	/* Guessing the name does not help. */
	struct zwlr_layer_shell_v1 *guessed = NULL;
	for (size_t i = 0; i < tool->offered_len; i++) {
		if (strcmp(tool->offered[i].interface, "zwlr_layer_shell_v1") == 0) {
			guessed = wl_registry_bind(scene.vm->registry, tool->offered[i].name,
					&zwlr_layer_shell_v1_interface, 1);
		}
	}
	assert_true(client_is_ended(scene.vm));
	zwlr_layer_shell_v1_destroy(guessed);
	scene_finish(&scene);
}

static void a_panel_reserves_its_zone(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct window *window = first_window(&scene);
	window_set_maximized(window, true);
	fixture_settle(scene.fixture);
	int full = window->area.height;
	struct test_layer panel;
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	assert_int_equal(panel.width, WIDTH);
	assert_int_equal(panel.height, 44);
	assert_int_equal(window->area.height, full - 44);
	assert_true(focus_window(scene.fixture->server) == window);
	assert_int_equal(fixture_pixel(scene.fixture, 600, HEIGHT - 44), 0x00ff00);
	assert_int_equal(fixture_pixel(scene.fixture, 600, HEIGHT - 1), 0x00ff00);
	assert_int_not_equal(fixture_pixel(scene.fixture, 600, HEIGHT - 45), 0x00ff00);
	/* A window that lies on the edge comes up with its bar. */
	window_set_maximized(window, false);
	window_move(window, 100, HEIGHT);
	assert_true(window->area.y <= HEIGHT - 44);
	/* In full screen it covers the panel, not the strip. */
	window_set_fullscreen(window, true);
	fixture_settle(scene.fixture);
	assert_int_equal(window->area.y + window->area.height, HEIGHT - 4);
	assert_int_not_equal(fixture_pixel(scene.fixture, 600, HEIGHT - 1), 0x00ff00);
	window_set_fullscreen(window, false);
	layer_finish(&panel);
	window_set_maximized(window, true);
	assert_int_equal(window->area.height, full);
	scene_finish(&scene);
}

static void nothing_covers_the_strip(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	uint32_t before = horizon(&scene);
	struct test_layer layer;
	const struct test_layer_spec spec = {.name = "x",
			.layer = ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
			.anchor = ANCHOR_TOP | ANCHOR_LEFT,
			.width = 100000,
			.height = 100000,
			.zone = -1};
	layer_init(&layer, scene.shell, &spec);
	zwlr_layer_surface_v1_set_margin(layer.layer, -1000, 0, 0, -2147483647 - 1);
	layer_show(&layer, GREEN);
	assert_int_equal(layer.width, WIDTH);
	assert_int_equal(layer.height, HEIGHT - STRIP_HEIGHT);
	assert_int_equal(horizon(&scene), before);
	zwlr_layer_surface_v1_set_margin(layer.layer, -STRIP_HEIGHT, 0, 0, 0);
	wl_surface_commit(layer.surface);
	fixture_settle(scene.fixture);
	assert_int_equal(fixture_pixel(scene.fixture, 1000, STRIP_HEIGHT), 0x00ff00);
	assert_int_equal(horizon(&scene), before);
	layer_finish(&layer);
	scene_finish(&scene);
}

static void the_launcher_has_all_keys_and_gives_them_back(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct server *server = scene.fixture->server;
	struct window *window = first_window(&scene);
	struct wlr_box area = window->area;
	struct test_layer panel, launcher;
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	user_key(scene.fixture, KEY_A, true);
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	assert_true(layer_shell_is_modal(server));
	assert_true(focus_domain(server)->is_host);
	assert_string_equal(focus_held(server)->label, "Silo: launcher");
	assert_false(scene.window.is_activated);
	assert_int_equal(scene.shell->keyboard_enters, 1);
	assert_int_equal(scene.shell->enter_keys, 0);
	user_key(scene.fixture, KEY_A, false);
	type(scene.fixture, KEY_B);
	assert_int_equal(scene.vm->key_presses, 1);
	assert_int_equal(scene.vm->keyboard_leaves, 1);
	assert_int_equal(scene.shell->key_presses, 1);
	assert_int_equal(scene.shell->key_releases, 1);
	/* It stands on the panel; the window is dark; strip and panel are not. */
	assert_int_equal(fixture_pixel(scene.fixture, 10, HEIGHT - 45), 0x0000ff);
	assert_int_equal(fixture_pixel(scene.fixture, 10, HEIGHT - 44), 0x00ff00);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 150, area.y + 100) >> 16, 0xa6);
	assert_int_equal(horizon(&scene), 0xeceae6);
	layer_finish(&launcher);
	assert_false(layer_shell_is_modal(server));
	assert_true(focus_window(server) == window);
	assert_true(scene.window.is_activated);
	assert_int_equal(horizon(&scene), rgb(scene.domain->colors.fill));
	type(scene.fixture, KEY_C);
	assert_int_equal(scene.vm->key_presses, 2);
	layer_finish(&panel);
	scene_finish(&scene);
}

static void a_window_that_opens_meanwhile_stays_below(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_layer launcher;
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	struct test_window second;
	window_map(&second, scene.vm, 1200, 700, GREEN);
	assert_false(second.is_activated);
	assert_true(focus_domain(scene.fixture->server)->is_host);
	assert_int_equal(fixture_pixel(scene.fixture, 300, HEIGHT - 100), 0x0000ff);
	xdg_toplevel_set_fullscreen(second.toplevel, NULL);
	fixture_settle(scene.fixture);
	window_attach(&second, second.width, second.height, GREEN);
	assert_int_equal(fixture_pixel(scene.fixture, 300, HEIGHT - 100), 0x0000ff);
	struct test_window popup;
	popup_map(&popup, &second, 10, 300, 300, 300, RED);
	assert_int_equal(fixture_pixel(scene.fixture, 300, HEIGHT - 100), 0x0000ff);
	type(scene.fixture, KEY_B);
	assert_int_equal(scene.vm->key_presses, 0);
	assert_int_equal(scene.shell->key_presses, 1);
	window_finish(&popup);
	/* It was the domain in use: it has the keyboard when the launcher goes. */
	layer_finish(&launcher);
	assert_true(second.is_activated);
	window_finish(&second);
	scene_finish(&scene);
}

static void a_press_beside_the_launcher_closes_it(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wlr_box area = first_window(&scene)->area;
	struct test_layer launcher;
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	int buttons = scene.vm->buttons;
	user_click(scene.fixture, 100, HEIGHT - 100);
	assert_false(launcher.is_closed);
	assert_int_equal(scene.shell->buttons, 2);
	user_click(scene.fixture, area.x + 100, area.y + 100);
	assert_true(launcher.is_closed);
	assert_int_equal(scene.vm->buttons, buttons);
	assert_true(scene.window.is_activated);
	layer_finish(&launcher);
	scene_finish(&scene);
}

static void keys_on_demand_are_given_with_a_click(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_layer_spec spec = panel_spec;
	spec.keys = KEYS_ON_DEMAND;
	struct wlr_box area = first_window(&scene)->area;
	struct test_layer panel;
	layer_map(&panel, scene.shell, &spec, GREEN);
	assert_true(scene.window.is_activated);
	user_click(scene.fixture, 300, HEIGHT - 20);
	assert_false(scene.window.is_activated);
	assert_false(layer_shell_is_modal(scene.fixture->server));
	type(scene.fixture, KEY_B);
	assert_int_equal(scene.shell->key_presses, 1);
	assert_int_equal(scene.vm->key_presses, 0);
	user_click(scene.fixture, area.x + 100, area.y + 100);
	assert_true(scene.window.is_activated);
	type(scene.fixture, KEY_B);
	assert_int_equal(scene.vm->key_presses, 1);
	layer_finish(&panel);
	scene_finish(&scene);
}

static void a_client_that_dies_gives_everything_back(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct window *window = first_window(&scene);
	window_set_maximized(window, true);
	int full = window->area.height;
	struct test_layer panel, launcher;
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	user_move(scene.fixture, 100, HEIGHT - 100);
	user_button(scene.fixture, BTN_LEFT, true);
	layer_finish(&launcher);
	layer_finish(&panel);
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	wl_display_get_error(scene.shell->display);
	zwlr_layer_surface_v1_set_layer(launcher.layer, 77);
	assert_true(client_is_ended(scene.shell));
	user_button(scene.fixture, BTN_LEFT, false);
	assert_false(layer_shell_is_modal(scene.fixture->server));
	assert_true(focus_window(scene.fixture->server) == window);
	assert_int_equal(window->area.height, full);
	type(scene.fixture, KEY_B);
	assert_int_equal(scene.vm->key_presses, 1);
	layer_finish(&launcher);
	layer_finish(&panel);
	scene_finish(&scene);
}

static void a_zone_that_leaves_nothing_counts_for_nothing(void **state) {
	static const int32_t zones[] = {HEIGHT, 2147483647, HEIGHT - 100};
	struct scene scene;
	scene_init(&scene, state);
	struct window *window = first_window(&scene);
	window_set_maximized(window, true);
	int full = window->area.height;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct test_layer_spec spec = panel_spec;
		spec.zone = zones[i];
		struct test_layer panel;
		layer_init(&panel, scene.shell, &spec);
		zwlr_layer_surface_v1_set_margin(panel.layer, 2147483647, 2147483647, 2147483647,
				2147483647);
		layer_show(&panel, GREEN);
		assert_int_equal(window->area.height, full);
		layer_finish(&panel);
	}
	scene_finish(&scene);
}

static void a_wrong_order_ends_the_client_at_most(void **state) {
	struct fixture *fixture = *state;
	for (int kind = 0; kind < 6; kind++) {
		struct test_client *client = fixture_host_client(fixture, CLIENT_HOST_TOOLS);
		struct test_layer layer;
		layer_init(&layer, client, &launcher_spec);
		struct wl_buffer *buffer = buffer_create(client, 10, 10, RED);
		switch (kind) {
		case 0: /* a buffer before the first configure event */
			wl_surface_attach(layer.surface, buffer, 0, 0);
			wl_surface_commit(layer.surface);
			break;
		case 1: /* a serial that never was */
			zwlr_layer_surface_v1_ack_configure(layer.layer, 12345);
			break;
		case 2: /* no size, no anchors */
			zwlr_layer_surface_v1_set_size(layer.layer, 0, 0);
			wl_surface_commit(layer.surface);
			break;
		case 3:
			zwlr_layer_surface_v1_set_anchor(layer.layer, 0xffff);
			break;
		case 4: /* after it was unmapped, as if it were mapped */
			layer_show(&layer, RED);
			wl_surface_attach(layer.surface, NULL, 0, 0);
			wl_surface_commit(layer.surface);
			wl_surface_attach(layer.surface, buffer, 0, 0);
			wl_surface_commit(layer.surface);
			break;
		case 5: /* the surface goes first */
			layer_show(&layer, RED);
			wl_surface_destroy(layer.surface);
			break;
		}
		wl_buffer_destroy(buffer);
		fixture_settle(fixture);
		assert_null(focus_held(fixture->server));
		zwlr_layer_surface_v1_destroy(layer.layer);
		zwlr_layer_shell_v1_destroy(layer.shell);
		if (kind != 5) {
			wl_surface_destroy(layer.surface);
		}
		client_free(client);
		fixture_settle(fixture);
	}
	assert_true(wl_list_empty(layer_shell_surfaces(fixture->server)));
}

static void popups_stand_on_their_surface(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wlr_box area = first_window(&scene)->area;
	struct test_layer panel;
	struct test_window popup, nested, orphan;
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	popup_init(&popup, scene.shell, NULL, 100, -100, 200, 100);
	zwlr_layer_surface_v1_get_popup(panel.layer, popup.popup);
	wl_surface_commit(popup.surface);
	fixture_await(scene.fixture, &popup.is_configured);
	window_attach(&popup, 200, 100, BLUE);
	popup_map(&nested, &popup, 10, 10, 50, 20, RED);
	assert_int_equal(fixture_pixel(scene.fixture, 150, HEIGHT - 50), 0x0000ff);
	user_click(scene.fixture, 290, HEIGHT - 50);
	assert_int_equal(scene.shell->buttons, 2);
	assert_false(popup.is_closed);
	/* A press elsewhere ends them. */
	user_click(scene.fixture, area.x + 100, area.y + 100);
	assert_true(popup.is_closed);
	assert_true(nested.is_closed);
	window_finish(&nested);
	window_finish(&popup);
	/* One that is nobody's cannot be shown. */
	popup_init(&orphan, scene.shell, NULL, 0, 0, 10, 10);
	fixture_settle(scene.fixture);
	assert_false(scene.shell->is_dead);
	wl_surface_commit(orphan.surface);
	assert_true(client_is_ended(scene.shell));
	xdg_popup_destroy(orphan.popup);
	xdg_surface_destroy(orphan.xdg_surface);
	wl_surface_destroy(orphan.surface);
	layer_finish(&panel);
	scene_finish(&scene);
}

/* The request crosses the compositor's end of the popup: wlroots alone would read at NULL. */
static void a_popup_that_has_ended_is_given_to_a_surface(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wlr_box area = first_window(&scene)->area;
	struct test_layer panel, other;
	struct test_window popup;
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	layer_map(&other, scene.shell, &launcher_spec, GREEN);
	popup_init(&popup, scene.shell, NULL, 100, -100, 200, 100);
	zwlr_layer_surface_v1_get_popup(panel.layer, popup.popup);
	wl_surface_commit(popup.surface);
	fixture_await(scene.fixture, &popup.is_configured);
	window_attach(&popup, 200, 100, BLUE);
	user_click(scene.fixture, area.x + 100, area.y + 100);
	assert_true(popup.is_closed);
	zwlr_layer_surface_v1_get_popup(panel.layer, popup.popup);
	zwlr_layer_surface_v1_get_popup(other.layer, popup.popup);
	fixture_settle(scene.fixture);
	assert_false(scene.shell->is_dead);
	window_finish(&popup);
	layer_finish(&other);
	layer_finish(&panel);
	scene_finish(&scene);
}

/* Right of it, above the panel, and gone with it. */
static void the_launcher_casts_a_shadow_on_what_is_dark(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_layer launcher, again;
	int x = (int)launcher_spec.width + 3, y = HEIGHT - (int)launcher_spec.height / 2;
	uint32_t before = fixture_pixel(scene.fixture, x, y);
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	uint32_t near = fixture_pixel(scene.fixture, x, y);
	uint32_t far = fixture_pixel(scene.fixture, x + 60, y);
	assert_true((near & 0xff) < (far & 0xff));
	wl_surface_attach(launcher.surface, NULL, 0, 0);
	wl_surface_commit(launcher.surface);
	fixture_settle(scene.fixture);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), before);
	layer_finish(&launcher);
	layer_map(&again, scene.shell, &launcher_spec, BLUE);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), near);
	layer_finish(&again);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), before);
	scene_finish(&scene);
}

static void one_that_was_unmapped_comes_again(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_layer launcher;
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	for (int i = 0; i < 3; i++) {
		wl_surface_attach(launcher.surface, NULL, 0, 0);
		wl_surface_commit(launcher.surface);
		fixture_settle(scene.fixture);
		assert_true(scene.window.is_activated);
		launcher.is_configured = false;
		layer_show(&launcher, BLUE);
		assert_false(scene.window.is_activated);
	}
	layer_finish(&launcher);
	scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(vms_and_applications_have_no_layer_shell),
			TEST(a_panel_reserves_its_zone),
			TEST(nothing_covers_the_strip),
			TEST(the_launcher_has_all_keys_and_gives_them_back),
			TEST(a_window_that_opens_meanwhile_stays_below),
			TEST(a_press_beside_the_launcher_closes_it),
			TEST(keys_on_demand_are_given_with_a_click),
			TEST(a_client_that_dies_gives_everything_back),
			TEST(a_zone_that_leaves_nothing_counts_for_nothing),
			TEST(a_wrong_order_ends_the_client_at_most),
			TEST(popups_stand_on_their_surface),
			TEST(a_popup_that_has_ended_is_given_to_a_surface),
			TEST(the_launcher_casts_a_shadow_on_what_is_dark),
			TEST(one_that_was_unmapped_comes_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
