/* SPDX-License-Identifier: MIT
 *
 * The session's settings: a good file, and every mistake with the exact line that it produces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <wlr/types/wlr_keyboard.h>

#include "compositor/input/actions.h"
#include "compositor/settings/settings.h"

static const char *example;
static char path[64];

static int setup(void **state) {
	snprintf(path, sizeof(path), "/tmp/silo-settings-%d", getpid());
	return 0;
}

static int teardown(void **state) {
	unlink(path);
	return 0;
}

static void write_bytes(const char *bytes, size_t len) {
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
	chmod(path, 0644);
}

/* The settings of text and its report, the path left out of every line; NULL: none. */
static struct settings *load(const char *text, char **ret_report) {
	write_bytes(text, strlen(text));
	char *report;
	struct settings *settings = settings_load(path, true, &report);
	assert_non_null(settings);
	*ret_report = NULL;
	if (report != NULL) {
		char *out = calloc(1, strlen(report) + 2), *rest;
		for (char *line = strtok_r(report, "\n", &rest); line != NULL;
				line = strtok_r(NULL, "\n", &rest)) {
			assert_int_equal(strncmp(line, path, strlen(path)), 0);
			strncat(out, line + strlen(path) + 1, strlen(line));
			strncat(out, "\n", 2);
		}
		*ret_report = out;
		free(report);
	}
	return settings;
}

static struct settings *accept(const char *text) {
	char *report;
	struct settings *settings = load(text, &report);
	assert_string_equal(report != NULL ? report : "", "");
	return settings;
}

static void refuse(const char *text, const char *expected) {
	char *report;
	settings_destroy(load(text, &report));
	assert_non_null(report);
	assert_string_equal(report, expected);
	free(report);
}

static const struct binding *find(const struct settings *settings, uint32_t modifiers,
		xkb_keysym_t symbol) {
	const struct binding *found = NULL;
	for (size_t i = 0; i < settings->bindings_len; i++) {
		const struct binding *binding = &settings->bindings[i];
		if (binding->symbol == symbol && binding->modifiers == modifiers) {
			assert_null(found);
			found = binding;
		}
	}
	return found;
}

static void the_defaults(void **state) {
	char *report;
	struct settings *settings = settings_load(NULL, false, &report);
	assert_null(report);
	assert_int_equal(settings->workspaces, 4);
	assert_int_equal(settings->modifier, 0);
	assert_false(settings->is_light);
	assert_int_equal(settings->keyboard.repeat_rate_hz, 25);
	assert_string_equal(find(settings, BINDING_MOD, XKB_KEY_q)->action, "close");
	assert_int_equal(find(settings, BINDING_MOD, XKB_KEY_7)->number, 7);
	for (size_t i = 0; i < settings->bindings_len; i++) {
		const struct binding *binding = &settings->bindings[i];
		assert_non_null(action_find(binding->action));
		assert_ptr_equal(find(settings, binding->modifiers, binding->symbol), binding);
	}
	settings_destroy(settings);
}

static void the_example_is_good(void **state) {
	char *report;
	struct settings *settings = settings_load(example, true, &report);
	assert_null(report);
	assert_int_equal(settings->modifier, WLR_MODIFIER_LOGO);
	assert_int_equal(settings->cursor_size, 24);
	settings_destroy(settings);
}

