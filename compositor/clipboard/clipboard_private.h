/* SPDX-License-Identifier: MIT
 *
 * What the two halves of the clipboard share: copying in clipboard.c, pasting in paste.c.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_CLIPBOARD_PRIVATE_H
#define SILO_COMPOSITOR_CLIPBOARD_CLIPBOARD_PRIVATE_H

#include <wayland-server-core.h>

#include "compositor/clipboard/clipboard.h"

/* A line of a notice or a question. */
#define TELL_BYTES 256

struct intake;
struct secret;

struct clipboard {
	struct server *server;
	enum clipboard_state state;
	uint32_t operation;    /* of the latest copy */
	struct intake *intake; /* while COPYING */
	struct secret *secret; /* while FULL or ASKING */
	enum clipboard_type type;
	size_t characters;
	struct notice_party source, target;
	enum verdict source_out;
	int64_t copied_ms, expires_ms;
	struct wl_event_source *expiry;
	uint32_t question;              /* while ASKING */
	struct wl_list handed;          /* what was pasted and still stands */
	char keys_for[VM_NAME_MAX + 1]; /* whom the paste keys are to be sent; "": nobody */
	int64_t keys_until_ms;
	struct remembered remembered;
};

/* What it holds is zeroed, what is under way comes to nothing. Tells nobody. */
void clipboard_empty(struct clipboard *clipboard);

void clipboard_get_content(const struct clipboard *clipboard, char out[TELL_BYTES]);

/* Tells what is in it; removed: of what was taken out, a sentence or "". stays: until it is wiped. */
void clipboard_tell_copied(struct clipboard *clipboard, const char *removed, bool stays);

/* The domain of the window that has the keyboard; the launcher's and a dialog's keys are nobody's. */
struct domain *clipboard_focused(struct server *server);

/* Empties it and tells that it did not reach target. */
void clipboard_fail_paste(struct clipboard *clipboard, const struct notice_party *target,
		const char *title, const char *text);

#endif
