/* SPDX-License-Identifier: MIT
 *
 * Questions that only the person at the keyboard can answer. Here is the queue; silo-ask, silo's own
 * child, shows one at a time and says what was answered. Whoever asks gives words of the host's own:
 * names of VMs and numbers, never a guest's text. While silo-ask is not there, and whenever
 * anything is in doubt, the answer is no.
 */
#ifndef SILO_COMPOSITOR_SHELL_ASK_H
#define SILO_COMPOSITOR_SHELL_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-varlink.h>

struct domain;
struct notice_party;
struct server;

/* One is shown, the others wait; a VM has no more than its share of them. */
#define ASK_QUESTIONS_MAX 16
#define ASK_PER_VM_MAX 4
#define ASK_FACTS_MAX 4
/* Code points of any one text; more does not fit. */
#define ASK_TEXT_MAX 96
/* So long after it was shown a yes is nobody's, as in the dialog itself. */
#define ASK_DEAD_MS 500

enum ask_reason {
	ASK_ANSWERED, /* by the user */
	ASK_DOWN,     /* silo-ask is not there, or died */
	ASK_MUTED,    /* the user wants no more questions of this VM */
	ASK_TOO_MANY, /* the VM has too many that wait */
	ASK_REFUSED,  /* the screen was locked, or what it was about has gone */
};

struct ask_result {
	bool is_allowed, is_remembered;
	enum ask_reason reason;
};

typedef void (*ask_answered_t)(void *data, const struct ask_result *result);

struct ask_fact {
	const char *name, *value;
};

struct ask_request {
	const struct domain *source, *target; /* shown as plates; NULL: none */
	const struct notice_party
			*source_party; /* instead of source, if that is gone; may be NULL */
	const struct domain *about;    /* whose doing it is: it may be muted; NULL: nobody's */
	const char *question;          /* "Let banking paste from work?" */
	const char *action;            /* the yes, a verb: "Paste" */
	struct ask_fact facts[ASK_FACTS_MAX]; /* up to the first without a name */
	const char *remember; /* the box's words: what is remembered until when; NULL: no box */
	ask_answered_t answered;
	void *data;
};

bool ask_create(struct server *server);
void ask_destroy(struct server *server);

/*
 * Asks; all that request points to is copied. answered is called exactly once, from the event loop,
 * never from within, unless ask_withdraw() comes first or the server ends. Returns the question's
 * id, never 0; 0 only if there is no memory for an answer, which is no then, and answered is not called.
 */
uint32_t ask_question(struct server *server, const struct ask_request *request);

/* Its cause has gone: it is shown no more, and nobody is told. Nothing happens if it is answered. */
void ask_withdraw(struct server *server, uint32_t id);

/* All that wait are answered no, with that reason: what a lock does. */
void ask_refuse_all(struct server *server, enum ask_reason reason);

/* Is silo-ask not there, so that every question is answered no? */
bool ask_is_down(struct server *server);

/* Was it there, or looked for in vain? Then the strip says so. */
bool ask_is_lost(struct server *server);

/* Forgets who is muted. */
void ask_unmute_all(struct server *server);

/* Is this VM muted? */
bool ask_is_muted(struct server *server, const char *vm);

/* ---- for the service ---- */

/* silo-ask listens over link, which is kept, or (NULL) does no more. */
void ask_connect(struct server *server, sd_varlink *link);
sd_varlink *ask_link(struct server *server);

/* It was not found, and will not come. */
void ask_lose(struct server *server);

/* What silo-ask is to show: {"question": object or absent, "waiting": number}. */
int ask_describe(struct server *server, sd_json_variant **ret_json);

/* What the user has answered, if question id is the one that is shown. is_muted: no more of its VM. */
void ask_answer(struct server *server, uint32_t id, bool is_allowed, bool is_remembered,
		bool is_muted);

#endif
