/* SPDX-License-Identifier: MIT */
#include "base/box_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

/*
 * glibc's sys/mount.h and the kernel's header cannot both be included; these are the old interface.
 */
#define MS_REC_PRIVATE (16384ul | (1ul << 18))
#define UMOUNT_DETACH 2

extern int mount(const char *source, const char *target, const char *type, unsigned long flags,
		const void *data);
extern int umount2(const char *target, int flags);

const char *const box_system_paths[] = {
		"/usr/lib",
		"/usr/lib64",
		"/lib",
		"/lib64",
		"/etc/ld.so.cache",
		"/usr/share/qemu",
		"/usr/share/seabios",
		"/nix/store",
		NULL,
};

const char *const box_device_paths[] = {
		"/dev/null",
		"/dev/zero",
		"/dev/urandom",
		NULL,
};

static int open_tree_clone(const char *path) {
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	return fd < 0 ? -errno : fd;
}

static int restrict_mount(int fd, uint64_t attributes) {
	struct mount_attr attr = {.attr_set = attributes};
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) <
			0) {
		return -errno;
	}
	return 0;
}

/* Makes the parents of path (absolute) below root. */
static int make_parents(int root, const char *path) {
	char partial[PATH_MAX];
	size_t len = strlen(path);
	if (path[0] != '/' || len >= sizeof(partial)) {
		return -EINVAL;
	}
	memcpy(partial, path, len + 1);
	for (char *slash = strchr(partial + 1, '/'); slash != NULL;
			slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(root, partial + 1, 0755) < 0 && errno != EEXIST) {
			return -errno;
		}
		*slash = '/';
	}
	return 0;
}