static void all_of_it(void **state) {
	struct settings *settings =
			accept("appearance light\nshadows no\n"
			       "workspaces 9\n"
			       "modifier Alt\n"
			       "wallpaper /a/b.png\n"
			       "cursor {\n\ttheme \"Some Theme\"\n\tsize 48\n}\n"
			       "keyboard {\n\tlayout us,de\n\tvariant ,nodeadkeys\n"
			       "\toptions ctrl:nocaps\n\trepeat 30 250ms\n}\n"
			       "pointer {\n\ttap yes\n\tnatural-scroll no\n\tspeed -0.5\n}\n"
			       "terminal xterm -e\n"
			       "application \"Sound\" pavucontrol\n"
			       "application Files /usr/bin/nautilus --new-window\n"
			       "bind Mod+Return workspace 2\n"
			       "bind ctrl+SHIFT+Q close\n"
			       "bind XF86Back previous-window\n"
			       "bind Mod++ grow\n"
			       "unbind Mod+m\n"
			       "output DP-1 {\n\tmode 2560x1440@59.951\n\tposition -10 "
			       "20\n\tscale 1.25\n\ttransform flipped-90\n}\n"
			       "output \"HDMI-A-1\" {\n\toff\n}\n");
	assert_true(settings->is_light);
	assert_true(settings->is_without_shadows);
	assert_int_equal(settings->workspaces, 9);
	assert_int_equal(settings->modifier, WLR_MODIFIER_ALT);
	assert_string_equal(settings->wallpaper, "/a/b.png");
	assert_string_equal(settings->cursor_theme, "Some Theme");
	assert_int_equal(settings->cursor_size, 48);
	assert_string_equal(settings->keyboard.variant, ",nodeadkeys");
	assert_int_equal(settings->keyboard.repeat_delay_ms, 250);
	assert_int_equal(settings->pointer.tap, CHOICE_YES);
	assert_int_equal(settings->pointer.natural_scroll, CHOICE_NO);
	assert_true(settings->pointer.speed == -0.5);
	assert_string_equal(settings->terminal[0], "xterm");
	assert_string_equal(settings->terminal[1], "-e");
	assert_null(settings->terminal[2]);
	assert_int_equal(settings->applications_len, 2);
	assert_string_equal(settings->applications[1].name, "Files");
	assert_string_equal(settings->applications[1].command[1], "--new-window");
	assert_null(settings->applications[1].command[2]);
	assert_int_equal(find(settings, BINDING_MOD, XKB_KEY_Return)->number, 2);
	assert_non_null(find(settings, WLR_MODIFIER_CTRL | WLR_MODIFIER_SHIFT, XKB_KEY_q));
	assert_non_null(find(settings, 0, XKB_KEY_XF86Back));
	assert_string_equal(find(settings, BINDING_MOD, XKB_KEY_plus)->action, "grow");
	assert_null(find(settings, BINDING_MOD, XKB_KEY_m)->action);
	const struct output_settings *output = settings_for_output(settings, "DP-1");
	assert_int_equal(output->refresh_mhz, 59951);
	assert_int_equal(output->x, -10);
	assert_int_equal(output->transform, WL_OUTPUT_TRANSFORM_FLIPPED_90);
	assert_true(settings_for_output(settings, "HDMI-A-1")->is_off);
	assert_null(settings_for_output(settings, "DP-2"));
	settings_destroy(settings);
}

/* What is right beside a mistake holds; what is wrong has its default. */
static void a_mistake_spoils_nothing_else(void **state) {
	char *report;
	struct settings *settings =
			load("workspaces 12\nappearance light\nbind Mod+x fly\n", &report);
	assert_string_equal(report,
			"1: error: workspaces must be a number from 1 to 9\n"
			"3: error: unknown action \"fly\"; silo(5) lists all\n");
	assert_int_equal(settings->workspaces, 4);
	assert_true(settings->is_light);
	assert_non_null(find(settings, BINDING_MOD | WLR_MODIFIER_SHIFT, XKB_KEY_e));
	settings_destroy(settings);
	free(report);
}

