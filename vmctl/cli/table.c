/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/table.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"
#include "vmctl/cli/terminal.h"

/* Between two columns, and what is left at least of one that is cut. */
#define GAP 2
#define COLUMN_MIN 6

bool table_wants_color(void) {
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL &&
			strcmp(term, "dumb") != 0;
}

bool table_print_mark(const char *color, bool in_color) {
	unsigned red, green, blue;
	if (!in_color || color == NULL || sscanf(color, "#%2x%2x%2x", &red, &green, &blue) != 3) {
		return false;
	}
	printf("\033[38;2;%u;%u;%um▌\033[0m ", red, green, blue);
	return true;
}

/* The size of the first character of text (len bytes), and the columns that it takes. */
static size_t next_width(const char *text, size_t len, int *ret_columns) {
	uint32_t code;
	size_t size = text_utf8_decode(text, len, &code);
	int columns = size > 0 ? wcwidth((wchar_t)code) : 1;
	*ret_columns = columns > 0 ? columns : 0;
	return size > 0 ? size : 1;
}

/* Columns that text takes on a terminal. */
static int width_of(const char *text) {
	size_t len = strlen(text);
	int width = 0, columns;
	for (size_t at = 0; at < len; width += columns) {
		at += next_width(text + at, len - at, &columns);
	}
	return width;
}

static char *copy(const char *text) {
	char *copied = strdup(text);
	if (copied == NULL) {
		abort();
	}
	return copied;
}

void table_init(struct table *table, const char *const *headings, size_t columns) {
	*table = (struct table){.headings = headings, .columns = columns};
	/* For wcwidth() alone: the widths are UTF-8's, whatever the user's locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
}

void table_finish(struct table *table) {
	for (size_t i = 0; i < table->rows_len; i++) {
		for (size_t column = 0; column < table->columns; column++) {
			free(table->rows[i].texts[column]);
		}
		free(table->rows[i].mark);
	}
	free(table->rows);
	*table = (struct table){0};
}

void table_add(struct table *table, const struct table_cell *cells, const char *mark) {
	struct table_row *rows = reallocarray(table->rows, table->rows_len + 1, sizeof(*rows));
	if (rows == NULL) {
		abort();
	}
	table->rows = rows;
	struct table_row *row = &rows[table->rows_len++];
	*row = (struct table_row){.mark = mark != NULL ? copy(mark) : NULL};
	for (size_t i = 0; i < table->columns; i++) {
		bool is_empty = cells[i].text == NULL || cells[i].text[0] == '\0';
		row->texts[i] = copy(is_empty ? "-" : cells[i].text);
		row->styles[i] = cells[i].style;
	}
}

/* Prints as much of text as width columns take; of a longer one the end is an ellipsis. */
static void print_text(const char *text, int width) {
	if (width_of(text) <= width) {
		fputs(text, stdout);
		return;
	}
	size_t len = strlen(text), at = 0;
	int used = 0;
	while (at < len) {
		int columns;
		size_t size = next_width(text + at, len - at, &columns);
		if (used + columns > width - 1) {
			break;
		}
		used += columns;
		at += size;
	}
	printf("%.*s…%*s", (int)at, text, width - 1 - used, "");
}

static void print_cell(const char *text, const char *style, int width, int pad, bool in_color) {
	bool is_styled = in_color && style != NULL;
	if (is_styled) {
		printf("\033[%sm", style);
	}
	print_text(text, width);
	if (is_styled) {
		fputs("\033[0m", stdout);
	}
	printf("%*s", pad, "");
}

/* Makes the widest columns narrower until a line fits into room. */
static void fit(int widths[], size_t columns, int room) {
	for (size_t i = 1; i < columns; i++) {
		room -= GAP;
	}
	for (;;) {
		int sum = 0;
		size_t widest = 0;
		for (size_t i = 0; i < columns; i++) {
			sum += widths[i];
			widest = widths[i] >= widths[widest] ? i : widest;
		}
		if (sum <= room || widths[widest] <= COLUMN_MIN) {
			return;
		}
		widths[widest]--;
	}
}

static void measure(const struct table *table, bool is_terminal, bool has_marks, int widths[]) {
	for (size_t column = 0; column < table->columns; column++) {
		widths[column] = width_of(table->headings[column]);
		for (size_t i = 0; i < table->rows_len; i++) {
			int width = width_of(table->rows[i].texts[column]);
			widths[column] = width > widths[column] ? width : widths[column];
		}
	}
	if (is_terminal) {
		unsigned columns, rows;
		terminal_size(&columns, &rows);
		fit(widths, table->columns, (int)columns - (has_marks ? 2 : 0));
	}
}

void table_print(const struct table *table) {
	int widths[TABLE_COLUMNS_MAX] = {0};
	bool in_color = table_wants_color(), is_terminal = isatty(STDOUT_FILENO), has_marks = false;
	for (size_t i = 0; i < table->rows_len; i++) {
		has_marks = has_marks || (in_color && table->rows[i].mark != NULL);
	}
	measure(table, is_terminal, has_marks, widths);
	for (size_t i = is_terminal ? 0 : 1; i < table->rows_len + 1; i++) {
		const struct table_row *row = i > 0 ? &table->rows[i - 1] : NULL;
		bool is_marked = row != NULL && table_print_mark(row->mark, in_color);
		if (has_marks && !is_marked) {
			fputs("  ", stdout);
		}
		for (size_t column = 0; column < table->columns; column++) {
			const char *text =
					row != NULL ? row->texts[column] : table->headings[column];
			int width = width_of(text);
			width = width < widths[column] ? width : widths[column];
			bool is_last = column + 1 == table->columns;
			print_cell(text, row != NULL ? row->styles[column] : "1", width,
					is_last ? 0 : widths[column] - width + GAP, in_color);
		}
		putchar('\n');
	}
}
