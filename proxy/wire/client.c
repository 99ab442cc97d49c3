/* SPDX-License-Identifier: MIT
 *
 * One guest client: its life, its sockets and queues, and the order in which front end and
 * compositor are served. Handles guests' bytes as a whole; what they mean is looked at in request.c
 * and event.c.
 *
 * Callbacks to the front end come from the event loop only, as the last thing that is done, since
 * the front end may destroy the client in them.
 */
#include "proxy/wire/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/fd.h"
#include "proxy/wire/domain.h"
#include "proxy/wire/engine.h"
#include "proxy/wire/fold.h"
#include "proxy/wire/shm.h"
#include "proxy/wire/surface.h"

/* A push of a front end; beyond UP_FULL waiting bytes none is taken. */
#define PUSH_MAX (64u << 10)
#define UP_FULL (128u << 10)
#define UP_MAX (UP_FULL + PUSH_MAX + (16u << 10))
#define READ_MIN (4u << 10)
#define READ_MAX (32u << 10)
#define DOWN_MAX (WIRE_DOWN_FULL + READ_MAX + (64u << 10))
/* How long a client that has ended may take to read why. */
#define FAREWELL_MS 1000

static void on_idle(void *data);
static int on_timer(void *data);
static int on_compositor(int fd, uint32_t mask, void *data);

static void tell_later(struct wire_client *client) {
	if (client->idle == NULL) {
		client->idle = wl_event_loop_add_idle(client->domain->loop, on_idle, client);
	}
}

void wire_client_arm(struct wire_client *client, int ms) {
	if (client->timer == NULL) {
		client->timer = wl_event_loop_add_timer(client->domain->loop, on_timer, client);
	}
	if (client->timer != NULL) {
		wl_event_source_timer_update(client->timer, ms);
	}
}

static void disconnect(struct wire_client *client) {
	if (client->source != NULL) {
		wl_event_source_remove(client->source);
		client->source = NULL;
	}
	fd_close(&client->fd);
	client->mask = 0;
}

static void drop_loose(struct wire_client *client) {
	for (size_t i = 0; i < client->loose_count; i++) {
		wire_fd_drop(&client->loose[i]);
	}
	client->loose_count = 0;
	for (size_t i = 0; i < client->event_fd_count; i++) {
		fd_close(&client->event_fds[i]);
	}
	client->event_fd_count = 0;
}

void wire_client_doom(struct wire_client *client, const char *reason) {
	if (client->state >= WIRE_CLIENT_DOOMED) {
		return;
	}
	client->state = WIRE_CLIENT_DOOMED;
	snprintf(client->reason, sizeof(client->reason), "%s", reason);
	log_limited(&client->domain->log, LOG_LEVEL_WARN, "%s: client %u ended: %s",
			client->domain->config.name, client->number, client->reason);
	wire_domain_forget_dial(client->domain, client);
	disconnect(client);
	drop_loose(client);
	wire_queue_clear_raw(&client->down);
	client->throttled = false;
	client->tell_readable = wire_queue_ready(&client->down) > 0;
	client->tell_writable = false;
	if (client->tell_readable) {
		wire_client_arm(client, FAREWELL_MS);
	}
	tell_later(client);
}

void wire_client_overrun(struct wire_client *client) {
	wire_domain_blame(client->domain, OFFENCE_UNREAD);
	wire_client_doom(client, "does not read its events");
}

static enum wire_verdict refuse_text(struct wire_client *client, enum offence offence,
		uint32_t object, enum wire_error code, const char *text) {
	if (client->state >= WIRE_CLIENT_DOOMED) {
		return WIRE_REFUSE;
	}
	wire_domain_blame(client->domain, offence);
	uint8_t message[WIRE_HEADER_SIZE + 12 + sizeof(client->reason) + 4];
	struct wire_writer writer;
	wire_begin(&writer, message, sizeof(message), 1, 0);
	wire_put(&writer, object);
	wire_put(&writer, code);
	wire_put_string(&writer, text, strlen(text));
	size_t len = wire_end(&writer);
	wire_queue_clear_raw(&client->down);
	if (len > 0) {
		wire_queue_insert(&client->down, message, len);
	}
	wire_client_doom(client, text);
	return WIRE_REFUSE;
}

