/* SPDX-License-Identifier: MIT
 *
 * zwlr_layer_shell_v1: surfaces of the desktop's own programs (panel, launcher) and of host tools.
 * No VM's client and no ordinary host application can make one. They lie below the strip, take no
 * more than their output, and may reserve a part of it. One that wants all keys has the keyboard
 * while it is shown; if it is silo's own, everything but the panel is darkened meanwhile.
 */
#ifndef SILO_COMPOSITOR_SHELL_LAYER_SHELL_H
#define SILO_COMPOSITOR_SHELL_LAYER_SHELL_H

#include <stdbool.h>
#include <wayland-server-core.h>
#include <wlr/util/box.h>

struct output;
struct server;
struct shadow;
struct wlr_layer_surface_v1;
struct wlr_scene_node;
struct wlr_scene_tree;

struct layer_surface {
	struct server *server;
	struct wlr_layer_surface_v1 *wlr_layer;
	struct output *output;
	bool is_shells;              /* of a program that silo started itself */
	struct wlr_scene_tree *tree; /* holds surface and popups, bottom to top */
	struct wlr_scene_tree *surface;
	struct shadow *shadow; /* below the panel; NULL: casts none */
	struct wlr_scene_tree *popups;
	struct wl_list popup_list;   /* layer_popup.link */
	struct wlr_box box;          /* in the layout; empty until the initial commit */
	int told_width, told_height; /* with the last configure event */
	struct wl_list link;         /* layer_shell.surfaces */
	struct wl_listener commit, map, unmap, new_popup, destroy;
};

bool layer_shell_create(struct server *server);
void layer_shell_destroy(struct server *server);

/* All layer surfaces, the one shown last first: layer_surface.link. */
struct wl_list *layer_shell_surfaces(struct server *server);

/* The layer surface that a node of the scene belongs to; NULL: none. */
struct layer_surface *layer_surface_of_node(struct wlr_scene_node *node);

/*
 * Keeps the keyboard from windows, and darkens them, until a program of silo's own shows a surface
 * that wants all keys, or is_awaited becomes false. label is for the strip, static.
 */
void layer_shell_await(struct server *server, bool is_awaited, const char *label);

/* Is it waited for? */
bool layer_shell_awaits(struct server *server);

/* Is everything but the shell's own darkened and without keyboard and pointer? */
bool layer_shell_is_modal(struct server *server);

/* Is it a question that darkens it, and all but notices with it? */
bool layer_shell_asks(struct server *server);

/* Has a program of silo's own with that connection a surface in sight? */
bool layer_shell_shows(struct server *server, const struct wl_client *client);

/* Closes all surfaces of that connection. */
void layer_shell_close(struct server *server, const struct wl_client *client);

/* The user presses a button on layer, on the scrim, or (NULL) elsewhere. */
void layer_shell_press(struct server *server, struct layer_surface *layer, bool is_scrim);

/* The host's colours have changed. */
void layer_shell_repaint(struct server *server);

/* output goes: so do the surfaces on it. */
void layer_shell_forget_output(struct server *server, struct output *output);

#endif
