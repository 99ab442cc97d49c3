/* SPDX-License-Identifier: MIT */
#include "launcher/menu/launcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "launcher/data/fields.h"
#include "launcher/data/history.h"
#include "launcher/data/service.h"
#include "launcher/menu/menu_view.h"
#include "launcher/toolkit/input.h"
#include "launcher/toolkit/surface.h"
#include "launcher/toolkit/toggle.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

/* A start that is measured moves so often at most. */
#define PROGRESS_US 250000
/* A guest that changes its list all the time is asked for it so often at most. */
#define RELIST_US 250000

struct launcher {
	bool is_light;
	sd_event *event;
	struct client client;
	struct surface *surface;
	struct input *input;
	struct lettering *lettering;
	struct menu menu;
	struct history history;
	struct service *manager, *compositor;
	sd_event_source *progress, *relist;
	bool is_launching, stays;
	char launched_vm[VM_NAME_MAX + 1], launched_id[APPLICATION_ID_MAX + 1];
	char restarted_vm[VM_NAME_MAX + 1]; /* goes down, to come up again; "": none */
	int width, height;                  /* as drawn last */
};

static uint64_t unix_ms(void) {
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void redraw(struct launcher *launcher) {
	if (launcher->surface != NULL) {
		surface_changed(launcher->surface);
	}
}

/* ---- timers ---- */

static void arm(sd_event_source *source, uint64_t delay_us) {
	int state = SD_EVENT_OFF;
	sd_event_source_get_enabled(source, &state);
	if (state == SD_EVENT_OFF) {
		sd_event_source_set_time_relative(source, delay_us);
		sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	}
}

static bool is_measuring(const struct launcher *launcher) {
	const struct model *model = &launcher->menu.model;
	for (size_t i = 0; i < model->machines_len; i++) {
		if (model->machines[i].state == MACHINE_STARTING &&
				model->machines[i].expected_ms != 0) {
			return true;
		}
	}
	return false;
}

static int handle_progress(sd_event_source *source, uint64_t now, void *data) {
	struct launcher *launcher = data;
	if (is_measuring(launcher)) {
		redraw(launcher);
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		arm(source, PROGRESS_US);
	}
	return 0;
}

/* ---- what the services say ---- */

static void model_changed(struct launcher *launcher) {
	history_apply(&launcher->history, &launcher->menu.model);
	menu_model_changed(&launcher->menu);
	redraw(launcher);
	if (is_measuring(launcher)) {
		arm(launcher->progress, PROGRESS_US);
	}
}

static void handle_applications(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	if (error == NULL) {
		launcher->menu.has_applications = true;
		model_take_applications(&launcher->menu.model,
				sd_json_variant_by_key(parameters, "applications"));
		model_changed(launcher);
	}
}

static void handle_host(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	/* Another compositor offers nothing. */
	if (error == NULL) {
		launcher->menu.has_shell = is_true(parameters, "shell");
		model_take_host(&launcher->menu.model, field_of(parameters, "applications"));
		model_changed(launcher);
	}
}

static void handle_windows(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	if (error == NULL) {
		model_take_windows(&launcher->menu.model,
				sd_json_variant_by_key(parameters, "windows"));
		model_changed(launcher);
	}
}

static int handle_relist(sd_event_source *source, uint64_t now, void *data) {
	struct launcher *launcher = data;
	service_call(launcher->manager, "ListApplications", NULL, handle_applications, launcher);
	service_call(launcher->compositor, "ListWindows", NULL, handle_windows, launcher);
	return 0;
}

static void handle_machines(void *data, sd_json_variant *parameters, bool is_first) {
	struct launcher *launcher = data;
	launcher->menu.has_manager = true;
	model_take_machines(&launcher->menu.model, sd_json_variant_by_key(parameters, "vms"),
			is_first);
	model_changed(launcher);
	arm(launcher->relist, is_first ? 0 : RELIST_US);
}

static void handle_manager_lost(void *data) {
	struct launcher *launcher = data;
	launcher->menu.has_manager = launcher->menu.has_applications = false;
	model_take_machines(&launcher->menu.model, NULL, true);
	model_changed(launcher);
}

/* ---- what the menu asks for ---- */

/* A VM that goes down to come up again is waited for, out of sight. */
static void close_launcher(void *data) {
	struct launcher *launcher = data;
	if (launcher->restarted_vm[0] == '\0') {
		sd_event_exit(launcher->event, 0);
	} else if (launcher->surface != NULL) {
		input_forget(launcher->input, surface_handle(launcher->surface));
		surface_destroy(launcher->surface);
		launcher->surface = NULL;
	}
}

static void tell(struct launcher *launcher, const char *what, const char *why) {
	char text[MENU_MESSAGE_MAX];
	snprintf(text, sizeof(text), "%s: %s", what, why);
	menu_tell(&launcher->menu, text);
	redraw(launcher);
}

static void handle_launched(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	launcher->is_launching = false;
	if (error != NULL) {
		tell(launcher, "Did not start", error);
		return;
	}
	if (!history_note(&launcher->history, launcher->launched_vm, launcher->launched_id)) {
		log_warn("what was used last cannot be written; see XDG_STATE_HOME");
	}
	if (!launcher->stays) {
		close_launcher(launcher);
	}
}

/* Its window is to have the keyboard; if that cannot be asked for, a click does it. */
static void expect_window(struct launcher *launcher, const char *vm) {
	sd_json_variant *parameters = NULL;
	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("domain", vm)) >= 0) {
		service_call(launcher->compositor, "ExpectWindow", parameters, NULL, NULL);
	}
	sd_json_variant_unref(parameters);
}

