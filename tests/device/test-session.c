/* SPDX-License-Identifier: MIT
 *
 * Valid sessions against the GPU device, byte for byte as real guest proxies hold them, with QEMU's
 * and crosvm's front ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "parse/le.h"
#include "tests/device/double.h"
#include "tests/device/vmm.h"

static const enum vmm_manner manners[] = {VMM_QEMU, VMM_CROSVM};
#define READ_PIPE_NEW 0x80000001u

/* RECEIVE in the ring: returns the length of its data. */
static uint32_t received(const struct vmm_client *client, unsigned layout, uint32_t n_ids) {
	assert_int_equal(client->channel[0], CROSS_DOMAIN_RECEIVE);
	uint32_t len = le_get32(client->channel + 12);
	assert_int_equal(le_get16(client->channel + 2), 16 + 12 * layout + len);
	assert_int_equal(le_get32(client->channel + 8), n_ids);
	return len;
}

static void hello_in_all_variants(void **state) {
	static const size_t inits[] = {16, 20, 24, 36};
	static const size_t polls[] = {8, 16};
	for (size_t m = 0; m < 2; m++) {
		for (size_t i = 0; i < 4; i++) {
			for (size_t p = 0; p < 2; p++) {
				struct vmm vmm;
				vmm_start(&vmm, manners[m], 64);
				struct vmm_client client = vmm_client(&vmm, 1, inits[i]);
				struct vmm_chain poll = vmm_poll(&vmm, 1, polls[p]);
				assert_int_equal(vmm_answer_type(&vmm, &poll), 0);
				assert_int_equal(vmm_send(&vmm, 1, 28, NULL, NULL, 0, "hello", 5),
						GPU_OK_NODATA);
				assert_int_equal(double_client->in_len, 5);
				double_send("world!", 6, -1);
				vmm_turn(&vmm);
				assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
				const uint8_t *answer = vmm_ram(&vmm, poll.answer);
				assert_int_equal(le_get32(answer + 4), 3);
				assert_int_equal(le_get64(answer + 8), vmm.fence);
				assert_int_equal(le_get32(answer + 16), 1);
				assert_int_equal(answer[20], 1);
				assert_int_equal(received(&client, 28, 0), 6);
				assert_memory_equal(client.channel + 352, "world!", 6);
				vmm_finish(&vmm);
			}
		}
	}
}

/* How often the guest was interrupted since this was last asked. */
static uint64_t interrupts(struct vmm *vmm) {
	uint64_t count = 0;
	ssize_t got = read(vmm->rings[0].call, &count, sizeof(count));
	return got == sizeof(count) ? count : 0;
}

static void a_poll_interrupts_once_when_it_is_answered(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, manners[0], 64);
	struct vmm_client client = vmm_client(&vmm, 1, 20);
	interrupts(&vmm);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	vmm_turn(&vmm);
	assert_int_equal(interrupts(&vmm), 0);
	double_send("world!", 6, -1);
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(interrupts(&vmm), 1);
	assert_int_equal(received(&client, 28, 0), 6);
	vmm_finish(&vmm);
}

static void old_sommelier_has_tables_of_four(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	uint32_t id = 5, type = CROSS_DOMAIN_ID_READ_PIPE;
	assert_int_equal(vmm_send(&vmm, 1, 4, &id, &type, 1, "x", 1), GPU_OK_NODATA);
	assert_int_equal(double_client->n_in_fds, 1);
	/* A file of its own gets an odd number that is not the pipe's. */
	for (unsigned i = 0; i < 2; i++) {
		int fd = memfd_create("keymap", MFD_CLOEXEC);
		assert_int_equal(ftruncate(fd, 100), 0);
		double_send("y", 1, fd);
		vmm_turn(&vmm);
		assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
		assert_int_equal(received(&client, 4, 1), 1);
		assert_int_equal(client.channel[64], 'y');
		assert_int_equal(le_get32(client.channel + 16), i == 0 ? 3 : 7);
		poll = vmm_poll(&vmm, 1, 8);
	}
	vmm_finish(&vmm);
}

