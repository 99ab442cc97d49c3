/* SPDX-License-Identifier: MIT
 *
 * The desktop's ground: five nested domed columns in the host's greys.
 */
#ifndef SILO_DECORATIONS_WALLPAPER_H
#define SILO_DECORATIONS_WALLPAPER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Paints the wallpaper of an output of width by height device pixels, opaque; pixels as for
 * frame_paint(). Returns false without memory.
 */
bool wallpaper_paint(bool dark, void *pixels, int width, int height, size_t stride);

#endif
