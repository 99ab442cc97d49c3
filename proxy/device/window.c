/* SPDX-License-Identifier: MIT */
#include "proxy/device/window.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "parse/le.h"
#include "parse/vhost_user.h"
#include "proxy/quota/pool.h"

#define PAGE_MASK 4095ull

struct window_request {
	struct wl_list link; // window.requests
	struct window_mapping *mapping;
	bool unmap;
	bool forgotten; // reset came meanwhile: nobody waits
	window_done done;
	void *data;
};

static void send_next(struct window *window);

void window_init(struct window *window, struct wl_event_loop *loop) {
	*window = (struct window){.loop = loop, .fd = -1, .stopped = true};
	wl_list_init(&window->mappings);
	wl_list_init(&window->requests);
}

static void mapping_destroy(struct window *window, struct window_mapping *mapping) {
	wl_list_remove(&mapping->link);
	window->n--;
	pool_file_unref(mapping->file);
	free(mapping);
}

static void request_destroy(struct window_request *request) {
	wl_list_remove(&request->link);
	free(request);
}

static void close_channel(struct window *window) {
	if (window->source != NULL) {
		wl_event_source_remove(window->source);
		window->source = NULL;
	}
	fd_close(&window->fd);
	window->answer_have = 0;
}

void window_finish(struct window *window) {
	struct window_request *request, *next_request;
	wl_list_for_each_safe(request, next_request, &window->requests, link) {
		request_destroy(request);
	}
	struct window_mapping *mapping, *next_mapping;
	wl_list_for_each_safe(mapping, next_mapping, &window->mappings, link) {
		mapping_destroy(window, mapping);
	}
	close_channel(window);
}

/* The first request was answered. */
static void finish_request(struct window *window, bool ok) {
	struct window_request *request = wl_container_of(window->requests.next, request, link);
	struct window_mapping *mapping = request->mapping;
	window_done done = request->forgotten ? NULL : request->done;
	void *data = request->data;
	bool forgotten = request->forgotten;
	bool unmap = request->unmap;
	window->sent = false;
	request_destroy(request);
	if (unmap || (!ok && !mapping->leaving)) {
		mapping_destroy(window, mapping);
	} else if (ok) {
		mapping->real = true;
		mapping->came_stopped = window->stopped;
		if (forgotten) {
			window_unmap(window, mapping, NULL, NULL);
		}
	}
	if (done != NULL) {
		done(data, ok);
	}
}

/* The channel is gone: nothing will be answered any more. */
static void fail_channel(struct window *window) {
	close_channel(window);
	while (!wl_list_empty(&window->requests)) {
		finish_request(window, false);
	}
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
	if (!window->sent || !vhost_user_header_parse(window->answer, &header) ||
			!header.is_reply || header.size != 8) {
		log_warn("the VMM sent an answer that nobody asked for; its channel is closed");
		fail_channel(window);
		return 0;
	}
	bool ok = le_get64(window->answer + VHOST_USER_HEADER_BYTES) == 0;
	finish_request(window, ok);
	send_next(window);
	return 0;
}

void window_set_channel(struct window *window, int fd) {
	fail_channel(window);
	window->fd = fd;
	fd_set_nonblock(fd, true);
	window->source = wl_event_loop_add_fd(window->loop, fd, WL_EVENT_READABLE, handle_channel,
			window);
	if (window->source == NULL) {
		close_channel(window);
	}
}

/* Sends the request at the head of the queue; false if the channel does not take it. */
static bool send_request(struct window *window, const struct window_request *request) {
	uint8_t message[VHOST_USER_HEADER_BYTES + VHOST_USER_SHMEM_BYTES];
	const struct window_mapping *mapping = request->mapping;
	int fd = pool_file_fd(mapping->file);
	vhost_user_header_put(message,
			request->unmap ? VHOST_USER_BACKEND_SHMEM_UNMAP
				       : VHOST_USER_BACKEND_SHMEM_MAP,
			false, true, VHOST_USER_SHMEM_BYTES);
	vhost_user_shmem_put(message + VHOST_USER_HEADER_BYTES, mapping->offset, mapping->len);
	ssize_t sent = fd_send(window->fd, message, sizeof(message), &fd, request->unmap ? 0 : 1);
	return sent == (ssize_t)sizeof(message);
}

