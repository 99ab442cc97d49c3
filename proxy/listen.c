/* SPDX-License-Identifier: MIT
 *
 * The second front end: a plain Wayland socket; see the header. Moves bytes and descriptors between
 * its clients and the engine; looks at none of them.
 */
#include "proxy/listen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/log.h"
#include "proxy/wire/client.h"

#define CHUNK (32u << 10)

struct listen {
	struct wl_event_loop *loop;
	struct wire_domain *domain;
	char *path;
	int fd;
	struct wl_event_source *source;
	struct wl_list connections; // connection.link
	struct log_limit log;
	uint8_t chunk[CHUNK]; // for one read or write; nothing is kept in it
};

/* Bytes that one side could not take yet. */
struct stash {
	uint8_t *bytes; // NULL: none
	size_t len;
	int fds[FD_MESSAGE_MAX];
	size_t fd_count;
};

struct connection {
	struct listen *listen;
	struct wl_list link; // listen.connections
	int fd;
	uint32_t mask;
	struct wl_event_source *source;
	struct wire_client *client;
	struct stash in, out;
};

static void stash_clear(struct stash *stash) {
	for (size_t i = 0; i < stash->fd_count; i++) {
		fd_close(&stash->fds[i]);
	}
	free(stash->bytes);
	*stash = (struct stash){0};
}

/* Keeps a copy of bytes and the descriptors. False: no memory, and nothing is kept. */
static bool stash_put(struct stash *stash, const uint8_t *bytes, size_t len, const int *fds,
		size_t fd_count) {
	uint8_t *copy = malloc(len);
	if (copy == NULL) {
		return false;
	}
	memcpy(copy, bytes, len);
	*stash = (struct stash){.bytes = copy, .len = len, .fd_count = fd_count};
	memcpy(stash->fds, fds, fd_count * sizeof(fds[0]));
	return true;
}

static void connection_destroy(struct connection *connection) {
	wire_client_destroy(connection->client);
	stash_clear(&connection->in);
	stash_clear(&connection->out);
	if (connection->source != NULL) {
		wl_event_source_remove(connection->source);
	}
	fd_close(&connection->fd);
	wl_list_remove(&connection->link);
	free(connection);
}

static void update_mask(struct connection *connection) {
	uint32_t mask = connection->in.bytes == NULL ? WL_EVENT_READABLE : 0;
	mask |= connection->out.bytes != NULL ? WL_EVENT_WRITABLE : 0;
	if (mask != connection->mask) {
		connection->mask = mask;
		wl_event_source_fd_update(connection->source, mask);
	}
}

static void close_all(int *fds, size_t n) {
	for (size_t i = 0; i < n; i++) {
		fd_close(&fds[i]);
	}
}

/* Sends; what did not go is stashed. Returns false if the guest's end is gone. */
static bool deliver(struct connection *connection, const uint8_t *bytes, size_t len, int *fds,
		size_t n) {
	ssize_t sent = fd_send(connection->fd, bytes, len, fds, n);
	if (sent < 0 && sent != -EAGAIN && sent != -EINTR) {
		close_all(fds, n);
		return false;
	}
	if (sent > 0) {
		close_all(fds, n);
		n = 0;
	}
	size_t done = sent > 0 ? (size_t)sent : 0;
	if (done < len && !stash_put(&connection->out, bytes + done, len - done, fds, n)) {
		close_all(fds, n);
		return false;
	}
	return true;
}

/* Moves what the engine has for the guest. Returns false if the guest's end is gone. */
static bool drain(struct connection *connection) {
	if (connection->out.bytes != NULL) {
		struct stash stash = connection->out;
		connection->out = (struct stash){0};
		bool alive = deliver(connection, stash.bytes, stash.len, stash.fds, stash.fd_count);
		free(stash.bytes);
		if (!alive) {
			return false;
		}
	}
	uint8_t *chunk = connection->listen->chunk;
	while (connection->out.bytes == NULL) {
		int fds[FD_MESSAGE_MAX];
		size_t n = FD_MESSAGE_MAX;
		size_t len = wire_client_pull(connection->client, chunk, CHUNK, fds, &n);
		if (len == 0) {
			break;
		}
		if (!deliver(connection, chunk, len, fds, n)) {
			return false;
		}
		if (!wire_client_has_output(connection->client)) {
			break;
		}
	}
	return true;
}

/* Hands bytes to the engine. Returns false if the connection is over. */
static bool push(struct connection *connection, const uint8_t *bytes, size_t len, int *fds,
		size_t n) {
	struct wire_fd wire_fds[FD_MESSAGE_MAX];
	for (size_t i = 0; i < n; i++) {
		wire_fds[i] = (struct wire_fd){.fd = fds[i], .kind = WIRE_FD_FOREIGN};
	}
	ssize_t taken = wire_client_push(connection->client, bytes, len, wire_fds, n);
	if (taken == 0 && !stash_put(&connection->in, bytes, len, fds, n)) {
		close_all(fds, n);
		return false;
	}
	return taken >= 0;
}

