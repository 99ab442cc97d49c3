/* SPDX-License-Identifier: MIT
 *
 * Sessions through the Wayland engine: what passes, what is rewritten, what is held back.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wayland-util.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/clock.h"
#include "base/limits.h"
#include "proxy/policy/policy.h"
#include "tests/wire/fixture.h"

static struct fixture f;

static int start(void **state) {
	fixture_start(&f, 0);
	fixture_globals(&f);
	return 0;
}

static int finish(void **state) {
	clock_set_for_test(-1);
	fixture_stop(&f);
	return 0;
}

static void assert_word(size_t n, size_t at, uint32_t expected) {
	size_t size = 0;
	const uint8_t *bytes = nth(&f, n, &size);
	assert_non_null(bytes);
	assert_true(at + 4 <= size);
	assert_int_equal(wire_word(bytes, at), expected);
}

static void test_policy_is_complete(void **state) {
	char reason[160] = "";
	size_t n;
	assert_true(policy_init(reason, sizeof(reason)));
	assert_non_null(policy_all(&n));
	assert_true(n > 50);
	assert_null(policy_find("zwlr_layer_shell_v1", 19));
	assert_null(policy_find("wl_surfac", 9));
}

static void test_registry_is_renumbered(void **state) {
	fixture_stop(&f);
	fixture_start(&f, 0);
	guest(&f, 1, 1, "u", 2u);
	fixture_run(&f);
	compositor(&f, 2, 0, "usu", 50u, "wl_shm", 99u);
	compositor(&f, 2, 0, "usu", 51u, "zwlr_layer_shell_v1", 4u);
	compositor(&f, 2, 0, "usu", 52u, "wl_output", 4u);
	compositor(&f, 2, 0, "usu", 53u, "wl_compositor", 6u);
	compositor(&f, 2, 0, "usu", 54u, "wl_output", 4u);
	compositor(&f, 2, 1, "u", 51u);
	compositor(&f, 2, 1, "u", 52u);
	guest_read(&f);
	assert_int_equal(count(&f), 5);
	assert_word(0, 8, NAME_SHM);
	assert_word(0, 24, (uint32_t)policy_find("wl_shm", 6)->wl->version); // that both sides know
	assert_word(1, 8, NAME_OUTPUT);
	assert_word(2, 8, NAME_COMPOSITOR);
	assert_word(3, 8, NAME_OUTPUT + 1);
	assert_word(4, 8, NAME_OUTPUT);
	fixture_bind(&f, NAME_OUTPUT + 1, "wl_output", 4, 3);
	fixture_bind(&f, NAME_OUTPUT, "wl_output", 4, 4); // removed, but the guest cannot know
	compositor_read(&f);
	assert_word(1, 8, 54);
	assert_word(2, 8, 52);
	assert_false(f.ended);
}

static void test_sync_tells_no_serial(void **state) {
	for (uint32_t i = 0; i < 3; i++) {
		guest(&f, 1, 0, "u", 10u);
		fixture_run(&f);
		compositor(&f, 10, 0, "u", 5000 + 100 * i);
		compositor(&f, 1, 1, "u", 10u);
		guest_read(&f);
		assert_int_equal(count(&f), 2);
		assert_word(0, 8, 1); // however busy the display was
	}
}

static void make_toplevel(uint32_t first) {
	guest(&f, 3, 0, "u", first);             // wl_surface
	guest(&f, 5, 2, "uu", first + 1, first); // xdg_surface
	guest(&f, first + 1, 1, "u", first + 2); // xdg_toplevel
}

static void test_serials_are_own(void **state) {
	make_toplevel(10);
	compositor_read(&f);
	compositor(&f, 11, 0, "u", 777u);
	compositor(&f, 11, 0, "u", 990u);
	compositor(&f, 5, 0, "u", 991u);
	guest_read(&f);
	assert_word(0, 8, 1);
	assert_word(1, 8, 2);
	assert_word(2, 8, 3);
	guest(&f, 11, 4, "u", 2u);
	guest(&f, 5, 3, "u", 3u);
	guest(&f, 12, 5, "uu", 6u, 1u);    // move, known
	guest(&f, 12, 5, "uu", 6u, 4000u); // move, never given: never validates
	compositor_read(&f);
	assert_word(0, 8, 990);
	assert_word(1, 8, 991);
	assert_word(2, 12, 777);
	assert_word(3, 12, 991 + 0x40000000u);
	assert_false(f.ended);
}

static void test_newest_configure_stays_known(void **state) {
	make_toplevel(10);
	guest(&f, 6, 1, "u", 13u);
	compositor_read(&f);
	compositor(&f, 11, 0, "u", 777u);
	guest_read(&f);
	for (uint32_t i = 0; i < 5000; i++) {
		compositor(&f, 13, 3, "uuuu", 1000 + i, 1u, 2u, 1u);
		if (i % 500 == 0) {
			guest_read(&f);
		}
	}
	guest_read(&f);
	guest(&f, 11, 4, "u", 1u);
	compositor_read(&f);
	assert_word(0, 8, 777);
	assert_false(f.ended);
}

static void test_large_outputs_take_more_memory(void **state) {
	uint64_t before = f.account.bytes_max;
	compositor(&f, 9, 1, "uuuu", 1u, 800u, 600u, 60000u);
	guest_read(&f);
	assert_true(f.account.bytes_max == before);
	compositor(&f, 9, 1, "uuuu", 1u, 7680u, 4320u, 60000u);
	guest_read(&f);
	assert_true(f.account.bytes_max == 12ull * 4 * 7680 * 4320);
}

static void test_output_facts(void **state) {
	compositor(&f, 9, 0, "uuuuussu", 5u, 6u, 600u, 340u, 2u, "Dell", "U2720Q S/N 1", 0u);
	compositor(&f, 9, 1, "uuuu", 1u, 800u, 600u, 0u);
	compositor(&f, 9, 4, "s", "DP-3");
	compositor(&f, 9, 5, "s", "Dell Inc. U2720Q");
	compositor(&f, 6, 1, "s", "domain-banking");
	guest_read(&f);
	assert_int_equal(count(&f), 5);
	assert_word(0, 8, 5);
	assert_word(0, 16, 0);
	assert_word(1, 20, 60000);
	assert_null(memmem(f.bytes, f.len, "Dell", 4));
	assert_null(memmem(f.bytes, f.len, "DP-3", 4));
	assert_null(memmem(f.bytes, f.len, "banking", 7));
	assert_non_null(memmem(f.bytes, f.len, "SILO-1", 7));
}

static void test_tablet_facts(void **state) {
	const uint32_t name = policy_find("zwp_tablet_manager_v2", 21)->global;
	compositor(&f, 2, 0, "usu", 300u, "zwp_tablet_manager_v2", 1u);
	guest_read(&f);
	fixture_bind(&f, name, "zwp_tablet_manager_v2", 1, 10);
	guest(&f, 10, 0, "uu", 11u, 6u); /* get_tablet_seat */
	guest(&f, 3, 0, "u", 12u);       /* create_surface */
	fixture_run(&f);
	guest_read(&f);
	const uint32_t tablet = 0xff000000u, tool = 0xff000001u, pad = 0xff000002u;
	compositor(&f, 11, 0, "u", tablet);
	compositor(&f, tablet, 0, "s", "Wacom Intuos S Pen");
	compositor(&f, tablet, 1, "uu", 0x56au, 0x374u);
	compositor(&f, tablet, 2, "s", "/sys/devices/pci0000:00/0000:00:14.0/usb1");
	compositor(&f, tablet, 3, "");
	compositor(&f, 11, 1, "u", tool);
	compositor(&f, tool, 0, "u", 0x140u);
	compositor(&f, tool, 1, "uu", 0x12u, 0x34567890u);
	compositor(&f, tool, 2, "uu", 0u, 0x802u);
	compositor(&f, tool, 4, "");
	compositor(&f, 11, 2, "u", pad);
	compositor(&f, pad, 1, "s", "/sys/devices/pci0000:00/0000:00:14.0/usb1");
	compositor(&f, pad, 3, "");
	guest_read(&f);
	/* Who is there and of what kind, and not of whom: added, name, done; added, type, done… */
	assert_int_equal(count(&f), 8);
	assert_word(1, 8, 7);
	assert_word(1, 12, 0x6c626154); /* "Tabl" */
	assert_null(memmem(f.bytes, f.len, "Wacom", 5));
	assert_null(memmem(f.bytes, f.len, "pci0000", 7));
	/* Its serials are the guest's own. */
	compositor(&f, tool, 6, "uuu", 90000u, tablet, 12u);
	compositor(&f, tool, 8, "u", 90017u);
	guest_read(&f);
	assert_int_equal(count(&f), 2);
	size_t size = 0;
	uint32_t serial = wire_word(nth(&f, 0, &size), 8);
	assert_true(serial < 100);
	assert_word(1, 8, serial + 1);
	assert_false(f.ended);
}

