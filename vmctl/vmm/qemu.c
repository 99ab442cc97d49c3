/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/qemu.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
	char **argv;
	size_t len;
};

static void add(struct builder *builder, char *word) {
	char **grown = reallocarray(builder->argv, builder->len + 2, sizeof(*grown));
	if (grown == NULL || word == NULL) {
		abort();
	}
	grown[builder->len++] = word;
	grown[builder->len] = NULL;
	builder->argv = grown;
}

static void add_words(struct builder *builder, const char *flag, const char *value) {
	add(builder, strdup(flag));
	if (value != NULL) {
		add(builder, strdup(value));
	}
}

__attribute__((format(printf, 3, 4))) static void add_option(struct builder *builder,
		const char *flag, const char *format, ...) {
	char *value = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&value, format, args) < 0) {
		abort();
	}
	va_end(args);
	add(builder, strdup(flag));
	add(builder, value);
}

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

static void add_machine(struct builder *builder, const struct qemu_setup *setup) {
	const struct vm *vm = setup->vm;
	uint64_t mib = vm->memory_bytes >> 20;
	/* No configuration but this: no default devices, no files of the user's. */
	add_words(builder, "-nodefaults", NULL);
	add_words(builder, "-no-user-config", NULL);
	add_words(builder, "-no-reboot", NULL);
	add_option(builder, "-name", "%s", vm->name);
	add_words(builder, "-display", "none");
	add_words(builder, "-machine",
			"q35,memory-backend=mem,usb=off,vmport=off,smbus=off,sata=off");
	if (setup->accelerator == ACCELERATOR_KVM) {
		add_words(builder, "-accel", "kvm");
		/* Nested virtualisation is a large attack surface that no VM of Silo needs. */
		add_words(builder, "-cpu", "host,-vmx,-svm");
	} else {
		add_words(builder, "-accel", "tcg,thread=multi");
		add_words(builder, "-cpu", "max");
	}
	add_option(builder, "-smp", "%u", vm->cpus);
	add_option(builder, "-m", "%" PRIu64 "M", mib);
	/* The device processes map the guest's memory. */
	add_option(builder, "-object", "memory-backend-memfd,id=mem,size=%" PRIu64 "M,share=on",
			mib);
	add_words(builder, "-sandbox",
			"on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
}

static void add_kernel(struct builder *builder, const struct qemu_setup *setup) {
	add_option(builder, "-kernel", "%s/kernel", setup->image_dir);
	add_option(builder, "-initrd", "%s/initrd", setup->image_dir);
	char *append = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&append, &size);
	if (stream == NULL) {
		abort();
	}
	fprintf(stream, "console=ttyS0 quiet panic=-1 cryptomgr.notests silo.vm=%s",
			setup->vm->name);
	for (size_t i = 0; i < setup->vm->kernel_params_len; i++) {
		fprintf(stream, " %s", setup->vm->kernel_params[i]);
	}
	fclose(stream);
	add(builder, strdup("-append"));
	add(builder, append);
}

static void add_devices(struct builder *builder, const struct qemu_setup *setup) {
	char *dir = escape_commas(setup->image_dir);
	/* The format is said, never guessed: a guest could make a raw disk look like another. */
	add_option(builder, "-blockdev",
			"driver=raw,node-name=root,read-only=on,file.driver=file,"
			"file.filename=%s/root.erofs",
			dir);
	free(dir);
	add_words(builder, "-device", "virtio-blk-pci,drive=root,serial=root");
	add_option(builder, "-chardev", "socket,id=qmp,fd=%d", setup->qmp_fd);
	add_words(builder, "-mon", "chardev=qmp,mode=control");
	add_option(builder, "-chardev", "socket,id=console,fd=%d", setup->console_fd);
	add_words(builder, "-serial", "chardev:console");
	/* A generic vhost-user device with virtio-gpu's number: QEMU's own front end for GPUs hides
	 * the features that cross-domain contexts need. */
	add_option(builder, "-chardev", "socket,id=gpu,fd=%d", setup->gpu_fd);
	add_words(builder, "-device",
			"vhost-user-test-device-pci,chardev=gpu,virtio-id=16,num_vqs=2,vq_size="
			"1024,"
			"config_size=16");
	add_option(builder, "-chardev", "socket,id=vsock,fd=%d", setup->vsock_fd);
	add_words(builder, "-device", "vhost-user-vsock-pci,chardev=vsock");
}

char **qemu_argv(const struct qemu_setup *setup) {
	struct builder builder = {0};
	add_words(&builder, setup->program, NULL);
	add_machine(&builder, setup);
	add_kernel(&builder, setup);
	add_devices(&builder, setup);
	return builder.argv;
}

void qemu_argv_free(char **argv) {
	for (char **word = argv; word != NULL && *word != NULL; word++) {
		free(*word);
	}
	free(argv);
}

const char *accelerator_text(enum accelerator accelerator) {
	return accelerator == ACCELERATOR_KVM ? "kvm" : "emulation";
}
