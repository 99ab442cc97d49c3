/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "vmctl/supervisor/monitor.h"
#include "vmctl/supervisor/process.h"
#include "vmctl/vmm/vmm_box.h"

/* The device listens within milliseconds of its start; this is for a machine that thrashes. */
#define VSOCK_TIMEOUT_US (20u * 1000 * 1000)
/* Between a socket's name and its listen() lies an instant in which connecting is refused. */
#define VSOCK_RETRY_US 2000
/* How long the others may be gone before the VMM's own end must be known. */
#define VMM_GRACE_US (2u * 1000 * 1000)
/* A VMM that was told to end gets this long for it. */
#define QUIT_GRACE_US (1000u * 1000)
/* One that has said that the guest has shut down gets this long. */
#define END_GRACE_US (5u * 1000 * 1000)
/* A process that gives up may only follow one that was killed, whose end is seen a moment later. */
#define CAUSE_GRACE_US (100u * 1000)

/* The agent child is started again at once at first, then with longer and longer rests. */
#define AGENT_REST_MIN_MS 50
#define AGENT_REST_MAX_MS 10000
/* One that lived so long was well: the next rest is short again. */
#define AGENT_WELL_MS 10000

/* What a program in Rust says when one of its threads dies. */
#define PANIC "panicked at"

static const char *const process_names[BOOT_PROCESSES] = {
		"vsock device", "silo-proxy", "agent child", "VMM"};

struct boot {
	sd_event *event;
	struct boot_setup setup;
	struct boot_events events;
	void *data;
	struct process processes[BOOT_PROCESSES];
	struct monitor *monitor;
	struct agent *agent;
	int agent_child_fd; /* until the child has been started */
	int control;        /* to the proxy */
	struct console *console;
	sd_event_source *watch, *retry, *deadline, *grace, *gone;
	bool has_heard_agent;
	sd_event_source *agent_rest;
	int64_t agent_started_ms;
	unsigned agent_rest_ms;
	bool is_ending;
	bool vmm_ends; /* it has announced it, or was told to: its end is what end and reason say */
	enum boot_end end;
	char reason[ERROR_MAX];
};

static bool is_all_gone(const struct boot *boot) {
	for (int i = 0; i < BOOT_PROCESSES; i++) {
		if (boot->processes[i].is_running) {
			return false;
		}
	}
	return true;
}

static int handle_gone(sd_event_source *source, void *data) {
	struct boot *boot = data;
	boot->events.ended(boot->end, boot->reason, boot->data);
	return 0;
}

/* From the loop, so that nobody's boot vanishes under their feet. */
static void finish_if_all_gone(struct boot *boot) {
	if (is_all_gone(boot) && boot->gone == NULL) {
		sd_event_add_defer(boot->event, &boot->gone, handle_gone, boot);
	}
}

void boot_kill(struct boot *boot, enum boot_end end, const char *reason) {
	if (!boot->is_ending) {
		boot->is_ending = true;
		boot->end = end;
		snprintf(boot->reason, sizeof(boot->reason), "%s", reason);
	}
	boot->watch = sd_event_source_disable_unref(boot->watch);
	boot->retry = sd_event_source_disable_unref(boot->retry);
	boot->deadline = sd_event_source_disable_unref(boot->deadline);
	boot->grace = sd_event_source_disable_unref(boot->grace);
	boot->agent_rest = sd_event_source_disable_unref(boot->agent_rest);
	for (int i = 0; i < BOOT_PROCESSES; i++) {
		process_kill(&boot->processes[i]);
	}
	finish_if_all_gone(boot);
}

static void fail(struct boot *boot, const char *reason) {
	boot_kill(boot, BOOT_FAILED, reason);
}

static int handle_grace(sd_event_source *source, uint64_t usec, void *data) {
	struct boot *boot = data;
	/* boot->reason has been set by the process that ended cleanly. */
	char reason[ERROR_MAX];
	memcpy(reason, boot->reason, sizeof(reason));
	fail(boot, reason);
	return 0;
}

/* reason is the cause of death unless a better one is found in time. */
static void suspect(struct boot *boot, const char *reason, uint64_t grace_us) {
	snprintf(boot->reason, sizeof(boot->reason), "%s", reason);
	boot->grace = sd_event_source_disable_unref(boot->grace);
	sd_event_add_time_relative(boot->event, &boot->grace, CLOCK_MONOTONIC, grace_us, 0,
			handle_grace, boot);
}

