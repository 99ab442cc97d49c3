/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the compositor itself, attacked by a VM's client that nobody filters, as after a proxy
 * was taken over: almost right requests in any order, raw bytes, while the user moves, clicks and types
 * (desk.h). Each input is a domain of its own that goes at its end.
 */
#include <assert.h>

#include "base/fd.h"
#include "tests/fuzz/desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int dial;

static int connect_past(void) {
	char byte = 0;
	int fd = -1;
	size_t n = 1;
	fd_send(dial, "c", 1, NULL, 0);
	fixture_settle(desk.fixture);
	ssize_t len = fd_recv(dial, &byte, 1, &fd, &n);
	return len == 1 && byte == '0' && n == 1 ? fd : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	desk_make();
	fixture_domain(desk.fixture, "evil", &dial);
	fd_set_nonblock(dial, true);
	desk_run(bytes, len, connect_past, NULL);
	fd_close(&dial);
	fixture_settle(desk.fixture);
	assert(domains_find(desk.fixture->server, "evil") == NULL);
	return 0;
}
