/* SPDX-License-Identifier: MIT */
#include "launcher/menu/menu.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "launcher/menu/menu_view.h"

#define NONE SIZE_MAX

void menu_init(struct menu *menu, const struct menu_handlers *handlers) {
	*menu = (struct menu){
			.handlers = *handlers,
			.selected = NONE,
			.rows = 1,
			.machine_rows = 1,
	};
}

void menu_finish(struct menu *menu) {
	matches_finish(&menu->matches);
	model_finish(&menu->model);
}

const char *menu_verb_text(enum menu_verb verb) {
	static const char *const texts[] = {
			[VERB_START] = "Start",
			[VERB_SHELL] = "Open a shell",
			[VERB_PAUSE] = "Pause",
			[VERB_RESUME] = "Go on",
			[VERB_RESTART] = "Restart",
			[VERB_STOP] = "Shut down",
			[VERB_KILL] = "End at once",
	};
	return texts[verb];
}

/* ---- what is chosen ---- */

static void keep_visible(size_t chosen, size_t rows, size_t *first) {
	if (chosen < *first) {
		*first = chosen;
	} else if (rows > 0 && chosen >= *first + rows) {
		*first = chosen - rows + 1;
	}
}

/* What stands in the place of VMs' applications, if there are none. */
const char *menu_empty_text(const struct menu *menu, char *room, size_t cap) {
	if (menu->matches.vms_len > 0 || strcmp(menu->only, MODEL_HOST) == 0) {
		return "";
	}
	if (!menu->has_manager) {
		return "The VM manager does not run. Start it in a terminal: silo-vmd &";
	}
	if (!menu->has_applications) {
		return "";
	}
	if (menu->model.machines_len == 0) {
		return "There is no VM yet. Make one in a terminal: vmctl init";
	}
	if (menu->query[0] != '\0') {
		snprintf(room, cap, "Nothing in a VM matches “%s”.", menu->query);
		return room;
	}
	return "No applications are known. A VM tells of its own when it runs.";
}

bool menu_shows_heading(const struct menu *menu) {
	const struct matches *matches = &menu->matches;
	return matches->len > matches->vms_len && menu->first <= matches->vms_len &&
			matches->vms_len < menu->first + menu->rows;
}

size_t menu_visible_rows(const struct menu *menu) {
	char room[4 * QUERY_CODES_MAX + 64];
	size_t taken = (menu_shows_heading(menu) ? 1 : 0) +
			(menu_empty_text(menu, room, sizeof(room))[0] != '\0' ? 1 : 0);
	return menu->rows > taken ? menu->rows - taken : 1;
}

/* Chosen without being asked for is a VM's only, until all that they have is known. */
static bool may_be_first(const struct menu *menu) {
	bool is_meant = menu->query[0] != '\0' && menu->has_applications;
	return menu->matches.vms_len > 0 || is_meant || strcmp(menu->only, MODEL_HOST) == 0;
}

static void choose(struct menu *menu, size_t index) {
	menu->selected = index < menu->matches.len ? index : NONE;
	menu->is_asking = false;
	menu->selected_vm[0] = menu->selected_id[0] = '\0';
	if (menu->selected == NONE) {
		return;
	}
	const struct match *match = &menu->matches.list[index];
	snprintf(menu->selected_vm, sizeof(menu->selected_vm), "%s", match->machine->name);
	snprintf(menu->selected_id, sizeof(menu->selected_id), "%s", match->application->id);
	if (index < menu->first) {
		menu->first = index;
	}
	while (index >= menu->first + menu_visible_rows(menu)) {
		menu->first++;
	}
}

static void choose_first(struct menu *menu) {
	choose(menu, may_be_first(menu) ? 0 : NONE);
}

static void find(struct menu *menu) {
	matches_find(&menu->matches, &menu->model, menu->query,
			menu->only[0] != '\0' ? menu->only : NULL);
}

/* What the user typed or narrowed: the best is chosen. */
static void find_anew(struct menu *menu) {
	find(menu);
	menu->first = 0;
	choose_first(menu);
}

static size_t find_chosen(const struct menu *menu) {
	for (size_t i = 0; i < menu->matches.len; i++) {
		const struct match *match = &menu->matches.list[i];
		if (strcmp(match->machine->name, menu->selected_vm) == 0 &&
				strcmp(match->application->id, menu->selected_id) == 0) {
			return i;
		}
	}
	return NONE;
}

static void close_verbs(struct menu *menu) {
	menu->verbs.vm[0] = '\0';
}

