/* SPDX-License-Identifier: MIT */
#include "launcher/ask/ask.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "launcher/ask/dialog.h"
#include "launcher/data/service.h"
#include "launcher/toolkit/input.h"
#include "launcher/toolkit/surface.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

/* Of the free height so much is above the dialog. */
#define RISE 0.4

struct ask {
	sd_event *event;
	struct client client;
	struct surface *surface; /* NULL: nothing is asked */
	struct input *input;
	struct lettering *lettering;
	struct dialog dialog;
	struct service *compositor;
	sd_event_source *timer; /* when it begins to listen */
};

static int64_t now_us(const struct ask *ask) {
	uint64_t now = 0;
	sd_event_now(ask->event, CLOCK_MONOTONIC, &now);
	return (int64_t)now;
}

static bool draw(void *data, void *pixels, int device_width, int device_height, size_t stride,
		double scale, int width, int height) {
	struct ask *ask = data;
	struct canvas canvas;
	canvas_begin(&canvas, ask->lettering, ask->dialog.is_dark, scale, pixels, device_width,
			device_height, stride);
	dialog_draw(&ask->dialog, &canvas, now_us(ask));
	return canvas_end(&canvas);
}

static void hide(struct ask *ask) {
	if (ask->surface != NULL) {
		input_forget(ask->input, surface_handle(ask->surface));
		surface_destroy(ask->surface);
		ask->surface = NULL;
	}
}

static void arm(struct ask *ask) {
	int64_t wake_us = dialog_wake_us(&ask->dialog, now_us(ask));
	if (wake_us == INT64_MAX) {
		sd_event_source_set_enabled(ask->timer, SD_EVENT_OFF);
	} else {
		sd_event_source_set_time(ask->timer, (uint64_t)wake_us);
		sd_event_source_set_enabled(ask->timer, SD_EVENT_ONESHOT);
	}
}

static void handle_shown(void *data) {
	struct ask *ask = data;
	dialog_shown(&ask->dialog, now_us(ask));
	arm(ask);
}

static int handle_timer(sd_event_source *source, uint64_t time_us, void *data) {
	struct ask *ask = data;
	if (ask->surface != NULL) {
		surface_changed(ask->surface);
	}
	arm(ask);
	return 0;
}

/* silo would take silence for no, but only when we end. */
static void handle_told(void *data, sd_json_variant *parameters, const char *error) {
	if (error != NULL) {
		log_warn("silo did not take an answer: %s", error);
	}
}

/* The next question, if there is one, comes by itself. */
static void tell(struct ask *ask, const struct dialog_answer *answer) {
	sd_json_variant *parameters = NULL;
	int ret = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_UNSIGNED("id", ask->dialog.id),
			SD_JSON_BUILD_PAIR_BOOLEAN("allow", answer->is_allowed),
			SD_JSON_BUILD_PAIR_BOOLEAN("remember", answer->is_remembered),
			SD_JSON_BUILD_PAIR_BOOLEAN("mute", answer->is_muted));
	if (ret >= 0) {
		ret = service_call(ask->compositor, "AnswerQuestion", parameters, handle_told, ask);
	}
	sd_json_variant_unref(parameters);
	bool is_last = ask->dialog.waiting == 0;
	dialog_end(&ask->dialog);
	if (ret < 0) {
		/* Our end is an answer as well: no. */
		log_error("silo cannot be answered: %s", strerror(-ret));
		sd_event_exit(ask->event, 1);
	} else if (is_last) {
		hide(ask);
	}
}

static void say_no(struct ask *ask) {
	if (ask->dialog.id != 0) {
		tell(ask, &(struct dialog_answer){0});
	}
}

/* Its output has gone. */
static void handle_closed(void *data) {
	struct ask *ask = data;
	hide(ask);
	say_no(ask);
}

static void show(struct ask *ask) {
	int height = dialog_height(&ask->dialog);
	if (ask->surface != NULL) {
		surface_resize(ask->surface, DIALOG_WIDTH, height);
		surface_changed(ask->surface);
		return;
	}
	ask->surface = surface_create(&ask->client,
			&(struct surface_options){
					.name = "silo-ask",
					.layer = ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
					.anchor = ZWLR_LAYER_SURFACE_V1_ANCHOR_TOP,
					.keyboard = ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_EXCLUSIVE,
					.width = DIALOG_WIDTH,
					.height = height,
					.fits_area = true,
					.rise = RISE,
					.draw = draw,
					.shown = handle_shown,
					.closed = handle_closed,
					.data = ask,
			});
	if (ask->surface == NULL) {
		log_error("out of memory");
		say_no(ask);
	}
}

