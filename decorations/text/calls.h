/* SPDX-License-Identifier: MIT
 *
 * What is left of the system to silo-text inside its box: memory, its socket, and reading the fonts.
 */
#ifndef SILO_DECORATIONS_TEXT_CALLS_H
#define SILO_DECORATIONS_TEXT_CALLS_H

#include "base/lockdown.h"

/* For lockdown_enter(). */
extern const struct lockdown_calls text_calls;

#endif
