/* SPDX-License-Identifier: MIT
 *
 * Draws the launcher and finds what lies under the pointer. Lengths are logical pixels.
 */
#ifndef SILO_LAUNCHER_MENU_MENU_VIEW_H
#define SILO_LAUNCHER_MENU_MENU_VIEW_H

#include "launcher/menu/menu.h"

#define MENU_WIDTH 840
#define MENU_HEIGHT 648
#define MENU_COLUMN 296 /* width of the VMs' column */

enum spot_kind {
	SPOT_NONE,
	SPOT_ROW,     /* an application */
	SPOT_MACHINE, /* a VM of the column */
	SPOT_VERBS,   /* the menu of one VM */
	SPOT_VERB,    /* an entry of it */
};

struct menu_spot {
	enum spot_kind kind;
	size_t index;
};

/* What lies at a point. */
struct menu_spot menu_view_spot(const struct menu *menu, int width, int height, double x, double y);

/* How many rows fit; to be called before keys are handled, whenever the size has changed. */
void menu_view_measure(struct menu *menu, int width, int height);

/* Draws all of it; now_ms is Unix time. */
void menu_view_draw(const struct menu *menu, struct canvas *canvas, int width, int height,
		uint64_t now_ms);

#endif
