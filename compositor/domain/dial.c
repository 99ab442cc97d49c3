/* SPDX-License-Identifier: MIT
 *
 * One datagram is answered per turn of the loop. A full socket, a datagram that is not the one
 * legal byte, or a hang-up ends the domain, which destroys the dial from inside its own handler.
 */
#include "compositor/domain/dial.h"

#include <errno.h>
#include <stdlib.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/server.h"

struct dial {
	struct domain *domain;
	int fd;
	struct wl_event_source *source;
};

static bool answer(struct dial *dial) {
	struct domain *domain = dial->domain;
	cleanup_fd int fd = -1;
	if (wl_list_length(&domain->clients) < VM_CLIENTS_MAX) {
		fd = clients_connect(domain->server, CLIENT_VM, domain, NULL);
	}
	const char byte = fd >= 0 ? '0' : '1';
	return fd_send(dial->fd, &byte, 1, &fd, fd >= 0 ? 1 : 0) == 1;
}

static int handle_dial(int fd, uint32_t mask, void *data) {
	struct dial *dial = data;
	char byte = 0;
	int fds[FD_MESSAGE_MAX];
	size_t fds_len = FD_MESSAGE_MAX;
	ssize_t len = fd_recv(fd, &byte, 1, fds, &fds_len);
	for (size_t i = 0; len > 0 && i < fds_len; i++) {
		fd_close(&fds[i]);
	}
	if (len == -EAGAIN) {
		return 0;
	}
	if (len == 1 && byte == 'c' && fds_len == 0 && answer(dial)) {
		return 0;
	}
	log_info("domain %s: %s", dial->domain->name,
			len == 0 || len == -ECONNRESET ? "gone" : "ended: bad dial channel");
	domain_destroy(dial->domain);
	return 0;
}

struct dial *dial_create(struct domain *domain, int fd) {
	struct dial *dial = calloc(1, sizeof(*dial));
	if (dial == NULL || fd_set_nonblock(fd, true) < 0) {
		free(dial);
		return NULL;
	}
	dial->domain = domain;
	dial->source = wl_event_loop_add_fd(domain->server->loop, fd, WL_EVENT_READABLE,
			handle_dial, dial);
	if (dial->source == NULL) {
		free(dial);
		return NULL;
	}
	dial->fd = fd;
	return dial;
}

void dial_destroy(struct dial *dial) {
	if (dial == NULL) {
		return;
	}
	wl_event_source_remove(dial->source);
	fd_close(&dial->fd);
	free(dial);
}
