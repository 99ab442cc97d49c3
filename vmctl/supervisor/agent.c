/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/canary.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"
#include "vmctl/supervisor/holds.h"
#include "vmctl/supervisor/places.h"

/* How long a guest waits that broke the rules; one that kept them so long begins anew. */
#define REST_MIN_MS 250
#define REST_MAX_MS 15000
#define WELL_MS 30000
/* One that calls again sooner has to wait as well. */
#define HASTE_MS 1000

/* More than a child that is well has to tell at once: an end for each command. */
#define CATCH_UP_MAX 256

struct agent {
	sd_event *event;
	int fd, listener; /* fd: -1 while there is no child */
	sd_event_source *source, *listener_source;
	char command_path[PLACE_MAX];
	agent_handler_t handler;
	void *data;
	/* The list that the child is telling, or told last. */
	struct applications applications;
	bool is_telling;
	int64_t told_ms; /* when it began */
	struct holds holds;
	/* After a guest that broke the rules the next one waits, longer each time. */
	sd_event_source *rest;
	unsigned rest_ms;
	int64_t accepted_ms;
};

/* As the child may pass a list on: not too often, each entry valid, not too many. */
static bool take_list(struct agent *agent, const struct agent_report *report) {
	int64_t now_ms = clock_now_ms();
	switch (report->type) {
	case REPORT_LIST_BEGIN:
		if (agent->is_telling ||
				(agent->told_ms != 0 &&
						now_ms - agent->told_ms <
								AGENT_APPS_PERIOD_MS / 2)) {
			return false;
		}
		agent->is_telling = true;
		agent->told_ms = now_ms;
		agent->applications.len = 0;
		return true;
	case REPORT_LIST_ENTRY:
		return agent->is_telling &&
				applications_add(&agent->applications, &report->application);
	default:
		agent->is_telling = !agent->is_telling;
		return !agent->is_telling;
	}
}

static bool is_of_list(const struct agent_report *report) {
	return report->type == REPORT_LIST_BEGIN || report->type == REPORT_LIST_ENTRY ||
			report->type == REPORT_LIST_END;
}

/* The child may have been taken over: its words are checked like a guest's. */
static bool is_credible(struct agent *agent, struct agent_report *report) {
	if (is_of_list(report)) {
		return take_list(agent, report);
	}
	report->text[sizeof(report->text) - 1] = '\0';
	switch (report->type) {
	case REPORT_HELLO:
		return strlen(report->text) == AGENT_BOOT_ID_LEN &&
				agent_boot_id_is_valid(report->text);
	case REPORT_ERROR:
		return report->status >= 1 && (report->status <= 255 || CANARY(supervisor)) &&
				text_is_sanitised(report->text, sizeof(report->text));
	case REPORT_GONE:
		return report->status <= 1 && text_is_sanitised(report->text, sizeof(report->text));
	case REPORT_CONNECTED:
	case REPORT_CLOSED:
		return true;
	case REPORT_EXIT:
		return report->status <= 255 && report->signal <= 64;
	default:
		return false;
	}
}

static int handle_rest(sd_event_source *source, uint64_t usec, void *data) {
	struct agent *agent = data;
	agent->rest = sd_event_source_disable_unref(agent->rest);
	sd_event_source_set_enabled(agent->listener_source,
			agent->fd >= 0 ? SD_EVENT_ON : SD_EVENT_OFF);
	return 0;
}

/* A guest that is hung up calls again at once: it gets no attention for a while. */
static void rest(struct agent *agent) {
	bool was_well = clock_now_ms() - agent->accepted_ms >= WELL_MS;
	unsigned next_ms = agent->rest_ms * 4 < REST_MAX_MS ? agent->rest_ms * 4 : REST_MAX_MS;
	agent->rest_ms = was_well || agent->rest_ms == 0 ? REST_MIN_MS : next_ms;
	agent->rest = sd_event_source_disable_unref(agent->rest);
	if (sd_event_add_time_relative(agent->event, &agent->rest, CLOCK_MONOTONIC,
			    agent->rest_ms * 1000ull, 0, handle_rest, agent) >= 0) {
		sd_event_source_set_enabled(agent->listener_source, SD_EVENT_OFF);
	}
}

