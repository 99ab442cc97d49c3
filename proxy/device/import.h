/* SPDX-License-Identifier: MIT
 *
 * Files that the compositor sends to a guest (keymap, format table). The guest could write to what
 * is mapped into it, and a VMM maps only whole writable pages, so it gets a copy.
 */
#ifndef SILO_PROXY_DEVICE_IMPORT_H
#define SILO_PROXY_DEVICE_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

struct pool_account;
struct pool_file;

/* Is fd the write end of a pipe? */
bool import_is_pipe_writer(int fd);

/*
 * Copies the content of fd, at most RECEIVED_FILE_BYTES_MAX, into a new file; a descriptor without
 * content becomes one page of zeros. fd stays the caller's. Returns the file (the caller's
 * reference) and its size in bytes before rounding, or NULL with errno.
 */
struct pool_file *import_file(struct pool_account *account, int fd, uint32_t *ret_size);

/* Copies as much of from's bytes as fit to the start of a part. False: out of memory. */
bool import_copy(const struct pool_file *from, const struct pool_file *part);

#endif
