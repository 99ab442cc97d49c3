/* SPDX-License-Identifier: MIT
 *
 * How the policy tables are written; only proxy/policy/ includes it.
 */
#ifndef SILO_PROXY_POLICY_TABLES_H
#define SILO_PROXY_POLICY_TABLES_H

#include <wayland-util.h>

#include "proxy/policy/policy.h"

struct policy_table {
	const struct wl_interface *wl;
	const struct policy_row *requests;
	size_t request_count;
	const struct policy_row *events;
	size_t event_count;
};

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])
#define NO_ROWS NULL, 0
/* The nth argument, from 0, in a row's `same` and `sum`. */
#define ARG(n) (1u << (n))
/* Both row arguments expand to an array and its length. */
#define POLICY_TABLE(name, ...) {&name##_interface, __VA_ARGS__}

/* Each ends with an empty entry. */
extern const struct policy_table policy_core[];
extern const struct policy_table policy_shell[];
extern const struct policy_table policy_input[];
extern const struct policy_table policy_data[];
extern const struct policy_table policy_surface[];

#endif
