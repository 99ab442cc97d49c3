/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "vmctl/supervisor/cgroup.h"
#include "vmctl/supervisor/prepare.h"
#include "vmctl/supervisor/service.h"
#include "vmctl/vmm/disk.h"
#include "vmctl/vmm/image.h"

/* A guest that was asked to shut down gets this long. */
#define STOP_TIMEOUT_US (15ull * 1000 * 1000)
/* As many boots within this time are a loop. */
#define BOOT_LOOP_MS 60000
#define BOOT_LOOP_LEN (sizeof(((struct supervisor *)NULL)->boot_times_ms) / sizeof(uint64_t))

static bool start_boot(struct supervisor *supervisor, char error[ERROR_MAX]);

static void publish(struct supervisor *supervisor) {
	struct record *record = &supervisor->record;
	const struct boot *boot = supervisor->boot;
	record->vmm_pid = boot != NULL ? boot_pid(boot, BOOT_VMM) : 0;
	record->proxy_pid = boot != NULL ? boot_pid(boot, BOOT_PROXY) : 0;
	record->vsock_pid = boot != NULL ? boot_pid(boot, BOOT_VSOCK) : 0;
	record->agent_pid = boot != NULL ? boot_pid(boot, BOOT_AGENT) : 0;
	if (boot != NULL) {
		snprintf(record->jail, sizeof(record->jail), "%s",
				box_strength_text(boot_strength(boot)));
	}
	if (!record_write(record, supervisor->vm->name, supervisor->state_dir)) {
		log_warn("the record in %s cannot be written: %s", supervisor->state_dir,
				strerror(errno));
	}
	service_status_changed(supervisor);
}

static void set_state(struct supervisor *supervisor, enum vm_state state, const char *reason) {
	record_set(&supervisor->record, state, reason);
	log_info("%s%s%s", vm_state_text(state), reason[0] != '\0' ? ": " : "", reason);
	publish(supervisor);
}

/* The last word: the VM has stopped or failed, and so ends the supervisor. */
static void conclude(struct supervisor *supervisor, enum vm_state state, const char *reason) {
	char path[PLACE_MAX];
	if (place_join(path, supervisor->state_dir, "log")) {
		ring_save(&supervisor->ring, path);
	}
	supervisor->record.supervisor_pid = 0;
	set_state(supervisor, state, reason);
	/* Whoever hears the last word may start the VM again at once. */
	prepare_release(supervisor);
	/* Now: the event loop closes every connection when it ends. */
	service_destroy(supervisor);
	sd_event_exit(supervisor->event, state == VM_FAILED ? 1 : 0);
}

static int handle_agent_timeout(sd_event_source *source, uint64_t usec, void *data) {
	struct supervisor *supervisor = data;
	char reason[REASON_MAX];
	unsigned seconds = supervisor->vm->agent_timeout_ms / 1000;
	if (supervisor->agent_fault[0] != '\0') {
		snprintf(reason, sizeof(reason),
				"the guest's agent was not well for %u s (%s); see: vmctl log %s",
				seconds, supervisor->agent_fault, supervisor->vm->name);
	} else {
		snprintf(reason, sizeof(reason),
				"the guest's agent was silent for %u s; see: vmctl log %s", seconds,
				supervisor->vm->name);
	}
	boot_kill(supervisor->boot, BOOT_FAILED, reason);
	return 0;
}

static void expect_agent(struct supervisor *supervisor) {
	supervisor->agent_is_ready = false;
	supervisor->agent_timer = sd_event_source_disable_unref(supervisor->agent_timer);
	if (sd_event_add_time_relative(supervisor->event, &supervisor->agent_timer, CLOCK_MONOTONIC,
			    supervisor->vm->agent_timeout_ms * 1000ull, 0, handle_agent_timeout,
			    supervisor) < 0) {
		log_error("no timer for the agent");
	}
}

static void handle_hello(struct supervisor *supervisor, const char *boot_id) {
	supervisor->agent_timer = sd_event_source_disable_unref(supervisor->agent_timer);
	supervisor->agent_is_ready = true;
	memcpy(supervisor->record.boot_id, boot_id, BOOT_ID_MAX + 1);
	if (!supervisor->was_ready) {
		supervisor->was_ready = true;
		uint64_t now_ms = (uint64_t)clock_now_ms();
		supervisor->record.ready_ms = now_ms - supervisor->vmm_start_ms;
	}
	if (supervisor->record.state == VM_STARTING || supervisor->record.state == VM_RUNNING) {
		set_state(supervisor, VM_RUNNING, "");
	} else if (supervisor->record.state == VM_STOPPING && supervisor->boot != NULL) {
		/* The word to shut down was lost with the last connection. */
		boot_shut_down(supervisor->boot, true);
	}
	service_agent_ready(supervisor);
}

