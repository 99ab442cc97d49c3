/* SPDX-License-Identifier: MIT */
#include "compositor/settings/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_keyboard.h>

#include "base/log.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/settings/reading.h"
#include "compositor/window/workspace.h"
#include "config/value.h"

#define REPEAT_RATE_HZ 25
#define REPEAT_RATE_MAX_HZ 100
#define REPEAT_DELAY_MS 400
#define REPEAT_DELAY_MIN_MS 100
#define REPEAT_DELAY_MAX_MS 5000
#define CURSOR_SIZE_MIN 8
#define CURSOR_SIZE_LARGEST 256
#define WORD_MAX 255

static void read_modifier(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (strcmp(text, "Super") == 0) {
		reading->settings->modifier = WLR_MODIFIER_LOGO;
	} else if (strcmp(text, "Alt") == 0) {
		reading->settings->modifier = WLR_MODIFIER_ALT;
	} else {
		READING_FAIL(reading, "\"%s\": write \"modifier Super\" or \"modifier Alt\"", text);
	}
}

static void read_workspaces(struct reading *reading) {
	if (!value_number(reading->directive->params[0], 1, WORKSPACES_MAX,
			    &reading->settings->workspaces)) {
		READING_FAIL(reading, "workspaces must be a number from 1 to %d", WORKSPACES_MAX);
	}
}

static void read_new_keyboards(struct reading *reading) {
	static const char *const words[] = {[NEWCOMER_ASK] = "ask",
			[NEWCOMER_ALLOW] = "allow",
			[NEWCOMER_DENY] = "deny"};
	const char *text = reading->directive->params[0];
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			reading->settings->new_keyboards = (enum newcomer_policy)i;
			return;
		}
	}
	READING_FAIL(reading, "\"%s\": write \"keyboards ask\", \"allow\" or \"deny\"", text);
}

static void read_appearance(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (strcmp(text, "light") == 0 || strcmp(text, "dark") == 0) {
		reading->settings->is_light = strcmp(text, "light") == 0;
	} else {
		READING_FAIL(reading, "\"%s\": write \"appearance light\" or \"appearance dark\"",
				text);
	}
}

static void read_shadows(struct reading *reading) {
	bool is_yes;
	if (reading_yes_no(reading, &is_yes)) {
		reading->settings->is_without_shadows = !is_yes;
	}
}

static void read_patterns(struct reading *reading) {
	bool is_yes;
	if (reading_yes_no(reading, &is_yes)) {
		reading->settings->has_patterns = is_yes;
	}
}

static void read_wallpaper(struct reading *reading) {
	const char *text = reading->directive->params[0];
	const char *home = getenv("HOME");
	if (text[0] == '/') {
		reading->settings->wallpaper = reading_copy(text);
	} else if (strncmp(text, "~/", 2) == 0 && home != NULL) {
		if (asprintf(&reading->settings->wallpaper, "%s/%s", home, text + 2) < 0) {
			abort();
		}
	} else {
		READING_FAIL(reading, "\"%s\": write a path that begins with / or ~/", text);
	}
}

/* Words that go to libraries as file names and the like. */
static void read_word(struct reading *reading, char **ret_word) {
	const char *text = reading->directive->params[0];
	if (strlen(text) > WORD_MAX || strchr(text, '/') != NULL) {
		READING_FAIL(reading, "%s must be at most %d bytes without \"/\"",
				reading->directive->name, WORD_MAX);
		return;
	}
	*ret_word = reading_copy(text);
}

static void read_theme(struct reading *reading) {
	read_word(reading, &reading->settings->cursor_theme);
}

static void read_size(struct reading *reading) {
	if (!value_number(reading->directive->params[0], CURSOR_SIZE_MIN, CURSOR_SIZE_LARGEST,
			    &reading->settings->cursor_size)) {
		READING_FAIL(reading, "size must be a number from %d to %d", CURSOR_SIZE_MIN,
				CURSOR_SIZE_LARGEST);
	}
}

static void read_cursor(struct reading *reading) {
	static const struct rule rules[] = {
			{"theme", 1, 1, false, false, "theme Adwaita", read_theme},
			{"size", 1, 1, false, false, "size 24", read_size},
	};
	struct reading inner = *reading;
	inner.where = "cursor";
	reading_block(&inner, &reading->directive->children, rules, 2);
}

static void read_layout(struct reading *reading) {
	read_word(reading, &reading->settings->keyboard.layout);
}

static void read_variant(struct reading *reading) {
	read_word(reading, &reading->settings->keyboard.variant);
}

static void read_options(struct reading *reading) {
	read_word(reading, &reading->settings->keyboard.options);
}

