/* SPDX-License-Identifier: MIT
 *
 * Attacks on the GPU device: by a guest's kernel (rings, commands, cross-domain bytes) and by a VMM
 * that the guest has taken over (vhost-user). Nothing may crash; what is wrong is refused or ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "parse/le.h"
#include "parse/vhost_user.h"
#include "tests/device/double.h"
#include "tests/device/vmm.h"

#define DESC_NEXT 1
#define DESC_WRITE 2
#define DESC_INDIRECT 4

/* The queue stands still after a violation, and a device reset revives it. */
static void expect_broken(struct vmm *vmm) {
	vmm_turn(vmm);
	assert_true(vmm->gpu->queues[0].broken);
	vmm_stop_rings(vmm);
	vmm_start_rings(vmm, true);
	assert_int_equal(vmm_ctx_create(vmm, 1), GPU_OK_NODATA);
	vmm_finish(vmm);
}

static void rings_that_break_the_rules(void **state) {
	static const struct {
		uint64_t gpa;
		uint32_t len;
		uint16_t flags, next, head;
	} rows[] = {
			{0x100000, 16, DESC_NEXT, 0, 0},                 // a loop
			{0x100000, 16, DESC_NEXT, 64, 0},                // out of the table
			{0x100000, 16, 0, 0, 64},                        // head out of the table
			{0x100000, 0, DESC_INDIRECT, 0, 0},              // empty table
			{0x100000, 17, DESC_INDIRECT, 0, 0},             // odd table
			{0x100000, 0xfffffff0, DESC_INDIRECT, 0, 0},     // huge table
			{VMM_RAM_BYTES, 16, DESC_INDIRECT, 0, 0},        // table outside of memory
			{0x100000, 16, DESC_INDIRECT | DESC_NEXT, 1, 0}, // table and more
			{UINT64_MAX, 16, 0, 0, 0},                       // wraps around
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vmm vmm;
		vmm_start(&vmm, VMM_QEMU, 64);
		vmm_put_desc(&vmm, 0, rows[i].gpa, rows[i].len, rows[i].flags, rows[i].next);
		vmm_offer(&vmm, rows[i].head);
		expect_broken(&vmm);
	}
}

static void an_index_that_runs_away(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm.rings[0].avail_idx = 1000;
	vmm_offer(&vmm, 0);
	expect_broken(&vmm);
}

static void indirect_tables_that_were_not_negotiated(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_CROSVM, 64);
	vmm_put_desc(&vmm, 0, 0x100000, 32, DESC_INDIRECT, 0);
	vmm_offer(&vmm, 0);
	expect_broken(&vmm);
}

static void segments_outside_of_memory_are_given_back_empty(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_put_desc(&vmm, 0, VMM_RAM_BYTES - 8, 24, DESC_NEXT, 1);
	vmm_put_desc(&vmm, 1, VMM_RAM_BYTES + 4096, 64, DESC_WRITE, 0);
	vmm_offer(&vmm, 0);
	vmm_turn(&vmm);
	assert_int_equal(le_get16((uint8_t *)vmm_ram(&vmm, vmm.rings[0].used) + 2), 1);
	assert_false(vmm.gpu->queues[0].broken);
	vmm_finish(&vmm);
}

static void commands_of_every_length_and_type(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	static const uint32_t bases[] = {0, 0x100, 0x200, 0x300};
	for (size_t b = 0; b < 4; b++) {
		for (uint32_t type = bases[b]; type < bases[b] + 16; type++) {
			for (size_t len = 1; len <= 96; len += 5) {
				uint8_t bytes[96];
				memset(bytes, 0xff, sizeof(bytes));
				le_put32(bytes, type);
				vmm_command(&vmm, bytes, len);
			}
		}
	}
	assert_int_equal(vmm_ctx_create(&vmm, 1), GPU_OK_NODATA);
	vmm_finish(&vmm);
}

