/* SPDX-License-Identifier: MIT */
#include "proxy/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

#define DESCRIPTORS_WANTED 8192

/* A sanitizer's runtime needs more than the filter lets through. */
#ifdef __SANITIZE_ADDRESS__
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

/* What the loop, the engine, the device and libc's memory allocator do. */
static const int allowed[] = {
		SCMP_SYS(accept4),
		SCMP_SYS(brk),
		SCMP_SYS(clock_gettime),
		SCMP_SYS(close),
		SCMP_SYS(dup),
		SCMP_SYS(epoll_create1),
		SCMP_SYS(epoll_ctl),
		SCMP_SYS(epoll_pwait),
		SCMP_SYS(epoll_pwait2),
		SCMP_SYS(epoll_wait),
		SCMP_SYS(exit),
		SCMP_SYS(exit_group),
		SCMP_SYS(fallocate),
		SCMP_SYS(fcntl),
		SCMP_SYS(fstat),
		SCMP_SYS(fstatfs),
		SCMP_SYS(ftruncate),
		SCMP_SYS(futex),
		SCMP_SYS(getpid),
		SCMP_SYS(getrandom),
		SCMP_SYS(getsockopt),
		SCMP_SYS(gettid),
		SCMP_SYS(lseek),
		SCMP_SYS(madvise),
		SCMP_SYS(memfd_create),
		SCMP_SYS(mremap),
		SCMP_SYS(munmap),
		SCMP_SYS(pipe2),
		SCMP_SYS(poll),
		SCMP_SYS(ppoll),
		SCMP_SYS(pread64),
		SCMP_SYS(pwrite64),
		SCMP_SYS(read),
		SCMP_SYS(readv),
		SCMP_SYS(recvmsg),
		SCMP_SYS(restart_syscall),
		SCMP_SYS(rt_sigaction),
		SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rseq),
		SCMP_SYS(sendmsg),
		SCMP_SYS(shutdown),
		SCMP_SYS(splice),
		SCMP_SYS(timerfd_create),
		SCMP_SYS(timerfd_settime),
		SCMP_SYS(write),
		SCMP_SYS(writev),
};

/* What libraries try and can do without. */
static const int refused[] = {
		SCMP_SYS(open),
		SCMP_SYS(openat),
		SCMP_SYS(readlink),
		SCMP_SYS(unlink),
		SCMP_SYS(unlinkat),
		SCMP_SYS(ioctl),
		SCMP_SYS(prctl),
		SCMP_SYS(prlimit64),
		SCMP_SYS(sysinfo),
		SCMP_SYS(socket),
		SCMP_SYS(connect),
		SCMP_SYS(statx),
};

void sandbox_raise_limits(void) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS_WANTED) {
		limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max
								     : DESCRIPTORS_WANTED;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Denies every file, connection and signal that this kernel's Landlock knows of. */
static int enter_landlock(void) {
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) {
		return 0; // not there: seccomp still refuses to open anything
	}
	struct landlock_ruleset_attr attr = {
			.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	if (version >= 2) {
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	}
	if (version >= 3) {
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
	}
	if (version >= 4) {
		attr.handled_access_net =
				LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
	}
	if (version >= 5) {
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	}
	if (version >= 6) {
		attr.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
	}
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0) {
		return -errno;
	}
	int ret = syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
	close(ruleset);
	return ret;
}

/* Memory may be mapped and protected, but never made executable. */
static int allow_memory(scmp_filter_ctx filter) {
	struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_exec);
	return ret < 0 ? ret
		       : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec);
}

/* fstat() is newfstatat() with an empty path on some libcs: by descriptor only. */
static int allow_stat(scmp_filter_ctx filter) {
	int ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
			SCMP_A3(SCMP_CMP_MASKED_EQ, 0x1000, 0x1000));
	if (ret == 0) {
		/* abort() raises its signal in this very process. */
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	}
	return ret;
}

static int enter_seccomp(void) {
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL) {
		return -ENOMEM;
	}
	int ret = 0;
	for (size_t i = 0; ret == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	}
	for (size_t i = 0; ret == 0 && i < sizeof(refused) / sizeof(refused[0]); i++) {
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	}
	if (ret == 0) {
		ret = allow_memory(filter);
	}
	if (ret == 0) {
		ret = allow_stat(filter);
	}
	if (ret == 0) {
		ret = seccomp_load(filter);
	}
	seccomp_release(filter);
	return ret;
}

bool sandbox_enter(void) {
	struct rlimit none = {0};
	setrlimit(RLIMIT_CORE, &none);
	int ret = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
					prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
			? -errno
			: 0;
	if (ret == 0) {
		ret = enter_landlock();
	}
	if (ret == 0 && !is_sanitized) {
		ret = enter_seccomp();
	}
	if (ret < 0) {
		log_error("cannot give up rights: %s", strerror(-ret));
	}
	return ret == 0;
}
