/* SPDX-License-Identifier: MIT
 *
 * A guest that does not read, being slow or paused: what waits for it stays small, and it ends up where
 * it would be had it read everything. A model client takes what the compositor said, another what the
 * guest got: both must have seen the same keys and buttons, at the same places.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/limits.h"
#include "tests/wire/fixture.h"

#define NAME_RELATIVE 15

enum {
	WM_BASE = 5,
	SEAT = 6,
	OUTPUT = 9,
	POINTER,
	KEYBOARD,
	SURFACE,
	XDG_SURFACE,
	TOPLEVEL,
	OTHER,
	RELATIVES,
	RELATIVE,
	SECOND_OUTPUT,
};

static struct fixture f;
static const char *const empty = "";

static int start(void **state) {
	fixture_start(&f, 0);
	fixture_globals(&f);
	compositor(&f, 2, 0, "usu", 900u, "zwp_relative_pointer_manager_v1", 1u);
	guest_read(&f);
	guest(&f, SEAT, 0, "u", (uint32_t)POINTER);
	guest(&f, SEAT, 1, "u", (uint32_t)KEYBOARD);
	guest(&f, 3, 0, "u", (uint32_t)SURFACE);
	guest(&f, WM_BASE, 2, "uu", (uint32_t)XDG_SURFACE, (uint32_t)SURFACE);
	guest(&f, XDG_SURFACE, 1, "u", (uint32_t)TOPLEVEL);
	guest(&f, 3, 0, "u", (uint32_t)OTHER);
	fixture_bind(&f, NAME_RELATIVE, "zwp_relative_pointer_manager_v1", 1, RELATIVES);
	guest(&f, RELATIVES, 1, "uu", (uint32_t)RELATIVE, (uint32_t)POINTER);
	fixture_bind(&f, NAME_OUTPUT + 1, "wl_output", 4, SECOND_OUTPUT);
	compositor_read(&f);
	assert_false(f.ended);
	return 0;
}

static int finish(void **state) {
	fixture_stop(&f);
	return 0;
}

/* What a client knows, and what it knew at each key and button. */
struct moment {
	uint32_t object, detail;
	uint32_t focus, keyboard_focus, x, y, mods;
	int32_t moved, scrolled[2];
};

struct model {
	uint32_t pending_width, bounds, width, scale;
	bool on[2];
	struct moment now;
	struct moment log[2000];
	size_t logged;
};

static void note(struct model *model, uint32_t object, uint32_t detail) {
	if (model->logged < sizeof(model->log) / sizeof(model->log[0])) {
		struct moment *moment = &model->log[model->logged++];
		*moment = model->now;
		moment->object = object;
		moment->detail = detail;
	}
	model->now.moved = model->now.scrolled[0] = model->now.scrolled[1] = 0;
}

static void take_pointer(struct model *model, uint32_t opcode, const uint32_t *args) {
	struct moment *now = &model->now;
	switch (opcode) {
	case 0:
		assert_int_equal(now->focus, 0);
		now->focus = args[1];
		now->x = args[2];
		now->y = args[3];
		break;
	case 1:
		assert_int_equal(now->focus, args[1]);
		now->focus = now->x = now->y = 0;
		break;
	case 2:
		assert_int_not_equal(now->focus, 0);
		now->x = args[1];
		now->y = args[2];
		break;
	case 3:
		note(model, POINTER, args[2]);
		break;
	case 4:
		now->scrolled[args[1]] += (int32_t)args[2];
		break;
	default:
		break;
	}
}

static void take_keyboard(struct model *model, uint32_t opcode, const uint32_t *args) {
	struct moment *now = &model->now;
	if (opcode == 1) {
		assert_int_equal(now->keyboard_focus, 0);
		now->keyboard_focus = args[1];
	} else if (opcode == 2) {
		assert_int_equal(now->keyboard_focus, args[1]);
		now->keyboard_focus = now->mods = 0;
	} else if (opcode == 3) {
		note(model, KEYBOARD, args[2]);
	} else if (opcode == 4) {
		now->mods = args[1];
	}
}

static void take(struct model *model, const uint8_t *bytes) {
	const uint32_t *args = (const uint32_t *)(const void *)(bytes + WIRE_HEADER_SIZE);
	uint32_t opcode = wire_word(bytes, 4) & 0xffff;
	switch (wire_word(bytes, 0)) {
	case POINTER:
		take_pointer(model, opcode, args);
		break;
	case KEYBOARD:
		take_keyboard(model, opcode, args);
		break;
	case RELATIVE:
		model->now.moved += (int32_t)args[2] - (int32_t)args[5];
		break;
	case TOPLEVEL:
		*(opcode == 0 ? &model->pending_width : &model->bounds) = args[0];
		break;
	case XDG_SURFACE:
		model->width = model->pending_width;
		break;
	case SURFACE:
		if (opcode < 2) {
			bool *on = &model->on[args[0] == OUTPUT ? 0 : 1];
			assert_int_equal(*on, opcode);
			*on = opcode == 0;
		} else {
			model->scale = args[0];
		}
		break;
	default:
		fail_msg("an event to object %u", wire_word(bytes, 0));
	}
}

