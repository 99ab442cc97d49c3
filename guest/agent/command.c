/* SPDX-License-Identifier: MIT */
#include "guest/agent/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "guest/agent/spawn.h"
#include "parse/agent.h"

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

/* What a terminal may hold when its command has ended. */
#define TERMINAL_REST_MAX (64 << 10)

/* A pipe that the command writes. */
struct output {
	struct source source;
	enum agent_type type;
	size_t left; /* once the command ended: bytes still to send */
};

struct command {
	const struct command_context *context;
	struct source sock, stdin_pipe;
	struct output outputs[2];
	struct agent_decoder decoder;

	uint8_t in[AGENT_FRAME_MAX]; /* received, not yet decoded */
	size_t in_len;
	uint8_t input[AGENT_STDIN_WINDOW]; /* for the command's standard input */
	size_t input_len;
	bool input_ends;
	uint32_t credit;              /* taken by the command, not yet told */
	uint8_t out[AGENT_WRITE_MAX]; /* one frame on its way to the host */
	size_t out_at, out_len;

	pid_t pid;                 /* 0: not started, or reaped */
	struct agent_message last; /* EXIT or ERROR, once it ends */
	bool ends, last_sent;
	bool is_terminal; /* its standard descriptors are a terminal */
};

static void finish(struct command *command) {
	command->context->ended(command->context->owner, command);
	command_destroy(command);
}

static void put_frame(struct command *command, const struct agent_message *frame) {
	command->out_at = 0;
	command->out_len = agent_encode(frame, command->out, sizeof(command->out));
}

/* Ends the connection with an ERROR; the command, if it runs, is hung up. */
static void fail(struct command *command, int status, const char *format, ...)
		__attribute__((format(printf, 3, 4)));
static void fail(struct command *command, int status, const char *format, ...) {
	if (command->ends) {
		return;
	}
	command->ends = true;
	command->last.type = AGENT_ERROR;
	command->last.error.status = (uint8_t)status;
	va_list args;
	va_start(args, format);
	vsnprintf(command->last.error.text, sizeof(command->last.error.text), format, args);
	va_end(args);
	source_remove(command->context->loop, &command->outputs[0].source);
	source_remove(command->context->loop, &command->outputs[1].source);
}

/* Is everything that the command wrote before it ended on its way? */
static bool outputs_are_drained(const struct command *command) {
	return command->outputs[0].source.fd < 0 && command->outputs[1].source.fd < 0;
}

/* Puts the next frame that is not output into out, if there is one. */
static void next_frame(struct command *command) {
	if (command->credit > 0 && !command->ends &&
			(command->credit >= AGENT_STDIN_WINDOW / 2 || command->input_len == 0)) {
		agent_decoder_grant(&command->decoder, command->credit);
		put_frame(command,
				&(struct agent_message){.type = AGENT_STDIN_CREDIT,
						.credit = command->credit});
		command->credit = 0;
	} else if (command->ends && !command->last_sent && outputs_are_drained(command)) {
		put_frame(command, &command->last);
		command->last_sent = true;
	}
}

/* Sends what waits. Returns false if the connection is dead. */
static bool flush(struct command *command) {
	while (command->out_at < command->out_len) {
		ssize_t n = fd_send(command->sock.fd, command->out + command->out_at,
				command->out_len - command->out_at, NULL, 0);
		if (n == -EAGAIN) {
			return true;
		} else if (n < 0) {
			return false;
		}
		command->out_at += (size_t)n;
	}
	command->out_at = command->out_len = 0;
	return true;
}

/* Sends all that can be sent, and decides what to wait for. Must be the last act of a callback. */
static void pump(struct command *command) {
	bool blocked = false;
	for (;;) {
		if (!flush(command)) {
			finish(command);
			return;
		}
		if (command->out_len == 0 && command->last_sent) {
			/* The host hangs up: hanging up first, the vsock device may drop the end. */
			source_watch(command->context->loop, &command->sock, EPOLLIN);
			return;
		}
		blocked = command->out_len > 0;
		if (blocked) {
			break;
		}
		next_frame(command);
		if (command->out_len == 0) {
			break;
		}
	}
	struct loop *loop = command->context->loop;
	source_watch(loop, &command->sock, EPOLLIN | (blocked ? EPOLLOUT : 0u));
	source_watch(loop, &command->outputs[0].source, blocked ? 0 : EPOLLIN);
	source_watch(loop, &command->outputs[1].source, blocked ? 0 : EPOLLIN);
	source_watch(loop, &command->stdin_pipe, command->input_len > 0 ? EPOLLOUT : 0);
}

/* What others write to the terminal when the command has ended is not its own: nothing more is read
 * when there is nothing at once. A pipe's rest is counted instead. */
static void end_terminal(struct command *command, struct output *output) {
	struct pollfd wait = {.fd = output->source.fd, .events = POLLIN};
	if (command->is_terminal && command->pid == 0 && output->source.fd >= 0 &&
			(poll(&wait, 1, 0) <= 0 || (wait.revents & POLLIN) == 0)) {
		source_remove(command->context->loop, &output->source);
	}
}

