/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/qmp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-json.h>
#include <unistd.h>

#include "base/fd.h"

/* QEMU's longest line that concerns us is its greeting, below 1 KiB. */
#define LINE_MAX_BYTES (64u << 10)

struct qmp {
	int fd;
	sd_event_source *source;
	qmp_handler_t handler;
	void *data;
	char line[LINE_MAX_BYTES];
	size_t len;
};

static void say(struct qmp *qmp, const char *line) {
	/* A few hundred bytes in all: a full socket means that QEMU no longer reads. */
	if (fd_send(qmp->fd, line, strlen(line), NULL, 0) < 0) {
		return;
	}
}

static const char *string_at(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && sd_json_variant_is_string(value) ? sd_json_variant_string(value)
								 : "";
}

/* Returns whether the channel may go on. */
static bool take_line(struct qmp *qmp, const char *line) {
	sd_json_variant *json = NULL;
	if (sd_json_parse(line, 0, &json, NULL, NULL) < 0 || !sd_json_variant_is_object(json)) {
		sd_json_variant_unref(json);
		qmp->handler(QMP_BROKEN, qmp->data);
		return false;
	}
	const char *event = string_at(json, "event");
	if (sd_json_variant_by_key(json, "QMP") != NULL) {
		say(qmp, "{\"execute\":\"qmp_capabilities\"}\n");
	} else if (strcmp(event, "SHUTDOWN") == 0) {
		const char *reason = string_at(sd_json_variant_by_key(json, "data"), "reason");
		if (strcmp(reason, "guest-reset") == 0) {
			qmp->handler(QMP_GUEST_RESET, qmp->data);
		} else if (strcmp(reason, "guest-panic") == 0) {
			qmp->handler(QMP_GUEST_PANIC, qmp->data);
		} else if (strcmp(reason, "guest-shutdown") == 0) {
			qmp->handler(QMP_GUEST_SHUTDOWN, qmp->data);
		}
	} else if (strcmp(event, "STOP") == 0) {
		qmp->handler(QMP_PAUSED, qmp->data);
	} else if (strcmp(event, "RESUME") == 0) {
		qmp->handler(QMP_RESUMED, qmp->data);
	}
	sd_json_variant_unref(json);
	return true;
}

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct qmp *qmp = data;
	ssize_t n = read(fd, qmp->line + qmp->len, sizeof(qmp->line) - 1 - qmp->len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	if (n <= 0) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	qmp->len += (size_t)n;
	char *end;
	while ((end = memchr(qmp->line, '\n', qmp->len)) != NULL) {
		*end = '\0';
		bool goes_on = take_line(qmp, qmp->line);
		if (!goes_on) {
			sd_event_source_set_enabled(source, SD_EVENT_OFF);
			return 0;
		}
		size_t used = (size_t)(end - qmp->line) + 1;
		memmove(qmp->line, qmp->line + used, qmp->len - used);
		qmp->len -= used;
	}
	if (qmp->len == sizeof(qmp->line) - 1) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		qmp->handler(QMP_BROKEN, qmp->data);
	}
	return 0;
}

struct qmp *qmp_create(sd_event *event, int fd, qmp_handler_t handler, void *data) {
	struct qmp *qmp = calloc(1, sizeof(*qmp));
	if (qmp == NULL || fd_set_nonblock(fd, true) < 0 ||
			sd_event_add_io(event, &qmp->source, fd, EPOLLIN, handle_io, qmp) < 0) {
		free(qmp);
		fd_close(&fd);
		return NULL;
	}
	qmp->fd = fd;
	qmp->handler = handler;
	qmp->data = data;
	return qmp;
}

void qmp_destroy(struct qmp *qmp) {
	if (qmp == NULL) {
		return;
	}
	sd_event_source_disable_unref(qmp->source);
	fd_close(&qmp->fd);
	free(qmp);
}

void qmp_power_down(struct qmp *qmp) {
	say(qmp, "{\"execute\":\"system_powerdown\"}\n");
}

void qmp_pause(struct qmp *qmp) {
	say(qmp, "{\"execute\":\"stop\"}\n");
}

void qmp_resume(struct qmp *qmp) {
	say(qmp, "{\"execute\":\"cont\"}\n");
}
