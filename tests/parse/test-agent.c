/* SPDX-License-Identifier: MIT
 *
 * The agent protocol: every message there and back, and what a hostile peer may try.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/agent.h"

#define BOOT_ID "0f8fad5b-d9cb-469f-a165-70867728950e"

static uint8_t frame[AGENT_FRAME_MAX];
static struct agent_message in, out;
static struct agent_decoder decoder;

static void begin(enum agent_stream stream, bool begun) {
	agent_decoder_init(&decoder, stream);
	decoder.begun = begun;
}

static void put(size_t at, uint32_t value) {
	for (size_t i = 0; i < 4; i++) {
		frame[at + i] = (uint8_t)(value >> (8 * i));
	}
}

/* Decodes from a heap copy of exactly len bytes, so that a sanitizer sees every overrun. */
static enum agent_result decode(size_t len, size_t *used) {
	static uint8_t *copy;
	free(copy);
	copy = malloc(len > 0 ? len : 1);
	memcpy(copy, frame, len);
	return agent_decode(&decoder, copy, len, &out, used);
}

static enum agent_result decode_raw(uint32_t type, const void *body, uint32_t len) {
	size_t used;
	put(0, type);
	put(4, len);
	memcpy(frame + AGENT_HEADER_SIZE, body, len);
	return decode(AGENT_HEADER_SIZE + len, &used);
}

static void there_and_back(enum agent_stream stream, bool begun) {
	size_t len = agent_encode(&in, frame, sizeof(frame)), used = 0;
	assert_int_not_equal(len, 0);
	begin(stream, begun);
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(decode(cut, &used), AGENT_INCOMPLETE);
		if (cut >= 64) {
			cut += len / 16;
		}
	}
	assert_int_equal(decode(len, &used), AGENT_OK);
	assert_int_equal(used, len);
	assert_int_equal(out.type, in.type);
	for (size_t cap = 0; cap < len; cap += 1 + cap / 4) {
		assert_int_equal(agent_encode(&in, frame, cap), 0);
	}
}

static void test_simple(void **state) {
	in = (struct agent_message){.type = AGENT_HELLO,
			.hello = {.version = AGENT_VERSION, .boot_id = BOOT_ID}};
	there_and_back(AGENT_CONTROL_TO_HOST, false);
	assert_string_equal(out.hello.boot_id, BOOT_ID);
	in = (struct agent_message){.type = AGENT_SHUTDOWN};
	there_and_back(AGENT_CONTROL_TO_GUEST, false);
	in = (struct agent_message){.type = AGENT_STDIN_EOF};
	there_and_back(AGENT_COMMAND_TO_GUEST, true);
	assert_true(decoder.input_ended);
	in = (struct agent_message){.type = AGENT_SIGNAL, .signal = 15};
	there_and_back(AGENT_COMMAND_TO_GUEST, true);
	assert_int_equal(out.signal, 15);
	in = (struct agent_message){.type = AGENT_STARTED, .pid = 4711};
	there_and_back(AGENT_COMMAND_TO_HOST, false);
	assert_int_equal(out.pid, 4711);
	in = (struct agent_message){.type = AGENT_STDIN_CREDIT, .credit = 4096};
	there_and_back(AGENT_COMMAND_TO_HOST, true);
	assert_int_equal(out.credit, 4096);
	in = (struct agent_message){.type = AGENT_EXIT, .exit = {.signal = 9}};
	there_and_back(AGENT_COMMAND_TO_HOST, true);
	assert_int_equal(out.exit.signal, 9);
	assert_true(decoder.ended);
}

