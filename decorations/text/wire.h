/* SPDX-License-Identifier: MIT
 *
 * What silo and silo-text say to each other over a stream socket: a request of fixed size, answered in
 * order by a reply with the title's coverage behind it. silo believes nothing in a reply that it has not
 * checked: silo-text reads what guests wrote.
 */
#ifndef SILO_DECORATIONS_TEXT_WIRE_H
#define SILO_DECORATIONS_TEXT_WIRE_H

#include <stdint.h>

/* Code points of a title, and bytes for them. */
#define TEXT_CODES_MAX 80
#define TEXT_BYTES_MAX (4 * TEXT_CODES_MAX)

struct text_request {
	uint32_t id;
	uint32_t size; /* of the letters, TITLE_SIZE_MIN to TITLE_SIZE_MAX device pixels */
	uint32_t len;
	char text[TEXT_BYTES_MAX];
};

/* Then height rows of width bytes, from 0 to 255. */
struct text_reply {
	uint32_t id;
	uint32_t width, height; /* 0: it cannot be set, and nothing follows */
	uint32_t baseline;      /* at most height */
	uint32_t right_to_left; /* 0 or 1 */
};

#endif
