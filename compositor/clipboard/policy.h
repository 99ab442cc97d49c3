/* SPDX-License-Identifier: MIT
 *
 * What may be pasted where: allow, ask or deny for each source and target. Three have a say, and
 * the strictest of them wins: the manifest (of each VM, what goes out and comes in), the session's
 * settings (rules for pairs), and what the user has answered for good. Host's words only.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_POLICY_H
#define SILO_COMPOSITOR_CLIPBOARD_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

struct server;

/* In order of strictness. */
enum verdict {
	VERDICT_ALLOW,
	VERDICT_ASK,
	VERDICT_DENY,
	VERDICTS,
};

/* Whose word it is. */
enum verdict_reason {
	VERDICT_DEFAULT,
	VERDICT_SETTINGS,
	VERDICT_MANIFEST,
	VERDICT_REMEMBERED,
};

/* "*": any; "host": this computer. */
struct clipboard_rule {
	char source[VM_NAME_MAX + 1], target[VM_NAME_MAX + 1];
	enum verdict verdict;
};

/* A VM, or the host, as the policy sees it. */
struct clipboard_party {
	const char *name;
	enum verdict out, in; /* by the manifest */
};

struct decision {
	enum verdict verdict;
	enum verdict_reason reason;
};

/* What is decided for pasting what source had into target. Within one VM all is allowed. */
struct decision policy_decide(struct server *server, const struct clipboard_party *source,
		const struct clipboard_party *target);

/* What a question was answered with, for this pair, until silo ends. */
void policy_remember(struct server *server, const char *source, const char *target,
		bool is_allowed);
void policy_forget_all(struct server *server);

/* The n-th that is remembered. Returns false if there are fewer. */
bool policy_remembered(struct server *server, size_t n, struct clipboard_rule *ret_rule);

const char *verdict_name(enum verdict verdict);
const char *verdict_reason_name(enum verdict_reason reason);

/* Returns false for anything but "allow", "ask" and "deny". */
bool verdict_parse(const char *text, enum verdict *ret_verdict);

#endif