static void read_repeat(struct reading *reading) {
	const struct scfg_directive *directive = reading->directive;
	struct keyboard_settings *keyboard = &reading->settings->keyboard;
	unsigned int rate_hz;
	uint32_t delay_ms;
	if (directive->params_len == 1 && strcmp(directive->params[0], "off") == 0) {
		keyboard->repeat_rate_hz = 0;
	} else if (directive->params_len == 2 &&
			value_number(directive->params[0], 1, REPEAT_RATE_MAX_HZ, &rate_hz) &&
			value_duration(directive->params[1], &delay_ms) &&
			delay_ms >= REPEAT_DELAY_MIN_MS && delay_ms <= REPEAT_DELAY_MAX_MS) {
		keyboard->repeat_rate_hz = rate_hz;
		keyboard->repeat_delay_ms = delay_ms;
	} else {
		READING_FAIL(reading,
				"write how often a second (1 to %d) and after what time (%dms to "
				"%dms), such as \"repeat 25 400ms\", or \"repeat off\"",
				REPEAT_RATE_MAX_HZ, REPEAT_DELAY_MIN_MS, REPEAT_DELAY_MAX_MS);
	}
}

/* Is there such a layout? Also said here, since later nobody looks. */
static void check_keymap(struct reading *reading) {
	struct keyboard_settings *keyboard = &reading->settings->keyboard;
	struct xkb_context *context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
	if (context == NULL || keyboard->layout == NULL) {
		xkb_context_unref(context);
		return;
	}
	xkb_context_set_log_level(context, XKB_LOG_LEVEL_CRITICAL);
	struct xkb_rule_names names = {.layout = keyboard->layout,
			.variant = keyboard->variant,
			.options = keyboard->options};
	struct xkb_keymap *keymap =
			xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
	if (keymap == NULL) {
		READING_FAIL(reading,
				"there is no layout \"%s\"%s%s%s; choose one of those in "
				"xkeyboard-config(7)",
				keyboard->layout,
				keyboard->variant != NULL ? " with variant \"" : "",
				keyboard->variant != NULL ? keyboard->variant : "",
				keyboard->variant != NULL ? "\"" : "");
		free(keyboard->layout);
		free(keyboard->variant);
		keyboard->layout = keyboard->variant = NULL;
	}
	xkb_keymap_unref(keymap);
	xkb_context_unref(context);
}

static void read_keyboard(struct reading *reading) {
	static const struct rule rules[] = {
			{"layout", 1, 1, false, false, "layout us,de", read_layout},
			{"variant", 1, 1, false, false, "variant dvorak", read_variant},
			{"options", 1, 1, false, false, "options ctrl:nocaps", read_options},
			{"repeat", 1, 2, false, false, "repeat 25 400ms", read_repeat},
	};
	struct reading inner = *reading;
	inner.where = "keyboard";
	reading_block(&inner, &reading->directive->children, rules, 4);
	inner.directive = reading->directive;
	check_keymap(&inner);
}

static void read_choice(struct reading *reading, enum choice *choice) {
	bool is_yes;
	if (reading_yes_no(reading, &is_yes)) {
		*choice = is_yes ? CHOICE_YES : CHOICE_NO;
	}
}

static void read_natural_scroll(struct reading *reading) {
	read_choice(reading, &reading->settings->pointer.natural_scroll);
}

static void read_tap(struct reading *reading) {
	read_choice(reading, &reading->settings->pointer.tap);
}

static void read_speed(struct reading *reading) {
	struct pointer_settings *pointer = &reading->settings->pointer;
	pointer->has_speed = reading_decimal(reading->directive->params[0], -1, 1, &pointer->speed);
	if (!pointer->has_speed) {
		READING_FAIL(reading, "speed must be a number from -1 to 1");
	}
}

static void read_pointer(struct reading *reading) {
	static const struct rule rules[] = {
			{"natural-scroll", 1, 1, false, false, "natural-scroll yes",
					read_natural_scroll},
			{"tap", 1, 1, false, false, "tap yes", read_tap},
			{"speed", 1, 1, false, false, "speed 0.2", read_speed},
	};
	struct reading inner = *reading;
	inner.where = "pointer";
	reading_block(&inner, &reading->directive->children, rules, 3);
}

static const struct rule rules[] = {
		{"modifier", 1, 1, false, false, "modifier Super", read_modifier},
		{"workspaces", 1, 1, false, false, "workspaces 4", read_workspaces},
		{"appearance", 1, 1, false, false, "appearance dark", read_appearance},
		{"shadows", 1, 1, false, false, "shadows yes", read_shadows},
		{"patterns", 1, 1, false, false, "patterns no", read_patterns},
		{"wallpaper", 1, 1, false, false, "wallpaper ~/picture.png", read_wallpaper},
		{"cursor", 0, 0, true, false, "cursor { … }", read_cursor},
		{"keyboard", 0, 0, true, false, "keyboard { … }", read_keyboard},
		{"keyboards", 1, 1, false, false, "keyboards ask", read_new_keyboards},
		{"pointer", 0, 0, true, false, "pointer { … }", read_pointer},
		{"idle", 0, 0, true, false, "idle { … }", reading_idle},
		{"bind", 2, 3, false, true, "bind Mod+Shift+q close", reading_bind},
		{"unbind", 1, 1, false, true, "unbind Mod+m", reading_unbind},
		{"terminal", 1, HOST_WORDS_MAX, false, false, "terminal foot", reading_terminal},
		{"locker", 1, HOST_WORDS_MAX, false, false, "locker swaylock", reading_locker},
		{"application", 2, HOST_WORDS_MAX + 1, false, true,
				"application \"Sound\" pavucontrol", reading_application},
		{"clipboard", 0, 0, true, false, "clipboard { … }", reading_clipboard},
		{"output", 1, 1, true, true, "output DP-1 { … }", reading_output},
};

