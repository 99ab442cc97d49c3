/* SPDX-License-Identifier: MIT
 *
 * A program in the place of a VMM that has been taken over: tries one way out after the other and
 * prints for each `NAME yes` or `NAME no ERRNO`. Each argument is NAME or NAME=ARGUMENT.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static bool try_read(const char *path) {
	return open(path, O_RDONLY) >= 0;
}

static bool try_write(const char *path) {
	return open(path, O_WRONLY) >= 0;
}

static bool try_create(const char *path) {
	return open(path, O_WRONLY | O_CREAT | O_EXCL, 0600) >= 0;
}

static bool try_bind(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool try_unix(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool try_abstract(const char *name) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", name);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(fd, (struct sockaddr *)&address, len) == 0;
}

static bool try_tcp(const char *port) {
	struct sockaddr_in address = {
			.sin_family = AF_INET,
			.sin_port = htons((uint16_t)atoi(port)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool try_trace(const char *pid) {
	return ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL) == 0;
}

static bool try_kill(const char *pid) {
	return kill(atoi(pid), 0) == 0;
}

static bool try_mount(const char *unused) {
	return mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
}

/* In a child, so that a success changes nothing for what is tried next. */
static bool try_namespace(const char *unused) {
	pid_t child = fork();
	if (child == 0) {
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : errno);
	}
	if (child < 0) {
		return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
	}
	int status;
	waitpid(child, &status, 0);
	errno = WEXITSTATUS(status);
	return status == 0;
}

static bool try_clone_namespace(const char *unused) {
	long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		_exit(0);
	}
	return child > 0;
}

static bool try_environment(const char *name) {
	errno = ENOENT;
	return getenv(name) != NULL;
}

/* A descriptor beyond those that were handed over. */
static bool try_descriptor(const char *number) {
	return fcntl(atoi(number), F_GETFD) >= 0;
}

static bool try_capabilities(const char *unused) {
	/* Changing the host name takes CAP_SYS_ADMIN and a namespace that it holds in. */
	return sethostname("evil", 4) == 0;
}

static const struct {
	const char *name;
	bool (*attempt)(const char *argument);
} attempts[] = {
		{"read", try_read},
		{"write", try_write},
		{"create", try_create},
		{"bind", try_bind},
		{"unix", try_unix},
		{"abstract", try_abstract},
		{"tcp", try_tcp},
		{"trace", try_trace},
		{"kill", try_kill},
		{"mount", try_mount},
		{"namespace", try_namespace},
		{"clone-namespace", try_clone_namespace},
		{"environment", try_environment},
		{"descriptor", try_descriptor},
		{"capabilities", try_capabilities},
};

/* Leaves a process behind that has nothing to do with this one any more. Tells on descriptor 3 how that went. */
static int spawn(void) {
	pid_t child = fork();
	if (child == 0) {
		setsid();
		child = fork();
		_exit(child == 0 ? (pause(), 0) : child > 0 ? 0 : 1);
	}
	int status = 1;
	if (child > 0) {
		waitpid(child, &status, 0);
	}
	ssize_t written = write(3, status == 0 ? "y" : "n", 1);
	(void)written;
	pause();
	return 0;
}

int main(int argc, char **argv) {
	if (argc > 1 && strcmp(argv[1], "sleep") == 0) {
		pause();
	}
	if (argc > 1 && strcmp(argv[1], "spawn") == 0) {
		return spawn();
	}
	if (argc > 1 && strcmp(argv[1], "abort") == 0) {
		abort();
	}
	for (int i = 1; i < argc; i++) {
		char name[32];
		const char *equals = strchr(argv[i], '=');
		size_t len = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
		snprintf(name, sizeof(name), "%.*s", (int)len, argv[i]);
		for (size_t j = 0; j < sizeof(attempts) / sizeof(attempts[0]); j++) {
			if (strcmp(attempts[j].name, name) != 0) {
				continue;
			}
			errno = 0;
			bool success = attempts[j].attempt(equals != NULL ? equals + 1 : "");
			dprintf(1, "%s %s %d\n", argv[i], success ? "yes" : "no", errno);
		}
	}
	return 0;
}
