/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vmctl/supervisor/places.h"

static const char *const state_texts[] = {
		"stopped", "starting", "running", "paused", "stopping", "failed"};

const char *vm_state_text(enum vm_state state) {
	return state_texts[state];
}

bool vm_state_is_alive(enum vm_state state) {
	return state != VM_STOPPED && state != VM_FAILED;
}

void record_set(struct record *record, enum vm_state state, const char *reason) {
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	record->state = state;
	snprintf(record->reason, sizeof(record->reason), "%s", reason);
	record->since_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int record_to_json(const struct record *record, const char *name, sd_json_variant **ret_json) {
	return sd_json_buildo(ret_json, SD_JSON_BUILD_PAIR_STRING("name", name),
			SD_JSON_BUILD_PAIR_STRING("state", vm_state_text(record->state)),
			SD_JSON_BUILD_PAIR_STRING("reason", record->reason),
			SD_JSON_BUILD_PAIR_UNSIGNED("since", record->since_ms),
			SD_JSON_BUILD_PAIR_UNSIGNED("boots", record->boots),
			SD_JSON_BUILD_PAIR_STRING("vmm", record->vmm),
			SD_JSON_BUILD_PAIR_STRING("accelerator", record->accelerator),
			SD_JSON_BUILD_PAIR_STRING("jail", record->jail),
			SD_JSON_BUILD_PAIR_STRING("boot_id", record->boot_id),
			SD_JSON_BUILD_PAIR_OBJECT("pids",
					SD_JSON_BUILD_PAIR_INTEGER("supervisor",
							record->supervisor_pid),
					SD_JSON_BUILD_PAIR_INTEGER("vmm", record->vmm_pid),
					SD_JSON_BUILD_PAIR_INTEGER("proxy", record->proxy_pid),
					SD_JSON_BUILD_PAIR_INTEGER("vsock", record->vsock_pid),
					SD_JSON_BUILD_PAIR_INTEGER("agent", record->agent_pid)),
			SD_JSON_BUILD_PAIR_UNSIGNED("ready_ms", record->ready_ms),
			SD_JSON_BUILD_PAIR_STRING("unit", record->unit),
			SD_JSON_BUILD_PAIR_OBJECT("limits",
					SD_JSON_BUILD_PAIR_UNSIGNED("memory", record->memory_limit),
					SD_JSON_BUILD_PAIR_UNSIGNED("tasks", record->tasks_limit),
					SD_JSON_BUILD_PAIR_UNSIGNED("cpu_percent",
							record->cpu_limit_percent)),
			SD_JSON_BUILD_PAIR_STRING("unlimited", record->unlimited));
}

static void copy_string(sd_json_variant *json, const char *key, char *out, size_t cap) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	if (value != NULL && sd_json_variant_is_string(value)) {
		snprintf(out, cap, "%s", sd_json_variant_string(value));
	}
}

static uint64_t number(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_unsigned(value) ? sd_json_variant_unsigned(value)
								   : 0;
}

void record_from_json(struct record *record, sd_json_variant *json) {
	*record = (struct record){.state = VM_STOPPED};
	char state[16] = "";
	copy_string(json, "state", state, sizeof(state));
	for (size_t i = 0; i < sizeof(state_texts) / sizeof(state_texts[0]); i++) {
		if (strcmp(state, state_texts[i]) == 0) {
			record->state = (enum vm_state)i;
		}
	}
	copy_string(json, "reason", record->reason, sizeof(record->reason));
	copy_string(json, "vmm", record->vmm, sizeof(record->vmm));
	copy_string(json, "accelerator", record->accelerator, sizeof(record->accelerator));
	copy_string(json, "jail", record->jail, sizeof(record->jail));
	copy_string(json, "boot_id", record->boot_id, sizeof(record->boot_id));
	record->since_ms = number(json, "since");
	record->boots = number(json, "boots");
	record->ready_ms = number(json, "ready_ms");
	copy_string(json, "unit", record->unit, sizeof(record->unit));
	copy_string(json, "unlimited", record->unlimited, sizeof(record->unlimited));
	sd_json_variant *limits = sd_json_variant_by_key(json, "limits");
	if (limits != NULL && sd_json_variant_is_object(limits)) {
		record->memory_limit = number(limits, "memory");
		record->tasks_limit = number(limits, "tasks");
		record->cpu_limit_percent = number(limits, "cpu_percent");
	}
	sd_json_variant *pids = sd_json_variant_by_key(json, "pids");
	if (pids != NULL && sd_json_variant_is_object(pids)) {
		record->supervisor_pid = (pid_t)number(pids, "supervisor");
		record->vmm_pid = (pid_t)number(pids, "vmm");
		record->proxy_pid = (pid_t)number(pids, "proxy");
		record->vsock_pid = (pid_t)number(pids, "vsock");
		record->agent_pid = (pid_t)number(pids, "agent");
	}
}

bool record_write(const struct record *record, const char *name, const char *state_dir) {
	sd_json_variant *json = NULL;
	bool is_written = record_to_json(record, name, &json) >= 0 &&
			place_write_json(json, state_dir, "record.json");
	sd_json_variant_unref(json);
	return is_written;
}

bool record_read(struct record *record, const char *state_dir) {
	char path[PLACE_MAX];
	sd_json_variant *json = NULL;
	if (!place_join(path, state_dir, "record.json") ||
			sd_json_parse_file(NULL, path, 0, &json, NULL, NULL) < 0) {
		return false;
	}
	record_from_json(record, json);
	sd_json_variant_unref(json);
	return true;
}