static void a_pool_reaches_the_compositor_without_a_copy(void **state) {
	for (size_t m = 0; m < 2; m++) {
		struct vmm vmm;
		struct vmm_client client = vmm_start_client(&vmm, manners[m]);
		uint32_t blob = vmm_image(&vmm, &client, 5000);
		assert_int_equal(vmm_image(&vmm, &client, 5000), blob);
		/* The kernel rounds up to pages. */
		assert_int_equal(vmm_create_host_blob(&vmm, 1, 7, blob, 8192), GPU_OK_NODATA);
		assert_int_equal(vmm_map_blob(&vmm, 7, 0x10000), GPU_OK_MAP_INFO);
		assert_int_equal(vmm.n_mappings, 1);
		assert_int_equal(vmm_ctx_attach(&vmm, 1, 7, true), GPU_OK_NODATA);
		uint32_t type = CROSS_DOMAIN_ID_BLOB, id = 7;
		assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "pool", 4), GPU_OK_NODATA);
		assert_int_equal(vmm_ctx_attach(&vmm, 1, 7, false), GPU_OK_NODATA);
		assert_int_equal(double_client->in_fds[0].kind, WIRE_FD_POOL);
		struct pool_file *pool = double_client->in_fds[0].pool;
		vmm.mappings[0].host[0x10000 + 4999] = 0x5a;
		uint8_t byte;
		assert_int_equal(pool_file_base(pool), 0x10000);
		assert_int_equal(pool_file_size(pool), 8192);
		assert_int_equal(pread(pool_file_fd(pool), &byte, 1, 0x10000 + 4999), 1);
		assert_int_equal(byte, 0x5a);
		assert_int_equal(fcntl(pool_file_fd(pool), F_GET_SEALS) & F_SEAL_SHRINK,
				F_SEAL_SHRINK);
		/* It outlives its context. */
		assert_int_equal(vmm_ctx_destroy(&vmm, 1), GPU_OK_NODATA);
		assert_int_equal(vmm_unmap_blob(&vmm, 7), GPU_OK_NODATA);
		assert_int_equal(vmm.mappings[0].host[0x10000 + 4999], 0); // given back
		assert_int_equal(vmm_unref(&vmm, 7), GPU_OK_NODATA);
		assert_int_equal(vmm_unref(&vmm, client.query_id), GPU_OK_NODATA);
		assert_int_equal(vmm.n_mappings, 1);
		vmm_finish(&vmm);
	}
}

static void a_keymap_arrives_as_a_copy(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	int fd = memfd_create("keymap", MFD_CLOEXEC);
	assert_int_equal(write(fd, "xkb_keymap", 11), 11);
	assert_int_equal(ftruncate(fd, 35412), 0);
	double_send("k", 1, fd);
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(received(&client, 28, 1), 1);
	uint32_t item = le_get32(client.channel + 16);
	assert_int_equal(le_get32(client.channel + 16 + 112), CROSS_DOMAIN_ID_BLOB);
	assert_int_equal(le_get32(client.channel + 16 + 224), 35412);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 9, item, 36864), GPU_OK_NODATA);
	/* It is taken: a second blob of it is refused. */
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 10, item, 36864), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, 9, 0x5000), GPU_OK_MAP_INFO);
	assert_string_equal((const char *)vmm.mappings[0].host + 0x5000, "xkb_keymap");
	/* It moves with its blob. */
	assert_int_equal(vmm_unmap_blob(&vmm, 9), GPU_OK_NODATA);
	assert_int_equal(vmm.mappings[0].host[0x5000], 0);
	assert_int_equal(vmm_map_blob(&vmm, 9, 0x100000), GPU_OK_MAP_INFO);
	assert_string_equal((const char *)vmm.mappings[0].host + 0x100000, "xkb_keymap");
	vmm_finish(&vmm);
}

static void a_descriptor_without_content_is_a_page_of_zeros(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	double_send("n", 1, open("/dev/null", O_RDONLY | O_CLOEXEC));
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(le_get32(client.channel + 16 + 224), 4096);
	vmm_finish(&vmm);
}

