/* SPDX-License-Identifier: MIT
 *
 * Stands in for silo-proxy: for each dial channel that it is handed it asks for one connection, and
 * ends when the VMM or the supervisor does.
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"

#define CONTROL 3
#define GPU 4

int main(void) {
	int dial = -1;
	for (;;) {
		struct pollfd fds[] = {
				{.fd = CONTROL, .events = POLLIN}, {.fd = GPU, .events = POLLIN}};
		if (poll(fds, 2, -1) < 0 || fds[1].revents != 0) {
			return 0;
		}
		char byte;
		int received[FD_MESSAGE_MAX];
		size_t n = FD_MESSAGE_MAX;
		if (fd_recv(CONTROL, &byte, 1, received, &n) <= 0) {
			return 0;
		}
		if (byte == 'd' && n == 1) {
			fd_close(&dial);
			dial = received[0];
			fd_send(dial, "c", 1, NULL, 0);
			fputs("a dial channel\n", stderr);
		}
	}
}