/* What the agent itself has to know of a report. */
static void note(struct agent *agent, const struct agent_report *report) {
	if (report->type == REPORT_CONNECTED) {
		holds_answered(&agent->holds, report->id);
	} else if (report->type == REPORT_CLOSED) {
		holds_closed(&agent->holds, report->id);
	} else if (report->type == REPORT_GONE && report->text[0] != '\0') {
		rest(agent);
	}
}

/* Takes one report. Returns whether there may be another. */
static bool take_report(struct agent *agent) {
	struct agent_report report;
	ssize_t n = recv(agent->fd, &report, sizeof(report), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return false;
	}
	if (n <= 0) {
		/* Its end is told by its process. */
		sd_event_source_set_enabled(agent->source, SD_EVENT_OFF);
		return false;
	}
	if (n != sizeof(report) || !is_credible(agent, &report)) {
		sd_event_source_set_enabled(agent->source, SD_EVENT_OFF);
		agent->handler(NULL, agent->data);
		return false;
	}
	note(agent, &report);
	if (report.type != REPORT_LIST_BEGIN && report.type != REPORT_LIST_ENTRY &&
			report.type != REPORT_CONNECTED && report.type != REPORT_CLOSED) {
		agent->handler(&report, agent->data);
	}
	return true;
}

static int handle_report(sd_event_source *source, int fd, uint32_t events, void *data) {
	take_report(data);
	return 0;
}

void agent_catch_up(struct agent *agent) {
	for (int i = 0; i < CATCH_UP_MAX && agent->fd >= 0 && take_report(agent); i++) {
	}
}

static int handle_guest(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct agent *agent = data;
	cleanup_fd int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	/* Each hello is written down and told: a guest may not have us do that all the time. */
	if (agent->accepted_ms != 0 && clock_now_ms() - agent->accepted_ms < HASTE_MS) {
		rest(agent);
	}
	if (connection >= 0 && holds_add(&agent->holds, 0, connection, true)) {
		struct order order = {.type = ORDER_CONTROL};
		agent->accepted_ms = clock_now_ms();
		fd_send(agent->fd, &order, sizeof(order), &connection, 1);
	}
	return 0;
}

struct agent *agent_create(sd_event *event, const char *vsock_dir, int fd, agent_handler_t handler,
		void *data) {
	struct agent *agent = calloc(1, sizeof(*agent));
	char path[PLACE_MAX], name[32];
	snprintf(name, sizeof(name), "agent_%d", AGENT_PORT_CONTROL);
	if (agent == NULL || !place_join(path, vsock_dir, name) ||
			!place_join(agent->command_path, vsock_dir, "agent")) {
		free(agent);
		fd_close(&fd);
		return NULL;
	}
	agent->fd = -1;
	agent->event = event;
	holds_init(&agent->holds);
	agent->handler = handler;
	agent->data = data;
	agent->listener = fd_listen(path, SOCK_STREAM);
	if (agent->listener < 0 ||
			sd_event_add_io(event, &agent->listener_source, agent->listener, EPOLLIN,
					handle_guest, agent) < 0) {
		fd_close(&fd);
		agent_destroy(agent);
		return NULL;
	}
	if (!agent_renew(agent, fd)) {
		agent_destroy(agent);
		return NULL;
	}
	return agent;
}

/* The child may have told of connections in its last moment. */
static void read_last_reports(struct agent *agent) {
	struct agent_report report;
	ssize_t n;
	while (agent->fd >= 0 &&
			(n = recv(agent->fd, &report, sizeof(report), MSG_DONTWAIT)) ==
					sizeof(report)) {
		if (report.type == REPORT_CONNECTED || report.type == REPORT_CLOSED) {
			note(agent, &report);
		}
	}
}

