/* SPDX-License-Identifier: MIT
 *
 * The monotonic clock, replaceable in tests.
 */
#ifndef SILO_BASE_CLOCK_H
#define SILO_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds, or nanoseconds, since an arbitrary start; never goes back. */
int64_t clock_now_ms(void);
int64_t clock_now_ns(void);

/* Nanoseconds that this thread has been running on a processor; a system call, about half a microsecond. */
int64_t clock_thread_ns(void);

/* For tests: from now on the clock stands at ns until it is set again; negative: the real clock. */
void clock_set_for_test(int64_t ns);

#endif
