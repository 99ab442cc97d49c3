/* SPDX-License-Identifier: MIT
 *
 * vmctl reload: has silo-vmd read the manifest again, and tells what came of it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vmctl/cli/cli.h"
#include "vmctl/cli/show.h"
#include "vmctl/supervisor/interface.h"

static bool has(sd_json_variant *names, const char *name) {
	for (size_t i = 0; names != NULL && i < sd_json_variant_elements(names); i++) {
		sd_json_variant *entry = sd_json_variant_by_index(names, i);
		if (sd_json_variant_is_string(entry) &&
				strcmp(sd_json_variant_string(entry), name) == 0) {
			return true;
		}
	}
	return false;
}

/* One line for each VM of the list answer.key; how one that goes on as it was takes it. */
static size_t show(sd_json_variant *answer, const char *key, const char *what, const char *how) {
	sd_json_variant *names = sd_json_variant_by_key(answer, key);
	sd_json_variant *pending = sd_json_variant_by_key(answer, "pending");
	size_t len = names != NULL ? sd_json_variant_elements(names) : 0;
	for (size_t i = 0; i < len; i++) {
		sd_json_variant *entry = sd_json_variant_by_index(names, i);
		const char *name = sd_json_variant_is_string(entry) ? sd_json_variant_string(entry)
								    : "";
		printf("%-8s %s", what, name);
		if (has(pending, name)) {
			printf(" (runs on as it was until: vmctl %s %s)", how, name);
		}
		putchar('\n');
	}
	return len;
}

static void show_answer(sd_json_variant *answer) {
	sd_json_variant *report = sd_json_variant_by_key(answer, "report");
	for (size_t i = 0; report != NULL && i < sd_json_variant_elements(report); i++) {
		sd_json_variant *line = sd_json_variant_by_index(report, i);
		fprintf(stderr, "%s\n",
				sd_json_variant_is_string(line) ? sd_json_variant_string(line)
								: "");
	}
	size_t shown = show(answer, "added", "new", "");
	shown += show(answer, "changed", "changed", "restart");
	shown += show(answer, "removed", "removed", "stop");
	if (shown == 0) {
		puts("nothing has changed");
	}
}

int cli_reload(const struct cli_options *options, int argc, char **argv) {
	sd_varlink *link = NULL;
	if (!cli_connect(&link)) {
		return 1;
	}
	sd_json_variant *answer = NULL;
	const char *error_id = NULL;
	int status = 0;
	int result = sd_varlink_call(link, MANAGER_NAME ".Reload", NULL, &answer, &error_id);
	if (result < 0) {
		fprintf(stderr, "vmctl: silo-vmd does not answer: %s\n", strerror(-result));
		status = 1;
	} else if (error_id != NULL) {
		status = cli_complain(error_id, answer);
	} else if (options->json) {
		sd_json_variant_dump(answer, SD_JSON_FORMAT_PRETTY | SD_JSON_FORMAT_NEWLINE, stdout,
				NULL);
	} else {
		show_answer(answer);
	}
	sd_varlink_unref(link);
	return status;
}
