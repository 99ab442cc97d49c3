/* SPDX-License-Identifier: MIT
 *
 * Hostile sessions: each must end the client that attacks, with a reason, and nothing of it may
 * reach the compositor.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/limits.h"
#include "proxy/wire/engine.h"
#include "tests/wire/fixture.h"

static struct fixture f;

static int start(void **state) {
	fixture_start(&f, 0);
	fixture_globals(&f);
	compositor_read(&f);
	return 0;
}

static int finish(void **state) {
	fixture_stop(&f);
	return 0;
}

/* The client has been told why, with text in it, and is over. */
static void assert_refused(const char *text) {
	guest_read(&f);
	assert_true(f.ended);
	if (strstr(f.reason, text) == NULL) {
		fail_msg("\"%s\" is not about \"%s\"", f.reason, text);
	}
	/* The compositor was told whose fault it was. */
	unsigned char report[2];
	size_t none = 0;
	enum offence offence;
	assert_int_equal(fd_recv(f.dial, report, sizeof(report), NULL, &none), 2);
	assert_true(report[0] == 'o' && offence_read(report[1], &offence));
	size_t size;
	size_t n = count(&f);
	assert_true(n > 0);
	const uint8_t *last = nth(&f, n - 1, &size);
	assert_int_equal(wire_word(last, 0), 1);
	assert_int_equal(wire_word(last, 4) & 0xffff, 0);
	assert_non_null(memmem(last, size, text, strlen(text)));
}

/* Raw bytes, as 32-bit words. Nothing may reach the compositor. */
static const struct {
	const char *name;
	uint32_t words[12];
	size_t count;
	const char *text;
} raw[] = {
		{"size below the header", {1, 4 << 16, 0, 0}, 4, "size"},
		{"size not in words", {1, 13 << 16, 2, 0}, 4, "size"},
		{"size beyond a message", {1, 0xfffcu << 16, 2}, 3, "size"},
		{"size zero", {1, 0}, 2, "size"},
		{"object 0", {0, 12 << 16, 2}, 3, "no object 0"},
		{"object never made", {77, 12 << 16, 2}, 3, "no object 77"},
		{"object far away", {0xfeffffff, 12 << 16, 2}, 3, "no object"},
		{"object of the compositor's", {0xff000005, 12 << 16, 2}, 3, "no object"},
		{"opcode out of range", {1, 12 << 16 | 9, 2}, 3, "no request 9"},
		{"opcode 65535", {1, 12 << 16 | 0xffff, 2}, 3, "no request"},
		{"argument missing", {1, 8 << 16}, 2, "message size"},
		{"argument too many", {1, 16 << 16, 10, 0}, 4, "message size"},
		{"new id 0", {1, 12 << 16, 0}, 3, "null"},
		{"new id in use", {1, 12 << 16, 3}, 3, "not a free id"},
		{"new id with a gap", {1, 12 << 16, 50}, 3, "not a free id"},
		{"new id of the compositor's", {1, 12 << 16, 0xff000000}, 3, "not a free id"},
		{"new id wl_display", {1, 12 << 16, 1}, 3, "not a free id"},
		{"string longer than the message", {2, 28 << 16, 3, 0xffffffff, 0x41414141, 1, 10},
				7, "string"},
		{"string over the end by one", {2, 28 << 16, 3, 13, 0x41414141, 1, 10}, 7,
				"string"},
		{"string without terminator", {2, 28 << 16, 3, 4, 0x41414141, 1, 10}, 7, "string"},
		{"string with embedded NUL", {2, 28 << 16, 3, 4, 0x00410041, 1, 10}, 7, "string"},
		{"string null", {2, 24 << 16, 3, 0, 1, 10}, 6, "null"},
		{"object of a wrong interface", {5, 16 << 16 | 2, 10, 6}, 4, "is a wl_seat"},
		{"bind of a hidden global", {2, 28 << 16, 999, 4, 0x00414141, 1, 10}, 7,
				"no global"},
		{"bind under a wrong name", {2, 28 << 16, NAME_SEAT, 4, 0x00414141, 1, 10}, 7,
				"is a wl_seat"},
		{"pong never asked", {5, 12 << 16 | 3, 1234}, 3, "never given"},
		{"release of a version not bound", {4, 8 << 16 | 1}, 2, "no request 1"},
};

