/* SPDX-License-Identifier: MIT
 *
 * Where a layer surface stands in an area, and what it takes of it. Pure; whatever a client asks for
 * comes out within bounds.
 */
#ifndef SILO_COMPOSITOR_SHELL_LAYER_ARRANGE_H
#define SILO_COMPOSITOR_SHELL_LAYER_ARRANGE_H

#include <wlr/util/box.h>

struct output_insets;
struct wlr_layer_surface_v1_state;

/* What exclusive zones must leave of an output, else a zone counts for nothing. */
#define LAYER_USABLE_MIN 160

/* The box of a surface of that state in area, which is not empty; it is never larger than area. */
struct wlr_box layer_place(const struct wlr_layer_surface_v1_state *untrusted,
		const struct wlr_box *area);

/* Takes the exclusive zone of a surface of that state from area and adds it to insets. */
void layer_reserve(const struct wlr_layer_surface_v1_state *untrusted, struct wlr_box *area,
		struct output_insets *insets);

#endif
