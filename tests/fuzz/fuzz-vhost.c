/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the GPU device with a VMM that its guest has taken over. The first byte says whether
 * the device is set up as QEMU or crosvm do it, or not at all; then come steps: a message of
 * vhost-user with descriptors of any kind, a piece of one, an answer on the device's own channel,
 * bytes for guest memory, a kick.
 */
#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "parse/le.h"
#include "parse/vhost_user.h"
#include "tests/device/vmm.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define STEPS_MAX 200
/* A descriptor that is the machine's memory, and one that is the device's own channel. */
#define FILE_RAM 0x40
#define FILE_CHANNEL 0x41
#define FILE_KICK 0x42

enum step {
	STEP_MESSAGE,
	STEP_NUMBER, // a message whose payload is a number
	STEP_STATE,  // ... an index and a number
	STEP_ADDRESS,
	STEP_TABLE,
	STEP_RAW,
	STEP_ANSWER,
	STEP_MEMORY,
	STEP_KICK,
	STEP_KINDS,
};

static int make_file(struct vmm *vmm, uint8_t kind) {
	int ends[2];
	switch (kind) {
	case FILE_RAM:
		return dup(vmm->ram_fd);
	case FILE_KICK:
		return dup(vmm->rings[0].kick);
	case FILE_CHANNEL:
		if (fd_socketpair(SOCK_STREAM, ends) < 0) {
			return -1;
		}
		fd_close(&vmm->backend);
		vmm->backend = ends[0];
		fd_set_nonblock(vmm->backend, true);
		return ends[1];
	default:
		return input_file(kind);
	}
}

/* Sends a message, with as many descriptors as the next byte says. */
static void send_message(struct vmm *vmm, struct input *input, uint8_t request, uint8_t flags,
		const uint8_t *payload, uint32_t len, uint32_t told_len) {
	uint8_t bytes[VHOST_USER_HEADER_BYTES + 2 * VHOST_USER_PAYLOAD_MAX];
	int fds[9];
	size_t n = input_byte(input) % 10;
	for (size_t i = 0; i < n; i++) {
		fds[i] = make_file(vmm, input_byte(input));
	}
	le_put32(bytes, request);
	le_put32(bytes + 4, flags);
	le_put32(bytes + 8, told_len);
	memcpy(bytes + VHOST_USER_HEADER_BYTES, payload, len);
	fd_send(vmm->sock, bytes, VHOST_USER_HEADER_BYTES + len, fds, n);
	for (size_t i = 0; i < n; i++) {
		fd_close(&fds[i]);
	}
}

static uint64_t make_address(struct input *input) {
	uint64_t at = input_long(input);
	return at <= VMM_RAM_BYTES ? VMM_USER_BASE + at : at;
}

static uint32_t put_table(struct input *input, uint8_t *payload) {
	uint32_t n = input_byte(input) % (VHOST_USER_REGIONS_MAX + 2);
	le_put32(payload, n);
	le_put32(payload + 4, 0);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t *region = payload + 8 + 32 * (size_t)i;
		le_put64(region, input_long(input));
		le_put64(region + 8, input_long(input));
		le_put64(region + 16, make_address(input));
		le_put64(region + 24, input_long(input));
	}
	return 8 + 32 * n;
}

static void do_message(struct vmm *vmm, struct input *input, enum step step) {
	uint8_t request = input_byte(input), flags = input_byte(input);
	uint8_t payload[8 + 32 * (VHOST_USER_REGIONS_MAX + 2)] = {0};
	uint32_t len = 8;
	switch (step) {
	case STEP_NUMBER:
		le_put64(payload, input_long(input));
		break;
	case STEP_STATE:
		le_put32(payload, input_number(input));
		le_put32(payload + 4, input_number(input));
		break;
	case STEP_ADDRESS:
		le_put32(payload, input_number(input));
		for (size_t i = 1; i < 5; i++) {
			le_put64(payload + 8 * i, make_address(input));
		}
		len = 40;
		break;
	default:
		len = put_table(input, payload);
		break;
	}
	send_message(vmm, input, request, flags, payload, len, len);
}

static void do_step(struct vmm *vmm, struct input *input) {
	enum step step = input_byte(input) % STEP_KINDS;
	size_t len;
	const uint8_t *bytes;
	uint64_t one = 1;
	switch (step) {
	case STEP_MESSAGE: {
		uint8_t request = input_byte(input), flags = input_byte(input);
		uint32_t told_len = input_number(input);
		bytes = input_bytes(input, 2 * VHOST_USER_PAYLOAD_MAX, &len);
		send_message(vmm, input, request, flags, bytes, (uint32_t)len, told_len);
		break;
	}
	case STEP_RAW:
		bytes = input_bytes(input, 4096, &len);
		if (len > 0) {
			fd_send(vmm->sock, bytes, len, NULL, 0);
		}
		break;
	case STEP_ANSWER:
		bytes = input_bytes(input, 256, &len);
		if (vmm->backend >= 0 && len > 0) {
			fd_send(vmm->backend, bytes, len, NULL, 0);
		}
		break;
	case STEP_MEMORY: {
		uint64_t at = input_long(input) % VMM_RAM_BYTES;
		bytes = input_bytes(input, VMM_RAM_BYTES - at, &len);
		memcpy(vmm->ram + at, bytes, len);
		break;
	}
	case STEP_KICK:
		if (write(vmm->rings[input_byte(input) % 2].kick, &one, sizeof(one)) < 0) {
			return;
		}
		break;
	default:
		do_message(vmm, input, step);
		break;
	}
	/* Answers of the device's own channel are the input's, so nobody serves it here. */
	for (int i = 0; i < 4; i++) {
		wl_event_loop_dispatch(vmm->loop, 0);
		wl_event_loop_dispatch_idle(vmm->loop);
	}
}

static void drain(int fd) {
	uint8_t bytes[4096];
	int fds[FD_MESSAGE_MAX];
	for (;;) {
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd < 0 ? -1 : fd_recv(fd, bytes, sizeof(bytes), fds, &n);
		if (len <= 0) {
			return;
		}
		for (size_t i = 0; i < n; i++) {
			fd_close(&fds[i]);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	static struct vmm vmm;
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	/* As silo-proxy does: what the VMM passed to be notified by may be a pipe that nobody reads. */
	signal(SIGPIPE, SIG_IGN);
	uint8_t manner = input_byte(&input) % 3;
	if (manner == 2) {
		vmm_connect(&vmm, VMM_QEMU, 64);
	} else {
		vmm_start(&vmm, manner == 0 ? VMM_QEMU : VMM_CROSVM, 64);
	}
	for (int i = 0; i < STEPS_MAX && input.left > 0 && !vmm.ended; i++) {
		do_step(&vmm, &input);
		drain(vmm.sock);
		drain(vmm.backend);
	}
	vmm_finish(&vmm);
	return 0;
}
