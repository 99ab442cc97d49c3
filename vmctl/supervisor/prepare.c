/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/prepare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "vmctl/vmm/disk.h"
#include "vmctl/vmm/image.h"

static bool load(struct supervisor *supervisor, const struct supervisor_options *options,
		char error[ERROR_MAX]) {
	char *report = NULL;
	supervisor->manifest = manifest_load_default(options->manifest, &report);
	bool is_loaded = supervisor->manifest != NULL;
	if (!is_loaded) {
		snprintf(error, ERROR_MAX, "%s", report != NULL ? report : "out of memory");
		error[strcspn(error, "\n")] = '\0';
	}
	free(report);
	if (!is_loaded) {
		return false;
	}
	for (size_t i = 0; i < supervisor->manifest->vms_len && options->defined_in != NULL; i++) {
		supervisor->manifest->vms[i].file = options->defined_in;
	}
	supervisor->vm = manifest_find(supervisor->manifest, options->vm);
	if (supervisor->vm == NULL) {
		snprintf(error, ERROR_MAX, "there is no vm \"%s\" in the manifest; see: vmctl list",
				options->vm);
		return false;
	}
	return true;
}

static bool take_places(struct supervisor *supervisor, char error[ERROR_MAX]) {
	char runtime[PLACE_MAX];
	const char *name = supervisor->vm->name;
	if (!place_runtime(runtime, error) || !place_state(name, supervisor->state_dir, error)) {
		return false;
	}
	if (!place_join(supervisor->runtime_dir, runtime, name) ||
			!place_join(supervisor->vsock_dir, supervisor->runtime_dir, "vsock") ||
			!place_join(supervisor->socket_path, supervisor->runtime_dir,
					"io.silo.Supervisor")) {
		snprintf(error, ERROR_MAX, "%s is too long", runtime);
		return false;
	}
	if (dir_ensure_private(supervisor->runtime_dir) < 0 ||
			dir_ensure_private(supervisor->vsock_dir) < 0) {
		snprintf(error, ERROR_MAX, "%s cannot be made a directory of yours: %s",
				supervisor->vsock_dir, strerror(errno));
		return false;
	}
	/* The vsock device takes a list of options separated by commas, without a way to escape. */
	if (strpbrk(supervisor->vsock_dir, ",") != NULL) {
		snprintf(error, ERROR_MAX, "XDG_RUNTIME_DIR must not contain a comma");
		return false;
	}
	supervisor->lock = place_lock(supervisor->runtime_dir, "lock");
	if (supervisor->lock == -EBUSY) {
		snprintf(error, ERROR_MAX, "vm \"%s\" is running already", name);
	} else if (supervisor->lock < 0) {
		snprintf(error, ERROR_MAX, "%s: %s", supervisor->runtime_dir,
				strerror(-supervisor->lock));
	}
	return supervisor->lock >= 0;
}

static bool find_programs(struct supervisor *supervisor, const struct supervisor_options *options,
		char error[ERROR_MAX]) {
	const struct {
		const char *name;
		char *out;
		const char *help;
	} programs[] = {
			{"vhost-device-vsock", supervisor->vsock_device,
					"install it: sudo apt-get install vhost-device-vsock"},
			{"silo-proxy", supervisor->proxy,
					"it comes with Silo; say where it is with --libexec DIR"},
			{"silo-agent-child", supervisor->agent_child,
					"it comes with Silo; say where it is with --libexec DIR"},
	};
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!program_find(programs[i].name, options->programs.libexec, programs[i].out,
				    PLACE_MAX)) {
			snprintf(error, ERROR_MAX, "%s is not there; %s", programs[i].name,
					programs[i].help);
			return false;
		}
	}
	return true;
}

static bool choose_vmm(struct supervisor *supervisor, const struct vmm_programs *programs,
		char error[ERROR_MAX]) {
	if (!vmm_choose(supervisor->vm, programs, &supervisor->vmm, error)) {
		return false;
	}
	if (supervisor->vmm.accelerator == ACCELERATOR_TCG) {
		log_warn("no usable KVM: the VM is emulated, which isolates nothing");
	}
	return true;
}

bool prepare(struct supervisor *supervisor, const struct supervisor_options *options,
		char error[ERROR_MAX]) {
	if (!load(supervisor, options, error) || !take_places(supervisor, error)) {
		return false;
	}
	bool is_prepared = find_programs(supervisor, options, error);
	if (is_prepared &&
			!image_dir(supervisor->vm, supervisor->image_dir,
					sizeof(supervisor->image_dir))) {
		snprintf(error, ERROR_MAX,
				"neither XDG_DATA_HOME nor HOME names a usable directory");
		is_prepared = false;
	}
	if (is_prepared && supervisor->vm->disk_bytes > 0 &&
			!disk_path(supervisor->vm, supervisor->disk, sizeof(supervisor->disk))) {
		snprintf(error, ERROR_MAX, "the path of its disk is too long");
		is_prepared = false;
	}
	is_prepared = is_prepared &&
			image_check(supervisor->vm, supervisor->image_dir, error, ERROR_MAX) &&
			choose_vmm(supervisor, &options->programs, error);
	if (!is_prepared) {
		record_set(&supervisor->record, VM_FAILED, error);
		record_write(&supervisor->record, supervisor->vm->name, supervisor->state_dir);
	}
	return is_prepared;
}

void prepare_release(struct supervisor *supervisor) {
	if (supervisor->lock >= 0) {
		static const char *const names[] = {"vsock/ctl", "vsock/agent", "vsock/agent_6000",
				"control", "control.new", "io.silo.Supervisor", "lock"};
		char path[PLACE_MAX];
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (place_join(path, supervisor->runtime_dir, names[i])) {
				unlink(path);
			}
		}
		rmdir(supervisor->vsock_dir);
		rmdir(supervisor->runtime_dir);
		fd_close(&supervisor->lock);
	}
}

void prepare_undo(struct supervisor *supervisor) {
	prepare_release(supervisor);
	manifest_destroy(supervisor->manifest);
}
