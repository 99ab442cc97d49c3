/* SPDX-License-Identifier: MIT
 *
 * What the launcher finds, in which order, and what its keys do; guests that name their
 * applications to be taken for others', and that change them under the user's finger.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/data/history.h"
#include "launcher/menu/menu_view.h"
#include "tests/launcher/data.h"

#define VMS                                                                                        \
	"[{\"name\":\"banking\",\"state\":\"running\"},{\"name\":\"evil\",\"state\":\"running\"}," \
	"{\"name\":\"work\",\"state\":\"stopped\"}]"

static char launched[512], controlled[64];
static int closed;

static void note_launch(void *data, const char *vm, const char *id, bool stays) {
	snprintf(launched, sizeof(launched), "%s/%s%s", vm, id, stays ? " stays" : "");
}

static void note_control(void *data, const char *vm, enum menu_verb verb) {
	snprintf(controlled, sizeof(controlled), "%s %s", menu_verb_text(verb), vm);
}

static void note_close(void *data) {
	closed++;
}

static const struct menu_handlers handlers = {note_launch, note_control, note_close, NULL};

static void begin(struct menu *menu, const char *applications) {
	launched[0] = controlled[0] = '\0';
	closed = 0;
	menu_init(menu, &handlers);
	menu_view_measure(menu, MENU_WIDTH, MENU_HEIGHT);
	menu->has_manager = menu->has_applications = true;
	data_take(&menu->model, VMS, applications, NULL);
	menu_model_changed(menu);
}

static void type(struct menu *menu, const char *text) {
	for (; *text != '\0'; text++) {
		menu_key(menu, &(struct key_press){.symbol = (xkb_keysym_t)*text, .text = {*text}});
	}
}

static void press(struct menu *menu, xkb_keysym_t symbol) {
	menu_key(menu, &(struct key_press){.symbol = symbol});
}

static void expect(const struct menu *menu, const char *const *order) {
	size_t n = 0;
	for (; order[n] != NULL; n++) {
		assert_true(n < menu->matches.len);
		const struct match *match = &menu->matches.list[n];
		char got[256];
		snprintf(got, sizeof(got), "%s/%s", match->machine->name, match->application->id);
		assert_string_equal(got, order[n]);
	}
	assert_int_equal(menu->matches.len, n);
}

#define APPLICATIONS                                                                               \
	"[{\"vm\":\"banking\",\"id\":\"x-term\",\"name\":\"XTerminal\"},"                          \
	"{\"vm\":\"banking\",\"id\":\"web\",\"name\":\"Web\",\"category\":\"Terminals\"},"         \
	"{\"vm\":\"evil\",\"id\":\"a\",\"name\":\"Terminal\"},"                                    \
	"{\"vm\":\"evil\",\"id\":\"b\",\"name\":\"terminal terminal\"},"                           \
	"{\"vm\":\"work\",\"id\":\"foot\",\"name\":\"A terminal\"}]"

static void a_name_outranks_its_own_vm_only(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	type(&menu, "TERMINAL");
	/* The exact name of evil's does not come before banking's worst. */
	expect(&menu,
			(const char *[]){"banking/x-term", "banking/web", "evil/a", "evil/b",
					"work/foot", NULL});
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "banking/x-term");
	menu_finish(&menu);
}

static void what_was_used_decides_the_order(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	struct history history = {
			.entries = {{"work", "foot"}, {"evil", "b"}, {"gone", "x"}},
			.len = 3,
	};
	history_apply(&history, &menu.model);
	menu_model_changed(&menu);
	expect(&menu,
			(const char *[]){"work/foot", "evil/b", "evil/a", "banking/x-term",
					"banking/web", NULL});
	type(&menu, "term");
	expect(&menu,
			(const char *[]){"work/foot", "evil/b", "evil/a", "banking/x-term",
					"banking/web", NULL});
	menu_finish(&menu);
}

static void words_match_name_category_and_vm(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	type(&menu, "bank web");
	expect(&menu, (const char *[]){"banking/web", NULL});
	const struct match *match = &menu.matches.list[0];
	assert_int_equal(match->marks_len, 1);
	assert_int_equal(match->marks[0].start, 0);
	assert_int_equal(match->marks[0].end, 3);
	type(&menu, " zzz");
	expect(&menu, (const char *[]){NULL});
	menu_key(&menu, &(struct key_press){.symbol = XKB_KEY_w, .has_control = true});
	assert_string_equal(menu.query, "bank web ");
	menu_key(&menu, &(struct key_press){.symbol = XKB_KEY_u, .has_control = true});
	assert_string_equal(menu.query, "");
	menu_finish(&menu);
}

