/* SPDX-License-Identifier: MIT
 *
 * What the desktop has to say to its user beside the windows: a program that did not start, a copy
 * that was refused. Here is the queue; silo-panel, which is told of it by Watch, draws it. Callers
 * are silo itself and the user's own programs; words in a notice may be a guest's all the same, so
 * each is sanitised and bounded, and a VM has so many places and so much pace and no more.
 */
#ifndef SILO_COMPOSITOR_SHELL_NOTICES_H
#define SILO_COMPOSITOR_SHELL_NOTICES_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-json.h>

#include "base/limits.h"
#include "decorations/palette.h"

struct domain;
struct server;

/* Of all, and of one VM: who is full loses the oldest of its own. */
#define NOTICES_MAX 32
#define NOTICES_PER_VM_MAX 4
/* A VM's may come so many at once, and then one after each such time. */
#define NOTICES_BURST 6
#define NOTICES_PERIOD_MS 2000

/* Code points; more does not fit. */
#define NOTICE_TAG_MAX 63
#define NOTICE_DETAIL_MAX 48
#define NOTICE_TITLE_MAX 96
#define NOTICE_TEXT_MAX 320
#define NOTICE_SECONDS_MAX 120

enum notice_kind {
	NOTICE_START,     /* of a VM or a program in it */
	NOTICE_CLIPBOARD, /* a copy, a paste */
	NOTICE_MESSAGE,   /* anything else */
	NOTICE_KINDS,
};

/* A VM, or this computer. */
struct notice_party {
	char name[VM_NAME_MAX + 1]; /* "": there is none; "host": this computer */
	char label[VM_LABEL_MAX + 1];
	struct color fill; /* of a VM only, as glyph */
	enum glyph glyph;
};

struct notice {
	uint32_t id;                  /* given by notices_add() */
	char tag[NOTICE_TAG_MAX + 1]; /* a later one of that tag takes its place; "": none does */
	enum notice_kind kind;
	bool is_failure; /* its title begins with "Not" */
	bool is_users;   /* what came of the user's own key: always told */
	struct notice_party source, target;
	char detail[4 * NOTICE_DETAIL_MAX + 1]; /* what it is about: a program, a type and size */
	char title[4 * NOTICE_TITLE_MAX + 1];   /* the result, in one line */
	char text[4 * NOTICE_TEXT_MAX + 1];     /* what follows from it, or what to do */
	unsigned int seconds;                   /* how long it is shown; 0: as the look says */
	/* Unix time between which something goes on that is shown as a line; 0: nothing does. */
	int64_t begins_ms, ends_ms;
};

bool notices_create(struct server *server);
void notices_destroy(struct server *server);

/* The VM behind domain, or this computer. */
void notice_party_set(struct notice_party *party, const struct domain *domain);

/* As JSON, which the caller owns; *ret_json is NULL for one that is not there. */
int notice_party_describe(const struct notice_party *party, sd_json_variant **ret_json);

/* Adds a copy of notice. Returns its id, or 0: its VM has said too much too fast. */
uint32_t notices_add(struct server *server, const struct notice *notice);

/* What it told is over. Nothing happens if there is none of that tag. */
void notices_withdraw(struct server *server, const char *tag);

/* It was read, or its time is over. Returns whether there was one. */
bool notices_dismiss(struct server *server, uint32_t id);

/* All, the newest first; the caller owns the array. Negative errno on failure. */
int notices_describe(struct server *server, sd_json_variant **ret_array);

const char *notice_kind_text(enum notice_kind kind);

#endif
