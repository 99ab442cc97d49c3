/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: a VM's supervisor, between a hostile caller of its Varlink service and an agent child that was taken over.
 * The input is text. A line is what the caller says (caller.h); after '<' a report of the child: its type, the
 * command's id, status and signal as one character each, then its text, in which tabs end the
 * fields of an application; after '*' its raw bytes; '>' is its death, after which another comes.
 * The guest calls at '@'.
 *
 * The VM runs, in a double of its boot: nothing is started from here, and fork() fails anyway.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "tests/fuzz/caller.h"
#include "tests/fuzz/input.h"
#include "vmctl/supervisor/agent.h"
#include "vmctl/supervisor/service.h"
#include "vmctl/supervisor/supervisor.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
pid_t fork(void);

#define LINES_MAX 100
#define GUESTS_MAX 8
#define RING_BYTES 65536

/* In place of the C library's. */
pid_t fork(void) {
	errno = EAGAIN;
	return -1;
}

/* --- the double of vmctl/supervisor/boot.c --- */

struct boot {
	struct agent *agent;
};

struct boot *boot_create(sd_event *event, const struct boot_setup *setup,
		const struct boot_events *events, void *data, char error[ERROR_MAX]) {
	abort();
}

void boot_destroy(struct boot *boot) {
}

bool boot_attach(struct boot *boot, int fd) {
	return false;
}

void boot_shut_down(struct boot *boot, bool agent_is_ready) {
	if (agent_is_ready) {
		agent_shut_down(boot->agent);
	}
}

void boot_pause(struct boot *boot, bool pause) {
}

void boot_quit(struct boot *boot, enum boot_end end, const char *reason) {
}

void boot_kill(struct boot *boot, enum boot_end end, const char *reason) {
}

struct agent *boot_agent(struct boot *boot) {
	return boot->agent;
}

struct console *boot_console(struct boot *boot) {
	return NULL;
}

pid_t boot_pid(const struct boot *boot, enum boot_process process) {
	return 0;
}

enum box_strength boot_strength(const struct boot *boot) {
	return BOX_FULL;
}

/* --- the world --- */

static struct {
	struct manifest *manifest;
	struct boot boot;
	struct supervisor supervisor;
	char vsock_dir[80], control[96];
	int vsock;      // where commands' connections come
	int child;      // its end
	bool is_broken; // it broke the rules, and nobody listens to it any more
	int guests[GUESTS_MAX];
	size_t guests_len;
} world;

static void check_applications(const struct applications *applications) {
	assert(applications->len <= AGENT_APPS_MAX);
	for (size_t i = 0; i < applications->len; i++) {
		const struct agent_application *entry = &applications->entries[i];
		assert(text_is_sanitised(entry->name, sizeof(entry->name)));
		assert(strpbrk(entry->id, "/\n") == NULL && entry->id[0] != '.');
	}
}

/* As supervisor.c does with it; report has passed the checks. */
static void handle_report(const struct agent_report *report, void *data) {
	struct supervisor *supervisor = data;
	if (report == NULL) {
		world.is_broken = true;
	} else if (report->type == REPORT_HELLO) {
		assert(strlen(report->text) == AGENT_BOOT_ID_LEN);
		supervisor->agent_is_ready = true;
		service_agent_ready(supervisor);
	} else if (report->type == REPORT_GONE) {
		supervisor->agent_is_ready = false;
	} else if (report->type == REPORT_LIST_END) {
		check_applications(agent_applications(world.boot.agent));
	} else {
		assert(report->type == REPORT_EXIT || report->type == REPORT_ERROR);
		assert(report->status <= 255);
		assert(report->type == REPORT_EXIT ||
				text_is_sanitised(report->text, sizeof(report->text)));
		service_command_ended(supervisor, report);
	}
}

static void make_child(int *ret_supervisors) {
	int pair[2];
	int status = fd_socketpair(SOCK_SEQPACKET, pair);
	assert(status == 0);
	fd_close(&world.child);
	world.child = pair[0];
	fd_set_nonblock(world.child, true);
	*ret_supervisors = pair[1];
	world.is_broken = false;
}

static void make_world(void) {
	static char text[] = "version 1\nvm \"work\" {\n\timage \"base\"\n}\n";
	char *report = NULL;
	const char *dir = input_dir();
	struct supervisor *supervisor = &world.supervisor;
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN);
	world.manifest = manifest_parse("vms.scfg", text, &report);
	assert(world.manifest != NULL);
	snprintf(world.vsock_dir, sizeof(world.vsock_dir), "%s", dir);
	snprintf(world.control, sizeof(world.control), "%s/agent_%d", dir, AGENT_PORT_CONTROL);
	snprintf(supervisor->socket_path, sizeof(supervisor->socket_path), "%s/service", dir);
	snprintf(supervisor->state_dir, sizeof(supervisor->state_dir), "%s", dir);
	supervisor->manifest = world.manifest;
	supervisor->vm = &world.manifest->vms[0];
	int status = sd_event_new(&supervisor->event);
	assert(status >= 0);
	bool has_ring = ring_init(&supervisor->ring, RING_BYTES);
	assert(has_ring);
	char path[96];
	snprintf(path, sizeof(path), "%s/agent", dir);
	world.child = -1;
	world.vsock = fd_listen(path, SOCK_STREAM);
	assert(world.vsock >= 0);
	fd_set_nonblock(world.vsock, true);
}

