/* SPDX-License-Identifier: MIT
 *
 * One Wayland client in the guest: its socket on one side, its context on the other. Requests are
 * read, translated (relay.h), gathered, and handed over once per turn of the loop; what the host
 * sends goes the other way. A failure here ends this client only.
 */
#ifndef SILO_GUEST_BRIDGE_CLIENT_H
#define SILO_GUEST_BRIDGE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "guest/bridge/context.h"
#include "guest/bridge/loop.h"
#include "guest/bridge/objects.h"
#include "guest/bridge/outbox.h"
#include "guest/bridge/pipe.h"
#include "guest/bridge/shm.h"

/* Bytes that are read from a client, or kept of the host's, at once. */
#define CLIENT_BUFFER_BYTES (16u << 10)
/* Descriptors that arrived before their messages. */
#define CLIENT_FDS_MAX 64

struct server;

/* Descriptors in the order in which they came. */
struct fd_queue {
	int fds[CLIENT_FDS_MAX];
	size_t n;
};

/* Adds fd, owned from now on (closed if there is no room). Returns false if there is no room. */
bool fd_queue_push(struct fd_queue *queue, int fd);
/* Takes the first descriptor; -1 if there is none. */
int fd_queue_pop(struct fd_queue *queue);

struct client {
	TAILQ_ENTRY(client) link;   // server.clients
	TAILQ_ENTRY(client) active; // server.active, while is_active
	struct server *server;
	int sock;
	struct loop_source socket_source;
	struct loop_source gpu_source;
	struct context context;
	struct objects objects;
	struct shm shm;
	struct pipes pipes;
	struct outbox outbox;
	struct fd_queue request_fds;
	struct fd_queue event_fds;
	size_t requests_len;
	size_t events_len;
	uint8_t requests[CLIENT_BUFFER_BYTES];
	uint8_t events[CLIENT_BUFFER_BYTES];
	bool is_active; // client_turn() is due
	bool is_over;   // client_destroy() is due
};

/* Takes sock and gpu (closed also on failure). NULL: error is a negative errno. */
struct client *client_create(struct server *server, int sock, struct gpu *gpu, int *ret_error);
void client_destroy(struct client *client);

/*
 * End of a turn of the loop: hands over what was gathered, both ways. May set is_over. Returns false
 * if only a POLL is left to hand over and may_wait allows that it waits for company.
 */
bool client_turn(struct client *client, bool may_wait);

/* Ends the client at the end of this turn; the reason goes to the log. */
void client_end(struct client *client, const char *reason);
/* The same, telling the client of a protocol error. object is its own number. */
void client_end_protocol(struct client *client, uint32_t object, uint32_t code, const char *reason);

#endif
