/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/reload.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/text.h"
#include "vmctl/daemon/definition.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/notices.h"
#include "vmctl/daemon/watch.h"
#include "vmctl/supervisor/interface.h"

/* What an answer tells about the VMs that are not as before. */
struct changes {
	sd_json_variant *added, *changed, *removed;
	size_t added_len, changed_len, removed_len;
};

static void note(sd_json_variant **list, size_t *len, const char *name) {
	sd_json_variant *text = NULL;
	if (sd_json_variant_new_string(&text, name) >= 0 &&
			sd_json_variant_append_array(list, text) >= 0) {
		(*len)++;
	}
	sd_json_variant_unref(text);
}

static void changes_finish(struct changes *changes) {
	sd_json_variant_unref(changes->added);
	sd_json_variant_unref(changes->changed);
	sd_json_variant_unref(changes->removed);
}

/* What tells one state of a file from another; nothing, where there is none. */
static struct manager_stamp stamp_of(const char *path) {
	struct stat info;
	if (stat(path, &info) < 0) {
		return (struct manager_stamp){0};
	}
	return (struct manager_stamp){.inode = info.st_ino,
			.size = info.st_size,
			.seconds = info.st_mtim.tv_sec,
			.nanoseconds = info.st_mtim.tv_nsec};
}

static size_t take_stamps(const struct manager *manager,
		struct manager_stamp stamps[MANIFEST_FILES_MAX]) {
	static char places[MANIFEST_FILES_MAX][MANIFEST_PATH_MAX];
	size_t len = manifest_places(manager->options->manifest, places);
	for (size_t i = 0; i < len; i++) {
		stamps[i] = stamp_of(places[i]);
	}
	return len;
}

bool reload_is_due(const struct manager *manager) {
	struct manager_stamp stamps[MANIFEST_FILES_MAX];
	size_t len = take_stamps(manager, stamps);
	for (size_t i = 0; i < len; i++) {
		const struct manager_stamp *now = &stamps[i], *then = &manager->stamps[i];
		if (now->inode != then->inode || now->size != then->size ||
				now->seconds != then->seconds ||
				now->nanoseconds != then->nanoseconds) {
			return true;
		}
	}
	return false;
}

/* NULL if it is wrong; what is to be said about it is the manager's then, else it goes to report. */
static struct manifest *load(struct manager *manager, char **ret_report) {
	char *report = NULL;
	/* Before the look: what is changed during it is noticed. */
	take_stamps(manager, manager->stamps);
	struct manifest *manifest = manifest_load_default(manager->options->manifest, &report);
	if (report != NULL) {
		fputs(report, stderr);
	}
	bool was_wrong = manager->fault != NULL;
	free(manager->fault);
	manager->fault = NULL;
	if (manifest == NULL) {
		manager->fault = report != NULL ? report : strdup("out of memory\n");
	}
	if (was_wrong || manifest == NULL) {
		notices_manifest(manager);
	}
	if (manifest == NULL) {
		return NULL;
	}
	*ret_report = report;
	return manifest;
}

static bool must_stay(const struct instance *instance) {
	return instance_is_alive(instance) || instance->waiters != NULL || instance->is_registering;
}

/* Takes the instances in the order of manifest, then those that it has no more and that run. */
static bool apply(struct manager *manager, struct manifest *manifest, struct changes *changes) {
	size_t old_len = manager->instances_len, len = 0;
	struct instance **old = manager->instances;
	struct instance **instances = calloc(manifest->vms_len + old_len + 1, sizeof(*instances));
	if (instances == NULL) {
		return false;
	}
	for (size_t i = 0; i < manifest->vms_len; i++) {
		const struct vm *vm = &manifest->vms[i];
		struct instance *instance = manager_find(manager, vm->name);
		if (instance == NULL) {
			instance = instance_create(manager, vm->name, vm);
			note(&changes->added, &changes->added_len, vm->name);
		} else if (definition_change(instance, vm)) {
			note(&changes->changed, &changes->changed_len, vm->name);
		}
		if (instance != NULL) {
			instances[len++] = instance;
		}
	}
	for (size_t i = 0; i < old_len; i++) {
		if (manifest_find(manifest, old[i]->name) != NULL) {
			continue;
		}
		if (definition_change(old[i], NULL)) {
			note(&changes->removed, &changes->removed_len, old[i]->name);
		}
		if (must_stay(old[i])) {
			instances[len++] = old[i];
		} else {
			instance_destroy(old[i]);
		}
	}
	free(old);
	manager->instances = instances;
	manager->instances_len = len;
	manifest_destroy(manager->manifest);
	manager->manifest = manifest;
	return true;
}

