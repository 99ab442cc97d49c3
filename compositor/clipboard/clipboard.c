/* SPDX-License-Identifier: MIT
 *
 * EMPTY --copy--> COPYING --all is there--> FULL --paste--> (ASKING -->) moved, EMPTY
 *
 * A copy first wipes what was there, so that whatever fails, nothing older is ever pasted. Only the
 * latest copy's bytes are taken: an earlier one's pipe is closed when the next begins.
 */
#include "compositor/clipboard/clipboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_seat.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/log.h"
#include "base/secret.h"
#include "compositor/clipboard/clipboard_private.h"
#include "compositor/clipboard/handed.h"
#include "compositor/clipboard/intake.h"
#include "compositor/clipboard/plain.h"
#include "compositor/clipboard/tell.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/window/window.h"

struct remembered *clipboard_remembered(struct server *server) {
	return &server->clipboard->remembered;
}

/* ---- emptying ---- */

void clipboard_empty(struct clipboard *clipboard) {
	if (clipboard->state == CLIPBOARD_ASKING) {
		ask_withdraw(clipboard->server, clipboard->question);
	}
	if (DEFENDS(clipboard_operation)) {
		intake_cancel(clipboard->intake);
	}
	clipboard->intake = NULL;
	secret_destroy(clipboard->secret);
	clipboard->secret = NULL;
	clipboard->state = CLIPBOARD_EMPTY;
	clipboard->question = 0;
	wl_event_source_timer_update(clipboard->expiry, 0);
	watch_changed(clipboard->server);
}

void clipboard_get_content(const struct clipboard *clipboard, char out[TELL_BYTES]) {
	const struct clipboard_status status = {.type = clipboard->type,
			.bytes = clipboard->secret != NULL ? clipboard->secret->len : 0,
			.characters = clipboard->characters};
	tell_content(&status, out, TELL_BYTES);
}

/* ---- copying ---- */

static void fail_copy(struct clipboard *clipboard, const char *detail, const char *title,
		const char *text) {
	clipboard_empty(clipboard);
	const struct told told = {
			.source = &clipboard->source, .detail = detail, .is_failure = true};
	tell(clipboard->server, &told, title, text);
}

static int handle_expiry(void *data) {
	struct clipboard *clipboard = data;
	char title[TELL_BYTES];
	if (!DEFENDS(clipboard_move)) {
		return 0;
	}
	clipboard_empty(clipboard);
	snprintf(title, sizeof(title), "Wiped after %u s",
			clipboard->server->settings->clipboard.timeout_ms / 1000);
	tell(clipboard->server, &(struct told){.source = &clipboard->source, .detail = "Empty"},
			title, "Copy again to paste.");
	return 0;
}

void clipboard_tell_copied(struct clipboard *clipboard, const char *removed, bool stays) {
	char detail[TELL_BYTES], title[TELL_BYTES], text[TELL_BYTES];
	int64_t left_ms = clipboard->expires_ms - clock_now_ms();
	clipboard_get_content(clipboard, detail);
	snprintf(title, sizeof(title), "Copied from %s", tell_name(&clipboard->source));
	snprintf(text, sizeof(text), "%sPastes once, in another VM. Wiped in %d s.", removed,
			(int)((left_ms + 999) / 1000));
	const struct told told = {.source = &clipboard->source,
			.detail = detail,
			.left_ms = left_ms,
			.all_ms = clipboard->server->settings->clipboard.timeout_ms,
			.stays = stays};
	tell(clipboard->server, &told, title, text);
}

/* Is it what it was taken for? Counts, and takes out what would be obeyed. */
static bool check_text(struct clipboard *clipboard, size_t *ret_removed) {
	struct plain plain;
	struct secret *secret = clipboard->secret;
	bool keeps = clipboard->server->settings->clipboard.keeps_controls;
	if (!DEFENDS(clipboard_text)) {
		*ret_removed = 0;
		return true;
	}
	if (!plain_take(secret->bytes, secret->len, keeps, &plain)) {
		return false;
	}
	secret->len = plain.len;
	clipboard->characters = plain.characters;
	*ret_removed = plain.removed;
	return true;
}