static void case_is_folded_beyond_ascii(void **state) {
	struct menu menu;
	begin(&menu, "[{\"vm\":\"work\",\"id\":\"a\",\"name\":\"\\u00c4rger\"}]");
	menu_key(&menu, &(struct key_press){.text = "ä"});
	expect(&menu, (const char *[]){"work/a", NULL});
	assert_int_equal(menu.matches.list[0].marks[0].end, 2);
	press(&menu, XKB_KEY_BackSpace);
	assert_string_equal(menu.query, "");
	menu_finish(&menu);
}

static void a_changed_list_moves_nothing_under_the_finger(void **state) {
	struct menu menu;
	begin(&menu,
			"[{\"vm\":\"banking\",\"id\":\"pay\",\"name\":\"Pay\"},"
			"{\"vm\":\"evil\",\"id\":\"a\",\"name\":\"A\"}]");
	press(&menu, XKB_KEY_Down);
	assert_string_equal(menu.selected_id, "a");
	/* What is chosen stays so wherever it goes. */
	data_take(&menu.model, NULL,
			"[{\"vm\":\"banking\",\"id\":\"new\",\"name\":\"New\"},"
			"{\"vm\":\"banking\",\"id\":\"pay\",\"name\":\"Pay\"},"
			"{\"vm\":\"evil\",\"id\":\"z\",\"name\":\"Z\"},"
			"{\"vm\":\"evil\",\"id\":\"a\",\"name\":\"A\"}]",
			NULL);
	menu_model_changed(&menu);
	assert_string_equal(menu.selected_id, "a");
	assert_int_equal(menu.selected, 3);
	/* It is gone: nothing takes its place. */
	data_take(&menu.model, NULL,
			"[{\"vm\":\"banking\",\"id\":\"pay\",\"name\":\"Pay\"},"
			"{\"vm\":\"evil\",\"id\":\"z\",\"name\":\"Z\"}]",
			NULL);
	menu_model_changed(&menu);
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "");
	press(&menu, XKB_KEY_Down);
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "banking/pay");
	menu_finish(&menu);
}

static void the_column_narrows(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	press(&menu, XKB_KEY_Tab);
	assert_string_equal(menu.only, "banking");
	press(&menu, XKB_KEY_Down);
	expect(&menu, (const char *[]){"evil/a", "evil/b", NULL});
	type(&menu, "terminal t");
	expect(&menu, (const char *[]){"evil/a", "evil/b", NULL});
	menu_key(&menu, &(struct key_press){.symbol = XKB_KEY_Return, .has_control = true});
	assert_string_equal(launched, "evil/a stays");
	menu_key(&menu, &(struct key_press){.symbol = XKB_KEY_u, .has_control = true});
	press(&menu, XKB_KEY_BackSpace);
	assert_string_equal(menu.only, "");
	press(&menu, XKB_KEY_Tab);
	press(&menu, XKB_KEY_Escape);
	assert_int_equal(closed, 0);
	press(&menu, XKB_KEY_Escape);
	assert_int_equal(closed, 1);
	menu_finish(&menu);
}

static void a_vms_menu_offers_what_its_state_allows(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	press(&menu, XKB_KEY_Menu);
	press(&menu, XKB_KEY_Down);
	press(&menu, XKB_KEY_Return);
	assert_string_equal(controlled, "Shut down banking");
	press(&menu, XKB_KEY_Menu);
	press(&menu, XKB_KEY_Down);
	/* It stops by itself meanwhile: what was offered goes, and nothing is done. */
	data_take(&menu.model,
			"[{\"name\":\"banking\",\"state\":\"stopped\"},"
			"{\"name\":\"evil\",\"state\":\"running\"}]",
			NULL, NULL);
	controlled[0] = '\0';
	menu_model_changed(&menu);
	assert_string_equal(menu.verbs.vm, "");
	press(&menu, XKB_KEY_Return);
	assert_string_equal(controlled, "");
	press(&menu, XKB_KEY_Menu);
	press(&menu, XKB_KEY_Escape);
	assert_int_equal(closed, 0);
	menu_finish(&menu);
}

