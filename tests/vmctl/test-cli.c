/* SPDX-License-Identifier: MIT
 *
 * What vmctl shows of a guest's output, whole and cut anywhere; the log ring; the record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmctl/cli/filter.h"
#include "vmctl/supervisor/record.h"
#include "vmctl/supervisor/ring.h"

static const struct {
	const char *in, *out;
} cases[] = {
		{"plain text\n\tand a tab\n", "plain text\n\tand a tab\n"},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
				"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
		/* Colours, cursor movement, alternate screen, mouse reports. */
		{"a\033[31mb\033[0m\033[2J\033[?1049h\033[?1003hc", "abc"},
		/* Titles, the clipboard, hyperlinks, with both terminators. */
		{"a\033]0;title\007b\033]52;c;ZXZpbA==\033\\c\033]8;;http://x\007d", "abcd"},
		/* Questions that the terminal would answer. */
		{"a\033[c\033[6n\033[>q\033P$qm\033\\\033P+q544e\033\\\005b", "ab"},
		/* APC, PM, SOS; character sets; ESC alone and doubled. */
		{"a\033_Gi=1;AAAA\033\\b\033^x\033\\c\033Xy\033\\d\033(0e\033\033cf\0337g",
				"abcdefg"},
		/* C1 as UTF-8: CSI, OSC, DCS, NEL. */
		{"a\xc2\x9b"
		 "31mb\xc2\x9d"
		 "52;c;x\007c\xc2\x90q\033\\d\xc2\x85"
		 "e",
				"abcde"},
		/* C1 as raw bytes is no UTF-8. */
		{"a\x9b"
		 "31mb\x9d"
		 "0;x\007c",
				"a\xef\xbf\xbd"
				"31mb\xef\xbf\xbd"
				"0;xc"},
		/* An unfinished string does not swallow what follows the line. */
		{"a\033]0;never ends\nb", "a\nb"},
		{"a\033[31\nb", "a\nb"},
		/* Cancelled. */
		{"a\033]0;x\030b", "ab"},
		/* Controls, DEL, backspace and carriage return, which overwrite. */
		{"a\001\002\010\015\177b\r\n", "ab\n"},
		/* Malformed: overlong, surrogate, too high, cut short. */
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd"},
		{"\xe2\x82"
		 "a",
				"\xef\xbf\xbd"
				"a"},
		/* Bidirectional overrides and zero-width characters. */
		{"a\xe2\x80\xae"
		 "b\xe2\x80\x8b"
		 "c",
				"abc"},
};

static void test_filter(void **state) {
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].in);
		/* Cut into pieces of each size: the result must not depend on it. */
		for (size_t step = 1; step <= len; step++) {
			struct filter filter = {0};
			char out[1024];
			size_t out_len = 0;
			for (size_t at = 0; at < len; at += step) {
				size_t n = len - at < step ? len - at : step;
				out_len += filter_bytes(&filter, cases[i].in + at, n,
						out + out_len);
			}
			out[out_len] = '\0';
			assert_string_equal(out, cases[i].out);
		}
	}
}

/* No byte sequence gets a control character through, and none outgrows the room. */
static void test_filter_random(void **state) {
	static const char alphabet[] = "\033[]P\\;0mcq\007\n\x9b\xc2\xe2\x80\xff a";
	uint32_t seed = 1;
	for (int round = 0; round < 20000; round++) {
		char in[64], out[FILTER_ROOM(sizeof(in))];
		struct filter filter = {0};
		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		size_t n = filter_bytes(&filter, in, sizeof(in), out);
		assert_true(n <= sizeof(out));
		for (size_t i = 0; i < n; i++) {
			unsigned char byte = (unsigned char)out[i];
			assert_true(byte >= 0x20 || byte == '\n');
			assert_true(byte != 0x7f &&
					!(byte == 0xc2 && i + 1 < n &&
							(unsigned char)out[i + 1] < 0xa0));
		}
	}
}