static void test_raw_bytes(void **state) {
	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		print_message("# %s\n", raw[i].name);
		finish(NULL);
		start(NULL);
		wire_client_push(f.client, raw[i].words, raw[i].count * 4, NULL, 0);
		assert_refused(raw[i].text);
		compositor_read(&f);
		assert_int_equal(f.len, 0);
	}
}

static void test_split_at_every_byte(void **state) {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = message(bytes, 2, 0, "usuu", (uint32_t)NAME_OUTPUT, "wl_output", 2u, 10u);
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(wire_client_push(f.client, bytes + i, 1, NULL, 0), 1);
	}
	compositor_read(&f);
	assert_int_equal(count(&f), 1);
	assert_int_equal(f.len, len);
}

static void test_bind_of_too_new_a_version(void **state) {
	fixture_bind(&f, NAME_SEAT, "wl_seat", 10, 10);
	assert_refused("versions 1 to 9");
}

static void test_request_to_destroyed_object(void **state) {
	guest(&f, 3, 1, "u", 10u);
	guest(&f, 10, 0, "");
	guest(&f, 10, 1, "uuuu", 0u, 0u, 1u, 1u);
	assert_refused("no object 10");
}

static void test_destroyed_object_as_argument(void **state) {
	guest(&f, 3, 0, "u", 10u);
	guest(&f, 3, 1, "u", 11u);
	guest(&f, 11, 0, "");
	guest(&f, 10, 4, "u", 11u);
	assert_refused("no object 11");
}

static void test_id_reused_before_delete(void **state) {
	guest(&f, 3, 1, "u", 10u);
	guest(&f, 10, 0, "");
	guest(&f, 3, 1, "u", 10u);
	assert_refused("not a free id");
}

static void test_object_flood(void **state) {
	for (uint32_t i = 0; i < CLIENT_OBJECTS_MAX; i++) {
		guest(&f, 3, 1, "u", 10 + i);
	}
	assert_refused("more than 4096 objects");
}

static void test_surface_flood(void **state) {
	for (uint32_t i = 0; i <= CLIENT_SURFACES_MAX; i++) {
		guest(&f, 3, 0, "u", 10 + i);
	}
	assert_refused("more than 512 surfaces");
}

static void test_toplevel_flood(void **state) {
	for (uint32_t i = 0; i <= CLIENT_TOPLEVELS_MAX; i++) {
		guest(&f, 3, 0, "u", 10 + 3 * i);
		guest(&f, 5, 2, "uu", 11 + 3 * i, 10 + 3 * i);
		guest(&f, 11 + 3 * i, 1, "u", 12 + 3 * i);
	}
	assert_refused("more than 64 windows");
}

static void test_toplevels_of_a_whole_machine(void **state) {
	guest(&f, 3, 0, "u", 10u);
	guest(&f, 5, 2, "uu", 11u, 10u);
	f.domain->toplevels = VM_TOPLEVELS_MAX;
	guest(&f, 11, 1, "u", 12u);
	assert_refused("in the virtual machine");
	f.domain->toplevels -= VM_TOPLEVELS_MAX;
}

/* Scattered damage is told in so many pieces; then all of it is damaged, and no more is told. */
static void test_damage_flood(void **state) {
	guest(&f, 3, 0, "u", 10u);
	compositor_read(&f);
	for (int round = 0; round < 2; round++) {
		size_t told = 0;
		for (uint32_t i = 0; i < 4 * SURFACE_DAMAGE_RECTS_MAX; i++) {
			guest(&f, 10, i % 2 == 0 ? 2 : 9, "uuuu", 37 * i, 91 * i, 1u, 1u);
			compositor_read(&f);
			told += count(&f);
			if (told == SURFACE_DAMAGE_RECTS_MAX + 1 && count(&f) == 1) {
				size_t size;
				const uint8_t *bytes = nth(&f, 0, &size);
				static const uint32_t all[] = {0, 0, INT32_MAX, INT32_MAX};
				assert_memory_equal(bytes + WIRE_HEADER_SIZE, all, sizeof(all));
			}
		}
		assert_int_equal(told, SURFACE_DAMAGE_RECTS_MAX + 1);
		guest(&f, 10, 6, "");
		compositor_read(&f);
	}
}

