/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/qemu.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmctl/vmm/argv.h"

/* QEMU's lists of options end a value at a comma; a doubled one stands for itself. */
static char *escape_commas(const char *text) {
	char *escaped = malloc(2 * strlen(text) + 1);
	if (escaped == NULL) {
		abort();
	}
	char *out = escaped;
	for (; *text != '\0'; text++) {
		*out++ = *text;
		if (*text == ',') {
			*out++ = ',';
		}
	}
	*out = '\0';
	return escaped;
}

static void add_machine(struct argv *argv, const struct vmm_setup *setup) {
	const struct vm *vm = setup->vm;
	uint64_t mib = vm->memory_bytes >> 20;
	/* No configuration but this: no default devices, no files of the user's. */
	argv_add(argv, "-nodefaults", NULL);
	argv_add(argv, "-no-user-config", NULL);
	argv_add(argv, "-no-reboot", NULL);
	argv_addf(argv, "-name", "%s", vm->name);
	argv_add(argv, "-display", "none");
	argv_add(argv, "-machine", "q35,memory-backend=mem,usb=off,vmport=off,smbus=off,sata=off");
	if (setup->accelerator == ACCELERATOR_KVM) {
		argv_add(argv, "-accel", "kvm");
		/* Nested virtualisation is a large attack surface that no VM of Silo needs. */
		argv_add(argv, "-cpu", "host,-vmx,-svm");
	} else {
		argv_add(argv, "-accel", "tcg,thread=multi");
		argv_add(argv, "-cpu", "max");
	}
	argv_addf(argv, "-smp", "%u", vm->cpus);
	argv_addf(argv, "-m", "%" PRIu64 "M", mib);
	/* The device processes map the guest's memory. */
	argv_addf(argv, "-object", "memory-backend-memfd,id=mem,size=%" PRIu64 "M,share=on", mib);
	argv_add(argv, "-sandbox",
			"on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
}

static void add_kernel(struct argv *argv, const struct vmm_setup *setup) {
	argv_addf(argv, "-kernel", "%s/kernel", setup->image_dir);
	argv_addf(argv, "-initrd", "%s/initrd", setup->image_dir);
	char *line = vmm_kernel_line(setup->vm);
	argv_add(argv, "-append", line);
	free(line);
}

static void add_devices(struct argv *argv, const struct vmm_setup *setup) {
	char *dir = escape_commas(setup->image_dir);
	/* The format is said, never guessed: a guest could make a raw disk look like another. */
	argv_addf(argv, "-blockdev",
			"driver=raw,node-name=root,read-only=on,file.driver=file,"
			"file.filename=%s/root.erofs",
			dir);
	free(dir);
	argv_add(argv, "-device", "virtio-blk-pci,drive=root,serial=root");
	if (setup->disk != NULL && setup->disk[0] != '\0') {
		char *disk = escape_commas(setup->disk);
		argv_addf(argv, "-blockdev",
				"driver=raw,node-name=disk,discard=unmap,file.driver=file,"
				"file.filename=%s",
				disk);
		free(disk);
		argv_add(argv, "-device", "virtio-blk-pci,drive=disk,serial=disk");
	}
	argv_addf(argv, "-chardev", "socket,id=qmp,fd=%d", VMM_FD_CONTROL);
	argv_add(argv, "-mon", "chardev=qmp,mode=control");
	argv_addf(argv, "-chardev", "socket,id=console,fd=%d", VMM_FD_CONSOLE);
	argv_add(argv, "-serial", "chardev:console");
	/* A generic vhost-user device with virtio-gpu's number: QEMU's own front end for GPUs hides
	 * the features that cross-domain contexts need. */
	argv_addf(argv, "-chardev", "socket,id=gpu,fd=%d", VMM_FD_GPU);
	argv_add(argv, "-device",
			"vhost-user-test-device-pci,chardev=gpu,virtio-id=16,num_vqs=2,vq_size="
			"1024,"
			"config_size=16");
	argv_addf(argv, "-chardev", "socket,id=vsock,fd=%d", VMM_FD_VSOCK);
	argv_add(argv, "-device", "vhost-user-vsock-pci,chardev=vsock");
	/* Tells a panic from a reboot. */
	argv_add(argv, "-device", "pvpanic-pci");
}

char **qemu_argv(const struct vmm_setup *setup) {
	struct argv argv = {0};
	argv_add(&argv, setup->program, NULL);
	add_machine(&argv, setup);
	add_kernel(&argv, setup);
	add_devices(&argv, setup);
	return argv.words;
}