static void this_computer_comes_last_and_is_never_meant_by_chance(void **state) {
	struct menu menu;
	menu_init(&menu, &handlers);
	menu_view_measure(&menu, MENU_WIDTH, MENU_HEIGHT);
	launched[0] = '\0';
	/* It is known before the VMs are: what is typed ahead must not start it. */
	data_take_host(&menu.model);
	menu_model_changed(&menu);
	press(&menu, XKB_KEY_Return);
	type(&menu, "term");
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "");
	menu.has_manager = menu.has_applications = true;
	data_take(&menu.model, VMS, APPLICATIONS, NULL);
	menu_model_changed(&menu);
	expect(&menu,
			(const char *[]){"banking/x-term", "banking/web", "evil/a", "evil/b",
					"work/foot", "host/terminal", NULL});
	assert_int_equal(menu.matches.vms_len, 5);
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "banking/x-term");
	press(&menu, XKB_KEY_End);
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "host/terminal");
	/* It has no menu of a VM's. */
	press(&menu, XKB_KEY_Menu);
	assert_string_equal(menu.verbs.vm, "");
	/* The last of the column: its own alone. */
	menu_key(&menu, &(struct key_press){.symbol = XKB_KEY_u, .has_control = true});
	press(&menu, XKB_KEY_Tab);
	for (int i = 0; i < 9; i++) {
		press(&menu, XKB_KEY_Down);
	}
	assert_string_equal(menu.only, "host");
	expect(&menu,
			(const char *[]){"host/terminal", "host/settings-0", "host/reload",
					"host/end-session", NULL});
	/* A guest cannot be it. */
	data_take(&menu.model, NULL,
			"[{\"vm\":\"host\",\"id\":\"a\",\"name\":\"Terminal\"},"
			"{\"vm\":\"evil\",\"id\":\"b\",\"name\":\"This computer\"}]",
			NULL);
	menu_model_changed(&menu);
	assert_int_equal(menu.matches.len, 4);
	menu_finish(&menu);
}

static void the_session_ends_when_asked_twice(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	data_take_host(&menu.model);
	menu_model_changed(&menu);
	type(&menu, "end the");
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "");
	press(&menu, XKB_KEY_Down);
	assert_false(menu.is_asking);
	press(&menu, XKB_KEY_Return);
	press(&menu, XKB_KEY_Return);
	assert_string_equal(launched, "host/end-session");
	menu_finish(&menu);
}

static void of_two_with_one_id_the_first_is_meant(void **state) {
	struct menu menu;
	begin(&menu,
			"[{\"vm\":\"evil\",\"id\":\"a\",\"name\":\"One\"},"
			"{\"vm\":\"evil\",\"id\":\"a\",\"name\":\"Other\"},"
			"{\"vm\":\"work\",\"id\":\"a\",\"name\":\"Its own\"}]");
	expect(&menu, (const char *[]){"evil/a", "work/a", NULL});
	assert_string_equal(menu.matches.list[0].application->name, "One");
	menu_finish(&menu);
}

static void verbs_of_every_state(void **state) {
	static const struct {
		const char *state, *verbs;
	} expected[] = {
			{"stopped", "Start,Open a shell,"},
			{"failed", "Start,Open a shell,"},
			{"running", "Open a shell,Pause,Shut down,Restart,End at once,"},
			{"paused", "Go on,End at once,"},
			{"starting", "End at once,"},
			{"stopping", "End at once,"},
	};
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct menu menu;
		char json[128], got[128] = "";
		size_t len = 0;
		begin(&menu, "[]");
		menu.has_shell = true;
		snprintf(json, sizeof(json), "[{\"name\":\"work\",\"state\":\"%s\"}]",
				expected[i].state);
		data_take(&menu.model, json, NULL, NULL);
		menu_model_changed(&menu);
		press(&menu, XKB_KEY_Tab);
		press(&menu, XKB_KEY_Menu);
		for (size_t j = 0; j < menu.verbs.len; j++) {
			len += (size_t)snprintf(got + len, sizeof(got) - len, "%s,",
					menu_verb_text(menu.verbs.verbs[j]));
		}
		assert_string_equal(got, expected[i].verbs);
		menu_finish(&menu);
	}
}