static void a_selection_is_read_through_a_pipe(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	uint32_t id = READ_PIPE_NEW, type = CROSS_DOMAIN_ID_READ_PIPE;
	assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "receive", 7), GPU_OK_NODATA);
	int out = double_client->in_fds[0].fd;
	assert_int_equal(double_client->in_fds[0].kind, WIRE_FD_PIPE_WRITE);
	/* Blocking, for a source that does not expect anything else. */
	assert_int_equal(fcntl(out, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(write(out, "text", 4), 4);
	vmm_turn(&vmm);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(client.channel[0], CROSS_DOMAIN_READ);
	assert_int_equal(le_get32(client.channel + 8), READ_PIPE_NEW);
	assert_int_equal(le_get32(client.channel + 12), 0);
	assert_int_equal(le_get32(client.channel + 16), 4);
	assert_memory_equal(client.channel + 24, "text", 4);
	poll = vmm_poll(&vmm, 1, 8);
	assert_int_equal(vmm_answer_type(&vmm, &poll), 0);
	fd_close(&double_client->in_fds[0].fd);
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(le_get32(client.channel + 12), 1);
	assert_int_equal(le_get32(client.channel + 16), 0);
	/* The next one is numbered on. */
	id++;
	assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "again", 5), GPU_OK_NODATA);
	vmm_finish(&vmm);
}

static void a_selection_is_written_into_a_pipe(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	double_send("send", 4, ends[1]);
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	uint32_t id = le_get32(client.channel + 16);
	assert_int_equal(le_get32(client.channel + 16 + 112), CROSS_DOMAIN_ID_WRITE_PIPE);
	/* More than the pipe takes: the rest is queued, and survives the context. */
	enum { CHUNK = 4000, CHUNKS = 40 };
	static uint8_t bytes[CROSS_DOMAIN_READ_BYTES + CHUNK];
	for (unsigned i = 0; i < CHUNKS; i++) {
		memset(bytes, (int)('a' + i % 26), sizeof(bytes));
		memset(bytes, 0, CROSS_DOMAIN_READ_BYTES);
		bytes[0] = CROSS_DOMAIN_WRITE;
		le_put16(bytes + 2, sizeof(bytes));
		le_put32(bytes + 8, id);
		le_put32(bytes + 12, i == CHUNKS - 1);
		le_put32(bytes + 16, CHUNK);
		struct vmm_chain chain = vmm_submit(&vmm, 1, -1, bytes, sizeof(bytes));
		assert_int_equal(vmm_answer_type(&vmm, &chain), GPU_OK_NODATA);
	}
	assert_int_equal(vmm_ctx_destroy(&vmm, 1), GPU_OK_NODATA);
	fd_set_nonblock(ends[0], true);
	size_t total = 0;
	for (;;) {
		static uint8_t got[CHUNK];
		vmm_turn(&vmm);
		ssize_t n = read(ends[0], got, sizeof(got));
		if (n == 0) {
			break;
		}
		assert_true(n > 0);
		assert_int_equal(got[0], 'a' + total / CHUNK % 26);
		total += (size_t)n;
	}
	assert_int_equal(total, CHUNK * CHUNKS);
	close(ends[0]);
	vmm_finish(&vmm);
}

static void the_end_of_a_client_is_told_once(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
	double_end();
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(received(&client, 28, 0), 0);
	assert_int_equal(double_clients, 0);
	poll = vmm_poll(&vmm, 1, 8);
	assert_int_equal(vmm_answer_type(&vmm, &poll), 0);
	assert_int_equal(vmm_send(&vmm, 1, 28, NULL, NULL, 0, "late", 4), GPU_OK_NODATA);
	/* Destroying the context answers what is held. */
	assert_int_equal(vmm_ctx_destroy(&vmm, 1), GPU_OK_NODATA);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	vmm_finish(&vmm);
}

static void one_client_too_many_gets_an_end_of_file(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	double_clients_max = 1;
	vmm_client(&vmm, 1, 20);
	struct vmm_client second = vmm_client(&vmm, 2, 20);
	double_clients_max = 64;
	struct vmm_chain poll = vmm_poll(&vmm, 2, 8);
	assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
	assert_int_equal(received(&second, 28, 0), 0);
	vmm_finish(&vmm);
}