static void test_data(void **state) {
	static uint8_t bytes[AGENT_DATA_MAX];
	memset(bytes, 0xa5, sizeof(bytes));
	const enum agent_type types[] = {AGENT_STDIN, AGENT_STDOUT, AGENT_STDERR};
	for (size_t i = 0; i < 3; i++) {
		in = (struct agent_message){.type = types[i], .data = {bytes, sizeof(bytes)}};
		there_and_back(i == 0 ? AGENT_COMMAND_TO_GUEST : AGENT_COMMAND_TO_HOST, true);
		assert_int_equal(out.data.len, sizeof(bytes));
		assert_memory_equal(out.data.bytes, bytes, sizeof(bytes));
		in.data.len = sizeof(bytes) + 1;
		assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
		in.data.len = 0;
		assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	}
	/* In place. */
	memset(frame, 'x', sizeof(frame));
	in.data = (struct agent_data){frame + AGENT_HEADER_SIZE, 5};
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), AGENT_HEADER_SIZE + 5);
	assert_memory_equal(frame + AGENT_HEADER_SIZE, "xxxxx", 5);
}

static void test_run(void **state) {
	in = (struct agent_message){.type = AGENT_RUN,
			.run = {.flags = AGENT_RUN_ROOT,
					.argc = 3,
					.envc = 2,
					.argv = {"sh", "", "a b"},
					.env = {"LANG=de", "_X1="}}};
	there_and_back(AGENT_COMMAND_TO_GUEST, false);
	assert_int_equal(out.run.flags, AGENT_RUN_ROOT);
	assert_string_equal(out.run.argv[0], "sh");
	assert_string_equal(out.run.argv[1], "");
	assert_string_equal(out.run.argv[2], "a b");
	assert_null(out.run.argv[3]);
	assert_string_equal(out.run.env[1], "_X1=");
	assert_null(out.run.env[2]);

	const char *const bad_env[] = {"", "=x", "A", "1A=x", "A B=x", "A-B=x", "\xc3\xa4=x"};
	for (size_t i = 0; i < sizeof(bad_env) / sizeof(bad_env[0]); i++) {
		in.run.env[1] = bad_env[i];
		assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	}
	in.run.env[1] = "A=1";
	in.run.argv[0] = "";
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run.argv[0] = "x";
	in.run.argc = AGENT_ARGV_MAX + 1;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run.argc = 0;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run.argc = 3;
	in.run.flags = 16;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);

	/* As much as fits, and one byte more. */
	static char large[AGENT_MESSAGE_MAX];
	memset(large, 'x', sizeof(large));
	large[AGENT_MESSAGE_MAX - 20 - 1] = '\0';
	in.run = (struct agent_run){.argc = 1, .argv = {large}};
	there_and_back(AGENT_COMMAND_TO_GUEST, false);
	large[AGENT_MESSAGE_MAX - 20 - 1] = 'x';
	large[AGENT_MESSAGE_MAX - 20] = '\0';
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
}

static void expect_run(const char *body, uint32_t len, enum agent_result result) {
	begin(AGENT_COMMAND_TO_GUEST, false);
	assert_int_equal(decode_raw(AGENT_RUN, body, len), result);
}

static void test_run_attacks(void **state) {
#define HEAD "\0\0\0\0\0\0\0\0\0\0\0\0"
#define COUNTS(argc, envc) HEAD argc "\0\0\0" envc "\0\0\0"
	expect_run(COUNTS("\1", "\0") "a\0", 22, AGENT_OK);
	expect_run(COUNTS("\1", "\0") "ab", 22, AGENT_MALFORMED);     /* no end */
	expect_run(COUNTS("\1", "\0") "a\0b\0", 24, AGENT_MALFORMED); /* one too many */
	expect_run(COUNTS("\3", "\0") "a\0b\0", 24, AGENT_MALFORMED); /* one too few */
	expect_run(COUNTS("\1", "\1") "a\0b\0", 24, AGENT_MALFORMED); /* not an assignment */
	expect_run(COUNTS("\1", "\1") "a\0b=\0", 25, AGENT_OK);
	expect_run(COUNTS("\1", "\1") "a\0b=", 24, AGENT_MALFORMED);
	expect_run(COUNTS("\1", "\0") "\0", 21, AGENT_MALFORMED); /* shorter than any RUN */
	expect_run(HEAD "\xff\xff\xff\xff\0\0\0\0a\0", 22, AGENT_MALFORMED);
	expect_run(HEAD "\1\0\0\0\xff\xff\xff\xff"
			"a\0",
			22, AGENT_MALFORMED);
	expect_run("\20\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\0", 22, AGENT_MALFORMED);
	expect_run("\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0a\0", 22, AGENT_MALFORMED);
}