/* It goes down, or comes back, or the VM has failed. */
static void miss_agent(struct supervisor *supervisor) {
	supervisor->agent_is_ready = false;
	if (supervisor->record.state == VM_RUNNING) {
		expect_agent(supervisor);
		set_state(supervisor, VM_STARTING, "waits for the guest's agent");
	}
}

/* The guest's agent has hung up, or broke the rules and was: then it calls again and again. */
static void handle_agent_gone(struct supervisor *supervisor, const struct agent_report *report) {
	if (report->status != 0) {
		/* No other will come before the next boot. */
		char reason[ERROR_MAX];
		snprintf(reason, sizeof(reason),
				"the guest's agent is not of this version of Silo; rebuild the "
				"image: %s%s --output %s",
				image_builder(NULL), image_apps_option(supervisor->vm),
				supervisor->image_dir);
		boot_kill(supervisor->boot, BOOT_FAILED, reason);
		return;
	}
	if (report->text[0] != '\0' && strcmp(report->text, supervisor->agent_fault) != 0) {
		snprintf(supervisor->agent_fault, sizeof(supervisor->agent_fault), "%s",
				report->text);
		log_warn("the guest's agent: %s; said once for this boot", report->text);
	}
	miss_agent(supervisor);
}

static void handle_agent_lost(const char *reason, void *data) {
	struct supervisor *supervisor = data;
	log_warn("%s; it is started again", reason);
	char lost[ERROR_MAX + 32];
	snprintf(lost, sizeof(lost), "the command was lost: %s", reason);
	service_commands_lost(supervisor, lost, false);
	miss_agent(supervisor);
	publish(supervisor);
}

static void handle_agent_renewed(void *data) {
	publish(data);
}

/* Kept before anybody is told, and only if it is another list. */
static void take_applications(struct supervisor *supervisor) {
	const struct applications *told = agent_applications(boot_agent(supervisor->boot));
	if (applications_equal(told, &supervisor->applications)) {
		return;
	}
	supervisor->applications.len = 0;
	for (size_t i = 0; i < told->len; i++) {
		applications_add(&supervisor->applications, &told->entries[i]);
	}
	if (!applications_write(&supervisor->applications, supervisor->state_dir)) {
		log_warn("the applications in %s cannot be written: %s", supervisor->state_dir,
				strerror(errno));
	}
	service_status_changed(supervisor);
}

static void handle_report(const struct agent_report *report, void *data) {
	struct supervisor *supervisor = data;
	switch (report->type) {
	case REPORT_HELLO:
		handle_hello(supervisor, report->text);
		break;
	case REPORT_GONE:
		handle_agent_gone(supervisor, report);
		break;
	case REPORT_LIST_END:
		take_applications(supervisor);
		break;
	default:
		service_command_ended(supervisor, report);
	}
}

static void handle_logged(void *data) {
	service_logged(data);
}

static void handle_started(void *data) {
	struct supervisor *supervisor = data;
	supervisor->vmm_start_ms = (uint64_t)clock_now_ms();
	if (supervisor->dial >= 0 && supervisor->boot != NULL) {
		int fd = fd_steal(&supervisor->dial);
		boot_attach(supervisor->boot, fd);
		close(fd);
	}
	publish(supervisor);
}

static void handle_paused(bool is_paused, void *data) {
	struct supervisor *supervisor = data;
	/* A VMM also stands still for an instant before it ends. */
	if (is_paused && supervisor->pause_is_wanted && supervisor->record.state == VM_RUNNING) {
		set_state(supervisor, VM_PAUSED, "");
	} else if (!is_paused && supervisor->record.state == VM_PAUSED) {
		/* A VMM that goes on and stops unasked is believed once for each order. */
		supervisor->pause_is_wanted = false;
		set_state(supervisor, VM_RUNNING, "");
		if (!supervisor->agent_is_ready) {
			miss_agent(supervisor);
		}
	}
	service_paused(supervisor);
}

