/* SPDX-License-Identifier: MIT
 *
 * A double of the Wayland engine: it keeps what was pushed, and lets the test say what the guest is
 * to get. One client at a time is looked at, the newest.
 */
#ifndef SILO_TESTS_DEVICE_DOUBLE_H
#define SILO_TESTS_DEVICE_DOUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/wire/client.h"

struct wire_client {
	const struct wire_front *front;
	void *data;
	uint8_t in[64 << 10]; // what the guest sent
	size_t in_len;
	struct wire_fd in_fds[64];
	size_t n_in_fds;
	uint8_t out[64 << 10]; // what the guest is to get
	size_t out_len;
	int out_fds[64];
	size_t n_out_fds;
	bool blocked;
};

extern struct wire_client *double_client; // the newest living one, or NULL
extern unsigned double_clients;           // living ones
extern unsigned double_clients_max;

/* Bytes and a descriptor (-1: none; taken over) for the guest. */
void double_send(const void *bytes, size_t len, int fd);
void double_unblock(void);
void double_end(void);

#endif
