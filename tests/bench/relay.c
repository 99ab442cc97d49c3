/* SPDX-License-Identifier: MIT
 *
 * A plain relay of UNIX stream sockets with descriptors: the least that any process between a
 * Wayland client and its compositor costs, for comparison with silo-proxy. With --walk it also reads
 * the header of each message that passes, as anything that knows Wayland must.
 * usage: relay [--walk] LISTEN-PATH UPSTREAM-PATH; prints "ready" when it listens, ends with its last
 * client.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"

#define LINKS_MAX 16
#define CHUNK 65536

/* One direction: what was read and not yet sent. */
struct direction {
	char bytes[CHUNK];
	size_t start, end;
	int fds[FD_MESSAGE_MAX];
	size_t n_fds;
	/* Where the next header is, counted from the beginning of bytes; what was seen of one. */
	size_t next, header_len;
	unsigned char header[8];
};

struct link {
	int ends[2];                 /* client, upstream; -1: unused */
	struct direction towards[2]; /* index: the end that it is sent to */
};

static struct link links[LINKS_MAX];
static bool walks;
/* So that no compiler leaves the walk out. */
static volatile size_t messages;

static void link_close(struct link *link) {
	for (int i = 0; i < 2; i++) {
		fd_close(&link->ends[i]);
		struct direction *direction = &link->towards[i];
		for (size_t fd = 0; fd < direction->n_fds; fd++) {
			fd_close(&direction->fds[fd]);
		}
		direction->n_fds = direction->start = direction->end = 0;
		direction->next = direction->header_len = 0;
	}
}

/* Goes from header to header through what was read. */
static void walk(struct direction *direction) {
	size_t at = direction->next;
	while (at < direction->end) {
		size_t missing = 8 - direction->header_len, there = direction->end - at;
		size_t len = missing < there ? missing : there;
		memcpy(direction->header + direction->header_len, direction->bytes + at, len);
		direction->header_len += len;
		at += len;
		if (direction->header_len < 8) {
			break;
		}
		size_t size = (size_t)direction->header[6] | (size_t)direction->header[7] << 8;
		direction->header_len = 0;
		at += size > 8 ? size - 8 : 0;
		messages = messages + 1;
	}
	direction->next = at - direction->end;
}

/* Moves what can be moved from one end to the other. Returns false when the link is over. */
static bool move(struct link *link, int target) {
	struct direction *direction = &link->towards[target];
	for (;;) {
		if (direction->start == direction->end) {
			direction->n_fds = FD_MESSAGE_MAX;
			ssize_t got = fd_recv(link->ends[1 - target], direction->bytes, CHUNK,
					direction->fds, &direction->n_fds);
			direction->start = 0;
			direction->end = got > 0 ? (size_t)got : 0;
			if (got <= 0) {
				direction->n_fds = 0;
				return got == -EAGAIN;
			}
			if (walks) {
				walk(direction);
			}
		}
		ssize_t sent = fd_send(link->ends[target], direction->bytes + direction->start,
				direction->end - direction->start, direction->fds,
				direction->n_fds);
		if (sent < 0) {
			return sent == -EAGAIN;
		}
		for (size_t fd = 0; fd < direction->n_fds; fd++) {
			fd_close(&direction->fds[fd]);
		}
		direction->n_fds = 0;
		direction->start += (size_t)sent;
	}
}

static void accept_client(int listener, const char *upstream) {
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	for (size_t i = 0; i < LINKS_MAX && client >= 0; i++) {
		if (links[i].ends[0] >= 0) {
			continue;
		}
		links[i].ends[1] = fd_connect(upstream, SOCK_STREAM);
		if (links[i].ends[1] < 0) {
			break;
		}
		fd_set_nonblock(links[i].ends[1], true);
		links[i].ends[0] = client;
		return;
	}
	fd_close(&client);
}

static short wanted(const struct link *link, int end) {
	const struct direction *out = &link->towards[end], *in = &link->towards[1 - end];
	return (short)((out->start < out->end ? POLLOUT : 0) | (in->start == in->end ? POLLIN : 0));
}

static int serve(int listener, const char *upstream) {
	for (;;) {
		struct pollfd fds[1 + 2 * LINKS_MAX] = {{.fd = listener, .events = POLLIN}};
		for (size_t i = 0; i < LINKS_MAX; i++) {
			for (int end = 0; end < 2; end++) {
				fds[1 + 2 * i + (size_t)end] =
						(struct pollfd){.fd = links[i].ends[end],
								.events = wanted(&links[i], end)};
			}
		}
		if (poll(fds, 1 + 2 * LINKS_MAX, -1) < 0 && errno != EINTR) {
			return 1;
		}
		if (fds[0].revents != 0) {
			accept_client(listener, upstream);
		}
		for (size_t i = 0; i < LINKS_MAX; i++) {
			bool ready = fds[1 + 2 * i].revents != 0 || fds[2 + 2 * i].revents != 0;
			if (links[i].ends[0] >= 0 && ready &&
					(!move(&links[i], 0) || !move(&links[i], 1))) {
				link_close(&links[i]);
			}
		}
	}
}

int main(int argc, char *argv[]) {
	walks = argc > 1 && strcmp(argv[1], "--walk") == 0;
	argv += walks ? 1 : 0;
	if (argc - (walks ? 1 : 0) != 3) {
		fputs("usage: relay [--walk] LISTEN-PATH UPSTREAM-PATH\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < LINKS_MAX; i++) {
		links[i].ends[0] = links[i].ends[1] = -1;
	}
	int listener = fd_listen(argv[1], SOCK_STREAM);
	if (listener < 0) {
		fprintf(stderr, "relay: %s: %s\n", argv[1], strerror(-listener));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	return serve(listener, argv[2]);
}
