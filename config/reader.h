/* SPDX-License-Identifier: MIT
 *
 * One file that a person wrote: is it a file that may be trusted, and what does libscfg make of it.
 * And the report, in which every mistake of every file is collected.
 */
#ifndef SILO_CONFIG_READER_H
#define SILO_CONFIG_READER_H

#include <scfg.h>
#include <stdbool.h>
#include <stdio.h>

struct report {
	FILE *stream; /* into text */
	char *text;
	size_t size;
	unsigned errors, warnings;
};

bool report_init(struct report *report);

/* Closes the report and returns its text (the caller's to free), NULL if nothing was reported. */
char *report_finish(struct report *report);

/* `file:line: error: where: what`; line 0 leaves the number out, where may be NULL. */
void report_error(struct report *report, const char *file, int line, const char *where,
		const char *format, ...) __attribute__((format(printf, 5, 6)));
void report_warning(struct report *report, const char *file, int line, const char *where,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

enum reader_result {
	READER_OK,
	READER_MISSING, /* there is no such file; nothing was reported */
	READER_FAILED,  /* reported */
};

/* Reads path into block, which is the caller's to finish after READER_OK. */
enum reader_result reader_load(const char *path, struct scfg_block *block, struct report *report);

/* The same for len bytes, which the messages call path. */
enum reader_result reader_parse(const char *path, char *bytes, size_t len, struct scfg_block *block,
		struct report *report);

#endif
