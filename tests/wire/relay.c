/* SPDX-License-Identifier: MIT
 *
 * The Wayland engine between a socket and any compositor, for tests and measurements: `wire-relay
 * PATH DISPLAY` listens at PATH and connects each client to the socket DISPLAY. Plays the
 * compositor's side of the dial channel itself. Limits of pace are off with --unlimited.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/log.h"
#include "proxy/listen.h"
#include "proxy/quota/pool.h"
#include "proxy/wire/client.h"

static const char *display_path;
static bool running = true;

static int on_dial(int fd, uint32_t mask, void *data) {
	char byte;
	size_t n = 0;
	while (fd_recv(fd, &byte, 1, NULL, &n) == 1) {
		int client = fd_connect(display_path, SOCK_STREAM);
		fd_send(fd, client >= 0 ? "0" : "1", 1, &client, client >= 0 ? 1 : 0);
		fd_close(&client);
		n = 0;
	}
	return 0;
}

static int on_signal(int number, void *data) {
	running = false;
	return 0;
}

int main(int argc, char **argv) {
	bool unlimited = argc == 4 && strcmp(argv[3], "--unlimited") == 0;
	if (argc != 3 && !unlimited) {
		fprintf(stderr, "usage: wire-relay PATH DISPLAY [--unlimited]\n");
		return 2;
	}
	display_path = argv[2];
	log_init("wire-relay", NULL, LOG_LEVEL_DEBUG);
	struct wl_event_loop *loop = wl_event_loop_create();
	struct pool_account account = {.bytes_max = 1ull << 30};
	struct wire_domain_config config = {
			.name = "test",
			.account = &account,
			.work_per_second = unlimited ? UINT32_MAX : 0,
			.damage_per_second = unlimited ? UINT64_MAX : 0,
	};
	struct wire_domain *domain = wire_domain_create(loop, &config);
	struct listen *listen = domain != NULL ? listen_create(loop, domain, argv[1]) : NULL;
	int dial[2];
	if (listen == NULL || fd_socketpair(SOCK_SEQPACKET, dial) < 0) {
		return 1;
	}
	fd_set_nonblock(dial[1], true);
	wl_event_loop_add_fd(loop, dial[1], WL_EVENT_READABLE, on_dial, NULL);
	wl_event_loop_add_signal(loop, SIGTERM, on_signal, NULL);
	wire_domain_set_dial(domain, dial[0]);
	while (running) {
		wl_event_loop_dispatch(loop, -1);
	}
	listen_destroy(listen);
	wire_domain_destroy(domain);
	fd_close(&dial[1]);
	wl_event_loop_destroy(loop);
	return 0;
}
