/* SPDX-License-Identifier: MIT */
#include "launcher/panel/bar.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-device.h>
#include <time.h>

#include "base/log.h"
#include "launcher/data/service.h"
#include "launcher/panel/board_window.h"
#include "launcher/panel/panel.h"
#include "launcher/toolkit/input.h"
#include "launcher/toolkit/surface.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

/* A start that is measured moves so often at most. */
#define PROGRESS_US 250000
#define MINUTE_S 60
#define CLOCK_TEXT 64

/* The panel on one output. */
struct pane {
	struct bar *bar;
	struct surface *surface; /* NULL: none */
	struct panel_view view;
};

struct bar {
	sd_event *event;
	struct client client;
	struct pane panes[CLIENT_OUTPUTS_MAX]; /* that of client.outputs[i] is panes[i] */
	struct input *input;
	struct lettering *lettering;
	struct panel panel;
	struct service *manager, *compositor;
	struct board_window *board;
	sd_event_source *minute, *progress;
	sd_device_monitor *supplies; /* NULL: nothing tells */
};

static void changed(struct bar *bar) {
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		if (bar->panes[i].surface != NULL) {
			surface_changed(bar->panes[i].surface);
		}
	}
}

/* NULL: it is no panel's. */
static struct pane *pane_of(struct bar *bar, const struct wl_surface *surface) {
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		struct pane *pane = &bar->panes[i];
		if (pane->surface != NULL && surface_handle(pane->surface) == surface) {
			return pane;
		}
	}
	return NULL;
}

/* ---- time ---- */

static int handle_minute(sd_event_source *source, uint64_t now_us, void *data) {
	struct bar *bar = data;
	uint64_t minute_us = MINUTE_S * UINT64_C(1000000);
	uint64_t now = 0;
	sd_event_now(bar->event, CLOCK_REALTIME, &now);
	sd_event_source_set_time(source, (now / minute_us + 1) * minute_us);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	/* It is drawn anyway: many batteries tell of their plug alone. */
	bar->panel.battery = battery_read(BATTERY_FOLDER);
	changed(bar);
	return 0;
}

static int handle_supply(sd_device_monitor *monitor, sd_device *device, void *data) {
	struct bar *bar = data;
	struct battery battery = battery_read(BATTERY_FOLDER);
	if (!battery_is_same(&battery, &bar->panel.battery)) {
		bar->panel.battery = battery;
		changed(bar);
	}
	return 0;
}

/* Without udev nobody tells, and what the clock's minutes show has to do. */
static void watch_supplies(struct bar *bar) {
	if (sd_device_monitor_new(&bar->supplies) < 0) {
		return;
	}
	if (sd_device_monitor_filter_add_match_subsystem_devtype(bar->supplies, "power_supply",
			    NULL) < 0 ||
			sd_device_monitor_attach_event(bar->supplies, bar->event) < 0 ||
			sd_device_monitor_start(bar->supplies, handle_supply, bar) < 0) {
		bar->supplies = sd_device_monitor_unref(bar->supplies);
	}
}

static bool is_measuring(const struct bar *bar) {
	for (size_t i = 0; i < bar->panel.model.machines_len; i++) {
		const struct machine *machine = &bar->panel.model.machines[i];
		if (machine->state == MACHINE_STARTING && machine->expected_ms != 0) {
			return true;
		}
	}
	return false;
}

static void arm_progress(struct bar *bar) {
	int state = SD_EVENT_OFF;
	sd_event_source_get_enabled(bar->progress, &state);
	if (state == SD_EVENT_OFF && is_measuring(bar)) {
		sd_event_source_set_time_relative(bar->progress, PROGRESS_US);
		sd_event_source_set_enabled(bar->progress, SD_EVENT_ONESHOT);
	}
}

static int handle_progress(sd_event_source *source, uint64_t now, void *data) {
	struct bar *bar = data;
	changed(bar);
	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	arm_progress(bar);
	return 0;
}

/* ---- what the services say ---- */

static void handle_windows(void *data, sd_json_variant *parameters, bool is_first) {
	struct bar *bar = data;
	panel_take_windows(&bar->panel, parameters);
	board_window_take(bar->board, parameters);
	changed(bar);
}

static void handle_compositor_lost(void *data) {
	struct bar *bar = data;
	panel_take_windows(&bar->panel, NULL);
	board_window_take(bar->board, NULL);
	changed(bar);
}

static void handle_machines(void *data, sd_json_variant *parameters, bool is_first) {
	struct bar *bar = data;
	model_take_machines(&bar->panel.model, sd_json_variant_by_key(parameters, "vms"), is_first);
	panel_model_changed(&bar->panel);
	arm_progress(bar);
	changed(bar);
}

static void handle_manager_lost(void *data) {
	struct bar *bar = data;
	model_take_machines(&bar->panel.model, NULL, true);
	panel_model_changed(&bar->panel);
	changed(bar);
}

/* ---- input ---- */

