/* SPDX-License-Identifier: MIT
 *
 * Put in the place of a program that lives in a box, under its name, so that the supervisor starts
 * it by the very mechanism of the true one. What it is to try stands at its own end, since it can
 * count on no other file, argument or descriptor: after a line `TRIES`, lines of LABEL KIND ARGUMENT. It prints
 * `taker LABEL yes`, `taker LABEL no ERRNO` or, of a try that the kernel killed, `taker LABEL no
 * killed`; before that its descriptors, behind it `taker end`, and it fails.
 *
 * A line `mode deaf` has it neither read nor end; `mode stay` end when its third descriptor hangs up.
 */
#include "tests/hostile/boxes/taker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A try that hangs has led nowhere. */
#define TRY_SECONDS 5
#define TRIES_MAX 256
/* What a try's process says with its exit status: an errno, or this. */
#define SUCCEEDED 0
#define UNKNOWN_ERROR 255

/* Written so that the program's own bytes do not hold it. */
static const char mark[] = {'\n', 'T', 'R', 'I', 'E', 'S', '\n', '\0'};

/* The lines at the program's end, or NULL. Never freed. */
static char *read_lines(const char *path) {
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) < 0) {
		return NULL;
	}
	char *bytes = malloc((size_t)info.st_size + 1);
	size_t len = 0;
	ssize_t n;
	while (bytes != NULL && len < (size_t)info.st_size &&
			(n = read(fd, bytes + len, (size_t)info.st_size - len)) > 0) {
		len += (size_t)n;
	}
	close(fd);
	if (bytes == NULL) {
		return NULL;
	}
	bytes[len] = '\0';
	/* The last one: the program's own copy of the mark comes before it. */
	char *found = NULL, *next = bytes;
	while ((next = memmem(next, len - (size_t)(next - bytes), mark, sizeof(mark) - 1)) !=
			NULL) {
		found = ++next;
	}
	return found != NULL ? found + sizeof(mark) - 2 : NULL;
}

static const struct taker_try *find(const struct taker_try *tries, const char *kind) {
	for (; tries->kind != NULL; tries++) {
		if (strcmp(tries->kind, kind) == 0) {
			return tries;
		}
	}
	return NULL;
}

/* A try in a thread, of which the kernel may kill that one alone. */
struct thread_try {
	const struct taker_try *attempt;
	const char *argument;
	bool has_ended, has_succeeded;
	int error;
};

static void *try_in_thread(void *data) {
	struct thread_try *thread = data;
	errno = 0;
	thread->has_succeeded = thread->attempt->run(thread->argument);
	thread->error = errno > 0 && errno < UNKNOWN_ERROR ? errno : UNKNOWN_ERROR;
	thread->has_ended = true;
	return NULL;
}

/* Where no process can be made. A try that hangs is forgotten. */
static void run_in_thread(const char *label, const struct taker_try *attempt,
		const char *argument) {
	static struct thread_try tries[TRIES_MAX];
	static size_t next;
	struct timespec end;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += TRY_SECONDS;
	pthread_t id;
	struct thread_try *thread = &tries[next++ % TRIES_MAX];
	*thread = (struct thread_try){.attempt = attempt, .argument = argument};
	if (pthread_create(&id, NULL, try_in_thread, thread) != 0) {
		printf("taker %s cannot be tried\n", label);
	} else if (pthread_timedjoin_np(id, NULL, &end) != 0 || !thread->has_ended) {
		printf("taker %s no killed\n", label);
	} else if (thread->has_succeeded) {
		printf("taker %s yes\n", label);
	} else {
		printf("taker %s no %d\n", label, thread->error);
	}
}

static void run(const char *label, const char *kind, const char *argument) {
	const struct taker_try *attempt = find(taker_reaches, kind);
	if (attempt == NULL) {
		attempt = find(taker_powers, kind);
	}
	if (attempt == NULL) {
		printf("taker %s unknown\n", label);
		return;
	}
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		alarm(TRY_SECONDS);
		errno = 0;
		if (attempt->run(argument)) {
			_exit(SUCCEEDED);
		}
		_exit(errno > 0 && errno < UNKNOWN_ERROR ? errno : UNKNOWN_ERROR);
	}
	int status = 0;
	if (child < 0) {
		run_in_thread(label, attempt, argument);
	} else if (waitpid(child, &status, 0) != child) {
		printf("taker %s is lost\n", label);
	} else if (WIFSIGNALED(status)) {
		printf("taker %s no killed\n", label);
	} else if (WEXITSTATUS(status) == SUCCEEDED) {
		printf("taker %s yes\n", label);
	} else {
		printf("taker %s no %d\n", label, WEXITSTATUS(status));
	}
}

static void stay(bool deaf) {
	fflush(stdout);
	/* The descriptors of a device or VMM lead to the supervisor or the VMM. */
	struct pollfd end = {.fd = deaf ? -1 : 3, .events = 0};
	while (poll(&end, 1, -1) < 0 && errno == EINTR) {
	}
}

int main(int argc, char **argv) {
	char *lines = argc > 0 ? read_lines(argv[0]) : NULL;
	if (lines == NULL) {
		printf("taker has nothing to try\n");
		return 2;
	}
	const char *mode = "";
	signal(SIGPIPE, SIG_IGN);
	taker_list_descriptors();
	for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *kind = strchr(line, ' ');
		if (kind == NULL) {
			continue;
		}
		*kind++ = '\0';
		char *argument = strchr(kind, ' ');
		if (argument != NULL) {
			*argument++ = '\0';
		}
		if (strcmp(line, "mode") == 0) {
			mode = kind;
		} else {
			run(line, kind, argument != NULL ? argument : "");
		}
	}
	printf("taker end\n");
	if (mode[0] != '\0') {
		stay(strcmp(mode, "deaf") == 0);
	}
	fflush(stdout);
	return 3;
}
