/* SPDX-License-Identifier: MIT
 *
 * Requests that are only looked at pass many at once. What is wrong among them is found all the same,
 * and they are metered one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "tests/wire/fixture.h"

#define SURFACE 10
#define REGION 11
#define OLD_REGION 12
#define CHILD 13
#define SUBSURFACE 14
#define OLD_SURFACE 15
#define COMPOSITOR_4 16
#define SURFACE_4 17
#define GOOD 3

static struct fixture f;

static int start(void **state) {
	fixture_start(&f, 0);
	fixture_globals(&f);
	guest(&f, 3, 0, "u", (uint32_t)SURFACE);
	guest(&f, 3, 1, "u", (uint32_t)REGION);
	guest(&f, 3, 1, "u", (uint32_t)OLD_REGION);
	guest(&f, OLD_REGION, 0, "");
	guest(&f, 3, 0, "u", (uint32_t)CHILD);
	guest(&f, 7, 1, "uuu", (uint32_t)SUBSURFACE, (uint32_t)CHILD, (uint32_t)SURFACE);
	guest(&f, 3, 0, "u", (uint32_t)OLD_SURFACE);
	guest(&f, OLD_SURFACE, 0, "");
	fixture_bind(&f, NAME_COMPOSITOR, "wl_compositor", 4, COMPOSITOR_4);
	guest(&f, COMPOSITOR_4, 0, "u", (uint32_t)SURFACE_4);
	compositor_read(&f);
	assert_false(f.ended);
	return 0;
}

static int finish(void **state) {
	fixture_stop(&f);
	return 0;
}

static const struct {
	const char *name;
	uint32_t words[6];
	size_t count;
	const char *text;
} wrong[] = {
		{"object never made", {SURFACE, 12 << 16 | 4, 77}, 3, "no object 77"},
		{"object far away", {SURFACE, 12 << 16 | 4, 0xfeffffff}, 3, "no object"},
		{"destroyed object", {SURFACE, 12 << 16 | 4, OLD_REGION}, 3, "no object 12"},
		{"object of another kind", {SURFACE, 12 << 16 | 4, CHILD}, 3, "is a wl_surface"},
		{"null where one is needed", {SUBSURFACE, 12 << 16 | 2, 0}, 3, "null"},
		{"to an object never made", {77, 12 << 16 | 4, REGION}, 3, "no object 77"},
		{"to a destroyed object", {OLD_SURFACE, 12 << 16 | 4, REGION}, 3, "no object 15"},
		{"too long", {SURFACE, 16 << 16 | 4, REGION, 0}, 4, "message size"},
		{"too short", {SURFACE, 8 << 16 | 4}, 2, "message size"},
		{"size zero", {SURFACE, 4, REGION}, 3, "message size"},
		{"no such request", {SURFACE, 12 << 16 | 99, REGION}, 3, "no request 99"},
		{"of a later version", {SURFACE_4, 16 << 16 | 10, 1, 1}, 4, "no request 10"},
};

static size_t add_good(uint8_t *bytes) {
	size_t len = 0;
	for (uint32_t i = 0; i < GOOD; i++) {
		len += message(bytes + len, SURFACE, 4, "u", i == 1 ? 0u : (uint32_t)REGION);
		len += message(bytes + len, SUBSURFACE, 1, "uu", i, i);
		len += message(bytes + len, SUBSURFACE, 2, "u", (uint32_t)SURFACE);
	}
	return len;
}

static void test_all_pass(void **state) {
	uint8_t bytes[1 << 10];
	size_t len = add_good(bytes);
	/* Cut anywhere, too. */
	for (size_t first = 0; first <= len; first++) {
		wire_client_push(f.client, bytes, first, NULL, 0);
		wire_client_push(f.client, bytes + first, len - first, NULL, 0);
		compositor_read(&f);
		assert_int_equal(f.len, len);
		assert_memory_equal(f.bytes, bytes, len);
	}
	assert_false(f.ended);
}

static void test_a_wrong_one_among_them(void **state) {
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		print_message("# %s\n", wrong[i].name);
		finish(NULL);
		start(NULL);
		uint8_t bytes[1 << 10];
		size_t len = add_good(bytes);
		memcpy(bytes + len, wrong[i].words, wrong[i].count * 4);
		len += wrong[i].count * 4;
		len += add_good(bytes + len);
		wire_client_push(f.client, bytes, len, NULL, 0);
		guest_read(&f);
		assert_true(f.ended);
		if (strstr(f.reason, wrong[i].text) == NULL) {
			fail_msg("\"%s\" is not about \"%s\"", f.reason, wrong[i].text);
		}
		compositor_read(&f);
		assert_int_equal(f.len, 0);
	}
}

/* All at once cost no less than one by one, and what was too much goes on later. */
static void test_metered_one_by_one(void **state) {
	enum { XDG_SURFACE = 18, TOPLEVEL = 19, REQUESTS = 4000 };
	static uint8_t bytes[REQUESTS * WIRE_HEADER_SIZE];
	guest(&f, 5, 2, "uu", (uint32_t)XDG_SURFACE, (uint32_t)SURFACE);
	guest(&f, XDG_SURFACE, 1, "u", (uint32_t)TOPLEVEL);
	compositor_read(&f);
	size_t len = 0;
	for (size_t i = 0; i < REQUESTS; i++) {
		len += message(bytes + len, TOPLEVEL, i % 2 == 0 ? 9 : 10, "");
	}
	wire_client_push(f.client, bytes, len, NULL, 0);
	compositor_read(&f);
	size_t passed = count(&f);
	assert_uint_in_range(passed, 100, 1500);
	assert_int_equal(wire_client_push(f.client, bytes, len, NULL, 0), 0);
	fixture_wait(&f);
	compositor_read(&f);
	assert_uint_in_range(count(&f), 1, 1500);
	assert_false(f.ended);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void) {
	const struct CMUnitTest tests[] = {
			T(test_all_pass),
			T(test_a_wrong_one_among_them),
			T(test_metered_one_by_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
