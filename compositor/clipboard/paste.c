/* SPDX-License-Identifier: MIT
 *
 * The clipboard's second half: what becomes of the paste chord.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/secret.h"
#include "compositor/clipboard/clipboard_private.h"
#include "compositor/clipboard/handed.h"
#include "compositor/clipboard/tell.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/typing.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"

/* What was pasted is there so long, unless something else is copied in its VM. */
#define HANDED_MS 60000
/* After a question the keyboard is back with the window by then, or no keys are sent. */
#define KEYS_MS 2000

/* It has had its use: nothing is pasted twice. */
static void used(struct clipboard *clipboard) {
	if (DEFENDS(clipboard_move)) {
		clipboard_empty(clipboard);
	} else {
		clipboard->state = CLIPBOARD_FULL;
	}
}

void clipboard_fail_paste(struct clipboard *clipboard, const struct notice_party *target,
		const char *title, const char *text) {
	char detail[TELL_BYTES];
	clipboard_get_content(clipboard, detail);
	used(clipboard);
	const struct told told = {.source = &clipboard->source,
			.target = target,
			.detail = detail,
			.is_failure = true};
	tell(clipboard->server, &told, title, text);
}

/* ---- the paste keys, if the settings want them ---- */

static void send_keys(struct clipboard *clipboard, struct domain *domain) {
	const struct clipboard_settings *settings = &clipboard->server->settings->clipboard;
	if (settings->paste_symbol == XKB_KEY_NoSymbol) {
		return;
	}
	if (clipboard_focused(clipboard->server) == domain) {
		typing_chord(domain->seat, settings->paste_modifiers, settings->paste_symbol);
	} else {
		snprintf(clipboard->keys_for, sizeof(clipboard->keys_for), "%s", domain->name);
		clipboard->keys_until_ms = clock_now_ms() + KEYS_MS;
	}
}

void clipboard_focus_changed(struct server *server) {
	struct clipboard *clipboard = server->clipboard;
	if (clipboard == NULL || clipboard->keys_for[0] == '\0') {
		return;
	}
	struct domain *domain = clipboard_focused(server);
	bool is_late = clock_now_ms() >= clipboard->keys_until_ms;
	if (domain == NULL && !is_late) {
		return; /* the question is not out of sight yet */
	}
	bool is_meant = domain != NULL && !is_late &&
			strcmp(domain->name, clipboard->keys_for) == 0;
	clipboard->keys_for[0] = '\0';
	if (is_meant) {
		send_keys(clipboard, domain);
	}
}

/* ---- moving ---- */

/* The bytes that go, which the clipboard has no more. */
static struct secret *take_secret(struct clipboard *clipboard) {
	struct secret *secret = clipboard->secret;
	if (DEFENDS(clipboard_move)) {
		clipboard->secret = NULL;
		return secret;
	}
	struct secret *copy = secret_create(secret->len);
	memcpy(copy->bytes, secret->bytes, secret->len);
	copy->len = secret->len;
	return copy;
}

/* From now on they are the target's selection and nothing else. */
static void hand_over(struct clipboard *clipboard, struct domain *domain) {
	static const char *const text[] = {
			"text/plain;charset=utf-8", "text/plain", "UTF8_STRING", "STRING", "TEXT"};
	static const char *const png[] = {"image/png"};
	char detail[TELL_BYTES], title[TELL_BYTES];
	struct notice_party target;
	bool is_picture = clipboard->type == CLIPBOARD_PNG;
	notice_party_set(&target, domain);
	clipboard_get_content(clipboard, detail);
	bool is_given = handed_give(domain->seat, take_secret(clipboard), is_picture ? png : text,
			is_picture ? 1 : sizeof(text) / sizeof(text[0]), HANDED_MS,
			&clipboard->handed);
	used(clipboard);
	const struct told told = {.source = &clipboard->source,
			.target = &target,
			.detail = detail,
			.is_failure = !is_given};
	if (!is_given) {
		tell(clipboard->server, &told, "Not pasted: too little memory",
				"The clipboard is empty.");
		return;
	}
	snprintf(title, sizeof(title), "Pasted into %s", tell_name(&target));
	tell(clipboard->server, &told, title, "The clipboard is empty again.");
	send_keys(clipboard, domain);
}

/* ---- asking ---- */

static struct domain *find_domain(struct server *server, const char *name) {
	return strcmp(name, "host") == 0 ? domains_host(server) : domains_find(server, name);
}