static void handle_pause_refused(void *data) {
	struct supervisor *supervisor = data;
	supervisor->pause_is_wanted = supervisor->record.state == VM_PAUSED;
	service_pause_refused(supervisor);
}

static bool boots_in_a_loop(struct supervisor *supervisor) {
	uint64_t now = (uint64_t)clock_now_ms();
	uint64_t oldest = supervisor->boot_times_ms[0];
	memmove(supervisor->boot_times_ms, supervisor->boot_times_ms + 1,
			(BOOT_LOOP_LEN - 1) * sizeof(uint64_t));
	supervisor->boot_times_ms[BOOT_LOOP_LEN - 1] = now;
	return oldest != 0 && now - oldest < BOOT_LOOP_MS;
}

static void handle_ended(enum boot_end end, const char *boot_reason, void *data) {
	struct supervisor *supervisor = data;
	char reason[ERROR_MAX];
	snprintf(reason, sizeof(reason), "%s", boot_reason);
	bool was_ready = supervisor->was_ready;
	bool was_stopping = supervisor->record.state == VM_STOPPING;
	supervisor->agent_timer = sd_event_source_disable_unref(supervisor->agent_timer);
	supervisor->agent_is_ready = false;
	boot_destroy(supervisor->boot);
	supervisor->boot = NULL;
	fd_close(&supervisor->dial);
	service_logged(supervisor);
	service_commands_lost(supervisor, reason[0] != '\0' ? reason : "the VM has ended", false);
	if (was_stopping) {
		conclude(supervisor, VM_STOPPED, end == BOOT_FAILED ? reason : "");
	} else if (end == BOOT_SHUT_DOWN) {
		conclude(supervisor, VM_STOPPED, "the guest shut down");
	} else if (end == BOOT_FAILED) {
		conclude(supervisor, VM_FAILED, reason);
	} else if (!was_ready) {
		conclude(supervisor, VM_FAILED,
				"the guest reset itself before its agent was ready");
	} else if (boots_in_a_loop(supervisor)) {
		conclude(supervisor, VM_FAILED, "the guest reboots in a loop");
	} else if (!start_boot(supervisor, reason)) {
		conclude(supervisor, VM_FAILED, reason);
	}
}

static bool start_boot(struct supervisor *supervisor, char error[ERROR_MAX]) {
	static const struct boot_events events = {
			.report = handle_report,
			.logged = handle_logged,
			.paused = handle_paused,
			.pause_refused = handle_pause_refused,
			.started = handle_started,
			.agent_lost = handle_agent_lost,
			.agent_renewed = handle_agent_renewed,
			.ended = handle_ended,
	};
	struct boot_setup setup = {
			.vm = supervisor->vm,
			.vmm =
					{
							.kind = supervisor->vmm.kind,
							.vm = supervisor->vm,
							.program = supervisor->vmm.program,
							.image_dir = supervisor->image_dir,
							.disk = supervisor->disk,
							.accelerator = supervisor->vmm.accelerator,
					},
			.runtime_dir = supervisor->runtime_dir,
			.vsock_dir = supervisor->vsock_dir,
			.proxy = supervisor->proxy,
			.vsock_device = supervisor->vsock_device,
			.agent_child = supervisor->agent_child,
			.ring = &supervisor->ring,
	};
	supervisor->record.boots++;
	supervisor->record.ready_ms = 0;
	supervisor->was_ready = false;
	supervisor->pause_is_wanted = false;
	supervisor->record.boot_id[0] = supervisor->agent_fault[0] = '\0';
	/* At each boot: the guest that has just reset itself may have written it. */
	if (supervisor->disk[0] != '\0' &&
			!disk_prepare(supervisor->vm, supervisor->disk, error, ERROR_MAX)) {
		return false;
	}
	supervisor->boot = boot_create(supervisor->event, &setup, &events, supervisor, error);
	if (supervisor->boot == NULL) {
		return false;
	}
	expect_agent(supervisor);
	set_state(supervisor, VM_STARTING, "");
	return true;
}

static int handle_stop_timeout(sd_event_source *source, uint64_t usec, void *data) {
	struct supervisor *supervisor = data;
	if (supervisor->boot != NULL) {
		boot_quit(supervisor->boot, BOOT_FAILED,
				"the guest did not shut down in time and was ended");
	}
	return 0;
}

