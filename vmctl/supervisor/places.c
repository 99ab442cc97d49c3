/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"

/* The longest path below a VM's runtime directory. */
#define LONGEST_SOCKET "/io.silo.Supervisor"

bool place_join(char out[PLACE_MAX], const char *dir, const char *name) {
	int len = snprintf(out, PLACE_MAX, "%s/%s", dir, name);
	return len >= 0 && len < PLACE_MAX;
}

bool place_runtime_path(char out[PLACE_MAX], char error[ERROR_MAX]) {
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	if (runtime == NULL || runtime[0] != '/') {
		snprintf(error, ERROR_MAX,
				"XDG_RUNTIME_DIR is not set; log in to a session, or set it to a "
				"directory "
				"of your own with mode 0700");
		return false;
	}
	size_t most = sizeof((struct sockaddr_un *)NULL)->sun_path - 1 - VM_NAME_MAX - 1 -
			strlen(LONGEST_SOCKET);
	if (strlen(runtime) + strlen("/silo") > most) {
		snprintf(error, ERROR_MAX,
				"XDG_RUNTIME_DIR is too long for sockets (%zu bytes, at most %zu): "
				"%.200s; "
				"set a shorter one",
				strlen(runtime), most - strlen("/silo"), runtime);
		return false;
	}
	return place_join(out, runtime, "silo");
}

bool place_runtime_check(char error[ERROR_MAX]) {
	char dir[PLACE_MAX];
	if (!place_runtime_path(dir, error)) {
		return false;
	}
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat info;
	if (stat(runtime, &info) < 0 || !S_ISDIR(info.st_mode)) {
		snprintf(error, ERROR_MAX,
				"XDG_RUNTIME_DIR=%s is not a directory; make it: mkdir -m "
				"0700 %s",
				runtime, runtime);
		return false;
	}
	if (info.st_uid != geteuid() || (info.st_mode & 0777) != 0700) {
		snprintf(error, ERROR_MAX,
				"XDG_RUNTIME_DIR=%s must be yours with mode 0700; run: chmod 0700 "
				"%s",
				runtime, runtime);
		return false;
	}
	return true;
}

bool place_runtime(char out[PLACE_MAX], char error[ERROR_MAX]) {
	char dir[PLACE_MAX];
	if (!place_runtime_check(error) || !place_runtime_path(dir, error)) {
		return false;
	}
	int result = dir_ensure_private(dir);
	if (result < 0) {
		snprintf(error, ERROR_MAX, "%s must be a directory of yours with mode 0700: %s",
				dir, strerror(-result));
		return false;
	}
	memcpy(out, dir, sizeof(dir));
	return true;
}

bool place_make_parents(char *path) {
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool is_made = mkdir(path, 0700) == 0 || errno == EEXIST;
		*slash = '/';
		if (!is_made) {
			return false;
		}
	}
	return true;
}

bool place_state(const char *vm, char out[PLACE_MAX], char error[ERROR_MAX]) {
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char dir[PLACE_MAX];
	int len = -1;
	if (state != NULL && state[0] == '/') {
		len = snprintf(dir, sizeof(dir), "%s/silo/%s", state, vm);
	} else if (home != NULL && home[0] == '/') {
		len = snprintf(dir, sizeof(dir), "%s/.local/state/silo/%s", home, vm);
	}
	if (len < 0 || (size_t)len >= sizeof(dir)) {
		snprintf(error, ERROR_MAX,
				"neither XDG_STATE_HOME nor HOME names a usable directory");
		return false;
	}
	if (!place_make_parents(dir) || dir_ensure_private(dir) < 0) {
		snprintf(error, ERROR_MAX, "%s cannot be made a directory of yours: %s", dir,
				strerror(errno));
		return false;
	}
	memcpy(out, dir, sizeof(dir));
	return true;
}

int place_lock(const char *dir, const char *name) {
	char path[PLACE_MAX];
	if (!place_join(path, dir, name)) {
		return -ENAMETOOLONG;
	}
	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0) {
			return -errno;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			int error = errno == EWOULDBLOCK ? EBUSY : errno;
			close(fd);
			return -error;
		}
		struct stat ours, named;
		if (fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
				ours.st_ino == named.st_ino) {
			return fd;
		}
		/* Its last holder has just removed it. */
		close(fd);
	}
}

bool place_write_json(sd_json_variant *json, const char *dir, const char *name) {
	char *text = NULL, path[PLACE_MAX], partial[PLACE_MAX], partial_name[NAME_MAX];
	snprintf(partial_name, sizeof(partial_name), ".%s.new", name);
	bool is_written = false;
	if (sd_json_variant_format(json, SD_JSON_FORMAT_NEWLINE, &text) >= 0 &&
			place_join(path, dir, name) && place_join(partial, dir, partial_name)) {
		cleanup_fd int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		size_t len = strlen(text);
		is_written = fd >= 0 && write(fd, text, len) == (ssize_t)len &&
				rename(partial, path) == 0;
	}
	free(text);
	return is_written;
}
