/* SPDX-License-Identifier: MIT */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

void fd_close(int *fd) {
	if (*fd >= 0) {
		int saved = errno;
		close(*fd);
		errno = saved;
	}
	*fd = -1;
}

int fd_steal(int *fd) {
	int taken = *fd;
	*fd = -1;
	return taken;
}

int fd_set_nonblock(int fd, bool on) {
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0) {
		return -errno;
	}
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

int fd_set_cloexec(int fd, bool on) {
	return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0 ? -errno : 0;
}

ssize_t fd_send(int sock, const void *bytes, size_t len, const int *fds, size_t n) {
	if (n > FD_MESSAGE_MAX || len == 0) {
		return -EINVAL;
	}
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * FD_MESSAGE_MAX)];
	} control;
	struct iovec iov = {.iov_base = (void *)bytes, .iov_len = len};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	if (n > 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * n);
	}
	ssize_t sent;
	do {
		sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}

/* Moves the message's descriptors to fds; returns false (all closed) if they do not fit. */
static bool take_fds(struct msghdr *msg, int *fds, size_t cap, size_t *ret_n) {
	size_t n = 0;
	bool fits = true;
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
			cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS) {
			continue;
		}
		size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(fd));
			if (n < cap) {
				fds[n++] = fd;
			} else {
				close(fd);
				fits = false;
			}
		}
	}
	if (!fits) {
		while (n > 0) {
			close(fds[--n]);
		}
	}
	*ret_n = n;
	return fits;
}

ssize_t fd_recv(int sock, void *bytes, size_t cap, int *fds, size_t *n) {
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * FD_MESSAGE_MAX)];
	} control;
	struct iovec iov = {.iov_base = bytes, .iov_len = cap};
	struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.buf,
			.msg_controllen = sizeof(control.buf),
	};
	size_t room = *n;
	*n = 0;
	ssize_t got;
	do {
		got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return -errno;
	}
	bool fits = take_fds(&msg, fds, room, n);
	if (!fits || (msg.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0) {
		while (*n > 0) {
			close(fds[--*n]);
		}
		return -EMSGSIZE;
	}
	return got;
}

int fd_socketpair(int type, int ret_fds[2]) {
	return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret_fds) < 0 ? -errno : 0;
}

static int unix_address(const char *path, struct sockaddr_un *ret_addr) {
	size_t len = strlen(path);
	if (len == 0) {
		return -EINVAL;
	}
	if (len >= sizeof(ret_addr->sun_path)) {
		return -ENAMETOOLONG;
	}
	*ret_addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret_addr->sun_path, path, len + 1);
	return 0;
}

int fd_listen(const char *path, int type) {
	char partial[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int len = snprintf(partial, sizeof(partial), "%s.new", path);
	if (len < 0 || (size_t)len >= sizeof(partial)) {
		return -ENAMETOOLONG;
	}
	struct sockaddr_un addr;
	int ret = unix_address(partial, &addr);
	if (ret < 0) {
		return ret;
	}
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		return -EADDRINUSE;
	}
	unlink(partial);
	cleanup_fd int sock = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (sock < 0) {
		return -errno;
	}
	mode_t mask = umask(0177);
	ret = bind(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
	umask(mask);
	if (ret < 0) {
		return ret;
	}
	if (listen(sock, SOMAXCONN) < 0 || rename(partial, path) < 0) {
		ret = -errno;
		unlink(partial);
		return ret;
	}
	return fd_steal(&sock);
}

int fd_connect_own(const char *path, int type) {
	cleanup_fd int place = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat info;
	if (place < 0 || fstat(place, &info) < 0) {
		return -errno;
	}
	if (!S_ISSOCK(info.st_mode)) {
		return -ENOTSOCK;
	}
	char pinned[32];
	snprintf(pinned, sizeof(pinned), "/proc/self/fd/%d", place);
	int sock = fd_connect(pinned, type | SOCK_NONBLOCK);
	if (sock >= 0) {
		fd_set_nonblock(sock, false);
	}
	return sock;
}

int fd_connect(const char *path, int type) {
	struct sockaddr_un addr;
	int ret = unix_address(path, &addr);
	if (ret < 0) {
		return ret;
	}
	cleanup_fd int sock = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (sock < 0) {
		return -errno;
	}
	do {
		ret = connect(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
	} while (ret == -EINTR);
	return ret < 0 ? ret : fd_steal(&sock);
}

int fd_parse(const char *text) {
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < 0 || value > 1 << 20 ||
			fcntl((int)value, F_GETFD) < 0) {
		return -EBADF;
	}
	return (int)value;
}

int dir_ensure_private(const char *path) {
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		return -errno;
	}
	struct stat st;
	if (lstat(path, &st) < 0) {
		return -errno;
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0777) != 0700) {
		return -EPERM;
	}
	return 0;
}
