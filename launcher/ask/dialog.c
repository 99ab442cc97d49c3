/* SPDX-License-Identifier: MIT */
#include "launcher/ask/dialog.h"

#include <linux/input-event-codes.h>
#include <string.h>

#include "base/defence.h"
#include "launcher/data/fields.h"

void dialog_init(struct dialog *dialog, bool is_dark) {
	*dialog = (struct dialog){.is_dark = is_dark, .pointed = DIALOG_NOTHING};
}

static void take_facts(struct dialog *dialog, sd_json_variant *facts) {
	for (size_t i = 0; i < length_of(facts) && dialog->facts_len < DIALOG_FACTS_MAX; i++) {
		sd_json_variant *json = sd_json_variant_by_index(facts, i);
		struct dialog_fact *fact = &dialog->facts[dialog->facts_len++];
		take_text(json, "name", DIALOG_TEXT_MAX, fact->name, sizeof(fact->name));
		take_text(json, "value", DIALOG_TEXT_MAX, fact->value, sizeof(fact->value));
	}
}

void dialog_take(struct dialog *dialog, sd_json_variant *answer) {
	sd_json_variant *json = field_of(answer, "question");
	uint64_t id = number_of(json, "id");
	uint64_t waiting = number_of(answer, "waiting");
	if (id == 0 || id != dialog->id) {
		dialog_init(dialog, dialog->is_dark);
	}
	dialog->waiting = waiting < 1000 ? (unsigned int)waiting : 1000;
	if (id == 0 || id == dialog->id) {
		return; /* only more or fewer wait behind it */
	}
	dialog->id = id;
	party_take(field_of(json, "source"), &dialog->source);
	party_take(field_of(json, "target"), &dialog->target);
	take_text(json, "question", DIALOG_TEXT_MAX, dialog->question, DIALOG_TEXT_BYTES);
	take_text(json, "action", DIALOG_TEXT_MAX, dialog->action, DIALOG_TEXT_BYTES);
	take_text(json, "remember", DIALOG_TEXT_MAX, dialog->remember, DIALOG_TEXT_BYTES);
	take_text(json, "mute", DIALOG_TEXT_MAX, dialog->mute, DIALOG_TEXT_BYTES);
	take_facts(dialog, field_of(json, "facts"));
}

void dialog_end(struct dialog *dialog) {
	dialog_init(dialog, dialog->is_dark);
}

/* ---- when it listens ---- */

void dialog_shown(struct dialog *dialog, int64_t now_us) {
	if (!dialog->is_drawn && dialog->id != 0) {
		dialog->is_drawn = true;
		dialog->since_us = now_us;
	}
}

bool dialog_listens(const struct dialog *dialog, int64_t now_us) {
	return dialog->id != 0 && dialog->is_drawn && now_us - dialog->since_us >= DIALOG_DEAD_US;
}

int64_t dialog_wake_us(const struct dialog *dialog, int64_t now_us) {
	bool is_waiting = dialog->id != 0 && dialog->is_drawn && !dialog_listens(dialog, now_us);
	return is_waiting ? dialog->since_us + DIALOG_DEAD_US : INT64_MAX;
}

/* What comes too early is eaten, and it is to be quiet for as long again. */
static bool eats(struct dialog *dialog, int64_t now_us) {
	if (dialog_listens(dialog, now_us) || !DEFENDS(ask_deadtime)) {
		return false;
	}
	dialog->since_us = now_us;
	return true;
}

/* ---- what input means ---- */

static bool is_there(const struct dialog *dialog, enum dialog_part part) {
	return (part != DIALOG_REMEMBER || dialog->remember[0] != '\0') &&
			(part != DIALOG_MUTE || dialog->mute[0] != '\0');
}

static void move_focus(struct dialog *dialog, bool is_back) {
	int part = (int)dialog->focus;
	do {
		part = (part + (is_back ? DIALOG_PARTS - 1 : 1)) % DIALOG_PARTS;
	} while (!is_there(dialog, (enum dialog_part)part));
	dialog->focus = (enum dialog_part)part;
}

static enum dialog_effect answer(const struct dialog *dialog, bool is_allowed,
		struct dialog_answer *ret_answer) {
	*ret_answer = (struct dialog_answer){
			.is_allowed = is_allowed,
			.is_remembered = dialog->remembers,
			.is_muted = dialog->mutes,
	};
	return DIALOG_ANSWERED;
}

static enum dialog_effect activate(struct dialog *dialog, enum dialog_part part,
		struct dialog_answer *ret_answer) {
	switch (part) {
	case DIALOG_NO:
		return answer(dialog, false, ret_answer);
	case DIALOG_ACTION:
		/* Whom the user wants to hear no more of is not obeyed once more. */
		return dialog->mutes ? DIALOG_UNCHANGED : answer(dialog, true, ret_answer);
	case DIALOG_REMEMBER:
		dialog->remembers = !dialog->remembers;
		return DIALOG_CHANGED;
	case DIALOG_MUTE:
		dialog->mutes = !dialog->mutes;
		return DIALOG_CHANGED;
	case DIALOG_NOTHING:
		break;
	}
	return DIALOG_UNCHANGED;
}

enum dialog_effect dialog_key(struct dialog *dialog, const struct key_press *press, int64_t now_us,
		struct dialog_answer *ret_answer) {
	if (dialog->id == 0 || eats(dialog, now_us)) {
		return DIALOG_UNCHANGED;
	}
	switch (press->symbol) {
	case XKB_KEY_Escape:
	case XKB_KEY_Return:
	case XKB_KEY_KP_Enter:
		return answer(dialog, false, ret_answer);
	case XKB_KEY_space:
		return activate(dialog, dialog->focus, ret_answer);
	case XKB_KEY_Tab:
	case XKB_KEY_ISO_Left_Tab:
		move_focus(dialog, press->has_shift);
		return DIALOG_CHANGED;
	case XKB_KEY_Right:
	case XKB_KEY_Down:
	case XKB_KEY_Left:
	case XKB_KEY_Up:
		move_focus(dialog, press->symbol == XKB_KEY_Left || press->symbol == XKB_KEY_Up);
		return DIALOG_CHANGED;
	}
	return DIALOG_UNCHANGED;
}

static enum dialog_part part_at(const struct dialog *dialog, double x, double y) {
	for (int part = 0; part < DIALOG_PARTS; part++) {
		if (box_contains(&dialog->parts[part], x, y)) {
			return (enum dialog_part)part;
		}
	}
	return DIALOG_NOTHING;
}

enum dialog_effect dialog_press(struct dialog *dialog, uint32_t button, double x, double y,
		int64_t now_us, struct dialog_answer *ret_answer) {
	if (dialog->id == 0 || eats(dialog, now_us) || button != BTN_LEFT) {
		return DIALOG_UNCHANGED;
	}
	return activate(dialog, part_at(dialog, x, y), ret_answer);
}

enum dialog_effect dialog_motion(struct dialog *dialog, double x, double y) {
	enum dialog_part part = part_at(dialog, x, y);
	bool has_changed = part != dialog->pointed;
	dialog->pointed = part;
	return has_changed ? DIALOG_CHANGED : DIALOG_UNCHANGED;
}
