/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the whole GPU device, with the Wayland engine behind it, from a guest's kernel that may
 * write whatever it likes. The first byte chooses how the VMM behaves; then come steps: commands of
 * virtio-gpu, right ones and raw ones; cross-domain commands; descriptors of the ring and bytes of
 * memory behind the driver's back; stops and resets; what the compositor sends to a client.
 */
#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "parse/le.h"
#include "proxy/wire/client.h"
#include "tests/device/vmm.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define STEPS_MAX 150
#define CLIENTS_MAX 4
#define RING_SIZE 64

enum step {
	STEP_RAW_COMMAND,
	STEP_CONTEXT, // create, destroy, or a whole client
	STEP_ATTACH,
	STEP_GUEST_BLOB,
	STEP_HOST_BLOB,
	STEP_MAP, // and unmap, unref
	STEP_SUBMIT,
	STEP_SEND,
	STEP_WRITE,
	STEP_POLL,
	STEP_IMAGE,
	STEP_DESCRIPTOR,
	STEP_OFFER,
	STEP_MEMORY,
	STEP_RINGS,
	STEP_COMPOSITOR,
	STEP_KINDS,
};

static struct {
	struct vmm vmm;
	int dial;
	int clients[CLIENTS_MAX]; // the compositor's ends; -1: none
	size_t clients_len;
} world;

static void set_up(struct vmm *vmm) {
	struct wire_domain_config config = {.name = "fuzz", .account = &vmm->account};
	int ends[2];
	vmm->domain = wire_domain_create(vmm->loop, &config);
	assert(vmm->domain != NULL);
	int status = fd_socketpair(SOCK_SEQPACKET, ends);
	assert(status == 0);
	world.dial = ends[1];
	fd_set_nonblock(world.dial, true);
	wire_domain_set_dial(vmm->domain, ends[0]);
}

static void tear_down(struct vmm *vmm) {
	wire_domain_destroy(vmm->domain);
	fd_close(&world.dial);
	while (world.clients_len > 0) {
		fd_close(&world.clients[--world.clients_len]);
	}
}

/* The compositor answers who dials, and reads what clients say. */
static void serve_compositor(void) {
	uint8_t bytes[4096];
	int fds[FD_MESSAGE_MAX];
	size_t n = 0;
	while (fd_recv(world.dial, bytes, 1, NULL, &n) == 1) {
		int ends[2];
		if (world.clients_len == CLIENTS_MAX || fd_socketpair(SOCK_STREAM, ends) < 0) {
			fd_send(world.dial, "1", 1, NULL, 0);
			continue;
		}
		fd_send(world.dial, "0", 1, &ends[0], 1);
		fd_close(&ends[0]);
		fd_set_nonblock(ends[1], true);
		world.clients[world.clients_len++] = ends[1];
	}
	for (size_t i = 0; i < world.clients_len; i++) {
		ssize_t len;
		do {
			n = FD_MESSAGE_MAX;
			len = fd_recv(world.clients[i], bytes, sizeof(bytes), fds, &n);
			for (size_t j = 0; len > 0 && j < n; j++) {
				fd_close(&fds[j]);
			}
		} while (len > 0);
	}
}

static void turn(void) {
	vmm_turn(&world.vmm);
	serve_compositor();
	vmm_turn(&world.vmm);
}

static void submit(struct input *input, const uint8_t *bytes, size_t len) {
	uint32_t context = input_byte(input) % 4;
	vmm_submit(&world.vmm, context, (int)(input_byte(input) % 4) - 1, bytes, len);
}

/* A context with rings, as a guest's client makes it; without the assertions that tests have. */
static void start_client(uint32_t context, uint8_t choice) {
	struct vmm *vmm = &world.vmm;
	uint32_t ids[2] = {100 + 2 * context, 101 + 2 * context};
	size_t len = choice % 3 == 0 ? 16 : choice % 3 == 1 ? 20 : 36;
	vmm_ctx_create(vmm, context);
	for (size_t i = 0; i < 2; i++) {
		vmm_create_guest_blob(vmm, ids[i], vmm_alloc_page(vmm), 4096);
		vmm_ctx_attach(vmm, context, ids[i], true);
	}
	uint8_t init[36] = {CROSS_DOMAIN_INIT};
	le_put16(init + 2, (uint16_t)len);
	le_put32(init + 8, ids[0]);
	le_put32(init + 12, len == 16 ? CROSS_DOMAIN_CHANNEL_WAYLAND : ids[1]);
	le_put32(init + 16, CROSS_DOMAIN_CHANNEL_WAYLAND);
	vmm_submit(vmm, context, -1, init, len);
}