static void test_error(void **state) {
	in = (struct agent_message){.type = AGENT_ERROR,
			.error = {.status = 127, .text = "foot:\tnot\n\x1b[2J found"}};
	there_and_back(AGENT_COMMAND_TO_HOST, false);
	assert_int_equal(out.error.status, 127);
	assert_null(strchr(out.error.text, '\x1b'));
	assert_null(strchr(out.error.text, '\n'));
	memset(in.error.text, 'y', AGENT_ERROR_MAX);
	in.error.text[AGENT_ERROR_MAX] = '\0';
	there_and_back(AGENT_COMMAND_TO_HOST, true);
	assert_int_equal(strlen(out.error.text), AGENT_ERROR_MAX);
	in.error.status = 0;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);

	const char *const bad[] = {"\x1b[2J", "a\nb", "\xff",
			"\xe2\x80\xae"
			"x",
			"\xc0\x80"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char body[32] = "\1\0\0\0";
		memcpy(body + 4, bad[i], strlen(bad[i]));
		begin(AGENT_COMMAND_TO_HOST, false);
		assert_int_equal(decode_raw(AGENT_ERROR, body, 4 + (uint32_t)strlen(bad[i])),
				AGENT_MALFORMED);
	}
	static const struct {
		const char *body;
		uint32_t len;
	} bodies[] = {{"\1\0\0\0a\0b", 7}, {"\0\0\0\0a", 5}, {"\0\1\0\0a", 5}, {"\1\0\0\0", 4}};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		begin(AGENT_COMMAND_TO_HOST, false);
		assert_int_equal(decode_raw(AGENT_ERROR, bodies[i].body, bodies[i].len),
				AGENT_MALFORMED);
	}
}

static void test_terminal(void **state) {
	in = (struct agent_message){.type = AGENT_RUN,
			.run = {.flags = AGENT_RUN_TERMINAL | AGENT_RUN_SHELL,
					.window = {80, 24},
					.envc = 1,
					.env = {"TERM=xterm"}}};
	there_and_back(AGENT_COMMAND_TO_GUEST, false);
	assert_int_equal(out.run.argc, 0);
	assert_int_equal(out.run.window.columns, 80);
	assert_int_equal(out.run.window.rows, 24);
	in.run.window.rows = 0;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run.window.rows = AGENT_WINDOW_MAX + 1;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	/* A size without a terminal, a shell with words, a shell that is an application. */
	in.run = (struct agent_run){.window = {80, 24}, .argc = 1, .argv = {"a"}};
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run = (struct agent_run){.flags = AGENT_RUN_SHELL, .argc = 1, .argv = {"a"}};
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run = (struct agent_run){.flags = AGENT_RUN_SHELL | AGENT_RUN_APPLICATION};
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	in.run = (struct agent_run){
			.flags = AGENT_RUN_APPLICATION, .argc = 1, .argv = {"org.example.Foo"}};
	there_and_back(AGENT_COMMAND_TO_GUEST, false);
	static const char *const bad_ids[] = {"", ".foo", "-foo", "a/b", "../a", "a b", "a\n",
			"\xc3\xa4", "a;b",
			"0123456789012345678901234567890123456789012345678901234567890123"};
	for (size_t i = 0; i < sizeof(bad_ids) / sizeof(bad_ids[0]); i++) {
		in.run.argv[0] = bad_ids[i];
		assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
	}
	in = (struct agent_message){.type = AGENT_WINDOW, .window = {9999, 1}};
	there_and_back(AGENT_COMMAND_TO_GUEST, true);
	in.window.columns = 0;
	assert_int_equal(agent_encode(&in, frame, sizeof(frame)), 0);
}