static void a_throttled_client_waits_in_order(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 128);
	vmm_client(&vmm, 1, 20);
	struct wire_client *throttled = double_client;
	throttled->blocked = true;
	for (uint8_t i = 0; i < 40; i++) {
		uint8_t byte = (uint8_t)('a' + i);
		vmm_send(&vmm, 1, 28, NULL, NULL, 0, &byte, 1);
	}
	assert_int_equal(throttled->in_len, 0);
	double_unblock();
	vmm_turn(&vmm);
	assert_int_equal(throttled->in_len, 40);
	for (uint8_t i = 0; i < 40; i++) {
		assert_int_equal(throttled->in[i], 'a' + i);
	}
	vmm_finish(&vmm);
}

static void several_commands_in_one_submission(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_client(&vmm, 1, 20);
	static uint8_t bytes[2 * 353 + 8];
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *at = bytes + 353 * (size_t)i;
		at[0] = CROSS_DOMAIN_SEND;
		le_put16(at + 2, 353);
		le_put32(at + 12, 1);
		at[352] = (uint8_t)('1' + i);
	}
	bytes[706] = CROSS_DOMAIN_POLL;
	le_put16(bytes + 708, 8);
	struct vmm_chain chain = vmm_submit(&vmm, 1, 1, bytes, sizeof(bytes));
	assert_int_equal(vmm_answer_type(&vmm, &chain), 0);
	assert_int_equal(double_client->in_len, 2);
	double_send("z", 1, -1);
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &chain), GPU_OK_NODATA);
	vmm_finish(&vmm);
}

static void the_device_tells_what_it_is(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	uint8_t bytes[32] = {0};
	le_put32(bytes, GPU_GET_DISPLAY_INFO);
	struct vmm_chain chain = vmm_queue(&vmm, bytes, 24);
	vmm_turn(&vmm);
	uint32_t len;
	assert_true(vmm_done(&vmm, &chain, &len));
	assert_int_equal(len, 408);
	le_put32(bytes, GPU_GET_CAPSET_INFO);
	chain = vmm_queue(&vmm, bytes, 32);
	vmm_turn(&vmm);
	const uint8_t *answer = vmm_ram(&vmm, chain.answer);
	assert_int_equal(le_get32(answer), GPU_OK_CAPSET_INFO);
	assert_int_equal(le_get32(answer + 24), 5);
	assert_int_equal(le_get32(answer + 32), 16);
	le_put32(bytes, GPU_GET_CAPSET);
	le_put32(bytes + 24, 5);
	chain = vmm_queue(&vmm, bytes, 32);
	vmm_turn(&vmm);
	answer = vmm_ram(&vmm, chain.answer);
	assert_int_equal(le_get32(answer), GPU_OK_CAPSET);
	assert_int_equal(le_get32(answer + 24), 1);
	assert_int_equal(le_get32(answer + 28), 2);
	uint8_t config[12 + 16] = {0};
	le_put32(config, 8);
	le_put32(config + 4, 8);
	assert_true(vmm_message(&vmm, 24, false, config, 20, NULL, 0));
	assert_int_equal(vmm_reply(&vmm, config, sizeof(config)), 20);
	assert_int_equal(le_get32(config + 12), 0); // no scanout
	assert_int_equal(le_get32(config + 16), 1); // one capability set
	vmm_finish(&vmm);
}

/* --- pause, resume, reset --- */