static struct model told, heard;
static size_t sent_bytes, waiting;

/* The compositor says something. */
static void say(uint32_t object, uint16_t opcode, const char *format, uint32_t a, uint32_t b,
		uint32_t c, uint32_t d, uint32_t e, uint32_t g) {
	uint8_t bytes[64];
	size_t len = message(bytes, object, opcode, format, a, b, c, d, e, g);
	take(&told, bytes);
	compositor(&f, object, opcode, format, a, b, c, d, e, g);
	sent_bytes += len;
	waiting += len;
	if (waiting > 2000) {
		fixture_run(&f);
		waiting = 0;
	}
}

/* All that the guest got up to now, and what is there of the next message. */
static uint8_t stream[1 << 17];
static size_t stream_len, heard_bytes;

static bool hear(size_t cap) {
	int fds[FD_MESSAGE_MAX];
	size_t n = FD_MESSAGE_MAX;
	cap = cap < sizeof(stream) - stream_len ? cap : sizeof(stream) - stream_len;
	size_t len = wire_client_pull(f.client, stream + stream_len, cap, fds, &n);
	stream_len += len;
	heard_bytes += len;
	size_t at = 0;
	struct wire_header header;
	while (wire_header_read(stream + at, stream_len - at, &header) == WIRE_OK &&
			header.size <= stream_len - at) {
		take(&heard, stream + at);
		at += header.size;
	}
	memmove(stream, stream + at, stream_len - at);
	stream_len -= at;
	return len > 0;
}

static void begin(void) {
	memset(&told, 0, sizeof(told));
	memset(&heard, 0, sizeof(heard));
	sent_bytes = waiting = stream_len = heard_bytes = 0;
}

static void hear_all(void) {
	fixture_run(&f);
	while (hear(SIZE_MAX)) {
	}
	assert_false(f.ended);
	assert_int_equal(stream_len, 0);
	assert_int_equal(told.logged, heard.logged);
	assert_memory_equal(told.log, heard.log, told.logged * sizeof(told.log[0]));
	assert_memory_equal(&told.now, &heard.now, sizeof(told.now));
	assert_int_equal(told.width, heard.width);
	assert_int_equal(told.bounds, heard.bounds);
	assert_int_equal(told.scale, heard.scale);
	assert_memory_equal(told.on, heard.on, sizeof(told.on));
}

static void configure(uint32_t i) {
	if (i % 3 == 0) {
		say(TOPLEVEL, 2, "uu", 1000 + i, 1000, 0, 0, 0, 0);
	}
	say(TOPLEVEL, 0, "uuu", 100 + i, 200, 0, 0, 0, 0);
	say(XDG_SURFACE, 0, "u", 70000 + i, 0, 0, 0, 0, 0);
}

static void test_configures(void **state) {
	begin();
	for (uint32_t i = 0; i < 20000; i++) {
		configure(i);
		say(SURFACE, 2, "u", 1 + i % 3, 0, 0, 0, 0, 0);
	}
	hear_all();
	assert_int_equal(heard.width, 100 + 19999);
	assert_true(heard_bytes < 3 * 4096);
	/* What it acknowledges is what the compositor meant. */
	guest(&f, XDG_SURFACE, 4, "u", 20000u);
	compositor_read(&f);
	assert_int_equal(count(&f), 1);
	assert_int_equal(wire_word(f.bytes, 8), 70000 + 19999);
}

static void frame(void) {
	say(POINTER, 5, empty, 0, 0, 0, 0, 0, 0);
}

static void test_motion_of_a_mouse(void **state) {
	begin();
	say(POINTER, 0, "uuuu", 1, SURFACE, 5, 5, 0, 0);
	frame();
	for (uint32_t i = 0; i < 30000; i++) {
		say(RELATIVE, 0, "uuuuuu", 0, i, 3, 4, 1, (uint32_t)-1);
		say(POINTER, 2, "uuu", i, i, 2 * i, 0, 0, 0);
		frame();
		if (i % 10000 == 5000) {
			say(POINTER, 3, "uuuu", 2, i, 272, 1, 0, 0);
			frame();
		}
	}
	hear_all();
	assert_int_equal(heard.logged, 3);
	assert_int_equal(heard.now.moved, 4 * 4999);
	assert_true(heard_bytes < 3 * 4096);
}

