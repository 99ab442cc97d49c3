/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/tell.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

#define TAG "clipboard"
#define KIB 1024.0

void tell_size(size_t bytes, char *out, size_t cap) {
	double kib = (double)bytes / KIB;
	if (bytes < 1024) {
		snprintf(out, cap, "%zu bytes", bytes);
	} else if (kib < KIB) {
		snprintf(out, cap, "%.3g KiB", kib);
	} else {
		snprintf(out, cap, "%.3g MiB", kib / KIB);
	}
}

void tell_content(const struct clipboard_status *status, char *out, size_t cap) {
	char size[32];
	if (status->type == CLIPBOARD_PNG) {
		tell_size(status->bytes, size, sizeof(size));
		snprintf(out, cap, "PNG picture, %s", size);
		return;
	}
	snprintf(out, cap, "%s, %zu character%s", status->type == CLIPBOARD_HTML ? "HTML" : "Text",
			status->characters, status->characters == 1 ? "" : "s");
}

const char *tell_name(const struct notice_party *party) {
	return strcmp(party->name, "host") == 0 ? "this computer" : party->label;
}

static int64_t unix_ms(void) {
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void tell(struct server *server, const struct told *told, const char *title, const char *text) {
	struct notice notice = {
			.tag = TAG,
			.kind = NOTICE_CLIPBOARD,
			.is_users = true,
			.is_failure = told->is_failure,
	};
	if (told->source != NULL) {
		notice.source = *told->source;
	}
	if (told->target != NULL) {
		notice.target = *told->target;
	}
	snprintf(notice.detail, sizeof(notice.detail), "%s", told->detail);
	snprintf(notice.title, sizeof(notice.title), "%s", title);
	snprintf(notice.text, sizeof(notice.text), "%s", text);
	if (told->left_ms > 0) {
		int64_t now_ms = unix_ms();
		notice.begins_ms = now_ms + told->left_ms - told->all_ms;
		notice.ends_ms = now_ms + told->left_ms;
		notice.seconds = told->stays ? (unsigned int)(told->left_ms / 1000 + 1) : 0;
	}
	log_info("clipboard: %s%s%s%s: %s (%s)", told->source != NULL ? told->source->name : "",
			told->source != NULL || told->target != NULL ? " -> " : "",
			told->target != NULL ? told->target->name : "",
			told->target != NULL ? "" : "clipboard", title, told->detail);
	notices_add(server, &notice);
}
