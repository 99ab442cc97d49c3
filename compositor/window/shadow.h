/* SPDX-License-Identifier: MIT
 *
 * Shadows of windows and sheets in the scene, below all that belongs to them. The pictures are painted once for each
 * scale and shared by all windows.
 */
#ifndef SILO_COMPOSITOR_WINDOW_SHADOW_H
#define SILO_COMPOSITOR_WINDOW_SHADOW_H

#include <stdbool.h>

struct frame_spec;
struct server;
struct shadow;
struct wlr_box;
struct wlr_scene_tree;

bool shadows_create(struct server *server);
void shadows_destroy(struct server *server);

/* Below what is in parent now. Destroy it before parent. Returns NULL without memory. */
struct shadow *shadow_create(struct server *server, struct wlr_scene_tree *parent);

/* NULL is legal. */
void shadow_destroy(struct shadow *shadow);

/* Shows the shadow that a frame of spec casts, or none. NULL is legal. */
void shadow_show(struct shadow *shadow, const struct frame_spec *spec);

/* Shows that of a sheet of the host at box of its parent, or none (NULL), as the settings want. shadow may
 * be NULL. */
void shadow_show_sheet(struct shadow *shadow, const struct wlr_box *box);

#endif
