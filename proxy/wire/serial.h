/* SPDX-License-Identifier: MIT
 *
 * One connection's own serials. The compositor's are display-wide: their gaps tell how busy other
 * VMs are. The guest gets 1, 2, 3… instead, one for each event that carries a serial, and the last
 * 4096 of them are remembered for the way back.
 */
#ifndef SILO_PROXY_WIRE_SERIAL_H
#define SILO_PROXY_WIRE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#define WIRE_SERIALS 4096

struct wire_serials {
	uint32_t *real; // WIRE_SERIALS of them, by guest's serial; NULL before the first
	uint32_t last;  // the guest's newest; 0: none yet
	uint64_t count; // given so far
};

void wire_serials_finish(struct wire_serials *serials);

/* The guest's serial for an event that carries real. Returns 0 without memory. */
uint32_t wire_serials_add(struct wire_serials *serials, uint32_t real);

/* Finds what the compositor called it. False: not one of the last 4096. */
bool wire_serials_find(const struct wire_serials *serials, uint32_t serial, uint32_t *ret_real);

/* A serial that the compositor has not reached in a life-time of this connection: it never
 * validates. */
uint32_t wire_serials_invalid(const struct wire_serials *serials);

#endif
