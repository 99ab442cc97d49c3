/* SPDX-License-Identifier: MIT
 *
 * The commands that go on for a while: run and shell, with the command's standard streams in pipes
 * that never are the user's terminal, and log.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/fd.h"
#include "vmctl/cli/cli.h"
#include "vmctl/cli/filter.h"
#include "vmctl/cli/terminal.h"
#include "vmctl/supervisor/interface.h"

#define CHUNK 16384

/* A guest's output on its way to one of our own streams. */
struct outlet {
	struct session *session;
	int pipe, target;
	sd_event_source *source;
	struct filter filter;
	bool is_raw, has_shown;
};

struct session {
	const struct cli_options *options;
	const char *vm;
	sd_event *event;
	sd_varlink *link;
	struct outlet outlets[2];
	/* Standard input, through a buffer: its two ends are never ready at the same time. */
	int input;
	sd_event_source *input_source, *stdin_source;
	char buffer[CHUNK];
	size_t buffer_len, buffer_sent;
	int signals; /* what the command is sent, a byte each */
	bool is_signalled;
	bool is_shell;   /* on a terminal in the guest; ours is its screen */
	bool is_console; /* the same for its serial console */
	struct terminal terminal;
	bool is_answered;
	int status;
};

static bool write_all(int fd, const char *bytes, size_t len) {
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno != EINTR) {
			return false;
		}
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Raw output is for programs; on a terminal a guest could make it do anything. */
static bool show(bool is_raw, struct filter *filter, int target, const char *bytes, size_t len) {
	static char shown[FILTER_ROOM(CHUNK)];
	if (is_raw) {
		return write_all(target, bytes, len);
	}
	while (len > 0) {
		size_t n = len < CHUNK ? len : CHUNK;
		if (!write_all(target, shown, filter_bytes(filter, bytes, n, shown))) {
			return false;
		}
		bytes += n;
		len -= n;
	}
	return true;
}

static void finish_if_done(struct session *session) {
	if (session->is_answered && session->outlets[0].pipe < 0 && session->outlets[1].pipe < 0) {
		sd_event_exit(session->event, session->status);
	}
}

static int handle_outlet(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct outlet *outlet = data;
	char bytes[CHUNK];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return 0;
	}
	outlet->has_shown = outlet->has_shown || n > 0;
	bool is_shown = n > 0 &&
			show(outlet->is_raw, &outlet->filter, outlet->target, bytes, (size_t)n);
	if (n > 0 && !is_shown && outlet->target == STDOUT_FILENO) {
		/* As for a program of the host's own: nobody reads, so it ends. */
		if (errno != EPIPE) {
			fprintf(stderr, "vmctl: cannot write: %s\n", strerror(errno));
		}
		return sd_event_exit(outlet->session->event, errno == EPIPE ? 128 + SIGPIPE : 1);
	}
	if (!is_shown) {
		outlet->source = sd_event_source_disable_unref(outlet->source);
		fd_close(&outlet->pipe);
		finish_if_done(outlet->session);
	}
	return 0;
}

static void close_input(struct session *session) {
	session->input_source = sd_event_source_disable_unref(session->input_source);
	session->stdin_source = sd_event_source_disable_unref(session->stdin_source);
	fd_close(&session->input);
}

static void leave_terminal(struct session *session) {
	const struct outlet *screen = &session->outlets[0];
	bool has_changed = screen->has_shown && !screen->is_raw;
	terminal_leave(&session->terminal, has_changed ? &screen->filter.screen : NULL);
}

/* Looks for the keys with which the user leaves. Returns whether the session goes on. */
static bool take_keys(struct session *session) {
	bool leaves;
	session->buffer_len = terminal_keys(&session->terminal, session->buffer,
			session->buffer_len, &leaves);
	if (leaves) {
		leave_terminal(session);
		fputs(session->is_console ? "\nvmctl: you left the console\n"
					  : "\nvmctl: you left; what ran there was hung up\n",
				stderr);
		sd_event_exit(session->event, session->is_console ? 0 : 1);
	}
	return !leaves && session->buffer_len > 0;
}

