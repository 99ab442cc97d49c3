/* SPDX-License-Identifier: MIT
 *
 * What the supervisor reads of its control group: units, limits that hold, limits that do not, and
 * files that say nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmctl/supervisor/cgroup.h"

static char base[] = "/tmp/silo-cgroup-XXXXXX";
static const struct vm vm = {.name = "one"};

static void path_of(char out[256], const char *name) {
	snprintf(out, 256, "%s/%s", base, name);
}

static void write_to(const char *name, const char *text) {
	char path[256];
	path_of(path, name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int setup(void **state) {
	static const char *const folders[] = {"g", "g/silo-vm-one.service", "unified", "unified/h",
			"unified/h/silo-vm-one.service"};
	assert_non_null(mkdtemp(base));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char path[256];
		path_of(path, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	return 0;
}

static int teardown(void **state) {
	static const char *const names[] = {"self", "g/silo-vm-one.service/memory.max",
			"g/silo-vm-one.service/pids.max", "g/silo-vm-one.service/cpu.max",
			"unified/h/silo-vm-one.service/pids.max", "g/silo-vm-one.service", "g",
			"unified/h/silo-vm-one.service", "unified/h", "unified"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[256];
		path_of(path, names[i]);
		remove(path);
	}
	return rmdir(base);
}

static struct record describe(const char *self) {
	struct record record = {.unit = "old", .memory_limit = 7, .unlimited = "old"};
	char path[256];
	write_to("self", self);
	path_of(path, "self");
	cgroup_describe(&record, &vm, path, base);
	return record;
}

static void test_all_hold(void **state) {
	write_to("g/silo-vm-one.service/memory.max", "3221225472\n");
	write_to("g/silo-vm-one.service/pids.max", "512\n");
	write_to("g/silo-vm-one.service/cpu.max", "150000 100000\n");
	struct record record = describe("4:memory:/x\n0::/g/silo-vm-one.service\n");
	assert_string_equal(record.unit, "silo-vm-one.service");
	assert_int_equal(record.memory_limit, 3221225472);
	assert_int_equal(record.tasks_limit, 512);
	assert_int_equal(record.cpu_limit_percent, 150);
	assert_string_equal(record.unlimited, "");
}

static void test_some_hold(void **state) {
	write_to("g/silo-vm-one.service/memory.max", "max\n");
	write_to("g/silo-vm-one.service/cpu.max", "max 100000\n");
	struct record record = describe("0::/g/silo-vm-one.service\n");
	assert_int_equal(record.memory_limit, 0);
	assert_int_equal(record.tasks_limit, 512);
	assert_int_equal(record.cpu_limit_percent, 0);
	assert_string_equal(record.unlimited,
			"memory, cpu: systemd has no such controller for the user's units");
	/* A hybrid machine. */
	write_to("unified/h/silo-vm-one.service/pids.max", "40\n");
	record = describe("1:name=systemd:/\n0::/h/silo-vm-one.service\n");
	assert_int_equal(record.tasks_limit, 40);
	assert_int_equal(record.memory_limit, 0);
}

static void test_no_unit(void **state) {
	static const char *const selves[] = {"", "0::/\n", "0::/user.slice/session-2.scope\n",
			"0::/g/silo-vm-two.service\n", "0::/g/silo-vm-one.service/below\n",
			"1:memory:/g/silo-vm-one.service\n", "0::/g/silo-vm-one.service"};
	for (size_t i = 0; i < sizeof(selves) / sizeof(selves[0]); i++) {
		struct record record = describe(selves[i]);
		assert_string_equal(record.unit, "");
		assert_int_equal(record.memory_limit, 0);
		assert_string_equal(record.unlimited,
				"memory, tasks, cpu: systemd runs no unit for it");
	}
}

static void test_nonsense(void **state) {
	char text[256];
	memset(text, '9', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	write_to("g/silo-vm-one.service/memory.max", text);
	write_to("g/silo-vm-one.service/pids.max", "-1\n");
	write_to("g/silo-vm-one.service/cpu.max", "100000 0\n");
	struct record record = describe("0::/g/silo-vm-one.service\n");
	assert_int_equal(record.memory_limit, 0);
	assert_int_equal(record.tasks_limit, 0);
	assert_int_equal(record.cpu_limit_percent, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_all_hold),
			cmocka_unit_test(test_some_hold),
			cmocka_unit_test(test_no_unit),
			cmocka_unit_test(test_nonsense),
	};
	return cmocka_run_group_tests_name("cgroup", tests, setup, teardown);
}