static void send_next(struct window *window) {
	if (window->stopped || window->sent || wl_list_empty(&window->requests)) {
		return;
	}
	struct window_request *request = wl_container_of(window->requests.next, request, link);
	window->sent = true;
	if (window->fd < 0 || !send_request(window, request)) {
		fail_channel(window);
	}
}

void window_stop(struct window *window) {
	window->stopped = true;
}

void window_start(struct window *window) {
	window->stopped = false;
	struct window_mapping *mapping;
	wl_list_for_each(mapping, &window->mappings, link) {
		mapping->came_stopped = false;
	}
	send_next(window);
}

/* Drops what was not sent yet; nobody waits for the request that was. */
static void forget_requests(struct window *window) {
	struct window_request *request, *next;
	wl_list_for_each_safe(request, next, &window->requests, link) {
		request->mapping->leaving = false;
		if (window->sent && window->requests.next == &request->link) {
			request->forgotten = true;
		} else {
			request_destroy(request);
		}
	}
}

void window_reset(struct window *window) {
	forget_requests(window);
	const struct window_mapping *busy = NULL;
	if (window->sent) {
		struct window_request *first = wl_container_of(window->requests.next, first, link);
		first->mapping->leaving = first->unmap;
		busy = first->mapping;
	}
	struct window_mapping *mapping, *next;
	wl_list_for_each_safe(mapping, next, &window->mappings, link) {
		bool undo = mapping->real && (window->vmm_keeps || mapping->came_stopped);
		if (mapping != busy && (!undo || window_unmap(window, mapping, NULL, NULL) < 0)) {
			mapping_destroy(window, mapping);
		}
	}
}

static bool place_is_free(const struct window *window, uint64_t offset, uint64_t len) {
	if (len == 0 || ((offset | len) & PAGE_MASK) != 0 || offset > VM_BLOB_WINDOW_BYTES ||
			len > VM_BLOB_WINDOW_BYTES - offset) {
		return false;
	}
	const struct window_mapping *mapping;
	wl_list_for_each(mapping, &window->mappings, link) {
		bool apart = offset >= mapping->offset ? offset - mapping->offset >= mapping->len
						       : mapping->offset - offset >= len;
		if (!apart && !mapping->leaving) {
			return false;
		}
	}
	return true;
}

static struct window_request *queue_request(struct window *window, struct window_mapping *mapping,
		bool unmap, window_done done, void *data) {
	struct window_request *request = calloc(1, sizeof(*request));
	if (request != NULL) {
		request->mapping = mapping;
		request->unmap = unmap;
		request->done = done;
		request->data = data;
		wl_list_insert(window->requests.prev, &request->link);
	}
	return request;
}

int window_map(struct window *window, struct pool_file *file, uint64_t offset, uint64_t len,
		window_done done, void *data, struct window_mapping **ret_mapping) {
	struct stat st;
	if (window->fd < 0) {
		return -ENOTCONN;
	}
	if (window->n >= VM_BLOBS_MAX) {
		return -EDQUOT;
	}
	if (len > pool_file_size(file) || !place_is_free(window, offset, len) ||
			fstat(pool_file_fd(file), &st) < 0) {
		return -EINVAL;
	}
	struct window_mapping *mapping = calloc(1, sizeof(*mapping));
	if (mapping == NULL || queue_request(window, mapping, false, done, data) == NULL) {
		free(mapping);
		return -ENOMEM;
	}
	mapping->file = pool_file_ref(file);
	mapping->offset = offset;
	mapping->len = len;
	mapping->dev = st.st_dev;
	mapping->ino = st.st_ino;
	wl_list_insert(&window->mappings, &mapping->link);
	window->n++;
	*ret_mapping = mapping;
	send_next(window);
	return 0;
}

int window_unmap(struct window *window, struct window_mapping *mapping, window_done done,
		void *data) {
	if (queue_request(window, mapping, true, done, data) == NULL) {
		return -ENOMEM;
	}
	mapping->leaving = true;
	send_next(window);
	return 0;
}

bool window_has_file(const struct window *window, dev_t dev, ino_t ino) {
	const struct window_mapping *mapping;
	wl_list_for_each(mapping, &window->mappings, link) {
		if (mapping->dev == dev && mapping->ino == ino) {
			return true;
		}
	}
	return false;
}
