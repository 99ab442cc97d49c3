/* SPDX-License-Identifier: MIT
 *
 * D10: how many other machines there are, and what they do.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/hostile/kit/raw.h"
#include "xdg-shell-client-protocol.h"

#define GLOBALS_BYTES_MAX 16384
#define ANSWER_MS 10000
/* Objects of the raw connection. */
#define REGISTRY 2
#define SYNC 3
#define FIRST_BOUND 4

static struct actor attacker, victim;
static struct actor_window good;

/* Each machine has a seat of its own. */
static enum verdict seats(struct arena *arena) {
	size_t count = 0;
	arena_attacker(arena, &attacker);
	for (size_t i = 0; i < attacker.globals_len; i++) {
		count += strcmp(attacker.globals[i].interface, "wl_seat") == 0;
	}
	return because(arena, count == 1 ? HELD : BROKEN, "%zu seats are offered", count);
}

/*
 * Reads until the callback SYNC is done. Returns how many bytes came before that, 0: no answer; ret_len is
 * with what came behind it.
 */
static size_t read_globals(int fd, uint8_t *bytes, size_t cap, size_t *ret_len) {
	size_t len = 0;
	int64_t end_ms = clock_now_ms() + ANSWER_MS;
	while (len < cap && clock_now_ms() < end_ms) {
		struct pollfd readable = {.fd = fd, .events = POLLIN};
		if (poll(&readable, 1, ANSWER_MS) <= 0) {
			return 0;
		}
		ssize_t n = recv(fd, bytes + len, cap - len, 0);
		if (n <= 0) {
			return 0;
		}
		len += (size_t)n;
		for (size_t at = 0; at + 8 <= len;) {
			uint32_t header[2];
			memcpy(header, bytes + at, sizeof(header));
			if (header[0] == SYNC) {
				*ret_len = len;
				return at;
			}
			at += header[1] >> 16;
		}
	}
	return 0;
}

/* Binds each global that was told, without knowing what it is. Returns the last id. */
static uint32_t bind_all(int fd, const uint8_t *bytes, size_t len) {
	uint32_t id = FIRST_BOUND - 1;
	for (size_t at = 0; at + 8 <= len;) {
		uint32_t words[64] = {0};
		memcpy(words, bytes + at, 8);
		size_t size = words[1] >> 16;
		if (size < 8 || size > sizeof(words) || at + size > len) {
			break;
		}
		memcpy(words, bytes + at, size);
		at += size;
		if (words[0] != REGISTRY || (words[1] & 0xffff) != 0) {
			continue;
		}
		/* registry.bind has what registry.global has, in the same form, and the new id. */
		uint32_t last = ++id;
		size_t n = size / 4;
		words[1] = (uint32_t)(size + 4) << 16;
		words[n] = last;
		raw_send(fd, words, size + 4, NULL, 0);
	}
	return id;
}

static size_t count_bytes(int fd) {
	uint8_t bytes[4096];
	size_t total = 0;
	ssize_t n;
	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		total += (size_t)n;
	}
	return total;
}

/* A connection that holds one of everything that is offered, and has been told all there is. -1: none. */
static int listen_to_all(struct arena *arena) {
	static uint8_t bytes[GLOBALS_BYTES_MAX];
	const uint32_t start[] = {1, 12u << 16 | 1, REGISTRY, 1, 12u << 16, SYNC};
	int fd = raw_connect(arena->attacker_socket);
	raw_send(fd, start, sizeof(start), NULL, 0);
	size_t all, len = read_globals(fd, bytes, sizeof(bytes), &all);
	if (len == 0) {
		close(fd);
		return -1;
	}
	uint32_t last = bind_all(fd, bytes, len);
	const uint32_t sync[] = {1, 12u << 16, last + 1};
	raw_send(fd, sync, sizeof(sync), NULL, 0);
	/* Its answer stands behind all that binding has told. */
	actor_settle(&victim);
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	while (poll(&readable, 1, 200) > 0 && count_bytes(fd) > 0) {
	}
	return fd;
}