/* Makes what a mount will cover: a directory or an empty file, as source is one. */
static int make_target(int root, const char *path, const struct stat *source) {
	int result = make_parents(root, path);
	if (result < 0) {
		return result;
	}
	if (S_ISDIR(source->st_mode)) {
		return mkdirat(root, path + 1, 0755) < 0 && errno != EEXIST ? -errno : 0;
	}
	cleanup_fd int fd =
			openat(root, path + 1, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	return fd < 0 ? -errno : 0;
}

/* A link of the host (/lib on most systems) is made again, not followed. */
static int copy_link(int root, const char *path) {
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	if (len < 0) {
		return -errno;
	}
	target[len] = '\0';
	int result = make_parents(root, path);
	if (result < 0) {
		return result;
	}
	return symlinkat(target, root, path + 1) < 0 && errno != EEXIST ? -errno : 0;
}

static int bind_path(int root, const char *path, uint64_t attributes) {
	cleanup_fd int tree = open_tree_clone(path);
	if (tree < 0) {
		return tree;
	}
	struct stat source;
	if (fstatat(tree, "", &source, AT_EMPTY_PATH) < 0) {
		return -errno;
	}
	struct stat present;
	if ((attributes & MOUNT_ATTR_RDONLY) != 0 && fstatat(root, path + 1, &present, 0) == 0 &&
			present.st_dev == source.st_dev && present.st_ino == source.st_ino) {
		/* Inside something that is bound already. */
		return 0;
	}
	int result = restrict_mount(tree, attributes);
	if (result < 0) {
		return result;
	}
	result = make_target(root, path, &source);
	if (result < 0) {
		return result;
	}
	if (syscall(SYS_move_mount, tree, "", root, path + 1, MOVE_MOUNT_F_EMPTY_PATH) < 0) {
		return -errno;
	}
	return 0;
}

static int bind_system(int root, const char **ret_what) {
	for (const char *const *path = box_system_paths; *path != NULL; path++) {
		*ret_what = *path;
		struct stat info;
		if (lstat(*path, &info) < 0) {
			continue;
		}
		int result = S_ISLNK(info.st_mode)
				? copy_link(root, *path)
				: bind_path(root, *path,
						  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
								  MOUNT_ATTR_NODEV);
		if (result < 0) {
			return result;
		}
	}
	for (const char *const *path = box_device_paths; *path != NULL; path++) {
		*ret_what = *path;
		int result = bind_path(root, *path, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
		if (result < 0) {
			return result;
		}
	}
	return 0;
}

static int bind_spec(int root, const struct box_spec *spec, const char **ret_what) {
	for (size_t i = 0; i < spec->binds_len; i++) {
		const struct box_bind *bind = &spec->binds[i];
		*ret_what = bind->path;
		uint64_t attributes = MOUNT_ATTR_NOSUID;
		attributes |= bind->device ? 0 : MOUNT_ATTR_NODEV;
		attributes |= bind->device || bind->writable ? MOUNT_ATTR_NOEXEC
							     : MOUNT_ATTR_RDONLY;
		int result = bind_path(root, bind->path, attributes);
		if (result < 0) {
			return result;
		}
	}
	*ret_what = spec->argv[0];
	return bind_path(root, spec->argv[0],
			MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

/* A tmpfs of 64 KiB and few inodes over /tmp: the root needs directories and mount points only. */
static int make_tmpfs(void) {
	if (mount("silo", "/tmp", "tmpfs", 0, "mode=0755,size=64k,nr_inodes=512") < 0) {
		return -errno;
	}
	int fd = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Not a process's own: settings of the whole host, which a host's root could write even in a box.
 */
static const char *const proc_shared[] = {
		"sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"};

/* A /proc of the box's own process namespace, of which only the processes' part can be written. */
static int mount_proc(int root) {
	cleanup_fd int context = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
		return -errno;
	}
	cleanup_fd int proc = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (proc < 0 || (mkdirat(root, "proc", 0555) < 0 && errno != EEXIST) ||
			syscall(SYS_move_mount, proc, "", root, "proc", MOVE_MOUNT_F_EMPTY_PATH) <
					0) {
		return -errno;
	}
	for (size_t i = 0; i < sizeof(proc_shared) / sizeof(proc_shared[0]); i++) {
		cleanup_fd int tree = (int)syscall(SYS_open_tree, proc, proc_shared[i],
				OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (tree < 0 && errno == ENOENT) {
			continue;
		}
		int result = tree < 0 ? -errno : restrict_mount(tree, MOUNT_ATTR_RDONLY);
		if (result == 0 &&
				syscall(SYS_move_mount, tree, "", proc, proc_shared[i],
						MOVE_MOUNT_F_EMPTY_PATH) < 0) {
			result = -errno;
		}
		if (result < 0) {
			return result;
		}
	}
	return 0;
}

/* What a program needs that locks up its own processes. */
static int make_jail_places(int root, const char **ret_what) {
	*ret_what = BOX_EMPTY_DIR;
	if (mkdirat(root, BOX_EMPTY_DIR + 1, 0555) < 0 ||
			fchmodat(root, BOX_EMPTY_DIR + 1, 0555, 0) < 0) {
		return -errno;
	}
	*ret_what = "/proc";
	return mount_proc(root);
}

int box_root_enter(const struct box_spec *spec, const char **ret_what) {
	*ret_what = "private mounts";
	if (mount(NULL, "/", NULL, MS_REC_PRIVATE, NULL) < 0) {
		return -errno;
	}
	*ret_what = "tmpfs";
	cleanup_fd int root = make_tmpfs();
	if (root < 0) {
		return root;
	}
	if (fchdir(root) < 0 || mkdirat(root, ".old", 0700) < 0) {
		return -errno;
	}
	*ret_what = "pivot_root";
	/* From inside the old root, paths mean what the caller meant, also those below /tmp. */
	if (syscall(SYS_pivot_root, ".", ".old") < 0 || chroot("/.old") < 0) {
		return -errno;
	}
	int result = bind_system(root, ret_what);
	if (result == 0) {
		result = bind_spec(root, spec, ret_what);
	}
	if (result == 0 && spec->inner_jails) {
		result = make_jail_places(root, ret_what);
	}
	if (result < 0) {
		return result;
	}
	*ret_what = "root";
	if (fchdir(root) < 0 || chroot(".") < 0 || umount2("/.old", UMOUNT_DETACH) < 0 ||
			rmdir("/.old") < 0) {
		return -errno;
	}
	struct mount_attr attr = {
			.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof(attr)) < 0) {
		return -errno;
	}
	return chdir("/") < 0 ? -errno : 0;
}