static void output_ready(struct command *command, struct output *output) {
	size_t want = AGENT_DATA_MAX;
	if (command->pid == 0 && output->left < want) {
		want = output->left;
	}
	uint8_t *bytes = command->out + AGENT_HEADER_SIZE;
	ssize_t n = want > 0 ? read(output->source.fd, bytes, want) : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n <= 0) {
		source_remove(command->context->loop, &output->source);
	} else {
		put_frame(command,
				&(struct agent_message){
						.type = output->type, .data = {bytes, (size_t)n}});
		output->left -= command->pid == 0 ? (size_t)n : 0;
		if (command->pid == 0 && output->left == 0) {
			source_remove(command->context->loop, &output->source);
		}
	}
	end_terminal(command, output);
	pump(command);
}

static void stdout_ready(struct source *source, uint32_t events) {
	struct command *command = CONTAINER_OF(source, struct command, outputs[0].source);
	output_ready(command, &command->outputs[0]);
}

static void stderr_ready(struct source *source, uint32_t events) {
	struct command *command = CONTAINER_OF(source, struct command, outputs[1].source);
	output_ready(command, &command->outputs[1]);
}

/* Input that nobody will read any more counts as taken: the host must not wait for credit. */
static void drop_input(struct command *command) {
	command->credit += (uint32_t)command->input_len;
	command->input_len = 0;
	source_remove(command->context->loop, &command->stdin_pipe);
}

/* Writes waiting input to the command. */
static void feed(struct command *command) {
	if (command->stdin_pipe.fd < 0) {
		drop_input(command);
		return;
	}
	if (command->input_len > 0) {
		ssize_t n = write(command->stdin_pipe.fd, command->input, command->input_len);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			drop_input(command);
		} else if (n > 0) {
			command->input_len -= (size_t)n;
			command->credit += (uint32_t)n;
			memmove(command->input, command->input + n, command->input_len);
		}
	}
	if (command->input_len == 0 && command->input_ends) {
		source_remove(command->context->loop, &command->stdin_pipe);
	}
}

static void stdin_ready(struct source *source, uint32_t events) {
	struct command *command = CONTAINER_OF(source, struct command, stdin_pipe);
	feed(command);
	pump(command);
}

void command_exited(struct command *command, const siginfo_t *info) {
	command->pid = 0;
	drop_input(command);
	/* What is in its pipes now is all that it wrote itself. */
	for (int i = 0; i < 2; i++) {
		struct output *output = &command->outputs[i];
		int bytes = 0;
		if (output->source.fd >= 0) {
			/* A terminal's count is not to be trusted yet; it holds no more. */
			if (command->is_terminal) {
				bytes = TERMINAL_REST_MAX;
			} else {
				ioctl(output->source.fd, FIONREAD, &bytes);
			}
			output->left = (size_t)bytes;
		}
		if (bytes == 0) {
			source_remove(command->context->loop, &output->source);
		}
		end_terminal(command, output);
	}
	if (!command->ends) {
		command->ends = true;
		command->last.type = AGENT_EXIT;
		bool exited = info->si_code == CLD_EXITED;
		command->last.exit = (struct agent_exit){
				.status = exited ? (uint8_t)info->si_status : 0,
				.signal = exited ? 0 : (uint8_t)info->si_status,
		};
	}
	pump(command);
}

pid_t command_pid(const struct command *command) {
	return command->pid;
}

static void adopt_child(struct command *command, const struct child *child) {
	struct loop *loop = command->context->loop;
	command->pid = child->pid;
	command->outputs[0].type = AGENT_STDOUT;
	command->outputs[1].type = AGENT_STDERR;
	/* Not yet watched: this cannot fail. */
	source_add(loop, &command->stdin_pipe, child->stdin_fd, 0, stdin_ready);
	source_add(loop, &command->outputs[0].source, child->stdout_fd, 0, stdout_ready);
	if (child->stderr_fd >= 0) {
		source_add(loop, &command->outputs[1].source, child->stderr_fd, 0, stderr_ready);
	}
	put_frame(command,
			&(struct agent_message){
					.type = AGENT_STARTED, .pid = (uint32_t)child->pid});
}

static void run_as(struct command *command, const struct user *user, const struct agent_run *run) {
	char **environment = environment_create(user, command->context->defaults_path, run->env);
	if (environment == NULL) {
		fail(command, 1, "The agent is out of memory");
		return;
	}
	bool is_application = (run->flags & AGENT_RUN_APPLICATION) != 0;
	bool is_shell = (run->flags & AGENT_RUN_SHELL) != 0;
	command->is_terminal = (run->flags & AGENT_RUN_TERMINAL) != 0;
	struct spawn_request request = {
			.user = user,
			.environment = environment,
			.argv = is_application || is_shell ? NULL : (char *const *)run->argv,
			.application = is_application ? run->argv[0] : NULL,
			.window = command->is_terminal ? &run->window : NULL,
	};
	struct child child;
	struct spawn_failure failure;
	bool is_started = spawn(&request, &child, &failure);
	environment_free(environment);
	if (!is_started) {
		fail(command, failure.status, "Cannot %s %.100s: %s", failure.step,
				is_shell ? user->shell : run->argv[0], strerror(failure.err));
		return;
	}
	log_debug("command %d: %s", child.pid, user->name);
	adopt_child(command, &child);
}

