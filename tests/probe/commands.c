/* SPDX-License-Identifier: MIT */
#include "tests/probe/commands.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-json.h>
#include <unistd.h>

#include "tests/probe/capture.h"
#include "tests/probe/keyboard.h"
#include "tests/probe/pointer.h"
#include "tests/probe/probe.h"
#include "tests/probe/windows.h"

#define WAIT_DEFAULT_S 10
#define DRAG_STEPS 8
#define LINE_MAX_BYTES 65536
#define WORDS_MAX 16

/* What a command found out: an error in words, or fields for its answer. */
struct answer {
	const char *error;
	int code; /* negative errno behind the error, or 0 */
	sd_json_variant *value;
	const char *key; /* under which value is told */
};

static bool refuse(struct answer *answer, const char *error, int code) {
	answer->error = error;
	answer->code = code;
	return false;
}

static bool parse_number(const char *text, double *ret_number) {
	char *end;
	double number = strtod(text, &end);
	if (end == text || *end != '\0' || !(number > -1e6 && number < 1e6)) {
		return false;
	}
	*ret_number = number;
	return true;
}

static bool parse_deadline(int argc, char *argv[], int at, int64_t *ret_deadline_ms) {
	double seconds = WAIT_DEFAULT_S;
	if (argc > at && !parse_number(argv[at], &seconds)) {
		return false;
	}
	*ret_deadline_ms = probe_now_ms() + (int64_t)(seconds * 1000);
	return true;
}

static bool parse_button(const char *text, uint32_t *ret_button) {
	static const struct {
		const char *name;
		uint32_t code;
	} buttons[] = {{"left", BTN_LEFT}, {"right", BTN_RIGHT}, {"middle", BTN_MIDDLE}};
	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		if (strcmp(text, buttons[i].name) == 0) {
			*ret_button = buttons[i].code;
			return true;
		}
	}
	return false;
}

static struct capture *take_picture(struct probe *probe, const char *output,
		struct answer *answer) {
	struct probe_output *found = probe_output(probe, output);
	struct capture *capture = found != NULL ? capture_create(probe, found, false) : NULL;
	if (capture == NULL) {
		refuse(answer, "no such output, or no capture offered", 0);
		return NULL;
	}
	int result = capture_take(capture, probe_now_ms() + WAIT_DEFAULT_S * 1000);
	if (result < 0) {
		refuse(answer, "no picture came", result);
		capture_destroy(capture);
		return NULL;
	}
	return capture;
}

static bool run_screenshot(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	struct capture *capture = take_picture(probe, argc > 2 ? argv[2] : NULL, answer);
	if (capture == NULL) {
		return false;
	}
	int result = capture_write_png(capture, argv[1]);
	capture_destroy(capture);
	return result == 0 || refuse(answer, "cannot write the picture", result);
}

static bool tell_color(int64_t pixel, struct answer *answer) {
	char text[8];
	snprintf(text, sizeof(text), "#%06x", (unsigned int)pixel);
	answer->key = "color";
	int result = sd_json_variant_new_string(&answer->value, text);
	return result >= 0 || refuse(answer, "no memory", result);
}

static bool run_pixel(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	double x, y;
	if (!parse_number(argv[1], &x) || !parse_number(argv[2], &y)) {
		return refuse(answer, "X and Y are numbers", 0);
	}
	struct capture *capture = take_picture(probe, argc > 3 ? argv[3] : NULL, answer);
	if (capture == NULL) {
		return false;
	}
	int64_t pixel = capture_pixel(capture, (int)x, (int)y);
	capture_destroy(capture);
	return pixel >= 0 ? tell_color(pixel, answer) : refuse(answer, "outside of the picture", 0);
}

static bool parse_color(const char *text, int64_t *ret_color) {
	unsigned int color;
	if (sscanf(text, "#%6x", &color) != 1 || strlen(text) != 7) {
		return false;
	}
	*ret_color = color;
	return true;
}