/* Bindings are compared by what Mod stands for, wherever in the file that is said. */
static void find_modifier(struct settings *settings, const struct scfg_block *block) {
	for (size_t i = 0; i < block->directives_len; i++) {
		const struct scfg_directive *directive = &block->directives[i];
		if (strcmp(directive->name, "modifier") == 0 && directive->params_len == 1 &&
				strcmp(directive->params[0], "Alt") == 0) {
			settings->modifier = WLR_MODIFIER_ALT;
		}
	}
}

static struct settings *make_defaults(void) {
	struct settings *settings = calloc(1, sizeof(*settings));
	if (settings == NULL) {
		abort();
	}
	settings->workspaces = WORKSPACES_DEFAULT;
	settings->keyboard.repeat_rate_hz = REPEAT_RATE_HZ;
	settings->keyboard.repeat_delay_ms = REPEAT_DELAY_MS;
	settings->idle.lock_ms = settings->idle.screen_off_ms = IDLE_UNSET;
	reading_default_bindings(settings);
	reading_default_programs(settings);
	reading_default_clipboard(settings);
	return settings;
}

struct settings *settings_load(const char *path, bool is_required, char **ret_report) {
	struct settings *settings = make_defaults();
	struct report report;
	struct scfg_block block;
	*ret_report = NULL;
	if (path == NULL || !report_init(&report)) {
		return settings;
	}
	switch (reader_load(path, &block, &report)) {
	case READER_OK:
		find_modifier(settings, &block);
		reading_block(&(struct reading){.settings = settings,
					      .file = path,
					      .report = &report},
				&block, rules, sizeof(rules) / sizeof(rules[0]));
		scfg_block_finish(&block);
		break;
	case READER_MISSING:
		if (is_required) {
			report_error(&report, path, 0, NULL, "there is no such file");
		}
		break;
	case READER_FAILED:
		break;
	}
	*ret_report = report_finish(&report);
	return settings;
}

void settings_destroy(struct settings *settings) {
	if (settings == NULL) {
		return;
	}
	for (size_t i = 0; i < settings->outputs_len; i++) {
		free(settings->outputs[i].name);
	}
	free(settings->outputs);
	free(settings->bindings);
	reading_free_programs(settings);
	reading_free_clipboard(settings);
	reading_free_idle(settings);
	free(settings->wallpaper);
	free(settings->cursor_theme);
	free(settings->keyboard.layout);
	free(settings->keyboard.variant);
	free(settings->keyboard.options);
	free(settings);
}

char *settings_default_path(void) {
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int len = -1;
	if (config != NULL && config[0] == '/') {
		len = asprintf(&path, "%s/silo/config", config);
	} else if (home != NULL && home[0] == '/') {
		len = asprintf(&path, "%s/.config/silo/config", home);
	}
	return len >= 0 ? path : NULL;
}

const struct output_settings *settings_for_output(const struct settings *settings,
		const char *name) {
	for (size_t i = 0; i < settings->outputs_len; i++) {
		if (strcmp(settings->outputs[i].name, name) == 0) {
			return &settings->outputs[i];
		}
	}
	return NULL;
}

int settings_check(const char *path) {
	char *default_path = path == NULL ? settings_default_path() : NULL;
	const char *used = path != NULL ? path : default_path;
	char *report = NULL;
	struct settings *settings = settings_load(used, path != NULL, &report);
	settings_destroy(settings);
	if (report != NULL) {
		fputs(report, stderr);
	} else {
		printf("%s is good\n", used != NULL ? used : "no configuration");
	}
	int status = report != NULL ? 1 : 0;
	free(report);
	free(default_path);
	return status;
}

static void log_report(char *report) {
	char *rest;
	for (char *line = strtok_r(report, "\n", &rest); line != NULL;
			line = strtok_r(NULL, "\n", &rest)) {
		log_warn("%s", line);
	}
}

struct settings *settings_load_for(const struct options *options, bool *ret_is_good) {
	char *default_path = NULL;
	const char *path = options->config;
	if (path == NULL && options->default_config) {
		path = default_path = settings_default_path();
	}
	char *report;
	struct settings *settings = settings_load(path, options->config != NULL, &report);
	settings->is_light |= options->light;
	*ret_is_good = report == NULL;
	if (report != NULL) {
		log_report(report);
	}
	free(report);
	free(default_path);
	return settings;
}

bool settings_create(struct server *server) {
	bool is_good;
	server->settings = settings_load_for(server->options, &is_good);
	if (!is_good) {
		log_warn("what is wrong in the settings has its default: see silo --check-config");
	}
	return true;
}

void settings_finish(struct server *server) {
	settings_destroy(server->settings);
	server->settings = NULL;
}
