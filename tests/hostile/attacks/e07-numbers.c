/* SPDX-License-Identifier: MIT
 *
 * E7, E8, E11: requests of the right form with numbers, sizes and orders that nobody means. What ends the
 * client must end it before the compositor has to judge.
 */
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define POOL_BYTES 65536

static struct actor attacker;
static struct actor_window evil;

static enum verdict judge(struct arena *arena) {
	bool is_hung_up = !actor_settle(&attacker);
	bool is_refused = arena_is_refused(arena);
	return because(arena, is_hung_up && is_refused ? HELD : BROKEN, "%s%s",
			is_hung_up ? "hung up" : "nothing was said",
			!is_hung_up                  ? ""
					: is_refused ? " before the compositor saw it"
						     : " by the compositor itself");
}

static void set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
}

#define CASE(name, ...)                                                                            \
	static enum verdict name(struct arena *arena) {                                            \
		set_up(arena);                                                                     \
		__VA_ARGS__;                                                                       \
		wl_surface_commit(evil.surface);                                                   \
		return judge(arena);                                                               \
	}

CASE(scale_zero, wl_surface_set_buffer_scale(evil.surface, 0))
CASE(scale_negative, wl_surface_set_buffer_scale(evil.surface, INT_MIN))
CASE(transform, wl_surface_set_buffer_transform(evil.surface, 99))
CASE(acknowledged, xdg_surface_ack_configure(evil.xdg_surface, 0x7fffffff))
CASE(answered, xdg_wm_base_pong(attacker.wm_base, 0x7fffffff))

/* A pool of that size on a file of POOL_BYTES, and a buffer in it. */
static enum verdict pool(struct arena *arena, int32_t size, int32_t offset, int32_t width,
		int32_t height, int32_t stride) {
	set_up(arena);
	int fd = memfd_create("evil", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, POOL_BYTES) < 0) {
		return because(arena, CANNOT, "no file for a pool");
	}
	struct wl_shm_pool *shm_pool = wl_shm_create_pool(attacker.shm, fd, size);
	close(fd);
	struct wl_buffer *buffer = wl_shm_pool_create_buffer(shm_pool, offset, width, height,
			stride, WL_SHM_FORMAT_ARGB8888);
	wl_surface_attach(evil.surface, buffer, 0, 0);
	wl_surface_damage(evil.surface, INT_MIN, INT_MIN, INT_MAX, INT_MAX);
	wl_surface_commit(evil.surface);
	return judge(arena);
}

static enum verdict pool_negative(struct arena *arena) {
	return pool(arena, INT_MIN, 0, 16, 16, 64);
}

static enum verdict stride_overflow(struct arena *arena) {
	return pool(arena, POOL_BYTES, 0, 4, 0x40000001, 16);
}

static enum verdict stride_small(struct arena *arena) {
	return pool(arena, POOL_BYTES, 0, 100, 10, 16);
}

static enum verdict beyond(struct arena *arena) {
	return pool(arena, POOL_BYTES, INT_MAX - 63, 16, 16, 64);
}

static enum verdict offset_negative(struct arena *arena) {
	return pool(arena, POOL_BYTES, -64, 16, 16, 64);
}

const struct attack_case attack_cases[] = {
		{"E7.1", "a buffer scale of nothing", scale_zero},
		{"E7.2", "a buffer scale of less than nothing", scale_negative},
		{"E7.3", "a transform that there is not", transform},
		{"E8.1", "a pool of negative size", pool_negative},
		{"E8.2", "a buffer whose size is no 32-bit number", stride_overflow},
		{"E8.3", "lines that lie in each other", stride_small},
		{"E8.4", "a buffer behind its pool", beyond},
		{"E8.5", "a buffer before its pool", offset_negative},
		{"E11.1", "a configure event acknowledged that never came", acknowledged},
		{"E11.2", "a ping answered that never came", answered},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
