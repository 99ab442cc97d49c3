/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmctl/cli/show.h"
#include "vmctl/manifest/manifest.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/supervisor/record.h"

#define WRONG_MANIFEST                                                                             \
	"vmctl: the manifest is wrong, and silo-vmd goes on without what is new in it; mend it, "  \
	"then: vmctl reload\n"

bool cli_connect(sd_varlink **ret_link) {
	char runtime[PLACE_MAX], error[ERROR_MAX];
	if (!place_runtime_path(runtime, error)) {
		fprintf(stderr, "vmctl: %s\n", error);
		return false;
	}
	int result = interface_connect(runtime, "io.silo.Manager", ret_link);
	if (result < 0 && !place_runtime_check(error)) {
		fprintf(stderr, "vmctl: %s\n", error);
		return false;
	}
	if (result < 0) {
		fprintf(stderr,
				"vmctl: silo-vmd is not running (%s/io.silo.Manager: %s); start it "
				"with: "
				"silo-vmd &\n",
				runtime, strerror(-result));
		return false;
	}
	return true;
}

/* The lines of a manifest's report. */
static void complain_of_manifest(sd_json_variant *parameters) {
	sd_json_variant *report = sd_json_variant_by_key(parameters, "report");
	for (size_t i = 0; report != NULL && i < sd_json_variant_elements(report); i++) {
		sd_json_variant *line = sd_json_variant_by_index(report, i);
		if (sd_json_variant_is_string(line)) {
			fprintf(stderr, "%s\n", sd_json_variant_string(line));
		}
	}
	fputs(WRONG_MANIFEST, stderr);
}

int cli_complain(const char *error_id, sd_json_variant *parameters) {
	if (strcmp(error_id, MANAGER_NAME ".Failed") == 0) {
		fprintf(stderr, "vmctl: %s\n", show_string(parameters, "reason"));
	} else if (strcmp(error_id, MANAGER_NAME ".NoSuchVm") == 0) {
		const char *meant = show_string(parameters, "suggestion");
		sd_json_variant *stale = sd_json_variant_by_key(parameters, "stale");
		fprintf(stderr, "vmctl: there is no vm \"%s\"", show_string(parameters, "name"));
		if (stale != NULL && sd_json_variant_boolean(stale)) {
			fputs("; the manifest is not the one that silo-vmd read: vmctl reload\n",
					stderr);
		} else if (meant[0] != '\0') {
			fprintf(stderr, "; did you mean \"%s\"?\n", meant);
		} else {
			fputs("; vmctl list shows all\n", stderr);
		}
	} else if (strcmp(error_id, MANAGER_NAME ".WrongManifest") == 0) {
		complain_of_manifest(parameters);
	} else if (strcmp(error_id, SD_VARLINK_ERROR_DISCONNECTED) == 0) {
		fputs("vmctl: silo-vmd hung up\n", stderr);
	} else {
		fprintf(stderr, "vmctl: silo-vmd answers: %s\n", error_id);
	}
	return 1;
}

/* One call with the VM's name. Returns the exit status; *ret_answer is the caller's, if not NULL.
 */
static int call(const char *method, const char *vm, bool force, sd_json_variant **ret_answer) {
	sd_varlink *link = NULL;
	if (!cli_connect(&link)) {
		return 1;
	}
	sd_json_variant *answer = NULL;
	const char *error_id = NULL;
	int result = sd_varlink_callbo(link, method, &answer, &error_id,
			SD_JSON_BUILD_PAIR_CONDITION(vm != NULL, "name", SD_JSON_BUILD_STRING(vm)),
			SD_JSON_BUILD_PAIR_CONDITION(force, "force", SD_JSON_BUILD_BOOLEAN(true)));
	int status = 0;
	if (result < 0) {
		fprintf(stderr, "vmctl: silo-vmd does not answer: %s\n", strerror(-result));
		status = 1;
	} else if (error_id != NULL) {
		status = cli_complain(error_id, answer);
	} else if (ret_answer != NULL) {
		*ret_answer = sd_json_variant_ref(answer);
	}
	sd_varlink_unref(link);
	return status;
}

