/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: silo-vmd's Varlink service, between a hostile caller and a lying supervisor. The input
 * is text. A line is what the caller says (caller.h); after '<' and a digit what the supervisor says
 * on one of the connections that silo-vmd made to it, the newest being 0; after '>' it hangs one up.
 *
 * The supervisor always answers the door, so that none is ever started; fork() fails here anyway.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "tests/fuzz/caller.h"
#include "tests/fuzz/input.h"
#include "vmctl/daemon/domains.h"
#include "vmctl/daemon/forward.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/daemon/notices.h"
#include "vmctl/daemon/reload.h"
#include "vmctl/daemon/watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
pid_t fork(void);

#define LINES_MAX 100
#define CONNECTIONS_MAX 32

/* In place of the C library's. */
pid_t fork(void) {
	errno = EAGAIN;
	return -1;
}

static struct {
	char manifest[80], supervisor[128]; // paths
	int listener;
	int connections[CONNECTIONS_MAX]; // the supervisor's ends
	size_t connections_len;
} world;

static const char manifest_text[] =
		"version 1\nvm \"work\" {\n\timage \"base\"\n\tapplication \"term\" {\n"
		"\t\tname \"Terminal\"\n\t\tcommand \"foot\"\n\t}\n}\n"
		"vm \"banking\" {\n\timage \"base\"\n}\n";

static void make_dir(const char *path) {
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		perror(path);
		abort();
	}
}

/* Once: the folders in which silo-vmd and the supervisor meet. */
static void make_world(void) {
	char path[128];
	const char *dir = input_dir();
	setenv("XDG_RUNTIME_DIR", dir, 1);
	setenv("XDG_STATE_HOME", dir, 1);
	setenv("XDG_DATA_HOME", dir, 1);
	snprintf(world.manifest, sizeof(world.manifest), "%s/vms.scfg", dir);
	FILE *file = fopen(world.manifest, "we");
	if (file == NULL || fputs(manifest_text, file) < 0 || fclose(file) != 0) {
		abort();
	}
	snprintf(path, sizeof(path), "%s/silo", dir);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/silo/work", dir);
	make_dir(path);
	snprintf(world.supervisor, sizeof(world.supervisor), "%s/silo/work/io.silo.Supervisor",
			dir);
}

/* Takes the connections that silo-vmd makes, and reads what it says. */
static void serve(void) {
	int fd;
	while (world.connections_len < CONNECTIONS_MAX &&
			(fd = accept4(world.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >=
					0) {
		world.connections[world.connections_len++] = fd;
	}
	for (size_t i = 0; i < world.connections_len; i++) {
		caller_drain(world.connections[i]);
	}
}

static void settle(struct manager *manager) {
	for (int i = 0; i < 200 && sd_event_run(manager->event, 0) > 0; i++) {
		serve();
	}
	serve();
}

static void hang_up(size_t n) {
	fd_close(&world.connections[n]);
	memmove(world.connections + n, world.connections + n + 1,
			(--world.connections_len - n) * sizeof(world.connections[0]));
}

static void say_as_supervisor(const char *line, size_t len) {
	size_t n = len > 1 ? (size_t)(unsigned char)line[1] & 0x0f : 0;
	if (n >= world.connections_len) {
		return;
	}
	n = world.connections_len - 1 - n;
	if (line[0] == '>') {
		hang_up(n);
	} else if (len > 2) {
		/* Whole messages: with a zero byte at the end. */
		char *message = strndup(line + 2, len - 2);
		fd_send(world.connections[n], message, strlen(message) + 1, NULL, 0);
		free(message);
	}
}

static void begin(struct manager *manager) {
	char error[ERROR_MAX];
	bool has_place = place_runtime(manager->runtime_dir, error) &&
			place_join(manager->socket_path, manager->runtime_dir, "io.silo.Manager");
	assert(has_place);
	world.listener = fd_listen(world.supervisor, SOCK_STREAM);
	assert(world.listener >= 0);
	fd_set_nonblock(world.listener, true);
	/* Kept: closing its inotify takes the kernel 15 ms. */
	if (manager->event == NULL) {
		int status = sd_event_new(&manager->event);
		assert(status >= 0);
		manager->domains = domains_create(manager);
	}
	assert(manager->domains != NULL && reload_first(manager) && manager_serve(manager) >= 0);
}

static void end(struct manager *manager) {
	while (world.connections_len > 0) {
		hang_up(0);
	}
	fd_close(&world.listener);
	unlink(world.supervisor);
	manager->server = sd_varlink_server_unref(manager->server);
	watch_forget_all(manager);
	forward_destroy_all(manager);
	notices_destroy(manager);
	manager->notices = NULL;
	for (size_t i = 0; i < manager->instances_len; i++) {
		instance_destroy(manager->instances[i]);
	}
	free(manager->instances);
	manager->instances = NULL;
	manager->instances_len = 0;
	manager->sweep = sd_event_source_disable_unref(manager->sweep);
	manifest_destroy(manager->manifest);
	manager->manifest = NULL;
	free(manager->fault);
	manager->fault = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	if (world.manifest[0] == '\0') {
		make_world();
	}
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	static struct manager_options options = {.manifest = world.manifest, .no_units = true};
	static struct manager manager = {.options = &options, .lock = -1, .passed_socket = -1};
	struct caller caller;
	const char *text = (const char *)bytes;
	begin(&manager);
	caller_connect(&caller, manager.socket_path, MANAGER_NAME);
	settle(&manager);
	for (int i = 0; i < LINES_MAX && len > 0; i++) {
		size_t line_len;
		const char *line = caller_line(&text, &len, &line_len);
		if (line_len > 0 && (line[0] == '<' || line[0] == '>')) {
			say_as_supervisor(line, line_len);
		} else {
			caller_say(&caller, line, line_len);
		}
		settle(&manager);
		caller_drain(caller.fd);
	}
	caller_close(&caller);
	settle(&manager);
	end(&manager);
	return 0;
}