void menu_model_changed(struct menu *menu) {
	bool was_empty = menu->matches.vms_len == 0 && menu->selected == NONE;
	if (menu->only[0] != '\0' && model_find(&menu->model, menu->only) == NULL) {
		menu->only[0] = '\0';
	}
	find(menu);
	if (was_empty) {
		choose_first(menu);
	} else if (menu->selected != NONE) {
		size_t index = find_chosen(menu);
		size_t first = menu->first;
		choose(menu, index);
		menu->first = index == NONE && first < menu->matches.len ? first : menu->first;
	}
	if (menu->first >= menu->matches.len) {
		menu->first = 0;
	}
	if (menu->first_machine >= menu->model.machines_len) {
		menu->first_machine = 0;
	}
	if (menu->verbs.vm[0] != '\0') {
		const struct machine *machine = model_find(&menu->model, menu->verbs.vm);
		/* Nothing else may come to lie under a finger that is about to press. */
		if (machine == NULL || machine->state != menu->verbs.state) {
			close_verbs(menu);
		}
	}
}

const struct machine *menu_machine(const struct menu *menu) {
	if (menu->only[0] != '\0') {
		return model_find(&menu->model, menu->only);
	}
	return menu->selected != NONE ? menu->matches.list[menu->selected].machine : NULL;
}

/* In the column: this computer is the last. */
static size_t machine_index(const struct menu *menu, const struct machine *machine) {
	return machine == menu->model.host ? menu->model.machines_len
					   : (size_t)(machine - menu->model.machines);
}

static size_t column_len(const struct menu *menu) {
	return menu->model.machines_len + (menu->model.host != NULL ? 1 : 0);
}

static void narrow(struct menu *menu, size_t index) {
	if (index < menu->model.machines_len) {
		snprintf(menu->only, sizeof(menu->only), "%s", menu->model.machines[index].name);
		keep_visible(index, menu->machine_rows, &menu->first_machine);
	} else if (index < column_len(menu)) {
		snprintf(menu->only, sizeof(menu->only), "%s", MODEL_HOST);
	} else {
		menu->only[0] = '\0';
	}
	find_anew(menu);
}

/* ---- the menu of one VM ---- */

/* Only what the state allows. */
static void list_verbs(struct verb_menu *verbs, const struct machine *machine, bool has_shell) {
	verbs->state = machine->state;
	verbs->len = verbs->selected = 0;
	switch (machine->state) {
	case MACHINE_STOPPED:
	case MACHINE_FAILED:
		verbs->verbs[verbs->len++] = VERB_START;
		if (has_shell) {
			verbs->verbs[verbs->len++] = VERB_SHELL;
		}
		break;
	case MACHINE_RUNNING:
		if (has_shell) {
			verbs->verbs[verbs->len++] = VERB_SHELL;
		}
		verbs->verbs[verbs->len++] = VERB_PAUSE;
		verbs->verbs[verbs->len++] = VERB_STOP;
		verbs->verbs[verbs->len++] = VERB_RESTART;
		verbs->verbs[verbs->len++] = VERB_KILL;
		break;
	case MACHINE_PAUSED:
		verbs->verbs[verbs->len++] = VERB_RESUME;
		verbs->verbs[verbs->len++] = VERB_KILL;
		break;
	case MACHINE_STARTING:
	case MACHINE_STOPPING:
		verbs->verbs[verbs->len++] = VERB_KILL;
		break;
	}
}

static bool open_verbs(struct menu *menu, const struct machine *machine) {
	if (machine == NULL || machine == menu->model.host) {
		return false;
	}
	snprintf(menu->verbs.vm, sizeof(menu->verbs.vm), "%s", machine->name);
	keep_visible(machine_index(menu, machine), menu->machine_rows, &menu->first_machine);
	list_verbs(&menu->verbs, machine, menu->has_shell);
	return true;
}

static void do_verb(struct menu *menu, size_t index) {
	if (index < menu->verbs.len) {
		enum menu_verb verb = menu->verbs.verbs[index];
		char vm[VM_NAME_MAX + 1];
		snprintf(vm, sizeof(vm), "%s", menu->verbs.vm);
		close_verbs(menu);
		menu->message[0] = '\0';
		menu->handlers.control(menu->handlers.data, vm, verb);
	}
}