static void a_pause_keeps_everything(void **state) {
	for (size_t m = 0; m < 2; m++) {
		struct vmm vmm;
		struct vmm_client client = vmm_start_client(&vmm, manners[m]);
		vmm_mapped_image(&vmm, &client, 7, 4096);
		memcpy(vmm.mappings[0].host, "pixels", 7);
		struct vmm_chain poll = vmm_poll(&vmm, 1, 8);
		vmm_stop_rings(&vmm);
		/* What comes meanwhile is told later; guest memory stays untouched. */
		uint8_t *before = vmm_ram(&vmm, 0);
		static uint8_t copy[VMM_RAM_BYTES];
		memcpy(copy, before, sizeof(copy));
		double_send("later", 5, -1);
		vmm_turn(&vmm);
		assert_memory_equal(copy, before, sizeof(copy));
		vmm_start_rings(&vmm, false);
		assert_int_equal(vmm_answer_type(&vmm, &poll), GPU_OK_NODATA);
		assert_int_equal(received(&client, 28, 0), 5);
		assert_int_equal(double_clients, 1);
		assert_int_equal(vmm.maps, 1);
		assert_int_equal(vmm.unmaps, 0);
		assert_string_equal((const char *)vmm.mappings[0].host, "pixels");
		assert_int_equal(vmm_unmap_blob(&vmm, 7), GPU_OK_NODATA);
		vmm_finish(&vmm);
	}
}

static void a_chain_queued_during_the_pause_is_found(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_client(&vmm, 1, 20);
	vmm_stop_rings(&vmm);
	uint8_t bytes[24] = {0};
	le_put32(bytes, GPU_GET_DISPLAY_INFO);
	struct vmm_chain chain = vmm_queue(&vmm, bytes, sizeof(bytes));
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &chain), 0);
	vmm_start_rings(&vmm, false);
	assert_int_equal(vmm_answer_type(&vmm, &chain), GPU_OK_DISPLAY_INFO);
	vmm_finish(&vmm);
}

static void a_reset_drops_everything(void **state) {
	for (size_t m = 0; m < 2; m++) {
		struct vmm vmm;
		struct vmm_client client = vmm_start_client(&vmm, manners[m]);
		uint32_t blob = vmm_mapped_image(&vmm, &client, 7, 4096);
		vmm.mappings[0].host[0] = 0x5a;
		vmm_poll(&vmm, 1, 8);
		vmm_stop_rings(&vmm);
		vmm_reset(&vmm);
		assert_int_equal(double_clients, 0);
		assert_int_equal(vmm.maps, manners[m] == VMM_QEMU ? 2 : 1);
		assert_int_equal(vmm.unmaps, 0);
		assert_int_equal(vmm.n_mappings, 1);
		assert_int_equal(vmm.mappings[0].host[0], 0);
		assert_int_equal(vmm.account.files, 1);
		/* The second boot works, at the same place. */
		client = vmm_client(&vmm, 1, 20);
		assert_int_equal(vmm_create_host_blob(&vmm, 1, 7, blob, 4096), GPU_OK_NODATA);
		assert_int_equal(vmm_map_blob(&vmm, 7, 0), GPU_OK_MAP_INFO);
		vmm_finish(&vmm);
	}
}

static void a_mapping_under_way_at_a_reset_is_made_again(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_stop_rings(&vmm);
	vmm.hold_backend = true;
	vmm_reset(&vmm);
	vmm_stop_rings(&vmm);
	vmm_reset(&vmm);
	vmm.hold_backend = false;
	vmm_turn(&vmm);
	assert_int_equal(vmm.maps, 3);
	assert_int_equal(vmm.unmaps, 1);
	assert_int_equal(vmm.n_mappings, 1);
	struct vmm_client client = vmm_client(&vmm, 1, 20);
	vmm_mapped_image(&vmm, &client, 7, 4096);
	vmm_finish(&vmm);
}

static void a_mapping_that_came_while_stopped_is_in_doubt_after_a_reset(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_stop_rings(&vmm);
	vmm.hold_backend = true;
	vmm_reset(&vmm);
	vmm_stop_rings(&vmm);
	vmm.hold_backend = false;
	vmm_turn(&vmm);
	assert_int_equal(vmm.maps, 2);
	/* Dropped by the reset: the unmap is refused, and that is fine. */
	vmm_reset(&vmm);
	assert_int_equal(vmm.maps, 3);
	assert_int_equal(vmm.unmaps, 1);
	assert_int_equal(vmm.n_mappings, 1);
	assert_true(window_is_mapped(&vmm.gpu->window));
	vmm_finish(&vmm);
}