static int handle_quit_deadline(sd_event_source *source, uint64_t usec, void *data) {
	struct boot *boot = data;
	boot_kill(boot, boot->end, boot->reason);
	return 0;
}

void boot_quit(struct boot *boot, enum boot_end end, const char *reason) {
	if (boot->monitor == NULL || boot->is_ending) {
		boot_kill(boot, end, reason);
		return;
	}
	boot->vmm_ends = true;
	boot->end = end;
	snprintf(boot->reason, sizeof(boot->reason), "%s", reason);
	boot->grace = sd_event_source_disable_unref(boot->grace);
	sd_event_add_time_relative(boot->event, &boot->grace, CLOCK_MONOTONIC, QUIT_GRACE_US, 0,
			handle_quit_deadline, boot);
	monitor_ask(boot->monitor, MONITOR_QUIT);
}

static int handle_agent_rest(sd_event_source *source, uint64_t usec, void *data);

/* It parses what the guest says: the guest may crash it, and loses no more than its commands. */
static void lose_agent_child(struct boot *boot, const char *reason) {
	agent_lose(boot->agent);
	if (boot->agent_rest_ms == 0 || clock_now_ms() - boot->agent_started_ms >= AGENT_WELL_MS) {
		boot->agent_rest_ms = AGENT_REST_MIN_MS;
	}
	sd_event_add_time_relative(boot->event, &boot->agent_rest, CLOCK_MONOTONIC,
			boot->agent_rest_ms * 1000ull, 0, handle_agent_rest, boot);
	boot->agent_rest_ms = boot->agent_rest_ms * 4 < AGENT_REST_MAX_MS ? boot->agent_rest_ms * 4
									  : AGENT_REST_MAX_MS;
	boot->events.agent_lost(reason, boot->data);
}

/* The VMM has exited, and had not said before that it would. */
static void judge_vmm(struct boot *boot, int status) {
	char reason[ERROR_MAX] = "";
	switch (vmm_exit_judge(boot->setup.vmm.kind, WEXITSTATUS(status), reason, sizeof(reason))) {
	case VMM_EXIT_CLEAN:
		boot_kill(boot, BOOT_SHUT_DOWN, "");
		break;
	case VMM_EXIT_RESET:
		boot_kill(boot, BOOT_RESET, "");
		break;
	case VMM_EXIT_FAILED:
		suspect(boot, reason, CAUSE_GRACE_US);
	}
}

static void judge_exit(struct boot *boot, enum boot_process kind, int status) {
	char reason[ERROR_MAX];
	if (kind != BOOT_VMM ||
			!vmm_kill_explain(boot->setup.vmm.kind, box_exit_signal(status), reason,
					sizeof(reason))) {
		box_exit_text(reason, sizeof(reason), process_names[kind], status);
	}
	if (boot->vmm_ends) {
		if (kind == BOOT_VMM) {
			memcpy(reason, boot->reason, sizeof(reason));
			boot_kill(boot, boot->end, reason);
		}
	} else if (kind == BOOT_AGENT && boot->has_heard_agent) {
		lose_agent_child(boot, reason);
	} else if (box_exit_signal(status) != 0) {
		fail(boot, reason);
	} else if (kind == BOOT_VMM) {
		judge_vmm(boot, status);
	} else if (WEXITSTATUS(status) != 0) {
		suspect(boot, reason, CAUSE_GRACE_US);
	} else if (boot->grace == NULL) {
		/* They end when the VMM's sockets close, which may be seen before its own end. */
		suspect(boot, reason, VMM_GRACE_US);
	}
}

static void handle_process_end(struct process *process, int status, void *data) {
	struct boot *boot = data;
	boot->events.logged(boot->data);
	/* What commands have come to before this end is to be told before it. */
	if (!boot->is_ending && boot->agent != NULL) {
		agent_catch_up(boot->agent);
	}
	if (!boot->is_ending) {
		judge_exit(boot, (enum boot_process)(process - boot->processes), status);
	}
	if (boot->is_ending) {
		finish_if_all_gone(boot);
	}
}