/* What is much work for a compositor counts as many messages. */
static void test_costly_requests_are_throttled(void **state) {
	size_t passed = 0;
	guest(&f, 3, 0, "u", 10u);
	guest(&f, 5, 2, "uu", 11u, 10u);
	guest(&f, 11, 1, "u", 12u);
	compositor_read(&f);
	for (uint32_t i = 0; i < 4000; i++) {
		guest(&f, 12, i % 2 == 0 ? 9 : 10, "");
		compositor_read(&f);
		passed += count(&f);
	}
	assert_uint_in_range(passed, 100, 1500);
}

static void test_frame_callback_flood(void **state) {
	guest(&f, 3, 0, "u", 10u);
	for (uint32_t i = 0; i <= CLIENT_FRAME_CALLBACKS_MAX; i++) {
		guest(&f, 10, 3, "u", 11 + i);
	}
	assert_refused("frame callbacks");
}

static void test_region_flood(void **state) {
	guest(&f, 3, 1, "u", 10u);
	for (uint32_t i = 0; i <= REGION_RECTS_MAX; i++) {
		guest(&f, 10, 1 + i % 2, "uuuu", i, i, 1u, 1u);
	}
	assert_refused("more than 256 rectangles");
}

static void test_popup_depth(void **state) {
	guest(&f, 5, 1, "u", 10u); // positioner
	uint32_t parent = 0;
	for (uint32_t i = 0; i <= POPUP_DEPTH_MAX; i++) {
		uint32_t id = 11 + 3 * i;
		guest(&f, 3, 0, "u", id);
		guest(&f, 5, 2, "uu", id + 1, id);
		guest(&f, id + 1, 2, "uuu", id + 2, parent, 10u);
		parent = id + 1;
	}
	assert_refused("popups nested deeper");
}

static void test_subsurface_depth_from_below(void **state) {
	for (uint32_t i = 0; i < 12; i++) {
		guest(&f, 3, 0, "u", 10 + i);
	}
	for (uint32_t i = 11; i > 0; i--) {
		guest(&f, 7, 1, "uuu", 33 - i, 10 + i, 10 + i - 1);
	}
	assert_refused("sub-surfaces deeper");
}

static void test_subsurface_cycle(void **state) {
	guest(&f, 3, 0, "u", 10u);
	guest(&f, 3, 0, "u", 11u);
	guest(&f, 7, 1, "uuu", 12u, 11u, 10u);
	guest(&f, 7, 1, "uuu", 13u, 10u, 11u);
	assert_refused("in this tree");
}

static void test_subsurface_of_a_reused_surface(void **state) {
	guest(&f, 3, 0, "u", 10u);
	guest(&f, 3, 0, "u", 11u);
	guest(&f, 7, 1, "uuu", 12u, 11u, 10u);
	guest(&f, 11, 0, "");
	compositor_read(&f);
	compositor(&f, 1, 1, "u", 11u);
	guest_read(&f);
	guest(&f, 3, 0, "u", 11u);
	guest(&f, 7, 1, "uuu", 13u, 11u, 10u);
	guest(&f, 12, 0, ""); // of the surface that has gone: the new one stays in the tree
	guest(&f, 7, 1, "uuu", 14u, 10u, 11u);
	assert_refused("in this tree");
}

static void test_subsurface_flood(void **state) {
	guest(&f, 3, 0, "u", 10u);
	for (uint32_t i = 0; i <= SUBSURFACES_PER_TREE_MAX; i++) {
		guest(&f, 3, 0, "u", 11 + 2 * i);
		guest(&f, 7, 1, "uuu", 12 + 2 * i, 11 + 2 * i, 10u);
	}
	assert_refused("more than 64 sub-surfaces");
}

static void test_pool_without_descriptor(void **state) {
	guest(&f, 4, 0, "uu", 10u, 4096u);
	assert_refused("descriptor is missing");
}

static void test_descriptors_without_message(void **state) {
	uint32_t half = 1;
	for (int i = 0; i < 80; i++) {
		struct wire_fd fd = {.fd = dup(0), .kind = WIRE_FD_FOREIGN};
		wire_client_push(f.client, &half, i < 1 ? 4 : 0, &fd, 1);
	}
	assert_refused("too many descriptors");
}

static void pool_of(int fd, uint32_t size) {
	guest_fd(&f, fd, WIRE_FD_FOREIGN, NULL, 4, 0, "uu", 10u, size);
}

