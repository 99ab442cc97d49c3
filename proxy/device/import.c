/* SPDX-License-Identifier: MIT */
#include "proxy/device/import.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "proxy/quota/pool.h"

bool import_is_pipe_writer(int fd) {
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && flags >= 0 &&
			(flags & O_ACCMODE) == O_WRONLY;
}

/* Bytes to copy: 0 for what has no content or too much of it. */
static uint32_t content_size(int fd) {
	struct stat st;
	/* Only regular files: reading from anything else could block. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
			st.st_size > RECEIVED_FILE_BYTES_MAX) {
		return 0;
	}
	return (uint32_t)st.st_size;
}

/* Copies [0, size) of fd to where base is in out; false: out could not be written. */
static bool copy_bytes(int fd, uint64_t size, int out, uint64_t base) {
	uint8_t bytes[16 << 10];
	for (uint64_t at = 0; at < size;) {
		size_t want = size - at < sizeof(bytes) ? (size_t)(size - at) : sizeof(bytes);
		ssize_t got = pread(fd, bytes, want, (off_t)at);
		if (got <= 0) {
			break; // shorter than it said: the rest stays zero
		}
		if (pwrite(out, bytes, (size_t)got, (off_t)(base + at)) != got) {
			return false;
		}
		at += (uint64_t)got;
	}
	return true;
}

struct pool_file *import_file(struct pool_account *account, int fd, uint32_t *ret_size) {
	uint32_t size = content_size(fd);
	struct pool_file *file = pool_file_create(account, size > 0 ? size : 1);
	if (file == NULL) {
		return NULL;
	}
	if (!copy_bytes(fd, size, pool_file_fd(file), 0)) {
		int saved = errno;
		pool_file_unref(file);
		errno = saved;
		return NULL;
	}
	*ret_size = size > 0 ? size : (uint32_t)pool_file_size(file);
	return file;
}

bool import_copy(const struct pool_file *from, const struct pool_file *part) {
	uint64_t size = pool_file_size(from);
	size = size < pool_file_size(part) ? size : pool_file_size(part);
	return copy_bytes(pool_file_fd(from), size, pool_file_fd(part), pool_file_base(part));
}
