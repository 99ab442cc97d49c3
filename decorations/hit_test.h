/* SPDX-License-Identifier: MIT
 *
 * Which part of a frame a point belongs to. A frame reaches a few pixels beyond what it paints, so
 * that its edges can be grabbed; a press there reaches no VM.
 */
#ifndef SILO_DECORATIONS_HIT_TEST_H
#define SILO_DECORATIONS_HIT_TEST_H

#include "decorations/frame.h"

#define HIT_OUTSIDE 8        /* logical pixels around the frame for a pointer */
#define HIT_OUTSIDE_TOUCH 24 /* and for a finger */
#define HIT_CORNER 24        /* side of a corner's square, from the outside in */

/*
 * The part of frame at a point in logical pixels relative to the client area's top left corner.
 * outside is HIT_OUTSIDE or HIT_OUTSIDE_TOUCH. The client area is always the client's. Maximised
 * and fullscreen windows and popups cannot be resized: nothing outside them is theirs.
 */
enum frame_part hit_test(const struct frame *frame, double x, double y, int outside);

#endif