static void handle_output(struct process *process, const char *bytes, size_t len, void *data) {
	struct boot *boot = data;
	boot->events.logged(boot->data);
	/* Its threads die one by one: without this one it would stand there as if it were well. */
	if (process == &boot->processes[BOOT_VSOCK] && !boot->is_ending &&
			memmem(bytes, len, PANIC, strlen(PANIC)) != NULL) {
		char reason[ERROR_MAX];
		snprintf(reason, sizeof(reason), "the vsock device crashed; see: vmctl log %s",
				boot->setup.vm->name);
		fail(boot, reason);
	}
}

static bool spawn_vsock(struct boot *boot, char error[ERROR_MAX]) {
	char device[3 * PLACE_MAX];
	snprintf(device, sizeof(device), "guest-cid=3,socket=%s/ctl,uds-path=%s/agent",
			boot->setup.vsock_dir, boot->setup.vsock_dir);
	const char *const argv[] = {boot->setup.vsock_device, "--vm", device, NULL};
	const struct box_bind bind = {.path = boot->setup.vsock_dir, .writable = true};
	struct box_spec spec = {.argv = argv, .binds = &bind, .binds_len = 1, .sockets = true};
	return process_spawn(&boot->processes[BOOT_VSOCK], &spec, error);
}

static bool spawn_agent_child(struct boot *boot, char error[ERROR_MAX]) {
	const char *const argv[] = {boot->setup.agent_child, "--vm", boot->setup.vm->name,
			"--control-fd", "3", NULL};
	struct box_spec spec = {.argv = argv, .fds = &boot->agent_child_fd, .fds_len = 1};
	bool is_spawned = process_spawn(&boot->processes[BOOT_AGENT], &spec, error);
	fd_close(&boot->agent_child_fd);
	boot->agent_started_ms = clock_now_ms();
	return is_spawned;
}

static int handle_agent_rest(sd_event_source *source, uint64_t usec, void *data) {
	struct boot *boot = data;
	boot->agent_rest = sd_event_source_disable_unref(boot->agent_rest);
	int child[2];
	char error[ERROR_MAX] = "no socket pair";
	bool is_renewed = fd_socketpair(SOCK_SEQPACKET, child) >= 0;
	if (is_renewed) {
		boot->agent_child_fd = child[1];
		is_renewed = agent_renew(boot->agent, child[0]) && spawn_agent_child(boot, error);
		fd_close(&boot->agent_child_fd);
	}
	if (is_renewed) {
		boot->events.agent_renewed(boot->data);
	} else {
		lose_agent_child(boot, error);
	}
	return 0;
}

static bool spawn_proxy(struct boot *boot, int gpu, char error[ERROR_MAX]) {
	int control[2];
	if (fd_socketpair(SOCK_SEQPACKET, control) < 0) {
		snprintf(error, ERROR_MAX, "no socket pair: %s", strerror(errno));
		return false;
	}
	boot->control = control[0];
	/* One that does not read, since it was taken over, gets no more. */
	fd_set_nonblock(boot->control, true);
	const char *const argv[] = {boot->setup.proxy, "--domain", boot->setup.vm->name,
			"--control-fd", "3", "--vhost-user-fd", "4", NULL};
	const int fds[] = {control[1], gpu};
	struct box_spec spec = {.argv = argv, .fds = fds, .fds_len = 2};
	bool is_spawned = process_spawn(&boot->processes[BOOT_PROXY], &spec, error);
	close(control[1]);
	return is_spawned;
}

static void handle_monitor(enum monitor_event event, void *data) {
	struct boot *boot = data;
	if (boot->is_ending || boot->vmm_ends) {
		return;
	}
	switch (event) {
	case MONITOR_GUEST_SHUTDOWN:
		boot->end = BOOT_SHUT_DOWN;
		break;
	case MONITOR_GUEST_RESET:
		boot->end = BOOT_RESET;
		break;
	case MONITOR_GUEST_PANIC:
		boot->end = BOOT_FAILED;
		snprintf(boot->reason, sizeof(boot->reason), "the guest's kernel panicked");
		break;
	case MONITOR_PAUSED:
	case MONITOR_RESUMED:
		boot->events.paused(event == MONITOR_PAUSED, boot->data);
		return;
	case MONITOR_REFUSED:
		boot->events.pause_refused(boot->data);
		return;
	case MONITOR_BROKEN:
		fail(boot, "the VMM sent malformed control messages");
		return;
	}
	boot->vmm_ends = true;
	/* It may have disks to write; one that only says so is ended. */
	boot->grace = sd_event_source_disable_unref(boot->grace);
	sd_event_add_time_relative(boot->event, &boot->grace, CLOCK_MONOTONIC, END_GRACE_US, 0,
			handle_quit_deadline, boot);
}

