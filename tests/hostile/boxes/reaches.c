/* SPDX-License-Identifier: MIT
 *
 * What a taken-over program tries to reach: files, directories, sockets, networks, devices.
 */
#include "tests/hostile/boxes/taker.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

/* Highest descriptor that is looked at. */
#define DESCRIPTORS 4096

static bool try_read(const char *path) {
	char byte;
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	return fd >= 0 && read(fd, &byte, 1) >= 0;
}

static bool try_open(const char *path) {
	return open(path, O_RDWR | O_NONBLOCK | O_NOCTTY) >= 0;
}

static bool try_write(const char *path) {
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY) >= 0;
}

static bool try_create(const char *path) {
	bool is_made = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600) >= 0;
	if (is_made) {
		unlink(path);
	}
	return is_made;
}

static bool try_symlink(const char *path) {
	bool is_made = symlink("/", path) == 0;
	if (is_made) {
		unlink(path);
	}
	return is_made;
}

static bool try_directory(const char *path) {
	bool is_made = mkdir(path, 0700) == 0;
	if (is_made) {
		rmdir(path);
	}
	return is_made;
}

static bool try_node(const char *path) {
	bool is_made = mknod(path, S_IFCHR | 0600, makedev(1, 1)) == 0;
	if (is_made) {
		unlink(path);
	}
	return is_made;
}

static bool try_list(const char *path) {
	return opendir(path) != NULL;
}

/* Is any other process to be seen? The argument is a part of a command line that a stranger has. */
static bool try_processes(const char *part) {
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		char path[300], line[512];
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		int fd = atoi(entry->d_name) > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		ssize_t n = fd >= 0 ? read(fd, line, sizeof(line)) : 0;
		if (fd >= 0) {
			close(fd);
		}
		if (n > 0 && memmem(line, (size_t)n, part, strlen(part)) != NULL) {
			return true;
		}
	}
	errno = proc != NULL ? ESRCH : errno;
	return false;
}

static bool connect_unix(const char *path, int type) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, type, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool try_unix(const char *path) {
	return connect_unix(path, SOCK_STREAM) || connect_unix(path, SOCK_SEQPACKET) ||
			connect_unix(path, SOCK_DGRAM);
}

static bool try_abstract(const char *name) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", name);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, len) == 0;
}

static struct sockaddr_in loopback(const char *port) {
	return (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons((uint16_t)atoi(port)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static bool try_tcp(const char *port) {
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool try_udp(const char *port) {
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd >= 0 && sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof(address)) == 1;
}

static bool try_listen(const char *unused) {
	struct sockaddr_in address = loopback("0");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			listen(fd, 1) == 0;
}

/* A socket of that family and type, by their numbers: network devices, the kernel's ciphers, VMs. */
static bool try_family(const char *numbers) {
	int family = 0, type = 0;
	if (sscanf(numbers, "%d %d", &family, &type) != 2) {
		errno = EINVAL;
		return false;
	}
	return socket(family, type, 0) >= 0;
}

/* Any network interface but the loopback of an empty namespace. */
static bool try_interfaces(const char *unused) {
	struct if_nameindex *names = if_nameindex();
	for (struct if_nameindex *name = names; name != NULL && name->if_index != 0; name++) {
		if (strcmp(name->if_name, "lo") != 0) {
			return true;
		}
	}
	errno = names != NULL ? ENODEV : errno;
	return false;
}

/* Out of the root through a directory that is open by inheritance. */
static bool try_inherited(const char *name) {
	for (int fd = 3; fd < DESCRIPTORS; fd++) {
		struct stat info;
		char path[256];
		snprintf(path, sizeof(path), "../../../../../../../..%s", name);
		if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode) &&
				openat(fd, path, O_RDONLY) >= 0) {
			return true;
		}
	}
	errno = EBADF;
	return false;
}

/* Out of the root by the old trick: a root inside, and a directory left outside. */
static bool try_chroot(const char *unused) {
	if (chroot("/usr/lib") < 0) {
		return false;
	}
	for (int i = 0; i < 64; i++) {
		if (chdir("..") < 0) {
			return false;
		}
	}
	return access("etc/passwd", R_OK) == 0;
}

static bool try_above(const char *path) {
	char up[512];
	snprintf(up, sizeof(up), "../../../../../../..%s", path);
	return chdir("/") == 0 && open(up, O_RDONLY) >= 0;
}

static bool try_environment(const char *name) {
	errno = ENOENT;
	return getenv(name) != NULL;
}

const struct taker_try taker_reaches[] = {
		{"read", try_read},
		{"open", try_open},
		{"write", try_write},
		{"create", try_create},
		{"symlink", try_symlink},
		{"directory", try_directory},
		{"node", try_node},
		{"list", try_list},
		{"processes", try_processes},
		{"unix", try_unix},
		{"abstract", try_abstract},
		{"tcp", try_tcp},
		{"udp", try_udp},
		{"listen", try_listen},
		{"family", try_family},
		{"interfaces", try_interfaces},
		{"inherited", try_inherited},
		{"chroot", try_chroot},
		{"above", try_above},
		{"environment", try_environment},
		{NULL, NULL},
};

static const char *socket_text(int fd) {
	static char text[64];
	int type = 0, listens = 0, family = 0;
	socklen_t len = sizeof(type);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	len = sizeof(listens);
	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len);
	len = sizeof(family);
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	snprintf(text, sizeof(text), "%s%s%s", family == AF_UNIX ? "unix-" : "other-",
			type == SOCK_STREAM                      ? "stream"
					: type == SOCK_SEQPACKET ? "packets"
								 : "datagrams",
			listens ? "-listening" : "");
	return text;
}

void taker_list_descriptors(void) {
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		struct stat info;
		if (fstat(fd, &info) < 0) {
			continue;
		}
		bool is_null = S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3);
		printf("taker fd %d %s\n", fd,
				is_null                                  ? "null"
						: S_ISSOCK(info.st_mode) ? socket_text(fd)
						: S_ISFIFO(info.st_mode) ? "pipe"
						: S_ISDIR(info.st_mode)  ? "directory"
						: S_ISCHR(info.st_mode)  ? "device"
						: S_ISREG(info.st_mode)  ? "file"
									 : "something");
	}
}
