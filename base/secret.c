/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct secret *secret_create(size_t cap) {
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (cap + page - 1) / page * page;
	struct secret *secret = calloc(1, sizeof(*secret));
	if (secret == NULL || size < cap) {
		free(secret);
		return NULL;
	}
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) {
		free(secret);
		return NULL;
	}
	secret->bytes = bytes;
	secret->cap = size;
	madvise(bytes, size, MADV_DONTDUMP);
	madvise(bytes, size, MADV_DONTFORK);
	secret->is_locked = mlock2(bytes, size, MLOCK_ONFAULT) == 0;
	return secret;
}

void secret_destroy(struct secret *secret) {
	if (secret == NULL) {
		return;
	}
	/* Of what was never written the kernel has no copy; what is resident is zeroed. */
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	for (size_t at = 0; at < secret->cap; at += page) {
		unsigned char is_resident = 1;
		mincore(secret->bytes + at, page, &is_resident);
		if (!secret->is_locked || (is_resident & 1) != 0) {
			explicit_bzero(secret->bytes + at, page);
		}
	}
	munmap(secret->bytes, secret->cap);
	free(secret);
}
