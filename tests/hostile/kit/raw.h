/* SPDX-License-Identifier: MIT
 *
 * A connection on which any bytes can be sent.
 */
#ifndef SILO_TESTS_HOSTILE_KIT_RAW_H
#define SILO_TESTS_HOSTILE_KIT_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns a connected socket; ends the process if that is not possible. */
int raw_connect(const char *path);

/* Sends all of it, with descriptors (n_fds may be 0) at its beginning. False: hung up. */
bool raw_send(int fd, const void *bytes, size_t len, const int *fds, size_t n_fds);

/*
 * Reads and forgets until the peer hangs up. Returns true then, false if it has not by deadline_ms.
 */
bool raw_wait_end(int fd, int64_t deadline_ms);

#endif