enum wire_verdict wire_refuse(struct wire_client *client, enum offence offence, uint32_t object,
		enum wire_error code, const char *format, ...) {
	char text[sizeof(client->reason)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return refuse_text(client, offence, object, code, text);
}

enum wire_verdict wire_refuse_memory(struct wire_client *client) {
	return wire_refuse(client, OFFENCE_NONE, 1, WIRE_ERROR_NO_MEMORY, "out of memory");
}

enum wire_verdict wire_request_refuse(const struct wire_request *request, enum offence offence,
		const char *format, ...) {
	char text[sizeof(request->client->reason)];
	int len = snprintf(text, sizeof(text), "%s@%u.%s: ", request->object->interface->wl->name,
			request->object->id, request->message->row->name);
	va_list args;
	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - (size_t)len, format, args);
	va_end(args);
	return refuse_text(request->client, offence, request->object->id, WIRE_ERROR_IMPLEMENTATION,
			text);
}

bool wire_client_send_event(struct wire_client *client, const void *bytes, size_t len) {
	bool was_empty = wire_queue_ready(&client->down) == 0;
	if (!wire_queue_insert(&client->down, bytes, len)) {
		wire_client_doom(client, "out of memory");
		return false;
	}
	if (was_empty) {
		client->tell_readable = true;
		tell_later(client);
	}
	return true;
}

/* Sends what is checked to the compositor. Returns false if the client was doomed. */
static bool flush_up(struct wire_client *client) {
	const struct wire_domain *domain = client->domain;
	while (client->state == WIRE_CLIENT_OPEN && !domain->is_silent &&
			wire_queue_ready(&client->up) > 0) {
		int fds[FD_MESSAGE_MAX];
		size_t len;
		size_t n;
		const uint8_t *bytes = wire_queue_batch(&client->up, SIZE_MAX, FD_MESSAGE_MAX, &len,
				fds, &n);
		ssize_t sent = fd_send(client->fd, bytes, len, fds, n);
		if (sent == -EAGAIN || sent == -EINTR) {
			break;
		}
		if (sent < 0) {
			/* It may have said why before it hung up; on_compositor() reads that. */
			return true;
		}
		for (size_t i = 0; i < n; i++) {
			fd_close(&fds[i]);
		}
		wire_queue_sent(&client->up, (size_t)sent, n);
	}
	if (client->source != NULL) {
		uint32_t mask = WL_EVENT_READABLE;
		mask |= !domain->is_silent && wire_queue_ready(&client->up) > 0 ? WL_EVENT_WRITABLE
										: 0;
		if (mask != client->mask) {
			client->mask = mask;
			wl_event_source_fd_update(client->source, mask);
		}
	}
	return client->state < WIRE_CLIENT_DOOMED;
}

static bool takes_input(const struct wire_client *client) {
	return !client->throttled && wire_queue_ready(&client->up) < UP_FULL;
}

/* Looks at waiting requests, sends them, and tells the front end if it may go on. */
static void serve_up(struct wire_client *client) {
	wire_requests_process(client);
	if (client->state < WIRE_CLIENT_DOOMED && flush_up(client) && client->refused_push &&
			takes_input(client)) {
		client->refused_push = false;
		client->tell_writable = true;
		tell_later(client);
	}
}

void wire_client_go_on(struct wire_client *client) {
	if (client->state == WIRE_CLIENT_OPEN) {
		serve_up(client);
	}
}

static int on_timer(void *data) {
	struct wire_client *client = data;
	if (client->state == WIRE_CLIENT_DOOMED) {
		client->tell_readable = false;
		wire_queue_finish(&client->down);
		tell_later(client);
		return 0;
	}
	int wait_ms = wire_titles_flush(client);
	if (wait_ms > 0) {
		wire_client_arm(client, wait_ms);
	}
	if (client->state < WIRE_CLIENT_DOOMED) {
		serve_up(client);
	}
	return 0;
}