void supervisor_stop(struct supervisor *supervisor, bool force) {
	if (supervisor->boot == NULL) {
		return;
	}
	bool was_stopping = supervisor->record.state == VM_STOPPING;
	bool was_ready = supervisor->agent_is_ready;
	if (!was_stopping) {
		supervisor->agent_timer = sd_event_source_disable_unref(supervisor->agent_timer);
		set_state(supervisor, VM_STOPPING, "");
	}
	if (force) {
		boot_quit(supervisor->boot, BOOT_SHUT_DOWN, "");
	} else if (!was_stopping) {
		/* A guest that stands still cannot shut down. */
		boot_pause(supervisor->boot, false);
		boot_shut_down(supervisor->boot, was_ready);
		sd_event_add_time_relative(supervisor->event, &supervisor->stop_timer,
				CLOCK_MONOTONIC, STOP_TIMEOUT_US, 0, handle_stop_timeout,
				supervisor);
	}
}

void supervisor_pause(struct supervisor *supervisor, bool pause) {
	supervisor->pause_is_wanted = pause;
	boot_pause(supervisor->boot, pause);
}

void supervisor_attach(struct supervisor *supervisor, int fd) {
	fd_close(&supervisor->dial);
	if (supervisor->boot != NULL && boot_attach(supervisor->boot, fd)) {
		close(fd);
	} else {
		supervisor->dial = fd;
	}
}

static int handle_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data) {
	supervisor_stop(data, false);
	return 0;
}

static void tell_ready(int fd, const char *text) {
	if (fd >= 0) {
		dprintf(fd, "%s\n", text);
		close(fd);
	}
}

static bool start(struct supervisor *supervisor, char error[ERROR_MAX]) {
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	int result = sd_event_new(&supervisor->event);
	if (result >= 0) {
		result = sd_event_add_signal(supervisor->event, NULL, SIGTERM, handle_signal,
				supervisor);
	}
	if (result >= 0) {
		result = sd_event_add_signal(supervisor->event, NULL, SIGINT, handle_signal,
				supervisor);
	}
	if (result >= 0) {
		result = service_create(supervisor);
	}
	if (result < 0) {
		snprintf(error, ERROR_MAX, "%s: %s", supervisor->socket_path, strerror(-result));
		return false;
	}
	return start_boot(supervisor, error);
}

int supervisor_run(const struct supervisor_options *options) {
	struct supervisor supervisor = {.lock = -1, .dial = -1};
	char error[ERROR_MAX] = "";
	/* Whatever a child leaves behind becomes ours, so that it can be ended. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	int status = 1;
	if (!ring_init(&supervisor.ring, VM_LOG_BYTES_MAX)) {
		snprintf(error, sizeof(error), "out of memory");
	} else if (prepare(&supervisor, options, error)) {
		supervisor.record.supervisor_pid = getpid();
		cgroup_describe(&supervisor.record, supervisor.vm, "/proc/self/cgroup",
				"/sys/fs/cgroup");
		applications_read(&supervisor.applications, supervisor.state_dir);
		snprintf(supervisor.record.accelerator, sizeof(supervisor.record.accelerator), "%s",
				accelerator_text(supervisor.vmm.accelerator));
		snprintf(supervisor.record.vmm, sizeof(supervisor.record.vmm), "%s",
				vmm_kind_text(supervisor.vmm.kind));
		if (start(&supervisor, error)) {
			tell_ready(options->ready_fd, "ok");
			status = sd_event_loop(supervisor.event);
		} else {
			supervisor.record.supervisor_pid = 0;
			record_set(&supervisor.record, VM_FAILED, error);
			record_write(&supervisor.record, supervisor.vm->name, supervisor.state_dir);
		}
	}
	if (error[0] != '\0') {
		log_write(LOG_LEVEL_ERROR, "%s", error);
	}
	service_destroy(&supervisor);
	boot_destroy(supervisor.boot);
	fd_close(&supervisor.dial);
	sd_event_source_disable_unref(supervisor.agent_timer);
	sd_event_source_disable_unref(supervisor.stop_timer);
	sd_event_unref(supervisor.event);
	ring_finish(&supervisor.ring);
	applications_finish(&supervisor.applications);
	prepare_undo(&supervisor);
	if (error[0] != '\0') {
		tell_ready(options->ready_fd, error);
	}
	return status != 0 ? 1 : 0;
}
