/* SPDX-License-Identifier: MIT */
#include "proxy/sandbox.h"

#include <seccomp.h>
#include <sys/resource.h>

#define DESCRIPTORS_WANTED 8192

/* What the loop, the engine, the device and libc's memory allocator do. */
static const struct lockdown_call allowed[] = {
		{SCMP_SYS(accept4), NULL},
		{SCMP_SYS(brk), NULL},
		{SCMP_SYS(clock_gettime), "where the processor's counter is no clock"},
		{SCMP_SYS(close), NULL},
		{SCMP_SYS(epoll_ctl), NULL},
		{SCMP_SYS(epoll_wait), NULL},
		{SCMP_SYS(exit_group), NULL},
		{SCMP_SYS(fallocate), NULL},
		{SCMP_SYS(fcntl), NULL},
		{SCMP_SYS(fstat), NULL},
		{SCMP_SYS(fstatfs), NULL},
		{SCMP_SYS(ftruncate), NULL},
		{SCMP_SYS(futex), "abort() takes a lock"},
		{SCMP_SYS(getpid), "abort() on a broken assertion"},
		{SCMP_SYS(gettid), "abort() on a broken assertion"},
		{SCMP_SYS(lseek), "a VM's buffers: which of their pages there are"},
		{SCMP_SYS(madvise), "libc's memory allocator gives a heap's end back"},
		{SCMP_SYS(memfd_create), NULL},
		{SCMP_SYS(mremap), "pools that grow, large lists of libc's"},
		{SCMP_SYS(munmap), NULL},
		{SCMP_SYS(pipe2), "a VM's pipes, for what it copies"},
		{SCMP_SYS(pread64), NULL},
		{SCMP_SYS(pwrite64), "a client's file that is copied, not mapped"},
		{SCMP_SYS(read), NULL},
		{SCMP_SYS(recvmsg), NULL},
		{SCMP_SYS(rt_sigaction), "abort() on a broken assertion"},
		{SCMP_SYS(rt_sigprocmask), "abort() on a broken assertion"},
		{SCMP_SYS(sendmsg), NULL},
		{SCMP_SYS(timerfd_create), NULL},
		{SCMP_SYS(timerfd_settime), NULL},
		{SCMP_SYS(write), NULL},
		{SCMP_SYS(writev), "the words of a broken assertion"},
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

const struct lockdown_calls sandbox_calls = {
		.allowed = allowed,
		.allowed_len = sizeof(allowed) / sizeof(allowed[0]),
		.refused = refused,
		.refused_len = sizeof(refused) / sizeof(refused[0]),
};

void sandbox_raise_limits(void) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS_WANTED) {
		limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max
								     : DESCRIPTORS_WANTED;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}
