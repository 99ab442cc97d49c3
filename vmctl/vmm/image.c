/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/image.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "parse/le.h"
#include "vmctl/vmm/disk.h"

bool image_dir(const struct vm *vm, char *out, size_t cap) {
	int len;
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	if (vm->image[0] == '/') {
		len = snprintf(out, cap, "%s", vm->image);
	} else if (data != NULL && data[0] == '/') {
		len = snprintf(out, cap, "%s/silo/images/%s", data, vm->image);
	} else {
		len = snprintf(out, cap, "%s/.local/share/silo/images/%s", home != NULL ? home : "",
				vm->image);
	}
	return len >= 0 && (size_t)len < cap && out[0] == '/';
}

/* A kernel for direct boot, with all that its headers speak of. Returns what is wrong, or NULL. */
static const char *kernel_fault(int fd, uint64_t size) {
	Elf64_Ehdr header;
	char boot_magic[4];
	if (pread(fd, boot_magic, 4, 0x202) == 4 && memcmp(boot_magic, "HdrS", 4) == 0) {
		return NULL;
	}
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
			memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
			header.e_ident[EI_CLASS] != ELFCLASS64 ||
			header.e_phentsize != sizeof(Elf64_Phdr)) {
		return "is no x86-64 Linux kernel";
	}
	for (unsigned i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr part;
		if (header.e_phoff > size ||
				pread(fd, &part, sizeof(part),
						(off_t)(header.e_phoff + i * sizeof(part))) !=
						(ssize_t)sizeof(part) ||
				part.p_offset > size || part.p_filesz > size - part.p_offset) {
			return "is cut short";
		}
	}
	return NULL;
}

static const char *initrd_fault(int fd, uint64_t size) {
	static const struct {
		char bytes[5];
		size_t len;
	} known[] = {{"0707", 4}, {"\x1f\x8b", 2}, {"\x28\xb5\x2f\xfd", 4},
			{"\xfd"
			 "7zX",
					4},
			{"\x02\x21\x4c\x18", 4}};
	char magic[4] = {0};
	ssize_t n = pread(fd, magic, sizeof(magic), 0);
	for (size_t i = 0; n == 4 && i < sizeof(known) / sizeof(known[0]); i++) {
		if (memcmp(magic, known[i].bytes, known[i].len) == 0) {
			return NULL;
		}
	}
	return "is no initial RAM disk";
}

#define EROFS_SUPER_OFFSET 1024
#define EROFS_MAGIC 0xe0f5e1e2

static const char *root_fault(int fd, uint64_t size) {
	uint8_t super[40];
	if (pread(fd, super, sizeof(super), EROFS_SUPER_OFFSET) != (ssize_t)sizeof(super) ||
			le_get32(super) != EROFS_MAGIC || super[12] > 16) {
		return "is no erofs file system";
	}
	/* erofs leaves the first 1024 bytes free, in which crosvm looks for a format. */
	char start[1024];
	ssize_t n = pread(fd, start, sizeof(start), 0);
	if (n < 0 || disk_format(start, (size_t)n) != NULL) {
		return "looks like a disk image of another format";
	}
	uint64_t blocks = le_get32(super + 36);
	return blocks << super[12] > size ? "is cut short" : NULL;
}

const char *image_builder(const char *libexec) {
	char path[PATH_MAX];
	return program_find("silo-guest-image", libexec, path, sizeof(path)) ? "silo-guest-image"
									     : "tools/guest-image";
}

const char *image_apps_option(const struct vm *vm) {
	return strcmp(vm->image, "apps") == 0 ? " --apps" : "";
}

bool image_check(const struct vm *vm, const char *dir, char *error, size_t cap) {
	static const struct {
		const char *name;
		const char *(*fault)(int fd, uint64_t size);
	} files[] = {{"kernel", kernel_fault}, {"initrd", initrd_fault},
			{"root.erofs", root_fault}};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[PATH_MAX];
		int len = snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		struct stat info;
		/* Without waiting, should it be a named pipe. */
		cleanup_fd int fd = len >= 0 && (size_t)len < sizeof(path)
				? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
				: -1;
		if (fd < 0 || fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
			snprintf(error, cap,
					"image \"%s\" has no readable %s; build it with: "
					"%s%s --output %s",
					vm->image, files[i].name, image_builder(NULL),
					image_apps_option(vm), dir);
			return false;
		}
		const char *fault = files[i].fault(fd, (uint64_t)info.st_size);
		if (fault != NULL) {
			snprintf(error, cap,
					"image \"%s\": %s/%s %s; build it again with: "
					"%s%s --output %s",
					vm->image, dir, files[i].name, fault, image_builder(NULL),
					image_apps_option(vm), dir);
			return false;
		}
	}
	return true;
}

static bool resolve(const char *dir, size_t dir_len, const char *name, char *out, size_t cap) {
	char path[PATH_MAX], real[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%.*s/%s", (int)dir_len, dir, name);
	if (len < 0 || (size_t)len >= sizeof(path) || realpath(path, real) == NULL ||
			access(real, X_OK) < 0 || strlen(real) >= cap) {
		return false;
	}
	struct stat info;
	if (stat(real, &info) < 0 || !S_ISREG(info.st_mode)) {
		return false;
	}
	memcpy(out, real, strlen(real) + 1);
	return true;
}

/* Relative parts would let the current directory choose the program. */
static bool search(const char *path, const char *name, char *out, size_t cap) {
	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, ":");
		if (path[0] == '/' && resolve(path, len, name, out, cap)) {
			return true;
		}
		path += len + (path[len] == ':');
	}
	return false;
}

/*
 * Beside the running program: in its folder, as installed below the same prefix, or in the build that
 * it is part of. So a build or a copied installation uses its own helpers, never those of another.
 */
static bool search_own(const char *name, char *out, size_t cap) {
	static const char *const dirs[] = {"", "/" SILO_LIBEXEC_FROM_BIN, "/../proxy"};
	char own[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	while (len > 0 && own[len - 1] != '/') {
		len--;
	}
	for (size_t i = 0; len > 1 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		char dir[PATH_MAX + 256];
		int dir_len = snprintf(dir, sizeof(dir), "%.*s%s", (int)len - 1, own, dirs[i]);
		if (resolve(dir, (size_t)dir_len, name, out, cap)) {
			return true;
		}
	}
	return false;
}

bool program_find(const char *name, const char *libexec, char *out, size_t cap) {
	if (name[0] == '/') {
		return resolve("", 0, name + 1, out, cap);
	}
	const char *path = getenv("PATH");
	return search(libexec, name, out, cap) || search(getenv("SILO_LIBEXEC"), name, out, cap) ||
			search_own(name, out, cap) || search(SILO_LIBEXECDIR, name, out, cap) ||
			search(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin", name, out,
					cap);
}
