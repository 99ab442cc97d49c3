/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/show.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmctl/supervisor/record.h"

#define TIME_SIZE 32

const char *show_string(sd_json_variant *json, const char *key) {
	sd_json_variant *value = json != NULL ? sd_json_variant_by_key(json, key) : NULL;
	return value != NULL && sd_json_variant_is_string(value) ? sd_json_variant_string(value)
								 : "";
}

static bool color_is_wanted(void) {
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL &&
			strcmp(term, "dumb") != 0;
}

static void format_time(uint64_t at_ms, char out[TIME_SIZE]) {
	time_t at = (time_t)(at_ms / 1000);
	struct tm local;
	if (at_ms == 0 || localtime_r(&at, &local) == NULL ||
			strftime(out, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local) == 0) {
		snprintf(out, TIME_SIZE, "-");
	}
}

/* The VM's own colour, as on its frames. */
static void print_mark(sd_json_variant *json, bool in_color) {
	unsigned red, green, blue;
	if (in_color &&
			sscanf(show_string(json, "color"), "#%2x%2x%2x", &red, &green, &blue) ==
					3) {
		printf("\033[38;2;%u;%u;%um▌\033[0m ", red, green, blue);
	}
}

static const char *state_color(enum vm_state state) {
	switch (state) {
	case VM_RUNNING:
		return "32";
	case VM_FAILED:
		return "1;31";
	case VM_STOPPED:
		return "2";
	default:
		return "33";
	}
}

static void print_state(enum vm_state state, int width, bool in_color) {
	if (in_color) {
		printf("\033[%sm%-*s\033[0m", state_color(state), width, vm_state_text(state));
	} else {
		printf("%-*s", width, vm_state_text(state));
	}
}

static void print_row(sd_json_variant *json, int name_width, bool in_color) {
	struct record record;
	char since[TIME_SIZE];
	record_from_json(&record, json);
	format_time(record.since_ms, since);
	bool is_alive = vm_state_is_alive(record.state);
	print_mark(json, in_color);
	printf("%-*s  ", name_width, show_string(json, "name"));
	print_state(record.state, 8, in_color);
	printf("  %-19s  %-9s  ", since, is_alive ? record.accelerator : "-");
	const char *jail = is_alive ? record.jail : "-";
	if (record.reason[0] != '\0') {
		printf("%-6s  %s\n", jail, record.reason);
	} else {
		puts(jail);
	}
}

void show_list(sd_json_variant *vms) {
	bool in_color = color_is_wanted();
	int name_width = 2;
	for (size_t i = 0; i < sd_json_variant_elements(vms); i++) {
		int width = (int)strlen(show_string(sd_json_variant_by_index(vms, i), "name"));
		name_width = width > name_width ? width : name_width;
	}
	if (isatty(STDOUT_FILENO)) {
		printf("%s%s%-*s  %-8s  %-19s  %-9s  %-6s  %s%s\n", in_color ? "\033[1m" : "",
				in_color ? "  " : "", name_width, "VM", "STATE", "SINCE", "RUNS ON",
				"BOX", "REASON", in_color ? "\033[0m" : "");
	}
	for (size_t i = 0; i < sd_json_variant_elements(vms); i++) {
		print_row(sd_json_variant_by_index(vms, i), name_width, in_color);
	}
}

void show_status(sd_json_variant *json) {
	struct record record;
	char since[TIME_SIZE];
	bool in_color = color_is_wanted();
	record_from_json(&record, json);
	format_time(record.since_ms, since);
	print_mark(json, in_color);
	printf("%s: ", show_string(json, "name"));
	print_state(record.state, 0, in_color);
	printf(" since %s\n", since);
	if (record.reason[0] != '\0') {
		printf("  reason     %s\n", record.reason);
	}
	printf("  color      %s\n", show_string(json, "color"));
	if (!vm_state_is_alive(record.state)) {
		return;
	}
	bool is_emulated = strcmp(record.accelerator, "emulation") == 0;
	printf("  runs on    %s%s\n", record.accelerator,
			is_emulated ? " (software emulation isolates nothing)" : "");
	printf("  box        %s%s\n", record.jail,
			strcmp(record.jail, "weaker") == 0
					? " (weaker jail: no user namespaces here)"
					: "");
	sd_json_variant *domain = sd_json_variant_by_key(json, "domain");
	printf("  windows    %s\n",
			domain != NULL && sd_json_variant_boolean(domain)
					? "shown by the compositor"
					: "no compositor");
	printf("  boots      %llu\n", (unsigned long long)record.boots);
	printf("  processes  supervisor %d, vmm %d, proxy %d, vsock %d, agent %d\n",
			record.supervisor_pid, record.vmm_pid, record.proxy_pid, record.vsock_pid,
			record.agent_pid);
}
