/* SPDX-License-Identifier: MIT
 *
 * Keys that silo itself types, at the user's wish, into the window that has the keyboard.
 */
#ifndef SILO_COMPOSITOR_INPUT_TYPING_H
#define SILO_COMPOSITOR_INPUT_TYPING_H

#include <stdint.h>
#include <xkbcommon/xkbcommon.h>

struct seat;

/* Presses and releases a chord (WLR_MODIFIER_ bits and a symbol of the layout's first level); what is
 * held on the real keyboard is told again after it. Nothing happens if no key has the symbol. */
void typing_chord(struct seat *seat, uint32_t modifiers, xkb_keysym_t symbol);

#endif
