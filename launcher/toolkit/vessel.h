/* SPDX-License-Identifier: MIT
 *
 * The vessel: a VM as an object, a domed column that is hollow when the VM is stopped, fills while
 * it starts and is full when it runs.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_VESSEL_H
#define SILO_LAUNCHER_TOOLKIT_VESSEL_H

#include "launcher/toolkit/canvas.h"

enum vessel_mark {
	VESSEL_PLAIN,
	VESSEL_PAUSED, /* a pause mark at its foot */
	VESSEL_FAILED, /* a cross there */
};

struct vessel {
	struct vm_colors colors;
	enum glyph glyph; /* GLYPH_HOST: this computer, in ink */
	double level;     /* 0: hollow, 1: full */
	enum vessel_mark mark;
};

/* Draws it into box, on the theme's raised colour. */
void vessel_draw(struct canvas *canvas, const struct vessel *vessel, struct box box);

#endif