static void on_idle(void *data) {
	struct wire_client *client = data;
	client->idle = NULL;
	if (client->tell_readable) {
		client->tell_readable = false;
		if (client->tell_writable ||
				(client->state == WIRE_CLIENT_DOOMED &&
						wire_queue_ready(&client->down) == 0)) {
			tell_later(client);
		}
		client->front->readable(client->data);
	} else if (client->tell_writable) {
		client->tell_writable = false;
		client->front->writable(client->data);
	} else if (client->state == WIRE_CLIENT_DOOMED && wire_queue_ready(&client->down) == 0) {
		client->state = WIRE_CLIENT_ENDED;
		client->front->ended(client->data, client->reason);
	}
}

/*
 * Reads once from the compositor. Returns the number of bytes, 0 at the end, or a negative errno.
 */
static ssize_t receive(struct wire_client *client, bool *ret_more) {
	size_t room;
	uint8_t *bytes = wire_queue_room(&client->down, READ_MIN, &room);
	if (bytes == NULL) {
		return -ENOBUFS;
	}
	room = room < READ_MAX ? room : READ_MAX;
	int fds[FD_MESSAGE_MAX];
	size_t n = FD_MESSAGE_MAX;
	ssize_t len = fd_recv(client->fd, bytes, room, fds, &n);
	if (len <= 0) {
		return len;
	}
	if (n > WIRE_LOOSE_FDS_MAX - client->event_fd_count) {
		for (size_t i = 0; i < n; i++) {
			fd_close(&fds[i]);
		}
		return -ENOBUFS;
	}
	memcpy(client->event_fds + client->event_fd_count, fds, n * sizeof(fds[0]));
	client->event_fd_count += n;
	wire_queue_added(&client->down, (size_t)len);
	*ret_more = (size_t)len == room;
	return len;
}

static void read_compositor(struct wire_client *client) {
	bool more = true;
	while (more && client->state == WIRE_CLIENT_OPEN) {
		wire_fold(client);
		if (wire_queue_ready(&client->down) > WIRE_DOWN_FULL && DEFENDS(unread)) {
			wire_client_overrun(client);
			return;
		}
		ssize_t len = receive(client, &more);
		if (len == -EAGAIN || len == -EINTR) {
			return;
		}
		if (len <= 0) {
			wire_client_doom(client,
					len == -ENOBUFS ? "too many events"
							: "the compositor hung up");
			return;
		}
		wire_events_process(client);
	}
}

static int on_compositor(int fd, uint32_t mask, void *data) {
	struct wire_client *client = data;
	bool was_empty = wire_queue_ready(&client->down) == 0;
	if ((mask & (WL_EVENT_READABLE | WL_EVENT_HANGUP | WL_EVENT_ERROR)) != 0) {
		read_compositor(client);
	}
	if ((mask & WL_EVENT_WRITABLE) != 0 && client->state == WIRE_CLIENT_OPEN) {
		serve_up(client);
	}
	/* Doomed ones are told from idle, after which nothing else happens to them. */
	if (client->state == WIRE_CLIENT_OPEN && was_empty && wire_queue_ready(&client->down) > 0) {
		client->front->readable(client->data);
	}
	return 0;
}

void wire_client_connected(struct wire_client *client, int fd) {
	client->fd = fd;
	client->state = WIRE_CLIENT_OPEN;
	client->mask = WL_EVENT_READABLE;
	if (fd_set_nonblock(fd, true) < 0) {
		wire_client_doom(client, "the compositor's socket is unusable");
		return;
	}
	client->source = wl_event_loop_add_fd(client->domain->loop, fd, client->mask, on_compositor,
			client);
	if (client->source == NULL) {
		wire_client_doom(client, "out of memory");
		return;
	}
	serve_up(client);
}

