/* SPDX-License-Identifier: MIT
 *
 * A locker, for tests: a client that locks, has a surface of one colour on each output that it is told to,
 * and unlocks.
 */
#ifndef SILO_TESTS_COMPOSITOR_LOCK_CLIENT_H
#define SILO_TESTS_COMPOSITOR_LOCK_CLIENT_H

#include "ext-session-lock-v1-client-protocol.h"
#include "tests/compositor/fixture.h"

#define LOCKER_SURFACES_MAX 4

struct test_lock_surface {
	struct test_locker *locker;
	struct wl_output *output;
	struct wl_surface *surface;
	struct ext_session_lock_surface_v1 *role;
	uint32_t width, height; /* of the last configure event */
	int configures;
};

struct test_locker {
	struct test_client *client; /* of class CLIENT_HOST_LOCKER */
	struct ext_session_lock_manager_v1 *manager;
	struct ext_session_lock_v1 *lock;
	struct test_lock_surface surfaces[LOCKER_SURFACES_MAX];
	size_t surfaces_len;
	uint32_t color;
	bool is_locked, is_finished; /* as it was told */
};

/* Connects, as silo connects the locker that it starts, and locks. */
void locker_init(struct test_locker *locker, struct fixture *fixture);

/* Shows one colour (ARGB) on the output that the client was offered as number index, from 0. */
struct test_lock_surface *locker_show(struct test_locker *locker, size_t index, uint32_t color);

/* Says that the session is unlocked. */
void locker_unlock(struct test_locker *locker);

/* Hangs up, having said nothing. */
void locker_die(struct test_locker *locker);

/* After its unlocking. */
void locker_finish(struct test_locker *locker);

#endif
