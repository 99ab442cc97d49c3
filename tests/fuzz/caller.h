/* SPDX-License-Identifier: MIT
 *
 * A hostile caller of a Varlink service, for fuzz targets whose input is text: a line is a method and
 * its parameters as JSON, which may be anything; or, after '!', the bytes of a message as they are;
 * or, after '#', what descriptors go with the next call (a digit each, for input_file()).
 */
#ifndef SILO_TESTS_FUZZ_CALLER_H
#define SILO_TESTS_FUZZ_CALLER_H

#include <stddef.h>
#include <stdint.h>

#define CALLER_FILES_MAX 8

struct caller {
	int fd;
	const char *interface;
	int files[CALLER_FILES_MAX];
	size_t files_len;
};

/* Connects to the socket at path, where interface is served. */
void caller_connect(struct caller *caller, const char *path, const char *interface);
void caller_close(struct caller *caller);

/* Does what the line says. */
void caller_say(struct caller *caller, const char *line, size_t len);
/* Reads what has been answered, and forgets it. */
void caller_drain(int fd);

/* The first line of *bytes, without its end, which moves on; its length in *ret_len. */
const char *caller_line(const char **bytes, size_t *len, size_t *ret_len);

#endif
