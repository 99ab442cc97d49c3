/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "parse/agent.h"
#include "vmctl/supervisor/agent_wire.h"
#include "vmctl/supervisor/interface.h"

/* The vsock device's answer to CONNECT is "OK " and a port number. */
#define GREETING_MAX 32
/* Beside the frame that is being sent, a signal must still fit. */
#define SIGNAL_FRAME_MAX 64

enum {
	CONNECTION,
	INPUT,
	OUTPUT,
	ERROR_OUTPUT,
	SIGNALS,
	STREAMS,
};

struct command {
	uint32_t id;
	int fds[STREAMS];
	sd_event_source *sources[STREAMS];
	sd_event *event; /* the caller's */
	sd_event_source *retired;
	command_report_t handler;
	void *data;
	bool is_done;

	char greeting[GREETING_MAX];
	size_t greeting_len;
	bool is_connected;

	struct agent_decoder decoder;
	uint8_t in[AGENT_FRAME_MAX];
	size_t in_len;
	/* What is left of the STDOUT or STDERR in front of in; a pipe that is full holds up the
	 * rest. */
	int pending_stream;
	const uint8_t *pending;
	size_t pending_len;
	size_t pending_frame; /* the frame's size */

	uint8_t out[AGENT_FRAME_MAX + SIGNAL_FRAME_MAX];
	size_t out_len, out_sent;
	uint32_t credit; /* bytes of standard input that the guest will take */
	bool is_started;
	bool is_deaf; /* nothing can be sent any more */
};

static void finish(struct command *command, const struct agent_report *report) {
	if (!command->is_done) {
		command->is_done = true;
		command->handler(command, report, command->data);
	}
}

static void fail_with(struct command *command, uint32_t status, const char *text) {
	struct agent_report report = {.type = REPORT_ERROR, .id = command->id, .status = status};
	snprintf(report.text, sizeof(report.text), "%s", text);
	finish(command, &report);
}

static void fail(struct command *command, const char *text) {
	fail_with(command, 1, text);
}

static void close_stream(struct command *command, int stream) {
	command->sources[stream] = sd_event_source_disable_unref(command->sources[stream]);
	fd_close(&command->fds[stream]);
}

static void queue(struct command *command, const struct agent_message *message) {
	size_t len = agent_encode(message, command->out + command->out_len,
			sizeof(command->out) - command->out_len);
	command->out_len += len;
}

/* Each returns whether it got anywhere; a call after is_done does nothing. */
static bool flush_out(struct command *command) {
	if (command->is_deaf || !command->is_connected) {
		return false;
	}
	size_t left = command->out_len - command->out_sent;
	if (left == 0) {
		return false;
	}
	left = left < AGENT_WRITE_MAX ? left : AGENT_WRITE_MAX;
	ssize_t n = fd_send(command->fds[CONNECTION], command->out + command->out_sent, left, NULL,
			0);
	if (n == -EAGAIN) {
		return false;
	}
	if (n < 0) {
		/* It hung up, but may have said before how the command ended: that is read yet. */
		command->is_deaf = true;
		command->out_len = command->out_sent = 0;
		close_stream(command, INPUT);
		return true;
	}
	command->out_sent += (size_t)n;
	if (command->out_sent == command->out_len) {
		command->out_len = command->out_sent = 0;
	}
	return true;
}

/* Takes the device's answer, a byte at a time; its end is told before it is taken, so that nobody
 * waits for it in vain if this process ends between the two. */
static bool greet(struct command *command) {
	char byte;
	ssize_t n = recv(command->fds[CONNECTION], &byte, 1, MSG_PEEK);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return false;
	}
	if (n <= 0) {
		fail(command, "the guest's agent does not take commands");
		return false;
	}
	if (byte == '\n') {
		struct agent_report connected = {.type = REPORT_CONNECTED, .id = command->id};
		command->handler(command, &connected, command->data);
		command->is_connected = true;
	} else if (command->greeting_len == sizeof(command->greeting) - 1) {
		fail(command, "the vsock device answered nonsense");
		return false;
	} else {
		command->greeting[command->greeting_len++] = byte;
	}
	n = read(command->fds[CONNECTION], &byte, 1);
	if (command->is_connected && (n != 1 || strncmp(command->greeting, "OK ", 3) != 0)) {
		fail(command, "the vsock device refused the connection");
		return false;
	}
	return n == 1;
}

