/* SPDX-License-Identifier: MIT */
#include "compositor/shell/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/options.h"
#include "compositor/server.h"

struct sockets {
	const char *display;
	int tools_fd;
	struct wl_event_source *tools;
};

static int handle_tools(int fd, uint32_t mask, void *data) {
	struct server *server = data;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (client >= 0) {
		clients_accept(server, CLIENT_HOST_TOOLS, client);
	}
	return 0;
}

static bool listen_for_tools(struct server *server, const char *path) {
	struct sockets *sockets = server->sockets;
	sockets->tools_fd = fd_listen(path, SOCK_STREAM);
	if (sockets->tools_fd < 0) {
		log_error("--tools-socket %s: %s", path, strerror(-sockets->tools_fd));
		return false;
	}
	sockets->tools = wl_event_loop_add_fd(server->loop, sockets->tools_fd, WL_EVENT_READABLE,
			handle_tools, server);
	if (sockets->tools == NULL) {
		log_error("out of memory");
	}
	return sockets->tools != NULL;
}

bool sockets_create(struct server *server) {
	struct sockets *sockets = calloc(1, sizeof(*sockets));
	if (sockets == NULL) {
		log_error("out of memory");
		return false;
	}
	sockets->tools_fd = -1;
	server->sockets = sockets;
	if (server->options->host_socket) {
		sockets->display = wl_display_add_socket_auto(server->display);
		if (sockets->display == NULL) {
			log_error("cannot make a Wayland socket in XDG_RUNTIME_DIR: %s",
					strerror(errno));
			return false;
		}
	}
	const char *path = server->options->tools_socket;
	return path == NULL || listen_for_tools(server, path);
}

void sockets_destroy(struct server *server) {
	struct sockets *sockets = server->sockets;
	if (sockets == NULL) {
		return;
	}
	if (sockets->tools != NULL) {
		wl_event_source_remove(sockets->tools);
	}
	if (sockets->tools_fd >= 0) {
		unlink(server->options->tools_socket);
		fd_close(&sockets->tools_fd);
	}
	free(sockets);
	server->sockets = NULL;
}

const char *sockets_display(struct server *server) {
	return server->sockets != NULL ? server->sockets->display : NULL;
}