static bool run_wait_pixel(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	double x, y;
	int64_t deadline_ms;
	if (!parse_number(argv[1], &x) || !parse_number(argv[2], &y) ||
			!parse_deadline(argc, argv, 4, &deadline_ms)) {
		return refuse(answer, "X, Y and SECONDS are numbers", 0);
	}
	int64_t want;
	if (!parse_color(argv[3], &want)) {
		return refuse(answer, "the color is #rrggbb", 0);
	}
	struct probe_output *output = probe_output(probe, NULL);
	struct capture *capture = output != NULL ? capture_create(probe, output, false) : NULL;
	if (capture == NULL) {
		return refuse(answer, "no output, or no capture offered", 0);
	}
	/* Each picture after the first comes when something has changed. */
	int result;
	int64_t pixel = -1;
	do {
		result = capture_take(capture, deadline_ms);
		pixel = capture_pixel(capture, (int)x, (int)y);
	} while (result == 0 && pixel != want);
	capture_destroy(capture);
	if (pixel >= 0) {
		tell_color(pixel, answer);
	}
	return result == 0 || refuse(answer, "the pixel has another color", result);
}

/* Waits until a color is in a box, and tells where in it; or until it is not there any more. */
static bool run_wait_box(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	int box[4], bounds[4];
	for (int i = 0; i < 4; i++) {
		double number;
		if (!parse_number(argv[1 + i], &number)) {
			return refuse(answer, "X Y WIDTH HEIGHT are numbers", 0);
		}
		box[i] = (int)number;
	}
	int64_t deadline_ms, color;
	if (!parse_color(argv[5], &color) || !parse_deadline(argc, argv, 6, &deadline_ms)) {
		return refuse(answer, "the color is #rrggbb, SECONDS is a number", 0);
	}
	struct probe_output *output = probe_output(probe, NULL);
	struct capture *capture = output != NULL ? capture_create(probe, output, false) : NULL;
	if (capture == NULL) {
		return refuse(answer, "no output, or no capture offered", 0);
	}
	bool is_wanted = strcmp(argv[0], "wait-box") == 0;
	int result;
	do {
		result = capture_take(capture, deadline_ms);
	} while (result == 0 && capture_bounds(capture, box, color, bounds) != is_wanted);
	capture_destroy(capture);
	if (result < 0 || !is_wanted) {
		return result == 0 || refuse(answer, "waited in vain", result);
	}
	answer->key = "box";
	result = sd_json_buildo(&answer->value, SD_JSON_BUILD_PAIR_INTEGER("x", bounds[0]),
			SD_JSON_BUILD_PAIR_INTEGER("y", bounds[1]),
			SD_JSON_BUILD_PAIR_INTEGER("width", bounds[2]),
			SD_JSON_BUILD_PAIR_INTEGER("height", bounds[3]));
	return result >= 0 || refuse(answer, "no memory", result);
}

static bool run_windows(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	wl_display_roundtrip(probe->display);
	answer->key = "windows";
	int result = windows_list(probe, &answer->value);
	return result >= 0 || refuse(answer, "cannot list windows", result);
}

static bool run_wait_window(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	int64_t deadline_ms;
	if (!parse_deadline(argc, argv, 2, &deadline_ms)) {
		return refuse(answer, "SECONDS is a number", 0);
	}
	bool gone = strcmp(argv[0], "wait-gone") == 0;
	answer->key = "window";
	wl_display_roundtrip(probe->display);
	int result = windows_wait(probe, argv[1], gone, deadline_ms, &answer->value);
	return result >= 0 || refuse(answer, "waited in vain", result);
}

static bool run_type(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	struct keyboard *keyboard = keyboard_get(probe);
	if (keyboard == NULL) {
		return refuse(answer, "no virtual keyboard offered", 0);
	}
	return keyboard_type(keyboard, argv[1]) ||
			refuse(answer, "the keymap lacks a character", 0);
}

static bool run_key(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	struct keyboard *keyboard = keyboard_get(probe);
	if (keyboard == NULL) {
		return refuse(answer, "no virtual keyboard offered", 0);
	}
	bool known;
	if (strcmp(argv[0], "key") == 0) {
		known = keyboard_chord(keyboard, argv[1]);
	} else {
		known = keyboard_hold(keyboard, argv[1], strcmp(argv[0], "key-down") == 0);
	}
	return known || refuse(answer, "no such key", 0);
}

