/* SPDX-License-Identifier: MIT
 *
 * The windows of the compositor: with positions from its Varlink service where there is one, else
 * titles and application ids from ext-foreign-toplevel-list.
 */
#ifndef SILO_TESTS_PROBE_WINDOWS_H
#define SILO_TESTS_PROBE_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-json.h>

struct probe;

/* Starts listening to the list of toplevels, if there is one. */
void windows_init(struct probe *probe);
void windows_finish(struct probe *probe);

/* All windows, an array of objects that the caller unreferences. Returns 0 or a negative errno. */
int windows_list(struct probe *probe, sd_json_variant **ret_windows);

/*
 * Waits until a window whose domain or application id is pattern, or whose title contains it, is
 * there (or, if gone is set, is not), looking again at every event. *ret_window is that window and
 * the caller's, NULL if gone. Returns 0, -ETIMEDOUT, or another negative errno.
 */
int windows_wait(struct probe *probe, const char *pattern, bool gone, int64_t deadline_ms,
		sd_json_variant **ret_window);

#endif
