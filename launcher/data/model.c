/* SPDX-License-Identifier: MIT */
#include "launcher/data/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "launcher/data/fields.h"

/* A start is measured against the last one, and stands here until it is over. */
#define LEVEL_STARTING_MAX 0.95

struct machine *model_find(const struct model *model, const char *name) {
	for (size_t i = 0; i < model->machines_len; i++) {
		if (strcmp(model->machines[i].name, name) == 0) {
			return &model->machines[i];
		}
	}
	return model->host != NULL && strcmp(name, MODEL_HOST) == 0 ? model->host : NULL;
}

struct application *machine_find_application(const struct machine *machine, const char *id) {
	for (size_t i = 0; i < machine->applications_len; i++) {
		if (strcmp(machine->applications[i].id, id) == 0) {
			return &machine->applications[i];
		}
	}
	return NULL;
}

static enum machine_state state_of(const char *text) {
	static const char *const states[] = {
			"stopped", "starting", "running", "paused", "stopping", "failed"};
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(text, states[i]) == 0) {
			return (enum machine_state)i;
		}
	}
	return MACHINE_STOPPED;
}

static void take_machine(struct machine *machine, sd_json_variant *status) {
	struct color fill = palette[0].fill;
	color_parse(string_of(status, "color"), &fill);
	machine->colors = vm_colors_derive(fill);
	machine->glyph = GLYPH_TRIANGLE;
	glyph_parse(string_of(status, "glyph"), &machine->glyph);
	take_text(status, "label", VM_LABEL_MAX, machine->label, sizeof(machine->label));
	if (machine->label[0] == '\0') {
		memcpy(machine->label, machine->name, sizeof(machine->name));
	}
	machine->state = state_of(string_of(status, "state"));
	take_text(status, "reason", MACHINE_REASON_MAX, machine->reason, sizeof(machine->reason));
	machine->since_ms = number_of(status, "since");
	machine->expected_ms = number_of(status, "expected_ms");
	machine->memory = number_of(status, "memory");
}

static struct machine *add_machine(struct model *model, const char *name) {
	if (model->machines_len == MODEL_MACHINES_MAX) {
		return NULL;
	}
	struct machine *grown =
			realloc(model->machines, (model->machines_len + 1) * sizeof(*grown));
	if (grown == NULL) {
		return NULL;
	}
	model->machines = grown;
	struct machine *machine = &grown[model->machines_len++];
	*machine = (struct machine){0};
	snprintf(machine->name, sizeof(machine->name), "%s", name);
	return machine;
}

static bool is_among(sd_json_variant *statuses, const char *name) {
	for (size_t i = 0; i < length_of(statuses); i++) {
		sd_json_variant *status = sd_json_variant_by_index(statuses, i);
		if (sd_json_variant_is_object(status) &&
				strcmp(string_of(status, "name"), name) == 0) {
			return true;
		}
	}
	return false;
}

static void forget_missing(struct model *model, sd_json_variant *statuses) {
	size_t kept = 0;
	for (size_t i = 0; i < model->machines_len; i++) {
		if (is_among(statuses, model->machines[i].name)) {
			model->machines[kept++] = model->machines[i];
		} else {
			free(model->machines[i].applications);
		}
	}
	model->machines_len = kept;
}

void model_take_machines(struct model *model, sd_json_variant *statuses, bool is_all) {
	if (is_all) {
		forget_missing(model, statuses);
	}
	for (size_t i = 0; i < length_of(statuses); i++) {
		sd_json_variant *status = sd_json_variant_by_index(statuses, i);
		if (!sd_json_variant_is_object(status) ||
				!text_is_vm_name(string_of(status, "name"))) {
			continue;
		}
		const char *name = string_of(status, "name");
		struct machine *machine = model_find(model, name);
		if (machine == NULL) {
			machine = add_machine(model, name);
		}
		if (machine != NULL) {
			take_machine(machine, status);
		}
	}
}

/* The id is an opaque word for the manager; one that is too long is no id of ours. */
static bool read_application(struct application *application, sd_json_variant *json) {
	const char *id = string_of(json, "id");
	size_t len = strlen(id);
	if (len == 0 || len > APPLICATION_ID_MAX) {
		return false;
	}
	*application = (struct application){0};
	memcpy(application->id, id, len);
	take_text(json, "name", APPLICATION_NAME_MAX, application->name, sizeof(application->name));
	take_text(json, "category", APPLICATION_CATEGORY_MAX, application->category,
			sizeof(application->category));
	return application->name[0] != '\0';
}