/* Why it was not asked, or what was answered. */
static void tell_no(struct clipboard *clipboard, enum ask_reason reason) {
	char title[TELL_BYTES], text[TELL_BYTES];
	snprintf(title, sizeof(title), "Not pasted: you said no");
	snprintf(text, sizeof(text), "The clipboard is empty again. %s was told nothing.",
			tell_name(&clipboard->target));
	switch (reason) {
	case ASK_ANSWERED:
	case ASK_REFUSED:
		break;
	case ASK_MUTED:
		snprintf(title, sizeof(title), "Not pasted: you stopped questions of %s",
				tell_name(&clipboard->source));
		snprintf(text, sizeof(text),
				"The clipboard is empty. To be asked again: vmctl clipboard policy "
				"--forget");
		break;
	case ASK_DOWN:
		snprintf(title, sizeof(title), "Not pasted: you cannot be asked");
		snprintf(text, sizeof(text), "silo-ask does not run. The clipboard is empty.");
		break;
	case ASK_TOO_MANY:
		snprintf(title, sizeof(title), "Not pasted: too many questions wait");
		snprintf(text, sizeof(text), "Answer them first. The clipboard is empty.");
		break;
	}
	clipboard_fail_paste(clipboard, &clipboard->target, title, text);
}

static void handle_answer(void *data, const struct ask_result *result) {
	struct clipboard *clipboard = data;
	struct server *server = clipboard->server;
	clipboard->question = 0;
	clipboard->state = CLIPBOARD_FULL;
	if (result->reason == ASK_ANSWERED && result->is_remembered) {
		policy_remember(server, clipboard->source.name, clipboard->target.name,
				result->is_allowed);
	}
	struct domain *domain = find_domain(server, clipboard->target.name);
	if (result->is_allowed && domain != NULL) {
		hand_over(clipboard, domain);
	} else {
		tell_no(clipboard, result->reason);
	}
}

static void ask_user(struct clipboard *clipboard, struct domain *domain) {
	struct server *server = clipboard->server;
	char question[TELL_BYTES], remember[TELL_BYTES], what[TELL_BYTES], when[TELL_BYTES];
	int seconds = (int)((clock_now_ms() - clipboard->copied_ms) / 1000);
	notice_party_set(&clipboard->target, domain);
	const char *from = tell_name(&clipboard->source), *to = tell_name(&clipboard->target);
	snprintf(question, sizeof(question), "Let %s paste from %s?", to, from);
	snprintf(remember, sizeof(remember), "Remember for %s → %s, until I log out", from, to);
	snprintf(when, sizeof(when), "%d second%s ago", seconds, seconds == 1 ? "" : "s");
	clipboard_get_content(clipboard, what);
	clipboard->state = CLIPBOARD_ASKING;
	clipboard->question = ask_question(server,
			&(struct ask_request){
					.source = find_domain(server, clipboard->source.name),
					.source_party = &clipboard->source,
					.target = domain,
					.about = find_domain(server, clipboard->source.name),
					.question = question,
					.action = "Paste",
					.facts = {{"What", what}, {"Copied", when},
							{"Then", "The clipboard is wiped"}},
					.remember = remember,
					.answered = handle_answer,
					.data = clipboard,
			});
	if (clipboard->question == 0) {
		handle_answer(clipboard, &(struct ask_result){.reason = ASK_TOO_MANY});
		return;
	}
	clipboard_tell_copied(clipboard, "", true);
	watch_changed(server);
}

static void decide(struct clipboard *clipboard, struct domain *domain) {
	const struct clipboard_party source = {
			clipboard->source.name, clipboard->source_out, VERDICT_ALLOW};
	const struct clipboard_party target = {domain->name, VERDICT_ALLOW, domain->clipboard_in};
	struct decision decision = policy_decide(clipboard->server, &source, &target);
	struct notice_party party;
	char text[TELL_BYTES];
	if (decision.verdict == VERDICT_ALLOW) {
		hand_over(clipboard, domain);
		return;
	}
	if (decision.verdict == VERDICT_ASK) {
		ask_user(clipboard, domain);
		return;
	}
	notice_party_set(&party, domain);
	snprintf(text, sizeof(text), "%s → %s: deny. The clipboard is empty.",
			tell_name(&clipboard->source), tell_name(&party));
	bool is_remembered = decision.reason == VERDICT_REMEMBERED;
	clipboard_fail_paste(clipboard, &party,
			is_remembered ? "Not pasted: you said no until you log out"
				      : "Not pasted: your policy forbids it",
			text);
}

void clipboard_paste(struct server *server) {
	struct clipboard *clipboard = server->clipboard;
	struct domain *domain = clipboard_focused(server);
	struct notice_party party;
	if (domain == NULL || clipboard->state == CLIPBOARD_ASKING) {
		return;
	}
	if (clipboard->state == CLIPBOARD_FULL) {
		decide(clipboard, domain);
		return;
	}
	notice_party_set(&party, domain);
	bool is_copying = clipboard->state == CLIPBOARD_COPYING;
	const struct told told = {.source = is_copying ? &clipboard->source : NULL,
			.target = &party,
			.detail = "Nothing",
			.is_failure = true};
	if (is_copying) {
		tell(server, &told, "Not pasted: it is still being copied",
				"Paste again when a notice says that it is copied.");
	} else {
		tell(server, &told, "Not pasted: nothing is copied",
				"Copy first, in the VM that has it.");
	}
}
