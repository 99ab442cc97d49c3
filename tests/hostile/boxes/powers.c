/* SPDX-License-Identifier: MIT
 *
 * What a taken-over program tries to do: to other processes, to its own rights and namespaces, and
 * in the kernel's far corners. Nothing here changes the machine when it succeeds.
 */
#include "tests/hostile/boxes/taker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define KLOG_SIZE_BUFFER 10

static bool try_trace(const char *pid) {
	return ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL) == 0;
}

/* A process of its own, so none that a try could only be meant to see: this is about the call. */
static bool try_trace_parent(const char *unused) {
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

/* Whether it may look at all: that there is nothing at that address is no refusal. */
static bool try_memory(const char *pid) {
	char byte;
	struct iovec local = {.iov_base = &byte, .iov_len = 1};
	struct iovec remote = {.iov_base = (void *)(uintptr_t)4096, .iov_len = 1};
	return process_vm_readv(atoi(pid), &local, 1, &remote, 1, 0) == 1 || errno == EFAULT;
}

static bool try_descriptor_of(const char *pid) {
	int pidfd = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	return pidfd >= 0 && syscall(SYS_pidfd_getfd, pidfd, 0, 0) >= 0;
}

static bool try_signal(const char *pid) {
	return kill(atoi(pid), 0) == 0;
}

static bool try_limits_of(const char *pid) {
	struct rlimit limit;
	return syscall(SYS_prlimit64, atoi(pid), RLIMIT_NOFILE, NULL, &limit) == 0;
}

static bool try_priorities(const char *unused) {
	errno = 0;
	int priority = getpriority(PRIO_USER, 0);
	return errno == 0 && setpriority(PRIO_USER, 0, priority) == 0;
}

static bool execute(const char *const *argv) {
	pid_t child = fork();
	if (child < 0) {
		return false;
	}
	if (child == 0) {
		int null_fd = open("/dev/null", O_RDWR);
		dup2(null_fd, 0);
		dup2(null_fd, 2);
		execv(argv[0], (char *const *)argv);
		_exit(errno == EIO ? 1 : errno);
	}
	int status = 0;
	waitpid(child, &status, 0);
	errno = WEXITSTATUS(status);
	return status == 0;
}

static bool try_execute(const char *path) {
	const char *const argv[] = {path, NULL};
	bool is_executed = execute(argv);
	if (errno == EPERM) {
		/* Where no process can be made: in this one, which is gone when that succeeds. */
		execv(path, (char *const *)argv);
	}
	return is_executed;
}

/* The loader lies among the libraries; what it would load does not. */
static bool try_loader(const char *path) {
	const char *const argv[] = {"/lib64/ld-linux-x86-64.so.2", path, NULL};
	bool is_executed = execute(argv);
	/* All that the loader would need: it reads. */
	return is_executed || (errno == EPERM && open(path, O_RDONLY) >= 0);
}

static bool try_mount(const char *unused) {
	return mount("none", "/tmp", "tmpfs", 0, NULL) == 0 && umount2("/tmp", MNT_DETACH) == 0;
}

static bool try_bind(const char *unused) {
	return mount("/usr/lib", "/usr/lib", NULL, MS_BIND, NULL) == 0 &&
			umount2("/usr/lib", MNT_DETACH) == 0;
}

static bool try_remount(const char *unused) {
	return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0;
}

static bool try_new_mount(const char *unused) {
	return syscall(SYS_fsopen, "tmpfs", 0) >= 0;
}

static bool try_open_tree(const char *unused) {
	return syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */) >= 0;
}

/* One that outlives the program: the box must end it, or not let it be. */
static bool try_process(const char *unused) {
	pid_t child = fork();
	if (child == 0) {
		_exit(0);
	}
	return child > 0;
}

static bool try_unshare(const char *flags) {
	return unshare((int)strtol(flags, NULL, 16)) == 0;
}

static bool try_clone(const char *flags) {
	long child = syscall(SYS_clone, strtol(flags, NULL, 16) | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		_exit(0);
	}
	return child > 0;
}

static bool try_clone3(const char *flags) {
	struct {
		uint64_t words[11];
	} args = {{(uint64_t)strtol(flags, NULL, 16), 0, 0, 0, SIGCHLD}};
	long child = syscall(SYS_clone3, &args, sizeof(args));
	if (child == 0) {
		_exit(0);
	}
	return child > 0;
}

/* With the rights of a new user namespace: do they lead to files of the host? */
static bool try_user_then_mount(const char *path) {
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
			mount("none", "/tmp", "tmpfs", 0, NULL) == 0 && open(path, O_RDONLY) >= 0;
}

/* Calls of another architecture have other numbers than those that a filter knows. */
static bool try_compat(const char *unused) {
	long result = 20; /* getpid */
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	errno = ENOSYS;
	return result == getpid();
}

