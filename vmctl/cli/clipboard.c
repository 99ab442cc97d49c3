/* SPDX-License-Identifier: MIT
 *
 * vmctl clipboard: what is in the clipboard between VMs (never the content), wiping it, its policy. Asks
 * silo itself.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmctl/cli/cli.h"
#include "vmctl/cli/show.h"
#include "vmctl/cli/table.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/places.h"

#define COMPOSITOR "io.silo.Compositor"

static uint64_t number_of(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_unsigned(value) ? sd_json_variant_unsigned(value)
								   : 0;
}

static bool is_true(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_boolean(value) && sd_json_variant_boolean(value);
}

static bool connect_compositor(sd_varlink **ret_link) {
	char runtime[PLACE_MAX], error[ERROR_MAX];
	if (!place_runtime_path(runtime, error)) {
		fprintf(stderr, "vmctl: %s\n", error);
		return false;
	}
	int result = interface_connect(runtime, COMPOSITOR, ret_link);
	if (result < 0) {
		fprintf(stderr,
				"vmctl: silo is not running (%s/%s: %s); the clipboard is its "
				"own\n",
				runtime, COMPOSITOR, strerror(-result));
	}
	return result >= 0;
}

/* Returns the exit status; *ret_answer is the caller's, if that is 0. */
static int call(const char *method, bool forget, sd_json_variant **ret_answer) {
	sd_varlink *link = NULL;
	sd_json_variant *answer = NULL;
	const char *error_id = NULL;
	if (!connect_compositor(&link)) {
		return 1;
	}
	int result = sd_varlink_callbo(link, method, &answer, &error_id,
			SD_JSON_BUILD_PAIR_CONDITION(forget, "forget",
					SD_JSON_BUILD_BOOLEAN(true)));
	bool is_fine = result >= 0 && error_id == NULL;
	if (is_fine) {
		*ret_answer = sd_json_variant_ref(answer);
	} else {
		fprintf(stderr, "vmctl: silo does not answer: %s\n",
				error_id != NULL ? error_id : strerror(-result));
	}
	sd_varlink_unref(link);
	return is_fine ? 0 : 1;
}

static void show_status_of(sd_json_variant *answer) {
	const char *state = show_string(answer, "state");
	printf("%s", state);
	if (show_string(answer, "source")[0] != '\0') {
		printf(", from %s", show_string(answer, "source"));
	}
	if (show_string(answer, "target")[0] != '\0') {
		printf(" to %s", show_string(answer, "target"));
	}
	if (show_string(answer, "type")[0] != '\0') {
		printf(": %s, %" PRIu64 " bytes, wiped in %" PRIu64 " s",
				show_string(answer, "type"), number_of(answer, "bytes"),
				(number_of(answer, "leftMs") + 999) / 1000);
	}
	putchar('\n');
	uint64_t pasted = number_of(answer, "pasted");
	if (pasted > 0) {
		printf("pasted, and not replaced yet: in %" PRIu64 " VM%s\n", pasted,
				pasted == 1 ? "" : "s");
	}
	if (!is_true(answer, "asks")) {
		puts("silo-ask does not run: where the policy asks, the answer is no");
	}
}

static void show_policy_of(sd_json_variant *answer) {
	static const char *const headings[] = {"FROM", "INTO", "", "BECAUSE"};
	struct table table;
	sd_json_variant *rules = sd_json_variant_by_key(answer, "policy");
	table_init(&table, headings, 4);
	for (size_t i = 0; rules != NULL && i < sd_json_variant_elements(rules); i++) {
		sd_json_variant *rule = sd_json_variant_by_index(rules, i);
		const char *verdict = show_string(rule, "verdict");
		const struct table_cell cells[] = {
				{show_string(rule, "source"), NULL},
				{show_string(rule, "target"), NULL},
				{verdict, strcmp(verdict, "deny") == 0 ? "1" : NULL},
				{show_string(rule, "reason"), NULL},
		};
		table_add(&table, cells, NULL);
	}
	table_print(&table);
	table_finish(&table);
	sd_json_variant *muted = sd_json_variant_by_key(answer, "muted");
	for (size_t i = 0; muted != NULL && i < sd_json_variant_elements(muted); i++) {
		sd_json_variant *name = sd_json_variant_by_index(muted, i);
		printf("not asked for any more: %s\n",
				sd_json_variant_is_string(name) ? sd_json_variant_string(name)
								: "");
	}
}

int cli_clipboard(const struct cli_options *options, int argc, char **argv) {
	static const struct {
		const char *word, *method;
		void (*show)(sd_json_variant *answer);
	} verbs[] = {
			{"status", COMPOSITOR ".GetClipboard", show_status_of},
			{"clear", COMPOSITOR ".ClearClipboard", NULL},
			{"policy", COMPOSITOR ".GetClipboardPolicy", show_policy_of},
	};
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].word) != 0) {
			continue;
		}
		bool is_policy = verbs[i].show == show_policy_of;
		if (options->forget && !is_policy) {
			return cli_usage(argv[0]);
		}
		sd_json_variant *answer = NULL;
		int status = call(verbs[i].method, options->forget, &answer);
		if (status == 0 && options->json) {
			sd_json_variant_dump(answer, SD_JSON_FORMAT_PRETTY | SD_JSON_FORMAT_NEWLINE,
					stdout, NULL);
		} else if (status == 0 && verbs[i].show != NULL) {
			verbs[i].show(answer);
		}
		sd_json_variant_unref(answer);
		return status;
	}
	return cli_usage(argv[0]);
}
