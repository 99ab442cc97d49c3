/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/fd.h"

/* A serial line is slow; so much is taken from a viewer at once. */
#define TYPED_MAX 256

struct viewer {
	struct console *console;
	int in, out; /* -1: free */
	sd_event_source *source;
	char typed[TYPED_MAX]; /* not yet taken by the guest */
	size_t typed_len;
};

struct console {
	int fd;
	sd_event_source *source;
	struct ring *ring;
	struct ring_source log;
	void (*logged)(void *data);
	void *data;
	struct viewer viewers[CONSOLE_VIEWERS_MAX];
};

static void detach(struct viewer *viewer) {
	viewer->source = sd_event_source_disable_unref(viewer->source);
	fd_close(&viewer->in);
	fd_close(&viewer->out);
	viewer->typed_len = 0;
}

static void show(struct console *console, const char *bytes, size_t len) {
	for (size_t i = 0; i < CONSOLE_VIEWERS_MAX; i++) {
		struct viewer *viewer = &console->viewers[i];
		if (viewer->out >= 0 && write(viewer->out, bytes, len) < 0 && errno != EAGAIN) {
			detach(viewer);
		}
	}
}

/* The console is written to while something typed waits. */
static void watch(struct console *console) {
	bool is_waiting = false;
	for (size_t i = 0; i < CONSOLE_VIEWERS_MAX; i++) {
		is_waiting = is_waiting || console->viewers[i].typed_len > 0;
	}
	sd_event_source_set_io_events(console->source, EPOLLIN | (is_waiting ? EPOLLOUT : 0));
}

static void send_typed(struct viewer *viewer) {
	ssize_t n = fd_send(viewer->console->fd, viewer->typed, viewer->typed_len, NULL, 0);
	if (n < 0 && n != -EAGAIN) {
		viewer->typed_len = 0;
	} else if (n > 0) {
		viewer->typed_len -= (size_t)n;
		memmove(viewer->typed, viewer->typed + n, viewer->typed_len);
	}
	sd_event_source_set_enabled(viewer->source,
			viewer->typed_len == 0 ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int handle_typed(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct viewer *viewer = data;
	struct console *console = viewer->console;
	ssize_t n = read(fd, viewer->typed, sizeof(viewer->typed));
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	if (n <= 0) {
		detach(viewer);
		return 0;
	}
	viewer->typed_len = (size_t)n;
	send_typed(viewer);
	watch(console);
	return 0;
}

static int handle_console(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct console *console = data;
	char bytes[4096];
	for (size_t i = 0; i < CONSOLE_VIEWERS_MAX; i++) {
		if (console->viewers[i].typed_len > 0) {
			send_typed(&console->viewers[i]);
		}
	}
	watch(console);
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n > 0) {
		ring_add(console->ring, &console->log, bytes, (size_t)n);
		show(console, bytes, (size_t)n);
		console->logged(console->data);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		ring_flush(console->ring, &console->log);
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	}
	return 0;
}

struct console *console_create(sd_event *event, int fd, struct ring *ring, void (*logged)(void *),
		void *data) {
	struct console *console = calloc(1, sizeof(*console));
	if (console == NULL) {
		fd_close(&fd);
		return NULL;
	}
	console->fd = fd;
	console->ring = ring;
	console->log.name = "console";
	console->logged = logged;
	console->data = data;
	for (size_t i = 0; i < CONSOLE_VIEWERS_MAX; i++) {
		console->viewers[i] = (struct viewer){.console = console, .in = -1, .out = -1};
	}
	if (fd_set_nonblock(fd, true) < 0 ||
			sd_event_add_io(event, &console->source, fd, EPOLLIN, handle_console,
					console) < 0) {
		console_destroy(console);
		return NULL;
	}
	return console;
}

void console_destroy(struct console *console) {
	if (console == NULL) {
		return;
	}
	char bytes[4096];
	ssize_t n;
	while ((n = read(console->fd, bytes, sizeof(bytes))) > 0) {
		ring_add(console->ring, &console->log, bytes, (size_t)n);
		show(console, bytes, (size_t)n);
	}
	ring_flush(console->ring, &console->log);
	for (size_t i = 0; i < CONSOLE_VIEWERS_MAX; i++) {
		detach(&console->viewers[i]);
	}
	sd_event_source_disable_unref(console->source);
	fd_close(&console->fd);
	free(console);
}

bool console_attach(struct console *console, int in, int out) {
	for (size_t i = 0; i < CONSOLE_VIEWERS_MAX; i++) {
		struct viewer *viewer = &console->viewers[i];
		if (viewer->out >= 0) {
			continue;
		}
		viewer->in = in;
		viewer->out = out;
		if (fd_set_nonblock(in, true) == 0 && fd_set_nonblock(out, true) == 0 &&
				sd_event_add_io(sd_event_source_get_event(console->source),
						&viewer->source, in, EPOLLIN, handle_typed,
						viewer) >= 0) {
			return true;
		}
		detach(viewer);
		return false;
	}
	fd_close(&in);
	fd_close(&out);
	return false;
}
