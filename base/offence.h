/* SPDX-License-Identifier: MIT
 *
 * What a VM can do wrong. A code travels from the proxy to the compositor and on to the user; its
 * words are ours, so that nothing of what a guest wrote is ever shown as a reason.
 */
#ifndef SILO_BASE_OFFENCE_H
#define SILO_BASE_OFFENCE_H

#include <stdbool.h>

enum offence {
	OFFENCE_NONE,
	OFFENCE_MALFORMED, // bytes that are no Wayland
	OFFENCE_PROTOCOL,  // Wayland, against the protocol's rules
	OFFENCE_DENIED,    // a global or request that VMs are not offered
	OFFENCE_SERIAL,    // an answer to a question that was never asked
	OFFENCE_DESCRIPTOR,
	OFFENCE_OBJECTS,
	OFFENCE_SURFACES,
	OFFENCE_WINDOWS,
	OFFENCE_POPUPS,
	OFFENCE_SUBSURFACES,
	OFFENCE_POOLS,
	OFFENCE_CALLBACKS,
	OFFENCE_TYPES,
	OFFENCE_REGION,
	OFFENCE_TITLES,
	OFFENCE_PIXELS,
	OFFENCE_MESSAGES,
	OFFENCE_TIME, // of the compositor's
	OFFENCE_CONNECTIONS,
	OFFENCE_MEMORY,
	OFFENCE_UNREAD, // does not read its events
	OFFENCE_COUNT,
};

/* A line of English without a guest's words: "opened too many windows". */
const char *offence_text(enum offence offence);

/* The offence of a byte that came over a channel; false: there is none. */
bool offence_read(unsigned char code, enum offence *ret_offence);

#endif