/* A regular file cannot be waited for, and need not be. */
static void fill_buffer(struct session *session) {
	ssize_t n = read(STDIN_FILENO, session->buffer, sizeof(session->buffer) - 1);
	if (n <= 0) {
		close_input(session);
		return;
	}
	session->buffer_len = (size_t)n;
	session->buffer_sent = 0;
	if (session->terminal.is_raw && !take_keys(session)) {
		return;
	}
	sd_event_source_set_enabled(session->input_source, SD_EVENT_ON);
	if (session->stdin_source != NULL) {
		sd_event_source_set_enabled(session->stdin_source, SD_EVENT_OFF);
	}
}

static int handle_stdin(sd_event_source *source, int fd, uint32_t events, void *data) {
	fill_buffer(data);
	return 0;
}

static int handle_input(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct session *session = data;
	if (session->buffer_sent == session->buffer_len) {
		fill_buffer(session);
		return 0;
	}
	ssize_t n = write(fd, session->buffer + session->buffer_sent,
			session->buffer_len - session->buffer_sent);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		close_input(session);
		return 0;
	}
	session->buffer_sent += n > 0 ? (size_t)n : 0;
	if (session->buffer_sent == session->buffer_len && session->stdin_source != NULL) {
		sd_event_source_set_enabled(session->input_source, SD_EVENT_OFF);
		sd_event_source_set_enabled(session->stdin_source, SD_EVENT_ON);
	}
	return 0;
}

static int handle_answer(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct session *session = data;
	session->is_answered = true;
	if (error_id == NULL && session->is_console) {
		fprintf(stderr,
				"vmctl: the console of %s; Ctrl+] leaves, Enter may show a "
				"prompt\r\n",
				session->vm);
		session->status = 0;
		return 0;
	}
	close_input(session);
	if (error_id != NULL) {
		leave_terminal(session);
		session->status = cli_complain(error_id, parameters);
		sd_json_variant *given = sd_json_variant_by_key(parameters, "status");
		if (given != NULL && sd_json_variant_is_unsigned(given)) {
			session->status = (int)(sd_json_variant_unsigned(given) & 0xff);
		}
		return sd_event_exit(session->event, session->status);
	}
	sd_json_variant *status = sd_json_variant_by_key(parameters, "status");
	sd_json_variant *sig = sd_json_variant_by_key(parameters, "signal");
	uint64_t number = sig != NULL ? sd_json_variant_unsigned(sig) : 0;
	session->status = number != 0    ? 128 + (int)number
			: status != NULL ? (int)sd_json_variant_unsigned(status)
					 : 1;
	finish_if_done(session);
	return 0;
}

/* The first goes to the command; whoever asks again does not want to wait for it. A shell's keys do
 * not become signals here: its signals are from somebody who wants vmctl to end. */
static int handle_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data) {
	struct session *session = data;
	uint8_t number = (uint8_t)info->ssi_signo;
	if (session->terminal.is_raw || session->is_signalled ||
			write(session->signals, &number, 1) != 1) {
		return sd_event_exit(session->event, 128 + number);
	}
	session->is_signalled = true;
	return 0;
}

static int handle_resize(sd_event_source *source, const struct signalfd_siginfo *info, void *data) {
	struct session *session = data;
	unsigned columns, rows;
	terminal_size(&columns, &rows);
	uint8_t size[RUN_WINDOW_SIZE] = {RUN_WINDOW, (uint8_t)columns, (uint8_t)(columns >> 8),
			(uint8_t)rows, (uint8_t)(rows >> 8)};
	ssize_t written = write(session->signals, size, sizeof(size));
	return written > 0 ? 0 : -errno;
}

static int catch_signals(struct session *session) {
	static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	int result = 0;
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && result >= 0; i++) {
		result = sd_event_add_signal(session->event, NULL,
				numbers[i] | SD_EVENT_SIGNAL_PROCMASK, handle_signal, session);
	}
	if (result >= 0 && session->is_shell) {
		result = sd_event_add_signal(session->event, NULL,
				SIGWINCH | SD_EVENT_SIGNAL_PROCMASK, handle_resize, session);
	}
	return result;
}

