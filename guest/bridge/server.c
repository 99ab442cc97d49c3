/* SPDX-License-Identifier: MIT */
#include "guest/bridge/server.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/limits.h"
#include "guest/bridge/client.h"
#include "guest/bridge/guard.h"

static void add_client(struct server *server, int sock) {
	if (server->n_clients >= VM_CLIENTS_MAX) {
		fd_close(&sock);
		log_limited(&server->limit, LOG_LEVEL_WARN,
				"a client was refused: there are %u already", server->n_clients);
		return;
	}
	int error = 0;
	struct gpu *gpu = server->open_gpu(server->gpu_data, &error);
	if (gpu == NULL) {
		fd_close(&sock);
	} else if (client_create(server, sock, gpu, &error) != NULL) {
		return;
	}
	log_limited(&server->limit, LOG_LEVEL_WARN, "a client was refused: no context: %s",
			strerror(-error));
}

static void on_listen(struct loop_source *source, uint32_t events) {
	struct server *server =
			(struct server *)((char *)source - offsetof(struct server, listen_source));
	int sock = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (sock >= 0) {
		add_client(server, sock);
	} else if (errno == EMFILE || errno == ENFILE) {
		log_limited(&server->limit, LOG_LEVEL_WARN, "a client waits: %s", strerror(errno));
	}
}

int server_init(struct server *server, int listen_fd, gpu_open_fn open_gpu, void *gpu_data) {
	*server = (struct server){
			.listen_fd = listen_fd,
			.open_gpu = open_gpu,
			.gpu_data = gpu_data,
			.limit = {.burst = 8},
	};
	TAILQ_INIT(&server->clients);
	TAILQ_INIT(&server->active);
	server->listen_source.ready = on_listen;
	signal(SIGPIPE, SIG_IGN);
	int error = guard_init();
	if (error == 0) {
		error = loop_init(&server->loop);
	}
	if (error == 0) {
		error = fd_set_nonblock(listen_fd, true);
	}
	if (error == 0) {
		error = loop_add(&server->loop, &server->listen_source, listen_fd, EPOLLIN);
	}
	if (error < 0) {
		server_finish(server);
	}
	return error;
}

void server_finish(struct server *server) {
	struct client *client;
	while ((client = TAILQ_FIRST(&server->clients)) != NULL) {
		client_destroy(client);
	}
	loop_remove(&server->listen_source);
	loop_finish(&server->loop);
	fd_close(&server->listen_fd);
}

void server_schedule(struct server *server, struct client *client) {
	if (!client->is_active) {
		client->is_active = true;
		TAILQ_INSERT_TAIL(&server->active, client, active);
	}
}

/* Ends the turn of all clients that something happened to. Returns whether some still wait. */
static bool end_turns(struct server *server, bool may_wait) {
	struct client *client;
	struct client *next;
	for (client = TAILQ_FIRST(&server->active); client != NULL; client = next) {
		next = TAILQ_NEXT(client, active);
		if (!client_turn(client, may_wait)) {
			continue;
		}
		TAILQ_REMOVE(&server->active, client, active);
		client->is_active = false;
		if (client->is_over) {
			client_destroy(client);
		}
	}
	return !TAILQ_EMPTY(&server->active);
}

int server_turn(struct server *server, int timeout_ms) {
	int error = loop_dispatch(&server->loop, timeout_ms);
	if (!end_turns(server, true)) {
		return error;
	}
	/*
	 * A client that was just told something often has an answer at once. Asking the host for
	 * more together with that answer costs one submission and one interrupt instead of two,
	 * which is half of a round trip; so it gets the processor first, once.
	 */
	sched_yield();
	if (error == 0) {
		error = loop_dispatch(&server->loop, 0);
	}
	end_turns(server, false);
	return error;
}

int server_run(struct server *server) {
	int error = 0;
	while (!server->loop.stopped && error == 0) {
		error = server_turn(server, -1);
	}
	return error;
}
