/* SPDX-License-Identifier: MIT
 *
 * Stands in for crosvm: takes its arguments, locks a process of its own up as crosvm does its
 * devices, takes its one control connection and ends with crosvm's statuses. What the stand-in guest
 * (vsock.c) says over the vsock device's connection is done: 'r' resets, 'q' powers off. The VM's
 * name chooses what else it does:
 *   mute      its guest never boots              garbled  says what nobody asked for
 *   stubborn  obeys neither power button nor Exit
 *   hostile   tries what the kernel parameters name
 *   exits-N   exits with status N at once; exits-137 kills its own group, as crosvm does when its
 *             devices do not end
 *   answers-X answers the order to stand still wrongly, see answer_wrongly()
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/vmctl/fake/tries.h"

/* Ends it as real crosvm ends on a command line that it does not know. */
#define STATUS_BAD_ARGUMENTS 35
#define STATUS_RESET 32
/* A shell's word for SIGKILL. */
#define STATUS_KILLED 137

static char name[64];
static int listener = -1, console = -1, typed = -1, vsock = -1;

static int fd_of(const char *value, const char *key) {
	const char *found = strstr(value, key);
	int fd;
	if (found == NULL || sscanf(found + strlen(key), "/proc/self/fd/%d", &fd) != 1) {
		exit(STATUS_BAD_ARGUMENTS);
	}
	return fd;
}

/* What crosvm's jail does for each device: new namespaces, an empty directory as the root. */
static int enter_jail(void *data) {
	const char *root = data;
	struct stat info;
	int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_in = old >= 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
			mount(root, root, NULL, MS_BIND | MS_REC, NULL) == 0 && chdir(root) == 0 &&
			syscall(SYS_pivot_root, ".", ".") == 0 && fchdir(old) == 0 &&
			umount2(".", MNT_DETACH) == 0 && chdir("/") == 0 &&
			stat("/usr", &info) < 0 && getpid() == 1;
	return is_in ? 0 : 1;
}

static void make_jail(char *root) {
	static char stack[64 << 10] __attribute__((aligned(16)));
	/* Minijail counts the capabilities and maps the ids of the child; both need /proc. */
	bool has_proc = access("/proc/sys/kernel/cap_last_cap", R_OK) == 0 &&
			access("/proc/self/uid_map", W_OK) == 0;
	pid_t pid = clone(enter_jail, stack + sizeof(stack),
			CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | SIGCHLD, root);
	int status = -1;
	bool is_made = pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
	fprintf(stderr, "inner jail: %s\n", has_proc && is_made ? "made" : "REFUSED");
	int shared = open("/proc/sys/kernel/core_pattern", O_WRONLY);
	fprintf(stderr, "host's settings: %s\n", shared >= 0 ? "REACHED" : "kept");
}

static void say(int control, const char *text) {
	if (send(control, text, strlen(text), MSG_NOSIGNAL) < 0) {
		exit(1);
	}
}

static void answer_wrongly(int control, const char *how) {
	static char huge[20 << 10];
	if (strcmp(how, "no") == 0) {
		say(control, "{\"ErrString\":\"\\u001b[31mno\"}");
	} else if (strcmp(how, "errno") == 0) {
		say(control, "{\"Err\":22}");
	} else if (strcmp(how, "nonsense") == 0) {
		say(control, "]]]]");
	} else if (strcmp(how, "empty") == 0) {
		say(control, "{}");
	} else if (strcmp(how, "types") == 0) {
		say(control, "{\"Err\":\"22\"}");
	} else if (strcmp(how, "much") == 0) {
		say(control, "{\"Err\":22,\"ErrString\":\"no\"}");
	} else if (strcmp(how, "twice") == 0) {
		say(control, "\"Ok\"");
		say(control, "\"Ok\"");
	} else if (strcmp(how, "zero") == 0) {
		send(control, "\"Ok\"\0", 6, MSG_NOSIGNAL);
	} else if (strcmp(how, "huge") == 0) {
		memset(huge, ' ', sizeof(huge) - 1);
		memcpy(huge, "\"Ok\"", 4);
		say(control, huge);
	} else if (strcmp(how, "fd") == 0) {
		fd_send(control, "\"Ok\"", 4, &control, 1);
	}
}