static bool is_png(const struct secret *secret) {
	static const uint8_t magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	return secret->len > sizeof(magic) && memcmp(secret->bytes, magic, sizeof(magic)) == 0;
}

/* All of it has come. */
static void fill(struct clipboard *clipboard, struct secret *untrusted) {
	char text[TELL_BYTES] = "", title[TELL_BYTES];
	const char *name = tell_name(&clipboard->source);
	size_t removed = 0;
	clipboard->secret = untrusted;
	if (untrusted->len == 0) {
		fail_copy(clipboard, "Nothing", "Not copied: it is empty",
				"The clipboard is empty.");
		return;
	}
	bool is_fine = clipboard->type == CLIPBOARD_PNG ? is_png(untrusted)
							: check_text(clipboard, &removed);
	if (!is_fine || untrusted->len == 0) {
		bool is_picture = clipboard->type == CLIPBOARD_PNG;
		snprintf(title, sizeof(title), "Not copied: what %s gave is no %s", name,
				is_picture ? "PNG picture" : "text");
		fail_copy(clipboard, is_picture ? "PNG picture" : "Text", title,
				"The clipboard is empty.");
		return;
	}
	uint32_t timeout_ms = clipboard->server->settings->clipboard.timeout_ms;
	clipboard->state = CLIPBOARD_FULL;
	clipboard->copied_ms = clock_now_ms();
	clipboard->expires_ms = clipboard->copied_ms + timeout_ms;
	wl_event_source_timer_update(clipboard->expiry, (int)timeout_ms);
	if (!untrusted->is_locked) {
		log_warn("the clipboard may be swapped: raise RLIMIT_MEMLOCK above its limit");
	}
	if (removed > 0) {
		snprintf(text, sizeof(text), "%zu control character%s taken out. ", removed,
				removed == 1 ? " was" : "s were");
	}
	clipboard_tell_copied(clipboard, text, false);
	watch_changed(clipboard->server);
}

static void handle_copied(void *data, uint32_t operation, enum intake_outcome outcome,
		struct secret *untrusted) {
	struct clipboard *clipboard = data;
	const struct clipboard_settings *settings = &clipboard->server->settings->clipboard;
	char title[TELL_BYTES], size[64];
	if (operation != clipboard->operation && DEFENDS(clipboard_operation)) {
		secret_destroy(untrusted);
		return;
	}
	clipboard->intake = NULL;
	switch (outcome) {
	case INTAKE_DONE:
		secret_destroy(clipboard->secret);
		fill(clipboard, untrusted);
		return;
	case INTAKE_TOO_LARGE:
		tell_size(settings->limit_bytes, size, sizeof(size));
		snprintf(title, sizeof(title), "Not copied: larger than %s", size);
		snprintf(size + strlen(size), sizeof(size) - strlen(size), " and more");
		fail_copy(clipboard, size, title,
				"The earlier copy was wiped. Limit: clipboard { limit }.");
		return;
	case INTAKE_TOO_LATE:
		snprintf(title, sizeof(title), "Not copied: %s did not give it within %g s",
				tell_name(&clipboard->source), settings->deadline_ms / 1000.0);
		fail_copy(clipboard, "Nothing", title, "The clipboard is empty.");
		return;
	case INTAKE_FAILED:
		fail_copy(clipboard, "Nothing", "Not copied: too little memory",
				"The clipboard is empty.");
		return;
	}
}

/* The first of names that the selection has; NULL: it has none of them. */
static const char *find_type(const struct wlr_data_source *source, const char *const *names) {
	char *const *types = source->mime_types.data;
	size_t len = source->mime_types.size / sizeof(*types);
	for (; *names != NULL; names++) {
		for (size_t i = 0; i < len; i++) {
			if (strcmp(types[i], *names) == 0) {
				return types[i];
			}
		}
	}
	return NULL;
}

