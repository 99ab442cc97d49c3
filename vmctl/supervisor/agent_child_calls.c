/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/agent_child.h"

#include <seccomp.h>

/* Its loop, its timers, pipes and connections, and libc's memory allocator. */
static const struct lockdown_call allowed[] = {
		{SCMP_SYS(brk), NULL},
		{SCMP_SYS(clock_gettime), "where the processor's counter is no clock"},
		{SCMP_SYS(close), NULL},
		{SCMP_SYS(epoll_create1), NULL},
		{SCMP_SYS(epoll_ctl), NULL},
		{SCMP_SYS(epoll_pwait2), NULL},
		{SCMP_SYS(epoll_wait), NULL},
		{SCMP_SYS(exit_group), "the supervisor ends it by a signal"},
		{SCMP_SYS(fcntl), NULL},
		{SCMP_SYS(futex), NULL},
		{SCMP_SYS(getpid), NULL},
		{SCMP_SYS(getrandom), NULL},
		{SCMP_SYS(gettid), "abort() on a broken assertion"},
		{SCMP_SYS(mremap), "large lists of libc's"},
		{SCMP_SYS(munmap), NULL},
		{SCMP_SYS(read), NULL},
		{SCMP_SYS(recvfrom), NULL},
		{SCMP_SYS(recvmsg), NULL},
		{SCMP_SYS(rt_sigaction), "abort() on a broken assertion"},
		{SCMP_SYS(rt_sigprocmask), NULL},
		{SCMP_SYS(sendmsg), NULL},
		{SCMP_SYS(shutdown), NULL},
		{SCMP_SYS(timerfd_create), NULL},
		{SCMP_SYS(timerfd_settime), NULL},
		{SCMP_SYS(write), NULL},
		{SCMP_SYS(writev), "the words of a broken assertion"},
};

/* What libraries try and can do without. */
static const int refused[] = {
		SCMP_SYS(open),
		SCMP_SYS(openat),
		SCMP_SYS(ioctl),
		SCMP_SYS(prctl),
		SCMP_SYS(readlink),
		SCMP_SYS(readlinkat),
		SCMP_SYS(socket),
};

const struct lockdown_calls agent_child_calls = {
		.allowed = allowed,
		.allowed_len = sizeof(allowed) / sizeof(allowed[0]),
		.refused = refused,
		.refused_len = sizeof(refused) / sizeof(refused[0]),
};
