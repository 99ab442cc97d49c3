/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/offences.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/watch.h"
#include "vmctl/supervisor/interface.h"

#define COMPOSITOR_NAME "io.silo.Compositor"

static uint64_t read_number(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_unsigned(value) ? sd_json_variant_unsigned(value)
								   : 0;
}

static const char *read_text(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_string(value) ? sd_json_variant_string(value)
								 : "";
}

static void take(struct manager *manager, sd_json_variant *json) {
	struct instance *instance = manager_find(manager, read_text(json, "domain"));
	const char *reason = read_text(json, "reason");
	uint64_t count = read_number(json, "count");
	if (instance == NULL || !instance->has_domain || count == 0 || reason[0] == '\0' ||
			count == instance->offences.count ||
			!text_is_sanitised(reason, OFFENCE_REASON_MAX)) {
		return;
	}
	struct offences *offences = &instance->offences;
	offences->count = count;
	offences->at_ms = read_number(json, "at");
	snprintf(offences->reason, sizeof(offences->reason), "%s", reason);
	watch_changed(instance);
}

static int handle_offences(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	sd_json_variant *list =
			error_id == NULL ? sd_json_variant_by_key(parameters, "offences") : NULL;
	for (size_t i = 0; list != NULL && i < sd_json_variant_elements(list); i++) {
		take(data, sd_json_variant_by_index(list, i));
	}
	return 0;
}

sd_varlink *offences_watch(struct manager *manager) {
	sd_varlink *link = NULL;
	int result = interface_connect(manager->runtime_dir, COMPOSITOR_NAME, &link);
	if (result >= 0) {
		sd_varlink_set_userdata(link, manager);
		result = sd_varlink_bind_reply(link, handle_offences);
	}
	if (result >= 0) {
		result = sd_varlink_attach_event(link, manager->event, SD_EVENT_PRIORITY_NORMAL);
	}
	if (result >= 0) {
		result = sd_varlink_observe(link, COMPOSITOR_NAME ".WatchOffences", NULL);
	}
	if (result < 0) {
		log_warn("the compositor does not tell which VMs misbehave: %s", strerror(-result));
		return sd_varlink_close_unref(link);
	}
	return link;
}

void offences_forget(struct instance *instance) {
	instance->offences = (struct offences){0};
}

int offences_add(const struct offences *offences, sd_json_variant **status) {
	if (offences->count == 0) {
		return 0;
	}
	int result = sd_json_variant_set_field_unsigned(status, "offences", offences->count);
	if (result >= 0) {
		result = sd_json_variant_set_field_string(status, "offence", offences->reason);
	}
	if (result >= 0) {
		result = sd_json_variant_set_field_unsigned(status, "offence_at", offences->at_ms);
	}
	return result;
}
