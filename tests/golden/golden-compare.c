/* SPDX-License-Identifier: MIT
 *
 * Compares a PNG with the golden one of that name, or updates it, as picture_check() does.
 * usage: golden-compare FILE.png GOLDEN-DIR OUT-DIR NAME
 */
#include <stdio.h>

#include "tests/golden/picture.h"

int main(int argc, char *argv[]) {
	if (argc != 5) {
		fprintf(stderr, "usage: golden-compare FILE.png GOLDEN-DIR OUT-DIR NAME\n");
		return 2;
	}
	cairo_surface_t *picture = cairo_image_surface_create_from_png(argv[1]);
	if (cairo_surface_status(picture) != CAIRO_STATUS_SUCCESS) {
		fprintf(stderr, "%s: %s\n", argv[1],
				cairo_status_to_string(cairo_surface_status(picture)));
		return 1;
	}
	bool same = picture_check(picture, argv[2], argv[3], argv[4]);
	cairo_surface_destroy(picture);
	return same ? 0 : 1;
}