static void run(struct command *command, const struct agent_run *request) {
	if ((request->flags & AGENT_RUN_ROOT) == 0) {
		run_as(command, command->context->user, request);
		return;
	}
	struct user root;
	if (getuid() != 0) {
		fail(command, 1, "The agent in this VM does not run as root");
	} else if (user_init(&root, "root") < 0) {
		fail(command, 1, "This VM has no user root");
	} else {
		run_as(command, &root, request);
		user_finish(&root);
	}
}

/* To the command's process group; of a terminal, to the one that the terminal obeys. */
static void send_signal(const struct command *command, int number) {
	if (command->pid <= 0) {
		return;
	}
	pid_t group = command->is_terminal ? tcgetpgrp(command->outputs[0].source.fd) : -1;
	kill(-(group > 0 ? group : command->pid), number);
}

static void resize(const struct command *command, const struct agent_window *window) {
	struct winsize size = {.ws_col = (unsigned short)window->columns,
			.ws_row = (unsigned short)window->rows};
	if (command->is_terminal && command->outputs[0].source.fd >= 0) {
		ioctl(command->outputs[0].source.fd, TIOCSWINSZ, &size);
	}
}

static void handle(struct command *command, const struct agent_message *request) {
	switch (request->type) {
	case AGENT_RUN:
		run(command, &request->run);
		break;
	case AGENT_STDIN:
		/* The decoder has checked the window, so it fits. */
		memcpy(command->input + command->input_len, request->data.bytes, request->data.len);
		command->input_len += request->data.len;
		feed(command);
		break;
	case AGENT_STDIN_EOF:
		command->input_ends = true;
		feed(command);
		break;
	case AGENT_SIGNAL:
		send_signal(command, (int)request->signal);
		break;
	case AGENT_WINDOW:
		resize(command, &request->window);
		break;
	default:
		break; /* the decoder lets nothing else through */
	}
}

/* Decodes whatever is complete in the receive buffer. */
static void decode(struct command *command) {
	/* Too large for the stack, and used up before this returns. */
	static struct agent_message message;
	size_t at = 0, used;
	enum agent_result result = AGENT_OK;
	while (!command->ends) {
		result = agent_decode(&command->decoder, command->in + at, command->in_len - at,
				&message, &used);
		if (result != AGENT_OK) {
			break;
		}
		handle(command, &message);
		at += used;
	}
	if (command->ends) {
		at = command->in_len;
	} else if (result != AGENT_INCOMPLETE) {
		fail(command, 1, "The host sent: %s", agent_result_text(result));
		at = command->in_len;
	}
	command->in_len -= at;
	memmove(command->in, command->in + at, command->in_len);
}

static void sock_ready(struct source *source, uint32_t events) {
	struct command *command = CONTAINER_OF(source, struct command, sock);
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		ssize_t n = recv(source->fd, command->in + command->in_len,
				sizeof(command->in) - command->in_len, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			finish(command);
			return;
		}
		if (n > 0) {
			command->in_len += (size_t)n;
			decode(command);
		}
	}
	pump(command);
}

struct command *command_create(const struct command_context *context, int fd, const char *refusal) {
	struct command *command = calloc(1, sizeof(*command));
	if (command == NULL) {
		fd_close(&fd);
		return NULL;
	}
	command->context = context;
	command->stdin_pipe.fd = -1;
	command->outputs[0].source.fd = command->outputs[1].source.fd = -1;
	agent_decoder_init(&command->decoder, AGENT_COMMAND_TO_GUEST);
	/* Writable at once, so a refusal goes out with the first event. */
	uint32_t events = EPOLLIN | (refusal != NULL ? EPOLLOUT : 0u);
	if (source_add(context->loop, &command->sock, fd, events, sock_ready) < 0) {
		free(command);
		return NULL;
	}
	if (refusal != NULL) {
		fail(command, 1, "%s", refusal);
	}
	return command;
}

void command_destroy(struct command *command) {
	if (command == NULL) {
		return;
	}
	if (command->pid > 0) {
		kill(-command->pid, SIGHUP);
		kill(-command->pid, SIGCONT);
		log_debug("command %d: the host hung up", command->pid);
	}
	struct loop *loop = command->context->loop;
	source_remove(loop, &command->sock);
	source_remove(loop, &command->stdin_pipe);
	source_remove(loop, &command->outputs[0].source);
	source_remove(loop, &command->outputs[1].source);
	free(command);
}
