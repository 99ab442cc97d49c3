/* SPDX-License-Identifier: MIT
 *
 * silo-init's reading of the kernel's command line and of the account file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/init/settings.h"

static struct settings settings;

static void expect(const char *cmdline, const char *hostname, const char *user) {
	settings_parse(&settings, cmdline);
	assert_string_equal(settings.hostname, hostname);
	assert_string_equal(settings.user, user);
}

static void test_parse(void **state) {
	expect("", "silo", "user");
	expect("console=ttyS0 quiet\n", "silo", "user");
	expect("silo.vm=banking", "banking", "user");
	expect("  silo.vm=banking  silo.hostname=teller\tsilo.user=alice\n", "teller", "alice");
	expect("xsilo.vm=a silo.vmx=b silo.vm", "silo", "user");
}

static void test_parse_unfit(void **state) {
	expect("silo.vm= silo.user=", "silo", "user");
	expect("silo.vm=a/b silo.user=../x", "silo", "user");
	expect("silo.vm=-a silo.user=a:b", "silo", "user");
	char line[200];
	snprintf(line, sizeof(line), "silo.vm=%0100d silo.user=%032d", 0, 0);
	expect(line, "silo", "user");
	snprintf(line, sizeof(line), "silo.vm=%063d silo.user=%031d", 0, 0);
	settings_parse(&settings, line);
	assert_int_equal(strlen(settings.hostname), 63);
	assert_int_equal(strlen(settings.user), 31);
}

static void test_parse_root(void **state) {
	settings_parse(&settings, "silo.vm=a silo.root=allow");
	assert_true(settings.root_allowed);
	static const char *const others[] = {"", "silo.root=allowed", "silo.root=", "silo.root",
			"xsilo.root=allow", "silo.root=deny"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		settings_parse(&settings, others[i]);
		assert_false(settings.root_allowed);
	}
}

static void test_find_user(void **state) {
	char path[] = "/tmp/silo-passwd-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	const char text[] = "root:x:0:0:root:/root:/bin/sh\nbroken\nuser:x:1000:1001::/home/user:/"
			    "bin/sh\n";
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	settings_parse(&settings, "");
	assert_int_equal(settings_find_user(&settings, path), 0);
	assert_int_equal(settings.uid, 1000);
	assert_int_equal(settings.gid, 1001);
	assert_string_equal(settings.home, "/home/user");
	settings_parse(&settings, "silo.user=nobody");
	assert_int_equal(settings_find_user(&settings, path), -ENOENT);
	unlink(path);
	assert_int_equal(settings_find_user(&settings, path), -ENOENT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_parse),
			cmocka_unit_test(test_parse_unfit),
			cmocka_unit_test(test_parse_root),
			cmocka_unit_test(test_find_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
