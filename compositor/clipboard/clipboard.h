/* SPDX-License-Identifier: MIT
 *
 * The clipboard between domains. One chord copies what the focused domain has selected into locked
 * memory here, the other moves it to the focused domain, if the policy allows it or the user says
 * yes. Only the user's real keys do that. It is wiped when it was moved, when that was denied or
 * failed, when its time is over, and when the screen is locked; whatever comes of it is told.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_CLIPBOARD_H
#define SILO_COMPOSITOR_CLIPBOARD_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compositor/clipboard/policy.h"
#include "compositor/shell/notices.h"

struct domain;
struct server;

/* Pairs whose answer is remembered. */
#define REMEMBERED_MAX 64

struct remembered {
	struct clipboard_rule rules[REMEMBERED_MAX];
	size_t len;
};

enum clipboard_state {
	CLIPBOARD_EMPTY,
	CLIPBOARD_COPYING, /* the source has not given it all yet */
	CLIPBOARD_FULL,
	CLIPBOARD_ASKING, /* full, and the user is asked whether it may be pasted */
};

enum clipboard_type {
	CLIPBOARD_TEXT,
	CLIPBOARD_HTML, /* pasted as text */
	CLIPBOARD_PNG,
};

/* What is in it, for people. */
struct clipboard_status {
	enum clipboard_state state;
	enum clipboard_type type;
	struct notice_party source, target; /* target: while it is asked about */
	size_t bytes, characters;           /* characters: of text */
	int64_t left_ms;                    /* until it is wiped */
	size_t handed;                      /* selections that were pasted and still stand */
	bool is_locked_in_memory;
};

bool clipboard_create(struct server *server);
void clipboard_destroy(struct server *server);

/* The two chords, for the domain that has the keyboard. */
void clipboard_copy(struct server *server);
void clipboard_paste(struct server *server);

/*
 * Wipes it, what was pasted and still stands, and the question about it. reason is for the notice
 * ("Wiped: the screen was locked"); NULL: nothing is told.
 */
void clipboard_wipe(struct server *server, const char *reason);

/* domain goes: what is being copied from it, and asked about for it, comes to nothing. */
void clipboard_forget_domain(struct domain *domain);

/* A window has the keyboard again, or another. */
void clipboard_focus_changed(struct server *server);

void clipboard_get_status(struct server *server, struct clipboard_status *ret_status);

/* {"source": who, "detail": what and how much}, which the caller owns; NULL: it is empty. */
int clipboard_describe(struct server *server, sd_json_variant **ret_json);

/* For policy.c. */
struct remembered *clipboard_remembered(struct server *server);

#endif