static const struct {
	const char *in, *out;
} screen_cases[] = {
		/* What shells, editors and pagers need comes through as it is. */
		{"a\033[1;38;5;196mb\033[38:2::1:2:3m\033[0m\r\b\a\tc\n",
				"a\033[1;38;5;196mb\033[38:2::1:2:3m\033[0m\r\b\a\tc\n"},
		{"\033[2J\033[H\033[10;20H\033[K\033[3A\033[2P\033[1;5r\033[L\033M\0337\0338",
				"\033[2J\033[H\033[10;20H\033[K\033[3A\033[2P\033[1;5r\033["
				"L\033M\0337\0338"},
		{"\033[?1049h\033[?25l\033[?1;7h\033[?2004h\033(0\016q\017\033(B\033[4 q\033=",
				"\033[?1049h\033[?25l\033[?1;7h\033[?2004h\033(0\016q\017\033("
				"B\033[4 "
				"q\033="},
		{"\xc2\x9b"
		 "31mx",
				"\033[31mx"},
		/* Questions: attributes, status, modes, checksums, settings, size, colours. */
		{"a\033[c\033[>c\033[=c\033[0c\033[5n\033[6n\033[?6n\033[?1$p\033[1;1;1;1;1;1*yb",
				"ab"},
		{"a\033[18t\033[21t\033[8;99;99t\033[x\033[>q\033[?u\033[?4m\033[>4;2mb", "ab"},
		{"a\033P$qm\033\\\033P+q544e\033\\\033]4;1;?\007\033]52;c;?\007\005\033Zb", "ab"},
		{"a\033]0;title\033\\b\033]8;;http://"
		 "x\007c\033_Gi=1\033\\\033^x\033\\\033Xx\033\\d",
				"abcd"},
		/* Reports of mouse and focus, also beside what may pass; printing; reset; scrollback. */
		{"a\033[?1000h\033[?1003h\033[?1004h\033[?1006h\033[?25;1000hb", "ab"},
		{"a\033[i\033[5i\033[?5i\033c\033[3J\033[2;3J\033[20h\033[2hb", "ab"},
		/* Nonsense: nothing, too long numbers, too long, controls within, an end within. */
		{"a\033[?h\033[99999A\033[00000000000000000001Ab", "ab"},
		{"a\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;"
		 "1mb",
				"ab"},
		{"a\033[3\r1mb\033[\xc3\xa4mc\033\033[31md", "abc\033[31md"},
		{"a\033[31\nb\033\030c", "a\nbc"},
};

static void test_screen(void **state) {
	for (size_t i = 0; i < sizeof(screen_cases) / sizeof(screen_cases[0]); i++) {
		size_t len = strlen(screen_cases[i].in);
		for (size_t step = 1; step <= len; step++) {
			struct filter filter = {.is_screen = true};
			char out[1024];
			size_t out_len = 0;
			for (size_t at = 0; at < len; at += step) {
				size_t n = len - at < step ? len - at : step;
				out_len += filter_bytes(&filter, screen_cases[i].in + at, n,
						out + out_len);
			}
			out[out_len] = '\0';
			assert_string_equal(out, screen_cases[i].out);
		}
	}
}

/* Whatever comes, each sequence that passes is one that may; none outgrows the room. */
static void test_screen_random(void **state) {
	static const char alphabet[] = "\033\033[[]P\\?;0123456789hlmcnqJ$ \007\n\x9b\xc2\x90\xff";
	uint32_t seed = 1;
	for (int round = 0; round < 20000; round++) {
		char in[64], out[FILTER_ROOM(sizeof(in))], again[FILTER_ROOM(sizeof(out))];
		struct filter filter = {.is_screen = true}, other = {.is_screen = true};
		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		size_t n = filter_bytes(&filter, in, sizeof(in), out);
		assert_true(n <= sizeof(out));
		/* Clean output stays as it is. */
		assert_int_equal(filter_bytes(&other, out, n, again), n);
		assert_memory_equal(again, out, n);
	}
}

