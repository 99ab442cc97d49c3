/* SPDX-License-Identifier: MIT
 *
 * One connection's own serials; see the header.
 */
#include "proxy/wire/serial.h"

#include <stdlib.h>

void wire_serials_finish(struct wire_serials *serials) {
	free(serials->real);
	*serials = (struct wire_serials){0};
}

uint32_t wire_serials_add(struct wire_serials *serials, uint32_t real) {
	if (serials->real == NULL) {
		serials->real = calloc(WIRE_SERIALS, sizeof(*serials->real));
		if (serials->real == NULL) {
			return 0;
		}
	}
	/* 0 means "none" in several protocols. */
	serials->last = serials->last == UINT32_MAX ? 1 : serials->last + 1;
	serials->count++;
	serials->real[serials->last % WIRE_SERIALS] = real;
	return serials->last;
}

bool wire_serials_find(const struct wire_serials *serials, uint32_t serial, uint32_t *ret_real) {
	uint32_t known = serials->count < WIRE_SERIALS ? (uint32_t)serials->count : WIRE_SERIALS;
	if (serial == 0 || serials->last - serial >= known) {
		return false;
	}
	*ret_real = serials->real[serial % WIRE_SERIALS];
	return true;
}

uint32_t wire_serials_invalid(const struct wire_serials *serials) {
	uint32_t newest = serials->last > 0 ? serials->real[serials->last % WIRE_SERIALS] : 0;
	return newest + 0x40000000u;
}
