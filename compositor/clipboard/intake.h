/* SPDX-License-Identifier: MIT
 *
 * Takes what a selection holds from the client that has it, into locked memory: over a pipe of our
 * own, without ever waiting, up to a limit and until a deadline. The bytes are a guest's.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_INTAKE_H
#define SILO_COMPOSITOR_CLIPBOARD_INTAKE_H

#include <stddef.h>
#include <stdint.h>

struct intake;
struct secret;
struct server;
struct wlr_data_source;

enum intake_outcome {
	INTAKE_DONE,
	INTAKE_TOO_LARGE,
	INTAKE_TOO_LATE,
	INTAKE_FAILED, /* no memory, no descriptors */
};

struct intake_request {
	struct wlr_data_source *source;
	const char *type; /* one that source offers */
	size_t limit_bytes;
	uint32_t deadline_ms;
	uint32_t operation; /* given back with what comes of it */
	/* Called once, from the event loop, and the intake is gone. *untrusted, NULL unless it is done,
	 * is the callee's. */
	void (*done)(void *data, uint32_t operation, enum intake_outcome outcome,
			struct secret *untrusted);
	void *data;
};

/* Returns NULL if it cannot begin; done is not called then. */
struct intake *intake_begin(struct server *server, const struct intake_request *request);

/* done is not called any more; what still comes is nobody's. NULL is legal. */
void intake_cancel(struct intake *intake);

#endif