/* One read of standard input, when nothing else waits to be sent and the guest has room. */
static bool pump_input(struct command *command) {
	if (command->fds[INPUT] < 0 || command->out_len > 0 || command->credit == 0 ||
			!command->is_started) {
		return false;
	}
	static uint8_t bytes[AGENT_DATA_MAX];
	size_t most = command->credit < sizeof(bytes) ? command->credit : sizeof(bytes);
	ssize_t n = read(command->fds[INPUT], bytes, most);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return false;
	}
	struct agent_message message = {.type = AGENT_STDIN_EOF};
	if (n > 0) {
		message = (struct agent_message){
				.type = AGENT_STDIN, .data = {.bytes = bytes, .len = (size_t)n}};
		command->credit -= (uint32_t)n;
	} else {
		close_stream(command, INPUT);
	}
	queue(command, &message);
	return true;
}

static bool has_room_for_signal(const struct command *command) {
	return command->is_started && !command->is_deaf &&
			sizeof(command->out) - command->out_len >= SIGNAL_FRAME_MAX;
}

/* The rest of a new size, which was written in one piece. */
static void pump_window(struct command *command) {
	uint8_t size[RUN_WINDOW_SIZE - 1];
	if (read(command->fds[SIGNALS], size, sizeof(size)) == (ssize_t)sizeof(size)) {
		queue(command,
				&(struct agent_message){.type = AGENT_WINDOW,
						.window = {size[0] | (uint32_t)size[1] << 8,
								size[2] | (uint32_t)size[3] << 8}});
	}
}

/* Signals of the caller's, a byte each; they overtake its input. */
static bool pump_signals(struct command *command) {
	if (command->fds[SIGNALS] < 0 || !has_room_for_signal(command)) {
		return false;
	}
	uint8_t number;
	ssize_t n = read(command->fds[SIGNALS], &number, 1);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return false;
	}
	if (n <= 0) {
		close_stream(command, SIGNALS);
	} else if (number == RUN_WINDOW) {
		pump_window(command);
	} else if (number >= 1 && number <= AGENT_SIGNAL_MAX) {
		queue(command, &(struct agent_message){.type = AGENT_SIGNAL, .signal = number});
	}
	return true;
}

static void consume(struct command *command, size_t len) {
	memmove(command->in, command->in + len, command->in_len - len);
	command->in_len -= len;
}

static bool pump_output(struct command *command) {
	int fd = command->fds[command->pending_stream];
	if (fd >= 0) {
		ssize_t n = write(fd, command->pending, command->pending_len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			return false;
		}
		if (n < 0) {
			/* Nobody reads: the rest is dropped, as for a closed pipe. */
			close_stream(command, command->pending_stream);
		} else {
			command->pending += n;
			command->pending_len -= (size_t)n;
		}
	}
	if (fd < 0 || command->pending_len == 0) {
		command->pending = NULL;
		consume(command, command->pending_frame);
	}
	return true;
}

static void take(struct command *command, const struct agent_message *message, size_t used) {
	struct agent_report report = {.id = command->id};
	switch (message->type) {
	case AGENT_STARTED:
		command->is_started = true;
		break;
	case AGENT_STDIN_CREDIT:
		/* The decoder bounds one grant; their sum is bounded by what was sent. */
		command->credit += message->credit;
		if (command->credit > AGENT_STDIN_WINDOW) {
			fail(command, "the guest's agent grants more input than it was sent");
			return;
		}
		break;
	case AGENT_STDOUT:
	case AGENT_STDERR:
		command->pending_stream = message->type == AGENT_STDOUT ? OUTPUT : ERROR_OUTPUT;
		command->pending = message->data.bytes;
		command->pending_len = message->data.len;
		command->pending_frame = used;
		return;
	case AGENT_EXIT:
		report.type = REPORT_EXIT;
		report.status = message->exit.status;
		report.signal = message->exit.signal;
		finish(command, &report);
		return;
	case AGENT_ERROR:
		fail_with(command, message->error.status, message->error.text);
		return;
	default:
		fail(command, "the guest's agent sent what only the host sends");
		return;
	}
	consume(command, used);
}

static bool pump_connection(struct command *command) {
	struct agent_message message;
	size_t used = 0;
	enum agent_result result = AGENT_INCOMPLETE;
	if (command->in_len > 0) {
		result = agent_decode(&command->decoder, command->in, command->in_len, &message,
				&used);
	}
	if (result == AGENT_OK) {
		take(command, &message, used);
		return true;
	}
	if (result != AGENT_INCOMPLETE) {
		fail(command, agent_result_text(result));
		return false;
	}
	ssize_t n = read(command->fds[CONNECTION], command->in + command->in_len,
			sizeof(command->in) - command->in_len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return false;
	}
	if (n <= 0) {
		fail(command, "the guest hung up before the command ended");
		return false;
	}
	command->in_len += (size_t)n;
	return true;
}

