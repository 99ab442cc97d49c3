/* SPDX-License-Identifier: MIT
 *
 * A token bucket: so much a second, so much at once. Used to meter guests by not reading.
 */
#ifndef SILO_BASE_BUCKET_H
#define SILO_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	uint64_t per_second; // refill
	uint64_t burst;      // most that it holds
	int64_t level;       // may be negative: what was taken too much is paid back first
	int64_t refilled_ns;
};

/* A full bucket at time now_ns (base/clock.h). */
void bucket_init(struct bucket *bucket, uint64_t per_second, uint64_t burst, int64_t now_ns);

/* Adds what has flowed in since the last time. */
void bucket_refill(struct bucket *bucket, int64_t now_ns);

/* Takes tokens; more than there are leaves a debt. Nothing is refilled: that needs the time. */
static inline void bucket_take(struct bucket *bucket, uint64_t tokens) {
	int64_t debt_max = INT64_MAX / 1024;
	bucket->level -= tokens < (uint64_t)debt_max ? (int64_t)tokens : debt_max;
}

static inline bool bucket_is_dry(const struct bucket *bucket) {
	return bucket->level <= 0;
}

/* Milliseconds (at least 1, at most 1000) until the bucket is not dry any more. */
int bucket_wait_ms(const struct bucket *bucket);

#endif