static void test_undo(void **state) {
	static const char all[] =
			"\033[?1049h\033[?25l\033[?7l\033[?1h\033[?2004h\033[1;5r\033=\033(0"
			"\033[3 q";
	struct filter filter = {.is_screen = true};
	char out[FILTER_ROOM(sizeof(all))], undo[SEQUENCE_UNDO_MAX];
	assert_int_equal(filter_bytes(&filter, all, sizeof(all) - 1, out), sizeof(all) - 1);
	size_t len = sequence_undo(&filter.screen, undo);
	assert_true(len < sizeof(undo));
	static const char *const undone[] = {"\033[?1049l", "\033[?25h", "\033[?7h", "\033[?1l",
			"\033[?2004l", "\033[r", "\033>", "\033(B", "\033[0 q"};
	for (size_t i = 0; i < sizeof(undone) / sizeof(undone[0]); i++) {
		assert_non_null(strstr(undo, undone[i]));
	}
	/* Nothing was done: nothing but the colours is undone. */
	assert_int_equal(sequence_undo(&(struct sequence_state){0}, undo), strlen("\033[0m"));
}

static void test_ring(void **state) {
	struct ring ring;
	assert_true(ring_init(&ring, 64));
	struct ring_source a = {.name = "a"}, b = {.name = "b"};
	ring_add(&ring, &a, "one\ntw", 6);
	ring_add(&ring, &b, "other\n", 6);
	ring_add(&ring, &a, "o\r\n", 3);
	char out[128];
	uint64_t position = 0;
	size_t n = ring_read(&ring, &position, out, sizeof(out));
	out[n] = '\0';
	assert_string_equal(out, "a: one\nb: other\na: two\n");
	assert_int_equal(ring_read(&ring, &position, out, sizeof(out)), 0);
	/* Old lines give way; a reader who was too slow goes on with what is left. */
	position = 0;
	for (int i = 0; i < 100; i++) {
		ring_add(&ring, &a, "0123456789\n", 11);
	}
	n = ring_read(&ring, &position, out, sizeof(out));
	assert_int_equal(n, 64);
	position = ring_tail(&ring, 2);
	n = ring_read(&ring, &position, out, sizeof(out));
	out[n] = '\0';
	assert_string_equal(out, "a: 0123456789\na: 0123456789\n");
	ring_finish(&ring);
}

static void test_ring_long_line(void **state) {
	struct ring ring;
	assert_true(ring_init(&ring, 1 << 16));
	static struct ring_source a = {.name = "a"};
	static char long_line[3 * RING_LINE_MAX];
	memset(long_line, 'x', sizeof(long_line));
	ring_add(&ring, &a, long_line, sizeof(long_line));
	ring_flush(&ring, &a);
	ring_flush(&ring, &a);
	assert_int_equal(ring.end, sizeof(long_line) + 3 * strlen("a: \n"));
	ring_finish(&ring);
}

static void test_record(void **state) {
	char dir[] = "/tmp/silo-record-XXXXXX", path[64];
	assert_non_null(mkdtemp(dir));
	struct record record = {.boots = 3, .vmm_pid = 42, .accelerator = "kvm", .jail = "full"},
		      read;
	assert_false(record_read(&read, dir));
	record_set(&record, VM_FAILED, "the VMM was killed");
	assert_true(record_write(&record, "banking", dir));
	assert_true(record_read(&read, dir));
	assert_int_equal(read.state, VM_FAILED);
	assert_string_equal(read.reason, "the VMM was killed");
	assert_string_equal(read.accelerator, "kvm");
	assert_int_equal(read.boots, 3);
	assert_int_equal(read.vmm_pid, 42);
	assert_int_equal(read.since_ms, record.since_ms);
	/* A file that somebody broke is as good as none. */
	snprintf(path, sizeof(path), "%s/record.json", dir);
	FILE *file = fopen(path, "we");
	fputs("{\"state\":7,\"boots\":\"x\",\"pids\":[]}", file);
	fclose(file);
	assert_true(record_read(&read, dir));
	assert_int_equal(read.state, VM_STOPPED);
	assert_int_equal(read.boots, 0);
	unlink(path);
	rmdir(dir);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_filter),
			cmocka_unit_test(test_filter_random),
			cmocka_unit_test(test_screen),
			cmocka_unit_test(test_screen_random),
			cmocka_unit_test(test_undo),
			cmocka_unit_test(test_ring),
			cmocka_unit_test(test_ring_long_line),
			cmocka_unit_test(test_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
