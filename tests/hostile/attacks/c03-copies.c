/* SPDX-License-Identifier: MIT
 *
 * C3 to C7, C10 to C12: what a machine can do to copies between machines. The user presses the chords of
 * silo(1); a compositor that has none cannot be attacked so, so the controls are Silo without one defence.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/hostile/kit/copies.h"
#include "tests/probe/keyboard.h"

#define SETTINGS "clipboard {\n\tdeadline 300ms\n\trule untrusted banking allow\n}\n"
#define DENY "clipboard {\n\trule untrusted banking deny\n}\n"

/* ---- the source ---- */

static enum verdict silent(struct arena *arena) {
	struct source source = {0};
	if (!copies_set_up(arena) ||
			!copies_choose(arena, &attacker, EVIL, "text/plain", &source)) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	arena_chord(arena, COPY);
	bool is_ended = copies_await(arena, "did not give it", NULL);
	return because(arena, is_ended ? HELD : BROKEN, "a copy that never comes %s",
			is_ended ? "is given up" : "is waited for");
}

static enum verdict dripping(struct arena *arena) {
	struct source source = {.drips = true};
	if (!copies_set_up(arena) ||
			!copies_choose(arena, &attacker, EVIL, "text/plain", &source)) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	arena_chord(arena, COPY);
	bool is_ended = copies_await(arena, "did not give it", &source);
	return because(arena, is_ended ? HELD : BROKEN, "a copy of a byte now and then %s",
			is_ended ? "is given up" : "is waited for");
}

/* The first copy's bytes come when the second is there. */
static enum verdict late(struct arena *arena) {
	struct source first = {0}, second = {.bytes = "new", .len = 3};
	char bytes[READ_MAX];
	if (!copies_set_up(arena) || !copies_choose(arena, &attacker, EVIL, "text/plain", &first)) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	arena_chord(arena, COPY);
	actor_settle(&attacker);
	actor_settle(&attacker);
	if (first.fds_len == 0 ||
			!copies_copy(arena, &attacker, EVIL, "text/plain", &second,
					"Copied from untrusted")) {
		return because(arena, CANNOT, "the attacker cannot copy twice");
	}
	ssize_t n = write(first.fds[0], "old", 3);
	close(first.fds[0]);
	actor_wait(&attacker, clock_now_ms() + 200);
	ssize_t len = copies_paste(arena, &victim, GOOD, "Pasted into banking", bytes);
	bool is_old = len != 3 || memcmp(bytes, "new", 3) != 0;
	return because(arena, is_old ? BROKEN : HELD, "what came late (%zd bytes) %s", n,
			is_old ? "is what is pasted" : "is dropped");
}

static enum verdict flood(struct arena *arena) {
	struct source source = {.floods = 8u << 20};
	if (!copies_set_up(arena) ||
			!copies_choose(arena, &attacker, EVIL, "text/plain", &source)) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	arena_chord(arena, COPY);
	bool is_refused = copies_await(arena, "larger than 256 KiB", &source);
	return because(arena, is_refused ? HELD : BROKEN, "8 MiB %s",
			is_refused ? "are refused" : "are taken");
}

static enum verdict one_too_many(struct arena *arena) {
	struct source source = {.floods = (256u << 10) + 16384};
	char bytes[READ_MAX];
	if (!copies_set_up(arena) ||
			!copies_choose(arena, &attacker, EVIL, "text/plain", &source)) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	arena_chord(arena, COPY);
	copies_await(arena, "opied", &source);
	ssize_t len = copies_paste(arena, &victim, GOOD, "asted", bytes);
	return because(arena, len < 0 ? HELD : BROKEN, "of what is over the limit %s",
			len < 0 ? "nothing is pasted" : "a part is pasted");
}

/* What is offered may be of any type, and say that it is text. */
static enum verdict pasted_bytes(struct arena *arena, const char *type, const char *bytes,
		size_t len, const char *forbidden, size_t forbidden_len) {
	struct source source = {.bytes = bytes, .len = len};
	char out[READ_MAX];
	if (!copies_set_up(arena) || !copies_copy(arena, &attacker, EVIL, type, &source, "opied")) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	ssize_t got = copies_paste(arena, &victim, GOOD, "asted", out);
	bool is_there = got > 0 && memmem(out, (size_t)got, forbidden, forbidden_len) != NULL;
	return because(arena, is_there ? BROKEN : HELD, "%zd bytes were pasted, %s", got,
			is_there ? "with what must not be" : "and nothing that must not be");
}