/* Text before its markup, and either before a picture. */
static const char *choose_type(const struct clipboard_settings *settings,
		const struct wlr_data_source *source, enum clipboard_type *ret_type) {
	static const char *const text[] = {"text/plain;charset=utf-8", "text/plain;charset=UTF-8",
			"UTF8_STRING", "text/plain", "STRING", "TEXT", NULL};
	static const char *const html[] = {
			"text/html;charset=utf-8", "text/html;charset=UTF-8", "text/html", NULL};
	static const char *const png[] = {"image/png", NULL};
	const struct {
		bool is_taken;
		enum clipboard_type type;
		const char *const *names;
	} choices[] = {
			{settings->takes_text, CLIPBOARD_TEXT, text},
			{settings->takes_html, CLIPBOARD_HTML, html},
			{settings->takes_png, CLIPBOARD_PNG, png},
	};
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const char *type = choices[i].is_taken ? find_type(source, choices[i].names) : NULL;
		if (type != NULL) {
			*ret_type = choices[i].type;
			return type;
		}
	}
	char *const *types = source->mime_types.data;
	return DEFENDS(clipboard_text) ? NULL : types[0];
}

static void begin_copy(struct clipboard *clipboard, struct wlr_data_source *source,
		const char *type) {
	const struct clipboard_settings *settings = &clipboard->server->settings->clipboard;
	clipboard->state = CLIPBOARD_COPYING;
	clipboard->intake = intake_begin(clipboard->server,
			&(struct intake_request){
					.source = source,
					.type = type,
					.limit_bytes = DEFENDS(clipboard_limit)
							? settings->limit_bytes
							: 16 * CLIPBOARD_BYTES_MAX,
					.deadline_ms = settings->deadline_ms,
					.operation = clipboard->operation,
					.done = handle_copied,
					.data = clipboard,
			});
	if (clipboard->intake == NULL) {
		fail_copy(clipboard, "Nothing", "Not copied: too little memory",
				"The clipboard is empty.");
	}
}

struct domain *clipboard_focused(struct server *server) {
	struct window *window = focus_window(server);
	return window != NULL ? window->domain : NULL;
}

void clipboard_copy(struct server *server) {
	struct clipboard *clipboard = server->clipboard;
	struct domain *domain = clipboard_focused(server);
	char text[TELL_BYTES];
	if (domain == NULL) {
		return;
	}
	clipboard_empty(clipboard);
	clipboard->operation++;
	clipboard->characters = 0;
	clipboard->source_out = domain->clipboard_out;
	notice_party_set(&clipboard->source, domain);
	const char *name = tell_name(&clipboard->source);
	struct wlr_data_source *source = domain->seat->wlr_seat->selection_source;
	if (domain->clipboard_out == VERDICT_DENY && DEFENDS(clipboard_policy)) {
		snprintf(text, sizeof(text), "%s: \"clipboard-out deny\" in silo-vms(5).", name);
		fail_copy(clipboard, "Nothing", "Not copied: your policy forbids it", text);
	} else if (source == NULL || source->mime_types.size == 0) {
		snprintf(text, sizeof(text), "Select something in %s, then copy again.", name);
		fail_copy(clipboard, "Nothing", "Not copied: nothing is selected", text);
	} else {
		const char *type =
				choose_type(&server->settings->clipboard, source, &clipboard->type);
		if (type == NULL) {
			fail_copy(clipboard, "Nothing", "Not copied: it is of no allowed type",
					"Types: clipboard { types }, and files are never copied.");
		} else {
			begin_copy(clipboard, source, type);
		}
	}
}

/* ---- ends ---- */

