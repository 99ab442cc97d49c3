/* SPDX-License-Identifier: MIT
 *
 * Memory that the proxy makes for a guest's buffers: sealed, sparse memfds, charged to the VM by
 * the pages that are really allocated. A blob of the GPU device and a copied pool of the socket
 * front end are both a `struct pool_file`; the Wayland engine reserves the range of a buffer before
 * the compositor reads it, so that a hole can neither cost memory unseen nor raise SIGBUS.
 */
#ifndef SILO_PROXY_QUOTA_POOL_H
#define SILO_PROXY_QUOTA_POOL_H

#include <stdint.h>

struct pool_file; // refcounted

/* The account of one VM. Zero-initialise with the two limits set; it outlives its files. */
struct pool_account {
	uint64_t bytes_max;      // allocated bytes this VM may hold
	uint32_t files_max;      // 0: VM_POOL_FILES_MAX
	uint64_t bytes_reserved; // reserved by pool_file_reserve()
	uint32_t files;          // living files
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

/*
 * Makes a memfd of size bytes (rounded up to a page, no page allocated), sealed against shrinking
 * and growing. Returns the file with one reference, or NULL with errno (EDQUOT: too many files, or
 * the pages that the VM's files really hold exceed its quota; ENOMEM, EMFILE).
 */
struct pool_file *pool_file_create(struct pool_account *account, uint64_t size);

struct pool_file *pool_file_ref(struct pool_file *file);
/* Drops a reference; the last one closes the file and credits the account. NULL is fine. */
void pool_file_unref(struct pool_file *file);

/* The descriptor stays the file's; the compositor gets it by SCM_RIGHTS, which duplicates it. */
int pool_file_fd(const struct pool_file *file);
/* Size in bytes, page-rounded; constant. */
uint64_t pool_file_size(const struct pool_file *file);

/*
 * Allocates the pages of [offset, offset + len), charging the account for those not reserved
 * before. Cheap when the range was reserved already. Returns 0, -EINVAL (out of the file), -EDQUOT
 * (nothing is charged) or another negative errno.
 */
int pool_file_reserve(struct pool_file *file, uint64_t offset, uint64_t len);

#endif
