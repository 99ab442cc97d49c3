/* SPDX-License-Identifier: MIT
 *
 * The scene's layers, bottom to top. A window's popups belong to the window's own tree, so that
 * they are stacked with it and cannot cover a window that the user has put in front of it.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_LAYERS_H
#define SILO_COMPOSITOR_OUTPUT_LAYERS_H

#include <stdbool.h>

struct server;
struct wlr_scene;
struct wlr_scene_tree;

enum layer {
	LAYER_BACKGROUND,
	LAYER_BOTTOM,
	LAYER_WINDOWS,
	LAYER_SCRIM,      /* darkens what is below while the launcher is open */
	LAYER_TOP,        /* the panel */
	LAYER_FULLSCREEN, /* the fullscreen window that has the keyboard: there is no scrim then */
	LAYER_OVERLAY,
	LAYER_DRAG,     /* what follows the pointer */
	LAYER_ASK,      /* silo-ask's, with all but notices and strip darkened below it */
	LAYER_NOTICES,  /* the panel's, which nothing of a client's may hide */
	LAYER_SWITCHER, /* the host's own, above all that clients show */
	LAYER_REVEAL,   /* hides all that is below it while it is open */
	LAYER_LOCK,     /* while the session is locked, this and the strip are all that is drawn */
	LAYER_STRIP,    /* trusted: nothing of a client's is ever in it or above it */
	LAYER_COUNT,
};

struct layers {
	struct wlr_scene *scene;
	struct wlr_scene_tree *trees[LAYER_COUNT];
};

bool layers_create(struct server *server);
void layers_destroy(struct server *server);

#endif
