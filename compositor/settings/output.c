/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compositor/settings/reading.h"
#include "config/suggest.h"

#define LENGTH_MAX_PX 16384
#define COORDINATE_MAX 32767
#define REFRESH_MAX_HZ 1000
#define NAME_MAX_BYTES 63
#define OUTPUTS_MAX 32

static void read_mode(struct reading *reading) {
	const char *text = reading->directive->params[0];
	int width, height, len = 0;
	double refresh_hz = 0;
	bool ok = strlen(text) < 32 && sscanf(text, "%5dx%5d%n", &width, &height, &len) == 2 &&
			text[0] >= '1' && text[0] <= '9' && width <= LENGTH_MAX_PX && height >= 1 &&
			height <= LENGTH_MAX_PX;
	if (ok && text[len] == '@') {
		ok = reading_decimal(text + len + 1, 1, REFRESH_MAX_HZ, &refresh_hz);
	} else {
		ok = ok && text[len] == '\0';
	}
	if (!ok) {
		READING_FAIL(reading,
				"\"%s\" is no mode; write for example 1920x1080 or "
				"2560x1440@59.95",
				text);
		return;
	}
	reading->output->width_px = width;
	reading->output->height_px = height;
	reading->output->refresh_mhz = (int)(refresh_hz * 1000 + 0.5);
}

static void read_position(struct reading *reading) {
	double place[2];
	for (size_t i = 0; i < 2; i++) {
		const char *text = reading->directive->params[i];
		if (strchr(text, '.') != NULL ||
				!reading_decimal(text, -COORDINATE_MAX, COORDINATE_MAX,
						&place[i])) {
			READING_FAIL(reading,
					"\"%s\" is no coordinate; write whole numbers from -%d to "
					"%d",
					text, COORDINATE_MAX, COORDINATE_MAX);
			return;
		}
	}
	reading->output->has_position = true;
	reading->output->x = (int)place[0];
	reading->output->y = (int)place[1];
}

static void read_scale(struct reading *reading) {
	double scale;
	if (!reading_decimal(reading->directive->params[0], 0.5, 4, &scale)) {
		READING_FAIL(reading, "scale must be a number from 0.5 to 4");
		return;
	}
	reading->output->scale = (float)scale;
}

static void read_transform(struct reading *reading) {
	static const char *const names[] = {
			[WL_OUTPUT_TRANSFORM_NORMAL] = "normal",
			[WL_OUTPUT_TRANSFORM_90] = "90",
			[WL_OUTPUT_TRANSFORM_180] = "180",
			[WL_OUTPUT_TRANSFORM_270] = "270",
			[WL_OUTPUT_TRANSFORM_FLIPPED] = "flipped",
			[WL_OUTPUT_TRANSFORM_FLIPPED_90] = "flipped-90",
			[WL_OUTPUT_TRANSFORM_FLIPPED_180] = "flipped-180",
			[WL_OUTPUT_TRANSFORM_FLIPPED_270] = "flipped-270",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], reading->directive->params[0]) == 0) {
			reading->output->has_transform = true;
			reading->output->transform = (enum wl_output_transform)i;
			return;
		}
	}
	READING_FAIL(reading,
			"unknown transform \"%s\"; write normal, 90, 180, 270, flipped or "
			"flipped-90 and so on",
			reading->directive->params[0]);
}

static void read_off(struct reading *reading) {
	reading->output->is_off = true;
}

static const struct rule rules[] = {
		{"mode", 1, 1, false, false, "mode 1920x1080", read_mode},
		{"position", 2, 2, false, false, "position 1920 0", read_position},
		{"scale", 1, 1, false, false, "scale 1.5", read_scale},
		{"transform", 1, 1, false, false, "transform 90", read_transform},
		{"off", 0, 0, false, false, "off", read_off},
};

void reading_output(struct reading *reading) {
	struct settings *settings = reading->settings;
	const struct scfg_directive *directive = reading->directive;
	const char *name = directive->params[0];
	const struct output_settings *other = settings_for_output(settings, name);
	if (other != NULL) {
		READING_FAIL(reading, "output %s is on line %d already; put both together", name,
				other->line);
		return;
	}
	if (strlen(name) == 0 || strlen(name) > NAME_MAX_BYTES ||
			settings->outputs_len == OUTPUTS_MAX) {
		READING_FAIL(reading, "at most %d outputs, with names such as DP-1", OUTPUTS_MAX);
		return;
	}
	struct output_settings *grown =
			reallocarray(settings->outputs, settings->outputs_len + 1, sizeof(*grown));
	if (grown == NULL) {
		abort();
	}
	settings->outputs = grown;
	struct output_settings *output = &grown[settings->outputs_len++];
	*output = (struct output_settings){.name = reading_copy(name), .line = directive->lineno};
	char where[NAME_MAX_BYTES + 16];
	snprintf(where, sizeof(where), "output %s", name);
	struct reading inner = *reading;
	inner.output = output;
	inner.where = where;
	reading_block(&inner, &directive->children, rules, sizeof(rules) / sizeof(rules[0]));
}
