/* SPDX-License-Identifier: MIT
 *
 * Golden pictures of questions from fixed data, and what keys and clicks mean to them, above all
 * those that come too early.
 * usage: golden-ask GOLDEN-DIR OUT-DIR; SILO_UPDATE=1 rewrites the pictures.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/input-event-codes.h>

#include "launcher/ask/dialog.h"
#include "tests/golden/picture.h"

#define MS INT64_C(1000)
#define WORK "{\"name\":\"work\",\"label\":\"work\",\"color\":\"#0175d4\",\"glyph\":\"square\"}"
#define BANKING                                                                                    \
	"{\"name\":\"banking\",\"label\":\"banking\",\"color\":\"#337745\",\"glyph\":\"disc\"}"
#define EVIL                                                                                       \
	"{\"name\":\"untrusted\",\"label\":\"untrusted\",\"color\":\"#ca2a39\",\"glyph\":"         \
	"\"triangle\"}"
#define HOST "{\"name\":\"host\",\"label\":\"host\"}"
#define FACTS                                                                                      \
	"[{\"name\":\"What\",\"value\":\"Text, 212 characters\"},{\"name\":\"Copied\",\"value\":"  \
	"\"8 seconds ago\"},{\"name\":\"Then\",\"value\":\"The clipboard is wiped\"}]"
#define PASTE                                                                                      \
	"{\"question\":{\"id\":3,\"source\":" WORK ",\"target\":" BANKING                          \
	",\"question\":\"Let banking paste from work?\",\"action\":\"Paste\",\"facts\":" FACTS     \
	",\"remember\":\"Remember for work → banking, until I log out\"},\"waiting\":0}"
#define MANY                                                                                       \
	"{\"question\":{\"id\":4,\"source\":" EVIL ",\"target\":" HOST                             \
	",\"question\":\"Let this computer paste from untrusted?\",\"action\":\"Paste\","          \
	"\"facts\":" FACTS ",\"remember\":\"Remember for untrusted → this computer, until I log "  \
	"out\",\"mute\":\"untrusted\"},\"waiting\":2}"
#define PLAIN                                                                                      \
	"{\"question\":{\"id\":5,\"source\":" HOST                                                 \
	",\"question\":\"May the keyboard that was plugged in type?\",\"action\":\"Allow\","       \
	"\"facts\":[]},\"waiting\":1}"
/* About nobody: no plates. */
#define KEYBOARD                                                                                   \
	"{\"question\":{\"id\":6,\"question\":\"Accept a new keyboard?\",\"action\":\"Accept\","   \
	"\"facts\":[{\"name\":\"It calls itself\",\"value\":\"QEMU USB Keyboard\"},"               \
	"{\"name\":\"Maker and model\",\"value\":\"0627:0001\"}],"                                 \
	"\"remember\":\"Do not ask about this one again until I log out\"},\"waiting\":0}"

static struct golden golden;

static void take(struct dialog *dialog, const char *text) {
	sd_json_variant *json = NULL;
	assert_true(sd_json_parse(text, 0, &json, NULL, NULL) >= 0);
	dialog_take(dialog, json);
	sd_json_variant_unref(json);
}

