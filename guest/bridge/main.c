/* SPDX-License-Identifier: MIT
 *
 * silo-bridge: the Wayland socket of a VM's applications. Runs as the VM's user; see server.h.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "guest/bridge/server.h"
#include "guest/bridge/virtgpu.h"

#define DEFAULT_NODE "/dev/dri/renderD128"

struct options {
	const char *socket;
	char *node;
	int ready_fd;
	enum log_level level;
};

static void usage(FILE *out) {
	fputs("Usage: silo-bridge [OPTION…]\n"
	      "Carries the Wayland clients of this VM to the host's compositor.\n\n"
	      "  --socket NAME       listen as $XDG_RUNTIME_DIR/NAME (default wayland-0)\n"
	      "  --render-node PATH  the virtio-gpu device (default " DEFAULT_NODE ")\n"
	      "  --ready-fd N        write a line to descriptor N once clients can connect\n"
	      "  --log-level LEVEL   error, warn, info or debug (default warn)\n"
	      "  --help, --version\n",
			out);
}

static void complain(const char *text, const char *value) {
	fprintf(stderr, "silo-bridge: %s: %s (see --help)\n", value, text);
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *options) {
	static const struct option table[] = {
			{"socket", required_argument, NULL, 's'},
			{"render-node", required_argument, NULL, 'n'},
			{"ready-fd", required_argument, NULL, 'r'},
			{"log-level", required_argument, NULL, 'l'},
			{"help", no_argument, NULL, 'h'},
			{"version", no_argument, NULL, 'v'},
			{0},
	};
	int option;
	while ((option = getopt_long(argc, argv, "", table, NULL)) >= 0) {
		switch (option) {
		case 's':
			options->socket = optarg;
			break;
		case 'n':
			options->node = optarg;
			break;
		case 'r':
			options->ready_fd = fd_parse(optarg);
			if (options->ready_fd < 0) {
				complain("not an open descriptor", optarg);
				return 2;
			}
			break;
		case 'l':
			if (!log_level_parse(optarg, &options->level)) {
				complain("not a log level", optarg);
				return 2;
			}
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'v':
			puts("silo-bridge " SILO_VERSION);
			return 0;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		complain("unexpected argument", argv[optind]);
		return 2;
	}
	if (options->socket[0] == '\0' || strchr(options->socket, '/') != NULL) {
		complain("a socket name is a file name without a directory", options->socket);
		return 2;
	}
	return -1;
}

/* Fails early, with the reason, where every client would. */
static bool check_device(char *node) {
	int error = 0;
	struct gpu *gpu = virtgpu_open(node, &error);
	if (gpu != NULL) {
		gpu->ops->close(gpu);
		return true;
	}
	if (error == -ENODEV) {
		log_error("%s: no virtio-gpu device with a Wayland channel; is this VM's GPU "
			  "device silo-proxy or crosvm with cross-domain contexts?",
				node);
	} else {
		log_error("%s: %s; load virtio-gpu, or name the device with --render-node", node,
				strerror(-error));
	}
	return false;
}

static int listen_at(const char *name, char path[PATH_MAX]) {
	const char *directory = getenv("XDG_RUNTIME_DIR");
	if (directory == NULL || directory[0] != '/') {
		log_error("XDG_RUNTIME_DIR is not set; set it to a directory of the user's own");
		return -1;
	}
	snprintf(path, PATH_MAX, "%s/%s", directory, name);
	int fd = fd_listen(path, SOCK_STREAM);
	if (fd < 0) {
		log_error("%s: cannot listen: %s", path, strerror(-fd));
		return -1;
	}
	return fd;
}

static void on_signal(struct loop_source *source, uint32_t events) {
	source->loop->stopped = true;
}

static int serve(const struct options *options, int listen_fd) {
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	cleanup_fd int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	struct server server;
	int error = server_init(&server, listen_fd, virtgpu_open, options->node);
	if (error < 0) {
		log_error("cannot start: %s", strerror(-error));
		return 1;
	}
	struct loop_source signal_source = {.ready = on_signal};
	error = signal_fd < 0 ? -errno : loop_add(&server.loop, &signal_source, signal_fd, EPOLLIN);
	if (error == 0 && options->ready_fd >= 0) {
		if (write(options->ready_fd, "ready\n", 6) < 0) {
			log_warn("--ready-fd: %s", strerror(errno));
		}
		close(options->ready_fd);
	}
	if (error == 0) {
		error = server_run(&server);
	}
	loop_remove(&signal_source);
	server_finish(&server);
	if (error < 0) {
		log_error("stopped: %s", strerror(-error));
	}
	return error < 0 ? 1 : 0;
}

int main(int argc, char **argv) {
	static char default_node[] = DEFAULT_NODE;
	struct options options = {
			.socket = "wayland-0",
			.node = default_node,
			.ready_fd = -1,
			.level = LOG_LEVEL_WARN,
	};
	int status = parse_options(argc, argv, &options);
	if (status >= 0) {
		return status;
	}
	log_init("silo-bridge", NULL, options.level);
	if (!check_device(options.node)) {
		return 1;
	}
	char path[PATH_MAX];
	int listen_fd = listen_at(options.socket, path);
	if (listen_fd < 0) {
		return 1;
	}
	status = serve(&options, listen_fd);
	unlink(path);
	return status;
}
