/* SPDX-License-Identifier: MIT */
#include "decorations/text/reader.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/canary.h"

void text_reader_reset(struct text_reader *reader) {
	title_picture_unref(reader->picture);
	*reader = (struct text_reader){0};
}

/* Is it an answer to that question? Then its picture is made room for. */
static enum text_read take_reply(struct text_reader *reader, const struct text_question *question) {
	const struct text_reply *untrusted = &reader->reply;
	if (question == NULL || untrusted->id != question->id) {
		return TEXT_READ_LIE;
	}
	if (untrusted->width == 0 && untrusted->height == 0) {
		return TEXT_READ_ANSWER;
	}
	/* It knows no letters that are taller than two lines, or wider than four of them. */
	uint32_t height_max = 2 * (uint32_t)question->size;
	uint32_t width_max = 4 * TEXT_CODES_MAX * (uint32_t)question->size;
	if (untrusted->width < 1 || untrusted->width > TITLE_WIDTH_MAX ||
			untrusted->width > width_max || untrusted->height < 1 ||
			untrusted->height > height_max || untrusted->height > TITLE_HEIGHT_MAX ||
			(untrusted->baseline > untrusted->height && !CANARY(title)) ||
			untrusted->right_to_left > 1) {
		return TEXT_READ_LIE;
	}
	reader->picture = title_picture_create((int)untrusted->width, (int)untrusted->height);
	if (reader->picture == NULL) {
		return TEXT_READ_LIE;
	}
	reader->picture->baseline = (int)untrusted->baseline;
	reader->picture->size = question->size;
	reader->picture->right_to_left = untrusted->right_to_left == 1;
	return TEXT_READ_PART;
}

static size_t pixels_of(const struct title_picture *picture) {
	return (size_t)picture->width * (size_t)picture->height;
}

enum text_read text_reader_read(struct text_reader *reader, int fd,
		const struct text_question *question, size_t *ret_bytes,
		struct title_picture **ret_picture) {
	struct title_picture *picture = reader->picture;
	void *to = picture != NULL ? (void *)&picture->coverage[reader->picture_len]
				   : (char *)&reader->reply + reader->reply_len;
	size_t wanted = picture != NULL ? pixels_of(picture) - reader->picture_len
					: sizeof(reader->reply) - reader->reply_len;
	ssize_t got = recv(fd, to, wanted, MSG_DONTWAIT);
	if (got <= 0) {
		return got < 0 && (errno == EAGAIN || errno == EINTR) ? TEXT_READ_NOTHING
								      : TEXT_READ_ENDED;
	}
	*ret_bytes += (size_t)got;
	enum text_read result = TEXT_READ_PART;
	if (picture != NULL) {
		reader->picture_len += (size_t)got;
		result = reader->picture_len == pixels_of(picture) ? TEXT_READ_ANSWER : result;
	} else {
		reader->reply_len += (size_t)got;
		result = reader->reply_len == sizeof(reader->reply) ? take_reply(reader, question)
								    : result;
	}
	if (result == TEXT_READ_ANSWER) {
		*ret_picture = picture;
		reader->picture = NULL;
		text_reader_reset(reader);
	}
	return result;
}
