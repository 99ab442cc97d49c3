/* SPDX-License-Identifier: MIT
 *
 * Counts the instructions that a program executes in user space, where the machine has no counter of them:
 * it runs under ptrace and is stepped through. The kernel's part is not counted, a repeated string
 * instruction counts once, and the program is the installed one in its real box.
 * usage: bench-count PROGRAM [ARGUMENT…]; on SIGUSR1 it begins to count, or prints how many there were so
 * far, as soon as the program has been waiting for a while. Ends with the program, which gets SIGTERM on.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A program that has executed nothing for so long waits for something. */
#define QUIET_NS 50000000

struct counter {
	pid_t pid;
	bool is_counting, is_asked;
	unsigned long long count;
	unsigned long rip; // of the last instruction
};

static bool is_stop(int signal_number) {
	return signal_number == SIGSTOP || signal_number == SIGTSTP || signal_number == SIGTTIN ||
			signal_number == SIGTTOU;
}

/* The program has stopped: one more instruction, or a signal that it is to get. */
static void go_on(struct counter *counter, int status) {
	int signal_number = WSTOPSIG(status);
	bool is_event = status >> 16 != 0;
	if (counter->is_counting && signal_number == SIGTRAP && !is_event) {
		errno = 0;
		unsigned long rip = (unsigned long)ptrace(PTRACE_PEEKUSER, counter->pid,
				offsetof(struct user, regs.rip), NULL);
		counter->count += errno != 0 || rip != counter->rip;
		counter->rip = rip;
	}
	bool is_ours = is_event || signal_number == SIGTRAP || is_stop(signal_number);
	ptrace(counter->is_counting ? PTRACE_SINGLESTEP : PTRACE_CONT, counter->pid, NULL,
			is_ours ? 0L : (long)signal_number);
}

/* Returns false when the program has ended. */
static bool take_stops(struct counter *counter) {
	int status;
	while (waitpid(counter->pid, &status, WNOHANG | __WALL) == counter->pid) {
		if (!WIFSTOPPED(status)) {
			return false;
		}
		go_on(counter, status);
	}
	return true;
}

static void answer(struct counter *counter) {
	if (!counter->is_counting) {
		counter->is_counting = true;
		ptrace(PTRACE_INTERRUPT, counter->pid, NULL, NULL);
	}
	printf("%llu\n", counter->count);
	fflush(stdout);
	counter->is_asked = false;
}

static int count(struct counter *counter, const sigset_t *signals) {
	const struct timespec quiet = {.tv_nsec = QUIET_NS};
	for (;;) {
		int number = counter->is_asked ? sigtimedwait(signals, NULL, &quiet)
					       : sigwaitinfo(signals, NULL);
		if (number == SIGUSR1) {
			counter->is_asked = true;
		} else if (number == SIGTERM) {
			kill(counter->pid, SIGTERM);
		} else if (number < 0 && counter->is_asked) {
			answer(counter);
		}
		if (!take_stops(counter)) {
			return 0;
		}
	}
}

int main(int argc, char *argv[]) {
	if (argc < 2) {
		fputs("usage: bench-count PROGRAM [ARGUMENT…]\n", stderr);
		return 2;
	}
	sigset_t signals, before;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	struct counter counter = {.pid = fork()};
	if (counter.pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		raise(SIGSTOP); // until it is traced
		execv(argv[1], argv + 1);
		fprintf(stderr, "bench-count: %s: %s\n", argv[1], strerror(errno));
		_exit(1);
	}
	int status;
	if (counter.pid < 0 || waitpid(counter.pid, &status, WUNTRACED) != counter.pid ||
			ptrace(PTRACE_SEIZE, counter.pid, NULL, PTRACE_O_EXITKILL) < 0) {
		fprintf(stderr, "bench-count: cannot trace: %s\n", strerror(errno));
		if (counter.pid > 0) {
			kill(counter.pid, SIGKILL);
		}
		return 1;
	}
	kill(counter.pid, SIGCONT);
	return count(&counter, &signals);
}