static void add_application(struct machine *machine, sd_json_variant *json) {
	struct application application;
	/* Of two that have one id the first is meant, here as with the manager. */
	if (machine->applications_len == MODEL_APPLICATIONS_MAX ||
			!read_application(&application, json) ||
			machine_find_application(machine, application.id) != NULL) {
		return;
	}
	/* Grown by doubling: a power of two is full. */
	size_t len = machine->applications_len;
	if ((len & (len - 1)) == 0) {
		size_t cap = len == 0 ? 1 : 2 * len;
		struct application *grown = realloc(machine->applications, cap * sizeof(*grown));
		if (grown == NULL) {
			return;
		}
		machine->applications = grown;
	}
	machine->applications[machine->applications_len++] = application;
}

void model_take_applications(struct model *model, sd_json_variant *applications) {
	for (size_t i = 0; i < model->machines_len; i++) {
		free(model->machines[i].applications);
		model->machines[i].applications = NULL;
		model->machines[i].applications_len = 0;
	}
	struct machine *machine = NULL;
	for (size_t i = 0; i < length_of(applications); i++) {
		sd_json_variant *json = sd_json_variant_by_index(applications, i);
		if (!sd_json_variant_is_object(json)) {
			continue;
		}
		/* They come VM by VM. */
		const char *vm = string_of(json, "vm");
		if (machine == NULL || strcmp(machine->name, vm) != 0) {
			machine = text_is_vm_name(vm) ? model_find(model, vm) : NULL;
		}
		if (machine != NULL) {
			add_application(machine, json);
		}
	}
}

static void forget_host(struct model *model) {
	if (model->host != NULL) {
		free(model->host->applications);
		free(model->host);
		model->host = NULL;
	}
}

void model_take_host(struct model *model, sd_json_variant *applications) {
	forget_host(model);
	struct machine *host = length_of(applications) > 0 ? calloc(1, sizeof(*host)) : NULL;
	if (host == NULL) {
		return;
	}
	snprintf(host->name, sizeof(host->name), "%s", MODEL_HOST);
	snprintf(host->label, sizeof(host->label), "This computer");
	host->glyph = GLYPH_HOST;
	host->state = MACHINE_RUNNING;
	for (size_t i = 0; i < length_of(applications); i++) {
		sd_json_variant *json = sd_json_variant_by_index(applications, i);
		if (sd_json_variant_is_object(json)) {
			add_application(host, json);
		}
	}
	model->host = host;
}

void model_take_windows(struct model *model, sd_json_variant *windows) {
	for (size_t i = 0; i < model->machines_len; i++) {
		model->machines[i].windows = 0;
	}
	if (model->host != NULL) {
		model->host->windows = 0;
	}
	for (size_t i = 0; i < length_of(windows); i++) {
		sd_json_variant *window = sd_json_variant_by_index(windows, i);
		struct machine *machine = sd_json_variant_is_object(window)
				? model_find(model, string_of(window, "domain"))
				: NULL;
		if (machine != NULL) {
			machine->windows++;
		}
	}
}

double machine_level(const struct machine *machine, uint64_t now_ms) {
	switch (machine->state) {
	case MACHINE_STARTING:
		if (machine->expected_ms == 0 || now_ms < machine->since_ms) {
			return 0;
		}
		double level = (double)(now_ms - machine->since_ms) / (double)machine->expected_ms;
		return level < LEVEL_STARTING_MAX ? level : LEVEL_STARTING_MAX;
	case MACHINE_RUNNING:
	case MACHINE_PAUSED:
	case MACHINE_STOPPING:
		return 1;
	case MACHINE_STOPPED:
	case MACHINE_FAILED:
		break;
	}
	return 0;
}

bool machine_is_alive(const struct machine *machine) {
	return machine->state != MACHINE_STOPPED && machine->state != MACHINE_FAILED;
}

void model_finish(struct model *model) {
	for (size_t i = 0; i < model->machines_len; i++) {
		free(model->machines[i].applications);
	}
	forget_host(model);
	free(model->machines);
	*model = (struct model){0};
}
