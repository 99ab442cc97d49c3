/* SPDX-License-Identifier: MIT
 *
 * A bridge in a child process with a host of its own, the compositor behind it, and real libwayland
 * clients, all driven from the test's thread.
 */
#ifndef SILO_TESTS_BRIDGE_FIXTURE_H
#define SILO_TESTS_BRIDGE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <wayland-client.h>

#include "tests/bridge/compositor.h"
#include "tests/bridge/fake_host.h"

struct fixture {
	char directory[64];
	char bridge_path[96];
	char host_path[96];
	struct compositor compositor;
	struct fake_host *host; // shared with the bridge's process
	pid_t bridge;
	int bridge_end; // closed: the bridge stops
};

/* A client with the globals that it needs. */
struct peer {
	struct fixture *fixture;
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct wl_seat *seat;
	struct wl_data_device_manager *manager;
	unsigned n_globals;
	bool saw_unknown;
	bool saw_nv12;
};

/* Starts it; blobs_max and receive_max as in struct fake_host. */
void fixture_init(struct fixture *fixture, uint32_t blobs_max, uint32_t receive_max);
/* Stops it and checks that the bridge ended well and gave all blobs back. */
void fixture_finish(struct fixture *fixture);

/* Connects, and waits for the globals. */
void peer_init(struct peer *peer, struct fixture *fixture);
void peer_finish(struct peer *peer);
/* Waits for one event of this client or of the compositor, and handles it. */
void peer_turn(struct peer *peer);
/* Everything sent so far was handled. Returns false if the connection broke. */
bool peer_sync(struct peer *peer);

#endif
