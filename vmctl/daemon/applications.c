/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/applications.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "vmctl/daemon/definition.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/supervisor/applications.h"
#include "vmctl/supervisor/interface.h"

/* category may be NULL. */
static int append(sd_json_variant **list, const char *vm, const char *id, const char *name,
		const char *category, const char *source) {
	sd_json_variant *entry = NULL;
	int result = sd_json_buildo(&entry, SD_JSON_BUILD_PAIR_STRING("vm", vm),
			SD_JSON_BUILD_PAIR_STRING("id", id),
			SD_JSON_BUILD_PAIR_STRING("name", name),
			SD_JSON_BUILD_PAIR_CONDITION(category != NULL, "category",
					SD_JSON_BUILD_STRING(category)),
			SD_JSON_BUILD_PAIR_STRING("source", source));
	if (result >= 0) {
		result = sd_json_variant_append_array(list, entry);
	}
	sd_json_variant_unref(entry);
	return result;
}

static int append_all(sd_json_variant **list, const struct instance *instance) {
	const struct vm *vm = definition_menu(instance);
	int result = 0;
	for (size_t i = 0; i < vm->applications_len && result >= 0; i++) {
		const struct vm_application *application = &vm->applications[i];
		result = append(list, vm->name, application->id, application->name, NULL,
				"manifest");
	}
	struct applications told = {0};
	applications_read(&told, instance->state_dir);
	for (size_t i = 0; i < told.len && result >= 0; i++) {
		const struct agent_application *application = &told.entries[i];
		/* The person's own name for it comes first, and is what Run takes. */
		if (vm_application_find(vm, application->id) == NULL) {
			result = append(list, vm->name, application->id, application->name,
					application->category[0] != '\0' ? application->category
									 : NULL,
					"agent");
		}
	}
	applications_finish(&told);
	return result;
}

void applications_name(const struct instance *instance, const char *id, char *out, size_t cap) {
	const struct vm_application *mine = vm_application_find(instance->vm, id);
	struct applications told = {0};
	applications_read(&told, instance->state_dir);
	const struct agent_application *its = applications_find(&told, id);
	const char *name = mine != NULL ? mine->name : its != NULL ? its->name : id;
	text_sanitise(name, strlen(name), cap, out, cap);
	applications_finish(&told);
}

int applications_handle_list(sd_varlink *link, sd_json_variant *json,
		sd_varlink_method_flags_t flags, void *data) {
	static const sd_json_dispatch_field table[] = {
			{"name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string, 0,
					SD_JSON_NULLABLE},
			{0},
	};
	struct manager *manager = data;
	const char *name = NULL;
	int result = sd_varlink_dispatch(link, json, table, &name);
	if (result != 0) {
		return result;
	}
	if (name != NULL && manager_find(manager, name) == NULL) {
		return manager_no_such_vm(manager, link, name);
	}
	sd_json_variant *list = NULL;
	result = sd_json_build(&list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; i < manager->instances_len && result >= 0; i++) {
		if (name == NULL || manager_find(manager, name) == manager->instances[i]) {
			result = append_all(&list, manager->instances[i]);
		}
	}
	if (result >= 0) {
		result = sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("applications", list));
	}
	sd_json_variant_unref(list);
	return result;
}
