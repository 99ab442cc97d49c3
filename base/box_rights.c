/* SPDX-License-Identifier: MIT */
#include "base/box_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/securebits.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

#define ACCESS_READ                                                                                \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE)
#define ACCESS_DEVICE                                                                              \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |                            \
			LANDLOCK_ACCESS_FS_IOCTL_DEV)
#define ACCESS_WRITE                                                                               \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |                              \
			LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |              \
			LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_SOCK)
/* What only means something for a directory; the kernel refuses it for a file. */
#define ACCESS_DIR_ONLY                                                                            \
	(LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                            \
			LANDLOCK_ACCESS_FS_MAKE_SOCK)

int box_rights_drop(void) {
	for (int cap = 0; cap <= 63; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
			/* EINVAL: past the kernel's last one. EPERM: an ordinary user without a
			 * namespace. */
			if (errno == EINVAL || errno == EPERM) {
				break;
			}
			return -errno;
		}
	}
	unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
			SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0 && errno != EPERM) {
		return -errno;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};
	if (syscall(SYS_capset, &header, none) < 0) {
		return -errno;
	}
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int box_landlock_abi(void) {
	int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
			LANDLOCK_CREATE_RULESET_VERSION);
	return abi < 0 ? 0 : abi;
}

static uint64_t handled_access(int abi) {
	uint64_t access = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	access |= abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
	access |= abi >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
	access |= abi >= 5 ? LANDLOCK_ACCESS_FS_IOCTL_DEV : 0;
	return access;
}

/* A missing path needs no rule: what is not there stays refused. */
static int allow(int ruleset, const char *path, uint64_t access) {
	cleanup_fd int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		return 0;
	}
	struct stat info;
	if (fstat(fd, &info) < 0) {
		return -errno;
	}
	if (!S_ISDIR(info.st_mode)) {
		access &= ~(uint64_t)ACCESS_DIR_ONLY;
	}
	struct landlock_path_beneath_attr attr = {.allowed_access = access, .parent_fd = fd};
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attr, 0) < 0) {
		return -errno;
	}
	return 0;
}

static int allow_all(int ruleset, const struct box_spec *spec, bool in_root, uint64_t handled) {
	int result = in_root ? allow(ruleset, "/", handled & ACCESS_READ) : 0;
	for (size_t i = 0; !in_root && result == 0 && box_system_paths[i] != NULL; i++) {
		result = allow(ruleset, box_system_paths[i], handled & ACCESS_READ);
	}
	for (size_t i = 0; result == 0 && box_device_paths[i] != NULL; i++) {
		result = allow(ruleset, box_device_paths[i], handled & ACCESS_DEVICE);
	}
	for (size_t i = 0; result == 0 && i < spec->binds_len; i++) {
		const struct box_bind *bind = &spec->binds[i];
		uint64_t access = bind->device   ? ACCESS_DEVICE
				: bind->writable ? ACCESS_WRITE
						 : ACCESS_READ;
		result = allow(ruleset, bind->path, handled & access);
	}
	return result == 0 ? allow(ruleset, spec->argv[0], handled & ACCESS_READ) : result;
}

int box_rights_landlock(const struct box_spec *spec, bool in_root) {
	int abi = box_landlock_abi();
	if (abi < 1) {
		/* A full box holds without it. */
		return in_root ? 0 : -EOPNOTSUPP;
	}
	if (spec->inner_jails && abi < 6) {
		/* Nothing would be left of it. */
		return 0;
	}
	struct landlock_ruleset_attr attr = {
			.handled_access_fs = spec->inner_jails ? 0 : handled_access(abi)};
	size_t size = offsetof(struct landlock_ruleset_attr, handled_access_net);
	if (abi >= 4) {
		size = offsetof(struct landlock_ruleset_attr, scoped);
		if (!spec->network) {
			attr.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP |
					LANDLOCK_ACCESS_NET_CONNECT_TCP;
		}
	}
	if (abi >= 6) {
		size = sizeof(attr);
		attr.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
	}
	cleanup_fd int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset < 0) {
		return -errno;
	}
	int result = spec->inner_jails ? 0
				       : allow_all(ruleset, spec, in_root, attr.handled_access_fs);
	if (result < 0) {
		return result;
	}
	return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}

/* With these a program locks up its own processes; all others need them as little as what follows.
 */
static const int jail_calls[] = {
		SCMP_SYS(unshare),
		SCMP_SYS(mount),
		SCMP_SYS(umount2),
		SCMP_SYS(pivot_root),
		SCMP_SYS(chroot),
};

