/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/monitor.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "base/fd.h"
#include "vmctl/supervisor/monitor_private.h"

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct monitor *monitor = data;
	enum monitor_input input = monitor->protocol->read(monitor);
	if (input != MONITOR_INPUT_TAKEN) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	}
	if (input == MONITOR_INPUT_BAD) {
		monitor->handler(MONITOR_BROKEN, monitor->data);
	}
	return 0;
}

struct monitor *monitor_create(sd_event *event, enum vmm_kind kind, int fd,
		monitor_handler_t handler, void *data) {
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	if (monitor == NULL || fd_set_nonblock(fd, true) < 0 ||
			sd_event_add_io(event, &monitor->source, fd, EPOLLIN, handle_io, monitor) <
					0) {
		free(monitor);
		fd_close(&fd);
		return NULL;
	}
	monitor->protocol = kind == VMM_CROSVM ? &monitor_crosvm : &monitor_qmp;
	monitor->fd = fd;
	monitor->handler = handler;
	monitor->data = data;
	return monitor;
}

void monitor_destroy(struct monitor *monitor) {
	if (monitor == NULL) {
		return;
	}
	sd_event_source_disable_unref(monitor->source);
	fd_close(&monitor->fd);
	free(monitor);
}

void monitor_ask(struct monitor *monitor, enum monitor_request request) {
	monitor->protocol->ask(monitor, request);
}