/* The victim's user opens, names, clicks, types, resizes and closes. */
static enum verdict silence(struct arena *arena) {
	arena_victim(arena, &victim);
	int fd = listen_to_all(arena);
	if (fd < 0) {
		return because(arena, CANNOT, "no globals were told");
	}
	actor_window_map(&good, &victim, 300, 200, GOOD);
	xdg_toplevel_set_title(good.toplevel, "accounts");
	arena_click_on(arena, GOOD);
	arena_type(arena, "secret");
	actor_window_paint(&good, 400, 300, GOOD);
	xdg_toplevel_set_fullscreen(good.toplevel, NULL);
	actor_settle(&victim);
	actor_window_finish(&good);
	actor_settle(&victim);
	arena_look(arena);
	size_t heard = count_bytes(fd);
	close(fd);
	return because(arena, heard == 0 ? HELD : BROKEN,
			"%zu bytes were sent to a machine which did nothing", heard);
}

/* All that a new connection is told which binds everything. */
struct transcript {
	uint8_t bytes[2 * GLOBALS_BYTES_MAX];
	size_t len; /* 0: the compositor was silent */
};

static void write_down(const char *socket, struct transcript *transcript) {
	const uint32_t start[] = {1, 12u << 16 | 1, REGISTRY, 1, 12u << 16, SYNC};
	int fd = raw_connect(socket);
	raw_send(fd, start, sizeof(start), NULL, 0);
	*transcript = (struct transcript){0};
	size_t len = 0;
	size_t globals = read_globals(fd, transcript->bytes, GLOBALS_BYTES_MAX, &len);
	uint32_t last = bind_all(fd, transcript->bytes, globals);
	const uint32_t sync[] = {1, 12u << 16, last + 1};
	raw_send(fd, sync, sizeof(sync), NULL, 0);
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	while (len > 0 && len < sizeof(transcript->bytes) && poll(&readable, 1, 300) > 0) {
		ssize_t n = recv(fd, transcript->bytes + len, sizeof(transcript->bytes) - len, 0);
		if (n <= 0) {
			len = 0;
			break;
		}
		len += (size_t)n;
	}
	transcript->len = len;
	close(fd);
}

static bool is_same(const struct transcript *one, const struct transcript *other) {
	return one->len == other->len && memcmp(one->bytes, other->bytes, one->len) == 0;
}

/* Screens, seats, devices, formats, numbers, serials: whoever asks, and whatever others have done. */
static enum verdict same_for_all(struct arena *arena) {
	static struct transcript alone, beside, other, again;
	write_down(arena->attacker_socket, &alone);
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	xdg_toplevel_set_title(good.toplevel, "accounts");
	arena_click_on(arena, GOOD);
	arena_type(arena, "secret");
	actor_settle(&victim);
	write_down(arena->attacker_socket, &beside);
	write_down(arena->victim_socket, &other);
	actor_window_finish(&good);
	actor_disconnect(&victim);
	write_down(arena->attacker_socket, &again);
	if (alone.len == 0 || beside.len == 0 || other.len == 0 || again.len == 0) {
		return because(arena, CANNOT, "not everything could be bound");
	}
	const char *who = !is_same(&alone, &beside) ? "beside one that is at work"
			: !is_same(&alone, &other)  ? "as another"
			: !is_same(&alone, &again)  ? "after another has gone"
						    : NULL;
	return because(arena, who == NULL ? HELD : BROKEN,
			"a machine alone is told %zu bytes, and %s %s", alone.len,
			who != NULL ? "others" : "the same", who != NULL ? who : "all along");
}

const struct attack_case attack_cases[] = {
		{"D10.1", "other machines counted by their seats", seats,
				"hidden-seats,registry-names"},
		{"D10.2", "another machine's work heard on everything that is offered", silence},
		{"D10.3", "what a machine is told depends on the others", same_for_all},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
