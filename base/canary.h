/* SPDX-License-Identifier: MIT
 *
 * A bug planted on purpose for each fuzz target, to see that the target finds it: at a place deep in what
 * it tests, a check is left out where CANARY(target) is true. That is the constant false unless the build
 * has -Dcanaries=true, and then only for the target that the environment's SILO_CANARY names. Such a
 * build is for tools/fuzz --canaries alone.
 */
#ifndef SILO_BASE_CANARY_H
#define SILO_BASE_CANARY_H

#include <stdbool.h>

#ifdef SILO_CANARIES
#include <stdlib.h>
#include <string.h>

static inline bool canary_is_out(const char *target) {
	const char *chosen = getenv("SILO_CANARY");
	return chosen != NULL && strcmp(chosen, target) == 0;
}

#define CANARY(target) canary_is_out(#target)
#else
#define CANARY(target) false
#endif

#endif
