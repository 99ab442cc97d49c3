/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/show.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmctl/cli/table.h"
#include "vmctl/supervisor/record.h"

#define TIME_SIZE 32

const char *show_string(sd_json_variant *json, const char *key) {
	sd_json_variant *value = json != NULL ? sd_json_variant_by_key(json, key) : NULL;
	return value != NULL && sd_json_variant_is_string(value) ? sd_json_variant_string(value)
								 : "";
}

static void format_time(uint64_t at_ms, char out[TIME_SIZE]) {
	time_t at = (time_t)(at_ms / 1000);
	struct tm local;
	if (at_ms == 0 || localtime_r(&at, &local) == NULL ||
			strftime(out, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local) == 0) {
		snprintf(out, TIME_SIZE, "-");
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

/* What is to be done about a VM that runs by another definition than the manifest's; or "". */
static const char *pending_text(sd_json_variant *json) {
	const char *pending = show_string(json, "pending");
	if (pending[0] == '\0') {
		return "";
	}
	return strcmp(pending, "removed") == 0 ? "not in the manifest any more, until it is stopped"
					       : "the manifest says otherwise, after a restart";
}

static uint64_t show_number(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_unsigned(value) ? sd_json_variant_unsigned(value)
								   : 0;
}

/* How often it misbehaved and how, in out; or "". */
static const char *offence_text(sd_json_variant *json, char out[REASON_MAX]) {
	uint64_t count = show_number(json, "offences");
	if (count == 0) {
		return "";
	}
	snprintf(out, REASON_MAX, "misbehaved %llu time%s: it %s", (unsigned long long)count,
			count == 1 ? "" : "s", show_string(json, "offence"));
	return out;
}

/* On a terminal of today only the time: there is little room. */
static const char *shorten_time(const char *since) {
	char today[TIME_SIZE];
	format_time((uint64_t)time(NULL) * 1000, today);
	const size_t date_len = sizeof("2000-01-01");
	bool is_today = strlen(since) > date_len && strncmp(since, today, date_len) == 0;
	return is_today && isatty(STDOUT_FILENO) ? since + date_len : since;
}

static void add_vm(struct table *table, sd_json_variant *json) {
	struct record record;
	char since[TIME_SIZE], offence[REASON_MAX];
	record_from_json(&record, json);
	format_time(record.since_ms, since);
	const char *words = record.reason;
	if (words[0] == '\0') {
		words = offence_text(json, offence);
	}
	if (words[0] == '\0') {
		words = pending_text(json);
	}
	bool is_alive = vm_state_is_alive(record.state);
	table_add(table,
			(const struct table_cell[]){
					{show_string(json, "name"), NULL},
					{vm_state_text(record.state), state_color(record.state)},
					{shorten_time(since), NULL},
					{is_alive ? record.accelerator : "", NULL},
					{is_alive ? record.jail : "", NULL},
					{words, NULL},
			},
			show_string(json, "color"));
}

void show_list(sd_json_variant *vms) {
	static const char *const headings[] = {"VM", "STATE", "SINCE", "RUNS ON", "BOX", "REASON"};
	struct table table;
	table_init(&table, headings, 6);
	for (size_t i = 0; i < sd_json_variant_elements(vms); i++) {
		add_vm(&table, sd_json_variant_by_index(vms, i));
	}
	if (table.rows_len > 0) {
		table_print(&table);
	} else {
		fputs("vmctl: the manifest has no VM; vmctl init makes some\n", stderr);
	}
	table_finish(&table);
}

void show_applications(sd_json_variant *applications) {
	static const char *const headings[] = {"VM", "ID", "NAME", "CATEGORY", "TOLD BY"};
	struct table table;
	table_init(&table, headings, 5);
	for (size_t i = 0; i < sd_json_variant_elements(applications); i++) {
		sd_json_variant *application = sd_json_variant_by_index(applications, i);
		table_add(&table,
				(const struct table_cell[]){
						{show_string(application, "vm"), NULL},
						{show_string(application, "id"), NULL},
						{show_string(application, "name"), NULL},
						{show_string(application, "category"), NULL},
						{show_string(application, "source"), NULL},
				},
				NULL);
	}
	if (table.rows_len > 0) {
		table_print(&table);
	} else {
		fputs("vmctl: no application is known; those of a guest are once it has run\n",
				stderr);
	}
	table_finish(&table);
}

/* Whether the user's services, and VMs with them, go on when the last session ends. */
static bool user_lingers(void) {
	char path[256];
	const struct passwd *user = getpwuid(getuid());
	snprintf(path, sizeof(path), "/var/lib/systemd/linger/%s",
			user != NULL ? user->pw_name : "");
	return user != NULL && access(path, F_OK) == 0;
}

static void print_limits(const struct record *record) {
	const char *lasts = "";
	if (record->unit[0] != '\0') {
		lasts = user_lingers() ? " (goes on after logout)"
				       : " (ends at logout; to let VMs go on: loginctl "
					 "enable-linger)";
	}
	printf("  unit       %s%s\n", record->unit[0] != '\0' ? record->unit : "none", lasts);
	printf("  limits     ");
	const char *gap = "";
	if (record->memory_limit != 0) {
		printf("memory %llu MiB", (unsigned long long)(record->memory_limit >> 20));
		gap = ", ";
	}
	if (record->tasks_limit != 0) {
		printf("%stasks %llu", gap, (unsigned long long)record->tasks_limit);
		gap = ", ";
	}
	if (record->cpu_limit_percent != 0) {
		printf("%scpu %llu%%", gap, (unsigned long long)record->cpu_limit_percent);
		gap = ", ";
	}
	if (record->unlimited[0] != '\0') {
		printf("%snone of %s", gap, record->unlimited);
	}
	putchar('\n');
}

void show_status(sd_json_variant *json) {
	struct record record;
	char since[TIME_SIZE], offence[REASON_MAX];
	bool in_color = table_wants_color();
	record_from_json(&record, json);
	format_time(record.since_ms, since);
	table_print_mark(show_string(json, "color"), in_color);
	printf("%s: ", show_string(json, "name"));
	print_state(record.state, 0, in_color);
	printf(" since %s\n", since);
	if (record.reason[0] != '\0') {
		printf("  reason     %s\n", record.reason);
	}
	if (offence_text(json, offence)[0] != '\0') {
		format_time(show_number(json, "offence_at"), since);
		printf("  offences   %s (the last at %s)\n", offence, since);
	}
	if (pending_text(json)[0] != '\0') {
		printf("  manifest   %s\n", pending_text(json));
	}
	printf("  color      %s\n", show_string(json, "color"));
	if (!vm_state_is_alive(record.state)) {
		return;
	}
	bool is_emulated = strcmp(record.accelerator, "emulation") == 0;
	printf("  runs on    %s, %s%s\n", record.vmm, record.accelerator,
			is_emulated ? " (software emulation isolates nothing)" : "");
	printf("  box        %s%s\n", record.jail,
			strcmp(record.jail, "weaker") == 0
					? " (weaker jail: no user namespaces here)"
					: "");
	print_limits(&record);
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
