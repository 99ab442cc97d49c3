/* SPDX-License-Identifier: MIT */
#include "proxy/quota/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"

#define PAGE_SIZE 4096ull
#define MEASURE_INTERVAL_MS 250
/* Ranges of one file that are remembered apart; beyond, the closest two become one. */
#define RANGES_MAX 64

/* A reserved range [start, end), page-aligned. */
struct range {
	uint64_t start, end;
};

struct pool_file {
	struct pool_account *account;
	struct pool_file *prev, *next; // pool_account.first, or arena->parts
	struct pool_file *arena;       // of a part: a reference; NULL for a file
	struct pool_file *parts;       // of an arena: by base
	uint32_t n_parts;
	bool placed;          // a part that the guest has not given up
	struct range *ranges; // owned, sorted, apart from each other, counted from base
	size_t n_ranges;
	uint64_t base, size;
	uint64_t reserved; // what the account was charged for this file
	uint32_t refs;
	int fd; // a part's is the arena's
};

static uint64_t page_ceil(uint64_t bytes) {
	return (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static uint64_t file_bytes_held(const struct pool_file *file) {
	struct stat st;
	uint64_t bytes = fstat(file->fd, &st) < 0 ? 0 : (uint64_t)st.st_blocks * 512;
	return bytes > file->reserved ? bytes : file->reserved;
}

static void account_refresh(struct pool_account *account) {
	uint64_t total = 0;
	for (struct pool_file *file = account->first; file != NULL; file = file->next) {
		total += file_bytes_held(file);
	}
	account->bytes_measured = total;
	account->measured_ms = clock_now_ms();
}

uint64_t pool_account_measure(struct pool_account *account) {
	if (account->measured_ms == 0 ||
			clock_now_ms() - account->measured_ms >= MEASURE_INTERVAL_MS) {
		account_refresh(account);
	}
	return account->bytes_measured;
}

bool pool_account_has_room(struct pool_account *account, uint64_t more) {
	if (more > account->bytes_max) {
		return false;
	}
	if (pool_account_measure(account) <= account->bytes_max - more) {
		return true;
	}
	account_refresh(account);
	return account->bytes_measured <= account->bytes_max - more;
}

static int sealed_memfd(uint64_t size) {
	cleanup_fd int fd = memfd_create("silo-pool",
			MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL) {
		fd = memfd_create("silo-pool", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	}
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		return -1;
	}
	return fd_steal(&fd);
}

static struct pool_file **list_of(struct pool_file *file) {
	return file->arena != NULL ? &file->arena->parts : &file->account->first;
}

/* Puts the file into its list after prev; NULL: first. */
static void link_file(struct pool_file *file, struct pool_file *prev) {
	struct pool_file **place = prev != NULL ? &prev->next : list_of(file);
	file->prev = prev;
	file->next = *place;
	*place = file;
	if (file->next != NULL) {
		file->next->prev = file;
	}
}

static void unlink_file(struct pool_file *file) {
	struct pool_file **place = file->prev != NULL ? &file->prev->next : list_of(file);
	*place = file->next;
	if (file->next != NULL) {
		file->next->prev = file->prev;
	}
}

struct pool_file *pool_file_create(struct pool_account *account, uint64_t size) {
	uint32_t files_max = account->files_max != 0 ? account->files_max : VM_POOL_FILES_MAX;
	if (size == 0 || size > VM_BLOB_WINDOW_BYTES) {
		errno = EINVAL;
		return NULL;
	}
	if (account->files >= files_max || !pool_account_has_room(account, 0)) {
		errno = EDQUOT;
		return NULL;
	}
	struct pool_file *file = calloc(1, sizeof(*file));
	if (file == NULL) {
		return NULL;
	}
	file->size = page_ceil(size);
	file->fd = sealed_memfd(file->size);
	if (file->fd < 0) {
		int saved = errno;
		free(file);
		errno = saved;
		return NULL;
	}
	file->refs = 1;
	file->account = account;
	link_file(file, NULL);
	account->files++;
	return file;
}

struct pool_file *pool_file_ref(struct pool_file *file) {
	file->refs++;
	return file;
}

/* Frees the pages of [start, end); they read as zeros. */
static bool punch(int fd, uint64_t start, uint64_t end) {
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)start,
			       (off_t)(end - start)) == 0;
}

