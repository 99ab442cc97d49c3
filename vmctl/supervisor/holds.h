/* SPDX-License-Identifier: MIT
 *
 * The supervisor's own ends of every connection to a guest that the agent child has, so that none is
 * closed in a hurry when the child dies: vhost-device-vsock panics where one closes before its OK,
 * and where one closes with bytes unread the guest never hears of it. The next child takes them over
 * and lets them end (linger.h). The supervisor reads nothing from them.
 */
#ifndef SILO_VMCTL_SUPERVISOR_HOLDS_H
#define SILO_VMCTL_SUPERVISOR_HOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

/* Commands that run, and as many connections that are ending. */
#define HOLDS_MAX (2 * AGENT_COMMANDS_MAX)

struct hold {
	int fd; /* -1: free */
	uint32_t id;
	bool is_answered; /* the device has said OK */
};

struct holds {
	struct hold holds[HOLDS_MAX];
};

void holds_init(struct holds *holds);

/* Closes all of them: the device must be gone. */
void holds_finish(struct holds *holds);

/*
 * Keeps another descriptor of connection fd, which stays the caller's: of command id, or 0, a control
 * connection. False if there are too many.
 */
bool holds_add(struct holds *holds, uint32_t id, int fd, bool is_answered);

/* The device has answered that of command id. */
void holds_answered(struct holds *holds, uint32_t id);

/* The child has let one with this id end. */
void holds_closed(struct holds *holds, uint32_t id);

/* Command id has no connection yet: the child that was to have it is gone, and the next lets it end. */
void holds_disown(struct holds *holds, uint32_t id);

/* Hands all of them to a new child over fd. */
void holds_pass(const struct holds *holds, int fd);

#endif
