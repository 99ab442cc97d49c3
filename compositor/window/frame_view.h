/* SPDX-License-Identifier: MIT
 *
 * A frame of decorations/ in the scene: one node a piece, repainted only when the picture changes
 * and an output is to be drawn.
 */
#ifndef SILO_COMPOSITOR_WINDOW_FRAME_VIEW_H
#define SILO_COMPOSITOR_WINDOW_FRAME_VIEW_H

#include <stdbool.h>

#include "decorations/frame.h"

struct domain;
struct frame_view;
struct server;
struct wlr_scene_tree;

/* Above what is in parent now. Destroy it before parent. Returns NULL without memory. */
struct frame_view *frame_view_create(struct server *server, struct wlr_scene_tree *parent);

/* Gives it a shadow, below all that is in its parent. Returns false without memory. */
bool frame_view_add_shadow(struct frame_view *view);

/* NULL is legal. */
void frame_view_destroy(struct frame_view *view);

/* A specification with everything that domain and session decide; size, state and scale are to be
 * set. */
struct frame_spec frame_view_spec(struct server *server, const struct domain *domain,
		enum frame_kind kind);

/* What its frames and the strip say of how the domain behaves. */
enum frame_badge frame_view_badge(const struct domain *domain);

/* Shows spec, whose strings are copied, from the next picture on. Cheap. */
void frame_view_update(struct frame_view *view, const struct frame_spec *spec);

/* The frame as it will be drawn next, for hit tests. */
const struct frame *frame_view_frame(struct frame_view *view);

#endif
