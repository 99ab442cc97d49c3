/* SPDX-License-Identifier: MIT
 *
 * Paints the pieces of a laid-out frame into pixel buffers.
 */
#ifndef SILO_DECORATIONS_FRAME_PAINT_H
#define SILO_DECORATIONS_FRAME_PAINT_H

#include <stddef.h>

#include "decorations/frame.h"

/* The size in device pixels of the bitmap of a piece; may be 0 at scales below 1. */
void frame_piece_size(const struct frame *frame, const struct frame_piece *piece, int *ret_width,
		int *ret_height);

/*
 * Paints one piece, solid or not. pixels is premultiplied ARGB32 in native byte order (cairo's
 * and DRM_FORMAT_ARGB8888's on little-endian machines), height rows of stride bytes, stride a
 * multiple of 4 and at least 4 × width; all of it is overwritten.
 * Returns false if there is no memory; the pixels are transparent then.
 */
bool frame_paint(const struct frame *frame, const struct frame_piece *piece,
		struct lettering *lettering, void *pixels, int width, int height, size_t stride);

#endif