/* Frees the pages of [start, end) that no part covers. */
static void give_back(struct pool_file *arena, uint64_t start, uint64_t end) {
	const struct pool_file *part = arena->parts;
	for (; part != NULL && part->base < end && start < end; part = part->next) {
		if (part->base > start) {
			punch(arena->fd, start, part->base);
		}
		uint64_t part_end = part->base + part->size;
		start = part_end > start ? part_end : start;
	}
	if (start < end) {
		punch(arena->fd, start, end);
	}
}

void pool_arena_trim(struct pool_file *arena) {
	give_back(arena, 0, arena->size);
}

void pool_file_unref(struct pool_file *file) {
	if (file == NULL || --file->refs > 0) {
		return;
	}
	unlink_file(file);
	file->account->bytes_reserved -= file->reserved;
	if (file->arena != NULL) {
		file->arena->n_parts--;
		give_back(file->arena, file->base, file->base + file->size);
		pool_file_unref(file->arena);
	} else {
		file->account->files--;
		close(file->fd);
	}
	free(file->ranges);
	free(file);
}

/* The start of the first data in [start, end), or end. Pages only allocated are no data. */
static uint64_t find_data(int fd, uint64_t start, uint64_t end) {
	off_t data = start < end ? lseek(fd, (off_t)start, SEEK_DATA) : -1;
	return data >= 0 && (uint64_t)data < end ? (uint64_t)data : end;
}

static uint64_t find_hole(int fd, uint64_t start, uint64_t end) {
	off_t hole = lseek(fd, (off_t)start, SEEK_HOLE);
	return hole > (off_t)start && (uint64_t)hole < end ? (uint64_t)hole : end;
}

/* Zeroes [start, end); pages that were allocated stay so. */
static bool wipe(int fd, uint64_t start, uint64_t end) {
	uint64_t hole;
	for (uint64_t at = find_data(fd, start, end); at < end; at = find_data(fd, hole, end)) {
		hole = find_hole(fd, at, end);
		if (!punch(fd, at, hole) || fallocate(fd, 0, (off_t)at, (off_t)(hole - at)) < 0) {
			return false;
		}
	}
	return true;
}