static void test_applications(void **state) {
	static const struct agent_application applications[] = {
			{"foot", "Foot", "System"},
			{"org.example.Caf\0", "Caf\xc3\xa9 \xf0\x9f\x98\x80", ""},
	};
	uint8_t entries[512];
	size_t len = 0;
	for (size_t i = 0; i < 2; i++) {
		len += agent_application_put(&applications[i], entries + len,
				sizeof(entries) - len);
	}
	in = (struct agent_message){.type = AGENT_APPLICATIONS,
			.applications = {AGENT_APPS_FIRST, 2, entries, len}};
	there_and_back(AGENT_CONTROL_TO_HOST, true);
	struct agent_application application;
	for (size_t i = 0; i < 2; i++) {
		assert_true(agent_application_next(&out.applications, &application));
		assert_string_equal(application.id, applications[i].id);
		assert_string_equal(application.name, applications[i].name);
		assert_string_equal(application.category, applications[i].category);
	}
	assert_false(agent_application_next(&out.applications, &application));
	assert_int_equal(agent_application_put(&applications[0], entries, 4), 0);
	/* Its end, empty; then another list. */
	assert_int_equal(decode_raw(AGENT_APPLICATIONS, "\2\0\0\0\0\0\0\0", 8), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_APPLICATIONS, "\3\0\0\0\0\0\0\0", 8), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_APPLICATIONS, "\0\0\0\0\0\0\0\0", 8), AGENT_MALFORMED);
}

/* One list of these entries, as often as n says. */
static enum agent_result decode_list(const char *entry, size_t len, uint32_t n, uint32_t flags) {
	static uint8_t body[AGENT_MESSAGE_MAX];
	size_t at = 8;
	memset(body, 0, 8);
	body[0] = (uint8_t)flags;
	body[4] = (uint8_t)n;
	body[5] = (uint8_t)(n >> 8);
	for (uint32_t i = 0; i < n; i++) {
		memcpy(body + at, entry, len);
		at += len;
	}
	return decode_raw(AGENT_APPLICATIONS, body, (uint32_t)at);
}

static void test_applications_attacks(void **state) {
#define ENTRY(text) text, sizeof(text) - 1
	static const struct {
		const char *entry;
		size_t len;
		enum agent_result result;
	} cases[] = {
			{ENTRY("a\0A\0\0"), AGENT_OK},
			{ENTRY("a\0A\0Game\0"), AGENT_OK},
			{ENTRY("\0A\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0\0\0"), AGENT_MALFORMED},
			{ENTRY("../a\0A\0\0"), AGENT_MALFORMED},
			{ENTRY("a/b\0A\0\0"), AGENT_MALFORMED},
			{ENTRY("-a\0A\0\0"), AGENT_MALFORMED},
			{ENTRY("$(a)\0A\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0A\033[2J\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0A\nB\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0\xe2\x80\xaeZ\0\0"), AGENT_MALFORMED}, /* bidi override */
			{ENTRY("a\0\xff\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0\xc0\x80\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0 A\0\0"), AGENT_MALFORMED},
			{ENTRY("a\0A\0a b\0"), AGENT_MALFORMED},
			{ENTRY("a\0A\0"), AGENT_MALFORMED},    /* no category */
			{ENTRY("a\0A\0X"), AGENT_MALFORMED},   /* no end */
			{ENTRY("a\0A\0\0x"), AGENT_MALFORMED}, /* something behind */
			{ENTRY("a"), AGENT_MALFORMED},
			{ENTRY(""), AGENT_MALFORMED},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(AGENT_CONTROL_TO_HOST, true);
		assert_int_equal(decode_list(cases[i].entry, cases[i].len, 1,
						 AGENT_APPS_FIRST | AGENT_APPS_LAST),
				cases[i].result);
	}
}

static void test_application_too_long(void **state) {
	/* Each of the three strings. */
	for (size_t which = 0; which < 3; which++) {
		char entry[1024];
		static const size_t most[] = {
				AGENT_APP_ID_MAX, AGENT_APP_NAME_MAX, AGENT_APP_CATEGORY_MAX};
		for (size_t over = 0; over < 2; over++) {
			size_t len = 0;
			for (size_t part = 0; part < 3; part++) {
				size_t n = part == which ? most[part] + over : 1;
				memset(entry + len, 'a', n);
				len += n;
				entry[len++] = '\0';
			}
			begin(AGENT_CONTROL_TO_HOST, true);
			assert_int_equal(decode_list(entry, len, 1, AGENT_APPS_FIRST),
					over == 0 ? AGENT_OK : AGENT_MALFORMED);
		}
	}
}