static enum verdict files(struct arena *arena) {
	static const char list[] = "file:///home/user/.ssh/id_ed25519\r\n";
	return pasted_bytes(arena, "text/uri-list", list, sizeof(list) - 1, "file:", 5);
}

static enum verdict binary(struct arena *arena) {
	static const char program[] = "\x7f"
				      "ELF\0\0\0\1";
	return pasted_bytes(arena, "text/plain", program, sizeof(program) - 1, "ELF", 3);
}

/* Out of a terminal's brackets around a paste. */
static enum verdict escapes(struct arena *arena) {
	static const char text[] = "echo hello\x1b[201~\x07";
	return pasted_bytes(arena, "UTF8_STRING", text, sizeof(text) - 1, "\x1b", 1);
}

/* ---- the target ---- */

static void handle_done(void *data, struct wl_callback *callback, uint32_t serial) {
	bool *is_done = data;
	wl_callback_destroy(callback);
	*is_done = true;
}

/* A reader that never reads, and has made its descriptor wait. */
static enum verdict unread(struct arena *arena) {
	static const struct wl_callback_listener done_listener = {.done = handle_done};
	static bool is_done;
	struct source source = {.floods = 200000};
	int fds[2];
	if (!copies_set_up(arena) || !copies_choose(arena, &victim, GOOD, "text/plain", &source)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_chord(arena, COPY);
	if (!copies_await(arena, "Copied from banking", &source) || !arena_click_on(arena, EVIL)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_chord(arena, PASTE);
	copies_await(arena, "Pasted into untrusted", NULL);
	actor_settle(&attacker);
	if (attacker.selection == NULL || pipe2(fds, O_CLOEXEC) < 0) {
		return because(arena, CANNOT, "nothing was pasted");
	}
	/* It has room, but not for all that is written at once. */
	static const char some[4096];
	if (write(fds[1], some, sizeof(some)) < 0) {
		perror("a pipe");
	}
	wl_data_offer_receive(attacker.selection, "text/plain", fds[1]);
	wl_display_flush(attacker.display);
	actor_wait(&attacker, clock_now_ms() + 300);
	wl_callback_add_listener(wl_display_sync(victim.display), &done_listener, &is_done);
	int64_t deadline_ms = clock_now_ms() + PATIENCE_MS;
	while (!is_done && clock_now_ms() < deadline_ms) {
		actor_wait(&victim, deadline_ms);
	}
	bool was_served = is_done;
	close(fds[0]);
	close(fds[1]);
	return because(arena, was_served ? HELD : BROKEN, "while nobody reads a paste, others %s",
			was_served ? "are served" : "wait");
}

/* The source is asked once, by the user's chord: not when or how often it is read. */
static enum verdict told_of_pastes(struct arena *arena) {
	struct source source = {.bytes = "bait", .len = 4};
	char bytes[READ_MAX];
	if (!copies_set_up(arena) ||
			!copies_choose(arena, &attacker, EVIL, "text/plain", &source)) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	arena_chord(arena, COPY);
	copies_await(arena, "Copied from untrusted", &source);
	int sends = source.sends;
	ssize_t len = copies_paste(arena, &victim, GOOD, "Pasted into banking", bytes);
	actor_settle(&attacker);
	if (len < 0) {
		return because(arena, CANNOT, "nothing was pasted");
	}
	return because(arena, source.sends == sends ? HELD : BROKEN,
			"the attacker was asked %d times while the victim pasted",
			source.sends - sends);
}

/* ---- the policy, and what is left ---- */

static enum verdict denied(struct arena *arena) {
	struct source source = {.bytes = "poison", .len = 6};
	char bytes[READ_MAX];
	if (!copies_set_up(arena) ||
			!copies_copy(arena, &attacker, EVIL, "text/plain", &source, "opied")) {
		return because(arena, CANNOT, "the attacker cannot copy");
	}
	ssize_t len = copies_paste(arena, &victim, GOOD, "asted", bytes);
	return because(arena, len < 0 ? HELD : BROKEN, "what the policy forbids %s",
			len < 0 ? "is not pasted" : "is pasted");
}

/* What was pasted once, or forbidden, is not there to be pasted elsewhere. */
static enum verdict older(struct arena *arena) {
	struct source source = {.bytes = "IBAN", .len = 4};
	char bytes[READ_MAX];
	if (!copies_set_up(arena) ||
			!copies_copy(arena, &victim, GOOD, "text/plain", &source, "opied") ||
			!arena_click_on(arena, EVIL)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_chord(arena, PASTE);
	if (!copies_await(arena, "Not pasted: your policy forbids it", NULL)) {
		return because(arena, CANNOT, "the policy forbids nothing");
	}
	ssize_t len = copies_paste(arena, &victim, GOOD, "nothing is copied", bytes);
	bool is_empty = arena_log_holds(arena, "Not pasted: nothing is copied");
	return because(arena, is_empty ? HELD : BROKEN,
			"after a paste that was forbidden (%zd bytes then) the clipboard %s", len,
			is_empty ? "is empty" : "has it still");
}

static enum verdict pasted_twice(struct arena *arena) {
	struct source source = {.bytes = "IBAN", .len = 4};
	char bytes[READ_MAX];
	if (!copies_set_up(arena) ||
			!copies_copy(arena, &victim, GOOD, "text/plain", &source, "opied") ||
			copies_paste(arena, &victim, GOOD, "Pasted into banking", bytes) != 4) {
		return because(arena, CANNOT, "the victim cannot copy and paste");
	}
	ssize_t len = copies_paste(arena, &attacker, EVIL, "into untrusted", bytes);
	return because(arena, len < 0 ? HELD : BROKEN, "what was pasted already %s",
			len < 0 ? "is not pasted again" : "reaches the next machine as well");
}

static enum verdict locked(struct arena *arena) {
	struct source source = {.bytes = "IBAN", .len = 4};
	if (!copies_set_up(arena) ||
			!copies_copy(arena, &victim, GOOD, "text/plain", &source, "opied")) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_chord(arena, "Alt+l");
	bool is_wiped = copies_await(arena, "Wiped: the screen was locked", NULL);
	return because(arena, is_wiped ? HELD : BROKEN, "a lock %s",
			is_wiped ? "wipes the clipboard" : "leaves it to whoever comes");
}

/* A program of the host's that may type copies for the user. */
static enum verdict virtual_chord(struct arena *arena) {
	struct source source = {.bytes = "IBAN", .len = 4};
	if (!copies_set_up(arena) || !copies_choose(arena, &victim, GOOD, "text/plain", &source)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	struct keyboard *keyboard = keyboard_get(&arena->screen);
	if (keyboard == NULL || !keyboard_chord(keyboard, COPY)) {
		return because(arena, CANNOT, "no virtual keyboard is offered");
	}
	wl_display_roundtrip(arena->screen.display);
	actor_wait(&victim, clock_now_ms() + 300);
	actor_settle(&victim);
	return because(arena, source.sends == 0 ? HELD : BROKEN,
			"the victim's copy was taken %d times", source.sends);
}

const struct attack_case attack_cases[] = {
		{"C3.1", "a source that says nothing", silent, "clipboard-deadline", SETTINGS},
		{"C3.2", "an older copy's bytes come when the newer one is there", late,
				"clipboard-operation", SETTINGS},
		{"C3.3", "a source that writes 8 MiB", flood, "clipboard-limit", SETTINGS},
		{"C4.1", "a copy over the limit, pasted", one_too_many, "clipboard-limit",
				SETTINGS},
		{"C4.2", "a copy of a byte now and then", dripping, "clipboard-deadline", SETTINGS},
		{"C5.1", "a reader that never reads and makes its descriptor wait", unread,
				"clipboard-own-end", SETTINGS},
		{"C5.2", "a source is told when it is pasted", told_of_pastes, NULL, SETTINGS},
		{"C6.1", "files by their names", files, "clipboard-text", SETTINGS},
		{"C6.2", "a program that is called text", binary, "clipboard-text", SETTINGS},
		{"C7.1", "what a terminal obeys", escapes, "clipboard-text", SETTINGS},
		{"C10.1", "a copy outlives the lock", locked, "clipboard-move",
				"locker sleep 1000\n"},
		{"C11.1", "a paste that the policy forbids", denied, "clipboard-policy", DENY},
		{"C11.2", "what was forbidden is there for the next paste", older, "clipboard-move",
				"clipboard {\n\trule banking untrusted deny\n}\n"},
		{"C11.3", "what was pasted is there for the next paste", pasted_twice,
				"clipboard-move", SETTINGS},
		{"C12.1", "a virtual keyboard copies", virtual_chord, "virtual-chords", SETTINGS},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
