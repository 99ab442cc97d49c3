/* SPDX-License-Identifier: MIT
 *
 * idle { … }: what happens when nobody is there.
 */
#include <string.h>

#include "base/text.h"
#include "compositor/settings/reading.h"
#include "config/value.h"

/* Less would lock the session under the hands of who reads. */
#define TIME_MIN_MS 1000

static void read_time(struct reading *reading, uint32_t *time_ms) {
	const char *text = reading->directive->params[0];
	uint32_t read_ms;
	if (strcmp(text, "never") == 0) {
		*time_ms = 0;
	} else if (value_duration(text, &read_ms) && read_ms >= TIME_MIN_MS) {
		*time_ms = read_ms;
	} else {
		READING_FAIL(reading,
				"\"%s\": write a time from 1s to 24h, such as \"%s 10m\", or "
				"\"%s never\"",
				text, reading->directive->name, reading->directive->name);
	}
}

static void read_lock(struct reading *reading) {
	read_time(reading, &reading->settings->idle.lock_ms);
}

static void read_screen_off(struct reading *reading) {
	read_time(reading, &reading->settings->idle.screen_off_ms);
}

static void read_awake(struct reading *reading) {
	const struct scfg_directive *directive = reading->directive;
	const char *first = directive->params[0];
	size_t n = directive->params_len;
	reading_free_idle(reading->settings);
	if (n == 1 && strcmp(first, "all") == 0) {
		return;
	}
	if (n == 1 && strcmp(first, "none") == 0) {
		n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (!text_is_vm_name(directive->params[i])) {
			READING_FAIL(reading,
					"\"%s\" is no machine's name; write \"awake all\", "
					"\"awake none\" or the names of those that may",
					directive->params[i]);
			return;
		}
	}
	reading->settings->idle.awake = reading_copy_words(directive->params, n);
}

void reading_free_idle(struct settings *settings) {
	reading_free_words(settings->idle.awake);
	settings->idle.awake = NULL;
}

void reading_idle(struct reading *reading) {
	static const struct rule rules[] = {
			{"lock", 1, 1, false, false, "lock 10m", read_lock},
			{"screen-off", 1, 1, false, false, "screen-off 15m", read_screen_off},
			{"awake", 1, HOST_WORDS_MAX, false, false, "awake media", read_awake},
	};
	struct reading inner = *reading;
	inner.where = "idle";
	reading_block(&inner, &reading->directive->children, rules, 3);
}
