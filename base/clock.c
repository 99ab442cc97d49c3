/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

static int64_t test_ns = -1;

int64_t clock_now_ns(void) {
	if (test_ns >= 0) {
		return test_ns;
	}
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_now_ms(void) {
	return clock_now_ns() / 1000000;
}

int64_t clock_thread_ns(void) {
	struct timespec used;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

void clock_set_for_test(int64_t ns) {
	test_ns = ns;
}
