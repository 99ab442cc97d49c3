/* SPDX-License-Identifier: MIT
 *
 * Memory of secrets: how the kernel keeps it, and what is in it when it is given back. munmap() is this
 * file's own (--wrap).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/secret.h"

#define LEN 300000

static const uint8_t *watched;
static size_t watched_len, left, unmapped;

int __real_munmap(void *addr, size_t len);
int __wrap_munmap(void *addr, size_t len);

int __wrap_munmap(void *addr, size_t len) {
	if (addr == watched) {
		unmapped++;
		watched_len = len;
		left = 0;
		for (size_t i = 0; i < len; i++) {
			left += watched[i] != 0;
		}
	}
	return __real_munmap(addr, len);
}

/* The flags that the kernel has for the mapping at that address: two letters each. */
static void get_flags(const void *address, char out[512]) {
	FILE *file = fopen("/proc/self/smaps", "re");
	char line[512];
	bool is_it = false;
	assert_non_null(file);
	out[0] = '\0';
	while (fgets(line, sizeof(line), file) != NULL && out[0] == '\0') {
		uintptr_t begin, end;
		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2) {
			is_it = begin <= (uintptr_t)address && (uintptr_t)address < end;
		} else if (is_it && strncmp(line, "VmFlags:", 8) == 0) {
			snprintf(out, 512, "%s", line + 8);
		}
	}
	fclose(file);
}

static void use(bool *ret_locked, char flags[512]) {
	struct secret *secret = secret_create(LEN);
	assert_non_null(secret);
	assert_true(secret->cap >= LEN);
	memset(secret->bytes, 0x5a, LEN);
	secret->len = LEN;
	get_flags(secret->bytes, flags);
	*ret_locked = secret->is_locked;
	watched = secret->bytes;
	unmapped = 0;
	left = SIZE_MAX;
	secret_destroy(secret);
	assert_int_equal(unmapped, 1);
	assert_int_equal(left, 0);
	assert_true(watched_len >= LEN);
	watched = NULL;
}

static void it_is_locked_and_zeroed(void **state) {
	bool is_locked;
	char flags[512];
	use(&is_locked, flags);
	assert_true(is_locked);
	/* Locked, not in core files, not for children. */
	assert_non_null(strstr(flags, " lo"));
	assert_non_null(strstr(flags, " dd"));
	assert_non_null(strstr(flags, " dc"));
}

/* Where the limit does not let it be locked, which whoever uses it can see. */
static void without_the_right_it_is_zeroed(void **state) {
	struct rlimit limit, none;
	bool is_locked;
	char flags[512];
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	if (geteuid() == 0) {
		/* Root is held to no limit. */
		assert_int_equal(seteuid(65534), 0);
	}
	none = (struct rlimit){0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	use(&is_locked, flags);
	assert_false(is_locked);
	assert_non_null(strstr(flags, " dd"));
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	if (getuid() == 0) {
		assert_int_equal(seteuid(0), 0);
	}
}

static void some_of_it_is_used(void **state) {
	struct secret *secret = secret_create(LEN);
	assert_non_null(secret);
	secret->bytes[LEN / 2] = 1;
	watched = secret->bytes;
	left = SIZE_MAX;
	secret_destroy(secret);
	assert_int_equal(left, 0);
	watched = NULL;
	secret_destroy(NULL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(it_is_locked_and_zeroed),
			cmocka_unit_test(without_the_right_it_is_zeroed),
			cmocka_unit_test(some_of_it_is_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