static void test_titles_are_cleaned_and_paced(void **state) {
	clock_set_for_test(1000000000);
	make_toplevel(10);
	compositor_read(&f);
	guest(&f, 12, 2, "s", "a\xe2\x80\xae\x1b[31mb\nc\xff");
	compositor_read(&f);
	assert_int_equal(count(&f), 1);
	assert_null(memchr(f.bytes + 8, 0x1b, f.len - 8));
	assert_null(memmem(f.bytes, f.len, "\xe2\x80\xae", 3));
	for (int i = 0; i < 30; i++) {
		guest(&f, 12, 2, "s", i == 29 ? "last" : "flood");
	}
	guest(&f, 12, 9, "");
	compositor_read(&f);
	assert_true(count(&f) <= TITLES_PER_SECOND_MAX + 1);
	assert_null(memmem(f.bytes, f.len, "last", 4));
	clock_set_for_test(3000000000);
	fixture_wait(&f);
	compositor_read(&f);
	assert_int_equal(count(&f), 1);
	assert_non_null(memmem(f.bytes, f.len, "last", 5));
}

/* In the same pace as the title, which waits beside it. */
static void test_app_ids_are_paced(void **state) {
	clock_set_for_test(1000000000);
	make_toplevel(10);
	compositor_read(&f);
	for (int i = 0; i < 30; i++) {
		guest(&f, 12, 3, "s", i == 29 ? "last.id" : "flood");
	}
	guest(&f, 12, 2, "s", "last title");
	guest(&f, 12, 9, "");
	compositor_read(&f);
	assert_true(count(&f) <= TITLES_PER_SECOND_MAX + 1);
	assert_null(memmem(f.bytes, f.len, "last", 4));
	clock_set_for_test(3000000000);
	fixture_wait(&f);
	compositor_read(&f);
	assert_int_equal(count(&f), 2);
	assert_non_null(memmem(f.bytes, f.len, "last.id", 8));
	assert_non_null(memmem(f.bytes, f.len, "last title", 11));
}

