/* SPDX-License-Identifier: MIT */
#include "proxy/device/window.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "parse/le.h"
#include "parse/vhost_user.h"
#include "proxy/quota/pool.h"

static void go_on(struct window *window);

bool window_init(struct window *window, struct wl_event_loop *loop, struct pool_account *account,
		void (*settled)(void *data), void *data) {
	struct stat st;
	*window = (struct window){.loop = loop,
			.settled = settled,
			.data = data,
			.fd = -1,
			.stopped = true,
			.arena = pool_file_create(account, VM_BLOB_WINDOW_BYTES)};
	if (window->arena == NULL || fstat(pool_file_fd(window->arena), &st) < 0) {
		return false;
	}
	window->dev = st.st_dev;
	window->ino = st.st_ino;
	return true;
}

static void close_channel(struct window *window) {
	if (window->source != NULL) {
		wl_event_source_remove(window->source);
		window->source = NULL;
	}
	fd_close(&window->fd);
	window->answer_have = 0;
	window->request = WINDOW_REQUEST_NONE;
}

void window_finish(struct window *window) {
	close_channel(window);
	pool_file_unref(window->arena);
	window->arena = NULL;
}

static void tell_if_settled(struct window *window) {
	if (window_is_settled(window)) {
		window->settled(window->data);
	}
}

/* Nothing will be answered any more. What is mapped stays so until the next reset. */
static void fail_channel(struct window *window) {
	close_channel(window);
	window->failed = !window->mapped;
	tell_if_settled(window);
}

/* The request under way was answered. */
static void finish_request(struct window *window, bool ok) {
	bool was_map = window->request == WINDOW_REQUEST_MAP;
	window->request = WINDOW_REQUEST_NONE;
	if (!was_map) {
		/* A refusal means that QEMU had dropped it. */
		window->mapped = false;
		window->doubtful = false;
	} else if (window->doubtful) {
		/* Sent before a reset, at which QEMU may have dropped it again. */
		window->mapped = ok;
		window->doubtful = ok;
	} else {
		window->mapped = ok;
		window->failed = !ok;
		window->came_stopped = ok && window->stopped;
		if (!ok) {
			log_warn("the VMM refused to map the window: guests will have no buffers");
		}
	}
	go_on(window);
	tell_if_settled(window);
}

static int handle_channel(int fd, uint32_t mask, void *data) {
	struct window *window = data;
	size_t n = 0;
	ssize_t got = fd_recv(fd, window->answer + window->answer_have,
			sizeof(window->answer) - window->answer_have, NULL, &n);
	if (got == -EAGAIN) {
		return 0;
	}
	if (got <= 0) {
		fail_channel(window);
		return 0;
	}
	window->answer_have += (size_t)got;
	if (window->answer_have < sizeof(window->answer)) {
		return 0;
	}
	window->answer_have = 0;
	struct vhost_user_header header;
	if (window->request == WINDOW_REQUEST_NONE ||
			!vhost_user_header_parse(window->answer, &header) || !header.is_reply ||
			header.size != 8) {
		log_warn("the VMM sent an answer that nobody asked for; its channel is closed");
		fail_channel(window);
		return 0;
	}
	finish_request(window, le_get64(window->answer + VHOST_USER_HEADER_BYTES) == 0);
	return 0;
}

void window_set_channel(struct window *window, int fd) {
	close_channel(window);
	window->fd = fd;
	fd_set_nonblock(fd, true);
	window->source = wl_event_loop_add_fd(window->loop, fd, WL_EVENT_READABLE, handle_channel,
			window);
	if (window->source == NULL) {
		close_channel(window);
	}
	go_on(window);
}

static bool send_request(struct window *window, enum window_request request) {
	uint8_t message[VHOST_USER_HEADER_BYTES + VHOST_USER_SHMEM_BYTES];
	bool map = request == WINDOW_REQUEST_MAP;
	int fd = pool_file_fd(window->arena);
	vhost_user_header_put(message,
			map ? VHOST_USER_BACKEND_SHMEM_MAP : VHOST_USER_BACKEND_SHMEM_UNMAP, false,
			true, VHOST_USER_SHMEM_BYTES);
	vhost_user_shmem_put(message + VHOST_USER_HEADER_BYTES, 0, pool_file_size(window->arena));
	ssize_t sent = fd_send(window->fd, message, sizeof(message), &fd, map ? 1 : 0);
	return sent == (ssize_t)sizeof(message);
}

/* Sends what is to be asked next. */
static void go_on(struct window *window) {
	bool settled = window->failed || (window->mapped && !window->doubtful);
	if (window->stopped || window->fd < 0 || window->request != WINDOW_REQUEST_NONE ||
			settled) {
		return;
	}
	window->request = window->doubtful ? WINDOW_REQUEST_UNMAP : WINDOW_REQUEST_MAP;
	if (!send_request(window, window->request)) {
		close_channel(window);
		window->failed = !window->mapped;
	}
}

void window_stop(struct window *window) {
	window->stopped = true;
}

void window_start(struct window *window, bool reset) {
	window->stopped = false;
	if (reset) {
		pool_arena_trim(window->arena);
		window->failed = false;
	}
	if (reset && !window->vmm_keeps) {
		window->doubtful = window->doubtful || window->request != WINDOW_REQUEST_NONE ||
				(window->mapped && window->came_stopped);
		window->mapped = window->mapped && window->doubtful;
	}
	window->came_stopped = false;
	go_on(window);
}

bool window_is_settled(const struct window *window) {
	return window->fd < 0 || window->failed ||
			(window->mapped && !window->doubtful &&
					window->request == WINDOW_REQUEST_NONE);
}

bool window_is_mapped(const struct window *window) {
	return window->mapped && !window->doubtful;
}

bool window_has_file(const struct window *window, dev_t dev, ino_t ino) {
	return window->dev == dev && window->ino == ino;
}
