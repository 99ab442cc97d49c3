/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/agent_child.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "vmctl/supervisor/agent_wire.h"
#include "vmctl/supervisor/command.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/linger.h"
#include "vmctl/supervisor/listing.h"

struct agent_child {
	int fd;
	sd_event *event;
	int control;
	sd_event_source *control_source;
	struct agent_decoder control_decoder;
	uint8_t control_in[AGENT_FRAME_MAX];
	size_t control_len;
	struct listing listing;
	struct lingers lingers; /* what nobody wants any more */
	struct command *commands[AGENT_COMMANDS_MAX];
};

/* The supervisor reads promptly; if it does not, it is gone or stuck and so are we. */
static void report(struct agent_child *child, const struct agent_report *said) {
	if (fd_send(child->fd, said, sizeof(*said), NULL, 0) < 0) {
		sd_event_exit(child->event, 1);
	}
}

static void tell_closed(uint32_t id, void *data) {
	report(data, &(struct agent_report){.type = REPORT_CLOSED, .id = id});
}

static void linger(struct agent_child *child, struct command *command) {
	bool is_answered;
	int connection = command_release(command, &is_answered);
	lingers_add(&child->lingers, connection, command_id(command), is_answered);
}

static void handle_command(struct command *command, const struct agent_report *told, void *data) {
	struct agent_child *child = data;
	report(child, told);
	if (told->type == REPORT_CONNECTED) {
		return;
	}
	linger(child, command);
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		if (child->commands[i] == command) {
			child->commands[i] = NULL;
		}
	}
	command_retire(command);
}

static void pass_list(const struct applications *applications, void *data) {
	struct agent_child *child = data;
	report(child, &(struct agent_report){.type = REPORT_LIST_BEGIN});
	for (size_t i = 0; i < applications->len; i++) {
		report(child,
				&(struct agent_report){.type = REPORT_LIST_ENTRY,
						.application = applications->entries[i]});
	}
	report(child, &(struct agent_report){.type = REPORT_LIST_END});
}

static void take_message(struct agent_child *child, const struct agent_message *message) {
	if (message->type == AGENT_APPLICATIONS) {
		listing_take(&child->listing, message->applications);
		return;
	}
	struct agent_report hello = {.type = REPORT_HELLO};
	memcpy(hello.text, message->hello.boot_id, sizeof(message->hello.boot_id));
	report(child, &hello);
}

static void end_control(struct agent_child *child) {
	child->control_source = sd_event_source_disable_unref(child->control_source);
	if (child->control >= 0) {
		lingers_add(&child->lingers, fd_steal(&child->control), 0, true);
	}
}

static void drop_control(struct agent_child *child, const char *why, bool is_other_version) {
	end_control(child);
	struct agent_report gone = {.type = REPORT_GONE, .status = is_other_version ? 1 : 0};
	snprintf(gone.text, sizeof(gone.text), "%s", why);
	report(child, &gone);
}

static int handle_control(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct agent_child *child = data;
	ssize_t n = read(fd, child->control_in + child->control_len,
			sizeof(child->control_in) - child->control_len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	if (n <= 0) {
		drop_control(child, "", false);
		return 0;
	}
	child->control_len += (size_t)n;
	for (;;) {
		struct agent_message message;
		size_t used;
		enum agent_result result = agent_decode(&child->control_decoder, child->control_in,
				child->control_len, &message, &used);
		if (result == AGENT_INCOMPLETE) {
			return 0;
		}
		if (result != AGENT_OK) {
			drop_control(child, agent_result_text(result),
					result == AGENT_VERSION_MISMATCH);
			return 0;
		}
		take_message(child, &message);
		child->control_len -= used;
		memmove(child->control_in, child->control_in + used, child->control_len);
	}
}

static void take_control(struct agent_child *child, int *fd) {
	end_control(child);
	child->control = fd_steal(fd);
	child->control_len = 0;
	listing_begin(&child->listing);
	agent_decoder_init(&child->control_decoder, AGENT_CONTROL_TO_HOST);
	if (fd_set_nonblock(child->control, true) < 0 ||
			sd_event_add_io(child->event, &child->control_source, child->control,
					EPOLLIN, handle_control, child) < 0) {
		drop_control(child, "out of memory", false);
	}
}

static void start_command(struct agent_child *child, const struct order *order,
		int fds[RUN_STREAMS + 1], const uint8_t *run, size_t run_len) {
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		if (child->commands[i] == NULL) {
			child->commands[i] = command_create(child->event, order->id, fds, run,
					run_len, handle_command, child);
			if (child->commands[i] != NULL) {
				return;
			}
			break;
		}
	}
	lingers_add(&child->lingers, fd_steal(&fds[0]), order->id, false);
	struct agent_report failed = {.type = REPORT_ERROR, .id = order->id, .status = 1};
	snprintf(failed.text, sizeof(failed.text), "too many commands run in this VM");
	report(child, &failed);
}

