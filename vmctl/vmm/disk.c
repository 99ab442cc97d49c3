/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "vmctl/supervisor/places.h"

/* All that crosvm looks at; QEMU looks at 2048. */
#define DISK_START 4096

/* A VMDK image's description in words, which names any files: past comments and empty lines its version. */
static bool is_vmdk_text(const char *bytes, size_t len) {
	static const char version[] = "version=";
	const char *end = bytes + len;
	while (bytes < end) {
		const char *next = memchr(bytes, '\n', (size_t)(end - bytes));
		if (bytes[0] != '#' && bytes[strspn(bytes, " \r")] != '\n') {
			return strncmp(bytes, version, strlen(version)) == 0;
		}
		bytes = next != NULL ? next + 1 : end;
	}
	return false;
}

const char *disk_format(const void *bytes, size_t len) {
	static const struct {
		const char *mark;
		size_t len;
		size_t at;
		const char *name;
	} formats[] = {{"QFI\xfb", 4, 0, "qcow2"}, {"composite_disk\x1d", 15, 0, "composite"},
			{"\x3a\xff\x26\xed", 4, 0, "Android sparse"},
			{"\x28\xb5\x2f\xfd", 4, 0, "zstd"}, {"QED", 4, 0, "QED"},
			{"KDMV", 4, 0, "VMDK"}, {"COWD", 4, 0, "VMDK"}, {"vhdxfile", 8, 0, "VHDX"},
			{"conectix", 8, 0, "VHD"}, {"\x7f\x10\xda\xbe", 4, 64, "VDI"},
			{"WithoutFreeSpace", 16, 0, "Parallels"},
			{"WithouFreSpacExt", 16, 0, "Parallels"},
			{"Bochs Virtual HD Image", 23, 0, "Bochs"},
			{"#!/bin/sh\n#V2.0 Format\n", 23, 0, "cloop"}};
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (len >= formats[i].at + formats[i].len &&
				memcmp((const char *)bytes + formats[i].at, formats[i].mark,
						formats[i].len) == 0) {
			return formats[i].name;
		}
	}
	char text[DISK_START + 1];
	size_t text_len = len < DISK_START ? len : DISK_START;
	memcpy(text, bytes, text_len);
	text[text_len] = '\0';
	return is_vmdk_text(text, text_len) ? "VMDK" : NULL;
}

bool disk_path(const struct vm *vm, char *out, size_t cap) {
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int len = -1;
	out[0] = '\0';
	if (vm->disk_bytes > 0 && data != NULL && data[0] == '/') {
		len = snprintf(out, cap, "%s/silo/homes/%s/disk.raw", data, vm->name);
	} else if (vm->disk_bytes > 0) {
		len = snprintf(out, cap, "%s/.local/share/silo/homes/%s/disk.raw",
				home != NULL ? home : "", vm->name);
	}
	return len >= 0 && (size_t)len < cap && out[0] == '/';
}

static bool make_folder(const char *path) {
	char folder[PATH_MAX];
	int len = snprintf(folder, sizeof(folder), "%s", path);
	return len >= 0 && (size_t)len < sizeof(folder) && place_make_parents(folder);
}

bool disk_prepare(const struct vm *vm, const char *path, char *error, size_t cap) {
	/* Without waiting, should it be a named pipe; not through a link to some other file. */
	cleanup_fd int fd = make_folder(path)
			? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)
			: -1;
	struct stat info;
	if (fd < 0 || fstat(fd, &info) < 0) {
		snprintf(error, cap, "its disk %s cannot be opened: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISREG(info.st_mode)) {
		snprintf(error, cap, "its disk %s is no ordinary file; move it away", path);
		return false;
	}
	char start[DISK_START];
	ssize_t n = pread(fd, start, sizeof(start), 0);
	const char *format = n < 0 ? "unreadable" : disk_format(start, (size_t)n);
	if (format != NULL) {
		snprintf(error, cap,
				"its disk %s begins like a %s image, which a guest may have "
				"written to "
				"be shown other files, and is not opened; move it away, or, if you "
				"put "
				"it there, make it raw: qemu-img convert -O raw",
				path, format);
		return false;
	}
	if ((uint64_t)info.st_size > vm->disk_bytes) {
		snprintf(error, cap,
				"its disk %s has %llu MiB, more than its definition says; write "
				"disk "
				"%lluM or more",
				path, (unsigned long long)info.st_size >> 20,
				((unsigned long long)info.st_size + (1 << 20) - 1) >> 20);
		return false;
	}
	if ((uint64_t)info.st_size < vm->disk_bytes && ftruncate(fd, (off_t)vm->disk_bytes) < 0) {
		snprintf(error, cap, "its disk %s cannot grow: %s", path, strerror(errno));
		return false;
	}
	return true;
}