struct pool_file *pool_part_create(struct pool_file *arena, uint64_t base, uint64_t size) {
	if (size == 0 || ((base | size) & (PAGE_SIZE - 1)) != 0 || base > arena->size ||
			size > arena->size - base) {
		errno = EINVAL;
		return NULL;
	}
	struct pool_file *prev = NULL;
	bool shares = false;
	for (struct pool_file *part = arena->parts; part != NULL && part->base < base + size;
			part = part->next) {
		bool overlaps = part->base + part->size > base;
		if (overlaps && part->placed) {
			errno = EINVAL;
			return NULL;
		}
		shares = shares || overlaps;
		prev = part->base <= base ? part : prev; // the list is by base
	}
	if (arena->n_parts >= VM_BLOBS_MAX) {
		errno = EDQUOT;
		return NULL;
	}
	bool clean = shares ? wipe(arena->fd, base, base + size)
			    : find_data(arena->fd, base, base + size) == base + size ||
					punch(arena->fd, base, base + size);
	struct pool_file *part = clean ? calloc(1, sizeof(*part)) : NULL;
	if (part == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	*part = (struct pool_file){
			.account = arena->account,
			.arena = pool_file_ref(arena),
			.placed = true,
			.base = base,
			.size = size,
			.refs = 1,
			.fd = arena->fd,
	};
	link_file(part, prev);
	arena->n_parts++;
	return part;
}

void pool_part_withdraw(struct pool_file *part) {
	if (part != NULL) {
		part->placed = false;
		pool_file_unref(part);
	}
}

int pool_file_fd(const struct pool_file *file) {
	return file->fd;
}

uint64_t pool_file_base(const struct pool_file *file) {
	return file->base;
}

uint64_t pool_file_size(const struct pool_file *file) {
	return file->size;
}

/* How many bytes of want are not in any range yet. */
static uint64_t uncovered(const struct pool_file *file, struct range want) {
	uint64_t covered = 0;
	for (size_t i = 0; i < file->n_ranges; i++) {
		uint64_t start = file->ranges[i].start > want.start ? file->ranges[i].start
								    : want.start;
		uint64_t end = file->ranges[i].end < want.end ? file->ranges[i].end : want.end;
		covered += end > start ? end - start : 0;
	}
	return want.end - want.start - covered;
}

/* Adds want, swallowing the ranges that it touches. There is room for one more. */
static void add_range(struct pool_file *file, struct range want) {
	size_t kept = 0;
	size_t at = 0;
	for (size_t i = 0; i < file->n_ranges; i++) {
		struct range range = file->ranges[i];
		if (range.end < want.start) {
			at = kept + 1;
		} else if (range.start <= want.end) {
			want.start = range.start < want.start ? range.start : want.start;
			want.end = range.end > want.end ? range.end : want.end;
			continue;
		}
		file->ranges[kept++] = range;
	}
	memmove(&file->ranges[at + 1], &file->ranges[at], (kept - at) * sizeof(*file->ranges));
	file->ranges[at] = want;
	file->n_ranges = kept + 1;
}

/* The gap to allocate too so that want fills the smallest hole between two ranges. */
static struct range widen_to_neighbour(const struct pool_file *file, struct range want) {
	struct range best = want;
	uint64_t best_gap = UINT64_MAX;
	for (size_t i = 0; i < file->n_ranges; i++) {
		const struct range *range = &file->ranges[i];
		if (range->end < want.start && want.start - range->end < best_gap) {
			best_gap = want.start - range->end;
			best = (struct range){range->end, want.end};
		} else if (range->start > want.end && range->start - want.end < best_gap) {
			best_gap = range->start - want.end;
			best = (struct range){want.start, range->start};
		}
	}
	return best;
}

/* Bytes of want that nobody has written to, so that most of them are not allocated. */
static uint64_t hole_bytes(const struct pool_file *file, struct range want) {
	uint64_t bytes = 0;
	uint64_t at = file->base + want.start;
	uint64_t end = file->base + want.end;
	while (at < end) {
		uint64_t data = find_data(file->fd, at, end);
		bytes += data - at;
		at = data < end ? find_hole(file->fd, data, end) : end;
	}
	return bytes;
}

/* Is there room to allocate want, of which `more` bytes were not reserved before? */
static bool has_room_for(const struct pool_file *file, struct range want, uint64_t more) {
	if (pool_account_has_room(file->account, more)) {
		return true;
	}
	/* What the guest has drawn already was measured: it is not counted twice. */
	uint64_t holes = hole_bytes(file, want);
	return holes < more && pool_account_has_room(file->account, holes);
}

int pool_file_reserve(struct pool_file *file, uint64_t offset, uint64_t len) {
	if (len == 0 || offset > file->size || len > file->size - offset) {
		return -EINVAL;
	}
	struct range want = {offset & ~(PAGE_SIZE - 1), page_ceil(offset + len)};
	uint64_t more = uncovered(file, want);
	if (more == 0) {
		return 0;
	}
	if (file->ranges == NULL) {
		file->ranges = calloc(RANGES_MAX + 1, sizeof(*file->ranges));
		if (file->ranges == NULL) {
			return -ENOMEM;
		}
	}
	if (file->n_ranges >= RANGES_MAX) {
		want = widen_to_neighbour(file, want);
		more = uncovered(file, want);
	}
	if (!has_room_for(file, want, more)) {
		return -EDQUOT;
	}
	if (fallocate(file->fd, 0, (off_t)(file->base + want.start),
			    (off_t)(want.end - want.start)) < 0) {
		return -errno;
	}
	add_range(file, want);
	file->reserved += more;
	file->account->bytes_reserved += more;
	file->account->bytes_measured += more;
	return 0;
}
