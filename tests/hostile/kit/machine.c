/* SPDX-License-Identifier: MIT */
#include "tests/hostile/kit/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include "base/fd.h"

#define METHOD "io.silo.Compositor.RegisterDomain"

int machine_register(const struct machine *machine) {
	char path[108];
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *error = NULL;
	sd_varlink *link = NULL;
	sd_json_variant *reply = NULL;
	int ends[2];
	snprintf(path, sizeof(path), "%s/silo/io.silo.Compositor", runtime != NULL ? runtime : "");
	if (sd_varlink_connect_address(&link, path) < 0) {
		return -1;
	}
	if (fd_socketpair(SOCK_SEQPACKET, ends) < 0) {
		sd_varlink_unref(link);
		return -1;
	}
	bool is_made = sd_varlink_set_allow_fd_passing_output(link, true) >= 0 &&
			sd_varlink_push_dup_fd(link, ends[1]) >= 0 &&
			sd_varlink_callbo(link, METHOD, &reply, &error,
					SD_JSON_BUILD_PAIR_STRING("name", machine->name),
					SD_JSON_BUILD_PAIR_STRING("color", machine->color),
					SD_JSON_BUILD_PAIR_CONDITION(machine->glyph != NULL,
							"glyph",
							SD_JSON_BUILD_STRING(machine->glyph)),
					SD_JSON_BUILD_PAIR_BOOLEAN("frameless",
							machine->may_be_frameless)) >= 0 &&
			error == NULL;
	close(ends[1]);
	sd_varlink_flush_close_unref(link);
	if (!is_made) {
		close(ends[0]);
		return -1;
	}
	return ends[0];
}

int machine_connect(int dial) {
	char answer[2];
	int fds[FD_MESSAGE_MAX];
	if (fd_send(dial, "c", 1, NULL, 0) != 1) {
		return -1;
	}
	for (;;) {
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd_recv(dial, answer, sizeof(answer), fds, &n);
		if (len == 2 && answer[0] == 's') {
			continue; /* not obeyed */
		}
		return len == 1 && answer[0] == '0' && n == 1 ? fds[0] : -1;
	}
}
