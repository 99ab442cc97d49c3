/* SPDX-License-Identifier: MIT */
#include "base/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* Linux 6.11, Linux 6.5: the C library may be older. */
#ifndef PIDFD_GET_USER_NAMESPACE
#define PIDFD_GET_USER_NAMESPACE _IO(0xff, 9)
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* The user namespace of a process as a descriptor, or -1. */
static int open_user_namespace(int pid, int pidfd) {
	int fd = pidfd >= 0 ? ioctl(pidfd, PIDFD_GET_USER_NAMESPACE, 0) : -1;
	if (fd >= 0) {
		return fd;
	}
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A pidfd is readable once its process has ended. */
static bool has_ended(int pidfd) {
	struct pollfd watched = {.fd = pidfd, .events = POLLIN};
	return poll(&watched, 1, 0) != 0;
}

static bool is_same(const struct stat *one, const struct stat *other) {
	return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

/* Whether the namespace fd, which is closed, lies below ours: a box may make more inside itself. */
static bool lies_below(int fd, const struct stat *ours) {
	struct stat parents;
	while (fd >= 0) {
		int parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
		if (fd >= 0 && fstat(fd, &parents) == 0 && is_same(&parents, ours)) {
			close(fd);
			return true;
		}
	}
	return false;
}

bool peer_is_outside_boxes(int pid, int pidfd) {
	struct stat ours, theirs;
	cleanup_fd int fd = open_user_namespace(pid, pidfd);
	/* Asked after the look: what was looked at was this process, not one that has its number now. */
	if (pidfd >= 0 && has_ended(pidfd)) {
		return false;
	}
	if (fd < 0 || fstat(fd, &theirs) < 0 || stat("/proc/self/ns/user", &ours) < 0 ||
			is_same(&theirs, &ours)) {
		return true;
	}
	return !lies_below(fd_steal(&fd), &ours);
}

bool peer_may_call(int sock) {
	struct ucred peer;
	cleanup_fd int pidfd = -1;
	socklen_t len = sizeof(peer);
	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0) {
		return false;
	}
	len = sizeof(pidfd);
	if (getsockopt(sock, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) < 0) {
		pidfd = -1;
		/* Anything else than an old kernel: it has ended. */
		if (errno != ENOPROTOOPT && errno != EINVAL) {
			return false;
		}
	}
	return peer_is_outside_boxes(peer.pid, pidfd);
}
