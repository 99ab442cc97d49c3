/* SPDX-License-Identifier: MIT
 *
 * Memory that the proxy makes for a guest's buffers: sealed, sparse memfds, charged to the VM by
 * the pages that are really allocated. A `struct pool_file` is such a file (a copied pool of the
 * socket front end, a received file) or a part of one: the GPU device has one arena for the whole
 * window that the guest sees, and a mapped blob is a part of it. The Wayland engine reserves the
 * range of a buffer before the compositor reads it, so that a hole can neither cost memory unseen
 * nor raise SIGBUS.
 *
 * Offsets and sizes are hostile: every function checks them against the file or part.
 */
#ifndef SILO_PROXY_QUOTA_POOL_H
#define SILO_PROXY_QUOTA_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct pool_file; // refcounted: a file or a part of one

/* The account of one VM. Zero-initialise with the two limits set; it outlives its files. */
struct pool_account {
	uint64_t bytes_max;      // allocated bytes this VM may hold
	uint32_t files_max;      // 0: VM_POOL_FILES_MAX
	uint64_t bytes_reserved; // reserved by pool_file_reserve()
	uint32_t files;          // living files, without parts
	/* Of pool.c: every living file, and what pool_account_measure() saw last and when. */
	struct pool_file *first;
	uint64_t bytes_measured;
	int64_t measured_ms;
};

/*
 * Bytes that the VM's files really hold: reserved ones, and those that the guest allocated itself
 * by writing into its mappings. Asks the kernel about each file, at most once in 250 ms.
 */
uint64_t pool_account_measure(struct pool_account *account);
/* May more bytes be allocated? A measurement that says no is taken again: it may be old. */
bool pool_account_has_room(struct pool_account *account, uint64_t more);

/*
 * Makes a memfd of size bytes (rounded up to a page, no page allocated), sealed against shrinking
 * and growing. Returns the file with one reference, or NULL with errno (EDQUOT: too many files, or
 * the pages that the VM's files really hold exceed its quota; ENOMEM, EMFILE).
 */
struct pool_file *pool_file_create(struct pool_account *account, uint64_t size);

struct pool_file *pool_file_ref(struct pool_file *file);
/*
 * Drops a reference. The last one closes the file; that of a part gives its pages back, but for
 * those that another living part covers. The account is credited. NULL is fine.
 */
void pool_file_unref(struct pool_file *file);

/*
 * The part [base, base + size) of an arena (page-aligned), all zeros. It is placed: no other may
 * overlap it until pool_part_withdraw(). Where it overlaps a withdrawn part that somebody still
 * refers to, both have the same bytes, and pages stay allocated. Holds a reference to the arena.
 * Returns the part with one reference, or NULL with errno (EINVAL: not aligned, out of the arena,
 * overlap; EDQUOT: VM_BLOBS_MAX parts; ENOMEM).
 */
struct pool_file *pool_part_create(struct pool_file *arena, uint64_t base, uint64_t size);
/* The guest has given the place up; it drops the caller's reference too. NULL is fine. */
void pool_part_withdraw(struct pool_file *part);
/* Gives back every page of an arena that no part covers. */
void pool_arena_trim(struct pool_file *arena);

/*
 * The descriptor stays the file's (of a part: the arena's, whose byte pool_file_base() is the
 * part's first); the compositor gets it by SCM_RIGHTS, which duplicates it.
 */
int pool_file_fd(const struct pool_file *file);
uint64_t pool_file_base(const struct pool_file *file);
/* Size in bytes, page-rounded; constant. */
uint64_t pool_file_size(const struct pool_file *file);

/*
 * Allocates the pages of [offset, offset + len), charging the account for those not reserved
 * before. Cheap when the range was reserved already. Returns 0, -EINVAL (out of the file), -EDQUOT
 * (nothing is charged) or another negative errno.
 */
int pool_file_reserve(struct pool_file *file, uint64_t offset, uint64_t len);

#endif
