/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int input = -1;

const char *input_open(const uint8_t *bytes, size_t len) {
	static char path[32];
	input = memfd_create("input", MFD_CLOEXEC);
	if (input < 0 || write(input, bytes, len) != (ssize_t)len || fchmod(input, 0600) < 0) {
		abort();
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", input);
	return path;
}

void input_close(void) {
	close(input);
}
