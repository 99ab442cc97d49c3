/* SPDX-License-Identifier: MIT
 *
 * silo-text: sets the titles that guests give their windows, so that neither pango nor a font's tables
 * ever see a guest's text in the compositor. silo starts it in a box of its own, with one socket.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/lockdown.h"
#include "base/log.h"
#include "decorations/text/calls.h"
#include "decorations/text/shape.h"
#include "decorations/text/wire.h"

/* Returns 1, or 0 at the end of the stream, or -1. */
static int read_all(int fd, void *bytes, size_t len) {
	char *to = bytes;
	while (len > 0) {
		ssize_t got = read(fd, to, len);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return got == 0 ? 0 : -1;
		}
		to += got;
		len -= (size_t)got;
	}
	return 1;
}

static bool write_all(int fd, const void *bytes, size_t len) {
	const char *from = bytes;
	while (len > 0) {
		ssize_t put = write(fd, from, len);
		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put <= 0) {
			return false;
		}
		from += put;
		len -= (size_t)put;
	}
	return true;
}

static bool answer(int fd, struct shaper *shaper, const struct text_request *request) {
	size_t len = request->len < TEXT_BYTES_MAX ? request->len : TEXT_BYTES_MAX;
	struct title_picture *picture = request->size <= TITLE_SIZE_MAX
			? shaper_set(shaper, request->text, len, (int)request->size)
			: NULL;
	struct text_reply reply = {.id = request->id};
	size_t pixels = 0;
	if (picture != NULL) {
		reply.width = (uint32_t)picture->width;
		reply.height = (uint32_t)picture->height;
		reply.baseline = (uint32_t)picture->baseline;
		reply.right_to_left = picture->right_to_left;
		pixels = (size_t)picture->width * (size_t)picture->height;
	}
	bool is_written = write_all(fd, &reply, sizeof(reply)) &&
			(picture == NULL || write_all(fd, picture->coverage, pixels));
	title_picture_unref(picture);
	return is_written;
}

static int serve(int fd) {
	struct shaper *shaper = shaper_create();
	if (shaper == NULL) {
		log_error("no font is installed: install one, such as fonts-dejavu-core");
		return 1;
	}
	/* What libraries start only once, they start before the list holds. */
	static const char first[] = "Silo";
	title_picture_unref(shaper_set(shaper, first, strlen(first), TITLE_SIZE_MIN));
	if (!lockdown_enter(&text_calls)) {
		return 1;
	}
	struct text_request request;
	int got;
	while ((got = read_all(fd, &request, sizeof(request))) > 0) {
		if (!answer(fd, shaper, &request)) {
			return 1;
		}
	}
	shaper_destroy(shaper);
	return got == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
	static const struct option options[] = {
			{"fd", required_argument, NULL, 'f'},
			{"help", no_argument, NULL, 'h'},
			{"version", no_argument, NULL, 'V'},
			{0},
	};
	int fd = -1, option;
	while ((option = getopt_long(argc, argv, "hV", options, NULL)) >= 0) {
		switch (option) {
		case 'f':
			fd = fd_parse(optarg);
			break;
		case 'h':
			puts("silo-text --fd N: sets windows' titles; started by silo, in a box");
			return 0;
		case 'V':
			puts("silo-text " SILO_VERSION);
			return 0;
		default:
			return 2;
		}
	}
	log_init("silo-text", NULL, LOG_LEVEL_INFO);
	if (fd < 0 || optind != argc) {
		log_error("is started by silo, with --fd N");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	fd_set_nonblock(fd, false);
	return serve(fd);
}
