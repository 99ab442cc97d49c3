/* SPDX-License-Identifier: MIT
 *
 * C2, C5, C13: what a machine hears, byte for byte, while others copy and paste, and what it can still read of
 * what it was given once.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "ext-data-control-v1-client-protocol.h"
#include "tests/hostile/kit/copies.h"

#define SETTINGS                                                                                   \
	"clipboard {\n\trule banking host allow\n\trule banking untrusted allow\n\trule "          \
	"untrusted host "                                                                          \
	"allow\n}\nlocker /bin/sleep 60\n"
#define LISTEN_MS 300

static struct actor host;
static struct actor_window own;

/* What a clipboard manager holds, which hears of selections without the keyboard. */
static void hold_manager(struct actor *actor) {
	struct ext_data_control_manager_v1 *manager =
			actor_bind(actor, &ext_data_control_manager_v1_interface, 1);
	if (manager != NULL) {
		ext_data_control_manager_v1_get_data_device(manager, actor->seat);
	}
	actor_settle(actor);
}

/* A window of the host's, to paste in. */
static bool host_set_up(struct arena *arena) {
	arena_host(arena, &host);
	actor_window_map(&own, &host, 300, 200, ANCHOR);
	return arena_click_on(arena, ANCHOR) && actor_settle(&host);
}

/* How many bytes have been sent to it that it has not read, after a while. */
static size_t unread(struct actor *actor) {
	static char bytes[65536];
	struct pollfd readable = {.fd = wl_display_get_fd(actor->display), .events = POLLIN};
	poll(&readable, 1, LISTEN_MS);
	ssize_t n = recv(readable.fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

/* The user pastes in the host's window; nobody else's events are read meanwhile. Returns whether text came. */
static bool host_pastes(struct arena *arena) {
	int fds[2];
	int64_t end_ms = clock_now_ms() + PATIENCE_MS;
	arena_chord(arena, PASTE);
	while (actor_settle(&host) && host.selection == NULL && clock_now_ms() < end_ms) {
		actor_wait(&host, end_ms);
	}
	if (host.selection == NULL || pipe2(fds, O_CLOEXEC) < 0) {
		return false;
	}
	wl_data_offer_receive(host.selection, "text/plain", fds[1]);
	close(fds[1]);
	actor_settle(&host);
	struct pollfd readable = {.fd = fds[0], .events = POLLIN};
	bool is_there = poll(&readable, 1, PATIENCE_MS) > 0 && (readable.revents & POLLIN) != 0;
	close(fds[0]);
	return is_there;
}

static enum verdict judge(struct arena *arena, struct actor *actor, bool is_pasted) {
	size_t heard = unread(actor);
	if (heard == 0 && !is_pasted) {
		return because(arena, CANNOT, "nothing was pasted");
	}
	return because(arena, heard == 0 ? HELD : BROKEN, "%zu bytes were sent to it meanwhile",
			heard);
}

/* The victim's user copies, and pastes in a window of the host's. Somebody of a third machine listens. */
static enum verdict heard_by_others(struct arena *arena) {
	static struct source source = {.bytes = "IBAN", .len = 4};
	static struct actor listener;
	static struct actor_window behind;
	if (!copies_set_up(arena) || !host_set_up(arena)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_attacker(arena, &listener);
	actor_window_map(&behind, &listener, 300, 200, EVIL);
	hold_manager(&listener);
	copies_copy(arena, &victim, GOOD, "text/plain", &source, "opied");
	bool is_pasted = arena_click_on(arena, ANCHOR) && actor_settle(&host) && host_pastes(arena);
	return judge(arena, &listener, is_pasted);
}

/* The attacker's own copy is pasted elsewhere: it has heard all that it hears before. */
static enum verdict heard_by_its_source(struct arena *arena) {
	static struct source source = {.bytes = "bait", .len = 4};
	if (!copies_set_up(arena) || !host_set_up(arena)) {
		return because(arena, CANNOT, "there is nobody to paste");
	}
	hold_manager(&attacker);
	copies_copy(arena, &attacker, EVIL, "text/plain", &source, "opied");
	if (!arena_click_on(arena, ANCHOR) || !actor_settle(&host) || !actor_settle(&attacker)) {
		return because(arena, CANNOT, "there is nobody to paste");
	}
	return judge(arena, &attacker, host_pastes(arena));
}

/* Reads what is still behind an offer. */
static ssize_t read_offer(struct wl_data_offer *offer) {
	char bytes[READ_MAX];
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0) {
		return -1;
	}
	wl_data_offer_receive(offer, "text/plain", fds[1]);
	close(fds[1]);
	actor_settle(&attacker);
	struct pollfd readable = {.fd = fds[0], .events = POLLIN};
	poll(&readable, 1, PATIENCE_MS);
	ssize_t n = read(fds[0], bytes, sizeof(bytes));
	close(fds[0]);
	return n;
}

/* The victim's copy has been pasted in the attacker's window, as its user wanted. */
static struct wl_data_offer *take_offer(struct arena *arena) {
	static struct source source = {.bytes = "IBAN", .len = 4};
	if (!copies_set_up(arena) ||
			!copies_copy(arena, &victim, GOOD, "text/plain", &source, "opied") ||
			!arena_click_on(arena, EVIL)) {
		return NULL;
	}
	arena_chord(arena, PASTE);
	return copies_await(arena, "Pasted into untrusted", NULL) && actor_settle(&attacker)
			? attacker.selection
			: NULL;
}

static enum verdict kept_offer(struct arena *arena) {
	struct wl_data_offer *offer = take_offer(arena);
	if (offer == NULL || read_offer(offer) != 4) {
		return because(arena, CANNOT, "nothing was pasted");
	}
	arena_chord(arena, "Alt+l");
	if (!arena_log_holds(arena, "locked: by its keys")) {
		return because(arena, CANNOT, "the session is not locked");
	}
	ssize_t n = read_offer(offer);
	return because(arena, n > 0 ? BROKEN : HELD, "%zd bytes are read of it behind the lock", n);
}

/* What is no pipe may be anything, and wait, or belong to somebody. */
static enum verdict into_a_socket(struct arena *arena) {
	char bytes[READ_MAX];
	int fds[2];
	struct wl_data_offer *offer = take_offer(arena);
	if (offer == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		return because(arena, CANNOT, "nothing was pasted");
	}
	wl_data_offer_receive(offer, "text/plain", fds[1]);
	close(fds[1]);
	actor_settle(&attacker);
	struct pollfd readable = {.fd = fds[0], .events = POLLIN};
	poll(&readable, 1, LISTEN_MS);
	ssize_t n = recv(fds[0], bytes, sizeof(bytes), MSG_DONTWAIT);
	close(fds[0]);
	return because(arena, n > 0 ? BROKEN : HELD, "%zd bytes were written to a socket", n);
}

const struct attack_case attack_cases[] = {
		{"C2.3", "what was pasted once is read again behind the lock", kept_offer,
				"clipboard-move", SETTINGS},
		{"C5.3", "a paste into what is no pipe", into_a_socket, "clipboard-own-end",
				SETTINGS},
		{"C13.1", "a copy and a paste of others are heard", heard_by_others, NULL,
				SETTINGS},
		{"C13.2", "the source hears when and where it is pasted", heard_by_its_source, NULL,
				SETTINGS},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