/* The pipes; remote gets the ends for the guest's side. */
static int open_streams(struct session *session, int remote[RUN_STREAMS]) {
	int in[2], out[2], err[2], signals[2];
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
			pipe2(signals, O_CLOEXEC) < 0) {
		return -errno;
	}
	remote[0] = in[0];
	remote[1] = out[1];
	remote[2] = err[1];
	remote[3] = signals[0];
	session->input = in[1];
	session->signals = signals[1];
	fd_set_nonblock(session->input, true);
	fd_set_nonblock(session->signals, true);
	for (int i = 0; i < 2; i++) {
		struct outlet *outlet = &session->outlets[i];
		outlet->session = session;
		outlet->pipe = i == 0 ? out[0] : err[0];
		outlet->target = i == 0 ? STDOUT_FILENO : STDERR_FILENO;
		/* A file or another program gets a command's bytes as they are. */
		outlet->is_raw = session->options->raw ||
				(!session->is_shell && !session->is_console &&
						!isatty(outlet->target));
		int result = sd_event_add_io(session->event, &outlet->source, outlet->pipe, EPOLLIN,
				handle_outlet, outlet);
		if (result < 0) {
			return result;
		}
	}
	int result = sd_event_add_io(session->event, &session->input_source, session->input,
			EPOLLOUT, handle_input, session);
	if (result < 0) {
		return result;
	}
	result = sd_event_add_io(session->event, &session->stdin_source, STDIN_FILENO, EPOLLIN,
			handle_stdin, session);
	if (result == -EPERM) {
		return 0;
	}
	if (result >= 0) {
		sd_event_source_set_enabled(session->input_source, SD_EVENT_OFF);
	} else {
		/* No standard input at all. */
		close_input(session);
	}
	return 0;
}

static int start_run(struct session *session, char **command) {
	int remote[RUN_STREAMS];
	int result = open_streams(session, remote);
	for (int i = 0; i < RUN_STREAMS && result >= 0; i++) {
		result = sd_varlink_push_fd(session->link, remote[i]);
	}
	if (result >= 0) {
		sd_varlink_set_userdata(session->link, session);
		result = sd_varlink_bind_reply(session->link, handle_answer);
	}
	if (result >= 0) {
		result = sd_varlink_attach_event(session->link, session->event,
				SD_EVENT_PRIORITY_NORMAL);
	}
	if (result < 0) {
		return result;
	}
	if (session->is_console) {
		return sd_varlink_invokebo(session->link, MANAGER_NAME ".Console",
				SD_JSON_BUILD_PAIR_STRING("name", session->vm));
	}
	const char *application = session->options->application, *term = getenv("TERM");
	unsigned columns, rows;
	terminal_size(&columns, &rows);
	return sd_varlink_invokebo(session->link, MANAGER_NAME ".Run",
			SD_JSON_BUILD_PAIR_STRING("name", session->vm),
			SD_JSON_BUILD_PAIR_CONDITION(application == NULL && command[0] != NULL,
					"argv", SD_JSON_BUILD_STRV(command)),
			SD_JSON_BUILD_PAIR_CONDITION(session->is_shell, "terminal",
					SD_JSON_BUILD_OBJECT(SD_JSON_BUILD_PAIR_UNSIGNED("columns",
									     columns),
							SD_JSON_BUILD_PAIR_UNSIGNED("rows", rows),
							SD_JSON_BUILD_PAIR_STRING("term",
									term != NULL ? term : ""))),
			SD_JSON_BUILD_PAIR_CONDITION(application != NULL, "application",
					SD_JSON_BUILD_STRING(application)),
			SD_JSON_BUILD_PAIR_BOOLEAN("root", session->options->root));
}

enum session_kind {
	SESSION_RUN,
	SESSION_SHELL,
	SESSION_CONSOLE,
};