static void handle_host_launched(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	launcher->is_launching = false;
	if (error != NULL) {
		tell(launcher, "Not started", "the program is not installed on this computer");
	} else if (!launcher->stays) {
		close_launcher(launcher);
	}
}

/* Of this computer's, by silo: a method of its own with one word. */
static void launch_on_host(struct launcher *launcher, const char *method, const char *key,
		const char *word, bool stays) {
	sd_json_variant *parameters = NULL;
	launcher->stays = stays;
	int result = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING(key, word));
	if (result >= 0) {
		result = service_call(launcher->compositor, method, parameters,
				handle_host_launched, launcher);
	}
	sd_json_variant_unref(parameters);
	launcher->is_launching = result >= 0;
	if (result < 0) {
		tell(launcher, "Not started", "silo does not answer");
	}
}

static void launch(void *data, const char *vm, const char *id, bool stays) {
	struct launcher *launcher = data;
	sd_json_variant *parameters = NULL;
	if (launcher->is_launching) {
		return;
	}
	if (strcmp(vm, MODEL_HOST) == 0) {
		launch_on_host(launcher, "LaunchHostApplication", "id", id, stays);
		return;
	}
	snprintf(launcher->launched_vm, sizeof(launcher->launched_vm), "%s", vm);
	snprintf(launcher->launched_id, sizeof(launcher->launched_id), "%s", id);
	launcher->stays = stays;
	expect_window(launcher, vm);
	int result = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("name", vm),
			SD_JSON_BUILD_PAIR_STRING("application", id));
	if (result >= 0) {
		result = service_call(launcher->manager, "Launch", parameters, handle_launched,
				launcher);
	}
	sd_json_variant_unref(parameters);
	launcher->is_launching = result >= 0;
	if (result < 0) {
		tell(launcher, "Did not start", "the VM manager does not answer");
	}
}

static void handle_controlled(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	if (error != NULL) {
		tell(launcher, "Not done", error);
	}
}

static int call_manager(struct launcher *launcher, const char *method, const char *vm, bool force,
		service_answer_t answer) {
	sd_json_variant *parameters = NULL;
	int result = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("name", vm),
			SD_JSON_BUILD_PAIR_CONDITION(force, "force", SD_JSON_BUILD_BOOLEAN(true)));
	if (result >= 0) {
		result = service_call(launcher->manager, method, parameters, answer, launcher);
	}
	sd_json_variant_unref(parameters);
	if (result < 0) {
		tell(launcher, "Not done", "the VM manager does not answer");
	}
	return result;
}

static void handle_restarted(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	launcher->restarted_vm[0] = '\0';
	handle_controlled(data, parameters, error);
	if (launcher->surface == NULL) {
		close_launcher(launcher);
	}
}

/* It is down: up again. */
static void handle_stopped(void *data, sd_json_variant *parameters, const char *error) {
	struct launcher *launcher = data;
	if (error != NULL ||
			call_manager(launcher, "Start", launcher->restarted_vm, false,
					handle_restarted) < 0) {
		handle_restarted(data, parameters, error);
	}
}

static void control(void *data, const char *vm, enum menu_verb verb) {
	static const char *const methods[] = {
			[VERB_START] = "Start",
			[VERB_RESTART] = "Stop",
			[VERB_PAUSE] = "Pause",
			[VERB_RESUME] = "Resume",
			[VERB_STOP] = "Stop",
			[VERB_KILL] = "Stop",
	};
	struct launcher *launcher = data;
	if (verb == VERB_SHELL) {
		launch_on_host(launcher, "OpenShell", "domain", vm, false);
	} else if (verb != VERB_RESTART) {
		call_manager(launcher, methods[verb], vm, verb == VERB_KILL, handle_controlled);
	} else if (launcher->restarted_vm[0] == '\0') {
		snprintf(launcher->restarted_vm, sizeof(launcher->restarted_vm), "%s", vm);
		if (call_manager(launcher, methods[verb], vm, false, handle_stopped) < 0) {
			launcher->restarted_vm[0] = '\0';
		}
	}
}

/* ---- input and picture ---- */

static void changed_if(struct launcher *launcher, bool has_changed) {
	if (has_changed) {
		redraw(launcher);
	}
}

static void handle_key(void *data, const struct key_press *press) {
	struct launcher *launcher = data;
	changed_if(launcher, menu_key(&launcher->menu, press));
}

static void handle_motion(void *data, const struct wl_surface *surface, double x, double y) {
	struct launcher *launcher = data;
	changed_if(launcher, menu_motion(&launcher->menu, x, y, launcher->width, launcher->height));
}