static bool draw(struct dialog *dialog, const char *name, double scale, int64_t now_us) {
	int width = (int)round(DIALOG_WIDTH * scale);
	int height = (int)round(dialog_height(dialog) * scale);
	cairo_surface_t *picture =
			picture_create(width, height, theme_get(dialog->is_dark)->wall[0]);
	cairo_surface_t *drawn = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
	struct canvas canvas;
	canvas_begin(&canvas, golden.lettering, dialog->is_dark, scale,
			cairo_image_surface_get_data(drawn), width, height,
			(size_t)cairo_image_surface_get_stride(drawn));
	dialog_draw(dialog, &canvas, now_us);
	bool is_fine = canvas_end(&canvas);
	cairo_surface_mark_dirty(drawn);
	cairo_t *cr = cairo_create(picture);
	cairo_set_source_surface(cr, drawn, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_destroy(drawn);
	if (name != NULL) {
		char file[64];
		snprintf(file, sizeof(file), "%s-%g", name, scale);
		is_fine = picture_check(picture, golden.dir, golden.out, file) && is_fine;
	}
	cairo_surface_destroy(picture);
	return is_fine;
}

static void pictures(void **state) {
	struct dialog dialog;
	int wrong = 0;
	dialog_init(&dialog, false);
	take(&dialog, PASTE);
	wrong += !draw(&dialog, "ask-early-light", 1, 0);
	dialog_shown(&dialog, 0);
	wrong += !draw(&dialog, "ask-light", 2, 600 * MS);
	dialog_init(&dialog, true);
	take(&dialog, MANY);
	dialog_shown(&dialog, 0);
	dialog.mutes = true;
	dialog.focus = DIALOG_MUTE;
	wrong += !draw(&dialog, "ask-mute-dark", 1.5, 600 * MS);
	take(&dialog, PLAIN);
	dialog_shown(&dialog, 0);
	dialog.focus = DIALOG_ACTION;
	wrong += !draw(&dialog, "ask-plain-dark", 1, 600 * MS);
	take(&dialog, KEYBOARD);
	dialog_shown(&dialog, 0);
	wrong += !draw(&dialog, "ask-keyboard-dark", 1, 600 * MS);
	assert_int_equal(wrong, 0);
}

static enum dialog_effect key(struct dialog *dialog, xkb_keysym_t symbol, int64_t now_us,
		struct dialog_answer *answer) {
	const struct key_press press = {.symbol = symbol};
	*answer = (struct dialog_answer){.is_allowed = true, .is_remembered = true};
	return dialog_key(dialog, &press, now_us, answer);
}

static enum dialog_effect click(struct dialog *dialog, enum dialog_part part, int64_t now_us,
		struct dialog_answer *answer) {
	const struct box *box = &dialog->parts[part];
	return dialog_press(dialog, BTN_LEFT, box->x + 2, box->y + 2, now_us, answer);
}

static void what_comes_early_is_eaten(void **state) {
	struct dialog dialog;
	struct dialog_answer answer;
	dialog_init(&dialog, true);
	assert_int_equal(key(&dialog, XKB_KEY_Return, 0, &answer), DIALOG_UNCHANGED);
	take(&dialog, PASTE);
	assert_true(draw(&dialog, NULL, 1, 0));
	/* Before it is to be seen nothing counts, however long that takes. */
	assert_int_equal(key(&dialog, XKB_KEY_Return, 9000 * MS, &answer), DIALOG_UNCHANGED);
	assert_int_equal(dialog_wake_us(&dialog, 9000 * MS), INT64_MAX);
	dialog_shown(&dialog, 10000 * MS);
	assert_int_equal(dialog_wake_us(&dialog, 10000 * MS), 10500 * MS);
	assert_int_equal(click(&dialog, DIALOG_ACTION, 10499 * MS, &answer), DIALOG_UNCHANGED);
	/* Each key or click begins the time anew: a held key never becomes an answer. */
	for (int64_t ms = 10500; ms < 20000; ms += 33) {
		assert_int_equal(key(&dialog, XKB_KEY_space, ms * MS, &answer), DIALOG_UNCHANGED);
	}
	assert_int_equal(key(&dialog, XKB_KEY_Escape, 20400 * MS, &answer), DIALOG_UNCHANGED);
	assert_int_equal(click(&dialog, DIALOG_ACTION, 20901 * MS, &answer), DIALOG_ANSWERED);
	assert_true(answer.is_allowed);
	assert_false(answer.is_remembered);
	/* The next one is another question: it is to be looked at again. */
	dialog_end(&dialog);
	take(&dialog, MANY);
	dialog_shown(&dialog, 21000 * MS);
	assert_true(draw(&dialog, NULL, 1, 21000 * MS));
	assert_int_equal(click(&dialog, DIALOG_ACTION, 21400 * MS, &answer), DIALOG_UNCHANGED);
	/* The same one told again is not. */
	dialog_shown(&dialog, 21500 * MS);
	take(&dialog, MANY);
	assert_int_equal(click(&dialog, DIALOG_ACTION, 21901 * MS, &answer), DIALOG_ANSWERED);
}

static void listening(struct dialog *dialog, const char *question) {
	dialog_init(dialog, true);
	take(dialog, question);
	assert_true(draw(dialog, NULL, 1, 0));
	dialog_shown(dialog, 0);
}

static void everything_but_the_action_means_no(void **state) {
	static const xkb_keysym_t noes[] = {
			XKB_KEY_Return, XKB_KEY_KP_Enter, XKB_KEY_Escape, XKB_KEY_space};
	static const xkb_keysym_t nothings[] = {XKB_KEY_y, XKB_KEY_P, XKB_KEY_F1, XKB_KEY_Delete};
	struct dialog dialog;
	struct dialog_answer answer;
	for (size_t i = 0; i < sizeof(noes) / sizeof(noes[0]); i++) {
		listening(&dialog, PASTE);
		assert_int_equal(key(&dialog, noes[i], 600 * MS, &answer), DIALOG_ANSWERED);
		assert_false(answer.is_allowed);
		assert_false(answer.is_remembered);
	}
	listening(&dialog, PASTE);
	for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]); i++) {
		assert_int_equal(key(&dialog, nothings[i], 600 * MS, &answer), DIALOG_UNCHANGED);
	}
	assert_int_equal(dialog_press(&dialog, BTN_LEFT, 5, 5, 600 * MS, &answer),
			DIALOG_UNCHANGED);
	assert_int_equal(dialog_press(&dialog, BTN_RIGHT, dialog.parts[DIALOG_ACTION].x + 2,
					 dialog.parts[DIALOG_ACTION].y + 2, 600 * MS, &answer),
			DIALOG_UNCHANGED);
	/* Enter means no also where the keys go to the action. */
	key(&dialog, XKB_KEY_Tab, 600 * MS, &answer);
	key(&dialog, XKB_KEY_Tab, 600 * MS, &answer);
	assert_int_equal(dialog.focus, DIALOG_ACTION);
	assert_int_equal(key(&dialog, XKB_KEY_Return, 600 * MS, &answer), DIALOG_ANSWERED);
	assert_false(answer.is_allowed);
	assert_int_equal(key(&dialog, XKB_KEY_space, 600 * MS, &answer), DIALOG_ANSWERED);
	assert_true(answer.is_allowed);
}

