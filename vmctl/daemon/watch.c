/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/watch.h"

#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/supervisor/interface.h"

static int append(sd_json_variant **list, const struct instance *instance) {
	sd_json_variant *status = NULL;
	int result = instance_status(instance, &status);
	if (result >= 0) {
		result = sd_json_variant_append_array(list, status);
	}
	sd_json_variant_unref(status);
	return result;
}

static int append_all(sd_json_variant **list, const struct manager *manager) {
	int result = sd_json_build(list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; i < manager->instances_len && result >= 0; i++) {
		result = append(list, manager->instances[i]);
	}
	return result;
}

static int notify(sd_varlink *link, sd_json_variant *list, bool is_whole) {
	return sd_varlink_notifybo(link, SD_JSON_BUILD_PAIR_VARIANT("vms", list),
			SD_JSON_BUILD_PAIR_BOOLEAN("whole", is_whole));
}

int watch_handle(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct manager *manager = data;
	size_t slot = 0;
	while (slot < MANAGER_WATCHERS_MAX && manager->watchers[slot] != NULL) {
		slot++;
	}
	if (slot == MANAGER_WATCHERS_MAX) {
		return interface_fail(link, MANAGER_NAME, "%d others watch already",
				MANAGER_WATCHERS_MAX);
	}
	sd_json_variant *list = NULL;
	int result = append_all(&list, manager);
	if (result >= 0) {
		result = notify(link, list, true);
	}
	sd_json_variant_unref(list);
	if (result >= 0) {
		manager->watchers[slot] = sd_varlink_ref(link);
	}
	return result;
}

void watch_changed(const struct instance *instance) {
	struct manager *manager = instance->manager;
	sd_json_variant *list = NULL;
	for (size_t i = 0; i < MANAGER_WATCHERS_MAX; i++) {
		if (manager->watchers[i] == NULL) {
			continue;
		}
		if (list == NULL &&
				(sd_json_build(&list, SD_JSON_BUILD_EMPTY_ARRAY) < 0 ||
						append(&list, instance) < 0)) {
			break;
		}
		/* One that does not read is hung up by libsystemd, and forgotten then. */
		notify(manager->watchers[i], list, false);
	}
	sd_json_variant_unref(list);
}

void watch_changed_all(struct manager *manager) {
	sd_json_variant *list = NULL;
	if (append_all(&list, manager) >= 0) {
		for (size_t i = 0; i < MANAGER_WATCHERS_MAX; i++) {
			if (manager->watchers[i] != NULL) {
				notify(manager->watchers[i], list, true);
			}
		}
	}
	sd_json_variant_unref(list);
}

void watch_forget(struct manager *manager, const sd_varlink *link) {
	for (size_t i = 0; i < MANAGER_WATCHERS_MAX; i++) {
		if (manager->watchers[i] == link) {
			manager->watchers[i] = sd_varlink_unref(manager->watchers[i]);
		}
	}
}

void watch_forget_all(struct manager *manager) {
	for (size_t i = 0; i < MANAGER_WATCHERS_MAX; i++) {
		manager->watchers[i] = sd_varlink_unref(manager->watchers[i]);
	}
}