static void handle_press(void *data, const struct wl_surface *surface, uint32_t button, double x,
		double y) {
	struct launcher *launcher = data;
	changed_if(launcher,
			menu_press(&launcher->menu, button, x, y, launcher->width,
					launcher->height));
}

static void handle_scroll(void *data, const struct wl_surface *surface, double x, double y,
		double steps) {
	struct launcher *launcher = data;
	changed_if(launcher, menu_scroll(&launcher->menu, x, y, steps));
}

static bool draw(void *data, void *pixels, int device_width, int device_height, size_t stride,
		double scale, int width, int height) {
	struct launcher *launcher = data;
	struct canvas canvas;
	launcher->width = width;
	launcher->height = height;
	menu_view_measure(&launcher->menu, width, height);
	canvas_begin(&canvas, launcher->lettering, !launcher->is_light, scale, pixels, device_width,
			device_height, stride);
	menu_view_draw(&launcher->menu, &canvas, width, height, unix_ms());
	return canvas_end(&canvas);
}

static bool create_window(struct launcher *launcher) {
	launcher->surface = surface_create(&launcher->client,
			&(struct surface_options){
					.name = "silo-launcher",
					.layer = ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
					.anchor = ZWLR_LAYER_SURFACE_V1_ANCHOR_BOTTOM |
							ZWLR_LAYER_SURFACE_V1_ANCHOR_LEFT,
					.keyboard = ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_EXCLUSIVE,
					.width = MENU_WIDTH,
					.height = MENU_HEIGHT,
					.fits_area = true,
					.draw = draw,
					.closed = close_launcher,
					.data = launcher,
			});
	launcher->input = input_create(&launcher->client,
			&(struct input_handlers){
					.key = handle_key,
					.motion = handle_motion,
					.press = handle_press,
					.scroll = handle_scroll,
					.data = launcher,
			});
	return launcher->surface != NULL && launcher->input != NULL;
}

static bool create_services(struct launcher *launcher) {
	launcher->compositor = service_create(launcher->event,
			&(struct service_options){.name = COMPOSITOR_SERVICE, .data = launcher});
	launcher->manager = launcher->compositor == NULL
			? NULL
			: service_create(launcher->event,
					  &(struct service_options){
							  .name = MANAGER_SERVICE,
							  .is_watched = true,
							  .changed = handle_machines,
							  .lost = handle_manager_lost,
							  .data = launcher,
					  });
	if (launcher->compositor != NULL) {
		service_call(launcher->compositor, "ListHostApplications", NULL, handle_host,
				launcher);
	}
	return launcher->manager != NULL;
}

static bool create(struct launcher *launcher) {
	const struct menu_handlers handlers = {launch, control, close_launcher, launcher};
	menu_init(&launcher->menu, &handlers);
	launcher->menu.model.host_memory =
			(uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	menu_view_measure(&launcher->menu, MENU_WIDTH, MENU_HEIGHT);
	history_load(&launcher->history);
	launcher->lettering = lettering_create();
	if (launcher->lettering == NULL) {
		log_error("no font was found; install one, such as fonts-inter");
		return false;
	}
	bool is_fine = sd_event_add_time(launcher->event, &launcher->progress, CLOCK_MONOTONIC, 0,
				       0, handle_progress, launcher) >= 0 &&
			sd_event_add_time(launcher->event, &launcher->relist, CLOCK_MONOTONIC, 0, 0,
					handle_relist, launcher) >= 0;
	if (is_fine) {
		sd_event_source_set_enabled(launcher->progress, SD_EVENT_OFF);
		sd_event_source_set_enabled(launcher->relist, SD_EVENT_OFF);
	}
	if (!is_fine || !create_window(launcher) || !create_services(launcher)) {
		log_error("out of memory");
		return false;
	}
	return true;
}

static void destroy(struct launcher *launcher) {
	service_destroy(launcher->manager);
	service_destroy(launcher->compositor);
	sd_event_source_disable_unref(launcher->progress);
	sd_event_source_disable_unref(launcher->relist);
	input_destroy(launcher->input);
	surface_destroy(launcher->surface);
	client_finish(&launcher->client);
	lettering_destroy(launcher->lettering);
	menu_finish(&launcher->menu);
	sd_event_unref(launcher->event);
}

int launcher_run(bool is_light) {
	struct launcher launcher = {
			.is_light = is_light, .width = MENU_WIDTH, .height = MENU_HEIGHT};
	if (sd_event_new(&launcher.event) < 0) {
		log_error("no event loop: %s", strerror(errno));
		return 1;
	}
	/* Taken from the environment by connecting. */
	bool is_spawned = getenv("WAYLAND_SOCKET") != NULL;
	int status = 1;
	enum client_result result = client_connect(&launcher.client, launcher.event);
	if (result == CLIENT_CONNECTED) {
		status = create(&launcher) ? sd_event_loop(launcher.event) : 1;
		status = status < 0 ? 1 : status;
	} else if (!is_spawned) {
		status = toggle_launcher();
	} else {
		log_error("the compositor on WAYLAND_SOCKET has no layer-shell");
	}
	destroy(&launcher);
	return status;
}
