/* SPDX-License-Identifier: MIT
 *
 * Pictures of outputs over ext-image-copy-capture.
 */
#ifndef SILO_TESTS_PROBE_CAPTURE_H
#define SILO_TESTS_PROBE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

struct probe;
struct probe_output;
struct capture;

/* A capture session of an output, with the cursor in its pictures or not. NULL: not offered, or the output is gone. */
struct capture *capture_create(struct probe *probe, struct probe_output *output, bool has_cursor);
void capture_destroy(struct capture *capture);

/*
 * Takes a picture: the first one of a session at once, a later one when something has changed.
 * Returns 0, -ETIMEDOUT, -EIO, or another negative errno.
 */
int capture_take(struct capture *capture, int64_t deadline_ms);

/* The pixel 0xrrggbb of the last picture, or -1 outside of it. Picture pixels. */
int64_t capture_pixel(const struct capture *capture, int x, int y);

/*
 * The smallest box around the pixels of a color 0xrrggbb within box {x, y, width, height} of the last
 * picture. False: there is none.
 */
bool capture_bounds(const struct capture *capture, const int box[4], int64_t color,
		int ret_bounds[4]);

/* Writes the last picture. Returns 0 or a negative errno. */
int capture_write_png(const struct capture *capture, const char *path);

#endif
