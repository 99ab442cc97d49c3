/* SPDX-License-Identifier: MIT
 *
 * What of a buffer differs from its copy on the host: a few boxes in buffer pixels, or everything.
 * Never too little; with many boxes, more than needed.
 */
#ifndef SILO_GUEST_BRIDGE_DAMAGE_H
#define SILO_GUEST_BRIDGE_DAMAGE_H

#include <stdbool.h>
#include <stdint.h>

#define DAMAGE_BOXES_MAX 16

/* x1 and y1 are exclusive. */
struct damage_box {
	int32_t x0, y0, x1, y1;
};

struct damage {
	bool all;
	uint8_t n;
	struct damage_box boxes[DAMAGE_BOXES_MAX];
};

void damage_clear(struct damage *damage);
void damage_add_all(struct damage *damage);
/* Adds a rectangle times scale (≥ 1); any numbers are legal, an empty rectangle adds nothing. */
void damage_add(struct damage *damage, int32_t x, int32_t y, int32_t width, int32_t height,
		int32_t scale);
void damage_union(struct damage *damage, const struct damage *other);
/* The part of box number i inside width × height. Returns false if there is none. */
bool damage_clip(const struct damage *damage, unsigned i, int32_t width, int32_t height,
		struct damage_box *ret_box);

#endif
