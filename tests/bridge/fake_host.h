/* SPDX-License-Identifier: MIT
 *
 * The host's side of cross-domain contexts, in the bridge's own process: relays each context to the
 * compositor that listens at a path. Works when it is asked only (no thread): the context's
 * descriptor is an epoll instance that becomes readable when a POLL can be answered.
 */
#ifndef SILO_TESTS_BRIDGE_FAKE_HOST_H
#define SILO_TESTS_BRIDGE_FAKE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/bridge/gpu.h"

struct fake_host {
	const char *path;     // of the compositor's socket
	uint32_t blobs_max;   // of buffers, all contexts together; 0: no limit
	uint32_t receive_max; // bytes in one RECEIVE; 0: as many as fit
	uint32_t blobs;       // living
	uint32_t last_resource;
	uint64_t submits;
};

/* A gpu_open_fn; data is a struct fake_host. */
struct gpu *fake_host_open(void *data, int *ret_error);

#endif
