/* SPDX-License-Identifier: MIT */
#include "guest/bridge/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

void outbox_finish(struct outbox *outbox) {
	for (size_t i = 0; i < outbox->n_fds; i++) {
		fd_close(&outbox->fds[i]);
	}
	free(outbox->bytes);
	*outbox = (struct outbox){0};
}

int outbox_add(struct outbox *outbox, const void *bytes, size_t len) {
	size_t wanted = outbox->len + len;
	if (wanted > OUTBOX_BYTES_MAX) {
		return -ENOBUFS;
	}
	if (wanted > outbox->cap) {
		size_t cap = outbox->cap < WIRE_MESSAGE_MAX ? WIRE_MESSAGE_MAX : outbox->cap;
		while (cap < wanted) {
			cap *= 2;
		}
		uint8_t *bigger = realloc(outbox->bytes, cap);
		if (bigger == NULL) {
			return -ENOMEM;
		}
		outbox->bytes = bigger;
		outbox->cap = cap;
	}
	memcpy(outbox->bytes + outbox->len, bytes, len);
	outbox->len = wanted;
	return 0;
}

int outbox_add_fd(struct outbox *outbox, int fd) {
	if (outbox->n_fds == FD_MESSAGE_MAX) {
		fd_close(&fd);
		return -ENOBUFS;
	}
	outbox->fds[outbox->n_fds++] = fd;
	return 0;
}

int outbox_add_words(struct outbox *outbox, uint32_t object, uint16_t opcode, const uint32_t *words,
		size_t n) {
	uint32_t size = (uint32_t)(8 + 4 * n);
	uint32_t header[2] = {object, size << 16 | opcode};
	int error = outbox_add(outbox, header, sizeof(header));
	return error < 0 || n == 0 ? error : outbox_add(outbox, words, 4 * n);
}

int outbox_flush(struct outbox *outbox, int sock) {
	size_t done = 0;
	int error = 0;
	while (done < outbox->len) {
		ssize_t sent = fd_send(sock, outbox->bytes + done, outbox->len - done, outbox->fds,
				outbox->n_fds);
		if (sent < 0) {
			error = sent == -EAGAIN ? 0 : (int)sent;
			break;
		}
		done += (size_t)sent;
		for (size_t i = 0; i < outbox->n_fds; i++) {
			fd_close(&outbox->fds[i]);
		}
		outbox->n_fds = 0;
	}
	memmove(outbox->bytes, outbox->bytes + done, outbox->len - done);
	outbox->len -= done;
	return error;
}
