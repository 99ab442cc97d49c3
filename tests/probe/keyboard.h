/* SPDX-License-Identifier: MIT
 *
 * A virtual keyboard with the keymap that the compositor uses (XKB_DEFAULT_*), so that nobody
 * behind it sees a change of keymap.
 */
#ifndef SILO_TESTS_PROBE_KEYBOARD_H
#define SILO_TESTS_PROBE_KEYBOARD_H

#include <stdbool.h>

struct probe;
struct keyboard;

/* The probe's keyboard, made now if there is none. NULL: the compositor offers none. */
struct keyboard *keyboard_get(struct probe *probe);
void keyboard_destroy(struct keyboard *keyboard);

/* Types UTF-8 text. Returns false if the keymap lacks a character, having typed nothing. */
bool keyboard_type(struct keyboard *keyboard, const char *text);

/*
 * Presses and releases a chord such as "Return", "ctrl+shift+c", "Alt+F4": modifiers (ctrl, shift,
 * alt, super, altgr) and one key by its xkb name or character. Returns false if it is unknown.
 */
bool keyboard_chord(struct keyboard *keyboard, const char *chord);

/* Presses or releases one key, a modifier or any other, and leaves it so. */
bool keyboard_hold(struct keyboard *keyboard, const char *name, bool pressed);

#endif
