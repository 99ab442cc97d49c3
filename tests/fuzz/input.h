/* SPDX-License-Identifier: MIT
 *
 * How fuzz targets read their input: as a file without a name, or as a program of small numbers, where
 * one byte chooses among values that are likely to matter. Past the end everything reads as zero.
 */
#ifndef SILO_TESTS_FUZZ_INPUT_H
#define SILO_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* A path that holds these bytes until input_close(). */
const char *input_open(const uint8_t *bytes, size_t len);
void input_close(void);

/* A folder of one's own, mode 0700, the same for all inputs; it goes with the process. */
const char *input_dir(void);

struct input {
	const uint8_t *at;
	size_t left;
};

uint8_t input_byte(struct input *input);
/* Little-endian. */
uint16_t input_u16(struct input *input);
uint32_t input_u32(struct input *input);
/* A byte: below 160 itself; then interesting numbers; 0xff: four bytes follow. */
uint32_t input_number(struct input *input);
/* Of 64 bits, likewise; 0xfe: eight bytes follow. */
uint64_t input_long(struct input *input);
/* Two bytes of length, then that many bytes or what is left; at most max. */
const uint8_t *input_bytes(struct input *input, size_t max, size_t *ret_len);

/* What a hostile sender may pass as a descriptor. */
enum input_file {
	INPUT_FILE_MEMORY, // 64 KiB
	INPUT_FILE_SEALED, // 64 KiB, cannot shrink
	INPUT_FILE_TINY,   // 5 bytes
	INPUT_FILE_PIPE_WRITE,
	INPUT_FILE_PIPE_READ,
	INPUT_FILE_SOCKET,
	INPUT_FILE_NULL,
	INPUT_FILE_EVENT,
	INPUT_FILE_KINDS,
};
#define INPUT_FILE_BYTES 65536

/* A new descriptor of that kind (taken modulo INPUT_FILE_KINDS); the caller owns it. */
int input_file(uint8_t kind);

#endif