static void the_mouse_works(void **state) {
	struct menu menu;
	begin(&menu, APPLICATIONS);
	/* Where it opens under the pointer chooses nothing; a move does. */
	menu_motion(&menu, 400, 170, MENU_WIDTH, MENU_HEIGHT);
	assert_int_equal(menu.selected, 0);
	menu_motion(&menu, 401, 171, MENU_WIDTH, MENU_HEIGHT);
	assert_int_equal(menu.selected, 1);
	menu_press(&menu, 0x110, 401, 240, MENU_WIDTH, MENU_HEIGHT);
	assert_string_equal(launched, "evil/a");
	menu_press(&menu, 0x110, 100, 150, MENU_WIDTH, MENU_HEIGHT);
	assert_string_equal(menu.only, "evil");
	menu_press(&menu, 0x110, 100, 150, MENU_WIDTH, MENU_HEIGHT);
	assert_string_equal(menu.only, "");
	menu_press(&menu, 0x111, 100, 80, MENU_WIDTH, MENU_HEIGHT);
	assert_string_equal(menu.verbs.vm, "banking");
	menu_press(&menu, 0x110, 800, 500, MENU_WIDTH, MENU_HEIGHT);
	assert_string_equal(menu.verbs.vm, "");
	assert_false(menu_press(&menu, 0x110, 800, 500, MENU_WIDTH, MENU_HEIGHT));
	menu_finish(&menu);
}

static char *flood(size_t n) {
	char *json = malloc(n * 64 + 64);
	assert_non_null(json);
	size_t at = (size_t)snprintf(json, 64, "[");
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(json + at, 64,
				"%s{\"vm\":\"evil\",\"id\":\"i%zu\",\"name\":\"Flood %zu\"}",
				i > 0 ? "," : "", i, i);
	}
	snprintf(json + at, 64, ",{\"vm\":\"work\",\"id\":\"foot\",\"name\":\"Foot\"}]");
	return json;
}

static void a_flood_is_bounded_and_crowds_out_nobody(void **state) {
	struct menu menu;
	char *json = flood(3 * MODEL_APPLICATIONS_MAX);
	begin(&menu, json);
	free(json);
	assert_int_equal(menu.matches.len, MODEL_APPLICATIONS_MAX + 1);
	type(&menu, "foot");
	expect(&menu, (const char *[]){"work/foot", NULL});
	menu_finish(&menu);
}

static void nonsense_is_left_out(void **state) {
	struct menu menu;
	char json[2048], id[400];
	memset(id, 'x', sizeof(id));
	id[sizeof(id) - 1] = '\0';
	snprintf(json, sizeof(json),
			"[1,null,{},{\"vm\":\"evil\"},{\"vm\":\"evil\",\"id\":\"a\"},"
			"{\"vm\":\"evil\",\"id\":\"\",\"name\":\"n\"},"
			"{\"vm\":\"evil\",\"id\":\"b\",\"name\":\"\\u200b\\u202e\"},"
			"{\"vm\":\"evil\",\"id\":\"%s\",\"name\":\"long\"},"
			"{\"vm\":\"nobody\",\"id\":\"c\",\"name\":\"C\"},"
			"{\"vm\":5,\"id\":[],\"name\":{}},"
			"{\"vm\":\"evil\",\"id\":\"ok\",\"name\":\" a\\n\\t\\u202eb \"}]",
			id);
	begin(&menu, json);
	expect(&menu, (const char *[]){"evil/ok", NULL});
	assert_string_equal(menu.matches.list[0].application->name, "a b");
	data_take(&menu.model, "[3,{},{\"name\":\"Not a name\"},{\"name\":\"ok\",\"state\":7}]",
			NULL, NULL);
	menu_model_changed(&menu);
	assert_int_equal(menu.model.machines_len, 1);
	menu_finish(&menu);
}

