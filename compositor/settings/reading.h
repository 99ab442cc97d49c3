/* SPDX-License-Identifier: MIT
 *
 * How the settings' blocks are read: a table of directives, each with a function. Private to this
 * folder.
 */
#ifndef SILO_COMPOSITOR_SETTINGS_READING_H
#define SILO_COMPOSITOR_SETTINGS_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "compositor/settings/settings.h"
#include "config/reader.h"

/* What a directive's function works on. */
struct reading {
	struct settings *settings;
	const char *file;
	struct report *report;
	const char *where; /* the block's name, or NULL */
	const struct scfg_directive *directive;
	struct output_settings *output; /* in an output's block */
};

#define READING_FAIL(reading, ...)                                                                 \
	report_error((reading)->report, (reading)->file, (reading)->directive->lineno,             \
			(reading)->where, __VA_ARGS__)

struct rule {
	const char *name;
	size_t params_min, params_max;
	bool has_block, repeats;
	const char *usage;
	void (*read)(struct reading *reading);
};

/* Reads each directive of block by rules; reading->directive is changed. */
void reading_block(struct reading *reading, const struct scfg_block *block,
		const struct rule *rules, size_t rules_len);

/* Copies text; ends the program without memory. */
char *reading_copy(const char *text);

/* bind and unbind. */
void reading_bind(struct reading *reading);
void reading_unbind(struct reading *reading);

/* A chord such as Ctrl+v. Returns false and reports if it is none. */
bool reading_chord(struct reading *reading, const char *text, struct binding *ret_binding);

/* The table that the file then changes. */
void reading_default_bindings(struct settings *settings);

/* terminal, locker and application; their defaults; and what they leave. */
void reading_terminal(struct reading *reading);
void reading_locker(struct reading *reading);
void reading_application(struct reading *reading);
void reading_default_programs(struct settings *settings);
void reading_free_programs(struct settings *settings);

/* clipboard { … }, its defaults, and what it leaves. */
void reading_clipboard(struct reading *reading);
void reading_default_clipboard(struct settings *settings);
void reading_free_clipboard(struct settings *settings);

/* idle { … }, and what it leaves */
void reading_idle(struct reading *reading);
void reading_free_idle(struct settings *settings);

/* Copies n words, with a NULL at the end; ends the program without memory. */
char **reading_copy_words(char *const *words, size_t n);

/* NULL is legal. */
void reading_free_words(char **words);

/* output NAME { … } */
void reading_output(struct reading *reading);

/* yes or no. Returns false and reports if it is neither. */
bool reading_yes_no(struct reading *reading, bool *ret_yes);

/* A number with a point, from min to max. Returns false for anything else; does not report. */
bool reading_decimal(const char *text, double min, double max, double *ret_number);

#endif
