/* SPDX-License-Identifier: MIT
 *
 * The VMMs' command lines against golden files (`UPDATE=1 GOLDEN=tests/vmm test-vmm` rewrites them),
 * the image's and programs' places, and the KVM probe where there is no KVM.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmctl/vmm/argv.h"
#include "vmctl/vmm/choose.h"
#include "vmctl/vmm/image.h"
#include "vmctl/vmm/kvm.h"
#include "vmctl/vmm/vmm.h"

static char *text_of(char **argv) {
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	for (char **word = argv; *word != NULL; word++) {
		fprintf(stream, "%s\n", *word);
	}
	fclose(stream);
	return text;
}

static void check_golden(const char *name, char **argv) {
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", getenv("GOLDEN"), name);
	char *text = text_of(argv);
	argv_free(argv);
	if (getenv("UPDATE") != NULL) {
		FILE *out = fopen(path, "we");
		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	static char golden[16384];
	FILE *in = fopen(path, "re");
	assert_non_null(in);
	golden[fread(golden, 1, sizeof(golden) - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(text, golden);
	free(text);
}

static struct vm banking = {.name = "banking",
		.memory_bytes = 1ull << 30,
		.cpus = 2,
		.image = (char[]){"default"}};

static void test_kvm_argv(void **state) {
	struct vmm_setup setup = {
			.kind = VMM_QEMU,
			.vm = &banking,
			.program = "/usr/bin/qemu-system-x86_64",
			.image_dir = "/images/default",
			.accelerator = ACCELERATOR_KVM,
	};
	check_golden("kvm.argv", vmm_argv(&setup));
}

static void test_emulation_argv(void **state) {
	char *params[] = {(char[]){"loglevel=7"}, (char[]){"a=b,c"}};
	struct vm vm = banking;
	vm.kernel_params = params;
	vm.kernel_params_len = 2;
	struct vmm_setup setup = {
			.kind = VMM_QEMU,
			.vm = &vm,
			.program = "/usr/bin/qemu-system-x86_64",
			.image_dir = "/home/a,b/images,readonly=off",
			.accelerator = ACCELERATOR_TCG,
	};
	check_golden("emulation.argv", vmm_argv(&setup));
}

static void test_crosvm_argv(void **state) {
	char *params[] = {(char[]){"loglevel=7"}, (char[]){"a=b,c"}};
	struct vm vm = banking;
	vm.kernel_params = params;
	vm.kernel_params_len = 2;
	struct vmm_setup setup = {
			.kind = VMM_CROSVM,
			.vm = &vm,
			.program = "/usr/bin/crosvm",
			.image_dir = "/images/default",
	};
	check_golden("crosvm.argv", vmm_argv(&setup));
	/* What ends a value stands in quotation marks, and they and backslashes are escaped. */
	setup.image_dir = "/home/a,b/im \"ag\\es,ro=false]";
	check_golden("crosvm-quoted.argv", vmm_argv(&setup));
}