void cli_tell_boot(const char *vm) {
	sd_varlink *link = NULL;
	sd_json_variant *answer = NULL;
	const char *error_id = NULL;
	char runtime[PLACE_MAX], error[ERROR_MAX];
	/* What is wrong is told by the call that follows. */
	if (!isatty(STDERR_FILENO) || !place_runtime_path(runtime, error) ||
			interface_connect(runtime, "io.silo.Manager", &link) < 0) {
		return;
	}
	int result = sd_varlink_callbo(link, MANAGER_NAME ".GetStatus", &answer, &error_id,
			SD_JSON_BUILD_PAIR_STRING("name", vm));
	sd_json_variant *status = result >= 0 && error_id == NULL
			? sd_json_variant_by_key(answer, "status")
			: NULL;
	struct record record = {.state = VM_RUNNING};
	if (status != NULL) {
		record_from_json(&record, status);
	}
	if (record.state == VM_STOPPED || record.state == VM_FAILED ||
			record.state == VM_STARTING) {
		sd_json_variant *expected = sd_json_variant_by_key(status, "expected_ms");
		uint64_t ms = expected != NULL ? sd_json_variant_unsigned(expected) : 0;
		fprintf(stderr, "vmctl: %s boots", vm);
		if (ms >= 1000) {
			fprintf(stderr, ", which takes about %llu s",
					(unsigned long long)(ms + 500) / 1000);
		}
		fputc('\n', stderr);
	}
	sd_varlink_unref(link);
}

static void print_json(sd_json_variant *json) {
	sd_json_variant_dump(json, SD_JSON_FORMAT_PRETTY | SD_JSON_FORMAT_NEWLINE, stdout, NULL);
}

int cli_list(const struct cli_options *options, int argc, char **argv) {
	sd_json_variant *answer = NULL;
	int status = call(MANAGER_NAME ".List", NULL, false, &answer);
	if (status != 0) {
		return status;
	}
	sd_json_variant *vms = sd_json_variant_by_key(answer, "vms");
	if (options->json) {
		print_json(vms);
	} else {
		show_list(vms);
	}
	const char *fault = show_string(answer, "fault");
	if (fault[0] != '\0') {
		fprintf(stderr, "%s" WRONG_MANIFEST, fault);
		status = sd_json_variant_elements(vms) == 0 ? 1 : 0;
	}
	sd_json_variant_unref(answer);
	return status;
}

int cli_status(const struct cli_options *options, int argc, char **argv) {
	if (argc == 1) {
		return cli_list(options, argc, argv);
	}
	sd_json_variant *answer = NULL;
	int status = call(MANAGER_NAME ".GetStatus", argv[1], false, &answer);
	if (status != 0) {
		return status;
	}
	sd_json_variant *json = sd_json_variant_by_key(answer, "status");
	if (options->json) {
		print_json(json);
	} else {
		show_status(json);
	}
	sd_json_variant_unref(answer);
	return 0;
}

int cli_applications(const struct cli_options *options, int argc, char **argv) {
	sd_json_variant *answer = NULL;
	int status = call(MANAGER_NAME ".ListApplications", argv[1], false, &answer);
	if (status != 0) {
		return status;
	}
	sd_json_variant *applications = sd_json_variant_by_key(answer, "applications");
	if (options->json) {
		print_json(applications);
	} else {
		show_applications(applications);
	}
	sd_json_variant_unref(answer);
	return 0;
}

int cli_start(const struct cli_options *options, int argc, char **argv) {
	cli_tell_boot(argv[1]);
	return call(MANAGER_NAME ".Start", argv[1], false, NULL);
}

/* One after the other: a guest that is slow to go down delays the next, not its end. */
static int stop_all(bool force) {
	sd_json_variant *answer = NULL;
	int status = call(MANAGER_NAME ".List", NULL, false, &answer);
	sd_json_variant *vms = answer != NULL ? sd_json_variant_by_key(answer, "vms") : NULL;
	for (size_t i = 0; vms != NULL && i < sd_json_variant_elements(vms); i++) {
		struct record record;
		sd_json_variant *vm = sd_json_variant_by_index(vms, i);
		record_from_json(&record, vm);
		if (vm_state_is_alive(record.state) &&
				call(MANAGER_NAME ".Stop", show_string(vm, "name"), force, NULL) !=
						0) {
			status = 1;
		}
	}
	sd_json_variant_unref(answer);
	return status;
}

int cli_pause(const struct cli_options *options, int argc, char **argv) {
	return call(MANAGER_NAME ".Pause", argv[1], false, NULL);
}

int cli_resume(const struct cli_options *options, int argc, char **argv) {
	return call(MANAGER_NAME ".Resume", argv[1], false, NULL);
}

int cli_stop(const struct cli_options *options, int argc, char **argv) {
	if (options->all != (argc == 1)) {
		return cli_usage(argv[0]);
	}
	return options->all ? stop_all(options->force)
			    : call(MANAGER_NAME ".Stop", argv[1], options->force, NULL);
}

int cli_restart(const struct cli_options *options, int argc, char **argv) {
	int status = call(MANAGER_NAME ".Stop", argv[1], options->force, NULL);
	return status != 0 ? status : call(MANAGER_NAME ".Start", argv[1], false, NULL);
}

struct manifest *cli_load(const struct cli_options *options) {
	char *report = NULL;
	struct manifest *manifest = manifest_load_default(options->manifest, &report);
	if (report != NULL) {
		fputs(report, stderr);
	}
	free(report);
	return manifest;
}
