/* SPDX-License-Identifier: MIT
 *
 * Which class of client may see and bind which global. Every interface stands in the table once,
 * with an explicit yes or no for every class; silo does not start with a global that is not there.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_GLOBALS_H
#define SILO_COMPOSITOR_DOMAIN_GLOBALS_H

#include <stdbool.h>
#include <stddef.h>

#include "compositor/domain/client.h"

struct globals_row {
	const char *interface;
	unsigned int allow, deny; /* bits of enum client_class; together all, never both */
};

/* The table, for tests. */
extern const struct globals_row globals_table[];
extern const size_t globals_table_len;

bool globals_create(struct server *server);
void globals_destroy(struct server *server);

/* Looks at all globals there are now; false, having logged it, if one is not in the table. */
bool globals_check(struct server *server);
void globals_check_end(struct server *server);

#endif