static void watch(struct command *command, int stream, uint32_t events) {
	if (command->sources[stream] == NULL) {
		return;
	}
	/* Without events a source would still wake for a hang-up, again and again. */
	sd_event_source_set_enabled(command->sources[stream],
			events != 0 ? SD_EVENT_ON : SD_EVENT_OFF);
	if (events != 0) {
		sd_event_source_set_io_events(command->sources[stream], events);
	}
}

static void pump(struct command *command) {
	bool is_moving = true;
	while (is_moving && !command->is_done) {
		is_moving = flush_out(command);
		if (!command->is_done && !command->is_connected) {
			is_moving |= greet(command);
		} else if (!command->is_done) {
			is_moving |= pump_signals(command);
			is_moving |= pump_input(command);
			is_moving |= command->pending != NULL ? pump_output(command)
							      : pump_connection(command);
		}
	}
	if (command->is_done) {
		return;
	}
	bool has_more = command->is_connected && command->out_sent < command->out_len;
	uint32_t events = has_more ? EPOLLOUT : 0;
	events |= command->pending == NULL ? EPOLLIN : 0;
	watch(command, CONNECTION, events);
	bool wants_input = command->is_started && command->credit > 0 && command->out_len == 0;
	watch(command, INPUT, wants_input ? EPOLLIN : 0);
	watch(command, SIGNALS, has_room_for_signal(command) ? EPOLLIN : 0);
	for (int stream = OUTPUT; stream <= ERROR_OUTPUT; stream++) {
		bool is_full = command->pending != NULL && command->pending_stream == stream;
		watch(command, stream, is_full ? EPOLLOUT : 0);
	}
}

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data) {
	pump(data);
	return 0;
}

int command_release(struct command *command, bool *ret_is_answered) {
	command->sources[CONNECTION] = sd_event_source_disable_unref(command->sources[CONNECTION]);
	*ret_is_answered = command->is_connected;
	return fd_steal(&command->fds[CONNECTION]);
}

struct command *command_create(sd_event *event, uint32_t id, int fds[], const uint8_t *run,
		size_t run_len, command_report_t handler, void *data) {
	struct command *command = calloc(1, sizeof(*command));
	if (command == NULL) {
		return NULL;
	}
	bool is_made = run_len <= AGENT_FRAME_MAX;
	for (int i = 0; i < STREAMS; i++) {
		int fd = fd_steal(&fds[i]);
		command->fds[i] = fd;
		is_made = is_made && fd_set_nonblock(fd, true) == 0 &&
				sd_event_add_io(event, &command->sources[i], fd, EPOLLIN, handle_io,
						command) >= 0;
	}
	if (!is_made) {
		bool is_answered;
		fds[CONNECTION] = command_release(command, &is_answered);
		command_destroy(command);
		return NULL;
	}
	command->event = event;
	command->id = id;
	command->handler = handler;
	command->data = data;
	command->credit = AGENT_STDIN_WINDOW;
	agent_decoder_init(&command->decoder, AGENT_COMMAND_TO_HOST);
	/* Not before the OK: the device drops what follows the line before it. */
	memcpy(command->out, run, run_len);
	command->out_len = run_len;
	watch(command, CONNECTION, EPOLLIN);
	for (int stream = INPUT; stream < STREAMS; stream++) {
		watch(command, stream, 0);
	}
	return command;
}

void command_destroy(struct command *command) {
	if (command == NULL) {
		return;
	}
	sd_event_source_disable_unref(command->retired);
	for (int i = 0; i < STREAMS; i++) {
		close_stream(command, i);
	}
	free(command);
}

static int handle_retired(sd_event_source *source, void *data) {
	struct command *command = data;
	command->retired = sd_event_source_disable_unref(command->retired);
	command_destroy(command);
	return 0;
}

void command_retire(struct command *command) {
	for (int i = 0; i < STREAMS; i++) {
		watch(command, i, 0);
	}
	/* Nothing is lost if this fails but the memory of one command. */
	sd_event_add_defer(command->event, &command->retired, handle_retired, command);
}

uint32_t command_id(const struct command *command) {
	return command->id;
}
