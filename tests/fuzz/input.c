/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/input.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

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

static char dir[] = "/tmp/silo-fuzz-XXXXXX";

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where) {
	return remove(path);
}

static void remove_dir(void) {
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *input_dir(void) {
	static bool is_made;
	if (!is_made && mkdtemp(dir) == NULL) {
		abort();
	}
	if (!is_made) {
		atexit(remove_dir);
	}
	is_made = true;
	return dir;
}

uint8_t input_byte(struct input *from) {
	if (from->left == 0) {
		return 0;
	}
	from->left--;
	return *from->at++;
}

uint16_t input_u16(struct input *from) {
	uint8_t low = input_byte(from);
	return (uint16_t)(low | input_byte(from) << 8);
}

uint32_t input_u32(struct input *from) {
	uint16_t low = input_u16(from);
	return low | (uint32_t)input_u16(from) << 16;
}

#define SMALL_END 160

static const uint32_t numbers[] = {UINT32_MAX, UINT32_MAX - 1, INT32_MAX, 0x80000000u, 0xff000000u,
		0xff000001u, 0xfeffffffu, 65535, 65536, 65540, 32767, 32768, 4095, 4096, 4097, 8192,
		200, 255, 256, 257, 300, 400, 512, 640, 1000, 1024, 1280, 1920, 1080, 2048, 16384,
		16385, 1u << 20, 1u << 24, 1u << 28, 1u << 30, 0x34325241, 0x34325258, 0x20203852,
		60000};

uint32_t input_number(struct input *from) {
	uint8_t byte = input_byte(from);
	if (byte < SMALL_END) {
		return byte;
	}
	size_t at = byte - (size_t)SMALL_END;
	return at < sizeof(numbers) / sizeof(numbers[0]) ? numbers[at] : input_u32(from);
}

uint64_t input_long(struct input *from) {
	if (from->left > 0 && *from->at == 0xfe) {
		input_byte(from);
		uint64_t low = input_u32(from);
		return low | (uint64_t)input_u32(from) << 32;
	}
	return input_number(from);
}

const uint8_t *input_bytes(struct input *from, size_t max, size_t *ret_len) {
	size_t len = input_u16(from);
	len = len < max ? len : max;
	len = len < from->left ? len : from->left;
	const uint8_t *bytes = from->at;
	from->at += len;
	from->left -= len;
	*ret_len = len;
	return bytes;
}

static int make_memory(off_t size, bool is_sealed) {
	int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, size) < 0 ||
			(is_sealed && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)) {
		abort();
	}
	return fd;
}

/* Keeps one end of two. */
static int keep(const int ends[2], int which) {
	close(ends[1 - which]);
	return ends[which];
}

int input_file(uint8_t kind) {
	int ends[2];
	switch ((enum input_file)(kind % INPUT_FILE_KINDS)) {
	case INPUT_FILE_MEMORY:
		return make_memory(INPUT_FILE_BYTES, false);
	case INPUT_FILE_SEALED:
		return make_memory(INPUT_FILE_BYTES, true);
	case INPUT_FILE_TINY:
		return make_memory(5, false);
	case INPUT_FILE_PIPE_WRITE:
	case INPUT_FILE_PIPE_READ:
		if (pipe2(ends, O_CLOEXEC) < 0) {
			abort();
		}
		return keep(ends, kind % INPUT_FILE_KINDS == INPUT_FILE_PIPE_WRITE ? 1 : 0);
	case INPUT_FILE_SOCKET:
		if (fd_socketpair(SOCK_STREAM, ends) < 0) {
			abort();
		}
		return keep(ends, 0);
	case INPUT_FILE_NULL:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case INPUT_FILE_EVENT:
	default:
		return eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	}
}
