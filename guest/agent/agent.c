/* SPDX-License-Identifier: MIT */
#include "guest/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "guest/agent/transport.h"

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

/* How long a VM without a Wayland socket holds HELLO back. */
#define WAIT_MS 5000
/* How long the agent rests between attempts to reach the host. */
#define REST_MIN_MS 100
#define REST_MAX_MS 4000
/* After a connection that lasted so long the next rest is short again. */
#define WELL_MS 10000

static void set_timer(struct agent *agent, unsigned delay_ms) {
	struct itimerspec when = {.it_value = {.tv_sec = delay_ms / 1000,
						  .tv_nsec = delay_ms % 1000 * 1000000L}};
	timerfd_settime(agent->timer.fd, 0, &when, NULL);
}

/* Commands. */

static void command_ended(void *owner, struct command *command) {
	struct agent *agent = owner;
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		if (agent->commands[i] == command) {
			agent->commands[i] = NULL;
		}
	}
}

static void listener_ready(struct source *source, uint32_t events) {
	struct agent *agent = CONTAINER_OF(source, struct agent, listener);
	int fd = transport_accept(source->fd);
	if (fd < 0) {
		return;
	}
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		if (agent->commands[i] == NULL) {
			agent->commands[i] = command_create(&agent->context, fd, NULL);
			return;
		}
	}
	command_create(&agent->context, fd, "Too many commands run in this VM");
}

static void reap(struct agent *agent) {
	siginfo_t info = {0};
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid > 0) {
		for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
			struct command *command = agent->commands[i];
			if (command != NULL && command_pid(command) == info.si_pid) {
				command_exited(command, &info);
				break;
			}
		}
		info.si_pid = 0;
	}
}