void clipboard_wipe(struct server *server, const char *reason) {
	struct clipboard *clipboard = server->clipboard;
	if (clipboard == NULL || !DEFENDS(clipboard_move)) {
		return;
	}
	bool was_empty = clipboard->state == CLIPBOARD_EMPTY && wl_list_empty(&clipboard->handed);
	clipboard_empty(clipboard);
	handed_wipe(&clipboard->handed);
	clipboard->keys_for[0] = '\0';
	if (reason != NULL && !was_empty) {
		tell(server, &(struct told){.detail = "Empty"}, reason, "Copy again to paste.");
	}
}

void clipboard_forget_domain(struct domain *domain) {
	struct clipboard *clipboard = domain->server->clipboard;
	char title[TELL_BYTES];
	if (clipboard == NULL) {
		return;
	}
	if (clipboard->state == CLIPBOARD_COPYING &&
			strcmp(clipboard->source.name, domain->name) == 0) {
		snprintf(title, sizeof(title), "Not copied: %s has ended",
				tell_name(&clipboard->source));
		fail_copy(clipboard, "Nothing", title, "The clipboard is empty.");
	} else if (clipboard->state == CLIPBOARD_ASKING &&
			strcmp(clipboard->target.name, domain->name) == 0) {
		snprintf(title, sizeof(title), "Not pasted: %s has ended",
				tell_name(&clipboard->target));
		clipboard_fail_paste(clipboard, &clipboard->target, title,
				"The clipboard is empty.");
	}
}

void clipboard_get_status(struct server *server, struct clipboard_status *ret_status) {
	const struct clipboard *clipboard = server->clipboard;
	struct clipboard_status status = {
			.state = clipboard->state,
			.type = clipboard->type,
			.handed = (size_t)wl_list_length(&clipboard->handed),
	};
	if (clipboard->state != CLIPBOARD_EMPTY) {
		status.source = clipboard->source;
	}
	if (clipboard->state == CLIPBOARD_ASKING) {
		status.target = clipboard->target;
	}
	if (clipboard->secret != NULL) {
		status.bytes = clipboard->secret->len;
		status.characters = clipboard->characters;
		status.is_locked_in_memory = clipboard->secret->is_locked;
		status.left_ms = clipboard->expires_ms - clock_now_ms();
	}
	*ret_status = status;
}

int clipboard_describe(struct server *server, sd_json_variant **ret_json) {
	const struct clipboard *clipboard = server->clipboard;
	sd_json_variant *source = NULL;
	char detail[TELL_BYTES];
	*ret_json = NULL;
	if (clipboard == NULL || clipboard->secret == NULL) {
		return 0;
	}
	clipboard_get_content(clipboard, detail);
	int ret = notice_party_describe(&clipboard->source, &source);
	if (ret >= 0) {
		ret = sd_json_buildo(ret_json, SD_JSON_BUILD_PAIR_VARIANT("source", source),
				SD_JSON_BUILD_PAIR_STRING("detail", detail));
	}
	sd_json_variant_unref(source);
	return ret;
}

bool clipboard_create(struct server *server) {
	struct clipboard *clipboard = calloc(1, sizeof(*clipboard));
	if (clipboard == NULL) {
		log_error("out of memory");
		return false;
	}
	clipboard->server = server;
	wl_list_init(&clipboard->handed);
	server->clipboard = clipboard;
	clipboard->expiry = wl_event_loop_add_timer(server->loop, handle_expiry, clipboard);
	if (clipboard->expiry == NULL) {
		log_error("out of memory");
	}
	return clipboard->expiry != NULL;
}

void clipboard_destroy(struct server *server) {
	struct clipboard *clipboard = server->clipboard;
	if (clipboard == NULL) {
		return;
	}
	if (clipboard->expiry != NULL) {
		clipboard_empty(clipboard);
		wl_event_source_remove(clipboard->expiry);
	}
	handed_wipe(&clipboard->handed);
	free(clipboard);
	server->clipboard = NULL;
}