static void test_zombies_hear_nothing(void **state) {
	guest(&f, 8, 1, "uu", 10u, 6u); // data device
	guest(&f, 10, 2, "");           // release
	compositor_read(&f);
	compositor(&f, 10, 0, "u", 0xff000000u); // data_offer, under way meanwhile
	compositor(&f, 0xff000000u, 0, "s", "text/plain");
	compositor(&f, 10, 5, "u", 0xff000000u);
	guest_read(&f);
	assert_int_equal(f.len, 0);
	assert_false(f.ended);
	compositor(&f, 1, 1, "u", 10u);
	guest_read(&f);
	assert_int_equal(count(&f), 1);
	guest(&f, 3, 0, "u", 10u); // the id is free again
	guest_read(&f);
	assert_false(f.ended);
}

static void test_offers_of_the_compositor(void **state) {
	guest(&f, 8, 1, "uu", 10u, 6u);
	compositor_read(&f);
	compositor(&f, 10, 0, "u", 0xff000000u);
	compositor(&f, 0xff000000u, 0, "s", "text/plain");
	guest_read(&f);
	assert_int_equal(count(&f), 2);
	int pipe_fds[2];
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	guest_fd(&f, pipe_fds[1], WIRE_FD_FOREIGN, NULL, 0xff000000u, 1, "s", "text/plain");
	guest(&f, 0xff000000u, 2, "");
	compositor_read(&f);
	assert_int_equal(count(&f), 2);
	assert_int_equal(f.fd_count, 1);
	close(pipe_fds[0]);
	compositor(&f, 10, 0, "u", 0xff000000u); // used again at once
	guest_read(&f);
	assert_false(f.ended);
}

