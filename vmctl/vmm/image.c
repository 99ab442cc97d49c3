/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/image.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool image_check(const struct vm *vm, const char *dir, char *error, size_t cap) {
	static const char *const files[] = {"kernel", "initrd", "root.erofs"};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[PATH_MAX];
		int len = snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		struct stat info;
		if (len < 0 || (size_t)len >= sizeof(path) || stat(path, &info) < 0 ||
				!S_ISREG(info.st_mode) || access(path, R_OK) < 0) {
			snprintf(error, cap,
					"image \"%s\" has no readable %s/%s; build it with: "
					"tools/guest-image --output %s",
					vm->image, dir, files[i], dir);
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

bool program_find(const char *name, const char *libexec, char *out, size_t cap) {
	if (name[0] == '/') {
		return resolve("", 0, name + 1, out, cap);
	}
	const char *path = getenv("PATH");
	return search(libexec, name, out, cap) || search(getenv("SILO_LIBEXEC"), name, out, cap) ||
			search(SILO_LIBEXECDIR, name, out, cap) ||
			search(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin", name, out,
					cap);
}
