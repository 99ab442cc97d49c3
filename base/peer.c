/* SPDX-License-Identifier: MIT */
#include "base/peer.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/fd.h"

bool peer_is_boxed(pid_t pid) {
	char path[64];
	struct stat ours, theirs, parents;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &theirs) < 0 || stat("/proc/self/ns/user", &ours) < 0 ||
			(ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev)) {
		return false;
	}
	cleanup_fd int parent = ioctl(fd, NS_GET_PARENT);
	return parent >= 0 && fstat(parent, &parents) == 0 && parents.st_ino == ours.st_ino &&
			parents.st_dev == ours.st_dev;
}