static void any_keys_do_no_harm(void **state) {
	static const xkb_keysym_t keys[] = {XKB_KEY_Tab, XKB_KEY_Up, XKB_KEY_Down, XKB_KEY_Menu,
			XKB_KEY_Return, XKB_KEY_BackSpace, XKB_KEY_Home, XKB_KEY_End,
			XKB_KEY_Page_Up, XKB_KEY_Page_Down, XKB_KEY_Escape, XKB_KEY_a, XKB_KEY_u};
	static const char *const lists[] = {
			"[]", APPLICATIONS, "[{\"vm\":\"evil\",\"id\":\"a\",\"name\":\"a\"}]"};
	static const char *const vms[] = {VMS, "[]", "[{\"name\":\"work\",\"state\":\"failed\"}]"};
	struct menu menu;
	begin(&menu, APPLICATIONS);
	data_take_host(&menu.model);
	srand(7);
	for (int i = 0; i < 20000; i++) {
		int what = rand() % 20;
		if (what < 15) {
			xkb_keysym_t symbol =
					keys[(size_t)rand() % (sizeof(keys) / sizeof(keys[0]))];
			struct key_press random = {.symbol = symbol,
					.text = {symbol == XKB_KEY_a ? 'a' : '\0'},
					.has_control = rand() % 4 == 0};
			menu_key(&menu, &random);
		} else if (what < 17) {
			if (rand() % 3 == 0) {
				model_take_host(&menu.model, NULL);
			} else {
				data_take_host(&menu.model);
			}
			data_take(&menu.model, vms[rand() % 3], lists[rand() % 3], NULL);
			menu_model_changed(&menu);
		} else if (what < 19) {
			menu_press(&menu, rand() % 2 == 0 ? 0x110 : 0x111, rand() % 840,
					rand() % 648, MENU_WIDTH, MENU_HEIGHT);
		} else {
			menu_scroll(&menu, rand() % 840, 200, rand() % 9 - 4);
			menu_view_measure(&menu, MENU_WIDTH, 100 + rand() % 600);
		}
		assert_true(menu.selected == SIZE_MAX || menu.selected < menu.matches.len);
		assert_true(menu.first == 0 || menu.first < menu.matches.len);
	}
	menu_finish(&menu);
}

static void history_is_written_whole_and_bounded(void **state) {
	char directory[] = "/tmp/silo-history-XXXXXX";
	assert_non_null(mkdtemp(directory));
	setenv("XDG_STATE_HOME", directory, 1);
	static struct history history, read;
	for (int i = 0; i < HISTORY_MAX + 50; i++) {
		char id[32];
		snprintf(id, sizeof(id), "\"id\\ %d", i);
		assert_true(history_note(&history, "work", id));
	}
	assert_true(history_note(&history, "work", "\"id\\ 200"));
	history_load(&read);
	assert_int_equal(read.len, HISTORY_MAX);
	assert_string_equal(read.entries[0].id, "\"id\\ 200");
	assert_string_equal(read.entries[1].id, "\"id\\ 249");
	char path[128];
	snprintf(path, sizeof(path), "%s/silo/launcher.json", directory);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("{\"used\":[{\"vm\":\"../x\",\"id\":\"a\"},7,{\"vm\":\"work\",\"id\":\"b\"}", file);
	fclose(file);
	history_load(&read);
	assert_int_equal(read.len, 0);
	unlink(path);
	snprintf(path, sizeof(path), "%s/silo", directory);
	rmdir(path);
	rmdir(directory);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_name_outranks_its_own_vm_only),
			cmocka_unit_test(what_was_used_decides_the_order),
			cmocka_unit_test(words_match_name_category_and_vm),
			cmocka_unit_test(case_is_folded_beyond_ascii),
			cmocka_unit_test(a_changed_list_moves_nothing_under_the_finger),
			cmocka_unit_test(the_column_narrows),
			cmocka_unit_test(a_vms_menu_offers_what_its_state_allows),
			cmocka_unit_test(this_computer_comes_last_and_is_never_meant_by_chance),
			cmocka_unit_test(the_session_ends_when_asked_twice),
			cmocka_unit_test(of_two_with_one_id_the_first_is_meant),
			cmocka_unit_test(verbs_of_every_state),
			cmocka_unit_test(the_mouse_works),
			cmocka_unit_test(a_flood_is_bounded_and_crowds_out_nobody),
			cmocka_unit_test(nonsense_is_left_out),
			cmocka_unit_test(any_keys_do_no_harm),
			cmocka_unit_test(history_is_written_whole_and_bounded),
	};
	return cmocka_run_group_tests_name("menu", tests, NULL, NULL);
}
