/* SPDX-License-Identifier: MIT
 *
 * Stands in silo-text's place, and lies in the way that LIE says.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decorations/text/wire.h"

enum lie {
	LIE_NONE,  /* a white box for each title */
	LIE_ID,    /* of another question */
	LIE_WIDTH, /* more than there may be */
	LIE_HEIGHT,
	LIE_BASELINE, /* below the picture */
	LIE_SHORT,    /* less than was announced, and the end */
	LIE_FLOOD,    /* answers that nobody asked for */
	LIE_SILENCE,
};

#define FD 3

static void put(const void *bytes, size_t len) {
	const char *from = bytes;
	while (len > 0) {
		ssize_t done = write(FD, from, len);
		if (done <= 0) {
			exit(0);
		}
		from += done;
		len -= (size_t)done;
	}
}

int main(void) {
	struct text_request request;
	static unsigned char white[1 << 20];
	memset(white, 0xff, sizeof(white));
	while (read(FD, &request, sizeof(request)) == sizeof(request)) {
		struct text_reply reply = {.id = request.id,
				.width = 40,
				.height = request.size,
				.baseline = request.size - 1};
		size_t pixels = (size_t)reply.width * reply.height;
		switch ((enum lie)LIE) {
		case LIE_ID:
			reply.id += 7;
			break;
		case LIE_WIDTH:
			reply.width = 0x7fffffff;
			break;
		case LIE_HEIGHT:
			reply.height = 0xffffffff;
			break;
		case LIE_BASELINE:
			reply.baseline = reply.height + 1;
			break;
		case LIE_SHORT:
			put(&reply, sizeof(reply));
			put(white, pixels / 2);
			return 0;
		case LIE_FLOOD:
			put(&reply, sizeof(reply));
			put(white, pixels);
			for (;;) {
				put(white, sizeof(white));
			}
		case LIE_SILENCE:
			pause();
			return 0;
		case LIE_NONE:
			break;
		}
		put(&reply, sizeof(reply));
		put(white, pixels);
	}
	return 0;
}
