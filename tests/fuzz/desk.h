/* SPDX-License-Identifier: MIT
 *
 * A compositor, headless, in which another VM's window stands all the time, a user who moves, clicks
 * and types, and a client of a hostile VM that makes almost right requests (speaker.h) in any order, sends
 * raw bytes, shows windows and popups. One compositor serves all inputs. The victim must live on.
 */
#ifndef SILO_TESTS_FUZZ_DESK_H
#define SILO_TESTS_FUZZ_DESK_H

#include "tests/compositor/fixture.h"
#include "tests/fuzz/speaker.h"

#define DESK_RECEIVED_MAX (256u << 10)

struct desk {
	struct fixture *fixture;
	struct test_client *victim;
	struct test_window window;
	int victim_dial;
	bool keys[16], buttons[2]; // that are held
	/* The attacker's client. */
	int (*connect)(void);
	struct speaker speaker;
	int fd; // -1 when it was hung up
	uint8_t received[DESK_RECEIVED_MAX];
	size_t received_len;
};

extern struct desk desk;

/* Makes the compositor and the victim's window, once. */
void desk_make(void);

/*
 * Plays an input. connect() is a new client of the attacker's, to whom the desk speaks; -1: it gets none. look(),
 * unless NULL, is called after each step. At the end nothing is held, and the client has gone.
 */
void desk_run(const uint8_t *bytes, size_t len, int (*connect)(void), void (*look)(void));

#endif