static void mapping_waits_while_the_main_channel_is_served(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_stop_rings(&vmm);
	vmm.hold_backend = true;
	vmm_reset(&vmm);
	uint8_t bytes[24] = {0};
	le_put32(bytes, GPU_GET_DISPLAY_INFO);
	struct vmm_chain chain = vmm_queue(&vmm, bytes, sizeof(bytes));
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &chain), 0);
	vmm_send_mem_table(&vmm); // would hang if the device waited
	vmm.hold_backend = false;
	vmm_turn(&vmm);
	assert_int_equal(vmm_answer_type(&vmm, &chain), GPU_OK_DISPLAY_INFO);
	vmm_finish(&vmm);
}

static void a_new_blob_has_no_old_pixels(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	uint32_t blob = vmm_image(&vmm, &client, 8192);
	uint32_t type = CROSS_DOMAIN_ID_BLOB, id = 7;
	uint8_t *host = vmm.mappings[0].host;
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 7, blob, 8192), GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(&vmm, 7, 4096), GPU_OK_MAP_INFO);
	assert_int_equal(vmm_ctx_attach(&vmm, 1, 7, true), GPU_OK_NODATA);
	assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "pool", 4), GPU_OK_NODATA);
	memset(host, 0x5a, 5 * 4096); // also where no blob is
	struct pool_file *pool = double_client->in_fds[0].pool;
	assert_int_equal(pool_file_reserve(pool, 0, 8192), 0);
	assert_int_equal(vmm_unref(&vmm, 7), GPU_OK_NODATA);
	/* The compositor still shows it. */
	assert_int_equal(host[4096], 0x5a);
	/* A new blob over half of it: zeros, and nothing that is shown loses its pages. */
	blob = vmm_image(&vmm, &client, 12288);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 8, blob, 12288), GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(&vmm, 8, 8192), GPU_OK_MAP_INFO);
	assert_int_equal(host[4096], 0x5a);
	for (size_t i = 8192; i < 5 * 4096; i++) {
		assert_int_equal(host[i], 0);
	}
	host[8192] = 0x66;
	/* When the old one goes only its own half is given back. */
	pool_file_unref(pool);
	double_client->n_in_fds = 0;
	assert_int_equal(host[4096], 0);
	assert_int_equal(host[8192], 0x66);
	assert_int_equal(host[0], 0x5a);
	assert_int_equal(vmm.account.bytes_reserved, 0);
	assert_int_equal(vmm_unref(&vmm, 8), GPU_OK_NODATA);
	assert_int_equal(host[8192], 0);
	vmm_finish(&vmm);
}

int main(void) {
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(hello_in_all_variants),
			cmocka_unit_test(a_poll_interrupts_once_when_it_is_answered),
			cmocka_unit_test(old_sommelier_has_tables_of_four),
			cmocka_unit_test(a_pool_reaches_the_compositor_without_a_copy),
			cmocka_unit_test(a_keymap_arrives_as_a_copy),
			cmocka_unit_test(a_descriptor_without_content_is_a_page_of_zeros),
			cmocka_unit_test(a_selection_is_read_through_a_pipe),
			cmocka_unit_test(a_selection_is_written_into_a_pipe),
			cmocka_unit_test(the_end_of_a_client_is_told_once),
			cmocka_unit_test(one_client_too_many_gets_an_end_of_file),
			cmocka_unit_test(a_throttled_client_waits_in_order),
			cmocka_unit_test(several_commands_in_one_submission),
			cmocka_unit_test(the_device_tells_what_it_is),
			cmocka_unit_test(a_pause_keeps_everything),
			cmocka_unit_test(a_chain_queued_during_the_pause_is_found),
			cmocka_unit_test(a_reset_drops_everything),
			cmocka_unit_test(a_mapping_under_way_at_a_reset_is_made_again),
			cmocka_unit_test(
					a_mapping_that_came_while_stopped_is_in_doubt_after_a_reset),
			cmocka_unit_test(mapping_waits_while_the_main_channel_is_served),
			cmocka_unit_test(a_new_blob_has_no_old_pixels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
