/* SPDX-License-Identifier: MIT
 *
 * Listens on the Wayland socket and owns the clients.
 */
#ifndef SILO_GUEST_BRIDGE_SERVER_H
#define SILO_GUEST_BRIDGE_SERVER_H

#include <stdint.h>
#include <sys/queue.h>

#include "base/log.h"
#include "guest/bridge/gpu.h"
#include "guest/bridge/loop.h"

struct client;

struct server {
	struct loop loop;
	struct loop_source listen_source;
	int listen_fd;
	gpu_open_fn open_gpu;
	void *gpu_data;
	TAILQ_HEAD(, client) clients;
	TAILQ_HEAD(, client) active; // with a client_turn() due
	unsigned n_clients;
	struct log_limit limit;
};

/*
 * Serves on listen_fd (owned from now on, closed also on failure); each client gets a context of
 * open_gpu(gpu_data). SIGPIPE and SIGBUS are handled from now on. Returns 0 or a negative errno.
 */
int server_init(struct server *server, int listen_fd, gpu_open_fn open_gpu, void *gpu_data);
/* Ends all clients. */
void server_finish(struct server *server);
/* Runs until server->loop.stopped is set. Returns 0 or a negative errno. */
int server_run(struct server *server);
/* One turn: waits at most timeout_ms (-1: for ever). Returns 0 or a negative errno. */
int server_turn(struct server *server, int timeout_ms);

/* Asks for client_turn() at the end of this turn. */
void server_schedule(struct server *server, struct client *client);

#endif