static void handle_questions(void *data, sd_json_variant *parameters, bool is_first) {
	struct ask *ask = data;
	dialog_take(&ask->dialog, parameters);
	if (ask->dialog.id != 0) {
		show(ask);
	} else {
		hide(ask);
	}
	arm(ask);
}

static void handle_lost(void *data) {
	struct ask *ask = data;
	log_error("silo does not let it ask; silo starts it itself");
	sd_event_exit(ask->event, 1);
}

/* ---- input ---- */

static void apply(struct ask *ask, enum dialog_effect effect, const struct dialog_answer *answer) {
	if (effect == DIALOG_ANSWERED) {
		tell(ask, answer);
	} else if (effect == DIALOG_CHANGED && ask->surface != NULL) {
		surface_changed(ask->surface);
	}
	arm(ask);
}

static void handle_key(void *data, const struct key_press *press) {
	struct ask *ask = data;
	struct dialog_answer answer;
	apply(ask, dialog_key(&ask->dialog, press, now_us(ask), &answer), &answer);
}

static void handle_unfocused(void *data) {
	say_no(data);
}

static void handle_motion(void *data, const struct wl_surface *surface, double x, double y) {
	struct ask *ask = data;
	apply(ask, dialog_motion(&ask->dialog, x, y), NULL);
}

static void handle_left(void *data, const struct wl_surface *surface) {
	handle_motion(data, surface, -1, -1);
}

static void handle_press(void *data, const struct wl_surface *surface, uint32_t button, double x,
		double y) {
	struct ask *ask = data;
	struct dialog_answer answer;
	apply(ask, dialog_press(&ask->dialog, button, x, y, now_us(ask), &answer), &answer);
}

static bool create(struct ask *ask) {
	ask->lettering = lettering_create();
	if (ask->lettering == NULL) {
		log_error("no font was found; install one, such as fonts-inter");
		return false;
	}
	ask->input = input_create(&ask->client,
			&(struct input_handlers){
					.key = handle_key,
					.unfocused = handle_unfocused,
					.motion = handle_motion,
					.left = handle_left,
					.press = handle_press,
					.data = ask,
			});
	if (ask->input == NULL ||
			sd_event_add_time(ask->event, &ask->timer, CLOCK_MONOTONIC, 0, 1000,
					handle_timer, ask) < 0) {
		log_error("out of memory");
		return false;
	}
	sd_event_source_set_enabled(ask->timer, SD_EVENT_OFF);
	ask->compositor = service_create(ask->event,
			&(struct service_options){.name = COMPOSITOR_SERVICE,
					.is_watched = true,
					.watch = "WatchQuestions",
					.changed = handle_questions,
					.lost = handle_lost,
					.data = ask});
	return ask->compositor != NULL;
}

static void destroy(struct ask *ask) {
	service_destroy(ask->compositor);
	sd_event_source_disable_unref(ask->timer);
	surface_destroy(ask->surface);
	input_destroy(ask->input);
	client_finish(&ask->client);
	lettering_destroy(ask->lettering);
	sd_event_unref(ask->event);
}

int ask_run(bool is_light) {
	struct ask ask = {0};
	dialog_init(&ask.dialog, !is_light);
	if (sd_event_new(&ask.event) < 0) {
		log_error("no event loop: %s", strerror(errno));
		return 1;
	}
	int status = 1;
	switch (client_connect(&ask.client, ask.event)) {
	case CLIENT_CONNECTED:
		status = create(&ask) ? sd_event_loop(ask.event) : 1;
		break;
	case CLIENT_NO_DISPLAY:
		log_error("no Wayland compositor: %s; silo starts it itself", strerror(errno));
		break;
	case CLIENT_NO_LAYER_SHELL:
		log_error("this compositor has no layer-shell for it; silo starts it itself");
		break;
	}
	destroy(&ask);
	return status < 0 ? 1 : status;
}