static void signals_ready(struct source *source, uint32_t events) {
	struct agent *agent = CONTAINER_OF(source, struct agent, signals);
	struct signalfd_siginfo info;
	if (read(source->fd, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
		return;
	}
	if (info.ssi_signo == SIGCHLD) {
		reap(agent);
	} else {
		loop_quit(&agent->loop);
	}
}

/* Control connection. */

/* Orderly shutdown is PID 1's work: the signal that systemd and silo-init take for "power off". */
static void shut_down(struct agent *agent) {
	log_info("the host asks for shutdown");
	if (agent->options->connect_path != NULL) {
		loop_quit(&agent->loop);
	} else if (kill(1, SIGRTMIN + 4) < 0) {
		log_error("cannot tell PID 1 to power off: %s", strerror(errno));
	}
}

/* A host that hangs up at once would only do so again. */
static void rest(struct agent *agent) {
	source_remove(&agent->loop, &agent->control);
	if (agent->connected && clock_now_ms() - agent->connected_ms >= WELL_MS) {
		agent->rest_ms = REST_MIN_MS;
	}
	agent->connected = false;
	agent->out_len = agent->out_at = 0;
	set_timer(agent, agent->rest_ms);
	agent->rest_ms = agent->rest_ms * 2 < REST_MAX_MS ? agent->rest_ms * 2 : REST_MAX_MS;
}

static bool say_hello(struct agent *agent) {
	int err = transport_connect_result(agent->control.fd);
	struct agent_message hello = {.type = AGENT_HELLO, .hello = {.version = AGENT_VERSION}};
	uint8_t frame[AGENT_HEADER_SIZE + 4 + AGENT_BOOT_ID_LEN];
	cleanup_fd int id = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (err < 0 || id < 0 ||
			read(id, hello.hello.boot_id, AGENT_BOOT_ID_LEN) != AGENT_BOOT_ID_LEN) {
		return false;
	}
	size_t len = agent_encode(&hello, frame, sizeof(frame));
	return len > 0 && fd_send(agent->control.fd, frame, len, NULL, 0) == (ssize_t)len;
}

/* Takes the list to send it, if a new one waits and the last one is gone. */
static void begin_list(struct agent *agent) {
	const struct applications *applications = &agent->applications;
	if (!agent->list_is_due || agent->out_len > 0 || applications->frames == NULL) {
		return;
	}
	agent->list_is_due = false;
	uint8_t *out = realloc(agent->out, applications->frames_len);
	if (out != NULL) {
		memcpy(out, applications->frames, applications->frames_len);
		agent->out = out;
		agent->out_len = applications->frames_len;
	}
}

/* Sends of the list what can be sent. Returns false if the connection is dead. */
static bool tell_list(struct agent *agent) {
	for (begin_list(agent); agent->out_at < agent->out_len;) {
		size_t left = agent->out_len - agent->out_at;
		ssize_t n = fd_send(agent->control.fd, agent->out + agent->out_at,
				left < AGENT_WRITE_MAX ? left : AGENT_WRITE_MAX, NULL, 0);
		if (n == -EAGAIN) {
			source_watch(&agent->loop, &agent->control, EPOLLIN | EPOLLOUT);
			return true;
		} else if (n < 0) {
			return false;
		}
		agent->out_at += (size_t)n;
		if (agent->out_at == agent->out_len) {
			agent->out_at = agent->out_len = 0;
			begin_list(agent);
		}
	}
	source_watch(&agent->loop, &agent->control, EPOLLIN);
	return true;
}

static void list_ready(void *owner) {
	struct agent *agent = owner;
	agent->list_is_due = true;
	if (agent->connected && !tell_list(agent)) {
		rest(agent);
	}
}

/* Reads the host's words. Returns false at their end. */
static bool listen_to_host(struct agent *agent) {
	ssize_t n = recv(agent->control.fd, agent->in + agent->in_len,
			sizeof(agent->in) - agent->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return true;
	}
	if (n <= 0) {
		return false;
	}
	agent->in_len += (size_t)n;
	static struct agent_message message;
	size_t used;
	enum agent_result result =
			agent_decode(&agent->decoder, agent->in, agent->in_len, &message, &used);
	if (result == AGENT_INCOMPLETE) {
		return true;
	} else if (result != AGENT_OK) {
		log_warn("control connection: %s", agent_result_text(result));
		return false;
	}
	agent->in_len = 0;
	shut_down(agent);
	return true;
}

static void control_ready(struct source *source, uint32_t events) {
	struct agent *agent = CONTAINER_OF(source, struct agent, control);
	if (agent->connected) {
		bool is_good = (events & ~(uint32_t)EPOLLOUT) == 0 || listen_to_host(agent);
		if (!is_good || !tell_list(agent)) {
			rest(agent);
		}
	} else if (say_hello(agent)) {
		log_info("connected to the host");
		agent->connected = true;
		agent->connected_ms = clock_now_ms();
		agent_decoder_init(&agent->decoder, AGENT_CONTROL_TO_GUEST);
		agent->in_len = 0;
		agent->list_is_due = true;
		if (!tell_list(agent)) {
			rest(agent);
		}
	} else {
		rest(agent);
	}
}

static void connect_to_host(struct agent *agent) {
	set_timer(agent, 0);
	source_remove(&agent->loop, &agent->appearance);
	int fd = transport_connect(agent->options->connect_path);
	if (fd < 0 || source_add(&agent->loop, &agent->control, fd, EPOLLOUT, control_ready) < 0) {
		rest(agent);
	}
}

/* The deadline of waiting, or the end of a rest. */
static void timer_ready(struct source *source, uint32_t events) {
	struct agent *agent = CONTAINER_OF(source, struct agent, timer);
	uint64_t times;
	if (read(source->fd, &times, sizeof(times)) != (ssize_t)sizeof(times)) {
		return;
	}
	if (agent->appearance.fd >= 0) {
		log_warn("%s did not appear; ready without it", agent->options->wait_path);
	}
	connect_to_host(agent);
}

static void appearance_ready(struct source *source, uint32_t events) {
	struct agent *agent = CONTAINER_OF(source, struct agent, appearance);
	uint8_t ignored[4096] __attribute__((aligned(8)));
	if (read(source->fd, ignored, sizeof(ignored)) > 0 &&
			access(agent->options->wait_path, F_OK) == 0) {
		connect_to_host(agent);
	}
}

/* Connects, or waits first for the path in the options. */
static void begin(struct agent *agent) {
	const char *path = agent->options->wait_path;
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	int fd = slash != NULL ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;
	if (fd >= 0) {
		char *folder = strndup(path, (size_t)(slash - path));
		int watch = folder != NULL ? inotify_add_watch(fd, folder, IN_CREATE | IN_MOVED_TO)
					   : -1;
		free(folder);
		/* Looked at after the watch began: it cannot appear unnoticed. */
		if (watch >= 0 && access(path, F_OK) < 0 &&
				source_add(&agent->loop, &agent->appearance, fd, EPOLLIN,
						appearance_ready) == 0) {
			set_timer(agent, WAIT_MS);
			return;
		}
		fd_close(&fd);
	}
	connect_to_host(agent);
}

static int find_user(struct agent *agent) {
	const char *name = agent->options->user;
	if (name == NULL && getuid() != 0) {
		return user_init_self(&agent->user);
	}
	return user_init(&agent->user, name != NULL ? name : "user");
}

/* Opens a listening socket, a timer and the signals. Returns what failed, or NULL; errno is set. */
static const char *open_sources(struct agent *agent) {
	int fd = transport_listen(agent->options->listen_path);
	if (fd < 0) {
		errno = -fd;
		return agent->options->listen_path != NULL
				? agent->options->listen_path
				: "listen for the host (are the vsock modules loaded?)";
	}
	int err = source_add(&agent->loop, &agent->listener, fd, EPOLLIN, listener_ready);
	fd = err == 0 ? timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK) : -1;
	if (fd < 0 || source_add(&agent->loop, &agent->timer, fd, EPOLLIN, timer_ready) < 0) {
		return "make a timer";
	}
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0 || source_add(&agent->loop, &agent->signals, fd, EPOLLIN, signals_ready) < 0) {
		return "take signals";
	}
	return NULL;
}

