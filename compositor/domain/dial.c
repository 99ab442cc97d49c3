/* SPDX-License-Identifier: MIT
 *
 * One datagram is answered per turn of the loop, and only so many a second: what comes faster waits,
 * unread. A full socket, a datagram that is not legal, or a hang-up ends the domain, which destroys
 * the dial from inside its own handler.
 */
#include "compositor/domain/dial.h"

#include <errno.h>
#include <stdlib.h>
#include <wayland-server-core.h>

#include "base/bucket.h"
#include "base/clock.h"
#include "base/defence.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/blame.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/server.h"

struct dial {
	struct domain *domain;
	int fd;
	struct wl_event_source *source, *timer;
	struct bucket datagrams;
};

/* Room to see that a datagram is too long. */
#define DATAGRAM_SIZE 4

static bool answer(struct dial *dial) {
	struct domain *domain = dial->domain;
	cleanup_fd int fd = -1;
	if (wl_list_length(&domain->clients) < VM_CLIENTS_MAX || !DEFENDS(own_limits)) {
		fd = clients_connect(domain->server, CLIENT_VM, domain, NULL);
	} else {
		blame_domain(domain, OFFENCE_CONNECTIONS);
	}
	const char byte = fd >= 0 ? '0' : '1';
	return fd_send(dial->fd, &byte, 1, &fd, fd >= 0 ? 1 : 0) == 1;
}

/* Does what the datagram says. False: it is not legal, or its answer cannot be sent. */
static bool handle_datagram(struct dial *dial, const unsigned char *bytes, ssize_t len) {
	enum offence offence;
	if (len == 1 && bytes[0] == 'c') {
		return answer(dial);
	}
	if (len == 2 && bytes[0] == 'o' && offence_read(bytes[1], &offence)) {
		blame_domain(dial->domain, offence);
		return true;
	}
	return !DEFENDS(dial_form);
}

static void set_reading(struct dial *dial, bool on) {
	wl_event_source_fd_update(dial->source, on ? WL_EVENT_READABLE : 0);
}

static int handle_timer(void *data) {
	struct dial *dial = data;
	set_reading(dial, true);
	return 0;
}

static void meter(struct dial *dial) {
	bucket_refill(&dial->datagrams, clock_now_ns());
	bucket_take(&dial->datagrams, 1);
	if (bucket_is_dry(&dial->datagrams) && DEFENDS(dial_rate)) {
		set_reading(dial, false);
		wl_event_source_timer_update(dial->timer, bucket_wait_ms(&dial->datagrams));
	}
}

static int handle_dial(int fd, uint32_t mask, void *data) {
	struct dial *dial = data;
	unsigned char bytes[DATAGRAM_SIZE];
	int fds[FD_MESSAGE_MAX];
	size_t fds_len = FD_MESSAGE_MAX;
	ssize_t len = fd_recv(fd, bytes, sizeof(bytes), fds, &fds_len);
	for (size_t i = 0; len > 0 && i < fds_len; i++) {
		fd_close(&fds[i]);
	}
	if (len == -EAGAIN) {
		return 0;
	}
	bool has_form = fds_len == 0 || !DEFENDS(dial_form);
	if (len > 0 && has_form && handle_datagram(dial, bytes, len)) {
		meter(dial);
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
	bucket_init(&dial->datagrams, VM_DIALS_PER_SECOND_MAX, VM_DIALS_BURST, clock_now_ns());
	dial->timer = wl_event_loop_add_timer(domain->server->loop, handle_timer, dial);
	dial->source = wl_event_loop_add_fd(domain->server->loop, fd, WL_EVENT_READABLE,
			handle_dial, dial);
	if (dial->source == NULL || dial->timer == NULL) {
		dial->fd = -1;
		dial_destroy(dial);
		return NULL;
	}
	dial->fd = fd;
	return dial;
}

void dial_silence(struct dial *dial, int ms) {
	const unsigned char bytes[] = {'s', (unsigned char)ms};
	if (dial != NULL) {
		/* A channel that is full belongs to a proxy that does not listen anyway. */
		(void)fd_send(dial->fd, bytes, sizeof(bytes), NULL, 0);
	}
}

void dial_destroy(struct dial *dial) {
	if (dial == NULL) {
		return;
	}
	if (dial->source != NULL) {
		wl_event_source_remove(dial->source);
	}
	if (dial->timer != NULL) {
		wl_event_source_remove(dial->timer);
	}
	fd_close(&dial->fd);
	free(dial);
}
