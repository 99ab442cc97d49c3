/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/definition.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "vmctl/manifest/write.h"

#define FILE_NAME "definition.scfg"

static bool write_whole(const char *path, const char *text) {
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t len = strlen(text);
	return fd >= 0 && write(fd, text, len) == (ssize_t)len;
}

bool definition_write(const struct instance *instance, char path[PLACE_MAX],
		char error[ERROR_MAX]) {
	char partial[PLACE_MAX + 8];
	if (!place_join(path, instance->state_dir, FILE_NAME)) {
		snprintf(error, ERROR_MAX, "%s is too long", instance->state_dir);
		return false;
	}
	snprintf(partial, sizeof(partial), "%s.new", path);
	char *text = vm_to_text(instance->vm, true);
	bool is_written = write_whole(partial, text) && rename(partial, path) == 0;
	if (!is_written) {
		snprintf(error, ERROR_MAX, "%s: %s", path, strerror(errno));
		unlink(partial);
	}
	free(text);
	return is_written;
}

static bool is_same(const struct vm *one, const struct vm *other, bool with_applications) {
	char *text = vm_to_text(one, with_applications);
	char *with = vm_to_text(other, with_applications);
	bool is_same = strcmp(text, with) == 0;
	free(text);
	free(with);
	return is_same;
}

/* What is said about the place of a definition is true of the manifest, not of our copy. */
static void keep(struct instance *instance, struct manifest *own, const struct vm *next) {
	manifest_destroy(instance->own);
	instance->own = own;
	instance->vm = &own->vms[0];
	instance->next = next;
}

static void follow(struct instance *instance, const struct vm *vm) {
	instance->vm = vm;
	instance->next = NULL;
	manifest_destroy(instance->own);
	instance->own = NULL;
}

bool definition_adopt(struct instance *instance) {
	char path[PLACE_MAX], *report = NULL;
	struct manifest *own = NULL;
	if (place_join(path, instance->state_dir, FILE_NAME)) {
		own = manifest_load((const char *const[]){path}, 1, true, &report);
	}
	free(report);
	bool is_its = own != NULL && own->vms_len == 1 &&
			strcmp(own->vms[0].name, instance->name) == 0;
	if (is_its && (instance->vm == NULL || !is_same(instance->vm, &own->vms[0], false))) {
		keep(instance, own, instance->vm);
	} else {
		manifest_destroy(own);
	}
	return instance->vm != NULL;
}

bool definition_change(struct instance *instance, const struct vm *vm) {
	const struct vm *before = instance->own != NULL ? instance->next : instance->vm;
	bool has_changed = vm == NULL || before == NULL ? vm != before : !is_same(before, vm, true);
	bool is_in_force = vm != NULL &&
			(!instance_is_alive(instance) || is_same(instance->vm, vm, false));
	if (is_in_force) {
		follow(instance, vm);
	} else if (instance->own != NULL) {
		instance->next = vm;
	} else {
		keep(instance, vm_copy(instance->vm), vm);
	}
	return has_changed;
}

void definition_settle(struct instance *instance) {
	if (instance->next != NULL) {
		follow(instance, instance->next);
	}
}

const char *definition_pending(const struct instance *instance) {
	if (instance->own == NULL) {
		return NULL;
	}
	return instance->next != NULL ? "changed" : "removed";
}

const struct vm *definition_menu(const struct instance *instance) {
	return instance->next != NULL ? instance->next : instance->vm;
}