bool agent_init(struct agent *agent, const struct agent_options *options) {
	*agent = (struct agent){.options = options, .rest_ms = REST_MIN_MS};
	struct source *sources[] = {&agent->listener, &agent->control, &agent->timer,
			&agent->signals, &agent->appearance};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		sources[i]->fd = -1;
	}
	int err = loop_init(&agent->loop);
	if (err == 0) {
		err = find_user(agent);
	}
	if (err < 0) {
		log_error("no user %s: %s", options->user != NULL ? options->user : "user",
				strerror(-err));
		agent_finish(agent);
		return false;
	}
	agent->context = (struct command_context){
			.loop = &agent->loop,
			.user = &agent->user,
			.defaults_path = options->defaults_path,
			.owner = agent,
			.ended = command_ended,
	};
	const char *failed = open_sources(agent);
	if (failed != NULL) {
		log_error("cannot %s: %s", failed, strerror(errno));
		agent_finish(agent);
		return false;
	}
	return true;
}

bool agent_run(struct agent *agent) {
	begin(agent);
	int err = applications_init(&agent->applications, &agent->loop, &agent->user,
			agent->options->defaults_path, list_ready, agent);
	if (err < 0) {
		log_warn("the host will not be told of applications: %s", strerror(-err));
	}
	err = loop_run(&agent->loop);
	if (err < 0) {
		log_error("event loop: %s", strerror(-err));
	}
	return err == 0;
}

void agent_finish(struct agent *agent) {
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		command_destroy(agent->commands[i]);
	}
	applications_finish(&agent->applications);
	free(agent->out);
	source_remove(&agent->loop, &agent->appearance);
	source_remove(&agent->loop, &agent->signals);
	source_remove(&agent->loop, &agent->timer);
	source_remove(&agent->loop, &agent->control);
	source_remove(&agent->loop, &agent->listener);
	user_finish(&agent->user);
	loop_finish(&agent->loop);
}