/* Returns false if the connection is over. */
static bool read_guest(struct connection *connection) {
	int fds[FD_MESSAGE_MAX];
	size_t n = FD_MESSAGE_MAX;
	uint8_t *chunk = connection->listen->chunk;
	ssize_t len = fd_recv(connection->fd, chunk, CHUNK, fds, &n);
	if (len == -EAGAIN || len == -EINTR) {
		return true;
	}
	return len > 0 && push(connection, chunk, (size_t)len, fds, n);
}

static int on_guest(int fd, uint32_t mask, void *data) {
	struct connection *connection = data;
	bool alive = true;
	if ((mask & WL_EVENT_WRITABLE) != 0) {
		alive = drain(connection);
	}
	if (alive && (mask & WL_EVENT_READABLE) != 0) {
		alive = read_guest(connection);
	} else if ((mask & (WL_EVENT_HANGUP | WL_EVENT_ERROR)) != 0) {
		alive = false;
	}
	if (alive) {
		update_mask(connection);
	} else {
		connection_destroy(connection);
	}
	return 0;
}

static void on_readable(void *data) {
	struct connection *connection = data;
	if (drain(connection)) {
		update_mask(connection);
	} else {
		connection_destroy(connection);
	}
}

static void on_writable(void *data) {
	struct connection *connection = data;
	struct stash stash = connection->in;
	connection->in = (struct stash){0};
	bool alive = stash.bytes == NULL ||
			push(connection, stash.bytes, stash.len, stash.fds, stash.fd_count);
	free(stash.bytes);
	if (alive) {
		update_mask(connection);
	} else {
		connection_destroy(connection);
	}
}

static void on_ended(void *data, const char *reason) {
	connection_destroy(data);
}

static const struct wire_front front = {
		.readable = on_readable,
		.writable = on_writable,
		.ended = on_ended,
};

static void add_connection(struct listen *listen, int fd) {
	struct connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL) {
		fd_close(&fd);
		return;
	}
	connection->listen = listen;
	connection->fd = fd;
	wl_list_insert(&listen->connections, &connection->link);
	connection->client = wire_client_create(listen->domain, &front, connection);
	if (connection->client == NULL) {
		log_limited(&listen->log, LOG_LEVEL_WARN, "another client is refused: %s",
				strerror(errno));
		connection_destroy(connection);
		return;
	}
	connection->mask = WL_EVENT_READABLE;
	connection->source = wl_event_loop_add_fd(listen->loop, fd, connection->mask, on_guest,
			connection);
	if (connection->source == NULL) {
		connection_destroy(connection);
	}
}

static int on_listen(int fd, uint32_t mask, void *data) {
	struct listen *listen = data;
	int client = accept4(listen->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client >= 0) {
		add_connection(listen, client);
	} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		log_limited(&listen->log, LOG_LEVEL_WARN, "cannot accept a client: %s",
				strerror(errno));
	}
	return 0;
}

struct listen *listen_create(struct wl_event_loop *loop, struct wire_domain *domain,
		const char *path) {
	struct listen *listen = calloc(1, sizeof(*listen));
	if (listen == NULL) {
		return NULL;
	}
	listen->loop = loop;
	listen->domain = domain;
	listen->log.burst = 5;
	wl_list_init(&listen->connections);
	listen->fd = fd_listen(path, SOCK_STREAM);
	if (listen->fd < 0) {
		log_error("cannot listen at %s: %s", path, strerror(-listen->fd));
		free(listen);
		return NULL;
	}
	listen->path = strdup(path);
	fd_set_nonblock(listen->fd, true);
	listen->source = wl_event_loop_add_fd(loop, listen->fd, WL_EVENT_READABLE, on_listen,
			listen);
	if (listen->path == NULL || listen->source == NULL) {
		log_error("cannot listen at %s: out of memory", path);
		listen_destroy(listen);
		return NULL;
	}
	return listen;
}

void listen_destroy(struct listen *listen) {
	if (listen == NULL) {
		return;
	}
	struct connection *connection;
	struct connection *next;
	wl_list_for_each_safe(connection, next, &listen->connections, link) {
		connection_destroy(connection);
	}
	if (listen->source != NULL) {
		wl_event_source_remove(listen->source);
	}
	fd_close(&listen->fd);
	if (listen->path != NULL) {
		unlink(listen->path);
	}
	free(listen->path);
	free(listen);
}
