/* SPDX-License-Identifier: MIT
 *
 * QEMU's control channel: lines of JSON, greeting first, then answers and events. Answers say
 * nothing that an event does not say better.
 */
#include <errno.h>
#include <string.h>
#include <systemd/sd-json.h>
#include <unistd.h>

#include "base/canary.h"
#include "base/fd.h"
#include "vmctl/supervisor/monitor_private.h"

static void say(struct monitor *monitor, const char *line) {
	/* A few hundred bytes in all: a full socket means that QEMU no longer reads. */
	if (fd_send(monitor->fd, line, strlen(line), NULL, 0) < 0) {
		return;
	}
}

static const char *string_at(sd_json_variant *json, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	return value != NULL && (sd_json_variant_is_string(value) || CANARY(monitor))
			? sd_json_variant_string(value)
			: "";
}

static void take_shutdown(struct monitor *monitor, const char *reason) {
	if (strcmp(reason, "guest-reset") == 0) {
		monitor->handler(MONITOR_GUEST_RESET, monitor->data);
	} else if (strcmp(reason, "guest-panic") == 0) {
		monitor->handler(MONITOR_GUEST_PANIC, monitor->data);
	} else if (strcmp(reason, "guest-shutdown") == 0) {
		monitor->handler(MONITOR_GUEST_SHUTDOWN, monitor->data);
	}
}

/* Returns whether the channel may go on. */
static bool take_line(struct monitor *monitor, const char *line) {
	sd_json_variant *json = NULL;
	if (sd_json_parse(line, 0, &json, NULL, NULL) < 0 || !sd_json_variant_is_object(json)) {
		sd_json_variant_unref(json);
		return false;
	}
	const char *event = string_at(json, "event");
	if (sd_json_variant_by_key(json, "QMP") != NULL) {
		say(monitor, "{\"execute\":\"qmp_capabilities\"}\n");
	} else if (strcmp(event, "SHUTDOWN") == 0) {
		take_shutdown(monitor, string_at(sd_json_variant_by_key(json, "data"), "reason"));
	} else if (strcmp(event, "STOP") == 0) {
		monitor->handler(MONITOR_PAUSED, monitor->data);
	} else if (strcmp(event, "RESUME") == 0) {
		monitor->handler(MONITOR_RESUMED, monitor->data);
	}
	sd_json_variant_unref(json);
	return true;
}

static enum monitor_input qmp_read(struct monitor *monitor) {
	ssize_t n = read(monitor->fd, monitor->bytes + monitor->len,
			sizeof(monitor->bytes) - 1 - monitor->len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return MONITOR_INPUT_TAKEN;
	}
	if (n <= 0) {
		return MONITOR_INPUT_END;
	}
	monitor->len += (size_t)n;
	char *end;
	while ((end = memchr(monitor->bytes, '\n', monitor->len)) != NULL) {
		*end = '\0';
		if (!take_line(monitor, monitor->bytes)) {
			return MONITOR_INPUT_BAD;
		}
		size_t used = (size_t)(end - monitor->bytes) + 1;
		memmove(monitor->bytes, monitor->bytes + used, monitor->len - used);
		monitor->len -= used;
	}
	return monitor->len == sizeof(monitor->bytes) - 1 ? MONITOR_INPUT_BAD : MONITOR_INPUT_TAKEN;
}

static void qmp_ask(struct monitor *monitor, enum monitor_request request) {
	static const char *const lines[MONITOR_REQUESTS] = {
			[MONITOR_POWER_DOWN] = "{\"execute\":\"system_powerdown\"}\n",
			[MONITOR_PAUSE] = "{\"execute\":\"stop\"}\n",
			[MONITOR_RESUME] = "{\"execute\":\"cont\"}\n",
			[MONITOR_QUIT] = "{\"execute\":\"quit\"}\n",
	};
	say(monitor, lines[request]);
}

const struct monitor_protocol monitor_qmp = {.read = qmp_read, .ask = qmp_ask};
