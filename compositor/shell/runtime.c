/* SPDX-License-Identifier: MIT */
#include "compositor/shell/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/un.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/options.h"
#include "compositor/server.h"

struct runtime {
	char *directory;
	int lock;
};

static bool take_lock(struct runtime *runtime) {
	char *path;
	if (asprintf(&path, "%s/lock", runtime->directory) < 0) {
		log_error("out of memory");
		return false;
	}
	runtime->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (runtime->lock < 0) {
		log_error("%s: %s", path, strerror(errno));
	} else if (flock(runtime->lock, LOCK_EX | LOCK_NB) < 0) {
		log_error("another silo runs in %s: end it first, or set another XDG_RUNTIME_DIR",
				runtime->directory);
		fd_close(&runtime->lock);
	}
	free(path);
	return runtime->lock >= 0;
}

bool runtime_create(struct server *server) {
	if (!server->options->varlink) {
		return true;
	}
	struct runtime *runtime = calloc(1, sizeof(*runtime));
	if (runtime == NULL) {
		log_error("out of memory");
		return false;
	}
	runtime->lock = -1;
	server->runtime = runtime;
	const char *parent = getenv("XDG_RUNTIME_DIR");
	if (parent == NULL || parent[0] != '/') {
		log_error("XDG_RUNTIME_DIR is not set: log in through a session manager, or set it "
			  "to a directory of your own with mode 0700");
		return false;
	}
	if (asprintf(&runtime->directory, "%s/silo", parent) < 0) {
		runtime->directory = NULL;
		log_error("out of memory");
		return false;
	}
	int ret = dir_ensure_private(runtime->directory);
	if (ret == -EPERM) {
		log_error("%s is not a directory of your own with mode 0700: remove it or chmod it",
				runtime->directory);
		return false;
	}
	if (ret < 0) {
		log_error("%s: %s: create %s with mode 0700", runtime->directory, strerror(-ret),
				parent);
		return false;
	}
	return take_lock(runtime);
}

/* The lock's file stays: removing it would let a second instance lock another file of that name. */
void runtime_destroy(struct server *server) {
	struct runtime *runtime = server->runtime;
	if (runtime == NULL) {
		return;
	}
	/* Also for a child that has been forked and still holds a copy. */
	if (runtime->lock >= 0) {
		flock(runtime->lock, LOCK_UN);
	}
	fd_close(&runtime->lock);
	free(runtime->directory);
	free(runtime);
	server->runtime = NULL;
}

char *runtime_path(struct server *server, const char *name) {
	char *path;
	if (asprintf(&path, "%s/%s", server->runtime->directory, name) < 0) {
		return NULL;
	}
	struct sockaddr_un addr;
	if (strlen(path) >= sizeof(addr.sun_path)) {
		log_error("%s is too long for a socket: set a shorter XDG_RUNTIME_DIR", path);
		free(path);
		return NULL;
	}
	return path;
}
