/* SPDX-License-Identifier: MIT
 *
 * crosvm's control channel: a packet of JSON for each request and one for each answer, in order. A
 * request without parameters is its name as a string; an answer is "Ok", {"Err": number} or
 * {"ErrString": text}. Nothing is said unasked, so an answer that no request waits for is a lie.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-json.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "vmctl/supervisor/monitor_private.h"

static const char *const requests[MONITOR_REQUESTS] = {
		[MONITOR_POWER_DOWN] = "\"Powerbtn\"",
		/* Of the processors, not of the devices: those live in other processes and go on. */
		[MONITOR_PAUSE] = "\"SuspendVcpus\"",
		[MONITOR_RESUME] = "\"ResumeVcpus\"",
		[MONITOR_QUIT] = "\"Exit\"",
};

static void log_refusal(enum monitor_request request, sd_json_variant *value) {
	char text[256] = "";
	if (sd_json_variant_is_string(value)) {
		const char *said = sd_json_variant_string(value);
		text_sanitise(said, strlen(said), 128, text, sizeof(text));
		log_warn("crosvm refuses %s: %s", requests[request], text);
	} else {
		log_warn("crosvm refuses %s: error %lld", requests[request],
				(long long)sd_json_variant_integer(value));
	}
}

/* Is json the answer to request? *ret_done: it was done. */
static bool read_answer(sd_json_variant *json, enum monitor_request request, bool *ret_done) {
	*ret_done = sd_json_variant_is_string(json) &&
			strcmp(sd_json_variant_string(json), "Ok") == 0;
	if (*ret_done) {
		return true;
	}
	if (!sd_json_variant_is_object(json) || sd_json_variant_elements(json) != 2) {
		return false;
	}
	sd_json_variant *number = sd_json_variant_by_key(json, "Err");
	sd_json_variant *text = sd_json_variant_by_key(json, "ErrString");
	if (number != NULL && sd_json_variant_is_integer(number)) {
		log_refusal(request, number);
	} else if (text != NULL && sd_json_variant_is_string(text)) {
		log_refusal(request, text);
	} else {
		return false;
	}
	return true;
}

static bool take_packet(struct monitor *monitor) {
	if (monitor->waiting_len == 0) {
		return false;
	}
	enum monitor_request request = monitor->waiting[0];
	memmove(monitor->waiting, monitor->waiting + 1,
			--monitor->waiting_len * sizeof(monitor->waiting[0]));
	sd_json_variant *json = NULL;
	bool is_done = false;
	bool is_answer = sd_json_parse(monitor->bytes, 0, &json, NULL, NULL) >= 0 &&
			read_answer(json, request, &is_done);
	sd_json_variant_unref(json);
	if (is_answer && (request == MONITOR_PAUSE || request == MONITOR_RESUME)) {
		enum monitor_event event =
				request == MONITOR_PAUSE ? MONITOR_PAUSED : MONITOR_RESUMED;
		monitor->handler(is_done ? event : MONITOR_REFUSED, monitor->data);
	}
	return is_answer;
}

static enum monitor_input crosvm_read(struct monitor *monitor) {
	struct iovec iov = {.iov_base = monitor->bytes, .iov_len = sizeof(monitor->bytes) - 1};
	/* No room for descriptors: none of these answers has one, and the kernel closes them. */
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n = recvmsg(monitor->fd, &msg, MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return MONITOR_INPUT_TAKEN;
	}
	if (n <= 0) {
		return MONITOR_INPUT_END;
	}
	monitor->bytes[n] = '\0';
	bool is_whole = (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
			memchr(monitor->bytes, '\0', (size_t)n) == NULL;
	return is_whole && take_packet(monitor) ? MONITOR_INPUT_TAKEN : MONITOR_INPUT_BAD;
}

static void crosvm_ask(struct monitor *monitor, enum monitor_request request) {
	const char *text = requests[request];
	if (monitor->waiting_len == MONITOR_WAITING_MAX ||
			fd_send(monitor->fd, text, strlen(text), NULL, 0) < 0) {
		log_warn("crosvm does not take %s", text);
		return;
	}
	monitor->waiting[monitor->waiting_len++] = request;
}

const struct monitor_protocol monitor_crosvm = {.read = crosvm_read, .ask = crosvm_ask};
