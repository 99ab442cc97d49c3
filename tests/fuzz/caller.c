/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/caller.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "tests/fuzz/input.h"

static void drop_files(struct caller *caller) {
	while (caller->files_len > 0) {
		fd_close(&caller->files[--caller->files_len]);
	}
}

void caller_connect(struct caller *caller, const char *path, const char *interface) {
	*caller = (struct caller){.interface = interface};
	caller->fd = fd_connect(path, SOCK_STREAM);
	assert(caller->fd >= 0);
	fd_set_nonblock(caller->fd, true);
}

void caller_close(struct caller *caller) {
	drop_files(caller);
	fd_close(&caller->fd);
}

const char *caller_line(const char **bytes, size_t *len, size_t *ret_len) {
	const char *line = *bytes, *end = memchr(line, '\n', *len);
	*ret_len = end != NULL ? (size_t)(end - line) : *len;
	size_t used = *ret_len + (end != NULL ? 1 : 0);
	*bytes += used;
	*len -= used;
	return line;
}

/* A message ends with a zero byte. */
static void send_message(struct caller *caller, const char *message, size_t len) {
	fd_send(caller->fd, message, len, caller->files, caller->files_len);
	drop_files(caller);
}

static void call(struct caller *caller, const char *line, size_t len) {
	const char *space = memchr(line, ' ', len);
	size_t method_len = space != NULL ? (size_t)(space - line) : len;
	const char *parameters = space != NULL ? space + 1 : "{}";
	size_t parameters_len = space != NULL ? len - method_len - 1 : 2;
	/* A method that is called with "more" ends in '+'. */
	bool is_more = method_len > 0 && line[method_len - 1] == '+';
	char *message = malloc(len + 256);
	int n = snprintf(message, len + 256,
			"{\"method\":\"%s.%.*s\",\"more\":%s,\"parameters\":%.*s}",
			caller->interface, (int)(method_len - (is_more ? 1 : 0)), line,
			is_more ? "true" : "false", (int)parameters_len, parameters);
	send_message(caller, message, (size_t)n + 1);
	free(message);
}

static void take_files(struct caller *caller, const char *kinds, size_t len) {
	for (size_t i = 0; i < len && caller->files_len < CALLER_FILES_MAX; i++) {
		caller->files[caller->files_len++] = input_file((uint8_t)kinds[i] & 0x0f);
	}
}

void caller_say(struct caller *caller, const char *line, size_t len) {
	if (len > 1 && line[0] == '!') {
		send_message(caller, line + 1, len - 1);
	} else if (len > 0 && line[0] == '#') {
		take_files(caller, line + 1, len - 1);
	} else if (len > 0) {
		call(caller, line, len);
	}
}

void caller_drain(int fd) {
	char bytes[8192];
	int fds[FD_MESSAGE_MAX];
	for (;;) {
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd_recv(fd, bytes, sizeof(bytes), fds, &n);
		if (len <= 0) {
			return;
		}
		for (size_t i = 0; i < n; i++) {
			fd_close(&fds[i]);
		}
	}
}
