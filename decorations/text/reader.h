/* SPDX-License-Identifier: MIT
 *
 * Reads silo-text's answers, which may be lies: silo-text reads what guests wrote. Requests are answered in
 * order, so the one that is waited for is known before a byte of its answer is read: its id and its size
 * of letters bound what may come.
 */
#ifndef SILO_DECORATIONS_TEXT_READER_H
#define SILO_DECORATIONS_TEXT_READER_H

#include <stddef.h>
#include <stdint.h>

#include "decorations/text/wire.h"
#include "decorations/title.h"

/* Zeroed: nothing has been read. */
struct text_reader {
	struct text_reply reply;
	size_t reply_len;              /* bytes of it that are there */
	struct title_picture *picture; /* whose coverage is being read; NULL: the reply is */
	size_t picture_len;
};

enum text_read {
	TEXT_READ_NOTHING, /* there is no more now */
	TEXT_READ_PART,    /* of an answer */
	TEXT_READ_ANSWER,  /* it is whole */
	TEXT_READ_ENDED,   /* the socket has hung up */
	TEXT_READ_LIE,     /* no answer to that question */
};

/* The question whose answer is the next; size in device pixels, as it was asked for. */
struct text_question {
	uint32_t id;
	int size;
};

/*
 * Reads once from fd, without waiting. question: NULL if none is open, and then every byte is a lie. Adds what
 * was read to *ret_bytes. With TEXT_READ_ANSWER *ret_picture is the caller's, NULL: it cannot be set.
 */
enum text_read text_reader_read(struct text_reader *reader, int fd,
		const struct text_question *question, size_t *ret_bytes,
		struct title_picture **ret_picture);

/* Forgets what was read of an answer. */
void text_reader_reset(struct text_reader *reader);

#endif
