/* SPDX-License-Identifier: MIT */
#include "compositor/settings/reading.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/suggest.h"

/* Of one block; the tables are shorter. */
#define RULES_MAX 32

char *reading_copy(const char *text) {
	char *copied = strdup(text);
	if (copied == NULL) {
		abort();
	}
	return copied;
}

static const struct rule *find_rule(const char *name, const struct rule *rules, size_t rules_len) {
	for (size_t i = 0; i < rules_len; i++) {
		if (strcmp(rules[i].name, name) == 0) {
			return &rules[i];
		}
	}
	return NULL;
}

static void fail_unknown(struct reading *reading, const struct rule *rules, size_t rules_len) {
	const char *names[RULES_MAX];
	for (size_t i = 0; i < rules_len; i++) {
		names[i] = rules[i].name;
	}
	const char *name = reading->directive->name;
	const char *meant = suggest_word(name, names, rules_len);
	if (meant != NULL) {
		READING_FAIL(reading, "unknown directive \"%s\"; did you mean \"%s\"?", name,
				meant);
	} else {
		READING_FAIL(reading, "unknown directive \"%s\"; remove it (silo(5) lists all)",
				name);
	}
}

static bool has_form(struct reading *reading, const struct rule *rule) {
	const struct scfg_directive *directive = reading->directive;
	bool has_block = directive->children.directives_len > 0;
	if (directive->params_len < rule->params_min || directive->params_len > rule->params_max ||
			(has_block && !rule->has_block)) {
		READING_FAIL(reading, "write \"%s\"", rule->usage);
		return false;
	}
	return true;
}

void reading_block(struct reading *reading, const struct scfg_block *block,
		const struct rule *rules, size_t rules_len) {
	int first_lines[RULES_MAX] = {0};
	assert(rules_len <= RULES_MAX);
	for (size_t i = 0; i < block->directives_len; i++) {
		reading->directive = &block->directives[i];
		const struct rule *rule = find_rule(reading->directive->name, rules, rules_len);
		if (rule == NULL) {
			fail_unknown(reading, rules, rules_len);
			continue;
		}
		int *first_line = &first_lines[rule - rules];
		if (*first_line != 0 && !rule->repeats) {
			READING_FAIL(reading, "\"%s\" again; it is on line %d already", rule->name,
					*first_line);
			continue;
		}
		*first_line = reading->directive->lineno;
		if (has_form(reading, rule)) {
			rule->read(reading);
		}
	}
}

bool reading_yes_no(struct reading *reading, bool *ret_yes) {
	const char *text = reading->directive->params[0];
	bool is_yes = strcmp(text, "yes") == 0;
	if (!is_yes && strcmp(text, "no") != 0) {
		READING_FAIL(reading, "\"%s %s\": write \"yes\" or \"no\"",
				reading->directive->name, text);
		return false;
	}
	*ret_yes = is_yes;
	return true;
}

bool reading_decimal(const char *text, double min, double max, double *ret_number) {
	/* Only what a person writes: no exponents, names or hexadecimal numbers. */
	if (text[0] == '\0' || strlen(text) > 16 || strspn(text, "+-.0123456789") != strlen(text)) {
		return false;
	}
	char *end;
	double number = strtod(text, &end);
	if (end == text || *end != '\0' || !(number >= min && number <= max)) {
		return false;
	}
	*ret_number = number;
	return true;
}
