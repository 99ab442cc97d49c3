/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/run_request.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-varlink.h>

#include "base/fd.h"

void run_request_finish(struct run_request *request) {
	for (char **word = request->argv; word != NULL && *word != NULL; word++) {
		free(*word);
	}
	free(request->argv);
	free(request->application);
	*request = (struct run_request){0};
}

void run_streams_close(int streams[RUN_STREAMS]) {
	for (int i = 0; i < RUN_STREAMS; i++) {
		fd_close(&streams[i]);
	}
}

/* A name as in terminfo; it becomes a variable in the guest and nothing else. */
static bool is_term(const char *text) {
	size_t len = strlen(text);
	return len <= RUN_TERM_MAX &&
			strspn(text,
					"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
					"6789.+_-") == len;
}

int run_request_dispatch_terminal(const char *name, sd_json_variant *json,
		sd_json_dispatch_flags_t flags, void *data) {
	struct run_request *request = data;
	struct {
		unsigned columns, rows;
		const char *term;
	} terminal = {0};
	static const sd_json_dispatch_field table[] = {
			{"columns", SD_JSON_VARIANT_UNSIGNED, sd_json_dispatch_uint, 0,
					SD_JSON_MANDATORY},
			{"rows", SD_JSON_VARIANT_UNSIGNED, sd_json_dispatch_uint, sizeof(unsigned),
					SD_JSON_MANDATORY},
			{"term", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					2 * sizeof(unsigned), SD_JSON_NULLABLE},
			{0},
	};
	static_assert(offsetof(__typeof__(terminal), term) == 2 * sizeof(unsigned), "as the table");
	if (json == NULL || sd_json_variant_is_null(json)) {
		return 0;
	}
	int result = sd_json_dispatch(json, table, flags, &terminal);
	if (result < 0) {
		return result;
	}
	request->is_on_terminal = true;
	request->columns = terminal.columns;
	request->rows = terminal.rows;
	if (terminal.term != NULL && is_term(terminal.term)) {
		snprintf(request->term, sizeof(request->term), "%s", terminal.term);
	}
	return 0;
}

int run_request_to_json(const struct run_request *request, sd_json_variant **ret_json) {
	return sd_json_buildo(ret_json,
			SD_JSON_BUILD_PAIR_CONDITION(request->argv != NULL, "argv",
					SD_JSON_BUILD_STRV(request->argv)),
			SD_JSON_BUILD_PAIR_CONDITION(request->application != NULL, "application",
					SD_JSON_BUILD_STRING(request->application)),
			SD_JSON_BUILD_PAIR_BOOLEAN("root", request->root),
			SD_JSON_BUILD_PAIR_BOOLEAN("detached", request->is_detached),
			SD_JSON_BUILD_PAIR_CONDITION(request->is_on_terminal, "terminal",
					SD_JSON_BUILD_OBJECT(SD_JSON_BUILD_PAIR_UNSIGNED("columns",
									     request->columns),
							SD_JSON_BUILD_PAIR_UNSIGNED("rows",
									request->rows),
							SD_JSON_BUILD_PAIR_STRING("term",
									request->term))));
}

const char *run_request_error(const struct run_request *request) {
	size_t argc = 0;
	while (request->argv != NULL && request->argv[argc] != NULL) {
		argc++;
	}
	if (argc > AGENT_ARGV_MAX) {
		_Static_assert(AGENT_ARGV_MAX == 1024, "said in words");
		return "the command has too many arguments, more than 1024";
	}
	if (request->is_on_terminal &&
			(request->columns == 0 || request->columns > AGENT_WINDOW_MAX ||
					request->rows == 0 || request->rows > AGENT_WINDOW_MAX)) {
		return "the terminal's size is impossible";
	}
	if (request->application != NULL) {
		return agent_id_is_valid(request->application) ? NULL
							       : "that is no application's id";
	}
	bool is_given = argc > 0 ? request->argv[0][0] != '\0' : request->is_on_terminal;
	return is_given ? NULL : "no command was given";
}

void run_request_to_message(const struct run_request *request, char *environment,
		struct agent_run *ret_run) {
	*ret_run = (struct agent_run){.flags = request->root ? AGENT_RUN_ROOT : 0};
	if (request->application != NULL) {
		ret_run->flags |= AGENT_RUN_APPLICATION;
		ret_run->argv[ret_run->argc++] = request->application;
	} else {
		for (char **word = request->argv; word != NULL && *word != NULL; word++) {
			ret_run->argv[ret_run->argc++] = *word;
		}
		ret_run->flags |= ret_run->argc == 0 ? AGENT_RUN_SHELL : 0;
	}
	if (request->is_on_terminal) {
		ret_run->flags |= AGENT_RUN_TERMINAL;
		ret_run->window = (struct agent_window){request->columns, request->rows};
	}
	if (request->is_on_terminal && request->term[0] != '\0') {
		snprintf(environment, RUN_TERM_MAX + 6, "TERM=%s", request->term);
		ret_run->env[ret_run->envc++] = environment;
	}
}
