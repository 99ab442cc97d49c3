/* SPDX-License-Identifier: MIT */
#include "tests/bridge/fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "guest/bridge/server.h"
#include "tests/bridge/check.h"

#define DEADLINE_MS 20000

static void on_end(struct loop_source *source, uint32_t events) {
	source->loop->stopped = true;
}

static _Noreturn void run_bridge(int listen_fd, int end_fd, struct fake_host *host) {
	struct server server;
	struct loop_source end = {.ready = on_end};
	log_init("bridge", NULL, LOG_LEVEL_ERROR);
	if (server_init(&server, listen_fd, fake_host_open, host) < 0 ||
			loop_add(&server.loop, &end, end_fd, EPOLLIN) < 0) {
		_exit(1);
	}
	int error = server_run(&server);
	loop_remove(&end);
	server_finish(&server);
	exit(error < 0 ? 1 : 0);
}

void fixture_init(struct fixture *fixture, uint32_t blobs_max, uint32_t receive_max) {
	*fixture = (struct fixture){.directory = "/tmp/silo-bridge-XXXXXX"};
	check(mkdtemp(fixture->directory) != NULL);
	snprintf(fixture->bridge_path, sizeof(fixture->bridge_path), "%s/bridge",
			fixture->directory);
	snprintf(fixture->host_path, sizeof(fixture->host_path), "%s/host", fixture->directory);
	fixture->host = mmap(NULL, sizeof(*fixture->host), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(fixture->host != MAP_FAILED);
	*fixture->host = (struct fake_host){
			.path = fixture->host_path,
			.blobs_max = blobs_max,
			.receive_max = receive_max,
	};
	int listen_fd = fd_listen(fixture->bridge_path, SOCK_STREAM);
	int ends[2];
	check(listen_fd >= 0 && pipe(ends) == 0);
	fflush(NULL);
	fixture->bridge = fork();
	check(fixture->bridge >= 0);
	if (fixture->bridge == 0) {
		fd_close(&ends[1]);
		run_bridge(listen_fd, ends[0], fixture->host);
	}
	fd_close(&listen_fd);
	fd_close(&ends[0]);
	fixture->bridge_end = ends[1];
	compositor_init(&fixture->compositor, fixture->host_path);
}

void fixture_finish(struct fixture *fixture) {
	int status;
	fd_close(&fixture->bridge_end);
	check(waitpid(fixture->bridge, &status, 0) == fixture->bridge);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check(fixture->host->blobs == 0);
	compositor_finish(&fixture->compositor);
	munmap(fixture->host, sizeof(*fixture->host));
	unlink(fixture->bridge_path);
	unlink(fixture->host_path);
	rmdir(fixture->directory);
}

static void on_format(void *data, struct wl_shm *shm, uint32_t format) {
	struct peer *peer = data;
	peer->saw_nv12 |= format == WL_SHM_FORMAT_NV12;
}

static const struct wl_shm_listener shm_listener = {.format = on_format};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct peer *peer = data;
	peer->n_globals++;
	if (strcmp(interface, "wl_compositor") == 0) {
		peer->compositor =
				wl_registry_bind(registry, name, &wl_compositor_interface, version);
	} else if (strcmp(interface, "wl_shm") == 0) {
		peer->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
		wl_shm_add_listener(peer->shm, &shm_listener, peer);
	} else if (strcmp(interface, "wl_seat") == 0) {
		peer->seat = wl_registry_bind(registry, name, &wl_seat_interface, 7);
	} else if (strcmp(interface, "wl_data_device_manager") == 0) {
		peer->manager = wl_registry_bind(registry, name, &wl_data_device_manager_interface,
				3);
	} else {
		peer->saw_unknown = true;
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
}

static const struct wl_registry_listener registry_listener = {
		.global = on_global,
		.global_remove = on_global_remove,
};

void peer_init(struct peer *peer, struct fixture *fixture) {
	*peer = (struct peer){.fixture = fixture};
	int fd = fd_connect(fixture->bridge_path, SOCK_STREAM);
	check(fd >= 0);
	peer->display = wl_display_connect_to_fd(fd);
	check(peer->display != NULL);
	peer->registry = wl_display_get_registry(peer->display);
	wl_registry_add_listener(peer->registry, &registry_listener, peer);
	check(peer_sync(peer) && peer_sync(peer));
	check(peer->compositor != NULL && peer->shm != NULL && peer->seat != NULL &&
			peer->manager != NULL);
}

void peer_finish(struct peer *peer) {
	wl_data_device_manager_destroy(peer->manager);
	wl_seat_destroy(peer->seat);
	wl_shm_destroy(peer->shm);
	wl_compositor_destroy(peer->compositor);
	wl_registry_destroy(peer->registry);
	wl_display_disconnect(peer->display);
}

void peer_turn(struct peer *peer) {
	struct compositor *compositor = &peer->fixture->compositor;
	wl_display_flush_clients(compositor->display);
	while (wl_display_prepare_read(peer->display) != 0) {
		if (wl_display_dispatch_pending(peer->display) < 0) {
			return;
		}
	}
	wl_display_flush(peer->display);
	struct pollfd fds[] = {
			{.fd = wl_display_get_fd(peer->display), .events = POLLIN},
			{.fd = wl_event_loop_get_fd(compositor->loop), .events = POLLIN},
	};
	check(poll(fds, 2, DEADLINE_MS) > 0);
	if (fds[0].revents != 0) {
		wl_display_read_events(peer->display);
	} else {
		wl_display_cancel_read(peer->display);
	}
	wl_event_loop_dispatch(compositor->loop, 0);
	wl_display_flush_clients(compositor->display);
	wl_display_dispatch_pending(peer->display);
}

static void on_done(void *data, struct wl_callback *callback, uint32_t time) {
	*(bool *)data = true;
}

static const struct wl_callback_listener done_listener = {.done = on_done};

bool peer_sync(struct peer *peer) {
	bool done = false;
	struct wl_callback *callback = wl_display_sync(peer->display);
	wl_callback_add_listener(callback, &done_listener, &done);
	while (!done && wl_display_get_error(peer->display) == 0) {
		peer_turn(peer);
	}
	wl_callback_destroy(callback);
	return done;
}
