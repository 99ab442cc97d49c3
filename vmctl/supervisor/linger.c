/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/linger.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

#define PATIENCE_US (10ull * 1000 * 1000)

void lingers_init(struct lingers *lingers, sd_event *event, linger_closed_t closed, void *data) {
	*lingers = (struct lingers){
			.event = event, .closed = closed, .data = data, .patience_us = PATIENCE_US};
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		lingers->entries[i].fd = -1;
	}
}

static void release(struct lingering *lingering) {
	lingering->source = sd_event_source_disable_unref(lingering->source);
	lingering->deadline = sd_event_source_disable_unref(lingering->deadline);
	fd_close(&lingering->fd);
}

void lingers_finish(struct lingers *lingers) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		release(&lingers->entries[i]);
	}
}

static void end(struct lingering *lingering) {
	release(lingering);
	lingering->lingers->closed(lingering->id, lingering->lingers->data);
}

static int handle_deadline(sd_event_source *source, uint64_t usec, void *data) {
	end(data);
	return 0;
}

static void hang_up(struct lingering *lingering) {
	lingering->is_answered = true;
	if (shutdown(lingering->fd, SHUT_WR) < 0 ||
			sd_event_add_time_relative(lingering->lingers->event, &lingering->deadline,
					CLOCK_MONOTONIC, lingering->lingers->patience_us, 0,
					handle_deadline, lingering) < 0) {
		end(lingering);
	}
}

static int handle_bytes(sd_event_source *source, int fd, uint32_t events, void *data) {
	static char unseen[65536];
	struct lingering *lingering = data;
	ssize_t n = read(fd, unseen, sizeof(unseen));
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	if (n <= 0) {
		end(lingering);
	} else if (!lingering->is_answered) {
		hang_up(lingering);
	}
	return 0;
}

void lingers_add(struct lingers *lingers, int fd, uint32_t id, bool is_answered) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		struct lingering *lingering = &lingers->entries[i];
		if (lingering->fd >= 0) {
			continue;
		}
		*lingering = (struct lingering){.lingers = lingers, .fd = fd, .id = id};
		if (fd_set_nonblock(fd, true) < 0 ||
				sd_event_add_io(lingers->event, &lingering->source, fd, EPOLLIN,
						handle_bytes, lingering) < 0) {
			end(lingering);
		} else if (is_answered) {
			hang_up(lingering);
		}
		return;
	}
	fd_close(&fd);
	lingers->closed(id, lingers->data);
}
