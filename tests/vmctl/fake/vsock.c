/* SPDX-License-Identifier: MIT
 *
 * Stands in for the vsock device and the guest behind it: its agent says hello when the VMM has
 * booted, and its commands are
 *   true   status N   cat   hang (until a signal)   garbage (breaks the protocol)   reboot
 *   flood (1 MiB)   fail STATUS (cannot be run)   list KIND (see tell_list())
 *   crash (the device, as its original does)   raw HEX TIMES (see tell_raw())
 * While there is a file "hold" beside its sockets the device does not answer who connects, and writes
 * into a file "held", a byte for each; if one of those hangs up, it crashes. In a VM "old" the agent is of another version,
 * in a VM "rude" it breaks the rules, again and again, in a VM "hasty" it says hello three hundred times.
 * On a terminal it tells of its sizes until it is asked for more. Its applications are those that it
 * tells; each says its own id when it is run, but gone, which cannot be.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "parse/agent.h"

#define CONNECTIONS_MAX 80

enum kind {
	NONE,
	CTL_LISTENER,
	AGENT_LISTENER,
	VMM,
	CONTROL,
	COMMAND,
};

struct connection {
	enum kind kind;
	int fd;
	bool is_held, is_greeted, echoes, is_terminal, reboots;
	struct agent_decoder decoder;
	uint8_t in[AGENT_FRAME_MAX];
	size_t len;
};

static struct connection connections[CONNECTIONS_MAX];
static char dir[256];

static struct connection *add(enum kind kind, int fd) {
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		if (connections[i].kind == NONE) {
			connections[i] = (struct connection){.kind = kind, .fd = fd};
			return &connections[i];
		}
	}
	exit(1);
}

static void drop(struct connection *connection) {
	close(connection->fd);
	connection->kind = NONE;
}

static void send_message(int fd, const struct agent_message *message) {
	static uint8_t frame[AGENT_FRAME_MAX];
	size_t len = agent_encode(message, frame, sizeof(frame));
	for (size_t sent = 0; sent < len;) {
		ssize_t n = write(fd, frame + sent, len - sent);
		if (n <= 0) {
			return;
		}
		sent += (size_t)n;
	}
}

static unsigned long random_number(void) {
	unsigned long number;
	if (getentropy(&number, sizeof(number)) != 0) {
		exit(1);
	}
	return number & 0xffffffffffff;
}

static void add_application(struct agent_applications *list, uint8_t *bytes, size_t cap,
		const char *id, const char *name) {
	struct agent_application application = {.category = "Game"};
	snprintf(application.id, sizeof(application.id), "%s", id);
	snprintf(application.name, sizeof(application.name), "%s", name);
	list->len += agent_application_put(&application, bytes + list->len, cap - list->len);
	list->count++;
}

static int control_fd(void) {
	int control = -1;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		control = connections[i].kind == CONTROL ? connections[i].fd : control;
	}
	return control;
}

/* To the host on the control connection: any bytes, in hexadecimal digits, so many times. */
static void tell_raw(const char *digits, unsigned long times) {
	static uint8_t bytes[AGENT_MESSAGE_MAX];
	size_t len = 0;
	unsigned int byte;
	for (; len < sizeof(bytes) && sscanf(digits + 2 * len, "%2x", &byte) == 1; len++) {
		bytes[len] = (uint8_t)byte;
	}
	for (int fd = control_fd(); times > 0; times--) {
		if (send(fd, bytes, len, MSG_NOSIGNAL) < 0) {
			return;
		}
	}
}