static void chords(void **state) {
	refuse("bind q close\n",
			"1: error: \"q\" would take the key from every application; write "
			"Mod+q\n");
	refuse("bind Shift+q close\n",
			"1: error: \"Shift+q\" would take the key from every "
			"application; write Mod+Shift+q\n");
	refuse("bind Hyper+q close\n",
			"1: error: \"Hyper\" is no modifier; there are Mod, Super, "
			"Alt, Ctrl and Shift\n");
	refuse("bind Mod+Quux close\n",
			"1: error: \"Quux\" is no key; write a letter, or a name "
			"such as Return, Left or XF86AudioMute\n");
	refuse("bind Mod+ close\n",
			"1: error: \"Mod+\" is no key; write a letter, or a name such "
			"as Return, Left or XF86AudioMute\n");
	refuse("bind Mod+z close\nbind MOD+Z grow\n",
			"2: error: MOD+Z is bound on line 1 already; remove one\n");
	refuse("bind Mod+z close\nmodifier Alt\nbind Alt+z grow\n",
			"3: error: Alt+z is bound on line 1 already; remove one\n");
	refuse("unbind Mod+z\n", "1: error: Mod+z is not bound; remove this line\n");
	refuse("bind Mod+z workspace\n",
			"1: error: write \"bind Mod+z workspace 1\", or another number up to 9\n");
	refuse("bind Mod+z workspace 0\n",
			"1: error: write \"bind Mod+z workspace 1\", or another number up to 9\n");
	refuse("bind Mod+z close 1\n", "1: error: write \"bind Mod+z close\"\n");
	refuse("bind Mod+z clsoe\n",
			"1: error: unknown action \"clsoe\"; did you mean \"close\"?\n");
	refuse("bind Mod+z\n", "1: error: write \"bind Mod+Shift+q close\"\n");
	settings_destroy(accept("modifier Alt\nbind Super+z close\nbind Mod+z grow\n"));
}

static void programs_of_this_computer(void **state) {
	refuse("terminal\n", "1: error: write \"terminal foot\"\n");
	refuse("terminal ./foot\n",
			"1: error: \"./foot\": write a program's name or a path that begins with "
			"/\n");
	refuse("application Sound\n", "1: error: write \"application \"Sound\" pavucontrol\"\n");
	refuse("application \"\" true\n",
			"1: error: the name must be 1 to 80 letters that can be shown\n");
	refuse("application \"a\u202eb\" true\n",
			"1: error: the name must be 1 to 80 letters that can be shown\n");
	refuse("application a bin/true\n",
			"1: error: \"bin/true\": write a program's name or a path that begins with "
			"/"
			"\n");
	char many[4096];
	size_t len = 0;
	for (int i = 0; i <= HOST_APPLICATIONS_MAX; i++) {
		len += (size_t)snprintf(many + len, sizeof(many) - len, "application a true\n");
	}
	refuse(many, "65: error: there are more than 64 applications\n");
	struct settings *settings = accept("");
	assert_string_equal(settings->terminal[0], "foot");
	assert_int_equal(settings->applications_len, 0);
	settings_destroy(settings);
}

static void values(void **state) {
	refuse("workspaces 0\n", "1: error: workspaces must be a number from 1 to 9\n");
	refuse("modifier Ctrl\n",
			"1: error: \"Ctrl\": write \"modifier Super\" or \"modifier Alt\"\n");
	refuse("wallpaper a.png\n", "1: error: \"a.png\": write a path that begins with / or ~/\n");
	refuse("colour red\n",
			"1: error: unknown directive \"colour\"; remove it (silo(5) lists "
			"all)\n");
	refuse("workspace 4\n",
			"1: error: unknown directive \"workspace\"; did you mean "
			"\"workspaces\"?\n");
	refuse("workspaces 3\nworkspaces 4\n",
			"2: error: \"workspaces\" again; it is on line 1 already\n");
	refuse("appearance {\n\tdark yes\n}\n", "1: error: write \"appearance dark\"\n");
	refuse("cursor {\n\tsize 4\n}\n",
			"2: error: cursor: size must be a number from 8 to 256\n");
	refuse("cursor {\n\ttheme ../../x\n}\n",
			"2: error: cursor: theme must be at most 255 bytes without \"/\"\n");
	refuse("pointer {\n\ttap maybe\n}\n",
			"2: error: pointer: \"tap maybe\": write \"yes\" or \"no\"\n");
	refuse("pointer {\n\tspeed nan\n}\n",
			"2: error: pointer: speed must be a number from -1 to 1\n");
	refuse("keyboard {\n\tlayout no-such-layout\n}\n",
			"1: error: keyboard: there is no layout \"no-such-layout\"; choose one of "
			"those in xkeyboard-config(7)\n");
	refuse("keyboard {\n\trepeat 25 1ms\n}\n",
			"2: error: keyboard: write how often a second (1 to 100) and after what "
			"time (100ms to 5000ms), such as \"repeat 25 400ms\", or \"repeat off\"\n");
	settings_destroy(accept("keyboard {\n\trepeat off\n}\n"));
}

