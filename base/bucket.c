/* SPDX-License-Identifier: MIT
 *
 * A token bucket; see the header.
 */
#include "base/bucket.h"

#define NS_PER_US 1000
#define US_PER_S 1000000
/* Bounds whose product fits. */
#define RATE_MAX 8000000000ull
#define ELAPSED_US_MAX 1000000000ll
#define MISSING_MAX 1000000000000ll

void bucket_init(struct bucket *bucket, uint64_t per_second, uint64_t burst, int64_t now_ns) {
	per_second = per_second > 0 ? per_second : 1;
	*bucket = (struct bucket){
			.per_second = per_second < RATE_MAX ? per_second : RATE_MAX,
			.burst = burst < RATE_MAX ? burst : RATE_MAX,
			.refilled_ns = now_ns,
	};
	bucket->level = (int64_t)bucket->burst;
}

void bucket_refill(struct bucket *bucket, int64_t now_ns) {
	int64_t elapsed_us = (now_ns - bucket->refilled_ns) / NS_PER_US;
	elapsed_us = elapsed_us < ELAPSED_US_MAX ? elapsed_us : ELAPSED_US_MAX;
	if (elapsed_us <= 0) {
		return;
	}
	int64_t tokens = elapsed_us * (int64_t)bucket->per_second / US_PER_S;
	if (tokens == 0) {
		return; // keep the fraction for the next time
	}
	int64_t missing = (int64_t)bucket->burst - bucket->level;
	bucket->level += tokens < missing ? tokens : missing;
	bucket->refilled_ns = now_ns;
}

int bucket_wait_ms(const struct bucket *bucket) {
	if (bucket->level > 0) {
		return 1;
	}
	int64_t missing = 1 - bucket->level;
	missing = missing < MISSING_MAX ? missing : MISSING_MAX;
	int64_t ms = missing * 1000 / (int64_t)bucket->per_second + 1;
	return ms < 1000 ? (int)ms : 1000;
}