static void hang_up_guests(void) {
	while (world.guests_len > 0) {
		fd_close(&world.guests[--world.guests_len]);
	}
}

static void settle(void) {
	for (int i = 0; i < 200 && sd_event_run(world.supervisor.event, 0) > 0; i++) {
		caller_drain(world.child);
	}
	for (int fd; (fd = accept4(world.vsock, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
		close(fd);
	}
}

/* The child has died, and another one takes its place. */
static void renew(void) {
	struct supervisor *supervisor = &world.supervisor;
	int fd;
	fd_close(&world.child);
	settle();
	agent_lose(world.boot.agent);
	service_commands_lost(supervisor, "the child has died", false);
	supervisor->agent_is_ready = false;
	make_child(&fd);
	bool is_renewed = agent_renew(world.boot.agent, fd);
	assert(is_renewed);
}

static void say_as_child(const char *line, size_t len) {
	struct agent_report report = {0};
	char *fields[] = {report.application.id, report.application.name,
			report.application.category, (char *)(&report + 1)};
	if (line[0] == '*') {
		fd_send(world.child, line + 1, len - 1, NULL, 0);
		return;
	}
	report.type = len > 1 ? (uint32_t)line[1] - '0' : 0;
	report.id = len > 2 ? (uint32_t)line[2] - '0' : 0;
	report.status = len > 3 ? (uint32_t)(unsigned char)line[3] - '0' : 0;
	report.signal = len > 4 ? (uint32_t)line[4] - '0' : 0;
	bool is_entry = report.type == REPORT_LIST_ENTRY;
	char *at = report.text, *end = is_entry ? fields[1] : (char *)(&report + 1);
	size_t field = 0;
	for (size_t i = 5; i < len; i++) {
		if (is_entry && line[i] == '\t' && field < 2) {
			at = fields[++field];
			end = fields[field + 1];
		} else if (at < end) {
			*at++ = line[i];
		}
	}
	fd_send(world.child, &report, sizeof(report), NULL, 0);
}

static void do_line(struct caller *caller, const char *line, size_t len) {
	if (len > 0 && (line[0] == '<' || line[0] == '*')) {
		say_as_child(line, len);
	} else if (len > 0 && line[0] == '>') {
		renew();
	} else if (len > 0 && line[0] == '@' && world.guests_len < GUESTS_MAX) {
		int fd = fd_connect(world.control, SOCK_STREAM);
		if (fd >= 0) {
			world.guests[world.guests_len++] = fd;
		}
	} else {
		caller_say(caller, line, len);
	}
	settle();
	if (world.is_broken) {
		renew();
	}
	caller_drain(caller->fd);
}

static void begin(void) {
	struct supervisor *supervisor = &world.supervisor;
	int fd;
	supervisor->dial = -1;
	record_set(&supervisor->record, VM_RUNNING, "");
	supervisor->agent_is_ready = false;
	supervisor->boot = &world.boot;
	make_child(&fd);
	world.boot.agent = agent_create(supervisor->event, world.vsock_dir, fd, handle_report,
			supervisor);
	int status = service_create(supervisor);
	assert(world.boot.agent != NULL && status >= 0);
}

/* Nobody waits any more, and nothing is held. */
static void end(void) {
	struct supervisor *supervisor = &world.supervisor;
	hang_up_guests();
	service_destroy(supervisor);
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		assert(supervisor->runs[i].id == 0);
	}
	agent_destroy(world.boot.agent);
	fd_close(&world.child);
	fd_close(&supervisor->dial);
	supervisor->agent_timer = sd_event_source_disable_unref(supervisor->agent_timer);
	supervisor->stop_timer = sd_event_source_disable_unref(supervisor->stop_timer);
	unlink(supervisor->socket_path);
	unlink(world.control);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	if (world.manifest == NULL) {
		make_world();
	}
	struct caller caller;
	const char *text = (const char *)bytes;
	begin();
	caller_connect(&caller, world.supervisor.socket_path, SUPERVISOR_NAME);
	settle();
	for (int i = 0; i < LINES_MAX && len > 0; i++) {
		size_t line_len;
		const char *line = caller_line(&text, &len, &line_len);
		do_line(&caller, line, line_len);
	}
	caller_close(&caller);
	settle();
	end();
	return 0;
}