static bool run_pointer(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	double x, y;
	uint32_t button = BTN_LEFT;
	if (!parse_number(argv[1], &x) || !parse_number(argv[2], &y) ||
			(argc > 3 && !parse_button(argv[3], &button))) {
		return refuse(answer, "X and Y are numbers, BUTTON is left, right or middle", 0);
	}
	struct pointer *pointer = pointer_get(probe);
	if (pointer == NULL) {
		return refuse(answer, "no virtual pointer offered", 0);
	}
	pointer_move(probe, pointer, x, y);
	if (strcmp(argv[0], "click") == 0) {
		pointer_button(pointer, button, true);
		pointer_button(pointer, button, false);
	}
	return true;
}

static bool run_drag(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	double at[4];
	uint32_t button = BTN_LEFT;
	for (int i = 0; i < 4; i++) {
		if (!parse_number(argv[1 + i], &at[i])) {
			return refuse(answer, "X1 Y1 X2 Y2 are numbers", 0);
		}
	}
	if (argc > 5 && !parse_button(argv[5], &button)) {
		return refuse(answer, "BUTTON is left, right or middle", 0);
	}
	struct pointer *pointer = pointer_get(probe);
	if (pointer == NULL) {
		return refuse(answer, "no virtual pointer offered", 0);
	}
	pointer_move(probe, pointer, at[0], at[1]);
	pointer_button(pointer, button, true);
	for (int step = 1; step <= DRAG_STEPS; step++) {
		double part = (double)step / DRAG_STEPS;
		pointer_move(probe, pointer, at[0] + (at[2] - at[0]) * part,
				at[1] + (at[3] - at[1]) * part);
		wl_display_roundtrip(probe->display);
	}
	pointer_button(pointer, button, false);
	return true;
}

static bool run_button(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	struct pointer *pointer = pointer_get(probe);
	uint32_t button;
	double steps;
	if (pointer == NULL) {
		return refuse(answer, "no virtual pointer offered", 0);
	} else if (strcmp(argv[0], "scroll") == 0) {
		if (!parse_number(argv[1], &steps)) {
			return refuse(answer, "STEPS is a number", 0);
		}
		pointer_scroll(pointer, (int)steps);
	} else if (parse_button(argv[1], &button)) {
		pointer_button(pointer, button, strcmp(argv[0], "button-down") == 0);
	} else {
		return refuse(answer, "BUTTON is left, right or middle", 0);
	}
	return true;
}

static const struct command {
	const char *name, *arguments;
	int least, most; /* words, the name not counted */
	bool (*run)(struct probe *probe, int argc, char *argv[], struct answer *answer);
} commands[] = {
		{"screenshot", "FILE.png [OUTPUT]", 1, 2, run_screenshot},
		{"pixel", "X Y [OUTPUT]", 2, 3, run_pixel},
		{"wait-pixel", "X Y #rrggbb [SECONDS]", 3, 4, run_wait_pixel},
		{"wait-box", "X Y WIDTH HEIGHT #rrggbb [SECONDS]", 5, 6, run_wait_box},
		{"wait-no-box", "X Y WIDTH HEIGHT #rrggbb [SECONDS]", 5, 6, run_wait_box},
		{"windows", "", 0, 0, run_windows},
		{"wait-window", "DOMAIN|APP-ID|TITLE [SECONDS]", 1, 2, run_wait_window},
		{"wait-gone", "DOMAIN|APP-ID|TITLE [SECONDS]", 1, 2, run_wait_window},
		{"type", "TEXT", 1, 1, run_type},
		{"key", "CHORD", 1, 1, run_key},
		{"key-down", "KEY", 1, 1, run_key},
		{"key-up", "KEY", 1, 1, run_key},
		{"pointer", "X Y", 2, 2, run_pointer},
		{"click", "X Y [BUTTON]", 2, 3, run_pointer},
		{"drag", "X1 Y1 X2 Y2 [BUTTON]", 4, 5, run_drag},
		{"button-down", "BUTTON", 1, 1, run_button},
		{"button-up", "BUTTON", 1, 1, run_button},
		{"scroll", "STEPS", 1, 1, run_button},
};

