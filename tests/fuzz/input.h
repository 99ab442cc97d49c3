/* SPDX-License-Identifier: MIT
 *
 * For fuzz targets of what reads files: an input as a file without a name.
 */
#ifndef SILO_TESTS_FUZZ_INPUT_H
#define SILO_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* A path that holds these bytes until input_close(). */
const char *input_open(const uint8_t *bytes, size_t len);
void input_close(void);

#endif