/* The second half, once the vsock device listens: vsock is a connection to it. */
static bool start_vmm(struct boot *boot, int vsock, char error[ERROR_MAX]) {
	int control[2] = {-1, -1}, console[2] = {-1, -1}, gpu[2] = {-1, -1};
	bool is_started = false;
	if (fd_socketpair(SOCK_STREAM, console) < 0 || fd_socketpair(SOCK_STREAM, gpu) < 0) {
		snprintf(error, ERROR_MAX, "no socket pair: %s", strerror(errno));
	} else if (vmm_control_channel(boot->setup.vmm.kind, boot->setup.runtime_dir, control,
				   error) &&
			spawn_proxy(boot, gpu[0], error) && spawn_agent_child(boot, error)) {
		const int fds[VMM_FDS_LEN] = {control[1], console[1], gpu[1], vsock};
		struct vmm_box box;
		vmm_box_init(&box, &boot->setup.vmm, fds);
		is_started = process_spawn(&boot->processes[BOOT_VMM], &box.spec, error);
		vmm_box_finish(&box);
	}
	if (is_started) {
		boot->console = console_create(boot->event, fd_steal(&console[0]), boot->setup.ring,
				boot->events.logged, boot->data);
		boot->monitor = monitor_create(boot->event, boot->setup.vmm.kind,
				fd_steal(&control[0]), handle_monitor, boot);
		is_started = boot->monitor != NULL && boot->console != NULL;
		snprintf(error, ERROR_MAX, "%s", is_started ? "" : "out of memory");
	}
	for (int i = 0; i < 2; i++) {
		fd_close(&control[i]);
		fd_close(&console[i]);
		fd_close(&gpu[i]);
	}
	return is_started;
}

static int handle_retry(sd_event_source *source, uint64_t usec, void *data);

static void try_vsock(struct boot *boot) {
	char path[PLACE_MAX];
	if (boot->is_ending || boot->watch == NULL ||
			!place_join(path, boot->setup.vsock_dir, "ctl")) {
		return;
	}
	cleanup_fd int vsock = fd_connect_own(path, SOCK_STREAM);
	if (vsock == -ENOENT) {
		return;
	}
	if (vsock < 0) {
		boot->retry = sd_event_source_disable_unref(boot->retry);
		sd_event_add_time_relative(boot->event, &boot->retry, CLOCK_MONOTONIC,
				VSOCK_RETRY_US, 0, handle_retry, boot);
		return;
	}
	boot->watch = sd_event_source_disable_unref(boot->watch);
	boot->deadline = sd_event_source_disable_unref(boot->deadline);
	char error[ERROR_MAX];
	if (!start_vmm(boot, vsock, error)) {
		fail(boot, error);
	}
	boot->events.started(boot->data);
}

static int handle_retry(sd_event_source *source, uint64_t usec, void *data) {
	try_vsock(data);
	return 0;
}

static int handle_watch(sd_event_source *source, const struct inotify_event *event, void *data) {
	try_vsock(data);
	return 0;
}

static int handle_deadline(sd_event_source *source, uint64_t usec, void *data) {
	fail(data, "the vsock device does not listen");
	return 0;
}

static void handle_report(const struct agent_report *report, void *data) {
	struct boot *boot = data;
	if (report == NULL) {
		log_error("the agent child sent malformed reports, or reads none of its orders, "
			  "and is ended");
		process_kill(&boot->processes[BOOT_AGENT]);
	} else if (!boot->is_ending) {
		/* Afterwards the boot's own end is what there is to tell. */
		boot->has_heard_agent = boot->has_heard_agent || report->type == REPORT_HELLO;
		boot->events.report(report, boot->data);
	}
}