static void do_context(struct input *input) {
	uint8_t choice = input_byte(input);
	uint32_t context = input_byte(input) % 4;
	if (choice < 64) {
		vmm_ctx_create(&world.vmm, context);
	} else if (choice < 96) {
		vmm_ctx_destroy(&world.vmm, context);
	} else {
		start_client(context, choice);
	}
}

static void do_guest_blob(struct input *input) {
	uint32_t resource = input_byte(input);
	uint64_t gpa = input_long(input) << (input_byte(input) % 2 * 12);
	vmm_create_guest_blob(&world.vmm, resource, gpa, input_long(input));
}

static void do_host_blob(struct input *input) {
	uint32_t context = input_byte(input) % 4, resource = input_byte(input);
	uint64_t pages = input_number(input);
	uint64_t blob = input_byte(input) % 2 == 0 ? (0x40000000u | pages << 1) : pages;
	vmm_create_host_blob(&world.vmm, context, resource, blob,
			input_byte(input) % 4 == 0 ? input_long(input) : pages << 12);
}

static void do_map(struct input *input) {
	uint8_t choice = input_byte(input) % 4;
	uint32_t resource = input_byte(input);
	if (choice == 0) {
		vmm_unmap_blob(&world.vmm, resource);
	} else if (choice == 1) {
		vmm_unref(&world.vmm, resource);
	} else {
		vmm_map_blob(&world.vmm, resource, input_long(input) << (choice == 2 ? 12 : 0));
	}
}

static void do_submit(struct input *input) {
	size_t len;
	const uint8_t *bytes = input_bytes(input, 8192, &len);
	submit(input, bytes, len);
}

/* SEND: identifiers, then bytes for the compositor. */
static void do_send(struct input *input) {
	static uint8_t bytes[16 + 12 * 28 + 4096];
	uint8_t choice = input_byte(input);
	size_t layout = choice % 4 == 0 ? 4 : 28, len;
	uint32_t n = input_byte(input) % 6;
	size_t fixed = 16 + 12 * layout;
	memset(bytes, 0, fixed);
	bytes[0] = CROSS_DOMAIN_SEND;
	le_put32(bytes + 8, n);
	for (size_t i = 0; i < n && i < layout; i++) {
		le_put32(bytes + 16 + 4 * i, input_number(input));
		le_put32(bytes + 16 + 4 * (layout + i), input_byte(input) % 6);
	}
	const uint8_t *data = input_bytes(input, 4096, &len);
	memcpy(bytes + fixed, data, len);
	le_put16(bytes + 2, (uint16_t)(fixed + len));
	le_put32(bytes + 12, (choice & 0x80) != 0 ? input_number(input) : (uint32_t)len);
	submit(input, bytes, fixed + len);
}

static void do_write(struct input *input) {
	uint8_t bytes[CROSS_DOMAIN_READ_BYTES + 2048] = {CROSS_DOMAIN_WRITE};
	size_t len;
	le_put32(bytes + 8, input_number(input));
	bytes[12] = input_byte(input) % 2;
	const uint8_t *data = input_bytes(input, 2048, &len);
	memcpy(bytes + CROSS_DOMAIN_READ_BYTES, data, len);
	le_put16(bytes + 2, (uint16_t)(CROSS_DOMAIN_READ_BYTES + len));
	le_put32(bytes + 16, (uint32_t)len);
	submit(input, bytes, CROSS_DOMAIN_READ_BYTES + len);
}

static void do_poll(struct input *input) {
	uint8_t bytes[16] = {CROSS_DOMAIN_POLL};
	size_t len = input_byte(input) % 2 == 0 ? 8 : 16;
	le_put16(bytes + 2, (uint16_t)len);
	submit(input, bytes, len);
}

