/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: titles, at both ends of silo-text. First byte even: the rest, after the size of the
 * letters, is a guest's title that is set. Odd: it is a program in which a silo-text that was taken over answers silo;
 * whatever it says, a picture has the size that was asked for, and only that one's coverage.
 */
#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "decorations/text/reader.h"
#include "decorations/text/shape.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define QUESTIONS_MAX 32

/* Reads every byte, as does whoever looks at it: it must be there. */
static void check_picture(const struct title_picture *picture, int size) {
	size_t pixels = (size_t)picture->width * (size_t)picture->height, ink = 0;
	assert(picture->width >= 1 && picture->width <= TITLE_WIDTH_MAX);
	assert(picture->height >= 1 && picture->height <= 2 * size);
	assert(picture->baseline >= 0 && picture->baseline <= picture->height);
	assert(picture->size == size);
	for (size_t i = 0; i < pixels; i++) {
		ink += picture->coverage[i];
	}
	assert(ink <= pixels * UINT8_MAX);
}

static void set(struct input *input) {
	static struct shaper *shaper;
	if (shaper == NULL) {
		shaper = shaper_create();
		assert(shaper != NULL);
	}
	int size = input_byte(input);
	struct title_picture *picture =
			shaper_set(shaper, (const char *)input->at, input->left, size);
	if (picture != NULL) {
		assert(size >= TITLE_SIZE_MIN && size <= TITLE_SIZE_MAX);
		check_picture(picture, size);
	}
	title_picture_unref(picture);
}

/* A reply that is nearly right, or any bytes. */
static void say(int fd, struct input *input, const struct text_question *question) {
	uint8_t kind = input_byte(input);
	size_t len;
	if (kind % 4 == 0) {
		const uint8_t *bytes = input_bytes(input, 4096, &len);
		fd_send(fd, bytes, len, NULL, 0);
		return;
	}
	static uint8_t coverage[65536];
	struct text_reply reply = {.id = kind % 4 == 1 ? input_number(input) : question->id,
			.width = input_number(input),
			.height = input_number(input),
			.baseline = input_number(input),
			.right_to_left = kind % 4 == 2 ? input_number(input) : 0};
	fd_send(fd, &reply, sizeof(reply), NULL, 0);
	len = (size_t)reply.width * reply.height;
	memset(coverage, kind, sizeof(coverage));
	fd_send(fd, coverage, len < sizeof(coverage) ? len : sizeof(coverage), NULL, 0);
}

static void answer(struct input *input) {
	struct text_reader reader = {0};
	int pair[2];
	int status = fd_socketpair(SOCK_STREAM, pair);
	assert(status == 0);
	fd_set_nonblock(pair[1], true);
	enum text_read result = TEXT_READ_NOTHING;
	struct text_question question = {1, TITLE_SIZE_MAX};
	while (question.id <= QUESTIONS_MAX && input->left > 0 && result < TEXT_READ_ENDED) {
		say(pair[1], input, &question);
		size_t total = 0;
		do {
			size_t before = total;
			struct title_picture *picture = NULL;
			result = text_reader_read(&reader, pair[0], &question, &total, &picture);
			assert((total > before) ==
					(result == TEXT_READ_PART || result == TEXT_READ_ANSWER ||
							result == TEXT_READ_LIE));
			if (picture != NULL) {
				assert(result == TEXT_READ_ANSWER);
				check_picture(picture, question.size);
				title_picture_unref(picture);
			}
		} while (result == TEXT_READ_PART);
		if (result == TEXT_READ_ANSWER) {
			question.id++;
			question.size = TITLE_SIZE_MIN +
					input_byte(input) % (TITLE_SIZE_MAX - TITLE_SIZE_MIN + 1);
		}
	}
	text_reader_reset(&reader);
	fd_close(&pair[0]);
	fd_close(&pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	if (input_byte(&input) % 2 == 0) {
		set(&input);
	} else {
		answer(&input);
	}
	return 0;
}