static void test_descriptors_reach_the_guest(void **state) {
	guest(&f, 6, 1, "u", 10u);
	compositor_read(&f);
	int fd = memfd_create("keymap", MFD_CLOEXEC);
	compositor_fd(&f, fd, 10, 0, "uu", 1u, 4u);
	close(fd);
	guest_read(&f);
	assert_int_equal(count(&f), 1);
	assert_int_equal(f.fd_count, 1);
}

static void test_own_pool(void **state) {
	struct pool_file *file = pool_file_create(&f.account, 1 << 20);
	assert_non_null(file);
	guest_fd(&f, -1, WIRE_FD_POOL, file, 4, 0, "uu", 10u, 1u << 20);
	guest(&f, 10, 0, "uuuuuu", 11u, 0u, 64u, 64u, 256u, 0u);
	guest(&f, 3, 0, "u", 12u);
	guest(&f, 12, 1, "uuu", 11u, 0u, 0u);
	guest(&f, 12, 6, "");
	compositor_read(&f);
	assert_false(f.ended);
	assert_int_equal(count(&f), 13); // those of fixture_globals() too
	assert_int_equal(f.fd_count, 1);
	assert_true(f.account.bytes_reserved >= 64 * 256);
}

/* The nth word of the message with that object and opcode, as the compositor got it. */
static uint32_t word_of(uint32_t object, uint16_t opcode, size_t word) {
	for (size_t i = 0; i < count(&f); i++) {
		size_t size;
		const uint8_t *bytes = nth(&f, i, &size);
		if (wire_word(bytes, 0) == object && (wire_word(bytes, 4) & 0xffff) == opcode) {
			assert_true(size >= 8 + 4 * (word + 1));
			return wire_word(bytes, 8 + 4 * word);
		}
	}
	fail_msg("no message %u.%u", object, opcode);
	return 0;
}

static void test_pool_in_an_arena(void **state) {
	const uint32_t base = 0x30000;
	struct pool_file *arena = pool_file_create(&f.account, 1 << 20);
	struct pool_file *part = pool_part_create(arena, base, 0x8000);
	assert_non_null(part);
	guest_fd(&f, -1, WIRE_FD_POOL, part, 4, 0, "uu", 10u, 0x6000u);
	guest(&f, 10, 2, "u", 0x8000u);
	guest(&f, 10, 0, "uuuuuu", 11u, 0x4000u, 64u, 64u, 256u, 0u);
	guest(&f, 3, 0, "u", 12u);
	guest(&f, 12, 1, "uuu", 11u, 0u, 0u);
	guest(&f, 12, 6, "");
	compositor_read(&f);
	assert_false(f.ended);
	assert_int_equal(f.fd_count, 1);
	assert_int_equal(word_of(4, 0, 1), base + 0x6000);
	assert_int_equal(word_of(10, 2, 0), base + 0x8000);
	assert_int_equal(word_of(10, 0, 1), base + 0x4000);
	/* The buffer's own pages are allocated, no others; they go with the last of it. */
	struct stat status;
	assert_int_equal(fstat(pool_file_fd(arena), &status), 0);
	assert_int_equal(status.st_blocks * 512, 0x4000);
	assert_true(status.st_size >= base + 0x8000);
	assert_int_equal(f.account.bytes_reserved, 0x4000);
	guest(&f, 10, 1, "");
	guest(&f, 11, 0, "");
	assert_int_equal(f.account.bytes_reserved, 0x4000); // still shown
	guest(&f, 12, 0, "");
	compositor_read(&f);
	assert_int_equal(f.account.bytes_reserved, 0);
	assert_int_equal(fstat(pool_file_fd(arena), &status), 0);
	assert_int_equal(status.st_blocks, 0);
	pool_file_unref(arena);
}

