/* SPDX-License-Identifier: MIT
 *
 * Clipboard and drag data of one client. Towards the guest: the host sends READs, which are written
 * into the descriptor that the client gave. Towards the host: the client writes into a pipe of
 * ours, which goes out as WRITEs. Each ends only at the end of its data.
 */
#ifndef SILO_GUEST_BRIDGE_PIPE_H
#define SILO_GUEST_BRIDGE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "guest/bridge/loop.h"

#define PIPES_MAX 256
/* Data for readers that do not read: beyond this, nothing more is asked of the host. */
#define PIPES_QUEUED_BYTES_MAX (16u << 20)

struct context;

struct pipe {
	TAILQ_ENTRY(pipe) link; // pipes.list
	struct pipes *pipes;
	struct loop_source source;
	int fd;          // -1: the reader is gone, data is thrown away
	uint32_t id;     // the host's
	bool is_inbound; // from the host
	bool is_ended;   // the host has hung up: closes when the queue is empty
	uint8_t *queue;
	size_t start; // of what is left in queue
	size_t len;   // left
	size_t cap;
};

struct pipes {
	struct loop *loop;
	struct context *context;
	TAILQ_HEAD(, pipe) list;
	unsigned n;
	size_t queued_bytes;
	/* Commands wait to be handed over, or queued_bytes shrank (error 0); or the client must
	 * end. */
	void (*changed)(void *data, int error);
	void *data;
};

void pipes_init(struct pipes *pipes, struct loop *loop, struct context *context,
		void (*changed)(void *data, int error), void *data);
void pipes_finish(struct pipes *pipes);

/* The host's pipe id will be written into fd, which is owned from now on. 0 or a negative errno. */
int pipes_add_inbound(struct pipes *pipes, uint32_t id, int fd);
/* Returns the end to write into, whose data goes to the host's pipe id; or a negative errno. */
int pipes_add_outbound(struct pipes *pipes, uint32_t id);
/* The host sent data (len 0 is legal) for pipe id. 0 or a negative errno. */
int pipes_deliver(struct pipes *pipes, uint32_t id, const uint8_t *bytes, size_t len, bool hang_up);

#endif