static bool begin(struct boot *boot, char error[ERROR_MAX]) {
	char path[PLACE_MAX];
	static const char *const stale[] = {"ctl", "agent"};
	for (size_t i = 0; i < 2; i++) {
		if (place_join(path, boot->setup.vsock_dir, stale[i])) {
			unlink(path);
		}
	}
	int child[2];
	if (fd_socketpair(SOCK_SEQPACKET, child) < 0) {
		snprintf(error, ERROR_MAX, "no socket pair: %s", strerror(errno));
		return false;
	}
	boot->agent_child_fd = child[1];
	boot->agent = agent_create(boot->event, boot->setup.vsock_dir, child[0], handle_report,
			boot);
	if (boot->agent == NULL ||
			sd_event_add_inotify(boot->event, &boot->watch, boot->setup.vsock_dir,
					IN_CREATE | IN_MOVED_TO, handle_watch, boot) < 0 ||
			sd_event_add_time_relative(boot->event, &boot->deadline, CLOCK_MONOTONIC,
					VSOCK_TIMEOUT_US, 0, handle_deadline, boot) < 0) {
		snprintf(error, ERROR_MAX, "%s: %s", boot->setup.vsock_dir, strerror(errno));
		return false;
	}
	return spawn_vsock(boot, error);
}

struct boot *boot_create(sd_event *event, const struct boot_setup *setup,
		const struct boot_events *events, void *data, char error[ERROR_MAX]) {
	struct boot *boot = calloc(1, sizeof(*boot));
	if (boot == NULL) {
		snprintf(error, ERROR_MAX, "out of memory");
		return NULL;
	}
	static const char *const log_names[BOOT_PROCESSES] = {"vsock", "proxy", "agent", "vmm"};
	static const struct process_events process_events = {handle_process_end, handle_output};
	boot->event = event;
	boot->setup = *setup;
	boot->events = *events;
	boot->data = data;
	boot->control = boot->agent_child_fd = -1;
	for (int i = 0; i < BOOT_PROCESSES; i++) {
		process_init(&boot->processes[i], event, setup->ring, process_names[i],
				log_names[i], &process_events, boot);
	}
	if (!begin(boot, error)) {
		boot_destroy(boot);
		return NULL;
	}
	return boot;
}

void boot_destroy(struct boot *boot) {
	if (boot == NULL) {
		return;
	}
	boot_kill(boot, BOOT_FAILED, "");
	for (int i = 0; i < BOOT_PROCESSES; i++) {
		process_finish(&boot->processes[i]);
	}
	boot->gone = sd_event_source_disable_unref(boot->gone);
	console_destroy(boot->console);
	fd_close(&boot->control);
	fd_close(&boot->agent_child_fd);
	monitor_destroy(boot->monitor);
	agent_destroy(boot->agent);
	free(boot);
}

bool boot_attach(struct boot *boot, int fd) {
	return boot->control >= 0 && fd_send(boot->control, "d", 1, &fd, 1) == 1;
}

void boot_shut_down(struct boot *boot, bool agent_is_ready) {
	if (agent_is_ready) {
		agent_shut_down(boot->agent);
	} else if (boot->monitor != NULL) {
		monitor_ask(boot->monitor, MONITOR_POWER_DOWN);
	} else {
		boot_kill(boot, BOOT_SHUT_DOWN, "");
	}
}

void boot_pause(struct boot *boot, bool pause) {
	if (boot->monitor != NULL) {
		monitor_ask(boot->monitor, pause ? MONITOR_PAUSE : MONITOR_RESUME);
	}
}

struct console *boot_console(struct boot *boot) {
	return boot->console;
}

struct agent *boot_agent(struct boot *boot) {
	return boot->agent;
}

pid_t boot_pid(const struct boot *boot, enum boot_process process) {
	return boot->processes[process].is_running ? boot->processes[process].child.program : 0;
}

enum box_strength boot_strength(const struct boot *boot) {
	enum box_strength weakest = BOX_FULL;
	for (int i = 0; i < BOOT_PROCESSES; i++) {
		const struct process *process = &boot->processes[i];
		if (process->is_running && process->child.strength < weakest) {
			weakest = process->child.strength;
		}
	}
	return weakest;
}
