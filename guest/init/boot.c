/* SPDX-License-Identifier: MIT */
#include "guest/init/boot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"

#define DISK "/dev/vda"
#define DISK_DEADLINE_MS 10000

void boot_step(const char *text) {
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	log_info("%lld.%03ld s: %s", (long long)now.tv_sec, now.tv_nsec / 1000000, text);
}

static bool mount_at(const char *type, const char *at, unsigned long flags, const char *options) {
	if (mkdir(at, 0755) < 0 && errno != EEXIST && errno != EROFS) {
		log_error("%s: %s", at, strerror(errno));
		return false;
	}
	if (mount(type, at, type, flags, options) < 0 && errno != EBUSY) {
		log_error("cannot mount %s at %s: %s", type, at, strerror(errno));
		return false;
	}
	return true;
}

/* The kernel opens a console only if the initrd has the node; devtmpfs always has. */
static void open_console(void) {
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);
	for (int i = 0; fd >= 0 && i < 3; i++) {
		dup2(fd, i);
	}
	if (fd > 2) {
		close(fd);
	}
}

bool boot_mount_api(void) {
	bool good = mount_at("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
	open_console();
	return mount_at("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) &&
			mount_at("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) &&
			mount_at("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC,
					"mode=620,gid=5,ptmxmode=666") &&
			mount_at("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777") && good;
}

static void load_module(const char *folder, const char *name) {
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)) {
		log_warn("module %s: %s", name, strerror(errno));
	}
	unlink(path);
}

void boot_load_modules(const char *folder) {
	char path[300], line[128];
	snprintf(path, sizeof(path), "%s/order", folder);
	FILE *order = fopen(path, "re");
	if (order == NULL) {
		log_warn("%s: %s", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), order) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0') {
			load_module(folder, line);
		}
	}
	fclose(order);
}

/* Waits for the disk's node. */
static bool await_disk(void) {
	cleanup_fd int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	inotify_add_watch(fd, "/dev", IN_CREATE);
	int64_t deadline_ms = clock_now_ms() + DISK_DEADLINE_MS;
	while (access(DISK, F_OK) < 0) {
		int64_t left_ms = deadline_ms - clock_now_ms();
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		if (left_ms <= 0 || poll(&wait, 1, (int)left_ms) == 0) {
			log_error("no disk " DISK);
			return false;
		}
		char ignored[4096];
		while (read(fd, ignored, sizeof(ignored)) > 0) {
		}
	}
	return true;
}

/* Moves the API mounts into the new root and goes there. */
static bool switch_root(const char *root) {
	const char *const api[] = {"/dev", "/proc", "/sys"};
	if (chdir(root) < 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(api) / sizeof(api[0]); i++) {
		if (mount(api[i], api[i] + 1, NULL, MS_MOVE, NULL) < 0) {
			return false;
		}
	}
	return mount(".", "/", NULL, MS_MOVE, NULL) == 0 && chroot(".") == 0 && chdir("/") == 0;
}

bool boot_enter_root(const char *programs) {
	mkdir("/disk", 0755);
	mkdir("/root", 0755);
	if (!await_disk() || !mount_at("tmpfs", "/memory", 0, "mode=0755,size=75%")) {
		return false;
	}
	if (mount(DISK, "/disk", "erofs", MS_RDONLY, NULL) < 0) {
		log_error("cannot mount " DISK " as erofs: %s", strerror(errno));
		return false;
	}
	mkdir("/memory/upper", 0755);
	mkdir("/memory/work", 0755);
	char options[256];
	snprintf(options, sizeof(options),
			"lowerdir=%s:/disk,upperdir=/memory/upper,workdir=/memory/work", programs);
	if (mount("overlay", "/root", "overlay", 0, options) < 0) {
		log_error("cannot mount the overlay: %s", strerror(errno));
		return false;
	}
	if (!switch_root("/root")) {
		log_error("cannot enter the root file system: %s", strerror(errno));
		return false;
	}
	return true;
}

static void raise_loopback(void) {
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0) {
		log_warn("loopback: %s", strerror(errno));
	}
}

/* The bridge needs the render node; a card node that the user may not open makes some guest
 * proxies give up, so it goes. */
static void grant_gpu(const struct settings *settings) {
	DIR *folder = opendir("/dev/dri");
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (strncmp(entry->d_name, "renderD", 7) == 0) {
			if (fchownat(dirfd(folder), entry->d_name, settings->uid, settings->gid,
					    0) < 0 ||
					fchmodat(dirfd(folder), entry->d_name, 0600, 0) < 0) {
				log_warn("/dev/dri/%s: %s", entry->d_name, strerror(errno));
			}
		} else if (strncmp(entry->d_name, "card", 4) == 0) {
			unlinkat(dirfd(folder), entry->d_name, 0);
		}
	}
	if (folder == NULL) {
		log_warn("no GPU: /dev/dri is missing");
	} else {
		closedir(folder);
	}
}

static bool make_folder(const char *path, mode_t mode, uid_t uid, gid_t gid) {
	if ((mkdir(path, mode) < 0 && errno != EEXIST) || chown(path, uid, gid) < 0 ||
			chmod(path, mode) < 0) {
		log_error("%s: %s", path, strerror(errno));
		return false;
	}
	return true;
}

bool boot_prepare_system(const struct settings *settings) {
	if (sethostname(settings->hostname, strlen(settings->hostname)) < 0) {
		log_warn("host name: %s", strerror(errno));
	}
	raise_loopback();
	grant_gpu(settings);
	char runtime[32];
	snprintf(runtime, sizeof(runtime), "/run/user/%u", settings->uid);
	bool good = mount_at("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755") &&
			mount_at("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
	/* Links that programs expect and only udev would make. */
	(void)!symlink("/proc/self/fd", "/dev/fd");
	(void)!symlink("/proc/self/fd/0", "/dev/stdin");
	(void)!symlink("/proc/self/fd/1", "/dev/stdout");
	(void)!symlink("/proc/self/fd/2", "/dev/stderr");
	return good && make_folder("/run/user", 0755, 0, 0) &&
			make_folder("/run/lock", 01777, 0, 0) &&
			make_folder(runtime, 0700, settings->uid, settings->gid) &&
			make_folder(settings->home, 0700, settings->uid, settings->gid);
}
