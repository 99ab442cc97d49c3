/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the whole Wayland engine, policy included. The input is a sequence of records: one
 * byte who sends (0 guest, 1 guest with a memfd, 2 compositor), two bytes length, the bytes.
 * Globals are announced and bound beforehand (tests/wire/fixture.h). What reaches the compositor
 * must be whole messages.
 */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/wire/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define RECORD_HEADER 3
#define FILE_BYTES 65536

static void send_one(struct fixture *fixture, uint8_t who, const uint8_t *bytes, size_t len) {
	if (who == 2) {
		fd_send(fixture->compositor, bytes, len, NULL, 0);
		return;
	}
	struct wire_fd fd = {.fd = -1, .kind = WIRE_FD_FOREIGN};
	if (who == 1) {
		fd.fd = memfd_create("fuzz", MFD_CLOEXEC);
		int status = ftruncate(fd.fd, FILE_BYTES);
		assert(status == 0);
	}
	ssize_t taken = wire_client_push(fixture->client, bytes, len, &fd, who == 1 ? 1 : 0);
	if (taken == 0) {
		fd_close(&fd.fd);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	static struct fixture fixture;
	fixture_start(&fixture, 0);
	fixture_globals(&fixture);
	compositor_read(&fixture);
	while (len > RECORD_HEADER && !fixture.ended) {
		size_t size = bytes[1] | (size_t)bytes[2] << 8;
		uint8_t who = bytes[0] % 3;
		bytes += RECORD_HEADER;
		len -= RECORD_HEADER;
		size = size < len ? size : len;
		if (size == 0) {
			continue;
		}
		send_one(&fixture, who, bytes, size);
		bytes += size;
		len -= size;
		compositor_read(&fixture);
		size_t at = 0;
		size_t whole;
		for (size_t n = 0; nth(&fixture, n, &whole) != NULL; n++) {
			at += whole;
		}
		assert(at == fixture.len);
		guest_read(&fixture);
	}
	fixture_stop(&fixture);
	return 0;
}
