/* SPDX-License-Identifier: MIT
 *
 * Stands in for QEMU: takes its arguments, speaks as much QMP as a life cycle needs, and does what
 * the stand-in guest (vsock.c) says over the vsock device's connection: 'r' resets, 'q' powers off.
 * The VM's name chooses what else it does:
 *   mute      its guest never boots      garbled   sends what no QEMU sends
 *   stubborn  ignores the power button and orders to quit
 *   hostile   tries what the kernel parameters name
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/vmctl/fake/tries.h"

#define QMP 3
#define CONSOLE 4
#define GPU 5
#define VSOCK 6

static void say(const char *text) {
	if (write(QMP, text, strlen(text)) < 0) {
		exit(1);
	}
}

static void end(const char *reason) {
	char event[160];
	snprintf(event, sizeof(event),
			"{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true,\"reason\":\"%s\"}}\r\n",
			reason);
	say(event);
	exit(0);
}

static void take_command(const char *line, int is_stubborn) {
	if (strstr(line, "system_powerdown") != NULL && !is_stubborn) {
		end("guest-shutdown");
	}
	if (strstr(line, "\"quit\"") != NULL && !is_stubborn) {
		exit(0);
	}
	if (strstr(line, "\"stop\"") != NULL) {
		say("{\"event\":\"STOP\"}\r\n");
	}
	if (strstr(line, "\"cont\"") != NULL) {
		say("{\"event\":\"RESUME\"}\r\n");
	}
	say("{\"return\":{}}\r\n");
}

int main(int argc, char **argv) {
	const char *name = "";
	char *append = NULL;
	for (int i = 1; i + 1 < argc; i++) {
		name = strcmp(argv[i], "-name") == 0 ? argv[i + 1] : name;
		append = strcmp(argv[i], "-append") == 0 ? argv[i + 1] : append;
	}
	dprintf(CONSOLE, "hello from \033]0;the guest\007 of %s\n", name);
	if (strcmp(name, "hostile") == 0 && append != NULL) {
		try_everything(append);
	}
	say("{\"QMP\":{\"version\":{},\"capabilities\":[]}}\r\n");
	if (strcmp(name, "garbled") == 0) {
		say("]]]]\r\n");
	} else if (strcmp(name, "mute") != 0 && write(VSOCK, "b", 1) != 1) {
		return 1;
	}
	for (;;) {
		struct pollfd fds[] = {{.fd = QMP, .events = POLLIN},
				{.fd = VSOCK, .events = POLLIN}, {.fd = CONSOLE, .events = POLLIN}};
		char bytes[4096];
		if (poll(fds, 3, -1) < 0) {
			return 1;
		}
		if (fds[0].revents != 0) {
			ssize_t n = read(QMP, bytes, sizeof(bytes) - 1);
			if (n <= 0) {
				return 1;
			}
			bytes[n] = '\0';
			take_command(bytes, strcmp(name, "stubborn") == 0);
		}
		if (fds[2].revents != 0) {
			/* A login that says back what is typed, and worse. */
			ssize_t n = read(CONSOLE, bytes, sizeof(bytes));
			if (n > 0) {
				dprintf(CONSOLE, "<%.*s>\033[c\033]0;x\007\033[1m\r\n", (int)n,
						bytes);
			}
		}
		if (fds[1].revents != 0) {
			if (read(VSOCK, bytes, 1) <= 0) {
				return 1;
			}
			end(bytes[0] == 'r' ? "guest-reset" : "guest-shutdown");
		}
	}
}