static void blobs_that_may_not_be(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	uint32_t id = vmm_image(&vmm, &client, 4096);
	assert_int_equal(vmm_create_guest_blob(&vmm, 0, 0x200000, 4096),
			GPU_ERR_INVALID_RESOURCE_ID);
	assert_int_equal(vmm_create_guest_blob(&vmm, 50, VMM_RAM_BYTES - 4095, 4096),
			GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_create_guest_blob(&vmm, 50, 0x200000, 0), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, id, BLOB_BYTES_MAX + 1),
			GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, id, 8192), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, 3, 4096), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_create_host_blob(&vmm, 2, 50, id, 4096), GPU_ERR_INVALID_CONTEXT_ID);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, id, 4096), GPU_OK_NODATA);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, id, 4096), GPU_ERR_INVALID_RESOURCE_ID);
	/* Mappings: not aligned, beyond the window, guest memory, twice, overlapping. */
	assert_int_equal(vmm_map_blob(&vmm, 50, 1), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, 50, VM_BLOB_WINDOW_BYTES), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, 50, VM_BLOB_WINDOW_BYTES - 4095),
			GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, 50, UINT64_MAX & ~4095ull), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, client.query_id, 0), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, 50, 0), GPU_OK_MAP_INFO);
	assert_int_equal(vmm_map_blob(&vmm, 50, 4096), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 51, id, 4096), GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(&vmm, 51, 0), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_unmap_blob(&vmm, 51), GPU_ERR_INVALID_PARAMETER);
	assert_int_equal(vmm_map_blob(&vmm, 51, VM_BLOB_WINDOW_BYTES - 4096), GPU_OK_MAP_INFO);
	assert_int_equal(vmm_unmap_blob(&vmm, 51), GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(&vmm, 51, 4096), GPU_OK_MAP_INFO);
	vmm_finish(&vmm);
}

static void a_window_that_the_vmm_refuses(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	vmm_stop_rings(&vmm);
	vmm.refuse_maps = true;
	vmm_reset(&vmm);
	struct vmm_client client = vmm_client(&vmm, 1, 20);
	uint32_t id = vmm_image(&vmm, &client, 4096);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, id, 4096), GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(&vmm, 50, 0), GPU_ERR_UNSPEC);
	vmm_stop_rings(&vmm);
	vmm.refuse_maps = false;
	vmm_reset(&vmm);
	client = vmm_client(&vmm, 1, 20);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 50, id, 4096), GPU_OK_NODATA);
	assert_int_equal(vmm_map_blob(&vmm, 50, 0), GPU_OK_MAP_INFO);
	vmm_finish(&vmm);
}

static void quotas_refuse_and_do_not_kill(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 256);
	struct vmm_client client = vmm_client(&vmm, 1, 20);
	uint32_t id = vmm_image(&vmm, &client, 4096);
	uint32_t made = 0;
	while (vmm_create_host_blob(&vmm, 1, 5000 + made, id, 4096) == GPU_OK_NODATA) {
		made++;
	}
	assert_int_equal(made, VM_RESOURCES_MAX - 2); // two rings
	uint32_t mapped = 0;
	while (vmm_map_blob(&vmm, 5000 + mapped, 4096ull * mapped) == GPU_OK_MAP_INFO) {
		mapped++;
	}
	assert_int_equal(mapped, VM_BLOBS_MAX);
	/* What the guest draws counts, and a blob that goes makes room. */
	vmm.account.bytes_max = 64 * 4096;
	vmm.account.measured_ms = 0;
	memset(vmm.mappings[0].host, 1, 65 * 4096);
	assert_int_equal(vmm_unref(&vmm, 5000 + made - 1), GPU_OK_NODATA);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 9000, id, 4096), GPU_ERR_OUT_OF_MEMORY);
	assert_int_equal(vmm_unref(&vmm, 5000), GPU_OK_NODATA);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 9000, id, 4096), GPU_OK_NODATA);
	for (uint32_t ctx = 2; ctx <= VM_CONTEXTS_MAX; ctx++) {
		assert_int_equal(vmm_ctx_create(&vmm, ctx), GPU_OK_NODATA);
	}
	assert_int_equal(vmm_ctx_create(&vmm, VM_CONTEXTS_MAX + 1), GPU_ERR_OUT_OF_MEMORY);
	vmm_finish(&vmm);
}

static void small_rings_do_not_fill_up_with_polls(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_CROSVM, 64);
	uint32_t ctx = 1;
	while (vmm_ctx_create(&vmm, ctx) == GPU_OK_NODATA) {
		ctx++;
	}
	assert_int_equal(ctx, 64 / 6 + 1);
	vmm_finish(&vmm);
}

