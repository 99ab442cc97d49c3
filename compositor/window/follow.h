/* SPDX-License-Identifier: MIT
 *
 * Windows go where their output goes: when it moves in the layout they move with it, and when it goes
 * they come to one that stays.
 */
#ifndef SILO_COMPOSITOR_WINDOW_FOLLOW_H
#define SILO_COMPOSITOR_WINDOW_FOLLOW_H

struct server;

/* The layout has changed since output.told_box: moves every window's area, telling nobody yet. */
void follow_outputs(struct server *server);

#endif