static void outputs(void **state) {
	static const char *const modes[] = {"1920", "1920x", "x1080", "0x1", "-1x5", "1920x1080@",
			"1920x1080@0", "1920x1080@1e3", "1920x1080x", "99999x99999", " 1x1"};
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		char text[128], expected[256];
		snprintf(text, sizeof(text), "output A {\n\tmode \"%s\"\n}\n", modes[i]);
		snprintf(expected, sizeof(expected),
				"2: error: output A: \"%s\" is no mode; write for example "
				"1920x1080 or 2560x1440@59.95\n",
				modes[i]);
		refuse(text, expected);
	}
	refuse("output A {\n\tscale 0\n\tposition 1.5 0\n\ttransform 45\n\toff now\n}\n",
			"2: error: output A: scale must be a number from 0.5 to 4\n"
			"3: error: output A: \"1.5\" is no coordinate; write whole numbers from "
			"-32767 to 32767\n"
			"4: error: output A: unknown transform \"45\"; write normal, 90, 180, 270, "
			"flipped or flipped-90 and so on\n"
			"5: error: output A: write \"off\"\n");
	refuse("output A {\n}\noutput A {\n}\n",
			"3: error: output A is on line 1 already; put both together\n");
}

static void broken_files(void **state) {
	refuse("cursor {\n", "2: error: a block is never closed; add \"}\"\n");
	refuse("workspaces \x01\n", "1: error: control character 0x01; remove it\n");
	refuse("workspaces \xff\n", " error: not UTF-8; save it as UTF-8\n");
	char *report;
	write_bytes("appearance light\n\0\n", 19);
	struct settings *settings = settings_load(path, true, &report);
	assert_non_null(report);
	assert_false(settings->is_light);
	settings_destroy(settings);
	free(report);
	write_bytes("appearance light\n", 17);
	chmod(path, 0666);
	settings = settings_load(path, true, &report);
	assert_non_null(strstr(report, "others may write it"));
	assert_false(settings->is_light);
	settings_destroy(settings);
	free(report);
	unlink(path);
	settings = settings_load(path, true, &report);
	assert_non_null(strstr(report, "there is no such file"));
	settings_destroy(settings);
	free(report);
	settings = settings_load(path, false, &report);
	assert_null(report);
	settings_destroy(settings);
}

/* Bytes cut out of and put into good text: whatever comes of it, it is an answer. */
static void random_changes(void **state) {
	static const char text[] =
			"modifier Alt\nbind Mod+Shift+q close\nunbind Mod+m\noutput A {\n"
			"\tmode 1x1@60\n\tscale 1.5\n}\nkeyboard {\n\tlayout us\n}\n";
	uint32_t seed = 1;
	for (int i = 0; i < 500; i++) {
		char changed[sizeof(text)];
		memcpy(changed, text, sizeof(text));
		for (int j = 0; j < 3; j++) {
			seed = seed * 1664525 + 1013904223;
			changed[seed % (sizeof(text) - 1)] =
					"\n{}\"'\\ +@x0-\t#"[(seed >> 16) % 15];
		}
		write_bytes(changed, sizeof(text) - 1);
		char *report;
		settings_destroy(settings_load(path, true, &report));
		free(report);
	}
}

int main(int argc, char *argv[]) {
	if (argc != 2) {
		fprintf(stderr, "usage: test-settings EXAMPLE\n");
		return 2;
	}
	example = argv[1];
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_defaults),
			cmocka_unit_test(the_example_is_good),
			cmocka_unit_test(all_of_it),
			cmocka_unit_test(a_mistake_spoils_nothing_else),
			cmocka_unit_test(chords),
			cmocka_unit_test(values),
			cmocka_unit_test(programs_of_this_computer),
			cmocka_unit_test(outputs),
			cmocka_unit_test(broken_files),
			cmocka_unit_test(random_changes),
	};
	return cmocka_run_group_tests_name("settings", tests, setup, teardown);
}