void commands_help(FILE *file) {
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		fprintf(file, "  %s %s\n", commands[i].name, commands[i].arguments);
	}
	fputs("  serve\n", file);
}

static bool print_answer(bool ok, const struct answer *answer) {
	sd_json_variant *line = NULL;
	int result = sd_json_buildo(&line, SD_JSON_BUILD_PAIR_BOOLEAN("ok", ok));
	if (result >= 0 && answer->error != NULL) {
		result = sd_json_variant_set_field_string(&line, "error", answer->error);
	}
	if (result >= 0 && answer->code < 0) {
		result = sd_json_variant_set_field_string(&line, "reason", strerror(-answer->code));
	}
	if (result >= 0 && answer->value != NULL) {
		result = sd_json_variant_set_field(&line, answer->key, answer->value);
	}
	if (result >= 0) {
		sd_json_variant_dump(line, SD_JSON_FORMAT_NEWLINE, stdout, NULL);
	} else {
		puts("{\"ok\":false,\"error\":\"no memory\"}");
	}
	fflush(stdout);
	sd_json_variant_unref(line);
	return ok && result >= 0;
}

static bool run_known(struct probe *probe, int argc, char *argv[], struct answer *answer) {
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *command = &commands[i];
		if (strcmp(argv[0], command->name) != 0) {
			continue;
		}
		if (argc - 1 < command->least || argc - 1 > command->most) {
			return refuse(answer, command->arguments, 0);
		}
		return command->run(probe, argc, argv, answer);
	}
	return refuse(answer, "unknown command, see --help", 0);
}

bool commands_run(struct probe *probe, int argc, char *argv[]) {
	struct answer answer = {0};
	bool ok = run_known(probe, argc, argv, &answer);
	if (wl_display_roundtrip(probe->display) < 0 && ok) {
		ok = refuse(&answer, "the compositor hung up", 0);
	}
	ok = print_answer(ok, &answer);
	sd_json_variant_unref(answer.value);
	return ok;
}

/* Splits line in place; a word may stand in double quotes. */
static int split(char *line, char *words[WORDS_MAX]) {
	int count = 0;
	for (char *at = line; count < WORDS_MAX;) {
		at += strspn(at, " \t");
		if (*at == '\0') {
			break;
		}
		const char *end = *at == '"' ? "\"" : " \t";
		at += *at == '"';
		words[count++] = at;
		at += strcspn(at, end);
		if (*at != '\0') {
			*at++ = '\0';
		}
	}
	return count;
}

static void serve_line(struct probe *probe, char *line) {
	char *words[WORDS_MAX];
	if (strncmp(line, "type ", 5) == 0) {
		words[0] = (char[]){"type"};
		words[1] = line + 5;
		commands_run(probe, 2, words);
		return;
	}
	int count = split(line, words);
	if (count > 0) {
		commands_run(probe, count, words);
	}
}

bool commands_serve(struct probe *probe) {
	static char buffer[LINE_MAX_BYTES];
	size_t used = 0;
	keyboard_get(probe);
	pointer_get(probe);
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = wl_display_get_fd(probe->display), .events = POLLIN}};
	for (;;) {
		if (wl_display_dispatch_pending(probe->display) < 0) {
			return false;
		}
		wl_display_flush(probe->display);
		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			return false;
		}
		if (fds[1].revents != 0 && wl_display_dispatch(probe->display) < 0) {
			return false;
		}
		if (fds[0].revents == 0) {
			continue;
		}
		ssize_t size = read(STDIN_FILENO, buffer + used, sizeof(buffer) - used);
		if (size <= 0) {
			return true;
		}
		used += (size_t)size;
		char *end;
		while ((end = memchr(buffer, '\n', used)) != NULL) {
			*end = '\0';
			serve_line(probe, buffer);
			size_t taken = (size_t)(end - buffer) + 1;
			used -= taken;
			memmove(buffer, buffer + taken, used);
		}
		if (used == sizeof(buffer)) {
			fprintf(stderr, "silo-probe: a line is longer than %d bytes\n",
					LINE_MAX_BYTES);
			return true;
		}
	}
}