struct wire_client *wire_client_create(struct wire_domain *domain, const struct wire_front *front,
		void *data) {
	if (domain->client_count >= domain->config.clients_max) {
		wire_domain_blame(domain, OFFENCE_CONNECTIONS);
		errno = EDQUOT;
		return NULL;
	}
	struct wire_client *client = calloc(1, sizeof(*client));
	if (client == NULL) {
		return NULL;
	}
	client->domain = domain;
	client->front = front;
	client->data = data;
	client->number = ++domain->client_number;
	client->fd = -1;
	wl_list_init(&client->titles);
	wire_queue_init(&client->up, UP_MAX);
	wire_queue_init(&client->down, DEFENDS(unread) ? DOWN_MAX : SIZE_MAX);
	int64_t now_ns = clock_now_ns();
	bucket_init(&client->damage, domain->config.damage_per_second,
			domain->config.damage_per_second, now_ns);
	if (!wire_objects_init(&client->objects, policy_find("wl_display", 10)) ||
			!wire_domain_dial(domain, client)) {
		wire_objects_finish(&client->objects);
		free(client);
		errno = ENOMEM;
		return NULL;
	}
	wire_damage_metered(client);
	wl_list_insert(&domain->clients, &client->link);
	domain->client_count++;
	return client;
}

static void release_all(struct wire_client *client) {
	struct wire_objects *objects = &client->objects;
	for (uint32_t i = 0; i < objects->client_cap; i++) {
		wire_object_release(client, &objects->client[i]);
	}
	for (uint32_t i = 0; i < objects->server_cap; i++) {
		wire_object_release(client, &objects->server[i]);
	}
	wire_objects_finish(objects);
}

void wire_client_destroy(struct wire_client *client) {
	if (client == NULL) {
		return;
	}
	wire_domain_forget_dial(client->domain, client);
	disconnect(client);
	drop_loose(client);
	release_all(client);
	wire_serials_finish(&client->serials);
	wire_queue_finish(&client->up);
	wire_queue_finish(&client->down);
	if (client->idle != NULL) {
		wl_event_source_remove(client->idle);
	}
	if (client->timer != NULL) {
		wl_event_source_remove(client->timer);
	}
	wl_list_remove(&client->link);
	client->domain->client_count--;
	free(client);
}

static void drop_pushed(const struct wire_fd *fds, size_t n) {
	for (size_t i = 0; i < n; i++) {
		struct wire_fd fd = fds[i];
		wire_fd_drop(&fd);
	}
}

ssize_t wire_client_push(struct wire_client *client, const void *bytes, size_t len,
		const struct wire_fd *fds, size_t n) {
	if (client->state >= WIRE_CLIENT_DOOMED) {
		drop_pushed(fds, n);
		return client->state == WIRE_CLIENT_DOOMED ? (ssize_t)len : -EPIPE;
	}
	if (!takes_input(client)) {
		client->refused_push = true;
		return 0;
	}
	size_t room;
	uint8_t *to = len <= PUSH_MAX ? wire_queue_room(&client->up, len, &room) : NULL;
	if (to == NULL || n > WIRE_LOOSE_FDS_MAX - client->loose_count) {
		drop_pushed(fds, n);
		wire_refuse(client, OFFENCE_DESCRIPTOR, 1, WIRE_ERROR_IMPLEMENTATION,
				to == NULL ? "too much at once"
					   : "too many descriptors without a message");
		return (ssize_t)len;
	}
	memcpy(to, bytes, len);
	wire_queue_added(&client->up, len);
	if (n > 0) {
		memcpy(client->loose + client->loose_count, fds, n * sizeof(fds[0]));
		client->loose_count += n;
	}
	wire_requests_process(client);
	if (client->state == WIRE_CLIENT_OPEN) {
		flush_up(client);
	}
	return (ssize_t)len;
}

size_t wire_client_pull(struct wire_client *client, void *bytes, size_t cap, int *fds, size_t *n) {
	size_t len;
	size_t fd_count;
	const uint8_t *from = wire_queue_batch(&client->down, cap, *n, &len, fds, &fd_count);
	if (len > 0) {
		memcpy(bytes, from, len);
		wire_fold_taken(client, len);
		wire_queue_sent(&client->down, len, fd_count);
	}
	*n = fd_count;
	if (client->state == WIRE_CLIENT_DOOMED && wire_queue_ready(&client->down) == 0) {
		tell_later(client);
	}
	return len;
}

bool wire_client_has_output(const struct wire_client *client) {
	return wire_queue_ready(&client->down) > 0;
}
