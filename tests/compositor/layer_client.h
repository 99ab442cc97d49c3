/* SPDX-License-Identifier: MIT
 *
 * A client's layer surface, for tests.
 */
#ifndef SILO_TESTS_COMPOSITOR_LAYER_CLIENT_H
#define SILO_TESTS_COMPOSITOR_LAYER_CLIENT_H

#include "tests/compositor/fixture.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

#define ANCHOR_TOP ZWLR_LAYER_SURFACE_V1_ANCHOR_TOP
#define ANCHOR_BOTTOM ZWLR_LAYER_SURFACE_V1_ANCHOR_BOTTOM
#define ANCHOR_LEFT ZWLR_LAYER_SURFACE_V1_ANCHOR_LEFT
#define ANCHOR_RIGHT ZWLR_LAYER_SURFACE_V1_ANCHOR_RIGHT
#define KEYS_NONE ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_NONE
#define KEYS_EXCLUSIVE ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_EXCLUSIVE
#define KEYS_ON_DEMAND ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_ON_DEMAND

struct test_layer {
	struct test_client *client;
	struct zwlr_layer_shell_v1 *shell;
	struct wl_surface *surface;
	struct zwlr_layer_surface_v1 *layer;
	uint32_t width, height; /* of the last configure event */
	uint32_t serial;
	int configures;
	bool is_configured, is_closed;
};

/* What a layer surface asks for. */
struct test_layer_spec {
	const char *name;
	uint32_t layer, anchor, width, height, keys;
	int32_t zone;
	struct wl_output *output; /* NULL: any */
};

/* A layer surface that has asked, but not committed. */
void layer_init(struct test_layer *layer, struct test_client *client,
		const struct test_layer_spec *spec);

/* Commits, acknowledges what comes and shows one colour (ARGB). */
void layer_show(struct test_layer *layer, uint32_t color);

void layer_map(struct test_layer *layer, struct test_client *client,
		const struct test_layer_spec *spec, uint32_t color);

/* Also for one whose client is dead. */
void layer_finish(struct test_layer *layer);

/* The panel's and the launcher's, as silo's own programs make them. */
extern const struct test_layer_spec panel_spec, launcher_spec;

#endif
