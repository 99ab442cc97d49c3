/* SPDX-License-Identifier: MIT */
#include "decorations/picture.h"

#include <cairo.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* Signature, and the first chunk with the size. */
#define HEAD_BYTES 24

static uint32_t read_u32(const unsigned char *bytes) {
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
			bytes[3];
}

/* Is it a PNG file of a size that may be read? What follows its head is libpng's. */
static const char *check_head(int fd) {
	static const unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	unsigned char head[HEAD_BYTES];
	struct stat info;
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
		return "not a regular file";
	}
	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
			memcmp(head, signature, sizeof(signature)) != 0) {
		return "not a PNG picture";
	}
	uint64_t width = read_u32(head + 16), height = read_u32(head + 20);
	if (width == 0 || height == 0 || width * height > PICTURE_PIXELS_MAX) {
		return "more than 64 million pixels";
	}
	return NULL;
}

static cairo_status_t read_some(void *closure, unsigned char *data, unsigned int len) {
	int *fd = closure;
	while (len > 0) {
		ssize_t got = read(*fd, data, len);
		if (got <= 0) {
			return CAIRO_STATUS_READ_ERROR;
		}
		data += got;
		len -= (unsigned int)got;
	}
	return CAIRO_STATUS_SUCCESS;
}

static bool paint_cover(cairo_surface_t *picture, void *pixels, int width, int height,
		size_t stride) {
	double picture_width = cairo_image_surface_get_width(picture);
	double picture_height = cairo_image_surface_get_height(picture);
	double scale = fmax(width / picture_width, height / picture_height);
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	cairo_t *cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 0, 0, 0);
	cairo_paint(cr);
	cairo_translate(cr, (width - picture_width * scale) / 2,
			(height - picture_height * scale) / 2);
	cairo_scale(cr, scale, scale);
	cairo_set_source_surface(cr, picture, 0, 0);
	/* No blending with nothing along the edges. */
	cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
	cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
	cairo_paint(cr);
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	cairo_surface_destroy(surface);
	return painted;
}

const char *picture_paint(const char *path, void *pixels, int width, int height, size_t stride) {
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		return "it cannot be opened";
	}
	const char *reason = check_head(fd);
	if (reason != NULL) {
		return reason;
	}
	cairo_surface_t *picture = cairo_image_surface_create_from_png_stream(read_some, &fd);
	if (cairo_surface_status(picture) != CAIRO_STATUS_SUCCESS) {
		reason = "a damaged PNG picture";
	} else if (!paint_cover(picture, pixels, width, height, stride)) {
		reason = "out of memory";
	}
	cairo_surface_destroy(picture);
	return reason;
}
