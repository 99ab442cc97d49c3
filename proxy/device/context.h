/* SPDX-License-Identifier: MIT
 *
 * A cross-domain context: one client of the guest, its two rings, its pipes, and its Wayland
 * engine.
 *
 * The guest submits commands; SEND goes to the engine, WRITE to a pipe. It keeps one POLL
 * outstanding, which is answered when something for the guest (RECEIVE, READ) was written into its
 * channel ring. While the engine takes nothing, submissions wait here in order, with their chains
 * held.
 *
 * What is malformed ends the client, as it would a client of the compositor: the guest then
 * receives 0 bytes once, and closes the context.
 */
#ifndef SILO_PROXY_DEVICE_CONTEXT_H
#define SILO_PROXY_DEVICE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct gpu;
struct pool_file;

/* slot is the context's index in the device's table, id the guest's number. NULL: out of memory. */
struct context *context_create(struct gpu *gpu, uint32_t id, unsigned slot);
/* Answers what is held, ends the client. NULL is fine. */
void context_destroy(struct context *context);

uint32_t context_id(const struct context *context);

enum context_result {
	CONTEXT_DONE, // to be answered now
	CONTEXT_HELD, // the chain was taken over
	CONTEXT_BAD,  // to be answered with an error
};

/* Executes one submission, len bytes that nobody else can change. */
enum context_result context_submit(struct context *context, const uint8_t *bytes, size_t len);

/* Delivers what came while the rings were stopped. */
void context_resume(struct context *context);

/*
 * May the guest make a blob of size bytes (page-rounded) of the blob_id that it learnt from this
 * context? On success *ret_content is NULL for an image, or a received file, which is taken (the
 * caller's reference).
 */
bool context_take_blob(struct context *context, uint64_t blob_id, uint64_t size,
		struct pool_file **ret_content);

#endif