static void test_what_is_drawn_is_charged_once(void **state) {
	struct pool_file *arena = pool_file_create(&f.account, 1 << 20);
	struct pool_file *part = pool_part_create(arena, 0x10000, 0x10000);
	static const uint8_t pixels[0x8000] = {1};
	assert_int_equal(pwrite(pool_file_fd(arena), pixels, sizeof(pixels), 0x10000), 0x8000);
	f.account.bytes_max = 0x8000;
	assert_int_equal(pool_file_reserve(part, 0, 0x8000), 0);
	assert_int_equal(pool_file_reserve(part, 0, 0x8001), -EDQUOT);
	assert_int_equal(pool_file_reserve(part, 0xf000, 0x1001), -EINVAL);
	pool_part_withdraw(part);
	pool_file_unref(arena);
	assert_int_equal(f.account.bytes_reserved, 0);
}

static void test_quota_refuses_and_does_not_kill(void **state) {
	f.account.bytes_max = 4096;
	struct pool_file *file = pool_file_create(&f.account, 1 << 20);
	guest_fd(&f, -1, WIRE_FD_POOL, file, 4, 0, "uu", 10u, 1u << 20);
	guest(&f, 10, 0, "uuuuuu", 11u, 0u, 256u, 256u, 1024u, 0u);
	guest(&f, 3, 0, "u", 12u);
	compositor_read(&f);
	guest(&f, 12, 1, "uuu", 11u, 0u, 0u);
	compositor_read(&f);
	assert_int_equal(f.len, 0);
	guest_read(&f);
	assert_int_equal(count(&f), 1); // wl_buffer.release
	assert_word(0, 0, 11);
	assert_false(f.ended);
}

static void test_unsealed_pool_is_copied(void **state) {
	int fd = memfd_create("client", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 8192), 0);
	guest_fd(&f, dup(fd), WIRE_FD_FOREIGN, NULL, 4, 0, "uu", 10u, 8192u);
	guest(&f, 10, 0, "uuuuuu", 11u, 4096u, 16u, 16u, 64u, 0u);
	guest(&f, 3, 0, "u", 12u);
	assert_int_equal(pwrite(fd, "pixel", 5, 4096), 5);
	guest(&f, 12, 1, "uuu", 11u, 0u, 0u);
	guest(&f, 12, 9, "uuuu", 0u, 0u, 16u, 16u);
	guest(&f, 12, 6, "");
	compositor_read(&f);
	assert_false(f.ended);
	assert_int_equal(f.fd_count, 1);
	char seen[6] = "";
	assert_int_equal(pread(f.fds[0], seen, 5, 4096), 5);
	assert_string_equal(seen, "pixel");
	assert_true((fcntl(f.fds[0], F_GET_SEALS) & F_SEAL_SHRINK) != 0);
	int copy = dup(f.fds[0]);
	/* Only damaged rows, and nothing breaks if the client cuts its file. */
	assert_int_equal(pwrite(fd, "XX", 2, 4096), 2);
	assert_int_equal(pwrite(fd, "YY", 2, 4096 + 64 * 8), 2);
	guest(&f, 12, 9, "uuuu", 0u, 8u, 16u, 1u);
	guest(&f, 12, 6, "");
	assert_int_equal(pread(copy, seen, 2, 4096), 2);
	assert_memory_equal(seen, "pi", 2);
	assert_int_equal(pread(copy, seen, 2, 4096 + 64 * 8), 2);
	assert_memory_equal(seen, "YY", 2);
	assert_int_equal(ftruncate(fd, 0), 0);
	guest(&f, 12, 9, "uuuu", 0u, 0u, 16u, 16u);
	guest(&f, 12, 6, "");
	compositor_read(&f);
	assert_false(f.ended);
	close(copy);
	close(fd);
}

