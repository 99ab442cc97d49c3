/* SPDX-License-Identifier: MIT
 *
 * The trusted strip of one output in the scene: which domain has the keyboard.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_STRIP_H
#define SILO_COMPOSITOR_OUTPUT_STRIP_H

struct server;
struct strip;
struct wlr_box;

struct strip *strip_create(struct server *server);

/* NULL is legal. */
void strip_destroy(struct strip *strip);

/* Puts it at the top of the output's box and paints it for that scale. */
void strip_place(struct strip *strip, const struct wlr_box *box, float scale);

/* Shows who has the keyboard now. */
void strip_update(struct strip *strip);

#endif