static void test_scrolling(void **state) {
	begin();
	say(POINTER, 0, "uuuu", 1, SURFACE, 5, 5, 0, 0);
	frame();
	for (uint32_t i = 0; i < 30000; i++) {
		say(POINTER, 6, "u", 1, 0, 0, 0, 0, 0);
		say(POINTER, 4, "uuu", i, 0, 7, 0, 0, 0);
		say(POINTER, 4, "uuu", i, 1, (uint32_t)-2, 0, 0, 0);
		frame();
	}
	hear_all();
	assert_int_equal(heard.now.scrolled[0], 7 * 30000);
	assert_int_equal(heard.now.scrolled[1], -2 * 30000);
	assert_true(heard_bytes < 3 * 4096);
}

/* So much that a sum does not fit: it stays at the end of what can be said. */
static void test_sums_do_not_turn_round(void **state) {
	for (uint32_t i = 0; i < 400; i++) {
		compositor(&f, POINTER, 4, "uuu", i, 0u, 0x7fff0000u);
		compositor(&f, POINTER, 5, "");
		fixture_run(&f);
	}
	guest_read(&f);
	for (size_t n = 0; n < count(&f); n++) {
		size_t size;
		const uint8_t *bytes = nth(&f, n, &size);
		if ((wire_word(bytes, 4) & 0xffff) == 4) {
			assert_true((int32_t)wire_word(bytes, 16) >= 0x7fff0000);
		}
	}
}

static void visit(uint32_t surface, uint32_t i) {
	say(POINTER, 0, "uuuu", i, surface, i, i, 0, 0);
	frame();
	say(POINTER, 2, "uuu", i, i + 1, i + 2, 0, 0, 0);
	frame();
}

static void leave(uint32_t surface) {
	say(POINTER, 1, "uu", 9, surface, 0, 0, 0, 0);
	frame();
}

static void test_visits(void **state) {
	begin();
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t surface = i % 2 == 0 ? SURFACE : OTHER;
		visit(surface, i);
		if (i % 1000 == 7) {
			say(POINTER, 3, "uuuu", 2, i, 272, i, 0, 0); // this one counts
			frame();
		}
		leave(surface);
		say(KEYBOARD, 1, "uuu", i, surface, 0, 0, 0, 0);
		say(KEYBOARD, 4, "uuuuu", i, i, 0, 0, 0, 0);
		say(KEYBOARD, 2, "uu", i, surface, 0, 0, 0, 0);
		say(SURFACE, i % 2 == 0 ? 0 : 1, "u", OUTPUT, 0, 0, 0, 0, 0);
	}
	visit(OTHER, 3);
	hear_all();
	assert_int_equal(heard.logged, 10);
	assert_int_equal(heard.now.focus, OTHER);
	assert_true(heard_bytes < 4 * 4096);
}

static void test_keys_stay(void **state) {
	begin();
	say(KEYBOARD, 1, "uuu", 1, SURFACE, 0, 0, 0, 0);
	say(POINTER, 0, "uuuu", 1, SURFACE, 5, 5, 0, 0);
	for (uint32_t i = 0; i < 1500; i++) {
		for (uint32_t j = 0; j < 20; j++) {
			say(POINTER, 2, "uuu", i, i, j, 0, 0, 0);
			frame();
			configure(i);
		}
		say(KEYBOARD, 4, "uuuuu", i, i % 3, 0, 0, 0, 0);
		say(KEYBOARD, 3, "uuuu", i, i, i, 1, 0, 0);
	}
	hear_all();
	assert_int_equal(heard.logged, 1500);
}

/* What cannot be folded ends who does not read it, as ever. */
static void test_too_many_keys(void **state) {
	for (uint32_t i = 0; i < 60000 && !f.ended; i++) {
		compositor(&f, KEYBOARD, 3, "uuuu", i, i, 30u, i % 2);
		if (i % 50 == 0) {
			fixture_run(&f);
		}
	}
	for (int i = 0; i < 20 && !f.ended; i++) {
		guest_read(&f);
	}
	assert_true(f.ended);
	assert_non_null(strstr(f.reason, "does not read"));
}

/* An id that was given back may be something else by now. */
static void test_ids_used_again(void **state) {
	begin();
	guest(&f, OTHER, 0, "");
	for (uint32_t i = 0; i < 600; i++) {
		say(SURFACE, 2, "u", 1 + i % 2, 0, 0, 0, 0, 0);
	}
	compositor(&f, 1, 1, "u", (uint32_t)OTHER);
	fixture_run(&f);
	guest(&f, 3, 0, "u", (uint32_t)OTHER);
	for (uint32_t i = 0; i < 4; i++) {
		compositor(&f, OTHER, 2, "u", 4 + i);
	}
	for (uint32_t i = 0; i < 600; i++) {
		say(SURFACE, 2, "u", 8 + i % 2, 0, 0, 0, 0, 0);
	}
	guest_read(&f);
	size_t others = 0;
	for (size_t n = 0; n < count(&f); n++) {
		size_t size;
		others += wire_word(nth(&f, n, &size), 0) == OTHER;
	}
	assert_int_equal(others, 4); // none of them is folded
	assert_true(f.len < 2 * 4096);
}

