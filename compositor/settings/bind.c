/* SPDX-License-Identifier: MIT
 *
 * Chords are written as names joined by "+", the key last: Mod+Shift+q.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wlr/types/wlr_keyboard.h>

#include "base/canary.h"
#include "compositor/input/actions.h"
#include "compositor/settings/reading.h"
#include "config/suggest.h"
#include "config/value.h"

#define CHORD_MAX 64
#define BINDINGS_MAX 256

static const struct {
	const char *name;
	uint32_t modifier;
} modifiers[] = {
		{"Mod", BINDING_MOD},
		{"Super", WLR_MODIFIER_LOGO},
		{"Alt", WLR_MODIFIER_ALT},
		{"Ctrl", WLR_MODIFIER_CTRL},
		{"Control", WLR_MODIFIER_CTRL},
		{"Shift", WLR_MODIFIER_SHIFT},
};

static bool parse_modifier(const char *name, uint32_t *modifiers_held) {
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
		if (strcasecmp(modifiers[i].name, name) == 0) {
			*modifiers_held |= modifiers[i].modifier;
			return true;
		}
	}
	return false;
}

/* A key that does nothing in applications may stand alone. */
static bool may_stand_alone(xkb_keysym_t symbol) {
	return (symbol >= XKB_KEY_F1 && symbol <= XKB_KEY_F35) || symbol == XKB_KEY_Print ||
			(symbol >= 0x10080000 && symbol <= 0x1008ffff); /* XF86… */
}

/* A key by its name, or by the one ASCII character on it. */
static xkb_keysym_t parse_key(const char *name) {
	if (name[0] > ' ' && name[0] < 0x7f && name[1] == '\0') {
		return xkb_keysym_to_lower((xkb_keysym_t)name[0]);
	}
	return xkb_keysym_to_lower(xkb_keysym_from_name(name, XKB_KEYSYM_CASE_INSENSITIVE));
}

bool reading_chord(struct reading *reading, const char *text, struct binding *ret_binding) {
	char chord[CHORD_MAX];
	if (strlen(text) >= sizeof(chord) && !CANARY(settings)) {
		READING_FAIL(reading,
				"a chord of more than %d bytes; write for example Mod+Shift+q",
				CHORD_MAX - 1);
		return false;
	}
	memcpy(chord, text, strlen(text) + 1);
	struct binding binding = {.symbol = XKB_KEY_NoSymbol};
	char *key = chord;
	for (char *plus = strchr(key, '+'); plus != NULL && plus[1] != '\0';
			plus = strchr(key, '+')) {
		*plus = '\0';
		if (!parse_modifier(key, &binding.modifiers)) {
			READING_FAIL(reading,
					"\"%s\" is no modifier; there are Mod, Super, Alt, Ctrl "
					"and "
					"Shift",
					key);
			return false;
		}
		key = plus + 1;
	}
	binding.symbol = parse_key(key);
	if (binding.symbol == XKB_KEY_NoSymbol) {
		READING_FAIL(reading,
				"\"%s\" is no key; write a letter, or a name such as Return, Left "
				"or XF86AudioMute",
				key);
		return false;
	}
	if ((binding.modifiers & ~(uint32_t)WLR_MODIFIER_SHIFT) == 0 &&
			!may_stand_alone(binding.symbol)) {
		READING_FAIL(reading,
				"\"%s\" would take the key from every application; write Mod+%s",
				text, text);
		return false;
	}
	*ret_binding = binding;
	return true;
}

/* The modifiers with Mod resolved; of a session of its own unless the file says which it is. */
static uint32_t resolve(const struct settings *settings, uint32_t held) {
	uint32_t mod = settings->modifier != 0 ? settings->modifier : WLR_MODIFIER_LOGO;
	return held & BINDING_MOD ? (held & ~BINDING_MOD) | mod : held;
}

static struct binding *find(struct settings *settings, const struct binding *chord) {
	for (size_t i = 0; i < settings->bindings_len; i++) {
		struct binding *binding = &settings->bindings[i];
		if (binding->symbol == chord->symbol &&
				resolve(settings, binding->modifiers) ==
						resolve(settings, chord->modifiers)) {
			return binding;
		}
	}
	return NULL;
}

/* Returns the place for chord, which the file must not have bound before; NULL and reported. */
static struct binding *place_for(struct reading *reading, const char *text,
		const struct binding *chord) {
	struct settings *settings = reading->settings;
	struct binding *binding = find(settings, chord);
	if (binding != NULL && binding->line != 0) {
		READING_FAIL(reading, "%s is bound on line %d already; remove one", text,
				binding->line);
		return NULL;
	}
	if (binding != NULL) {
		return binding;
	}
	if (settings->bindings_len == BINDINGS_MAX) {
		READING_FAIL(reading, "more than %d bindings; remove some", BINDINGS_MAX);
		return NULL;
	}
	struct binding *grown = reallocarray(settings->bindings, settings->bindings_len + 1,
			sizeof(*grown));
	if (grown == NULL) {
		abort();
	}
	settings->bindings = grown;
	return &grown[settings->bindings_len++];
}

static void fail_action(struct reading *reading, const char *name) {
	const char *names[64];
	size_t len = 0;
	for (; len < actions_len && len < 64; len++) {
		names[len] = actions[len].name;
	}
	const char *meant = suggest_word(name, names, len);
	if (meant != NULL) {
		READING_FAIL(reading, "unknown action \"%s\"; did you mean \"%s\"?", name, meant);
	} else {
		READING_FAIL(reading, "unknown action \"%s\"; silo(5) lists all", name);
	}
}

void reading_bind(struct reading *reading) {
	const struct scfg_directive *directive = reading->directive;
	const struct action *action = action_find(directive->params[1]);
	struct binding binding;
	bool ok = reading_chord(reading, directive->params[0], &binding);
	if (action == NULL) {
		fail_action(reading, directive->params[1]);
		return;
	}
	const char *number = directive->params_len > 2 ? directive->params[2] : NULL;
	if (action->takes_number != (number != NULL) ||
			(number != NULL && !value_number(number, 1, 9, &binding.number))) {
		READING_FAIL(reading, "write \"bind %s %s%s", directive->params[0], action->name,
				action->takes_number ? " 1\", or another number up to 9" : "\"");
		return;
	}
	struct binding *place = ok ? place_for(reading, directive->params[0], &binding) : NULL;
	if (place != NULL) {
		binding.action = action->name;
		binding.line = directive->lineno;
		*place = binding;
	}
}

void reading_unbind(struct reading *reading) {
	const char *text = reading->directive->params[0];
	struct binding binding;
	if (!reading_chord(reading, text, &binding)) {
		return;
	}
	if (find(reading->settings, &binding) == NULL) {
		READING_FAIL(reading, "%s is not bound; remove this line", text);
		return;
	}
	struct binding *place = place_for(reading, text, &binding);
	if (place != NULL) {
		place->action = NULL;
		place->line = reading->directive->lineno;
	}
}

void reading_default_bindings(struct settings *settings) {
	settings->bindings = calloc(bindings_default_len, sizeof(*settings->bindings));
	if (settings->bindings == NULL) {
		abort();
	}
	memcpy(settings->bindings, bindings_default,
			bindings_default_len * sizeof(*settings->bindings));
	settings->bindings_len = bindings_default_len;
}