/* Calls that no boxed program needs and that lead out of a box, or far into the kernel. */
static const int refused_calls[] = {
		SCMP_SYS(setns),
		SCMP_SYS(open_tree),
		SCMP_SYS(move_mount),
		SCMP_SYS(fsopen),
		SCMP_SYS(fsconfig),
		SCMP_SYS(fsmount),
		SCMP_SYS(fspick),
		SCMP_SYS(mount_setattr),
		SCMP_SYS(ptrace),
		SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev),
		SCMP_SYS(process_madvise),
		SCMP_SYS(pidfd_getfd),
		SCMP_SYS(kcmp),
		SCMP_SYS(bpf),
		SCMP_SYS(perf_event_open),
		SCMP_SYS(userfaultfd),
		SCMP_SYS(io_uring_setup),
		SCMP_SYS(io_uring_enter),
		SCMP_SYS(io_uring_register),
		SCMP_SYS(keyctl),
		SCMP_SYS(add_key),
		SCMP_SYS(request_key),
		SCMP_SYS(open_by_handle_at),
		SCMP_SYS(name_to_handle_at),
		SCMP_SYS(kexec_load),
		SCMP_SYS(kexec_file_load),
		SCMP_SYS(init_module),
		SCMP_SYS(finit_module),
		SCMP_SYS(delete_module),
		SCMP_SYS(swapon),
		SCMP_SYS(swapoff),
		SCMP_SYS(reboot),
		SCMP_SYS(acct),
		SCMP_SYS(quotactl),
		SCMP_SYS(quotactl_fd),
		SCMP_SYS(syslog),
		SCMP_SYS(fanotify_init),
		SCMP_SYS(lookup_dcookie),
		SCMP_SYS(iopl),
		SCMP_SYS(ioperm),
		SCMP_SYS(uselib),
		/* What belongs to the user's other processes, in the weaker box. */
		SCMP_SYS(shmget),
		SCMP_SYS(semget),
		SCMP_SYS(msgget),
		SCMP_SYS(mq_open),
};

static int refuse(scmp_filter_ctx filter, const int *calls, size_t len) {
	int result = 0;
	for (size_t i = 0; i < len && result == 0; i++) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
	}
	return result;
}

static int refuse_namespaces(scmp_filter_ctx filter) {
	static const unsigned long namespaces[] = {
			CLONE_NEWUSER,
			CLONE_NEWNS,
			CLONE_NEWPID,
			CLONE_NEWNET,
			CLONE_NEWIPC,
			CLONE_NEWUTS,
			CLONE_NEWCGROUP,
	};
	int result = refuse(filter, jail_calls, sizeof(jail_calls) / sizeof(jail_calls[0]));
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]) && result == 0; i++) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
	}
	return result;
}

/* Limits of others, and the priorities of all that the user runs: a box may change its own. */
static int refuse_others(scmp_filter_ctx filter) {
	int result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1,
			SCMP_A0(SCMP_CMP_NE, 0));
	if (result == 0) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(setpriority), 1,
				SCMP_A0(SCMP_CMP_NE, PRIO_PROCESS));
	}
	return result;
}

/*
 * Network namespaces do not hold sockets to other virtual machines (AF_VSOCK), nor those through
 * which the kernel's ciphers are used (AF_ALG); Landlock does not know who connects to a path.
 */
static int refuse_sockets(scmp_filter_ctx filter, const struct box_spec *spec) {
	if (!spec->sockets && !spec->network && !spec->inner_jails) {
		return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 0);
	}
	struct scmp_arg_cmp other = spec->network ? SCMP_A0(SCMP_CMP_GT, AF_NETLINK)
						  : SCMP_A0(SCMP_CMP_NE, AF_UNIX);
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, other);
}

/* Threads only: without a process namespace nobody would end what outlives its program. */
static int refuse_processes(scmp_filter_ctx filter) {
	static const int calls[] = {SCMP_SYS(fork), SCMP_SYS(vfork)};
	int result = refuse(filter, calls, sizeof(calls) / sizeof(calls[0]));
	if (result == 0) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	}
	return result;
}

int box_rights_seccomp(const struct box_spec *spec, bool in_root) {
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL) {
		return -ENOMEM;
	}
	int result = refuse(filter, refused_calls,
			sizeof(refused_calls) / sizeof(refused_calls[0]));
	/*
	 * Its flags lie in memory, where a filter cannot look; the C library falls back to clone.
	 */
	if (result == 0) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	}
	if (result == 0 && !spec->inner_jails) {
		result = refuse_namespaces(filter);
	}
	if (result == 0) {
		result = refuse_sockets(filter, spec);
	}
	if (result == 0) {
		result = refuse_others(filter);
	}
	if (result == 0 && !in_root) {
		result = refuse_processes(filter);
	}
	/* A box has no terminal, but may be given a descriptor by mistake: no input is forged. */
	if (result == 0) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
				SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, 0x5412 /* TIOCSTI */));
	}
	if (result == 0) {
		result = seccomp_load(filter);
	}
	seccomp_release(filter);
	return result;
}

/* A sanitizer's run-time has more to do at a process's end. */
#ifdef __SANITIZE_ADDRESS__
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

int box_rights_wait_only(void) {
	static const int calls[] = {SCMP_SYS(wait4), SCMP_SYS(exit_group)};
	if (is_sanitized) {
		return 0;
	}
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL) {
		return -ENOMEM;
	}
	int result = 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && result == 0; i++) {
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	}
	if (result == 0) {
		result = seccomp_load(filter);
	}
	seccomp_release(filter);
	return result;
}
