/* SPDX-License-Identifier: MIT
 *
 * terminal, locker and application: what is started on this computer itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compositor/settings/reading.h"

char **reading_copy_words(char *const *words, size_t n) {
	char **copied = calloc(n + 1, sizeof(*copied));
	if (copied == NULL) {
		abort();
	}
	for (size_t i = 0; i < n; i++) {
		copied[i] = reading_copy(words[i]);
	}
	return copied;
}

void reading_free_words(char **words) {
	for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
		free(words[i]);
	}
	free(words);
}

/* A program is a name, looked for in PATH, or a whole path. */
static bool is_program(const char *word) {
	return word[0] == '/' || (word[0] != '\0' && strchr(word, '/') == NULL);
}

static void read_command(struct reading *reading, char ***words) {
	const struct scfg_directive *directive = reading->directive;
	if (!is_program(directive->params[0])) {
		READING_FAIL(reading, "\"%s\": write a program's name or a path that begins with /",
				directive->params[0]);
		return;
	}
	reading_free_words(*words);
	*words = reading_copy_words(directive->params, directive->params_len);
}

void reading_terminal(struct reading *reading) {
	read_command(reading, &reading->settings->terminal);
}

void reading_locker(struct reading *reading) {
	read_command(reading, &reading->settings->locker);
}

void reading_default_programs(struct settings *settings) {
	char foot[] = "foot", swaylock[] = "swaylock";
	settings->terminal = reading_copy_words((char *[]){foot}, 1);
	settings->locker = reading_copy_words((char *[]){swaylock}, 1);
}

void reading_application(struct reading *reading) {
	struct settings *settings = reading->settings;
	const struct scfg_directive *directive = reading->directive;
	const char *name = directive->params[0];
	if (name[0] == '\0' || !text_is_sanitised(name, HOST_NAME_CODES_MAX)) {
		READING_FAIL(reading, "the name must be 1 to %d letters that can be shown",
				HOST_NAME_CODES_MAX);
		return;
	}
	if (!is_program(directive->params[1])) {
		READING_FAIL(reading, "\"%s\": write a program's name or a path that begins with /",
				directive->params[1]);
		return;
	}
	if (settings->applications_len == HOST_APPLICATIONS_MAX) {
		READING_FAIL(reading, "there are more than %d applications", HOST_APPLICATIONS_MAX);
		return;
	}
	struct host_application *grown = reallocarray(settings->applications,
			settings->applications_len + 1, sizeof(*grown));
	if (grown == NULL) {
		abort();
	}
	settings->applications = grown;
	grown[settings->applications_len++] = (struct host_application){
			.name = reading_copy(name),
			.command = reading_copy_words(directive->params + 1,
					directive->params_len - 1),
	};
}

void reading_free_programs(struct settings *settings) {
	reading_free_words(settings->terminal);
	reading_free_words(settings->locker);
	for (size_t i = 0; i < settings->applications_len; i++) {
		free(settings->applications[i].name);
		reading_free_words(settings->applications[i].command);
	}
	free(settings->applications);
}
