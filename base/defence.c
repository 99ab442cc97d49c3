/* SPDX-License-Identifier: MIT */
#include "base/defence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

#define DEFENCE_NAME(name) [DEFENCE_##name] = #name,
static const char *const names[] = {DEFENCES(DEFENCE_NAME)};

static bool is_left_out[DEFENCES_LEN];

/* Does the word in the environment mean that defence? */
static bool is_named(const char *word, size_t len, const char *name) {
	if (strlen(name) != len) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (word[i] != (name[i] == '_' ? '-' : name[i])) {
			return false;
		}
	}
	return true;
}

/* Before main(), so that a wrong name is never overlooked. */
__attribute__((constructor)) static void read_environment(void) {
	const char *word = getenv("SILO_WEAKEN");
	while (word != NULL && *word != '\0') {
		size_t len = strcspn(word, ","), i = 0;
		while (i < DEFENCES_LEN && !is_named(word, len, names[i])) {
			i++;
		}
		if (i == DEFENCES_LEN) {
			fprintf(stderr, "SILO_WEAKEN: no defence %.*s (see base/defence.h)\n",
					(int)len, word);
			exit(EXIT_USAGE);
		}
		is_left_out[i] = true;
		word += len + (word[len] == ',');
	}
}

bool defence_stands(enum defence defence) {
	return !is_left_out[defence];
}
