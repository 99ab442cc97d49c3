/* SPDX-License-Identifier: MIT
 *
 * A virtual pointer over the whole layout of outputs.
 */
#ifndef SILO_TESTS_PROBE_POINTER_H
#define SILO_TESTS_PROBE_POINTER_H

#include <stdbool.h>
#include <stdint.h>

struct probe;
struct pointer;

/* The probe's pointer, made now if there is none. NULL: the compositor offers none. */
struct pointer *pointer_get(struct probe *probe);
void pointer_destroy(struct pointer *pointer);

/* Moves to a point of the layout, logical pixels. */
void pointer_move(struct probe *probe, struct pointer *pointer, double x, double y);

/* Presses or releases a button, an evdev code. */
void pointer_button(struct pointer *pointer, uint32_t button, bool pressed);

/* Turns the wheel by whole steps; positive is down. */
void pointer_scroll(struct pointer *pointer, int steps);

#endif