static void test_application_lists(void **state) {
	/* As many as there may be, in one part or in several, and one more. */
	begin(AGENT_CONTROL_TO_HOST, true);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 500, AGENT_APPS_FIRST), AGENT_OK);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 1, AGENT_APPS_LAST), AGENT_MALFORMED);
	begin(AGENT_CONTROL_TO_HOST, true);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 501, AGENT_APPS_FIRST), AGENT_MALFORMED);
	begin(AGENT_CONTROL_TO_HOST, true);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 300, AGENT_APPS_FIRST), AGENT_OK);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 200, AGENT_APPS_LAST), AGENT_OK);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 500, AGENT_APPS_FIRST), AGENT_OK);
	/* Before HELLO; a list within a list; unknown flags; a count that is not there. */
	begin(AGENT_CONTROL_TO_HOST, false);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 1, AGENT_APPS_FIRST), AGENT_UNEXPECTED);
	begin(AGENT_CONTROL_TO_HOST, true);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 1, AGENT_APPS_FIRST), AGENT_OK);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 1, AGENT_APPS_FIRST), AGENT_MALFORMED);
	begin(AGENT_CONTROL_TO_HOST, true);
	assert_int_equal(decode_list(ENTRY("a\0A\0\0"), 1, 5), AGENT_MALFORMED);
	begin(AGENT_CONTROL_TO_HOST, true);
	assert_int_equal(decode_raw(AGENT_APPLICATIONS, "\3\0\0\0\xff\xff\xff\xff", 8),
			AGENT_MALFORMED);
}

static void test_values(void **state) {
	static const struct {
		enum agent_type type;
		enum agent_stream stream;
		const char *body;
		uint32_t len;
		enum agent_result result;
	} cases[] = {
			{AGENT_SIGNAL, AGENT_COMMAND_TO_GUEST, "\0\0\0\0", 4, AGENT_MALFORMED},
			{AGENT_SIGNAL, AGENT_COMMAND_TO_GUEST, "\40\0\0\0", 4, AGENT_MALFORMED},
			{AGENT_SIGNAL, AGENT_COMMAND_TO_GUEST, "\1\0\0\0\0", 5, AGENT_MALFORMED},
			{AGENT_SIGNAL, AGENT_COMMAND_TO_GUEST, "\xff\xff\xff\xff", 4,
					AGENT_MALFORMED},
			{AGENT_STDIN_EOF, AGENT_COMMAND_TO_GUEST, "x", 1, AGENT_MALFORMED},
			{AGENT_EXIT, AGENT_COMMAND_TO_HOST, "\1\0\0\0\1\0\0\0", 8, AGENT_MALFORMED},
			{AGENT_EXIT, AGENT_COMMAND_TO_HOST, "\0\1\0\0\0\0\0\0", 8, AGENT_MALFORMED},
			{AGENT_EXIT, AGENT_COMMAND_TO_HOST, "\0\0\0\0\x41\0\0\0", 8,
					AGENT_MALFORMED},
			{AGENT_EXIT, AGENT_COMMAND_TO_HOST, "\xff\0\0\0\0\0\0\0", 8, AGENT_OK},
			{AGENT_STDIN_CREDIT, AGENT_COMMAND_TO_HOST, "\0\0\0\0", 4, AGENT_MALFORMED},
			{AGENT_STDIN_CREDIT, AGENT_COMMAND_TO_HOST, "\1\0\1\0", 4, AGENT_MALFORMED},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].stream, true);
		assert_int_equal(decode_raw(cases[i].type, cases[i].body, cases[i].len),
				cases[i].result);
	}
	begin(AGENT_COMMAND_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_STARTED, "\0\0\0\x80", 4), AGENT_MALFORMED);
	begin(AGENT_CONTROL_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_HELLO, "\7\0\0\0" BOOT_ID, 40), AGENT_VERSION_MISMATCH);
	begin(AGENT_CONTROL_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_HELLO,
					 "\2\0\0\0"
					 "0F8fad5b-d9cb-469f-a165-70867728950e",
					 40),
			AGENT_MALFORMED);
	begin(AGENT_CONTROL_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_HELLO,
					 "\2\0\0\0"
					 "0f8fad5bxd9cb-469f-a165-70867728950e",
					 40),
			AGENT_MALFORMED);
}