/* A descriptor comes with its message still. */
static void test_descriptors_keep_their_places(void **state) {
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	for (uint32_t i = 0; i < 3; i++) {
		for (uint32_t j = 0; j < 1000; j++) {
			compositor(&f, SURFACE, 2, "u", 1 + j % 2);
			if (j % 50 == 0) {
				fixture_run(&f);
			}
		}
		compositor_fd(&f, ends[0], KEYBOARD, 0, "uu", 1u, 4096u + i);
	}
	fixture_run(&f);
	uint32_t maps = 0;
	uint8_t bytes[512];
	size_t len = 0;
	for (;;) {
		int fds[FD_MESSAGE_MAX];
		size_t n = FD_MESSAGE_MAX;
		size_t got = wire_client_pull(f.client, bytes + len, 16, fds, &n);
		if (got == 0) {
			break;
		}
		len += got;
		for (size_t i = 0; i < n; i++) {
			fd_close(&fds[i]);
		}
		struct wire_header header;
		while (wire_header_read(bytes, len, &header) == WIRE_OK && header.size <= len) {
			maps += header.object == KEYBOARD;
			memmove(bytes, bytes + header.size, len - header.size);
			len -= header.size;
		}
		/* With its message, or with what is before it in the same bytes. */
		static uint32_t came;
		came += (uint32_t)n;
		assert_true(came >= maps && came <= maps + 1);
	}
	assert_int_equal(maps, 3);
	close(ends[0]);
	close(ends[1]);
}

static uint32_t focus, keyboard_focus;

static void anything(uint32_t i) {
	uint32_t what = (uint32_t)rand() % 100;
	uint32_t surface = rand() % 2 == 0 ? SURFACE : OTHER;
	if (what < 30 && focus != 0) {
		say(POINTER, 2, "uuu", i, i, i / 2, 0, 0, 0);
		frame();
	} else if (what < 40) {
		say(RELATIVE, 0, "uuuuuu", 0, i, what, 4, 1, 1);
	} else if (what < 50 && focus != 0) {
		say(POINTER, 4, "uuu", i, what % 2, 7, 0, 0, 0);
	} else if (what < 60) {
		configure(i);
	} else if (what < 65) {
		uint32_t output = rand() % 2;
		say(SURFACE, told.on[output] ? 1 : 0, "u", output == 0 ? OUTPUT : SECOND_OUTPUT, 0,
				0, 0, 0, 0);
	} else if (what < 70) {
		say(SURFACE, 2, "u", i, 0, 0, 0, 0, 0);
	} else if (what < 80) {
		if (focus != 0) {
			say(POINTER, 1, "uu", i, focus, 0, 0, 0, 0);
			focus = 0;
		} else {
			focus = surface;
			say(POINTER, 0, "uuuu", i, focus, i, i, 0, 0);
		}
	} else if (what < 88) {
		if (keyboard_focus != 0) {
			say(KEYBOARD, 2, "uu", i, keyboard_focus, 0, 0, 0, 0);
			keyboard_focus = 0;
		} else {
			keyboard_focus = surface;
			say(KEYBOARD, 1, "uuu", i, keyboard_focus, 0, 0, 0, 0);
		}
	} else if (what < 95 && keyboard_focus != 0) {
		say(KEYBOARD, 4, "uuuuu", i, i, 0, 0, 0, 0);
	} else if (what < 98) {
		frame();
	} else if (what == 98 && keyboard_focus != 0) {
		say(KEYBOARD, 3, "uuuu", i, i, i, 1, 0, 0);
	} else if (focus != 0) {
		say(POINTER, 3, "uuuu", i, i, i, 1, 0, 0);
	}
}

static void test_anything(void **state) {
	for (unsigned seed = 1; seed <= 12; seed++) {
		finish(NULL);
		start(NULL);
		begin();
		srand(seed);
		focus = keyboard_focus = 0;
		for (uint32_t i = 0; i < 20000; i++) {
			anything(i);
			/* Some read nothing, some a little, and cut messages anywhere. */
			if (seed % 3 != 0 && rand() % 400 == 0) {
				hear((size_t)rand() % (seed * 300));
			}
		}
		hear_all();
		assert_true(heard_bytes < sent_bytes);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void) {
	const struct CMUnitTest tests[] = {
			T(test_configures),
			T(test_motion_of_a_mouse),
			T(test_scrolling),
			T(test_sums_do_not_turn_round),
			T(test_visits),
			T(test_keys_stay),
			T(test_too_many_keys),
			T(test_ids_used_again),
			T(test_descriptors_keep_their_places),
			T(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
