/* SPDX-License-Identifier: MIT
 *
 * What is made of the kernel's files about batteries, true ones and odd ones.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/panel/battery.h"

static char folder[] = "/tmp/silo-battery-XXXXXX";

static int setup(void **state) {
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *level) {
	return remove(path);
}

static int teardown(void **state) {
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *supply, const char *name, const char *text) {
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, supply);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, supply, name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_battery(int percent, bool is_charging) {
	struct battery battery = battery_read(folder);
	assert_true(battery.is_there);
	assert_int_equal(battery.percent, percent);
	assert_int_equal(battery.is_charging, is_charging);
}

static void batteries(void **state) {
	assert_false(battery_read("/no/such/folder").is_there);
	assert_false(battery_read(folder).is_there);
	put("AC", "type", "Mains\n");
	put("AC", "online", "1\n");
	put("hidpp_battery_0", "type", "Battery\n");
	put("hidpp_battery_0", "scope", "Device\n");
	put("hidpp_battery_0", "capacity", "5\n");
	assert_false(battery_read(folder).is_there);
	put("BAT0", "type", "Battery\n");
	put("BAT0", "present", "1\n");
	put("BAT0", "status", "Discharging\n");
	assert_false(battery_read(folder).is_there);
	put("BAT0", "capacity", "80\n");
	assert_battery(80, false);
	put("BAT0", "status", "Charging\n");
	assert_battery(80, true);
	/* A second one, three times as large and nearly empty. */
	put("BAT0", "energy_full", "20000000\n");
	put("BAT1", "type", "Battery\n");
	put("BAT1", "capacity", "10\n");
	put("BAT1", "energy_full", "60000000\n");
	assert_battery(28, true);
	put("BAT1", "present", "0\n");
	assert_battery(80, true);
	put("BAT1", "present", "1\n");
	put("BAT0", "capacity", "400\n");
	put("BAT1", "capacity", "99999999999999999999999999\n");
	put("BAT1", "energy_full", "18446744073709551615\n");
	assert_battery(100, true);
	put("BAT0", "capacity", "-3\n");
	put("BAT1", "capacity", "x\n");
	assert_battery(0, true);
}

int main(void) {
	const struct CMUnitTest tests[] = {cmocka_unit_test(batteries)};
	return cmocka_run_group_tests_name("battery", tests, setup, teardown);
}