/* VMs that run although the manifest does not know them: it was changed while no silo-vmd ran. */
static void find_orphans(struct manager *manager) {
	DIR *dir = opendir(manager->runtime_dir);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		struct instance *instance = NULL;
		struct instance **grown = NULL;
		if (text_is_vm_name(entry->d_name) &&
				manager_find(manager, entry->d_name) == NULL) {
			instance = instance_create(manager, entry->d_name, NULL);
		}
		if (instance != NULL) {
			grown = reallocarray(manager->instances, manager->instances_len + 1,
					sizeof(*grown));
		}
		if (grown != NULL) {
			log_info("vm \"%s\" runs, and is not in the manifest", entry->d_name);
			manager->instances = grown;
			manager->instances[manager->instances_len++] = instance;
		} else {
			instance_destroy(instance);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
}

bool reload_first(struct manager *manager) {
	struct changes changes = {0};
	char *report = NULL;
	struct manifest *manifest = load(manager, &report);
	if (manifest == NULL) {
		char *none;
		log_error("the manifest is wrong: no VM can be started before it is mended and "
			  "read "
			  "again, with: vmctl reload");
		manifest = manifest_load(NULL, 0, false, &none);
	}
	free(report);
	bool is_applied = manifest != NULL && apply(manager, manifest, &changes);
	changes_finish(&changes);
	if (!is_applied) {
		manifest_destroy(manifest);
		return false;
	}
	find_orphans(manager);
	return true;
}

/* Returns whether it was taken. */
static bool read_again(struct manager *manager, struct changes *changes, char **ret_report) {
	struct manifest *manifest = load(manager, ret_report);
	if (manifest == NULL) {
		log_error("the manifest is wrong: going on with the one from before");
		return false;
	}
	if (!apply(manager, manifest, changes)) {
		manifest_destroy(manifest);
		return false;
	}
	log_info("read the manifest again: %zu VMs, %zu new, %zu changed, %zu removed",
			manager->manifest->vms_len, changes->added_len, changes->changed_len,
			changes->removed_len);
	watch_changed_all(manager);
	return true;
}

void reload_again(struct manager *manager) {
	struct changes changes = {0};
	char *report = NULL;
	read_again(manager, &changes, &report);
	changes_finish(&changes);
	free(report);
}

/* A report as a list of its lines. */
static sd_json_variant *lines_of(const char *report) {
	sd_json_variant *lines = NULL;
	size_t len = 0;
	sd_json_build(&lines, SD_JSON_BUILD_EMPTY_ARRAY);
	char *copy = strdup(report != NULL ? report : ""), *rest = copy, *line;
	while (copy != NULL && (line = strsep(&rest, "\n")) != NULL) {
		if (line[0] != '\0') {
			note(&lines, &len, line);
		}
	}
	free(copy);
	return lines;
}

int reload_complain(const struct manager *manager, sd_varlink *link) {
	sd_json_variant *lines = lines_of(manager->fault);
	int result = sd_varlink_errorbo(link, MANAGER_NAME ".WrongManifest",
			SD_JSON_BUILD_PAIR_VARIANT("report", lines));
	sd_json_variant_unref(lines);
	return result;
}

/* The VMs that go on as they were, although the manifest says otherwise. */
static sd_json_variant *pending_of(const struct manager *manager) {
	sd_json_variant *names = NULL;
	size_t len = 0;
	sd_json_build(&names, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; i < manager->instances_len; i++) {
		if (definition_pending(manager->instances[i]) != NULL) {
			note(&names, &len, manager->instances[i]->name);
		}
	}
	return names;
}

int reload_handle(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct manager *manager = data;
	struct changes changes = {0};
	char *report = NULL;
	sd_json_build(&changes.added, SD_JSON_BUILD_EMPTY_ARRAY);
	sd_json_build(&changes.changed, SD_JSON_BUILD_EMPTY_ARRAY);
	sd_json_build(&changes.removed, SD_JSON_BUILD_EMPTY_ARRAY);
	int result;
	if (read_again(manager, &changes, &report)) {
		sd_json_variant *lines = lines_of(report), *pending = pending_of(manager);
		result = sd_varlink_replybo(link,
				SD_JSON_BUILD_PAIR_UNSIGNED("vms", manager->manifest->vms_len),
				SD_JSON_BUILD_PAIR_VARIANT("added", changes.added),
				SD_JSON_BUILD_PAIR_VARIANT("changed", changes.changed),
				SD_JSON_BUILD_PAIR_VARIANT("removed", changes.removed),
				SD_JSON_BUILD_PAIR_VARIANT("pending", pending),
				SD_JSON_BUILD_PAIR_VARIANT("report", lines));
		sd_json_variant_unref(lines);
		sd_json_variant_unref(pending);
	} else {
		result = reload_complain(manager, link);
	}
	changes_finish(&changes);
	free(report);
	return result;
}

static int handle_sweep(sd_event_source *source, void *data) {
	struct manager *manager = data;
	size_t len = 0;
	for (size_t i = 0; i < manager->instances_len; i++) {
		struct instance *instance = manager->instances[i];
		const char *pending = definition_pending(instance);
		if (pending != NULL && instance->next == NULL && !must_stay(instance)) {
			instance_destroy(instance);
		} else {
			manager->instances[len++] = instance;
		}
	}
	bool has_forgotten = len < manager->instances_len;
	manager->instances_len = len;
	if (has_forgotten) {
		watch_changed_all(manager);
	}
	return 0;
}

void reload_sweep(struct manager *manager) {
	if (manager->sweep == NULL &&
			sd_event_add_defer(manager->event, &manager->sweep, handle_sweep, manager) <
					0) {
		return;
	}
	sd_event_source_set_enabled(manager->sweep, SD_EVENT_ONESHOT);
}