static int memfd_of(off_t size) {
	int fd = memfd_create("attack", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, size), 0);
	return fd;
}

static void test_pool_larger_than_file(void **state) {
	pool_of(memfd_of(4096), 8192);
	assert_refused("smaller than the pool");
}

static void test_pool_of_a_device(void **state) {
	pool_of(open("/dev/zero", O_RDWR | O_CLOEXEC), 4096);
	assert_refused("smaller than the pool");
}

static void test_pool_of_size_zero(void **state) {
	pool_of(memfd_of(4096), 0);
	assert_refused("size 0");
}

static void test_pool_of_negative_size(void **state) {
	pool_of(memfd_of(4096), 0x80000000u);
	assert_refused("size -");
}

static void test_pool_shrinks(void **state) {
	pool_of(memfd_of(8192), 8192);
	guest(&f, 10, 2, "u", 4096u);
	assert_refused("size 4096");
}

static void test_pool_grows_beyond_its_file(void **state) {
	pool_of(memfd_of(8192), 8192);
	guest(&f, 10, 2, "u", 16384u);
	assert_refused("smaller than the pool");
}

static void test_buffers_beyond_their_pool(void **state) {
	static const uint32_t shapes[][4] = {
			/* offset, width, height, stride */
			{0, 64, 64, 255},
			{0, 64, 65, 256},
			{1, 64, 64, 256},
			{0xffffffff, 1, 1, 4},
			{0, 0, 1, 4},
			{0, 1, 0, 4},
			{0, 0x7fffffff, 0x7fffffff, 0x7fffffff},
			{0, 0x40000001, 1, 4},
			{0, 1, 0x10000, 0x10000},
			{0x7fffffff, 1, 1, 4},
			{0, 1, 1, 0x80000000},
			{0, 0xffffffff, 1, 4},
	};
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		finish(NULL);
		start(NULL);
		pool_of(memfd_of(16384), 16384);
		guest(&f, 10, 0, "uuuuuu", 11u, shapes[i][0], shapes[i][1], shapes[i][2],
				shapes[i][3], 0u);
		assert_refused("create_buffer");
	}
}

/* A pool of size bytes in the part [base, base + len) of an arena. */
static void pool_of_part(uint64_t base, uint64_t len, uint32_t size) {
	struct pool_file *arena = pool_file_create(&f.account, VM_BLOB_WINDOW_BYTES);
	struct pool_file *part = pool_part_create(arena, base, len);
	assert_non_null(part);
	guest_fd(&f, -1, WIRE_FD_POOL, part, 4, 0, "uu", 10u, size);
	pool_file_unref(arena); // the part has one
}

static void test_pool_beyond_its_part(void **state) {
	pool_of_part(0x10000, 0x2000, 0x2001);
	assert_refused("smaller than the pool");
}

static void test_pool_grows_beyond_its_part(void **state) {
	static const uint32_t sizes[] = {0x2001, 0x12000, 0x7fffffff, 0xffffffff, 0xffff0000};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		finish(NULL);
		start(NULL);
		pool_of_part(0x10000, 0x2000, 0x1000);
		guest(&f, 10, 2, "u", sizes[i]);
		assert_refused("resize");
	}
}

static void test_buffers_beyond_their_part(void **state) {
	/* The first three lie in the arena, the others wrap around. */
	static const uint32_t offsets[] = {
			0x1001, 0x2000, 0x10000, 0xffff0000, 0x7fff0000, 0x80000000, 0xfffff000};
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		finish(NULL);
		start(NULL);
		pool_of_part(0x10000, 0x2000, 0x2000);
		guest(&f, 10, 0, "uuuuuu", 11u, offsets[i], 32u, 32u, 128u, 0u);
		assert_refused("create_buffer");
	}
}

static void test_pool_at_the_end_of_the_arena(void **state) {
	/* The very last page: its end is one more than wl_shm can say. */
	pool_of_part(VM_BLOB_WINDOW_BYTES - 0x1000, 0x1000, 0x1000);
	assert_refused("beyond what wl_shm can say");
	finish(NULL);
	start(NULL);
	pool_of_part(VM_BLOB_WINDOW_BYTES - 0x1000, 0x1000, 0xfff);
	guest(&f, 10, 2, "u", 0x1000u);
	assert_refused("smaller than the pool");
}

