/* SPDX-License-Identifier: MIT */
#include "guest/bridge/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "guest/bridge/relay.h"
#include "guest/bridge/server.h"

/* A keymap has some 60 KiB, a table of formats some 16. */
#define FILE_BYTES_MAX (16u << 20)
#define DISPLAY_ERROR 0

bool fd_queue_push(struct fd_queue *queue, int fd) {
	if (queue->n == CLIENT_FDS_MAX) {
		fd_close(&fd);
		return false;
	}
	queue->fds[queue->n++] = fd;
	return true;
}

int fd_queue_pop(struct fd_queue *queue) {
	if (queue->n == 0) {
		return -1;
	}
	int fd = queue->fds[0];
	queue->n--;
	memmove(queue->fds, queue->fds + 1, queue->n * sizeof(queue->fds[0]));
	return fd;
}

static void fd_queue_finish(struct fd_queue *queue) {
	int fd;
	while ((fd = fd_queue_pop(queue)) >= 0) {
		fd_close(&fd);
	}
}

void client_end(struct client *client, const char *reason) {
	if (!client->is_over) {
		log_info("a client ends: %s", reason);
	}
	client->is_over = true;
	server_schedule(client->server, client);
}

void client_end_protocol(struct client *client, uint32_t object, uint32_t code,
		const char *reason) {
	uint8_t body[128] = {0};
	uint32_t len = (uint32_t)strlen(reason) + 1;
	uint32_t head[] = {object, code, len};
	memcpy(body, head, sizeof(head));
	memcpy(body + sizeof(head), reason, len);
	size_t words = (sizeof(head) + len + 3) / 4;
	uint32_t header[] = {1, (uint32_t)(8 + 4 * words) << 16 | DISPLAY_ERROR};
	if (!client->is_over && outbox_add(&client->outbox, header, sizeof(header)) == 0) {
		outbox_add(&client->outbox, body, 4 * words);
	}
	client_end(client, reason);
}

static void read_requests(struct client *client) {
	int fds[FD_MESSAGE_MAX];
	size_t n = FD_MESSAGE_MAX;
	ssize_t got = fd_recv(client->sock, client->requests + client->requests_len,
			CLIENT_BUFFER_BYTES - client->requests_len, fds, &n);
	if (got <= 0) {
		if (got != -EAGAIN) {
			client->is_over = true;
		}
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!fd_queue_push(&client->request_fds, fds[i])) {
			client_end(client, "it sends too many descriptors");
		}
	}
	client->requests_len += (size_t)got;
	size_t done = relay_requests(client, client->requests, client->requests_len);
	client->requests_len -= done;
	memmove(client->requests, client->requests + done, client->requests_len);
}

static void on_socket(struct loop_source *source, uint32_t events) {
	struct client *client =
			(struct client *)((char *)source - offsetof(struct client, socket_source));
	if (!client->is_over && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		read_requests(client);
	}
	server_schedule(client->server, client);
}

/* What the host sent in place of a descriptor becomes one. Returns it or a negative errno. */
static int make_fd(struct client *client, uint32_t type, uint32_t id, uint32_t size) {
	switch (type) {
	case CROSS_DOMAIN_ID_BLOB:
		return context_import_file(&client->context, id, size, FILE_BYTES_MAX);
	case CROSS_DOMAIN_ID_WRITE_PIPE:
		return pipes_add_outbound(&client->pipes, id);
	default:
		return -EPROTO;
	}
}

static void take_wayland(struct client *client, const struct context_event *event) {
	if (event->len == 0 && event->n_ids == 0) {
		client_end(client, "the host hung up");
		return;
	}
	for (uint32_t i = 0; i < event->n_ids; i++) {
		int fd = make_fd(client, event->ids[i].type, event->ids[i].id, event->ids[i].size);
		if (fd < 0 || !fd_queue_push(&client->event_fds, fd)) {
			client_end(client, "the host sent a descriptor that cannot be passed on");
			return;
		}
	}
	/* Usually nothing is left of the last segment, and the ring is read where it is. */
	if (client->events_len == 0) {
		size_t done = relay_events(client, event->data, event->len);
		client->events_len = event->len - done;
		memcpy(client->events, event->data + done, client->events_len);
		return;
	}
	memcpy(client->events + client->events_len, event->data, event->len);
	client->events_len += event->len;
	size_t done = relay_events(client, client->events, client->events_len);
	client->events_len -= done;
	memmove(client->events, client->events + done, client->events_len);
}