static void handle_answer(void *data, sd_json_variant *parameters, const char *error) {
	if (error != NULL) {
		log_info("silo did not do it: %s", error);
	}
}

/* key: the name of the method's one parameter, a number; NULL: it takes none. */
static void ask(struct bar *bar, const char *method, const char *key, uint64_t number) {
	sd_json_variant *parameters = NULL;
	int result = key == NULL
			? 0
			: sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_UNSIGNED(key, number));
	if (result >= 0) {
		result = service_call(bar->compositor, method, parameters, handle_answer, bar);
	}
	if (result < 0) {
		log_warn("silo does not answer: %s", strerror(-result));
	}
	sd_json_variant_unref(parameters);
}

static void press_window(struct bar *bar, uint32_t button, const struct panel_window *window) {
	const char *method = button == BTN_MIDDLE ? "CloseWindow"
			: window->is_focused      ? "MinimizeWindow"
						  : "ActivateWindow";
	ask(bar, method, "id", window->id);
}

static void show_topmost(struct bar *bar, size_t group) {
	const struct panel_window *window = panel_topmost(&bar->panel, group);
	if (window != NULL) {
		ask(bar, "ActivateWindow", "id", window->id);
	}
}

static void press(struct bar *bar, uint32_t button, const struct panel_part *part) {
	if (button != BTN_LEFT && (button != BTN_MIDDLE || part->kind != PART_WINDOW)) {
		return;
	}
	switch (part->kind) {
	case PART_NONE:
		break;
	case PART_MARK:
		ask(bar, "ToggleLauncher", NULL, 0);
		break;
	case PART_WORKSPACE:
		ask(bar, "SwitchWorkspace", "number", part->index);
		break;
	case PART_PLATE:
		show_topmost(bar, part->index);
		break;
	case PART_WINDOW:
		press_window(bar, button, &bar->panel.windows[part->index]);
		break;
	}
}

static void handle_press(void *data, const struct wl_surface *surface, uint32_t button, double x,
		double y) {
	struct bar *bar = data;
	struct pane *pane = pane_of(bar, surface);
	if (pane != NULL) {
		struct panel_part part = panel_part_at(&pane->view, x, y);
		press(bar, button, &part);
	} else if (board_window_owns(bar->board, surface)) {
		board_window_press(bar->board, y);
	}
}

/* Drawn again only when another part is under the pointer. */
static void point_at(struct pane *pane, double x, double y) {
	struct panel_view *view = &pane->view;
	struct panel_part before = panel_part_at(view, view->pointer_x, view->pointer_y);
	struct panel_part after = panel_part_at(view, x, y);
	view->pointer_x = x;
	view->pointer_y = y;
	if (before.kind != after.kind || before.index != after.index) {
		surface_changed(pane->surface);
	}
}

static void handle_motion(void *data, const struct wl_surface *surface, double x, double y) {
	struct bar *bar = data;
	struct pane *pane = pane_of(bar, surface);
	if (pane != NULL) {
		point_at(pane, x, y);
	} else if (board_window_owns(bar->board, surface)) {
		board_window_motion(bar->board, y);
	}
}

static void handle_left(void *data, const struct wl_surface *surface) {
	struct bar *bar = data;
	struct pane *pane = pane_of(bar, surface);
	if (pane != NULL) {
		point_at(pane, -1, -1);
	} else if (board_window_owns(bar->board, surface)) {
		board_window_left(bar->board);
	}
}

static void handle_scroll(void *data, const struct wl_surface *surface, double x, double y,
		double steps) {
	struct bar *bar = data;
	struct pane *pane = pane_of(bar, surface);
	if (pane == NULL || panel_part_at(&pane->view, x, y).kind != PART_WORKSPACE) {
		return;
	}
	unsigned int next = bar->panel.workspace + (steps > 0 ? 1 : -1u);
	if (next >= 1 && next <= bar->panel.workspaces) {
		ask(bar, "SwitchWorkspace", "number", next);
	}
}

/* ---- the windows, one an output ---- */

