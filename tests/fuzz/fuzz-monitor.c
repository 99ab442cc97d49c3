/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what a VMM that its guest has taken over says on its control channel. The first byte
 * chooses the VMM; then come records: a byte (0-3: the supervisor asks for something first, else
 * nothing), two bytes of length, what the VMM sends.
 */
#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/log.h"
#include "tests/fuzz/input.h"
#include "vmctl/supervisor/monitor.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void note(enum monitor_event event, void *data) {
	bool *is_broken = data;
	/* The channel is silent once it is broken. */
	assert(!*is_broken && event <= MONITOR_BROKEN);
	*is_broken = event == MONITOR_BROKEN;
}

static void drain(int fd) {
	char bytes[4096];
	size_t n = 0;
	while (fd_recv(fd, bytes, sizeof(bytes), NULL, &n) > 0) {
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	sd_event *event = NULL;
	int ends[2];
	bool is_broken = false;
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	bool is_crosvm = (input_byte(&input) & 1) != 0;
	int status = sd_event_new(&event);
	assert(status >= 0);
	status = fd_socketpair(is_crosvm ? SOCK_SEQPACKET : SOCK_STREAM, ends);
	assert(status == 0);
	fd_set_nonblock(ends[0], true);
	struct monitor *monitor = monitor_create(event, is_crosvm ? VMM_CROSVM : VMM_QEMU, ends[1],
			note, &is_broken);
	assert(monitor != NULL);
	while (input.left > 0) {
		uint8_t ask = input_byte(&input);
		if (ask < MONITOR_REQUESTS) {
			monitor_ask(monitor, (enum monitor_request)ask);
		}
		size_t size;
		const uint8_t *said = input_bytes(&input, 17 << 10, &size);
		if (size > 0) {
			fd_send(ends[0], said, size, NULL, 0);
		}
		while (sd_event_run(event, 0) > 0) {
		}
		drain(ends[0]);
	}
	monitor_destroy(monitor);
	fd_close(&ends[0]);
	sd_event_unref(event);
	return 0;
}