/* One command, or the console, from its start to its end. Returns vmctl's exit status. */
static int hold_session(const struct cli_options *options, const char *vm, char **command,
		enum session_kind kind) {
	struct session session = {.options = options,
			.vm = vm,
			.input = -1,
			.signals = -1,
			.status = 1,
			.is_shell = kind == SESSION_SHELL,
			.is_console = kind == SESSION_CONSOLE};
	session.outlets[0].filter.is_screen = kind != SESSION_RUN;
	if (!cli_connect(&session.link)) {
		return 1;
	}
	int result = sd_event_new(&session.event);
	if (result >= 0) {
		result = catch_signals(&session);
	}
	if (result >= 0) {
		result = start_run(&session, command);
	}
	enum terminal_exit way_out = kind == SESSION_SHELL ? TERMINAL_TILDE : TERMINAL_BRACKET;
	if (result >= 0 && kind != SESSION_RUN && !terminal_enter(&session.terminal, way_out)) {
		result = -errno;
	}
	if (result >= 0) {
		result = sd_event_loop(session.event);
	}
	leave_terminal(&session);
	if (result < 0) {
		fprintf(stderr, "vmctl: %s\n", strerror(-result));
		result = 1;
	}
	close_input(&session);
	fd_close(&session.signals);
	for (int i = 0; i < 2; i++) {
		sd_event_source_disable_unref(session.outlets[i].source);
	}
	sd_varlink_close_unref(session.link);
	sd_event_unref(session.event);
	return result;
}

int cli_run(const struct cli_options *options, int argc, char **argv) {
	bool has_command = options->application != NULL ? argc == 2 : argc >= 3;
	if (!has_command) {
		return cli_usage(argv[0]);
	}
	if (options->application == NULL) {
		cli_tell_boot(argv[1]);
	}
	return hold_session(options, argv[1], argv + 2, SESSION_RUN);
}

int cli_shell(const struct cli_options *options, int argc, char **argv) {
	if (!terminal_is_there()) {
		fprintf(stderr,
				"vmctl: shell needs a terminal as standard input and output; "
				"without "
				"one use: vmctl run %s COMMAND\n",
				argv[1]);
		return 1;
	}
	/* Booted while Ctrl+C still means what it means. */
	int status = cli_start(options, 2, (char *[]){argv[0], argv[1], NULL});
	return status != 0 ? status : hold_session(options, argv[1], argv + 2, SESSION_SHELL);
}

int cli_console(const struct cli_options *options, int argc, char **argv) {
	if (!terminal_is_there()) {
		fprintf(stderr,
				"vmctl: console needs a terminal as standard input and output; to "
				"see "
				"what it said: vmctl log %s\n",
				argv[1]);
		return 1;
	}
	return hold_session(options, argv[1], NULL, SESSION_CONSOLE);
}

struct log_session {
	const struct cli_options *options;
	sd_event *event;
	struct filter filter;
};

static int handle_log(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct log_session *session = data;
	if (error_id != NULL) {
		return sd_event_exit(session->event, cli_complain(error_id, parameters));
	}
	sd_json_variant *value = sd_json_variant_by_key(parameters, "data");
	void *bytes = NULL;
	size_t len = 0;
	if (value != NULL && sd_json_variant_unbase64(value, &bytes, &len) >= 0) {
		show(session->options->raw, &session->filter, STDOUT_FILENO, bytes, len);
	}
	free(bytes);
	return (flags & SD_VARLINK_REPLY_CONTINUES) != 0 ? 0 : sd_event_exit(session->event, 0);
}

int cli_log(const struct cli_options *options, int argc, char **argv) {
	struct log_session session = {.options = options};
	sd_varlink *link = NULL;
	if (!cli_connect(&link)) {
		return 1;
	}
	int result = sd_event_new(&session.event);
	if (result >= 0) {
		sd_varlink_set_userdata(link, &session);
		result = sd_varlink_bind_reply(link, handle_log);
	}
	if (result >= 0) {
		result = sd_varlink_attach_event(link, session.event, SD_EVENT_PRIORITY_NORMAL);
	}
	if (result >= 0) {
		result = sd_varlink_observebo(link, MANAGER_NAME ".Log",
				SD_JSON_BUILD_PAIR_STRING("name", argv[1]),
				SD_JSON_BUILD_PAIR_BOOLEAN("follow", options->follow));
	}
	if (result >= 0) {
		result = sd_event_loop(session.event);
	}
	if (result < 0) {
		fprintf(stderr, "vmctl: %s\n", strerror(-result));
		result = 1;
	}
	sd_varlink_close_unref(link);
	sd_event_unref(session.event);
	return result;
}
