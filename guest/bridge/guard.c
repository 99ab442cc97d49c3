/* SPDX-License-Identifier: MIT */
#include "guest/bridge/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

static struct {
	volatile uintptr_t start;
	volatile size_t len;
	volatile sig_atomic_t faulted;
} guard;

static void on_sigbus(int number, siginfo_t *info, void *context) {
	uintptr_t address = (uintptr_t)info->si_addr;
	if (guard.len > 0 && address - guard.start < guard.len) {
		void *zeros = mmap((void *)guard.start, guard.len, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (zeros != MAP_FAILED) {
			guard.faulted = 1;
			return;
		}
	}
	/* Not ours: the instruction faults again and ends the process as it would have. */
	signal(SIGBUS, SIG_DFL);
}

int guard_init(void) {
	struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
	sigemptyset(&action.sa_mask);
	return sigaction(SIGBUS, &action, NULL) < 0 ? -errno : 0;
}

void guard_begin(void *map, size_t len) {
	guard.faulted = 0;
	guard.start = (uintptr_t)map;
	guard.len = len;
}

bool guard_end(void) {
	guard.len = 0;
	return !guard.faulted;
}
