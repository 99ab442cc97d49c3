/* SPDX-License-Identifier: MIT
 *
 * Keyboards. All real ones, and virtual ones with the same keymap, act as one: it is the keyboard
 * that every domain's seat knows, so plugging, unplugging and virtual input change nothing for
 * guests. A virtual keyboard with a keymap of its own is shown to the focused seat only while it
 * types.
 */
#ifndef SILO_COMPOSITOR_INPUT_KEYBOARD_H
#define SILO_COMPOSITOR_INPUT_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

struct server;
struct wlr_keyboard;

bool keyboards_create(struct server *server);
void keyboards_destroy(struct server *server);

/* Takes input from keyboard until it is destroyed. */
void keyboards_add(struct server *server, struct wlr_keyboard *keyboard, bool is_virtual);

/* What is pressed now is more than a tap of a key. */
void keyboards_end_tap(struct server *server);

/* What was typed for something that is waited for will not be heard by it; no tap or chord is under way. */
void keyboards_forget(struct server *server);

/* Something of the host's may be typed into now: gives it what was typed while it was waited for. */
void keyboards_send_early(struct server *server);

/* The settings have changed: layout and repetition. */
void keyboards_reload(struct server *server);

/* The one that all real keyboards act as. */
struct wlr_keyboard *keyboards_main(struct server *server);

/* Modifiers held now on any keyboard, WLR_MODIFIER_ bits. */
uint32_t keyboards_modifiers(struct server *server);

/* Is Caps Lock on, for what is typed on them? */
bool keyboards_have_caps_lock(struct server *server);

#endif