static void boxes(void **state) {
	struct dialog dialog;
	struct dialog_answer answer;
	listening(&dialog, MANY);
	assert_int_equal(click(&dialog, DIALOG_REMEMBER, 600 * MS, &answer), DIALOG_CHANGED);
	assert_int_equal(click(&dialog, DIALOG_ACTION, 600 * MS, &answer), DIALOG_ANSWERED);
	assert_true(answer.is_allowed && answer.is_remembered && !answer.is_muted);
	assert_int_equal(click(&dialog, DIALOG_NO, 600 * MS, &answer), DIALOG_ANSWERED);
	assert_true(!answer.is_allowed && answer.is_remembered);
	/* Who is to be quiet gets nothing. */
	assert_int_equal(click(&dialog, DIALOG_MUTE, 600 * MS, &answer), DIALOG_CHANGED);
	assert_int_equal(click(&dialog, DIALOG_ACTION, 600 * MS, &answer), DIALOG_UNCHANGED);
	assert_int_equal(key(&dialog, XKB_KEY_Escape, 600 * MS, &answer), DIALOG_ANSWERED);
	assert_true(!answer.is_allowed && answer.is_muted);
	/* Boxes that are not there have no place and no turn. */
	listening(&dialog, PLAIN);
	assert_int_equal(click(&dialog, DIALOG_REMEMBER, 600 * MS, &answer), DIALOG_UNCHANGED);
	key(&dialog, XKB_KEY_Tab, 600 * MS, &answer);
	assert_int_equal(dialog.focus, DIALOG_ACTION);
	key(&dialog, XKB_KEY_Left, 600 * MS, &answer);
	assert_int_equal(dialog.focus, DIALOG_NO);
}

static void nonsense_asks_nothing(void **state) {
	static const char *const answers[] = {"{}", "[]", "7", "{\"question\":7}",
			"{\"question\":{\"id\":0}}", "{\"question\":null,\"waiting\":-5}"};
	struct dialog dialog;
	struct dialog_answer answer;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		listening(&dialog, answers[i]);
		assert_int_equal(dialog.id, 0);
		assert_int_equal(key(&dialog, XKB_KEY_Return, 600 * MS, &answer), DIALOG_UNCHANGED);
	}
	char json[4096], many[1500];
	memset(many, 'W', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	snprintf(json, sizeof(json),
			"{\"question\":{\"id\":9,\"source\":{\"name\":\"../x\"},\"target\":" WORK
			",\"question\":\"%s\\n\\u202e\",\"action\":\"%s\",\"facts\":[7,{},{},{},{},"
			"{}],"
			"\"mute\":\"%.700s\"},\"waiting\":99999999}",
			many, many, many);
	listening(&dialog, json);
	assert_int_equal(dialog.facts_len, DIALOG_FACTS_MAX);
	assert_false(dialog.source.is_there);
	assert_true(draw(&dialog, NULL, 1, 600 * MS));
}

int main(int argc, char *argv[]) {
	int status = golden_init(&golden, argc, argv);
	if (status != 0) {
		return status;
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(pictures),
			cmocka_unit_test(what_comes_early_is_eaten),
			cmocka_unit_test(everything_but_the_action_means_no),
			cmocka_unit_test(boxes),
			cmocka_unit_test(nonsense_asks_nothing),
	};
	int failed = cmocka_run_group_tests_name("ask", tests, NULL, NULL);
	lettering_destroy(golden.lettering);
	return failed;
}
