/* SPDX-License-Identifier: MIT
 *
 * E1, E2, E3: bytes that are no Wayland. A compositor's own parser may refuse them too; here they
 * must not get as far: the client is hung up before the compositor has seen one of them.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/hostile/kit/raw.h"

#define END_MS 10000
/* How libwayland tells of a client that it refuses. */
#define REFUSED "error in client communication"

/* The client is hung up, and the compositor had nothing to complain of. */
static enum verdict judge(struct arena *arena, int fd) {
	bool is_ended = raw_wait_end(fd, clock_now_ms() + END_MS);
	close(fd);
	if (!is_ended) {
		return because(arena, BROKEN, "the client was not hung up");
	}
	wl_display_roundtrip(arena->screen.display);
	/* Where there is nothing before the compositor, nobody else can have hung up. */
	bool is_direct = strcmp(arena->attacker_socket, arena->tools_socket) == 0;
	bool has_seen = is_direct || arena_log_holds(arena, REFUSED) ||
			arena_log_holds(arena, "wl_display#1");
	return because(arena, has_seen ? BROKEN : HELD, "hung up %s",
			has_seen ? "by the compositor itself, which had to parse it"
				 : "before the compositor saw it");
}

static enum verdict words(struct arena *arena, const uint32_t *message, size_t len) {
	int fd = raw_connect(arena->attacker_socket);
	raw_send(fd, message, len, NULL, 0);
	return judge(arena, fd);
}

#define MESSAGE(name, ...)                                                                         \
	static enum verdict name(struct arena *arena) {                                            \
		const uint32_t message[] = {__VA_ARGS__};                                          \
		return words(arena, message, sizeof(message));                                     \
	}

/* wl_display.get_registry as object 2. */
#define REGISTRY 1, 12u << 16 | 1, 2

MESSAGE(below_the_header, REGISTRY, 1, 4u << 16)
MESSAGE(no_whole_word, REGISTRY, 1, 13u << 16, 3, 0)
MESSAGE(bad_object, REGISTRY, 77, 12u << 16, 3)
MESSAGE(object_of_the_server, REGISTRY, 0xff000001, 12u << 16, 3)
MESSAGE(bad_opcode, REGISTRY, 1, 12u << 16 | 9, 3)
MESSAGE(new_id_null, REGISTRY, 1, 12u << 16, 0)
MESSAGE(new_id_in_use, REGISTRY, 1, 12u << 16, 2)
MESSAGE(new_id_far_away, REGISTRY, 1, 12u << 16, 0xfe000000)
MESSAGE(new_id_of_the_server, REGISTRY, 1, 12u << 16, 0xff000000)
MESSAGE(string_too_long, REGISTRY, 2, 28u << 16, 1, 0xffffffff, 0x41414141, 1, 3)
MESSAGE(string_over_the_end, REGISTRY, 2, 28u << 16, 1, 13, 0x41414141, 1, 3)
MESSAGE(string_unended, REGISTRY, 2, 28u << 16, 1, 4, 0x41414141, 1, 3)
MESSAGE(string_embedded_nul, REGISTRY, 2, 28u << 16, 1, 4, 0x00410041, 1, 3)

static enum verdict too_many_descriptors(struct arena *arena) {
	int fds[200], fd = raw_connect(arena->attacker_socket);
	const uint32_t message[] = {1, 12u << 16, 2};
	for (size_t i = 0; i < 200; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	bool is_open = true;
	for (int i = 0; i < 20 && is_open; i++) {
		is_open = raw_send(fd, message, i == 0 ? 12 : 0, fds, 200) &&
				raw_send(fd, "", 1, fds, 200);
	}
	for (size_t i = 0; i < 200; i++) {
		close(fds[i]);
	}
	return judge(arena, fd);
}

const struct attack_case attack_cases[] = {
		{"E1.1", "a message shorter than its header", below_the_header},
		{"E1.2", "a message of no whole words", no_whole_word},
		{"E1.3", "an object that was never made", bad_object},
		{"E1.4", "an object of the server's range", object_of_the_server},
		{"E1.5", "a request that does not exist", bad_opcode},
		{"E1.6", "a new object without id", new_id_null},
		{"E1.7", "a new object under an id in use", new_id_in_use},
		{"E1.8", "a new object far ahead", new_id_far_away},
		{"E1.9", "a new object in the server's range", new_id_of_the_server},
		{"E2.1", "a string of four gigabytes", string_too_long},
		{"E2.2", "a string over the message's end", string_over_the_end},
		{"E2.3", "a string without an end", string_unended},
		{"E2.4", "a string with an end inside", string_embedded_nul},
		{"E3.1", "thousands of descriptors", too_many_descriptors},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