static void take_request(int control, const char *request) {
	bool is_stubborn = strcmp(name, "stubborn") == 0;
	if (strcmp(request, "\"SuspendVcpus\"") == 0 && strncmp(name, "answers-", 8) == 0) {
		answer_wrongly(control, name + 8);
		return;
	}
	if (strcmp(request, "\"Powerbtn\"") != 0 && strcmp(request, "\"Exit\"") != 0 &&
			strcmp(request, "\"SuspendVcpus\"") != 0 &&
			strcmp(request, "\"ResumeVcpus\"") != 0) {
		say(control, "{\"ErrString\":\"unknown request\"}");
		return;
	}
	say(control, "\"Ok\"");
	if (!is_stubborn && request[1] != 'S' && request[1] != 'R') {
		exit(0);
	}
}

/* A login that says back what is typed, and worse. */
static void say_back(void) {
	char bytes[4096];
	ssize_t n = read(typed, bytes, sizeof(bytes));
	if (n > 0) {
		dprintf(console, "<%.*s>\033[c\033]0;x\007\033[1m\r\n", (int)n, bytes);
	}
}

static void serve(int control) {
	for (;;) {
		struct pollfd fds[] = {{.fd = control, .events = POLLIN},
				{.fd = vsock, .events = POLLIN}, {.fd = listener, .events = POLLIN},
				{.fd = typed, .events = POLLIN}};
		char bytes[4096];
		if (poll(fds, 4, -1) < 0) {
			exit(1);
		}
		if (fds[0].revents != 0) {
			ssize_t n = recv(control, bytes, sizeof(bytes) - 1, 0);
			if (n <= 0) {
				exit(1);
			}
			bytes[n] = '\0';
			take_request(control, bytes);
		}
		if (fds[1].revents != 0) {
			if (read(vsock, bytes, 1) <= 0) {
				exit(1);
			}
			exit(bytes[0] == 'r' ? STATUS_RESET : 0);
		}
		if (fds[3].revents != 0) {
			say_back();
		}
		if (fds[2].revents != 0) {
			fprintf(stderr, "A SECOND CONTROL CONNECTION\n");
			exit(1);
		}
	}
}

int main(int argc, char **argv) {
	char *params = NULL, *root = NULL;
	bool is_extended = false;
	for (int i = 1; i < argc; i++) {
		char *value = i + 1 < argc ? argv[i + 1] : argv[i];
		is_extended = is_extended || strcmp(argv[i], "--extended-status") == 0;
		if (strcmp(argv[i], "--name") == 0) {
			snprintf(name, sizeof(name), "%s", value);
		} else if (strcmp(argv[i], "--socket") == 0) {
			listener = fd_of(value, "");
		} else if (strcmp(argv[i], "--serial") == 0) {
			console = fd_of(value, ",path=");
			typed = fd_of(value, ",input=");
		} else if (strcmp(argv[i], "--vhost-user") == 0 &&
				strncmp(value, "type=vsock,", 11) == 0) {
			vsock = fd_of(value, "socket=");
		} else if (strcmp(argv[i], "--params") == 0) {
			params = value;
		} else if (strcmp(argv[i], "--pivot-root") == 0) {
			root = value;
		}
	}
	if (!is_extended || listener < 0 || console < 0 || typed < 0 || vsock < 0 ||
			params == NULL || root == NULL) {
		return STATUS_BAD_ARGUMENTS;
	}
	dprintf(console, "hello from \033]0;the guest\007 of %s\n", name);
	if (strncmp(name, "exits-", 6) == 0) {
		if (atoi(name + 6) == STATUS_KILLED) {
			kill(0, SIGKILL);
		}
		return atoi(name + 6);
	}
	make_jail(root);
	if (strcmp(name, "hostile") == 0) {
		try_everything(params);
	}
	int control = accept(listener, NULL, NULL);
	if (control < 0) {
		return 1;
	}
	if (strcmp(name, "garbled") == 0) {
		say(control, "\"Ok\"");
	} else if (strcmp(name, "mute") != 0 && write(vsock, "b", 1) != 1) {
		return 1;
	}
	serve(control);
}