/* Random bytes at the start of valid-looking cross-domain commands; the context ends, nothing else.
 */
static void cross_domain_noise(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	unsigned seed = 1;
	for (uint32_t i = 0; i < 300; i++) {
		uint8_t bytes[600];
		for (size_t j = 0; j < sizeof(bytes); j++) {
			bytes[j] = (uint8_t)(rand_r(&seed) >> 7);
		}
		bytes[0] = (uint8_t)(i % 16);
		le_put16(bytes + 2, (uint16_t)(i % 3 == 0 ? 24 : i % 3 == 1 ? 352 : 600));
		vmm_client(&vmm, 1, 20);
		vmm_submit(&vmm, 1, (int)(i % 2), bytes, sizeof(bytes));
		assert_int_equal(vmm_ctx_destroy(&vmm, 1), GPU_OK_NODATA);
		assert_int_equal(vmm_unref(&vmm, 1002), GPU_OK_NODATA);
		assert_int_equal(vmm_unref(&vmm, 1003), GPU_OK_NODATA);
	}
	assert_int_equal(double_clients, 0);
	vmm_finish(&vmm);
}

/* D9: there is Wayland. Cameras, sound, X11, D-Bus and all others that a VMM may know are refused. */
static void no_channel_but_wayland(void **state) {
	struct vmm vmm;
	vmm_start(&vmm, VMM_QEMU, 64);
	for (uint32_t type = 2; type < 256; type += type < 32 ? 1 : 31) {
		uint32_t ctx = 1;
		assert_int_equal(vmm_ctx_create(&vmm, ctx), GPU_OK_NODATA);
		for (uint32_t id = 1002; id < 1004; id++) {
			uint64_t gpa = vmm_alloc_page(&vmm);
			assert_int_equal(vmm_create_guest_blob(&vmm, id, gpa, 4096), GPU_OK_NODATA);
			assert_int_equal(vmm_ctx_attach(&vmm, ctx, id, true), GPU_OK_NODATA);
		}
		uint8_t init[36] = {CROSS_DOMAIN_INIT};
		le_put16(init + 2, 20);
		le_put32(init + 8, 1002);
		le_put32(init + 12, 1003);
		le_put32(init + 16, type);
		struct vmm_chain chain = vmm_submit(&vmm, ctx, -1, init, 20);
		assert_true(vmm_answer_type(&vmm, &chain) >= GPU_ERR_UNSPEC);
		assert_int_equal(double_clients, 0);
		/* Commands of such a channel, and those that nobody knows, come to nothing, too. */
		for (uint8_t command = 0; command < 32; command++) {
			uint8_t bytes[64] = {command == CROSS_DOMAIN_INIT ? 31 : command};
			le_put16(bytes + 2, sizeof(bytes));
			chain = vmm_submit(&vmm, ctx, -1, bytes, sizeof(bytes));
			assert_true(vmm_answer_type(&vmm, &chain) >= GPU_ERR_UNSPEC);
		}
		assert_int_equal(double_clients, 0);
		assert_int_equal(vmm_ctx_destroy(&vmm, ctx), GPU_OK_NODATA);
		assert_int_equal(vmm_unref(&vmm, 1002), GPU_OK_NODATA);
		assert_int_equal(vmm_unref(&vmm, 1003), GPU_OK_NODATA);
	}
	vmm_finish(&vmm);
}

static void resources_that_are_not_attached_cannot_be_sent(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	uint32_t blob = vmm_image(&vmm, &client, 4096);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 7, blob, 4096), GPU_OK_NODATA);
	uint32_t id = 7, type = CROSS_DOMAIN_ID_BLOB;
	assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "x", 1), GPU_ERR_INVALID_PARAMETER);
	vmm_turn(&vmm);
	assert_int_equal(double_clients, 0);
	vmm_finish(&vmm);
}

static void blobs_that_are_not_mapped_cannot_be_sent(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	uint32_t blob = vmm_image(&vmm, &client, 4096);
	assert_int_equal(vmm_create_host_blob(&vmm, 1, 7, blob, 4096), GPU_OK_NODATA);
	assert_int_equal(vmm_ctx_attach(&vmm, 1, 7, true), GPU_OK_NODATA);
	uint32_t id = 7, type = CROSS_DOMAIN_ID_BLOB;
	assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "x", 1), GPU_ERR_INVALID_PARAMETER);
	vmm_turn(&vmm);
	assert_int_equal(double_clients, 0);
	vmm_finish(&vmm);
}

