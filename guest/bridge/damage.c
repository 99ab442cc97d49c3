/* SPDX-License-Identifier: MIT */
#include "guest/bridge/damage.h"

void damage_clear(struct damage *damage) {
	damage->all = false;
	damage->n = 0;
}

void damage_add_all(struct damage *damage) {
	damage->all = true;
	damage->n = 0;
}

static struct damage_box bounds(struct damage_box a, struct damage_box b) {
	return (struct damage_box){
			.x0 = a.x0 < b.x0 ? a.x0 : b.x0,
			.y0 = a.y0 < b.y0 ? a.y0 : b.y0,
			.x1 = a.x1 > b.x1 ? a.x1 : b.x1,
			.y1 = a.y1 > b.y1 ? a.y1 : b.y1,
	};
}

static double area(struct damage_box box) {
	return ((double)box.x1 - box.x0) * ((double)box.y1 - box.y0);
}

static void add_box(struct damage *damage, struct damage_box box) {
	if (damage->all) {
		return;
	}
	unsigned best = 0;
	double best_waste = 0;
	for (unsigned i = 0; i < damage->n; i++) {
		double waste = area(bounds(damage->boxes[i], box)) - area(damage->boxes[i]) -
				area(box);
		if (i == 0 || waste < best_waste) {
			best = i;
			best_waste = waste;
		}
	}
	/* Merging boxes that overlap or touch saves more than it copies too much. */
	if (damage->n > 0 && (best_waste <= 0 || damage->n == DAMAGE_BOXES_MAX)) {
		damage->boxes[best] = bounds(damage->boxes[best], box);
		return;
	}
	damage->boxes[damage->n++] = box;
}

static int32_t clamp(int64_t value) {
	return value < 0 ? 0 : value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

void damage_add(struct damage *damage, int32_t x, int32_t y, int32_t width, int32_t height,
		int32_t scale) {
	if (width <= 0 || height <= 0) {
		return;
	}
	struct damage_box box = {
			.x0 = clamp((int64_t)x * scale),
			.y0 = clamp((int64_t)y * scale),
			.x1 = clamp(((int64_t)x + width) * scale),
			.y1 = clamp(((int64_t)y + height) * scale),
	};
	if (box.x0 < box.x1 && box.y0 < box.y1) {
		add_box(damage, box);
	}
}

void damage_union(struct damage *damage, const struct damage *other) {
	if (other->all) {
		damage_add_all(damage);
		return;
	}
	for (unsigned i = 0; i < other->n; i++) {
		add_box(damage, other->boxes[i]);
	}
}

bool damage_clip(const struct damage *damage, unsigned i, int32_t width, int32_t height,
		struct damage_box *ret_box) {
	struct damage_box box = damage->boxes[i];
	box.x1 = box.x1 < width ? box.x1 : width;
	box.y1 = box.y1 < height ? box.y1 : height;
	if (box.x0 >= box.x1 || box.y0 >= box.y1) {
		return false;
	}
	*ret_box = box;
	return true;
}
