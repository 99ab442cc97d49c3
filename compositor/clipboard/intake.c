/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <wayland-server-core.h>
#include <wlr/types/wlr_data_device.h>

#include "base/defence.h"
#include "base/fd.h"
#include "base/secret.h"
#include "compositor/server.h"

/* Read at once, so that one that writes fast does not keep the loop. */
#define STEP_BYTES (64u << 10)

struct intake {
	struct intake_request request;
	struct secret *secret;
	int fd; /* our end of the pipe */
	struct wl_event_source *readable, *deadline;
};

void intake_cancel(struct intake *intake) {
	if (intake == NULL) {
		return;
	}
	if (intake->readable != NULL) {
		wl_event_source_remove(intake->readable);
	}
	if (intake->deadline != NULL) {
		wl_event_source_remove(intake->deadline);
	}
	fd_close(&intake->fd);
	secret_destroy(intake->secret);
	free(intake);
}

static void end(struct intake *intake, enum intake_outcome outcome) {
	const struct intake_request request = intake->request;
	struct secret *secret = outcome == INTAKE_DONE ? intake->secret : NULL;
	if (secret != NULL) {
		intake->secret = NULL;
	}
	intake_cancel(intake);
	request.done(request.data, request.operation, outcome, secret);
}

static int handle_readable(int fd, uint32_t mask, void *data) {
	struct intake *intake = data;
	struct secret *secret = intake->secret;
	size_t limit = intake->request.limit_bytes;
	/* One byte more than the limit is how it is known to be passed. */
	size_t room = limit + 1 - secret->len;
	ssize_t n = read(fd, secret->bytes + secret->len, room < STEP_BYTES ? room : STEP_BYTES);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR) {
			end(intake, INTAKE_FAILED);
		}
	} else if (n == 0) {
		end(intake, INTAKE_DONE);
	} else {
		secret->len += (size_t)n;
		if (secret->len > limit) {
			end(intake, INTAKE_TOO_LARGE);
		}
	}
	return 0;
}

static int handle_deadline(void *data) {
	end(data, INTAKE_TOO_LATE);
	return 0;
}

struct intake *intake_begin(struct server *server, const struct intake_request *request) {
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0) {
		return NULL;
	}
	struct intake *intake = calloc(1, sizeof(*intake));
	if (intake == NULL) {
		fd_close(&fds[0]);
		fd_close(&fds[1]);
		return NULL;
	}
	intake->request = *request;
	intake->fd = fds[0];
	intake->secret = secret_create(request->limit_bytes + 1);
	intake->readable = wl_event_loop_add_fd(server->loop, intake->fd, WL_EVENT_READABLE,
			handle_readable, intake);
	intake->deadline = wl_event_loop_add_timer(server->loop, handle_deadline, intake);
	/* Only our end: what the client does with its own is its own affair. */
	if (intake->secret == NULL || intake->readable == NULL || intake->deadline == NULL ||
			fd_set_nonblock(intake->fd, true) < 0) {
		fd_close(&fds[1]);
		intake_cancel(intake);
		return NULL;
	}
	if (DEFENDS(clipboard_deadline)) {
		wl_event_source_timer_update(intake->deadline, (int)request->deadline_ms);
	}
	wlr_data_source_send(request->source, request->type, fds[1]);
	return intake;
}