/* usual; double (an id twice); many (500); wide (names of many columns); endless (again and again, the last one is "last"). */
static void tell_list(const char *kind) {
	static uint8_t bytes[AGENT_MESSAGE_MAX];
	int control = control_fd();
	bool is_endless = strcmp(kind, "endless") == 0;
	for (int round = 0; round < (is_endless ? 2000 : 1); round++) {
		struct agent_message message = {.type = AGENT_APPLICATIONS,
				.applications = {.flags = AGENT_APPS_FIRST | AGENT_APPS_LAST,
						.bytes = bytes}};
		struct agent_applications *list = &message.applications;
		char id[32];
		snprintf(id, sizeof(id), "%s%d", round == 1999 ? "last" : "round", round);
		add_application(list, bytes, sizeof(bytes), is_endless ? id : "gone", "Gone");
		add_application(list, bytes, sizeof(bytes), "greet", "Not the manifest's");
		add_application(list, bytes, sizeof(bytes), "play", "Play \xc3\xa4");
		if (strcmp(kind, "wide") == 0) {
			add_application(list, bytes, sizeof(bytes), "wide", "日本語のアプリ 😀");
			add_application(list, bytes, sizeof(bytes), "accents", "E\u0301te\u0301");
			add_application(list, bytes, sizeof(bytes),
					"org.example.AVeryLongIdOfAProgram",
					"A name that is as long as a name may be, and longer");
		}
		if (strcmp(kind, "double") == 0) {
			add_application(list, bytes, sizeof(bytes), "play", "Again");
		}
		for (int i = 3; strcmp(kind, "many") == 0 && i < 500; i++) {
			snprintf(id, sizeof(id), "many%d", i);
			add_application(list, bytes, sizeof(bytes), id, "Many");
		}
		send_message(control, &message);
	}
}

static char boot_id[AGENT_BOOT_ID_LEN + 1];

static bool is_in_vm(const char *name) {
	char part[40];
	snprintf(part, sizeof(part), "/%s/vsock", name);
	return strstr(dir, part) != NULL;
}

/* As vhost-device-vsock: the thread that served is gone, its process is not. */
static void crash(void) {
	fputs("\nthread 'main' panicked at src/vsock_conn.rs:1:1:\n", stderr);
	for (;;) {
		pause();
	}
}

static void answer(struct connection *connection) {
	/* As the real device: what follows the line in one write is lost. */
	connection->is_greeted = true;
	connection->is_held = false;
	connection->len = 0;
	if (send(connection->fd, "OK 5000\n", 8, MSG_NOSIGNAL) != 8) {
		crash();
	}
}

static bool is_holding(void) {
	char path[300];
	snprintf(path, sizeof(path), "%s/hold", dir);
	return access(path, F_OK) == 0;
}

static void hold(struct connection *connection) {
	char path[300];
	snprintf(path, sizeof(path), "%s/held", dir);
	/* Its box lets it make no file. */
	int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (file < 0 || write(file, "h", 1) != 1) {
		exit(1);
	}
	close(file);
	connection->is_held = true;
}

static void say_hello(void) {
	char path[300];
	snprintf(path, sizeof(path), "%s/agent_%d", dir, AGENT_PORT_CONTROL);
	int fd = fd_connect(path, SOCK_STREAM);
	if (fd < 0) {
		exit(1);
	}
	struct connection *control = add(CONTROL, fd);
	agent_decoder_init(&control->decoder, AGENT_CONTROL_TO_GUEST);
	struct agent_message hello = {.type = AGENT_HELLO, .hello = {.version = AGENT_VERSION}};
	memcpy(hello.hello.boot_id, boot_id, sizeof(boot_id));
	if (is_in_vm("old") || is_in_vm("rude")) {
		uint8_t frame[64] = {0};
		size_t len = agent_encode(&hello, frame, sizeof(frame));
		frame[is_in_vm("old") ? AGENT_HEADER_SIZE : 0] = 99;
		if (write(fd, frame, len) != (ssize_t)len) {
			exit(1);
		}
		return;
	}
	send_message(fd, &hello);
	tell_list("usual");
}

/* Again and again, each long enough to be heard. */
static void say_hello_often(void) {
	for (int i = 0; i < 300; i++) {
		say_hello();
		poll(NULL, 0, 5);
		for (int j = 0; j < CONNECTIONS_MAX; j++) {
			if (connections[j].kind == CONTROL) {
				drop(&connections[j]);
			}
		}
	}
	say_hello();
}

static void tell_vmm(char what) {
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		if (connections[i].kind == VMM && write(connections[i].fd, &what, 1) != 1) {
			exit(1);
		}
	}
}

static void say_end(struct connection *connection, int status) {
	send_message(connection->fd,
			&(struct agent_message){
					.type = AGENT_EXIT, .exit = {.status = (uint8_t)status}});
}

static void finish(struct connection *connection, int status) {
	say_end(connection, status);
	drop(connection);
}