/* Every type in every stream: legal in one alone; a bad length is refused from the header. */
static void test_streams(void **state) {
	for (uint32_t type = 0; type < 64; type++) {
		size_t legal = 0, used;
		for (int stream = AGENT_CONTROL_TO_HOST; stream <= AGENT_COMMAND_TO_GUEST;
				stream++) {
			for (int begun = 0; begun < 2; begun++) {
				begin((enum agent_stream)stream, begun != 0);
				put(0, type);
				put(4, AGENT_MESSAGE_MAX + 1);
				enum agent_result result = decode(AGENT_HEADER_SIZE, &used);
				assert_true(result == AGENT_UNEXPECTED ||
						result == AGENT_MALFORMED);
				legal += result == AGENT_MALFORMED;
				/* It stays ended, whatever comes. */
				assert_int_equal(decode_raw(AGENT_ERROR, "x", 1), AGENT_UNEXPECTED);
			}
		}
		assert_true(legal <= 2);
	}
}

static void test_order(void **state) {
	begin(AGENT_COMMAND_TO_GUEST, false);
	assert_int_equal(decode_raw(AGENT_STDIN, "x", 1), AGENT_UNEXPECTED);
	begin(AGENT_COMMAND_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_STDOUT, "x", 1), AGENT_UNEXPECTED);
	begin(AGENT_COMMAND_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_STARTED, "\1\0\0\0", 4), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_STARTED, "\1\0\0\0", 4), AGENT_UNEXPECTED);
	begin(AGENT_CONTROL_TO_HOST, false);
	assert_int_equal(decode_raw(AGENT_HELLO, "\2\0\0\0" BOOT_ID, 40), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_HELLO, "\2\0\0\0" BOOT_ID, 40), AGENT_UNEXPECTED);
	begin(AGENT_COMMAND_TO_GUEST, true);
	assert_int_equal(decode_raw(AGENT_STDIN_EOF, "", 0), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_SIGNAL, "\1\0\0\0", 4), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_STDIN, "x", 1), AGENT_UNEXPECTED);
}

static void test_window(void **state) {
	static const uint8_t bytes[AGENT_DATA_MAX];
	begin(AGENT_COMMAND_TO_GUEST, true);
	for (size_t left = AGENT_STDIN_WINDOW; left > 0;) {
		uint32_t n = (uint32_t)(left < sizeof(bytes) ? left : sizeof(bytes));
		assert_int_equal(decode_raw(AGENT_STDIN, bytes, n), AGENT_OK);
		left -= n;
	}
	agent_decoder_grant(&decoder, 10);
	assert_int_equal(decode_raw(AGENT_STDIN, bytes, 10), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_SIGNAL, "\1\0\0\0", 4), AGENT_OK);
	assert_int_equal(decode_raw(AGENT_STDIN, bytes, 1), AGENT_MALFORMED);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_simple),
			cmocka_unit_test(test_data),
			cmocka_unit_test(test_run),
			cmocka_unit_test(test_run_attacks),
			cmocka_unit_test(test_error),
			cmocka_unit_test(test_terminal),
			cmocka_unit_test(test_applications),
			cmocka_unit_test(test_applications_attacks),
			cmocka_unit_test(test_application_too_long),
			cmocka_unit_test(test_application_lists),
			cmocka_unit_test(test_values),
			cmocka_unit_test(test_streams),
			cmocka_unit_test(test_order),
			cmocka_unit_test(test_window),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