void agent_lose(struct agent *agent) {
	read_last_reports(agent);
	agent->source = sd_event_source_disable_unref(agent->source);
	fd_close(&agent->fd);
	/* A guest that calls meanwhile waits in the listener's queue. */
	sd_event_source_set_enabled(agent->listener_source, SD_EVENT_OFF);
}

bool agent_renew(struct agent *agent, int fd) {
	agent_lose(agent);
	agent->is_telling = false;
	agent->told_ms = 0;
	agent->fd = fd;
	/* One that does not read must not make the supervisor wait. */
	fd_set_nonblock(fd, true);
	holds_pass(&agent->holds, fd);
	return sd_event_add_io(agent->event, &agent->source, fd, EPOLLIN, handle_report, agent) >=
			0 &&
			sd_event_source_set_enabled(agent->listener_source,
					agent->rest == NULL ? SD_EVENT_ON : SD_EVENT_OFF) >= 0;
}

void agent_destroy(struct agent *agent) {
	if (agent == NULL) {
		return;
	}
	holds_finish(&agent->holds);
	sd_event_source_disable_unref(agent->rest);
	sd_event_source_disable_unref(agent->listener_source);
	sd_event_source_disable_unref(agent->source);
	fd_close(&agent->listener);
	fd_close(&agent->fd);
	applications_finish(&agent->applications);
	free(agent);
}

const struct applications *agent_applications(const struct agent *agent) {
	return &agent->applications;
}

/* Returns a connection for command id that is on its way to the guest, and is held. */
static int connect_command(struct agent *agent, uint32_t id, char *error, size_t cap) {
	char line[32];
	int len = snprintf(line, sizeof(line), "CONNECT %d\n", AGENT_PORT_COMMAND);
	int connection = fd_connect_own(agent->command_path, SOCK_STREAM);
	if (connection < 0) {
		snprintf(error, cap, "the vsock device does not answer: %s", strerror(-connection));
		return connection;
	}
	if (!holds_add(&agent->holds, id, connection, false)) {
		fd_close(&connection);
		snprintf(error, cap, "the guest's kernel does not answer");
		return -EBUSY;
	}
	/* A new socket has room for it. */
	fd_send(connection, line, (size_t)len, NULL, 0);
	return connection;
}

int agent_run(struct agent *agent, uint32_t id, const struct agent_run *run,
		const int streams[RUN_STREAMS], char *error, size_t cap) {
	static uint8_t bytes[sizeof(struct order) + AGENT_FRAME_MAX];
	struct order order = {.type = ORDER_RUN, .id = id};
	memcpy(bytes, &order, sizeof(order));
	struct agent_message message = {.type = AGENT_RUN, .run = *run};
	size_t len = agent_encode(&message, bytes + sizeof(order), AGENT_FRAME_MAX);
	if (len == 0) {
		snprintf(error, cap,
				"the command is too long (at most %u bytes with its environment)",
				AGENT_MESSAGE_MAX);
		return -E2BIG;
	}
	cleanup_fd int connection = connect_command(agent, id, error, cap);
	if (connection < 0) {
		return connection;
	}
	const int fds[] = {connection, streams[0], streams[1], streams[2], streams[3]};
	ssize_t sent = fd_send(agent->fd, bytes, sizeof(order) + len, fds, RUN_STREAMS + 1);
	if (sent < 0) {
		holds_disown(&agent->holds, id);
		snprintf(error, cap, "the agent child does not answer: %s", strerror((int)-sent));
		return (int)sent;
	}
	return 0;
}

/* An order that must not be lost. A child that leaves hundreds unread is no use any more. */
static void insist(struct agent *agent, const struct order *order) {
	if (fd_send(agent->fd, order, sizeof(*order), NULL, 0) == -EAGAIN) {
		agent->handler(NULL, agent->data);
	}
}

void agent_cancel(struct agent *agent, uint32_t id) {
	insist(agent, &(struct order){.type = ORDER_CANCEL, .id = id});
}

void agent_shut_down(struct agent *agent) {
	insist(agent, &(struct order){.type = ORDER_SHUTDOWN});
}