static void say(struct connection *connection, const char *text) {
	send_message(connection->fd,
			&(struct agent_message){.type = AGENT_STDOUT,
					.data = {(const uint8_t *)text, strlen(text)}});
}

static void say_size(struct connection *connection, const struct agent_window *window,
		const char *variable) {
	char text[160];
	snprintf(text, sizeof(text), "%ux%u %s\r\n", window->columns, window->rows, variable);
	say(connection, text);
}

static void run(struct connection *connection, const struct agent_run *command) {
	const char *name = command->argc > 0 ? command->argv[0] : "";
	if (strcmp(name, "crash") == 0) {
		crash();
	}
	if (strcmp(name, "garbage") == 0) {
		if (write(connection->fd, "\377\377\377\377\377\377\377\377", 8) != 8) {
			exit(1);
		}
		return;
	}
	bool is_application = (command->flags & AGENT_RUN_APPLICATION) != 0;
	bool fails = is_application ? strcmp(name, "gone") == 0 : strcmp(name, "fail") == 0;
	if (fails) {
		int status = is_application ? 127 : atoi(command->argv[1]);
		send_message(connection->fd,
				&(struct agent_message){.type = AGENT_ERROR,
						.error = {(uint8_t)status, "Cannot run it"}});
		drop(connection);
		return;
	}
	send_message(connection->fd, &(struct agent_message){.type = AGENT_STARTED, .pid = 1});
	if (is_application) {
		say(connection, name);
		finish(connection, 0);
	} else if ((command->flags & AGENT_RUN_TERMINAL) != 0) {
		connection->is_terminal = true;
		say_size(connection, &command->window, command->envc > 0 ? command->env[0] : "");
		if (command->argc > 0) {
			say(connection, command->argv[0]);
		}
	} else if (strcmp(name, "raw") == 0) {
		tell_raw(command->argv[1], strtoul(command->argv[2], NULL, 10));
		finish(connection, 0);
	} else if (strcmp(name, "list") == 0) {
		tell_list(command->argv[1]);
		finish(connection, 0);
	} else if (strcmp(name, "cat") == 0) {
		connection->echoes = true;
	} else if (strcmp(name, "reboot") == 0) {
		/* Goes down when the host has heard the end, and so has hung up. */
		connection->reboots = true;
		say_end(connection, 0);
	} else if (strcmp(name, "flood") == 0) {
		static uint8_t zeros[16384];
		memset(zeros, 'z', sizeof(zeros));
		for (int i = 0; i < 64; i++) {
			send_message(connection->fd,
					&(struct agent_message){.type = AGENT_STDOUT,
							.data = {zeros, sizeof(zeros)}});
		}
		finish(connection, 0);
	} else if (strcmp(name, "hang") == 0) {
		send_message(connection->fd,
				&(struct agent_message){.type = AGENT_STDOUT,
						.data = {(const uint8_t *)"hanging\n", 8}});
	} else {
		finish(connection, command->argc > 1 ? atoi(command->argv[1]) : 0);
	}
}

/* A guest's terminal: what is typed is shown; q ends it, e attacks. */
static void take_key(struct connection *connection, const struct agent_message *message) {
	uint8_t key = message->data.bytes[0];
	if (key == 'e') {
		say(connection,
				"\033[31mred\033]52;c;ZXZpbA==\007\033[c\033[6n\033P$qm\033\\"
				"\033[?1049h\033[?1000h\033[2;5H\005|\r\n");
	} else if (key == 'q') {
		finish(connection, 9);
	} else {
		send_message(connection->fd,
				&(struct agent_message){
						.type = AGENT_STDOUT, .data = message->data});
	}
}

