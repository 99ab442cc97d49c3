/* SPDX-License-Identifier: MIT */
#include "tests/hostile/kit/raw.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define FDS_MAX 253 /* the kernel's SCM_MAX_FD */

int raw_connect(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "no socket for %s\n", path);
		exit(1);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		fprintf(stderr, "cannot connect to %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return fd;
}

bool raw_send(int fd, const void *bytes, size_t len, const int *fds, size_t n_fds) {
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = {0};
	while (len > 0) {
		struct iovec part = {(void *)bytes, len};
		struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
		if (n_fds > 0) {
			message.msg_control = control.bytes;
			message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
			control.header.cmsg_level = SOL_SOCKET;
			control.header.cmsg_type = SCM_RIGHTS;
			control.header.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
			memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
		}
		ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return false;
		}
		n_fds = 0;
		bytes = (const char *)bytes + n;
		len -= (size_t)n;
	}
	return true;
}

bool raw_wait_end(int fd, int64_t deadline_ms) {
	char bytes[4096];
	for (;;) {
		int64_t left_ms = deadline_ms - clock_now_ms();
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		if (left_ms <= 0 || poll(&poll_fd, 1, (int)left_ms) == 0) {
			return false;
		}
		ssize_t n = read(fd, bytes, sizeof(bytes));
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
			return true;
		}
	}
}
