/* SPDX-License-Identifier: MIT */
#include "decorations/text/calls.h"

#include <seccomp.h>

/* Fonts are opened when a letter first needs them, and read or mapped; the rest is the C library's. */
static const struct lockdown_call allowed[] = {
		{SCMP_SYS(access), NULL},
		{SCMP_SYS(brk), NULL},
		{SCMP_SYS(clock_gettime), "where the processor's counter is no clock"},
		{SCMP_SYS(close), NULL},
		{SCMP_SYS(exit), "pango's thread ends"},
		{SCMP_SYS(exit_group), NULL},
		{SCMP_SYS(faccessat2), "access() of other C libraries"},
		{SCMP_SYS(fcntl), NULL},
		{SCMP_SYS(fstat), NULL},
		{SCMP_SYS(fstatfs), "fontconfig: may a cache be mapped?"},
		{SCMP_SYS(futex), NULL},
		{SCMP_SYS(getdents64), "fontconfig, as fonts were installed meanwhile"},
		{SCMP_SYS(getpid), "abort() on a broken assertion"},
		{SCMP_SYS(getrandom), "seeds of libraries' tables"},
		{SCMP_SYS(gettid), "abort() on a broken assertion"},
		{SCMP_SYS(lseek), "fonts that are read, not mapped"},
		{SCMP_SYS(madvise), "libc's memory allocator gives a heap's end back"},
		{SCMP_SYS(mremap), "large lists of libc's"},
		{SCMP_SYS(munmap), NULL},
		{SCMP_SYS(newfstatat), "fontconfig: is it as it was?"},
		{SCMP_SYS(pread64), "font files of other formats"},
		{SCMP_SYS(read), NULL},
		{SCMP_SYS(readlink), "fontconfig, where fonts are links"},
		{SCMP_SYS(rt_sigaction), "abort() on a broken assertion"},
		{SCMP_SYS(rt_sigprocmask), "abort() on a broken assertion"},
		{SCMP_SYS(write), NULL},
		{SCMP_SYS(writev), "the words of a broken assertion"},
};

/* What libraries try and can do without. */
static const int refused[] = {
		SCMP_SYS(open),
		SCMP_SYS(ioctl),
		SCMP_SYS(prctl),
		SCMP_SYS(clone),
		SCMP_SYS(clone3),
		SCMP_SYS(socket),
		SCMP_SYS(connect),
		SCMP_SYS(sched_getaffinity),
		SCMP_SYS(sched_yield),
		SCMP_SYS(statx),
		SCMP_SYS(sysinfo),
};

const struct lockdown_calls text_calls = {
		.allowed = allowed,
		.allowed_len = sizeof(allowed) / sizeof(allowed[0]),
		.refused = refused,
		.refused_len = sizeof(refused) / sizeof(refused[0]),
		.reads_files = true,
};
