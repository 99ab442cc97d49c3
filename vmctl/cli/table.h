/* SPDX-License-Identifier: MIT
 *
 * Aligned columns for people. A heading and colours only on a terminal; colours only where they are
 * wanted (NO_COLOR, TERM=dumb). Cells must hold nothing that a terminal would obey: text of the
 * host's own, or text that text_is_sanitised() has passed.
 */
#ifndef SILO_VMCTL_CLI_TABLE_H
#define SILO_VMCTL_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 8

struct table_cell {
	const char *text;  /* NULL or "": shown as "-" */
	const char *style; /* SGR parameters such as "1;31", or NULL */
};

struct table_row {
	char *texts[TABLE_COLUMNS_MAX];
	const char *styles[TABLE_COLUMNS_MAX];
	char *mark; /* #rrggbb or NULL */
};

struct table {
	const char *const *headings;
	size_t columns;
	struct table_row *rows;
	size_t rows_len;
};

/* headings (columns of them, at most TABLE_COLUMNS_MAX) must outlive the table. */
void table_init(struct table *table, const char *const *headings, size_t columns);
void table_finish(struct table *table);

/*
 * Adds a row; cells are copied, but for their styles. mark, "#rrggbb" or NULL, is the VM's colour
 * and stands before the row where there are colours. Ends the program without memory.
 */
void table_add(struct table *table, const struct table_cell *cells, const char *mark);

/* Writes it to standard output. */
void table_print(const struct table *table);

/* Does standard output want colours? */
bool table_wants_color(void);

/* Writes a VM's mark in its colour, if in_color and color is #rrggbb. Returns whether it did. */
bool table_print_mark(const char *color, bool in_color);

#endif
