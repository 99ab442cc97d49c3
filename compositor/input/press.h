/* SPDX-License-Identifier: MIT
 *
 * What a finger or a pen that comes down means before any client hears of it: it is a click.
 */
#ifndef SILO_COMPOSITOR_INPUT_PRESS_H
#define SILO_COMPOSITOR_INPUT_PRESS_H

#include <stdbool.h>

struct hit;
struct server;

/*
 * A press at a point of the layout: the window that is hit there gets the keyboard and is raised, a layer
 * surface what it may have. Returns in *ret_hit what is there then; false if the press was meant for what
 * was there before, and is nobody's.
 */
bool press_choose(struct server *server, double x, double y, struct hit *ret_hit);

#endif
