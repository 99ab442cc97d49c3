/* SPDX-License-Identifier: MIT */
#include "guest/agent/transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/vm_sockets.h>

#include "base/fd.h"
#include "parse/agent.h"

static int vsock(void) {
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? -errno : fd;
}

static int connect_to(int fd, const struct sockaddr *address, socklen_t size) {
	if (connect(fd, address, size) < 0 && errno != EINPROGRESS) {
		int err = -errno;
		fd_close(&fd);
		return err;
	}
	return fd;
}

int transport_connect(const char *path) {
	if (path == NULL) {
		struct sockaddr_vm address = {.svm_family = AF_VSOCK,
				.svm_cid = VMADDR_CID_HOST,
				.svm_port = AGENT_PORT_CONTROL};
		int fd = vsock();
		return fd < 0 ? fd : connect_to(fd, (struct sockaddr *)&address, sizeof(address));
	}
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t size = strlen(path) + 1;
	if (size > sizeof(address.sun_path)) {
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, size);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? -errno : connect_to(fd, (struct sockaddr *)&address, sizeof(address));
}

int transport_connect_result(int fd) {
	int err;
	socklen_t size = sizeof(err);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) < 0) {
		return -errno;
	}
	return -err;
}

int transport_listen(const char *path) {
	if (path != NULL) {
		int fd = fd_listen(path, SOCK_STREAM);
		if (fd >= 0) {
			fd_set_nonblock(fd, true);
		}
		return fd;
	}
	struct sockaddr_vm address = {.svm_family = AF_VSOCK,
			.svm_cid = VMADDR_CID_ANY,
			.svm_port = AGENT_PORT_COMMAND};
	int fd = vsock();
	if (fd < 0) {
		return fd;
	}
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
			listen(fd, AGENT_COMMANDS_MAX) < 0) {
		int err = -errno;
		fd_close(&fd);
		return err;
	}
	return fd;
}

int transport_accept(int listen_fd) {
	struct sockaddr_storage peer = {0};
	socklen_t size = sizeof(peer);
	int fd = accept4(listen_fd, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		return -errno;
	}
	struct sockaddr_vm vm;
	memcpy(&vm, &peer, sizeof(vm));
	if (peer.ss_family == AF_VSOCK && vm.svm_cid != VMADDR_CID_HOST) {
		fd_close(&fd);
		return -EPERM;
	}
	return fd;
}
