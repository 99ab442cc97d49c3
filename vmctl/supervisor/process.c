/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

void process_init(struct process *process, sd_event *event, struct ring *ring, const char *name,
		const char *log_name, const struct process_events *events, void *data) {
	*process = (struct process){.name = name,
			.event = event,
			.ring = ring,
			.events = events,
			.data = data,
			.child = {.pidfd = -1},
			.output = -1,
			.log = {.name = log_name}};
}

static void drain_output(struct process *process) {
	char bytes[4096];
	ssize_t n;
	while (process->output >= 0 && (n = read(process->output, bytes, sizeof(bytes))) > 0) {
		ring_add(process->ring, &process->log, bytes, (size_t)n);
	}
	ring_flush(process->ring, &process->log);
	process->output_source = sd_event_source_disable_unref(process->output_source);
	fd_close(&process->output);
}

static int handle_exit(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct process *process = data;
	int status;
	pid_t pid = waitpid(process->child.pid, &status, WNOHANG);
	if (pid != process->child.pid) {
		return 0;
	}
	process->is_running = false;
	process->exit_source = sd_event_source_disable_unref(process->exit_source);
	fd_close(&process->child.pidfd);
	drain_output(process);
	process->events->ended(process, status, process->data);
	return 0;
}

static int handle_output(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct process *process = data;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n > 0) {
		ring_add(process->ring, &process->log, bytes, (size_t)n);
		process->events->said(process, bytes, (size_t)n, process->data);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	}
	return 0;
}

bool process_spawn(struct process *process, struct box_spec *spec, char error[ERROR_MAX]) {
	int output[2];
	if (pipe2(output, O_CLOEXEC) < 0) {
		snprintf(error, ERROR_MAX, "no pipe: %s", strerror(errno));
		return false;
	}
	spec->output = output[1];
	char why[512];
	int result = box_spawn(spec, &process->child, why, sizeof(why));
	close(output[1]);
	if (result < 0) {
		close(output[0]);
		snprintf(error, ERROR_MAX, "%s cannot be started: %s", process->name, why);
		return false;
	}
	process->is_running = true;
	process->output = output[0];
	fd_set_nonblock(output[0], true);
	if (sd_event_add_io(process->event, &process->exit_source, process->child.pidfd, EPOLLIN,
			    handle_exit, process) < 0 ||
			sd_event_add_io(process->event, &process->output_source, output[0], EPOLLIN,
					handle_output, process) < 0) {
		snprintf(error, ERROR_MAX, "out of memory");
		return false;
	}
	return true;
}

void process_kill(struct process *process) {
	if (process->is_running) {
		syscall(SYS_pidfd_send_signal, process->child.pidfd, SIGKILL, NULL, 0);
	}
}

void process_finish(struct process *process) {
	process->exit_source = sd_event_source_disable_unref(process->exit_source);
	while (process->is_running && waitpid(process->child.pid, NULL, 0) < 0 && errno == EINTR) {
	}
	drain_output(process);
	fd_close(&process->child.pidfd);
}
