/* SPDX-License-Identifier: MIT
 *
 * A VMM or agent child that has been taken over and attacks the supervisor over the descriptors that
 * it was given. As silo-agent-child it says hello, never reads again, and so is deaf to orders. As
 * QEMU it boots the stand-in guest (vsock.c), and then the VM's name chooses:
 *   oversize  a line without end          deep     JSON a million brackets deep
 *   wrong     answers to nothing          stopgo   once it is paused: stops and goes on without end
 *   undead    says that it shuts down     console-N  N MiB of output: colours, escapes, no newline
 *   chatty-N  the same on standard error  passing    passes descriptors with its words
 * and it reads nothing but what stopgo waits for.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "parse/agent.h"
#include "vmctl/supervisor/agent_wire.h"

#define QMP 3
#define CONSOLE 4
#define VSOCK 6
#define BLOCK 65536

static bool say_bytes(int fd, const char *bytes, size_t len) {
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n <= 0) {
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool say(const char *text) {
	return say_bytes(QMP, text, strlen(text));
}

/* Until the supervisor ends it. */
static void flood(int fd, const char *unit, size_t mib) {
	static char block[BLOCK];
	size_t len = 0, unit_len = strlen(unit);
	while (len + unit_len <= sizeof(block)) {
		memcpy(block + len, unit, unit_len);
		len += unit_len;
	}
	for (size_t sent = 0; mib == 0 || sent < mib << 20; sent += len) {
		if (!say_bytes(fd, block, len)) {
			return;
		}
	}
}

static void wait_for(const char *word) {
	char bytes[4096];
	for (;;) {
		ssize_t n = read(QMP, bytes, sizeof(bytes) - 1);
		if (n <= 0) {
			exit(1);
		}
		bytes[n] = '\0';
		if (strstr(bytes, word) != NULL) {
			return;
		}
	}
}

static void lie(const char *how) {
	static const char wrong[] =
			"{\"return\":{},\"id\":\"none of yours\"}\r\n"
			"{\"error\":{\"class\":\"x\",\"desc\":\"\\u001b]52;c;x\\u0007\"}}\r\n"
			"{\"event\":\"NO_SUCH\",\"data\":[[],{}]}\r\n{\"event\":7}\r\n{}\r\n"
			"{\"event\":\"SHUTDOWN\"}\r\n{\"event\":\"SHUTDOWN\",\"data\":[]}\r\n"
			"{\"QMP\":null}\r\n";
	if (strcmp(how, "oversize") == 0) {
		flood(QMP, "x", 0);
	} else if (strcmp(how, "deep") == 0) {
		flood(QMP, "[", 1);
		say("\r\n");
	} else if (strcmp(how, "wrong") == 0) {
		flood(QMP, wrong, 8);
	} else if (strcmp(how, "stopgo") == 0) {
		wait_for("\"stop\"");
		flood(QMP, "{\"event\":\"STOP\"}\r\n{\"event\":\"RESUME\"}\r\n", 0);
	} else if (strcmp(how, "undead") == 0) {
		say("{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true,\"reason\":\"guest-"
		    "shutdown\"}}\r\n");
	} else if (strncmp(how, "console-", 8) == 0) {
		flood(CONSOLE,
				"\033]52;c;ZXZpbA==\007\033[31m\302\233"
				"6n\200",
				strtoul(how + 8, NULL, 10));
	} else if (strncmp(how, "chatty-", 7) == 0) {
		flood(STDERR_FILENO, "\033]0;x\007 and on and on", strtoul(how + 7, NULL, 10));
	} else if (strcmp(how, "passing") == 0) {
		for (int i = 0; i < 1000; i++) {
			int fds[] = {0, 1, 2, QMP};
			fd_send(QMP, "{}\r\n", 4, fds, 4);
		}
	}
}

static void be_vmm(const char *name) {
	say("{\"QMP\":{\"version\":{},\"capabilities\":[]}}\r\n");
	if (write(VSOCK, "b", 1) != 1) {
		exit(1);
	}
	/* The guest's agent says hello first. */
	struct pollfd guest = {.fd = VSOCK, .events = POLLIN};
	poll(&guest, 1, 300);
	lie(name);
	dprintf(STDERR_FILENO, "\nevil has said all\n");
}

static void be_agent_child(void) {
	struct agent_report hello = {.type = REPORT_HELLO};
	snprintf(hello.text, sizeof(hello.text), "%s", "01234567-89ab-4def-8123-456789abcdef");
	if (fd_send(3, &hello, sizeof(hello), NULL, 0) < 0) {
		exit(1);
	}
}

int main(int argc, char **argv) {
	const char *name = "";
	for (int i = 1; i + 1 < argc; i++) {
		name = strcmp(argv[i], "-name") == 0 ? argv[i + 1] : name;
	}
	if (name[0] != '\0') {
		be_vmm(name);
	} else {
		be_agent_child();
	}
	for (;;) {
		pause();
	}
}