static void do_image(struct input *input) {
	uint8_t bytes[24] = {CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS};
	le_put16(bytes + 2, sizeof(bytes));
	for (size_t at = 8; at < sizeof(bytes); at += 4) {
		le_put32(bytes + at, input_number(input));
	}
	submit(input, bytes, sizeof(bytes));
}

static void do_rings(struct input *input) {
	struct vmm *vmm = &world.vmm;
	uint8_t choice = input_byte(input) % 4;
	if (choice == 3) {
		vmm->refuse_maps = !vmm->refuse_maps;
		return;
	}
	vmm_stop_rings(vmm);
	if (choice == 0) {
		vmm_reset(vmm);
	} else {
		vmm_start_rings(vmm, choice == 1);
	}
}

static void do_compositor(struct input *input) {
	uint8_t client = input_byte(input) % CLIENTS_MAX, file = input_byte(input);
	size_t len;
	const uint8_t *bytes = input_bytes(input, 4096, &len);
	if (client >= world.clients_len) {
		return;
	}
	if (len == 0) {
		shutdown(world.clients[client], SHUT_RDWR);
		return;
	}
	int fd = file < 0x80 ? input_file(file) : -1;
	fd_send(world.clients[client], bytes, len, &fd, fd >= 0 ? 1 : 0);
	fd_close(&fd);
}

static void do_memory(struct input *input) {
	uint64_t at = input_long(input) % VMM_RAM_BYTES;
	size_t len;
	const uint8_t *bytes = input_bytes(input, VMM_RAM_BYTES - at, &len);
	memcpy(world.vmm.ram + at, bytes, len);
}

static void do_raw_command(struct input *input) {
	size_t len;
	const uint8_t *bytes = input_bytes(input, 4096, &len);
	vmm_queue(&world.vmm, bytes, len);
}

static void do_descriptor(struct input *input) {
	uint16_t index = input_byte(input) % RING_SIZE;
	uint64_t gpa = input_long(input) << (input_byte(input) % 2 * 12);
	uint32_t len = input_number(input);
	uint16_t flags = input_byte(input) % 8;
	vmm_put_desc(&world.vmm, index, gpa, len, flags, (uint16_t)input_number(input));
}

static void do_attach(struct input *input) {
	uint32_t context = input_byte(input) % 4, resource = input_byte(input);
	vmm_ctx_attach(&world.vmm, context, resource, input_byte(input) % 4 != 0);
}

static void do_step(struct input *input) {
	static void (*const steps[STEP_KINDS])(struct input *input) = {
			[STEP_RAW_COMMAND] = do_raw_command,
			[STEP_CONTEXT] = do_context,
			[STEP_ATTACH] = do_attach,
			[STEP_GUEST_BLOB] = do_guest_blob,
			[STEP_HOST_BLOB] = do_host_blob,
			[STEP_MAP] = do_map,
			[STEP_SUBMIT] = do_submit,
			[STEP_SEND] = do_send,
			[STEP_WRITE] = do_write,
			[STEP_POLL] = do_poll,
			[STEP_IMAGE] = do_image,
			[STEP_DESCRIPTOR] = do_descriptor,
			[STEP_MEMORY] = do_memory,
			[STEP_RINGS] = do_rings,
			[STEP_COMPOSITOR] = do_compositor,
	};
	uint8_t step = input_byte(input) % STEP_KINDS;
	if (step == STEP_OFFER) {
		vmm_offer(&world.vmm, (uint16_t)input_number(input));
	} else {
		steps[step](input);
	}
	turn();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN); // as silo-proxy does
	vmm_set_up = set_up;
	vmm_tear_down = tear_down;
	vmm_start(&world.vmm, input_byte(&input) % 2 == 0 ? VMM_QEMU : VMM_CROSVM, RING_SIZE);
	for (int i = 0; i < STEPS_MAX && input.left > 0 && !world.vmm.ended; i++) {
		do_step(&input);
	}
	vmm_finish(&world.vmm);
	return 0;
}
