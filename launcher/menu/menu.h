/* SPDX-License-Identifier: MIT
 *
 * The launcher without its window: what is typed, chosen and shown, and what follows from a key or
 * a click. Guests' words are in the model only, which has bounded them. What is chosen is
 * remembered by VM and id: a guest that changes its list at the right moment cannot put something
 * else under the user's finger.
 */
#ifndef SILO_LAUNCHER_MENU_MENU_H
#define SILO_LAUNCHER_MENU_MENU_H

#include "launcher/data/match.h"
#include "launcher/toolkit/canvas.h"
#include "launcher/toolkit/input.h"

#define QUERY_CODES_MAX 64
#define MENU_VERBS_MAX 6
#define MENU_MESSAGE_MAX 256

enum menu_verb {
	VERB_START,
	VERB_SHELL,
	VERB_PAUSE,
	VERB_RESUME,
	VERB_RESTART,
	VERB_STOP,
	VERB_KILL,
};

/* What the launcher asks for; the window and the services do it. */
struct menu_handlers {
	/* vm may be MODEL_HOST. stays: the launcher stays open. */
	void (*launch)(void *data, const char *vm, const char *id, bool stays);
	void (*control)(void *data, const char *vm, enum menu_verb verb);
	void (*close)(void *data);
	void *data;
};

/* The menu of one VM, over the rest. */
struct verb_menu {
	char vm[VM_NAME_MAX + 1]; /* "": closed */
	enum machine_state state; /* that its verbs are for */
	enum menu_verb verbs[MENU_VERBS_MAX];
	size_t len, selected;
};

struct menu {
	struct menu_handlers handlers;
	struct model model;
	struct matches matches;
	char query[4 * QUERY_CODES_MAX + 1];
	char only[VM_NAME_MAX + 1]; /* "": applications of all VMs */
	bool is_in_column;          /* the keys go to the VMs */
	/* Index of the chosen match, and who it is; SIZE_MAX: none. */
	size_t selected;
	char selected_vm[VM_NAME_MAX + 1], selected_id[APPLICATION_ID_MAX + 1];
	size_t first, first_machine; /* the topmost that is shown */
	struct verb_menu verbs;
	char message[MENU_MESSAGE_MAX]; /* what went wrong, in Silo's words; "" if nothing */
	bool is_asking;                 /* whether the session is to end: once more means yes */
	bool has_manager, has_applications;
	bool has_shell; /* VMs' shells can be opened */
	/* As drawn last: how many fit. */
	size_t rows, machine_rows;
	double pointer_x, pointer_y;
	bool has_pointer;
};

void menu_init(struct menu *menu, const struct menu_handlers *handlers);
void menu_finish(struct menu *menu);

/* The model has changed: what is shown is found again, what is chosen stays chosen or nothing is. */
void menu_model_changed(struct menu *menu);

/* Each returns whether what is shown has changed. */
bool menu_key(struct menu *menu, const struct key_press *press);
bool menu_motion(struct menu *menu, double x, double y, int width, int height);
bool menu_press(struct menu *menu, uint32_t button, double x, double y, int width, int height);
bool menu_scroll(struct menu *menu, double x, double y, double steps);

/* Something did not work; text is cut to fit. */
void menu_tell(struct menu *menu, const char *text);

/* The VM whose row is marked in the column, or NULL. */
const struct machine *menu_machine(const struct menu *menu);

/* How many rows of applications are in sight, with or without the heading of this computer's. */
size_t menu_visible_rows(const struct menu *menu);
bool menu_shows_heading(const struct menu *menu);

/* What stands in a row above all others, "" if nothing does. */
const char *menu_empty_text(const struct menu *menu, char *room, size_t cap);

const char *menu_verb_text(enum menu_verb verb);

#endif
