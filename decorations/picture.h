/* SPDX-License-Identifier: MIT
 *
 * The person's own picture as wallpaper: a PNG file of the host, named in the settings. No guest's
 * file is ever opened here.
 */
#ifndef SILO_DECORATIONS_PICTURE_H
#define SILO_DECORATIONS_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

/* No picture has more pixels, so that none takes more than 256 MiB while it is painted. */
#define PICTURE_PIXELS_MAX (64 * 1024 * 1024)

/*
 * Paints the PNG file at path over the whole of pixels, opaque, scaled to cover them, its middle in
 * the middle; pixels as for frame_paint(). Returns NULL, or why it cannot: static, and pixels are
 * then as they were.
 */
const char *picture_paint(const char *path, void *pixels, int width, int height, size_t stride);

#endif