static bool draw(void *data, void *pixels, int device_width, int device_height, size_t stride,
		double scale, int width, int height) {
	struct pane *pane = data;
	struct bar *bar = pane->bar;
	struct canvas canvas;
	struct timespec now;
	struct tm local;
	char date[CLOCK_TEXT] = "", clock[CLOCK_TEXT] = "";
	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &local) != NULL) {
		strftime(date, sizeof(date), "%a %e %b", &local);
		strftime(clock, sizeof(clock), "%H:%M", &local);
	}
	canvas_begin(&canvas, bar->lettering, bar->panel.is_dark, scale, pixels, device_width,
			device_height, stride);
	panel_draw(&bar->panel, &pane->view, &canvas, width, date, clock,
			(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
	return canvas_end(&canvas);
}

static void hide(struct pane *pane) {
	if (pane->surface != NULL) {
		input_forget(pane->bar->input, surface_handle(pane->surface));
		surface_destroy(pane->surface);
		pane->surface = NULL;
	}
}

/* Its output goes. */
static void handle_closed(void *data) {
	hide(data);
}

static void handle_output_added(void *data, struct client_output *output) {
	struct bar *bar = data;
	struct pane *pane = &bar->panes[output - bar->client.outputs];
	pane->bar = bar;
	panel_view_init(&pane->view);
	pane->surface = surface_create(&bar->client,
			&(struct surface_options){
					.name = "silo-panel",
					.layer = ZWLR_LAYER_SHELL_V1_LAYER_TOP,
					.anchor = ZWLR_LAYER_SURFACE_V1_ANCHOR_BOTTOM |
							ZWLR_LAYER_SURFACE_V1_ANCHOR_LEFT |
							ZWLR_LAYER_SURFACE_V1_ANCHOR_RIGHT,
					.output = output->output,
					.height = PANEL_HEIGHT,
					.exclusive_zone = PANEL_HEIGHT,
					.draw = draw,
					.closed = handle_closed,
					.data = pane,
			});
	if (pane->surface == NULL) {
		log_error("out of memory: an output has no panel");
	}
}

static void handle_output_removed(void *data, struct client_output *output) {
	struct bar *bar = data;
	hide(&bar->panes[output - bar->client.outputs]);
}

static void create_panes(struct bar *bar) {
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		if (bar->client.outputs[i].output != NULL) {
			handle_output_added(bar, &bar->client.outputs[i]);
		}
	}
	bar->client.output_added = handle_output_added;
	bar->client.output_removed = handle_output_removed;
	bar->client.data = bar;
}

static bool create_windows(struct bar *bar) {
	bar->input = input_create(&bar->client,
			&(struct input_handlers){
					.motion = handle_motion,
					.left = handle_left,
					.press = handle_press,
					.scroll = handle_scroll,
					.data = bar,
			});
	bar->board = board_window_create(&(struct board_window_options){
			.client = &bar->client,
			.lettering = bar->lettering,
			.is_dark = bar->panel.is_dark,
			.input = &bar->input,
			.compositor = &bar->compositor,
	});
	if (bar->input == NULL || bar->board == NULL) {
		return false;
	}
	create_panes(bar);
	return true;
}

static bool create_timers(struct bar *bar) {
	if (sd_event_add_time(bar->event, &bar->minute, CLOCK_REALTIME, 0, 0, handle_minute, bar) <
					0 ||
			sd_event_add_time(bar->event, &bar->progress, CLOCK_MONOTONIC, 0, 0,
					handle_progress, bar) < 0) {
		return false;
	}
	/* The source is told its first minute when it first goes off, at once. */
	return sd_event_source_set_enabled(bar->progress, SD_EVENT_OFF) >= 0;
}

static bool create(struct bar *bar) {
	bar->lettering = lettering_create();
	if (bar->lettering == NULL) {
		log_error("no font was found; install one, such as fonts-inter");
		return false;
	}
	watch_supplies(bar);
	if (!create_windows(bar) || !create_timers(bar)) {
		log_error("out of memory");
		return false;
	}
	bar->compositor = service_create(bar->event,
			&(struct service_options){.name = COMPOSITOR_SERVICE,
					.is_watched = true,
					.changed = handle_windows,
					.lost = handle_compositor_lost,
					.data = bar});
	bar->manager = service_create(bar->event,
			&(struct service_options){.name = MANAGER_SERVICE,
					.is_watched = true,
					.changed = handle_machines,
					.lost = handle_manager_lost,
					.data = bar});
	return bar->compositor != NULL && bar->manager != NULL;
}

static void destroy(struct bar *bar) {
	service_destroy(bar->manager);
	service_destroy(bar->compositor);
	board_window_destroy(bar->board);
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		hide(&bar->panes[i]);
	}
	sd_event_source_disable_unref(bar->minute);
	sd_event_source_disable_unref(bar->progress);
	sd_device_monitor_unref(bar->supplies);
	input_destroy(bar->input);
	client_finish(&bar->client);
	lettering_destroy(bar->lettering);
	panel_finish(&bar->panel);
	sd_event_unref(bar->event);
}

int bar_run(bool is_light) {
	struct bar bar = {0};
	panel_init(&bar.panel, !is_light);
	setlocale(LC_TIME, "");
	if (sd_event_new(&bar.event) < 0) {
		log_error("no event loop: %s", strerror(errno));
		return 1;
	}
	int status = 1;
	switch (client_connect(&bar.client, bar.event)) {
	case CLIENT_CONNECTED:
		status = create(&bar) ? sd_event_loop(bar.event) : 1;
		break;
	case CLIENT_NO_DISPLAY:
		log_error("no Wayland compositor: %s; silo starts the panel itself",
				strerror(errno));
		break;
	case CLIENT_NO_LAYER_SHELL:
		log_error("this compositor has no layer-shell for it; silo starts the panel "
			  "itself");
		break;
	}
	destroy(&bar);
	return status < 0 ? 1 : status;
}