static void test_pools_that_live_on_in_buffers(void **state) {
	pool_of_part(0, 0x1000, 0x1000);
	guest(&f, 10, 0, "uuuuuu", 11u, 0u, 1u, 1u, 4u, 0u);
	guest(&f, 10, 1, "");
	assert_int_equal(f.domain->pools, 1);
	guest(&f, 11, 0, "");
	assert_int_equal(f.domain->pools, 0);
	compositor_read(&f);
	f.domain->pools = VM_POOLS_MAX;
	guest_fd(&f, memfd_of(4096), WIRE_FD_FOREIGN, NULL, 4, 0, "uu", 12u, 4096u);
	f.domain->pools = 0;
	assert_refused("pools and their buffers");
}

static void test_paste_into_an_arena(void **state) {
	guest(&f, 8, 1, "uu", 10u, 6u);
	compositor_read(&f);
	compositor(&f, 10, 0, "u", 0xff000000u);
	guest_read(&f);
	struct pool_file *arena = pool_file_create(&f.account, VM_BLOB_WINDOW_BYTES);
	struct pool_file *part = pool_part_create(arena, 0, 0x1000);
	pool_file_unref(arena);
	guest_fd(&f, -1, WIRE_FD_POOL, part, 0xff000000u, 1, "s", "text/plain");
	assert_refused("no pipe");
	assert_int_equal(f.fd_count, 0);
}

static void test_paste_into_a_file(void **state) {
	guest(&f, 8, 1, "uu", 10u, 6u);
	compositor_read(&f);
	compositor(&f, 10, 0, "u", 0xff000000u);
	guest_read(&f);
	guest_fd(&f, memfd_of(0), WIRE_FD_FOREIGN, NULL, 0xff000000u, 1, "s", "text/plain");
	assert_refused("no pipe");
}

static void test_types_are_bounded(void **state) {
	char longer[MIME_TYPE_LEN_MAX + 2];
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	guest(&f, 8, 0, "u", 10u);
	guest(&f, 10, 0, "s", longer);
	guest(&f, 10, 0, "s", "text/\x1b[2J");
	for (int i = 0; i < 200; i++) {
		guest(&f, 10, 0, "s", "text/plain");
	}
	compositor_read(&f);
	assert_int_equal(count(&f), 1 + MIME_TYPES_MAX);
	assert_false(f.ended);
}

static void test_acknowledging_the_future(void **state) {
	guest(&f, 3, 0, "u", 10u);
	guest(&f, 5, 2, "uu", 11u, 10u);
	compositor_read(&f);
	compositor(&f, 11, 0, "u", 5u);
	guest_read(&f);
	guest(&f, 11, 4, "u", 2u);
	assert_refused("never given");
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void) {
	const struct CMUnitTest tests[] = {
			T(test_raw_bytes),
			T(test_split_at_every_byte),
			T(test_bind_of_too_new_a_version),
			T(test_request_to_destroyed_object),
			T(test_destroyed_object_as_argument),
			T(test_id_reused_before_delete),
			T(test_object_flood),
			T(test_surface_flood),
			T(test_toplevel_flood),
			T(test_toplevels_of_a_whole_machine),
			T(test_damage_flood),
			T(test_costly_requests_are_throttled),
			T(test_frame_callback_flood),
			T(test_region_flood),
			T(test_popup_depth),
			T(test_subsurface_depth_from_below),
			T(test_subsurface_cycle),
			T(test_subsurface_of_a_reused_surface),
			T(test_subsurface_flood),
			T(test_pool_without_descriptor),
			T(test_descriptors_without_message),
			T(test_pool_larger_than_file),
			T(test_pool_of_a_device),
			T(test_pool_of_size_zero),
			T(test_pool_of_negative_size),
			T(test_pool_shrinks),
			T(test_pool_grows_beyond_its_file),
			T(test_buffers_beyond_their_pool),
			T(test_pool_beyond_its_part),
			T(test_pool_grows_beyond_its_part),
			T(test_buffers_beyond_their_part),
			T(test_pool_at_the_end_of_the_arena),
			T(test_pools_that_live_on_in_buffers),
			T(test_paste_into_an_arena),
			T(test_paste_into_a_file),
			T(test_types_are_bounded),
			T(test_acknowledging_the_future),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