static void on_gpu(struct loop_source *source, uint32_t events) {
	struct client *client =
			(struct client *)((char *)source - offsetof(struct client, gpu_source));
	server_schedule(client->server, client);
	struct context_event event;
	int result = client->is_over ? 0 : context_receive(&client->context, &event);
	if (result < 0) {
		client_end(client, "the device failed");
	} else if (result > 0 && event.is_read) {
		if (pipes_deliver(&client->pipes, event.pipe_id, event.data, event.len,
				    event.hang_up) < 0) {
			client_end(client, "a transfer failed");
		}
	} else if (result > 0) {
		take_wayland(client, &event);
	}
}

static void on_pipes_changed(void *data, int error) {
	struct client *client = data;
	if (error < 0) {
		client_end(client, "the host takes no commands");
	}
	server_schedule(client->server, client);
}

bool client_turn(struct client *client, bool may_wait) {
	if (client->outbox.len > 0 && outbox_flush(&client->outbox, client->sock) < 0) {
		client->is_over = true;
	}
	if (client->is_over) {
		/* The last requests (a window's end, a copied text) still reach the host. */
		context_flush(&client->context);
		return true;
	}
	bool is_blocked = client->outbox.len > 0;
	loop_set_events(&client->socket_source, is_blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
	/* Nothing new is asked for while the last of it has not been taken. */
	bool polls = !client->context.polling && !is_blocked &&
			client->pipes.queued_bytes < PIPES_QUEUED_BYTES_MAX;
	if (polls && may_wait && client->context.batch_len == 0) {
		return false;
	}
	int error = polls ? context_poll(&client->context) : context_flush(&client->context);
	if (error < 0) {
		client_end(client, "the host takes no commands");
	}
	return true;
}

struct client *client_create(struct server *server, int sock, struct gpu *gpu, int *ret_error) {
	struct client *client = calloc(1, sizeof(*client));
	if (client == NULL || !objects_init(&client->objects)) {
		free(client);
		fd_close(&sock);
		gpu->ops->close(gpu);
		*ret_error = -ENOMEM;
		return NULL;
	}
	client->server = server;
	client->sock = sock;
	int error = context_init(&client->context, gpu);
	if (error < 0) {
		objects_finish(&client->objects);
		fd_close(&client->sock);
		free(client);
		*ret_error = error;
		return NULL;
	}
	shm_init(&client->shm, &client->context, &client->objects, &client->outbox);
	pipes_init(&client->pipes, &server->loop, &client->context, on_pipes_changed, client);
	client->socket_source.ready = on_socket;
	client->gpu_source.ready = on_gpu;
	TAILQ_INSERT_TAIL(&server->clients, client, link);
	server->n_clients++;
	error = loop_add(&server->loop, &client->socket_source, sock, EPOLLIN);
	if (error == 0) {
		error = loop_add(&server->loop, &client->gpu_source, gpu->fd, EPOLLIN);
	}
	if (error < 0) {
		client_destroy(client);
		*ret_error = error;
		return NULL;
	}
	server_schedule(server, client);
	return client;
}

void client_destroy(struct client *client) {
	if (client == NULL) {
		return;
	}
	struct server *server = client->server;
	if (client->is_active) {
		TAILQ_REMOVE(&server->active, client, active);
	}
	TAILQ_REMOVE(&server->clients, client, link);
	server->n_clients--;
	loop_remove(&client->socket_source);
	loop_remove(&client->gpu_source);
	pipes_finish(&client->pipes);
	shm_finish(&client->shm);
	context_finish(&client->context);
	fd_queue_finish(&client->request_fds);
	fd_queue_finish(&client->event_fds);
	outbox_finish(&client->outbox);
	objects_finish(&client->objects);
	fd_close(&client->sock);
	free(client);
}
