/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/argv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_word(struct argv *argv, char *word) {
	char **grown = reallocarray(argv->words, argv->len + 2, sizeof(*grown));
	if (grown == NULL || word == NULL) {
		abort();
	}
	grown[argv->len++] = word;
	grown[argv->len] = NULL;
	argv->words = grown;
}

void argv_add(struct argv *argv, const char *flag, const char *value) {
	add_word(argv, strdup(flag));
	if (value != NULL) {
		add_word(argv, strdup(value));
	}
}

void argv_addf(struct argv *argv, const char *flag, const char *format, ...) {
	char *value = NULL;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&value, format, args);
	va_end(args);
	add_word(argv, strdup(flag));
	add_word(argv, len < 0 ? NULL : value);
}

void argv_free(char **words) {
	for (char **word = words; word != NULL && *word != NULL; word++) {
		free(*word);
	}
	free(words);
}
