/* SPDX-License-Identifier: MIT */
#include "base/offence.h"

static const char *const texts[OFFENCE_COUNT] = {
		[OFFENCE_NONE] = "did nothing wrong",
		[OFFENCE_MALFORMED] = "sent what is no Wayland message",
		[OFFENCE_PROTOCOL] = "broke a rule of a Wayland protocol",
		[OFFENCE_DENIED] = "asked for what virtual machines are not offered",
		[OFFENCE_SERIAL] = "answered what it was not asked",
		[OFFENCE_DESCRIPTOR] = "sent a file that cannot be what it says",
		[OFFENCE_OBJECTS] = "made too many objects",
		[OFFENCE_SURFACES] = "made too many surfaces",
		[OFFENCE_WINDOWS] = "opened too many windows",
		[OFFENCE_POPUPS] = "opened too many popups",
		[OFFENCE_SUBSURFACES] = "put too many surfaces into a window",
		[OFFENCE_POOLS] = "shared memory too often",
		[OFFENCE_CALLBACKS] = "asked for too many frames",
		[OFFENCE_TYPES] = "offered too many types of data",
		[OFFENCE_REGION] = "made a region of too many parts",
		[OFFENCE_TITLES] = "changed its titles too fast",
		[OFFENCE_PIXELS] = "drew too many pixels",
		[OFFENCE_MESSAGES] = "sent too many messages",
		[OFFENCE_TIME] = "kept the screen busy",
		[OFFENCE_CONNECTIONS] = "made too many connections",
		[OFFENCE_MEMORY] = "used up its memory for pictures",
		[OFFENCE_UNREAD] = "did not read what it was told",
};

const char *offence_text(enum offence offence) {
	return texts[(unsigned)offence < OFFENCE_COUNT ? offence : OFFENCE_NONE];
}

bool offence_read(unsigned char code, enum offence *ret_offence) {
	if (code == OFFENCE_NONE || code >= OFFENCE_COUNT) {
		return false;
	}
	*ret_offence = (enum offence)code;
	return true;
}