/* The guest gives places up that are still shown, again and again: bounded, nothing leaks. */
static void blobs_that_outlive_their_place(void **state) {
	struct vmm vmm;
	struct vmm_client client = vmm_start_client(&vmm, VMM_QEMU);
	uint32_t blob = vmm_image(&vmm, &client, 8192);
	uint32_t id = 7, type = CROSS_DOMAIN_ID_BLOB;
	for (uint32_t i = 0; i < 60; i++) {
		assert_int_equal(vmm_create_host_blob(&vmm, 1, 7, blob, 8192), GPU_OK_NODATA);
		assert_int_equal(vmm_map_blob(&vmm, 7, 4096ull * (i % 7)), GPU_OK_MAP_INFO);
		assert_int_equal(vmm_ctx_attach(&vmm, 1, 7, true), GPU_OK_NODATA);
		assert_int_equal(vmm_send(&vmm, 1, 28, &id, &type, 1, "x", 1), GPU_OK_NODATA);
		struct wire_fd *sent = &double_client->in_fds[i];
		assert_int_equal(pool_file_reserve(sent->pool, 0, 8192), 0);
		assert_int_equal(pool_file_reserve(sent->pool, 8192, 1), -EINVAL);
		assert_int_equal(pool_file_reserve(sent->pool, UINT64_MAX, 2), -EINVAL);
		assert_int_equal(vmm_unref(&vmm, 7), GPU_OK_NODATA);
	}
	assert_int_equal(vmm_ctx_destroy(&vmm, 1), GPU_OK_NODATA);
	vmm_turn(&vmm);
	assert_int_equal(vmm.account.bytes_reserved, 0);
	struct stat st;
	assert_int_equal(fstat(pool_file_fd(vmm.gpu->window.arena), &st), 0);
	assert_int_equal(st.st_blocks, 0);
	vmm_finish(&vmm);
}

static void a_hostile_vmm_ends_only_its_device(void **state) {
	static const uint32_t requests[] = {VHOST_USER_SET_MEM_TABLE, VHOST_USER_SET_VRING_NUM,
			VHOST_USER_SET_VRING_ADDR, VHOST_USER_SET_VRING_BASE,
			VHOST_USER_GET_VRING_BASE, VHOST_USER_SET_VRING_KICK,
			VHOST_USER_SET_VRING_CALL, VHOST_USER_SET_VRING_ENABLE,
			VHOST_USER_SET_BACKEND_REQ_FD, VHOST_USER_SET_CONFIG,
			VHOST_USER_SET_FEATURES, VHOST_USER_SET_PROTOCOL_FEATURES, 34, 37, 1000};
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct vmm vmm;
		vmm_start(&vmm, VMM_CROSVM, 64);
		uint8_t bytes[40];
		memset(bytes, 0xff, sizeof(bytes));
		assert_false(vmm_message(&vmm, requests[i], false, bytes, sizeof(bytes), NULL, 0));
		assert_true(vmm.ended);
		vmm_finish(&vmm);
	}
}

int main(void) {
	signal(SIGPIPE, SIG_IGN);
	log_init("test", NULL, LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(rings_that_break_the_rules),
			cmocka_unit_test(an_index_that_runs_away),
			cmocka_unit_test(indirect_tables_that_were_not_negotiated),
			cmocka_unit_test(segments_outside_of_memory_are_given_back_empty),
			cmocka_unit_test(commands_of_every_length_and_type),
			cmocka_unit_test(blobs_that_may_not_be),
			cmocka_unit_test(a_window_that_the_vmm_refuses),
			cmocka_unit_test(quotas_refuse_and_do_not_kill),
			cmocka_unit_test(small_rings_do_not_fill_up_with_polls),
			cmocka_unit_test(cross_domain_noise),
			cmocka_unit_test(no_channel_but_wayland),
			cmocka_unit_test(resources_that_are_not_attached_cannot_be_sent),
			cmocka_unit_test(blobs_that_are_not_mapped_cannot_be_sent),
			cmocka_unit_test(blobs_that_outlive_their_place),
			cmocka_unit_test(a_hostile_vmm_ends_only_its_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
