/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/handed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_seat.h>

#include "base/defence.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/secret.h"
#include "compositor/domain/domain.h"
#include "compositor/input/seat.h"
#include "compositor/server.h"

/* Of one selection at a time; clipboard managers take each type once. */
#define READERS_MAX 16
/* So long a reader may take; one whose VM was paused meanwhile asks again. */
#define READER_MS 30000
#define STEP_BYTES (64u << 10)

struct handed {
	struct wlr_data_source base;
	struct seat *seat;
	struct secret *secret;
	struct wl_event_source *timer;
	struct wl_list readers; /* reader.link */
	size_t readers_len;
	struct wl_list link; /* the clipboard's */
};

struct reader {
	struct handed *handed;
	int fd;
	size_t at;
	struct wl_event_source *writable, *timer;
	struct wl_list link;
};

static void reader_end(struct reader *reader) {
	if (reader->writable != NULL) {
		wl_event_source_remove(reader->writable);
	}
	if (reader->timer != NULL) {
		wl_event_source_remove(reader->timer);
	}
	wl_list_remove(&reader->link);
	reader->handed->readers_len--;
	fd_close(&reader->fd);
	free(reader);
}

static int handle_writable(int fd, uint32_t mask, void *data) {
	struct reader *reader = data;
	const struct secret *secret = reader->handed->secret;
	size_t left = secret->len - reader->at;
	ssize_t n = left == 0 || (mask & WL_EVENT_ERROR) != 0
			? -1
			: write(fd, secret->bytes + reader->at,
					  left < STEP_BYTES ? left : STEP_BYTES);
	if (n < 0 && left > 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	if (n > 0) {
		reader->at += (size_t)n;
	}
	if (n <= 0 || reader->at == secret->len) {
		reader_end(reader);
	}
	return 0;
}

static int handle_late(void *data) {
	reader_end(data);
	return 0;
}

/*
 * A pipe's writing end of our own: whoever gave fd shares its flags and could make it wait. Anything
 * but a pipe is refused. Returns -1 then, and if nobody reads it any more.
 */
static int open_own_end(int fd) {
	struct stat stat;
	char path[32];
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &stat) < 0 ||
			!S_ISFIFO(stat.st_mode)) {
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static void handle_send(struct wlr_data_source *source, const char *type, int32_t untrusted_fd) {
	struct handed *handed = wl_container_of(source, handed, base);
	struct server *server = handed->seat->domain->server;
	cleanup_fd int given = untrusted_fd;
	cleanup_fd int fd = DEFENDS(clipboard_own_end) ? open_own_end(given) : dup(given);
	if (fd < 0 || handed->readers_len == READERS_MAX) {
		log_debug("%s: a paste is refused", handed->seat->domain->name);
		return;
	}
	struct reader *reader = calloc(1, sizeof(*reader));
	if (reader == NULL) {
		return;
	}
	reader->handed = handed;
	reader->fd = fd_steal(&fd);
	wl_list_insert(&handed->readers, &reader->link);
	handed->readers_len++;
	reader->writable = wl_event_loop_add_fd(server->loop, reader->fd, WL_EVENT_WRITABLE,
			handle_writable, reader);
	reader->timer = wl_event_loop_add_timer(server->loop, handle_late, reader);
	if (reader->writable == NULL || reader->timer == NULL) {
		reader_end(reader);
		return;
	}
	wl_event_source_timer_update(reader->timer, READER_MS);
}

static void handle_destroy(struct wlr_data_source *source) {
	struct handed *handed = wl_container_of(source, handed, base);
	struct reader *reader, *next;
	wl_list_for_each_safe(reader, next, &handed->readers, link) {
		reader_end(reader);
	}
	wl_list_remove(&handed->link);
	if (handed->timer != NULL) {
		wl_event_source_remove(handed->timer);
	}
	secret_destroy(handed->secret);
	free(handed);
}

static const struct wlr_data_source_impl impl = {
		.send = handle_send,
		.destroy = handle_destroy,
};

/* It is the seat's selection as long as it lives: wlroots ends it when another takes its place. */
static void end(struct handed *handed) {
	struct seat *seat = handed->seat;
	wlr_seat_set_selection(seat->wlr_seat, NULL,
			wl_display_next_serial(seat->domain->server->display));
}

static int handle_timer(void *data) {
	end(data);
	return 0;
}

static bool add_types(struct handed *handed, const char *const *types, size_t types_len) {
	for (size_t i = 0; i < types_len; i++) {
		char **place = wl_array_add(&handed->base.mime_types, sizeof(*place));
		if (place == NULL) {
			return false;
		}
		*place = strdup(types[i]);
		if (*place == NULL) {
			handed->base.mime_types.size -= sizeof(*place);
			return false;
		}
	}
	return true;
}

bool handed_give(struct seat *seat, struct secret *secret, const char *const *types,
		size_t types_len, uint32_t lifetime_ms, struct wl_list *list) {
	struct server *server = seat->domain->server;
	struct handed *handed = calloc(1, sizeof(*handed));
	if (handed == NULL) {
		secret_destroy(secret);
		return false;
	}
	wlr_data_source_init(&handed->base, &impl);
	wl_list_init(&handed->readers);
	wl_list_insert(list, &handed->link);
	handed->seat = seat;
	handed->secret = secret;
	handed->timer = wl_event_loop_add_timer(server->loop, handle_timer, handed);
	if (handed->timer == NULL || !add_types(handed, types, types_len)) {
		wlr_data_source_destroy(&handed->base);
		return false;
	}
	wl_event_source_timer_update(handed->timer, (int)lifetime_ms);
	wlr_seat_set_selection(seat->wlr_seat, &handed->base,
			wl_display_next_serial(server->display));
	return true;
}

void handed_wipe(struct wl_list *list) {
	while (!wl_list_empty(list)) {
		struct handed *handed = wl_container_of(list->next, handed, link);
		end(handed);
	}
}