static void test_silence_is_kept(void **state) {
	static const unsigned char order[] = {'s', 20};
	compositor_read(&f);
	assert_int_equal(fd_send(f.dial, order, sizeof(order), NULL, 0), 2);
	fixture_run(&f);
	guest(&f, 1, 0, "u", 10u);
	fixture_run(&f);
	compositor_read(&f);
	assert_int_equal(count(&f), 0);
	/* Events go on, and the guest's request comes afterwards. */
	compositor(&f, 6, 0, "u", 3u);
	fixture_run(&f);
	guest_read(&f);
	assert_int_equal(count(&f), 1);
	fixture_wait(&f);
	compositor_read(&f);
	assert_int_equal(count(&f), 1);
	assert_false(f.ended);
}

static void test_floods_are_not_read(void **state) {
	clock_set_for_test(1000000000);
	fixture_stop(&f);
	fixture_start(&f, 800);
	fixture_globals(&f);
	ssize_t taken = 1;
	int sent = 0;
	for (; sent < 1000 && taken > 0; sent++) {
		taken = guest(&f, 3, 1, "u", 10u + (uint32_t)sent);
	}
	assert_int_equal(taken, 0);
	assert_true(sent <= 102);
	assert_false(f.ended);
	clock_set_for_test(2000000000);
	fixture_wait(&f);
	fixture_run(&f);
	assert_int_equal(f.writable, 1);
	assert_true(guest(&f, 3, 1, "u", 9u + (uint32_t)sent) > 0);
	fixture_run(&f);
	assert_false(f.ended);
}

static void test_motion_is_folded(void **state) {
	guest(&f, 6, 0, "u", 10u); // pointer
	compositor_read(&f);
	for (uint32_t i = 0; i < 20000; i++) {
		compositor(&f, 10, 2, "uuu", i, i, i);
		compositor(&f, 10, 5, "");
		if (i % 50 == 0) {
			fixture_run(&f);
		}
	}
	compositor(&f, 10, 3, "uuuu", 70u, 0u, 272u, 1u);
	guest_read(&f);
	assert_false(f.ended);
	assert_true(f.len < 8192);
	size_t n = count(&f);
	assert_word(n - 3, 8, 19999); // the last motion, its frame, the button
	assert_word(n - 1, 8, 1);
}

static void test_error_reaches_the_guest(void **state) {
	compositor(&f, 1, 0, "uus", 3u, 0u, "invalid thing");
	fixture_run(&f);
	close(f.compositor);
	f.compositor = -1;
	guest_read(&f);
	assert_int_equal(count(&f), 1);
	assert_non_null(memmem(f.bytes, f.len, "invalid thing", 13));
	assert_true(f.ended);
	assert_string_equal(f.reason, "the compositor hung up");
}

static void test_dial_hangup_ends_clients(void **state) {
	close(f.dial);
	f.dial = -1;
	guest_read(&f);
	assert_true(f.hung_up);
	assert_true(f.ended);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void) {
	const struct CMUnitTest tests[] = {
			T(test_policy_is_complete),
			T(test_registry_is_renumbered),
			T(test_sync_tells_no_serial),
			T(test_serials_are_own),
			T(test_newest_configure_stays_known),
			T(test_output_facts),
			T(test_large_outputs_take_more_memory),
			T(test_tablet_facts),
			T(test_titles_are_cleaned_and_paced),
			T(test_app_ids_are_paced),
			T(test_zombies_hear_nothing),
			T(test_offers_of_the_compositor),
			T(test_descriptors_reach_the_guest),
			T(test_own_pool),
			T(test_pool_in_an_arena),
			T(test_what_is_drawn_is_charged_once),
			T(test_quota_refuses_and_does_not_kill),
			T(test_unsealed_pool_is_copied),
			T(test_silence_is_kept),
			T(test_floods_are_not_read),
			T(test_motion_is_folded),
			T(test_error_reaches_the_guest),
			T(test_dial_hangup_ends_clients),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
