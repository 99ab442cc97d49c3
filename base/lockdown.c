/* SPDX-License-Identifier: MIT */
#include "base/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* A sanitizer's runtime needs more than the filter lets through. */
#ifdef __SANITIZE_ADDRESS__
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

/* Denies every file, connection and signal that this kernel's Landlock knows of, but what a box lets be read. */
static int enter_landlock(bool reads_files) {
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
	if (reads_files) {
		attr.handled_access_fs &=
				~(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
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

/* Nothing is made, emptied or written by a path. */
static int allow_reading(scmp_filter_ctx filter) {
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
}

static int enter_seccomp(const struct lockdown_calls *calls) {
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL) {
		return -ENOMEM;
	}
	/* A library's thread (pango has one) would be a way around the list: it is in the same memory. */
	int ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; ret == 0 && i < calls->allowed_len; i++) {
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls->allowed[i].number, 0);
	}
	for (size_t i = 0; ret == 0 && i < calls->refused_len; i++) {
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls->refused[i], 0);
	}
	if (ret == 0) {
		ret = allow_memory(filter);
	}
	if (ret == 0) {
		ret = allow_stat(filter);
	}
	if (ret == 0 && calls->reads_files) {
		ret = allow_reading(filter);
	}
	if (ret == 0) {
		ret = seccomp_load(filter);
	}
	seccomp_release(filter);
	return ret;
}

bool lockdown_enter(const struct lockdown_calls *calls) {
	struct rlimit none = {0};
	setrlimit(RLIMIT_CORE, &none);
	int ret = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
					prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
			? -errno
			: 0;
	if (ret == 0) {
		ret = enter_landlock(calls->reads_files);
	}
	if (ret == 0 && !is_sanitized) {
		ret = enter_seccomp(calls);
	}
	if (ret < 0) {
		log_error("cannot give up rights: %s", strerror(-ret));
	}
	return ret == 0;
}