static void test_exits(void **state) {
	static const struct {
		enum vmm_kind kind;
		int code;
		enum vmm_exit exit;
		const char *reason;
	} cases[] = {
			{VMM_CROSVM, 0, VMM_EXIT_CLEAN, ""},
			{VMM_CROSVM, 1, VMM_EXIT_FAILED, "gave up"},
			{VMM_CROSVM, 2, VMM_EXIT_FAILED, "status 2"},
			{VMM_CROSVM, 32, VMM_EXIT_RESET, ""},
			{VMM_CROSVM, 33, VMM_EXIT_FAILED, "crashed"},
			{VMM_CROSVM, 34, VMM_EXIT_FAILED, "kernel panicked"},
			{VMM_CROSVM, 35, VMM_EXIT_FAILED, "command line"},
			{VMM_CROSVM, 36, VMM_EXIT_FAILED, "watchdog"},
			{VMM_QEMU, 0, VMM_EXIT_CLEAN, ""},
			{VMM_QEMU, 32, VMM_EXIT_FAILED, "status 32"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reason[256] = "";
		assert_int_equal(vmm_exit_judge(cases[i].kind, cases[i].code, reason,
						 sizeof(reason)),
				cases[i].exit);
		assert_non_null(strstr(reason, cases[i].reason));
	}
}

static void test_kills(void **state) {
	char reason[256] = "as before";
	assert_false(vmm_kill_explain(VMM_QEMU, SIGKILL, reason, sizeof(reason)));
	assert_false(vmm_kill_explain(VMM_CROSVM, SIGSEGV, reason, sizeof(reason)));
	assert_false(vmm_kill_explain(VMM_CROSVM, 0, reason, sizeof(reason)));
	assert_string_equal(reason, "as before");
	assert_true(vmm_kill_explain(VMM_CROSVM, SIGKILL, reason, sizeof(reason)));
	assert_non_null(strstr(reason, "its devices did not end within a second"));
}

/* Where QEMU does as well, the lack of crosvm is no error. */
static void test_choice(void **state) {
	struct vm vm = banking;
	vm.emulation_allowed = true;
	const struct vmm_programs programs = {.crosvm = "/nonexistent/crosvm", .qemu = "/bin/sh"};
	struct vmm_choice choice;
	char error[ERROR_MAX] = "";
	for (int i = 0; i < 2; i++) {
		vm.vmm = i == 0 ? VMM_AUTO : VMM_QEMU;
		assert_true(vmm_choose(&vm, &programs, &choice, error));
		assert_int_equal(choice.kind, VMM_QEMU);
		assert_int_equal(choice.program[0], '/');
		assert_string_equal(error, "");
	}
	vm.vmm = VMM_CROSVM;
	assert_false(vmm_choose(&vm, &programs, &choice, error));
	assert_non_null(strstr(error, "/nonexistent/crosvm is not there"));
	/* Of what is missing, what is easier to come by is told. */
	vm.vmm = VMM_AUTO;
	const struct vmm_programs none = {.crosvm = "/nonexistent/a", .qemu = "/nonexistent/b"};
	assert_false(vmm_choose(&vm, &none, &choice, error));
	assert_non_null(strstr(error, "/nonexistent/b is not there"));
}

static void test_image(void **state) {
	char dir[256], error[512];
	setenv("XDG_DATA_HOME", "/data", 1);
	assert_true(image_dir(&banking, dir, sizeof(dir)));
	assert_string_equal(dir, "/data/silo/images/default");
	assert_false(image_dir(&banking, dir, 10));
	unsetenv("XDG_DATA_HOME");
	setenv("HOME", "/h", 1);
	assert_true(image_dir(&banking, dir, sizeof(dir)));
	assert_string_equal(dir, "/h/.local/share/silo/images/default");
	assert_false(image_check(&banking, "/nonexistent", error, sizeof(error)));
	assert_non_null(strstr(error, "has no readable kernel; build it"));
	char dir_template[] = "/tmp/silo-image-XXXXXX", program[64];
	assert_non_null(mkdtemp(dir_template));
	setenv("PATH", dir_template, 1);
	assert_false(image_check(&banking, "/nonexistent", error, sizeof(error)));
	assert_non_null(strstr(error, "with: tools/guest-image --output /nonexistent"));
	char apps_name[] = "apps";
	struct vm with_apps = {.image = apps_name};
	assert_false(image_check(&with_apps, "/nonexistent", error, sizeof(error)));
	assert_non_null(strstr(error, "with: tools/guest-image --apps --output /nonexistent"));
	/* Where Silo is installed, the program that is there. */
	snprintf(program, sizeof(program), "%s/silo-guest-image", dir_template);
	int fd = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	close(fd);
	assert_false(image_check(&banking, "/nonexistent", error, sizeof(error)));
	assert_non_null(strstr(error, "with: silo-guest-image --output /nonexistent"));
	assert_int_equal(unlink(program), 0);
	assert_int_equal(rmdir(dir_template), 0);
}

static void test_programs(void **state) {
	char path[256];
	setenv("PATH", "relative:/usr/bin", 1);
	assert_true(program_find("env", "/nonexistent", path, sizeof(path)));
	assert_int_equal(path[0], '/');
	assert_false(program_find("no-such-program-here", NULL, path, sizeof(path)));
	assert_false(program_find("env", NULL, path, 3));
}

static void test_kvm_probe(void **state) {
	assert_int_equal(kvm_probe("/nonexistent/kvm", 1000), KVM_NO_DEVICE);
	assert_int_equal(kvm_probe("/dev/null", 1000), KVM_BROKEN);
	assert_non_null(strstr(kvm_advice(KVM_NO_DEVICE), "modprobe"));
	assert_string_equal(kvm_advice(KVM_WORKS), "");
	/* Whatever this machine has, it has it each time. */
	enum kvm_state here = kvm_probe("/dev/kvm", KVM_PROBE_MS);
	print_message("# /dev/kvm here: %d %s\n", here, kvm_advice(here));
	for (int i = 0; i < 5; i++) {
		assert_int_equal(kvm_probe("/dev/kvm", KVM_PROBE_MS), here);
	}
}

struct speed_run {
	int64_t host_us, guest_us;
};

/* True as soon as a run makes it so. */
static bool is_fast(const struct speed_run *runs, size_t len) {
	struct kvm_speed speed = {0};
	for (size_t i = 0; i < len; i++) {
		if (kvm_speed_add(&speed, runs[i].host_us * 1000, runs[i].guest_us * 1000)) {
			return true;
		}
	}
	return false;
}

/* Times measured where it is known whether a kernel boots. */
static void test_kvm_speed(void **state) {
	const struct speed_run processor = {10, 12};
	assert_true(is_fast(&processor, 1));
	/* An emulated processor with KVM inside: cold at first, then disturbed, then itself. */
	const struct speed_run emulated[] = {{156, 20523}, {102, 10691}, {277, 280}};
	assert_false(is_fast(emulated, 2));
	assert_true(is_fast(emulated, 3));
	/* An interpreter; once its host was disturbed as well. */
	const struct speed_run interpreted[KVM_SPEED_RUNS] = {
			{10, 20402}, {6, 19969}, {2000, 41000}, {6, 19842}, {6, 19891}};
	assert_false(is_fast(interpreted, KVM_SPEED_RUNS));
	/* A clock too coarse for the loop. */
	const struct speed_run coarse = {0, 0}, coarse_slow = {0, 4000};
	assert_true(is_fast(&coarse, 1));
	assert_false(is_fast(&coarse_slow, 1));
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_kvm_argv),
			cmocka_unit_test(test_emulation_argv),
			cmocka_unit_test(test_crosvm_argv),
			cmocka_unit_test(test_exits),
			cmocka_unit_test(test_kills),
			cmocka_unit_test(test_choice),
			cmocka_unit_test(test_image),
			cmocka_unit_test(test_programs),
			cmocka_unit_test(test_kvm_probe),
			cmocka_unit_test(test_kvm_speed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