static bool verbs_key(struct menu *menu, const struct key_press *press) {
	struct verb_menu *verbs = &menu->verbs;
	switch (press->symbol) {
	case XKB_KEY_Escape:
	case XKB_KEY_Menu:
		close_verbs(menu);
		return true;
	case XKB_KEY_Down:
		verbs->selected = (verbs->selected + 1) % verbs->len;
		return true;
	case XKB_KEY_Up:
		verbs->selected = (verbs->selected + verbs->len - 1) % verbs->len;
		return true;
	case XKB_KEY_Return:
	case XKB_KEY_KP_Enter:
		do_verb(menu, verbs->selected);
		return true;
	}
	return false;
}

/* ---- typing ---- */

static size_t count_codes(const char *text) {
	size_t n = 0;
	for (; *text != '\0'; text++) {
		n += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return n;
}

static bool type(struct menu *menu, const char *text) {
	size_t len = strlen(menu->query), added = strlen(text);
	if (count_codes(menu->query) >= QUERY_CODES_MAX || len + added >= sizeof(menu->query) ||
			!text_is_utf8(text, added)) {
		return false;
	}
	memcpy(menu->query + len, text, added + 1);
	menu->is_in_column = false;
	find_anew(menu);
	return true;
}

static bool erase(struct menu *menu, bool whole_word) {
	size_t len = strlen(menu->query);
	if (len == 0) {
		if (menu->only[0] == '\0') {
			return false;
		}
		narrow(menu, NONE);
		return true;
	}
	while (whole_word && len > 0 && menu->query[len - 1] == ' ') {
		len--;
	}
	do {
		len--;
	} while (len > 0 &&
			(((unsigned char)menu->query[len] & 0xc0) == 0x80 ||
					(whole_word && menu->query[len - 1] != ' ')));
	menu->query[len] = '\0';
	find_anew(menu);
	return true;
}

static bool clear(struct menu *menu) {
	menu->query[0] = '\0';
	find_anew(menu);
	return true;
}

/* ---- keys ---- */

static bool launch(struct menu *menu, bool stays) {
	if (menu->selected == NONE) {
		return false;
	}
	menu->message[0] = '\0';
	/* All windows go with it. */
	bool is_end = strcmp(menu->selected_vm, MODEL_HOST) == 0 &&
			strcmp(menu->selected_id, "end-session") == 0;
	if (is_end && !menu->is_asking) {
		menu->is_asking = true;
		return true;
	}
	menu->handlers.launch(menu->handlers.data, menu->selected_vm, menu->selected_id, stays);
	return true;
}

static bool step_machine(struct menu *menu, int step) {
	const struct machine *machine = menu_machine(menu);
	size_t len = column_len(menu);
	if (len == 0) {
		return false;
	}
	size_t at = machine != NULL ? machine_index(menu, machine) : 0;
	if (menu->only[0] != '\0' && step < 0 && at > 0) {
		at--;
	} else if (menu->only[0] != '\0' && step > 0 && at + 1 < len) {
		at++;
	}
	narrow(menu, at);
	return true;
}

static bool step(struct menu *menu, int by) {
	if (menu->is_in_column) {
		return step_machine(menu, by);
	}
	if (menu->matches.len == 0) {
		return false;
	}
	size_t last = menu->matches.len - 1, at = menu->selected;
	size_t distance = (size_t)abs(by);
	if (at == NONE) {
		at = menu->first;
	} else if (by < 0) {
		at = at > distance ? at - distance : 0;
	} else {
		at = last - at > distance ? at + distance : last;
	}
	choose(menu, at);
	return true;
}

static bool enter_column(struct menu *menu) {
	if (menu->is_in_column || column_len(menu) == 0) {
		menu->is_in_column = false;
		return true;
	}
	const struct machine *machine = menu_machine(menu);
	menu->is_in_column = true;
	narrow(menu, machine != NULL ? machine_index(menu, machine) : 0);
	return true;
}

static bool escape(struct menu *menu) {
	if (menu->is_in_column) {
		menu->is_in_column = false;
		narrow(menu, NONE);
		return true;
	}
	menu->handlers.close(menu->handlers.data);
	return false;
}

static bool control_key(struct menu *menu, const struct key_press *press) {
	switch (press->symbol) {
	case XKB_KEY_u:
		return clear(menu);
	case XKB_KEY_w:
		return erase(menu, true);
	case XKB_KEY_n:
	case XKB_KEY_j:
		return step(menu, 1);
	case XKB_KEY_p:
	case XKB_KEY_k:
		return step(menu, -1);
	}
	return false;
}

bool menu_key(struct menu *menu, const struct key_press *press) {
	int page = (int)(menu->rows > 1 ? menu->rows - 1 : 1);
	if (menu->verbs.vm[0] != '\0') {
		return verbs_key(menu, press);
	}
	switch (press->symbol) {
	case XKB_KEY_Escape:
		return escape(menu);
	case XKB_KEY_Tab:
	case XKB_KEY_ISO_Left_Tab:
		return enter_column(menu);
	case XKB_KEY_Down:
		return step(menu, 1);
	case XKB_KEY_Up:
		return step(menu, -1);
	case XKB_KEY_Page_Down:
		return step(menu, page);
	case XKB_KEY_Page_Up:
		return step(menu, -page);
	case XKB_KEY_Home:
		return step(menu, -MODEL_APPLICATIONS_MAX * MODEL_MACHINES_MAX);
	case XKB_KEY_End:
		return step(menu, MODEL_APPLICATIONS_MAX * MODEL_MACHINES_MAX);
	case XKB_KEY_BackSpace:
		return erase(menu, press->has_control);
	case XKB_KEY_Menu:
		return open_verbs(menu, menu_machine(menu));
	case XKB_KEY_F10:
		return press->has_shift && open_verbs(menu, menu_machine(menu));
	case XKB_KEY_Return:
	case XKB_KEY_KP_Enter:
		if (menu->is_in_column) {
			menu->is_in_column = false;
			return true;
		}
		return launch(menu, press->has_control);
	}
	if (press->has_control) {
		return control_key(menu, press);
	}
	return press->text[0] != '\0' && type(menu, press->text);
}

/* ---- pointer ---- */

bool menu_motion(struct menu *menu, double x, double y, int width, int height) {
	/* A pointer that merely lies where the launcher opens chooses nothing. */
	bool has_moved = menu->has_pointer && (x != menu->pointer_x || y != menu->pointer_y);
	menu->has_pointer = true;
	menu->pointer_x = x;
	menu->pointer_y = y;
	if (!has_moved) {
		return false;
	}
	struct menu_spot spot = menu_view_spot(menu, width, height, x, y);
	if (spot.kind == SPOT_VERB && spot.index != menu->verbs.selected) {
		menu->verbs.selected = spot.index;
		return true;
	}
	if (spot.kind == SPOT_ROW && spot.index != menu->selected && menu->verbs.vm[0] == '\0') {
		choose(menu, spot.index);
		return true;
	}
	return false;
}

static bool press_machine(struct menu *menu, uint32_t button, size_t index) {
	const struct machine *machine = index < menu->model.machines_len
			? &menu->model.machines[index]
			: menu->model.host;
	if (button == BTN_RIGHT) {
		return open_verbs(menu, machine);
	}
	bool is_narrowed = strcmp(menu->only, machine->name) == 0;
	menu->is_in_column = false;
	narrow(menu, is_narrowed ? NONE : index);
	return true;
}

bool menu_press(struct menu *menu, uint32_t button, double x, double y, int width, int height) {
	struct menu_spot spot = menu_view_spot(menu, width, height, x, y);
	if (button != BTN_LEFT && button != BTN_RIGHT) {
		return false;
	}
	if (menu->verbs.vm[0] != '\0') {
		if (spot.kind == SPOT_VERB) {
			do_verb(menu, spot.index);
		} else if (spot.kind != SPOT_VERBS) {
			close_verbs(menu);
		}
		return true;
	}
	if (spot.kind == SPOT_MACHINE) {
		return press_machine(menu, button, spot.index);
	}
	if (spot.kind != SPOT_ROW) {
		return false;
	}
	choose(menu, spot.index);
	return button == BTN_RIGHT ? open_verbs(menu, menu_machine(menu)) : launch(menu, false);
}

static bool scroll(size_t *first, size_t len, size_t rows, double steps) {
	size_t most = len > rows ? len - rows : 0;
	double wanted = (double)*first + steps;
	size_t next = wanted<0 ? 0 : wanted>(double) most ? most : (size_t)(wanted + 0.5);
	bool has_changed = next != *first;
	*first = next;
	return has_changed;
}

bool menu_scroll(struct menu *menu, double x, double y, double steps) {
	if (menu->verbs.vm[0] != '\0') {
		return false;
	}
	/* The last row must come into sight below the heading too. */
	size_t rows = menu->matches.len > menu->matches.vms_len && menu->rows > 1 ? menu->rows - 1
										  : menu->rows;
	return x < MENU_COLUMN ? scroll(&menu->first_machine, menu->model.machines_len,
						 menu->machine_rows, steps)
			       : scroll(&menu->first, menu->matches.len, rows, steps);
}

void menu_tell(struct menu *menu, const char *text) {
	text_sanitise(text, strlen(text), MENU_MESSAGE_MAX / 4, menu->message,
			sizeof(menu->message));
}