static void cancel_command(struct agent_child *child, const struct order *order) {
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		struct command *command = child->commands[i];
		if (command != NULL && command_id(command) == order->id) {
			linger(child, command);
			command_destroy(command);
			child->commands[i] = NULL;
			return;
		}
	}
}

static void shut_down(struct agent_child *child) {
	uint8_t frame[AGENT_HEADER_SIZE];
	struct agent_message message = {.type = AGENT_SHUTDOWN};
	size_t len = agent_encode(&message, frame, sizeof(frame));
	if (child->control >= 0 && fd_send(child->control, frame, len, NULL, 0) != (ssize_t)len) {
		drop_control(child, "the guest's agent does not read", false);
	}
}

static int handle_order(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct agent_child *child = data;
	static uint8_t bytes[sizeof(struct order) + AGENT_FRAME_MAX];
	int fds[FD_MESSAGE_MAX];
	size_t n = FD_MESSAGE_MAX;
	ssize_t len = fd_recv(fd, bytes, sizeof(bytes), fds, &n);
	if (len == -EAGAIN || len == -EINTR) {
		return 0;
	}
	if (len < (ssize_t)sizeof(struct order)) {
		sd_event_exit(child->event, len == 0 ? 0 : 1);
		return 0;
	}
	struct order order;
	memcpy(&order, bytes, sizeof(order));
	if (order.type == ORDER_CONTROL && n == 1) {
		take_control(child, &fds[0]);
	} else if (order.type == ORDER_RUN && n == RUN_STREAMS + 1) {
		start_command(child, &order, fds, bytes + sizeof(order),
				(size_t)len - sizeof(order));
	} else if (order.type == ORDER_CANCEL) {
		cancel_command(child, &order);
	} else if (order.type == ORDER_SHUTDOWN) {
		shut_down(child);
	} else if (order.type == ORDER_LINGER && n == 1) {
		lingers_add(&child->lingers, fd_steal(&fds[0]), order.id, order.is_answered != 0);
	}
	for (size_t i = 0; i < n; i++) {
		fd_close(&fds[i]);
	}
	return 0;
}

int agent_child_run(int fd) {
	struct agent_child *child = calloc(1, sizeof(*child));
	if (child == NULL) {
		return 1;
	}
	child->fd = fd;
	child->control = -1;
	int result = sd_event_new(&child->event);
	lingers_init(&child->lingers, child->event, tell_closed, child);
	listing_init(&child->listing, child->event, pass_list, child);
	if (result >= 0) {
		result = sd_event_add_io(child->event, NULL, fd, EPOLLIN, handle_order, child);
	}
	if (result >= 0) {
		result = sd_event_loop(child->event);
	} else {
		log_error("no event loop: %s", strerror(-result));
		result = 1;
	}
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		command_destroy(child->commands[i]);
	}
	sd_event_source_disable_unref(child->control_source);
	fd_close(&child->control);
	lingers_finish(&child->lingers);
	listing_finish(&child->listing);
	sd_event_unref(child->event);
	free(child);
	return result;
}