static void take(struct connection *connection, const struct agent_message *message) {
	if (message->type == AGENT_SHUTDOWN) {
		tell_vmm('q');
	} else if (message->type == AGENT_RUN) {
		run(connection, &message->run);
	} else if (message->type == AGENT_WINDOW) {
		say_size(connection, &message->window, "");
	} else if (message->type == AGENT_STDIN && connection->is_terminal) {
		take_key(connection, message);
	} else if (message->type == AGENT_STDIN && connection->echoes) {
		uint32_t len = (uint32_t)message->data.len;
		send_message(connection->fd,
				&(struct agent_message){
						.type = AGENT_STDOUT, .data = message->data});
		agent_decoder_grant(&connection->decoder, len);
		send_message(connection->fd,
				&(struct agent_message){.type = AGENT_STDIN_CREDIT, .credit = len});
	} else if (message->type == AGENT_STDIN_EOF && connection->echoes) {
		finish(connection, 0);
	} else if (message->type == AGENT_SIGNAL) {
		send_message(connection->fd,
				&(struct agent_message){.type = AGENT_EXIT,
						.exit = {.signal = (uint8_t)message->signal}});
		drop(connection);
	}
}

static void read_frames(struct connection *connection) {
	ssize_t n = read(connection->fd, connection->in + connection->len,
			sizeof(connection->in) - connection->len);
	if (n <= 0 && connection->is_held) {
		crash();
	}
	if (n < 0) {
		/* As the real device: the guest is told of an end that can be read, and of no other. */
		fputs("a hang-up was lost\n", stderr);
		connection->kind = NONE;
		return;
	}
	if (n <= 0) {
		bool calls_again = connection->kind == CONTROL, reboots = connection->reboots;
		drop(connection);
		if (reboots) {
			tell_vmm('r');
		}
		if (calls_again) {
			say_hello();
		}
		return;
	}
	connection->len += (size_t)n;
	if (connection->kind == COMMAND && !connection->is_greeted) {
		if (is_holding()) {
			hold(connection);
		} else {
			answer(connection);
		}
		return;
	}
	struct agent_message message;
	size_t used;
	while (connection->kind != NONE &&
			agent_decode(&connection->decoder, connection->in, connection->len,
					&message, &used) == AGENT_OK) {
		static uint8_t copy[AGENT_FRAME_MAX];
		memcpy(copy, connection->in, used);
		take(connection, &message);
		connection->len -= used;
		memmove(connection->in, connection->in + used, connection->len);
	}
}

static void serve(struct connection *connection) {
	char byte;
	switch (connection->kind) {
	case CTL_LISTENER:
		add(VMM, accept(connection->fd, NULL, NULL));
		break;
	case AGENT_LISTENER:
		agent_decoder_init(&add(COMMAND, accept(connection->fd, NULL, NULL))->decoder,
				AGENT_COMMAND_TO_GUEST);
		break;
	case VMM:
		if (read(connection->fd, &byte, 1) <= 0) {
			drop(connection);
		} else {
			snprintf(boot_id, sizeof(boot_id), "00000000-0000-4000-8000-%012lx",
					random_number());
			if (is_in_vm("hasty")) {
				say_hello_often();
			} else {
				say_hello();
			}
		}
		break;
	default:
		read_frames(connection);
	}
}

int main(int argc, char **argv) {
	const char *socket = argc > 2 ? strstr(argv[2], "socket=") : NULL;
	if (socket == NULL) {
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	snprintf(dir, sizeof(dir), "%.*s", (int)strcspn(socket + 7, ","), socket + 7);
	*strrchr(dir, '/') = '\0';
	char path[300];
	snprintf(path, sizeof(path), "%s/agent", dir);
	add(AGENT_LISTENER, fd_listen(path, SOCK_STREAM));
	snprintf(path, sizeof(path), "%s/ctl", dir);
	add(CTL_LISTENER, fd_listen(path, SOCK_STREAM));
	for (;;) {
		struct pollfd fds[CONNECTIONS_MAX];
		bool is_any_held = false;
		for (int i = 0; i < CONNECTIONS_MAX; i++) {
			struct connection *connection = &connections[i];
			if (connection->is_held && !is_holding()) {
				answer(connection);
			}
			is_any_held = is_any_held || connection->is_held;
			int fd = connection->kind != NONE ? connection->fd : -1;
			fds[i] = (struct pollfd){.fd = fd, .events = POLLIN};
		}
		if (poll(fds, CONNECTIONS_MAX, is_any_held ? 10 : -1) < 0) {
			return 1;
		}
		for (int i = 0; i < CONNECTIONS_MAX; i++) {
			if (fds[i].revents != 0 && connections[i].kind != NONE) {
				serve(&connections[i]);
			}
		}
	}
}
