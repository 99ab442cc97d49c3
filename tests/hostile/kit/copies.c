/* SPDX-License-Identifier: MIT */
#include "tests/hostile/kit/copies.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

struct actor attacker, victim;
struct actor_window evil, good;

static void handle_target(void *data, struct wl_data_source *wl_source, const char *type) {
}

static void handle_send(void *data, struct wl_data_source *wl_source, const char *type,
		int32_t fd) {
	struct source *source = data;
	source->sends++;
	if (source->bytes != NULL && write(fd, source->bytes, source->len) < 0) {
		perror("a copy");
	}
	if (source->bytes != NULL || source->fds_len == FDS_MAX) {
		close(fd);
		return;
	}
	fd_set_nonblock(fd, true);
	source->fds[source->fds_len++] = fd;
}

static void handle_cancelled(void *data, struct wl_data_source *wl_source) {
}

static const struct wl_data_source_listener source_listener = {
		.target = handle_target, .send = handle_send, .cancelled = handle_cancelled};

void copies_pump(struct source *source) {
	static char text[16384];
	memset(text, 'x', sizeof(text));
	if (source->fds_len == 0) {
		return;
	}
	int fd = source->fds[source->fds_len - 1];
	if (source->drips) {
		source->written += write(fd, text, 1) == 1;
	}
	while (source->written < source->floods) {
		ssize_t n = write(fd, text, sizeof(text));
		if (n <= 0) {
			break;
		}
		source->written += (size_t)n;
	}
	if (source->floods > 0 && source->written >= source->floods) {
		close(fd);
		source->fds_len--;
		source->floods = 0;
	}
}

/* Lives until the log says so. False: it did not in time. */
bool copies_await(struct arena *arena, const char *text, struct source *source) {
	int64_t deadline_ms = clock_now_ms() + PATIENCE_MS;
	while (!arena_log_holds(arena, text)) {
		if (clock_now_ms() > deadline_ms) {
			return false;
		}
		if (source != NULL) {
			copies_pump(source);
		}
		actor_wait(&attacker, clock_now_ms() + 5);
		actor_wait(&victim, clock_now_ms() + 5);
	}
	return true;
}

bool copies_set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	return arena_click_on(arena, EVIL) && actor_settle(&attacker) &&
			arena_click_on(arena, GOOD) && actor_settle(&victim);
}

/* The user selects something in the actor's window, which has the keyboard then. */
bool copies_choose(struct arena *arena, struct actor *actor, uint32_t color, const char *type,
		struct source *source) {
	if (!arena_click_on(arena, color) || !actor_settle(actor)) {
		return false;
	}
	struct wl_data_source *wl_source =
			wl_data_device_manager_create_data_source(actor->data_devices);
	wl_data_source_add_listener(wl_source, &source_listener, source);
	wl_data_source_offer(wl_source, type);
	wl_data_device_set_selection(actor->data_device, wl_source, actor->serial);
	return actor_settle(actor);
}

bool copies_copy(struct arena *arena, struct actor *actor, uint32_t color, const char *type,
		struct source *source, const char *outcome) {
	if (!copies_choose(arena, actor, color, type, source)) {
		return false;
	}
	arena_chord(arena, COPY);
	return copies_await(arena, outcome, source);
}

/* Pastes in the actor's window. Returns what it gets, up to READ_MAX bytes, or -1: nothing. */
ssize_t copies_paste(struct arena *arena, struct actor *actor, uint32_t color, const char *outcome,
		char out[READ_MAX]) {
	int fds[2];
	if (!arena_click_on(arena, color) || !actor_settle(actor)) {
		return -1;
	}
	arena_chord(arena, PASTE);
	copies_await(arena, outcome, NULL);
	actor_settle(actor);
	if (actor->selection == NULL || pipe2(fds, O_CLOEXEC) < 0) {
		return -1;
	}
	wl_data_offer_receive(actor->selection, "text/plain", fds[1]);
	close(fds[1]);
	actor_settle(actor);
	size_t len = 0;
	struct pollfd poll_fd = {.fd = fds[0], .events = POLLIN};
	while (len < READ_MAX && poll(&poll_fd, 1, PATIENCE_MS) > 0) {
		ssize_t n = read(fds[0], out + len, READ_MAX - len);
		if (n <= 0) {
			break;
		}
		len += (size_t)n;
	}
	close(fds[0]);
	return (ssize_t)len;
}
