/* SPDX-License-Identifier: MIT
 *
 * Memory for what must not be found later: never swapped (if RLIMIT_MEMLOCK allows it), not in core
 * files, not inherited by children, zeroed before it is given back. No logging.
 */
#ifndef SILO_BASE_SECRET_H
#define SILO_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct secret {
	uint8_t *bytes;
	size_t len; /* in use, the caller's to set; at most cap */
	size_t cap; /* whole pages */
	bool is_locked;
};

/* Room for at least cap bytes (cap > 0); pages that are not used cost nothing. NULL without memory. */
struct secret *secret_create(size_t cap);

/* Zeroes all of it first. NULL is legal. */
void secret_destroy(struct secret *secret);

#endif
