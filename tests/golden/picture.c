/* SPDX-License-Identifier: MIT */
#include "tests/golden/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "decorations/frame_paint.h"

int golden_init(struct golden *golden, int argc, char *argv[]) {
	if (argc != 3) {
		fprintf(stderr, "usage: %s GOLDEN-DIR OUT-DIR\n", argv[0]);
		return 2;
	}
	*golden = (struct golden){argv[1], argv[2], lettering_create()};
	if (golden->lettering == NULL) {
		fprintf(stderr, "no fonts: install fonts-inter\n");
		return 1;
	}
	return 0;
}

cairo_surface_t *picture_create(int width, int height, struct color ground) {
	cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cairo_t *cr = cairo_create(picture);
	cairo_set_source_rgb(cr, ground.r / 255.0, ground.g / 255.0, ground.b / 255.0);
	cairo_paint(cr);
	cairo_destroy(cr);
	return picture;
}

void picture_put_frame(cairo_surface_t *picture, const struct frame *frame,
		struct lettering *lettering, int left, int top) {
	cairo_t *cr = cairo_create(picture);
	double client = frame->spec.dark ? 0.12 : 1;
	cairo_set_source_rgb(cr, client, client, client);
	cairo_rectangle(cr, left, top, frame_device_x(frame, frame->spec.width),
			frame_device_y(frame, frame->spec.height));
	cairo_fill(cr);
	for (size_t i = 0; i < frame->n_pieces; i++) {
		const struct frame_piece *piece = &frame->pieces[i];
		int width, height;
		frame_piece_size(frame, piece, &width, &height);
		cairo_surface_t *bitmap =
				cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
		if (!frame_paint(frame, piece, lettering, cairo_image_surface_get_data(bitmap),
				    width, height,
				    (size_t)cairo_image_surface_get_stride(bitmap))) {
			abort();
		}
		cairo_surface_mark_dirty(bitmap);
		cairo_set_source_surface(cr, bitmap, left + frame_device_x(frame, piece->x),
				top + frame_device_y(frame, piece->y));
		cairo_paint(cr);
		cairo_surface_destroy(bitmap);
	}
	cairo_destroy(cr);
}

static void write_png(cairo_surface_t *picture, const char *dir, const char *name,
		const char *suffix) {
	char path[1024];
	if (mkdir(dir, 0777) < 0 && errno != EEXIST) {
		perror(dir);
	}
	snprintf(path, sizeof(path), "%s/%s%s.png", dir, name, suffix);
	cairo_status_t status = cairo_surface_write_to_png(picture, path);
	if (status != CAIRO_STATUS_SUCCESS) {
		fprintf(stderr, "%s: %s\n", path, cairo_status_to_string(status));
	}
}

/* Marks the pixels that differ in black on white; returns their number. */
static int difference(cairo_surface_t *a, cairo_surface_t *b, cairo_surface_t *ret_marks) {
	int count = 0, stride = cairo_image_surface_get_stride(a);
	const unsigned char *pa = cairo_image_surface_get_data(a),
			    *pb = cairo_image_surface_get_data(b);
	unsigned char *marks = cairo_image_surface_get_data(ret_marks);
	for (int y = 0; y < cairo_image_surface_get_height(a); y++) {
		for (int x = 0; x < cairo_image_surface_get_width(a); x++) {
			int at = y * stride + 4 * x;
			bool differs = memcmp(pa + at, pb + at, 3) != 0;
			count += differs;
			memset(marks + at, differs ? 0 : 0xff, 3);
		}
	}
	cairo_surface_mark_dirty(ret_marks);
	return count;
}

bool picture_check(cairo_surface_t *picture, const char *dir, const char *out, const char *name) {
	cairo_surface_flush(picture);
	if (getenv("SILO_UPDATE") != NULL) {
		write_png(picture, dir, name, "");
		return true;
	}
	char path[1024];
	snprintf(path, sizeof(path), "%s/%s.png", dir, name);
	int width = cairo_image_surface_get_width(picture);
	int height = cairo_image_surface_get_height(picture);
	cairo_surface_t *golden = cairo_image_surface_create_from_png(path);
	bool same = false;
	if (cairo_surface_status(golden) != CAIRO_STATUS_SUCCESS) {
		fprintf(stderr, "%s: %s\n", path,
				cairo_status_to_string(cairo_surface_status(golden)));
	} else if (cairo_image_surface_get_width(golden) != width ||
			cairo_image_surface_get_height(golden) != height) {
		fprintf(stderr, "%s: the picture is %d by %d now\n", path, width, height);
	} else {
		cairo_surface_t *marks =
				cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
		int count = difference(picture, golden, marks);
		same = count == 0;
		if (!same) {
			fprintf(stderr, "%s: %d pixels differ, see %s/%s.diff.png\n", path, count,
					out, name);
			write_png(marks, out, name, ".diff");
		}
		cairo_surface_destroy(marks);
	}
	if (!same) {
		write_png(picture, out, name, "");
	}
	cairo_surface_destroy(golden);
	return same;
}