static bool try_enter(const char *pid) {
	int pidfd = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	return pidfd >= 0 && setns(pidfd, CLONE_NEWUTS) == 0;
}

static bool try_keyring(const char *unused) {
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1) >= 0;
}

static bool try_add_key(const char *unused) {
	return syscall(SYS_add_key, "user", "silo-test", "x", 1, KEY_SPEC_PROCESS_KEYRING) >= 0;
}

static bool try_bpf(const char *unused) {
	union bpf_attr attr = {
			.map_type = BPF_MAP_TYPE_ARRAY,
			.key_size = 4,
			.value_size = 4,
			.max_entries = 1,
	};
	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) >= 0;
}

static bool try_perf(const char *unused) {
	struct perf_event_attr attr = {
			.type = PERF_TYPE_SOFTWARE,
			.size = sizeof(attr),
			.config = PERF_COUNT_SW_CPU_CLOCK,
			.exclude_kernel = 1,
	};
	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) >= 0;
}

static bool try_io_uring(const char *unused) {
	struct io_uring_params params = {0};
	return syscall(SYS_io_uring_setup, 4, &params) >= 0;
}

static bool try_userfaultfd(const char *unused) {
	return syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */) >= 0;
}

static bool try_handle(const char *path) {
	struct {
		struct file_handle handle;
		char room[MAX_HANDLE_SZ];
	} name = {.handle.handle_bytes = MAX_HANDLE_SZ};
	int mount_id;
	return name_to_handle_at(AT_FDCWD, path, &name.handle, &mount_id, 0) == 0;
}

static bool try_kernel_log(const char *unused) {
	return klogctl(KLOG_SIZE_BUFFER, NULL, 0) >= 0;
}

static bool try_module(const char *unused) {
	/* As far as looking at the bytes. */
	return syscall(SYS_init_module, "", 0, "") == 0 || errno == ENOEXEC;
}

static bool try_host_name(const char *unused) {
	char name[128];
	return gethostname(name, sizeof(name)) == 0 && sethostname(name, strlen(name)) == 0;
}

static bool try_other_user(const char *unused) {
	return setresuid(65534, 65534, 65534) == 0;
}

static bool try_capabilities(const char *unused) {
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	return syscall(SYS_capget, &header, data) == 0 &&
			(data[0].permitted | data[1].permitted) != 0;
}

/* What a program with the set-user-id bit would need. */
static bool try_new_privileges(const char *unused) {
	errno = EPERM;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
}

static bool try_unfiltered(const char *unused) {
	errno = EPERM;
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0;
}

static bool try_bounding_set(const char *unused) {
	errno = EPERM;
	return prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 1;
}

/* Leaves a core file, in that directory or where the kernel wants it. */
static bool try_core(const char *directory) {
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
		setrlimit(RLIMIT_CORE, &limit);
		if (chdir(directory) < 0 && chdir("/") < 0) {
			_exit(1);
		}
		abort();
	}
	int status = 0;
	waitpid(child, &status, 0);
	errno = EPERM;
	return WCOREDUMP(status);
}

static bool try_core_limit(const char *unused) {
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	return setrlimit(RLIMIT_CORE, &limit) == 0;
}

static bool try_shared_memory(const char *key) {
	return shmget(atoi(key), 0, 0) >= 0;
}

const struct taker_try taker_powers[] = {
		{"trace", try_trace},
		{"trace-parent", try_trace_parent},
		{"memory", try_memory},
		{"descriptor-of", try_descriptor_of},
		{"signal", try_signal},
		{"limits-of", try_limits_of},
		{"priorities", try_priorities},
		{"execute", try_execute},
		{"loader", try_loader},
		{"mount", try_mount},
		{"bind", try_bind},
		{"remount", try_remount},
		{"new-mount", try_new_mount},
		{"open-tree", try_open_tree},
		{"process", try_process},
		{"unshare", try_unshare},
		{"clone", try_clone},
		{"clone3", try_clone3},
		{"user-then-mount", try_user_then_mount},
		{"compat", try_compat},
		{"enter", try_enter},
		{"keyring", try_keyring},
		{"add-key", try_add_key},
		{"bpf", try_bpf},
		{"perf", try_perf},
		{"io-uring", try_io_uring},
		{"userfaultfd", try_userfaultfd},
		{"handle", try_handle},
		{"kernel-log", try_kernel_log},
		{"module", try_module},
		{"host-name", try_host_name},
		{"other-user", try_other_user},
		{"capabilities", try_capabilities},
		{"new-privileges", try_new_privileges},
		{"unfiltered", try_unfiltered},
		{"bounding-set", try_bounding_set},
		{"core", try_core},
		{"core-limit", try_core_limit},
		{"shared-memory", try_shared_memory},
		{NULL, NULL},
};
