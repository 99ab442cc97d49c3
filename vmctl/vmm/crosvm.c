/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/crosvm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/box.h"
#include "vmctl/vmm/argv.h"

/*
 * crosvm's own limit is 32768. These are what the devices take: silo-proxy 1024, vhost-device-vsock
 * up to 1024, of which a guest needs no more than QEMU gives it.
 */
#define GPU_QUEUE_SIZE 1024
#define VSOCK_QUEUE_SIZE 128

/* Exit statuses under --extended-status. */
enum crosvm_status {
	CROSVM_ERROR = 1,
	CROSVM_RESET = 32,
	CROSVM_CRASH = 33,
	CROSVM_GUEST_PANIC = 34,
	CROSVM_BAD_ARGUMENTS = 35,
	CROSVM_WATCHDOG = 36,
};

/* A value of a key: a plain word ends at a comma or bracket, a quoted one at its quotation mark. */
static char *quote(const char *text) {
	char *quoted = malloc(2 * strlen(text) + 3);
	if (quoted == NULL) {
		abort();
	}
	if (strpbrk(text, ",[]=\"\\' ") == NULL) {
		memcpy(quoted, text, strlen(text) + 1);
		return quoted;
	}
	char *out = quoted;
	*out++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\') {
			*out++ = '\\';
		}
		*out++ = *text;
	}
	*out++ = '"';
	*out = '\0';
	return quoted;
}

static void add_machine(struct argv *argv, const struct vmm_setup *setup) {
	const struct vm *vm = setup->vm;
	argv_add(argv, "--name", vm->name);
	argv_addf(argv, "--socket", "/proc/self/fd/%d", VMM_FD_CONTROL);
	/* Where its device processes lock themselves up: an empty directory. */
	argv_add(argv, "--pivot-root", BOX_EMPTY_DIR);
	argv_addf(argv, "--cpus", "num-cores=%u", vm->cpus);
	argv_addf(argv, "--mem", "size=%" PRIu64, vm->memory_bytes >> 20);
	/* Nested virtualisation is a large attack surface that no VM of Silo needs. */
	argv_add(argv, "--nested", "off");
	/* No devices but those below. */
	argv_add(argv, "--no-balloon", NULL);
	argv_add(argv, "--no-rng", NULL);
	argv_add(argv, "--no-usb", NULL);
}

static void add_devices(struct argv *argv, const struct vmm_setup *setup) {
	/* A file for crosvm, which duplicates the descriptor for each direction; a socket in truth. */
	argv_addf(argv, "--serial",
			"type=file,hardware=serial,num=1,path=/proc/self/fd/%d,"
			"input=/proc/self/fd/%d",
			VMM_FD_CONSOLE, VMM_FD_CONSOLE);
	char *dir = quote(setup->image_dir);
	size_t len = strlen(dir);
	/* The file's name goes into the quotation marks. */
	bool is_quoted = dir[0] == '"';
	argv_addf(argv, "--block", "path=%.*s/root.erofs%s,ro=true,id=root",
			(int)(is_quoted ? len - 1 : len), dir, is_quoted ? "\"" : "");
	free(dir);
	if (setup->disk != NULL && setup->disk[0] != '\0') {
		/* It looks for formats at the disk's beginning; so did disk_prepare(), before it. */
		char *disk = quote(setup->disk);
		argv_addf(argv, "--block", "path=%s,id=disk", disk);
		free(disk);
	}
	argv_addf(argv, "--vhost-user", "type=gpu,socket=/proc/self/fd/%d,max-queue-size=%d",
			VMM_FD_GPU, GPU_QUEUE_SIZE);
	argv_addf(argv, "--vhost-user", "type=vsock,socket=/proc/self/fd/%d,max-queue-size=%d",
			VMM_FD_VSOCK, VSOCK_QUEUE_SIZE);
}

char **crosvm_argv(const struct vmm_setup *setup) {
	struct argv argv = {0};
	argv_add(&argv, setup->program, NULL);
	argv_add(&argv, "--extended-status", NULL);
	argv_add(&argv, "--no-syslog", NULL);
	argv_add(&argv, "--log-level", "warn");
	argv_add(&argv, "run", NULL);
	add_machine(&argv, setup);
	add_devices(&argv, setup);
	char *line = vmm_kernel_line(setup->vm);
	argv_add(&argv, "--params", line);
	free(line);
	argv_addf(&argv, "--initrd", "%s/initrd", setup->image_dir);
	char *kernel = NULL;
	if (asprintf(&kernel, "%s/kernel", setup->image_dir) < 0) {
		abort();
	}
	argv_add(&argv, kernel, NULL);
	free(kernel);
	return argv.words;
}

enum vmm_exit crosvm_exit_judge(int code, char *reason, size_t cap) {
	switch (code) {
	case CROSVM_RESET:
		return VMM_EXIT_RESET;
	case CROSVM_CRASH:
		snprintf(reason, cap, "crosvm: a virtual processor or a device crashed");
		break;
	case CROSVM_GUEST_PANIC:
		snprintf(reason, cap, "the guest's kernel panicked");
		break;
	case CROSVM_BAD_ARGUMENTS:
		snprintf(reason, cap,
				"crosvm does not know its command line: it must be of August 2026 "
				"or later, with the default features");
		break;
	case CROSVM_WATCHDOG:
		snprintf(reason, cap, "the guest stood still: its watchdog ended it");
		break;
	case CROSVM_ERROR:
		snprintf(reason, cap, "crosvm gave up; its log says why");
		break;
	default:
		snprintf(reason, cap, "crosvm ended with status %d", code);
	}
	return VMM_EXIT_FAILED;
}
