/* SPDX-License-Identifier: MIT
 *
 * The manifest's reader: a good one, and every mistake with the exact line that it produces.
 */
#include <math.h>
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

#include "vmctl/manifest/manifest.h"
#include "config/suggest.h"
#include "config/value.h"
#include "vmctl/manifest/look.h"
#include "vmctl/manifest/write.h"

static const char *example, *every;
static char first[64], second[64];

static int setup(void **state) {
	snprintf(first, sizeof(first), "/tmp/silo-manifest-a-%d", getpid());
	snprintf(second, sizeof(second), "/tmp/silo-manifest-b-%d", getpid());
	return 0;
}

static int teardown(void **state) {
	unlink(first);
	unlink(second);
	return 0;
}

static void write_to(const char *path, const char *text) {
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0644);
}

/* The report for text as the only file; its name is left out of every line. */
static char *report_of(const char *text, struct manifest **ret_manifest) {
	write_to(first, text);
	const char *files[] = {first};
	char *report = NULL;
	struct manifest *manifest = manifest_load(files, 1, true, &report);
	if (ret_manifest != NULL) {
		*ret_manifest = manifest;
	} else {
		assert_null(manifest);
		assert_non_null(report);
	}
	if (report == NULL) {
		return NULL;
	}
	char *out = calloc(1, strlen(report) + 1);
	for (char *line = strtok(report, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		assert_int_equal(strncmp(line, first, strlen(first)), 0);
		strncat(out, line + strlen(first) + 1, strlen(line));
		strncat(out, "\n", 2);
	}
	free(report);
	return out;
}

static void refuse(const char *text, const char *expected) {
	char *report = report_of(text, NULL);
	assert_string_equal(report, expected);
	free(report);
}

/* Around one line in a vm block on line 3. */
static void refuse_in_vm(const char *line, const char *expected) {
	char text[4096], whole[1024];
	snprintf(text, sizeof(text), "version 1\nvm a {\n\t%s\n}\n", line);
	snprintf(whole, sizeof(whole), "3: error: vm \"a\": %s\n", expected);
	refuse(text, whole);
}

static void test_example(void **state) {
	char *report = NULL;
	struct manifest *manifest = manifest_load_default(example, &report);
	assert_non_null(manifest);
	assert_int_equal(manifest->vms_len, 2);
	const struct vm *vm = manifest_find(manifest, "banking");
	assert_non_null(vm);
	assert_int_equal(vm->color, 0x337745);
	assert_string_equal(vm->glyph, "disc");
	assert_string_equal(vm->label, "Banking");
	assert_int_equal(vm->memory_bytes, 1ull << 30);
	assert_true(vm->emulation_allowed);
	assert_false(vm->root_allowed);
	assert_int_equal(vm->agent_timeout_ms, 60000);
	const struct vm_application *application = vm_application_find(vm, "terminal");
	assert_non_null(application);
	assert_string_equal(application->command[0], "foot");
	assert_null(application->command[1]);
	assert_string_equal(manifest_suggest(manifest, "bankin"), "banking");
	assert_null(manifest_find(manifest, "work"));
	manifest_destroy(manifest);
	free(report);
}

static void test_defaults(void **state) {
	struct manifest *manifest;
	char *report = report_of("version 1\nvm a {\n}\nvm b {\n}\n", &manifest);
	assert_null(report);
	assert_string_equal(manifest->vms[0].label, "a");
	assert_string_equal(manifest->vms[0].image, "default");
	assert_int_equal(manifest->vms[0].cpus, 2);
	assert_int_equal(manifest->vms[0].memory_bytes, 1ull << 30);
	assert_false(manifest->vms[0].emulation_allowed);
	assert_int_equal(manifest->vms[0].memory_limit_bytes, (7ull << 30) / 2);
	assert_int_equal(manifest->vms[0].tasks_limit, 512);
	assert_int_equal(manifest->vms[0].cpu_limit_percent, 300);
	assert_int_equal(manifest->vms[0].cpu_weight, 100);
	assert_int_not_equal(manifest->vms[0].color, manifest->vms[1].color);
	manifest_destroy(manifest);
	/* The next free colour: neither one that an earlier nor one that a later VM has chosen. */
	report = report_of("version 1\nvm a {\n\tcolor blue\n}\nvm b {\n}\nvm c {\n}\nvm d {\n"
			   "\tcolor red\n}\n",
			&manifest);
	assert_null(report);
	assert_int_equal(manifest->vms[1].color, 0x337745);
	assert_int_equal(manifest->vms[2].color, 0xf2d42d);
	manifest_destroy(manifest);
}

static void test_all_at_once(void **state) {
	refuse("version 1\n"
	       "vm Shop {\n"
	       "\tcolour red\n"
	       "\tmemory 12\n"
	       "}\n"
	       "nat eth0\n"
	       "vm a {\n"
	       "\tcpus 0\n"
	       "}\n",
			"2: error: vm \"Shop\": name must be 1-31 of a-z, 0-9, \"-\", starting "
			"with a "
			"letter, and not host, dom0, silo, all, none or self\n"
			"3: error: vm \"Shop\": unknown directive \"colour\"; did you mean "
			"\"color\"?\n"
			"4: error: vm \"Shop\": \"12\" is not a size; write for example 512M or "
			"2G\n"
			"6: error: unknown directive \"nat\"; remove it (silo-vms(5) lists all)\n"
			"8: error: vm \"a\": cpus must be a number from 1 to 64\n");
}

static void test_syntax(void **state) {
	refuse("version 1\nvm a {\n", "3: error: a block is never closed; add \"}\"\n");
	refuse("version 1\n}\n", "2: error: unexpected '}'\n");
	refuse("version 1\nvm \"a\n", "3: error: unterminated double-quoted string\n");
	refuse("version 1\nvm \001 {\n}\n", "2: error: control character 0x01; remove it\n");
	refuse("version 1\n# \xff\n", " error: not UTF-8; save it as UTF-8\n");
}

static void test_version(void **state) {
	refuse("vm a {\n}\n",
			"1: error: the first directive must be \"version\"; write \"version 1\" "
			"on top\n");
	refuse("",
			"1: error: the first directive must be \"version\"; write \"version 1\" on "
			"top\n");
	refuse("version 2\n", "1: error: this release reads version 1; write \"version 1\"\n");
	refuse("version 1\nversion 1\n",
			"2: error: \"version\" stands once, on top; remove this "
			"one\n");
}

static void test_values(void **state) {
	refuse_in_vm("color gren", "unknown colour \"gren\"; did you mean \"green\"?");
	refuse_in_vm("color \"#12345\"",
			"unknown colour \"#12345\"; write #rrggbb or a name such as \"green\"");
	refuse_in_vm("fullscreen yes",
			"\"yes\": write \"fullscreen framed\" or \"fullscreen frameless\"");
	refuse_in_vm("glyph disk", "unknown glyph \"disk\"; did you mean \"disc\"?");
	refuse_in_vm("label \"a\u202eb\"",
			"label must be 1 to 63 bytes of plain text; shorten or simplify it");
	refuse_in_vm("memory 32M", "memory must be whole mebibytes, at least 64M");
	refuse_in_vm("cpus many", "cpus must be a number from 1 to 64");
	refuse_in_vm("cpus", "\"cpus\" is written: cpus 2");
	refuse_in_vm("cpu-limit 150",
			"cpu-limit must be from 10% to 6500%; 100% is one whole processor");
	refuse_in_vm("cpu-limit 5%",
			"cpu-limit must be from 10% to 6500%; 100% is one whole processor");
	refuse_in_vm("cpu-weight 0", "cpu-weight must be a number from 1 to 10000; 100 is usual");
	refuse_in_vm("memory-limit much", "\"much\" is not a size; write for example 3G");
	refuse_in_vm("tasks-limit 4", "tasks-limit must be a number from 32 to 65536");
	refuse("version 1\nvm a {\n\tmemory 2G\n\tmemory-limit 2G\n}\n",
			"2: error: vm \"a\": memory-limit must leave at least 256M beside "
			"\"memory\" for the windows and the VM's host processes\n");
	refuse_in_vm("image ../x",
			"\"../x\" is neither an image's name nor an absolute path without "
			"\"..\"");
	refuse_in_vm("kernel-param -x",
			"\"-x\" is not a kernel parameter; one word, no spaces or quotes");
	refuse_in_vm("kernel-param silo.vm=b",
			"\"silo.vm=b\": parameters that begin with silo. are Silo's own");
	refuse_in_vm("emulation yes",
			"\"emulation yes\": write \"emulation allow\" or \"emulation deny\"");
	refuse_in_vm("agent-timeout 10",
			"\"10\" is not a time of at least 1s; write for example 60s");
	refuse("version 1\nvm a {\n\tcpus 1\n\tcpus 1\n}\n",
			"4: error: vm \"a\": \"cpus\" is there twice (first on line 3); remove "
			"one\n");
}

static void test_applications(void **state) {
	refuse("version 1\nvm a {\n\tapplication x {\n\t\tcommnd foot\n\t}\n}\n",
			"4: error: vm \"a\" application \"x\": unknown directive \"commnd\"; did "
			"you "
			"mean \"command\"?\n"
			"3: error: vm \"a\" application \"x\": has no command; add \"command "
			"PROGRAM "
			"ARGUMENT…\"\n");
	refuse("version 1\nvm a {\n\tapplication a/b {\n\t\tcommand foot\n\t}\n}\n",
			"3: error: vm \"a\" application \"a/b\": an application's id is 1 to 63 of "
			"a-z, "
			"A-Z, 0-9, \".\", \"_\", \"-\"\n");
}

static void test_duplicates(void **state) {
	refuse("version 1\nvm a {\n\tcolor red\n}\nvm a {\n\tcolor blue\n}\n",
			"5: error: vm \"a\": already defined on line 2; give one another name\n");
	refuse("version 1\nvm a {\n\tcolor red\n\tglyph disc\n}\nvm b {\n\tcolor red\n\tglyph "
	       "disc\n}\n",
			"6: error: vm \"b\": has the colour and the glyph of vm \"a\" (line 2); "
			"change "
			"one\n");
	struct manifest *manifest;
	char *report = report_of("version 1\nvm a {\n\tcolor red\n}\nvm b {\n\tcolor red\n}\n",
			&manifest);
	assert_non_null(manifest);
	assert_string_equal(report,
			"5: warning: vm \"b\": has the colour of vm \"a\" (line 2); "
			"another is easier to tell\n");
	manifest_destroy(manifest);
	free(report);
}

static void test_two_files(void **state) {
	write_to(first, "version 1\nvm a {\n}\n");
	write_to(second, "version 1\nvm b {\n}\n");
	const char *files[] = {first, second};
	char *report;
	struct manifest *manifest = manifest_load(files, 2, false, &report);
	assert_non_null(manifest);
	assert_int_equal(manifest->vms_len, 2);
	manifest_destroy(manifest);
	write_to(second, "version 1\nvm a {\n}\n");
	assert_null(manifest_load(files, 2, false, &report));
	assert_non_null(strstr(report,
			"a user's file may add VMs, not change those of the "
			"administrator"));
	free(report);
	unlink(second);
	manifest = manifest_load(files, 2, false, &report);
	assert_non_null(manifest);
	manifest_destroy(manifest);
	assert_null(manifest_load(files, 2, true, &report));
	assert_non_null(strstr(report, "there is no such file"));
	free(report);
}

static void test_trust(void **state) {
	write_to(first, "version 1\n");
	chmod(first, 0666);
	const char *files[] = {first};
	char *report;
	assert_null(manifest_load(files, 1, true, &report));
	assert_non_null(strstr(report, "others may write it; run: chmod go-w"));
	free(report);
	const char *folder[] = {"/tmp"};
	assert_null(manifest_load(folder, 1, true, &report));
	assert_non_null(strstr(report, "not a regular file"));
	free(report);
}

static void test_words(void **state) {
	assert_int_equal(suggest_distance("color", "colour"), 1);
	assert_int_equal(suggest_distance("lable", "label"), 1);
	assert_int_equal(suggest_distance("", "abc"), 3);
	uint64_t bytes = 1;
	assert_false(value_size("9999999999999999999M", &bytes));
	assert_false(value_size("1024T", &bytes));
	assert_false(value_size("0M", &bytes));
	assert_false(value_size("1MB", &bytes));
	assert_int_equal(bytes, 1);
	assert_true(value_size("1023T", &bytes));
	uint32_t ms;
	assert_true(value_duration("24h", &ms));
	assert_int_equal(ms, 86400000);
	assert_false(value_duration("25h", &ms));
	uint32_t color;
	assert_true(value_color("#aBc", &color));
	assert_int_equal(color, 0xaabbcc);
	assert_false(value_color("#ggg", &color));
}

/* The look's own figures for its palette, and what is said of colours that are hard to tell. */
static void test_look(void **state) {
	double least = 100;
	for (size_t i = 0; i < value_colors_len; i++) {
		assert_true(look_chroma(value_palette_color(i)) > LOOK_CHROMA_MIN);
		for (size_t other = 0; other < i; other++) {
			double distance = look_distance(value_palette_color(i),
					value_palette_color(other));
			least = distance < least ? distance : least;
		}
	}
	/* The look's: 9.2, which green and blue are for those who lack the cones of short waves. */
	assert_true(fabs(least - 9.2) < 0.05);
	assert_true(fabs(look_distance(0x337745, 0x0175d4) - 9.2) < 0.05);
	assert_true(fabs(look_distance(0x337745, 0xca2a39) - 10.1) < 0.05);
	/* Machado's eyes tell these two apart, Brettel's do not. */
	assert_true(look_distance(0x1d1965, 0x003a22) < LOOK_DISTANCE_MIN);
	assert_true(look_distance(0x808080, 0x808080) < 1e-6);
	assert_true(look_distance(0xffffff, 0x000000) > 99.9 &&
			look_distance(0xffffff, 0x000000) < 100.1);
	assert_true(look_chroma(0x808080) < 1e-4);

	static const struct {
		const char *colors[2], *said;
	} cases[] = {{{"green", "red"}, NULL}, {{"green", "\"#353a36\""}, "the host's greys"},
			{{"green", "\"#337848\""}, "nearly the colour"}};
	char path[] = "/tmp/silo-look-XXXXXX", text[256];
	close(mkstemp(path));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *report = NULL;
		snprintf(text, sizeof(text),
				"version 1\nvm a {\n\tcolor %s\n}\nvm b {\n\tcolor %s\n}\n",
				cases[i].colors[0], cases[i].colors[1]);
		write_to(path, text);
		struct manifest *manifest =
				manifest_load((const char *const[]){path}, 1, true, &report);
		assert_non_null(manifest);
		if (cases[i].said != NULL) {
			assert_non_null(report);
			assert_non_null(strstr(report, cases[i].said));
			assert_non_null(strstr(report, "warning"));
		} else {
			assert_null(report);
		}
		free(report);
		manifest_destroy(manifest);
	}
	unlink(path);
}

/* What silo-vmd hands to a supervisor reads as what it read itself. */
static void check_written(const struct vm *vm) {
	struct manifest *copy = vm_copy(vm);
	const struct vm *copied = &copy->vms[0];
	assert_string_equal(copied->name, vm->name);
	assert_string_equal(copied->label, vm->label);
	assert_string_equal(copied->glyph, vm->glyph);
	assert_string_equal(copied->image, vm->image);
	assert_string_equal(copied->file, vm->file);
	assert_int_equal(copied->color, vm->color);
	assert_true(copied->memory_bytes == vm->memory_bytes);
	assert_true(copied->memory_limit_bytes == vm->memory_limit_bytes);
	assert_int_equal(copied->cpus, vm->cpus);
	assert_int_equal(copied->tasks_limit, vm->tasks_limit);
	assert_int_equal(copied->cpu_limit_percent, vm->cpu_limit_percent);
	assert_int_equal(copied->cpu_weight, vm->cpu_weight);
	assert_int_equal(copied->vmm, vm->vmm);
	assert_int_equal(copied->emulation_allowed, vm->emulation_allowed);
	assert_int_equal(copied->root_allowed, vm->root_allowed);
	assert_int_equal(copied->clipboard_out, vm->clipboard_out);
	assert_int_equal(copied->clipboard_in, vm->clipboard_in);
	assert_int_equal(copied->data_control_denied, vm->data_control_denied);
	assert_int_equal(copied->agent_timeout_ms, vm->agent_timeout_ms);
	assert_int_equal(copied->kernel_params_len, vm->kernel_params_len);
	for (size_t i = 0; i < vm->kernel_params_len; i++) {
		assert_string_equal(copied->kernel_params[i], vm->kernel_params[i]);
	}
	assert_int_equal(copied->applications_len, vm->applications_len);
	for (size_t i = 0; i < vm->applications_len; i++) {
		assert_string_equal(copied->applications[i].id, vm->applications[i].id);
		assert_string_equal(copied->applications[i].name, vm->applications[i].name);
		size_t word = 0;
		for (; vm->applications[i].command[word] != NULL; word++) {
			assert_string_equal(copied->applications[i].command[word],
					vm->applications[i].command[word]);
		}
		assert_null(copied->applications[i].command[word]);
	}
	char *text = vm_to_text(vm, true), *again = vm_to_text(copied, true);
	char *bare = vm_to_text(vm, false);
	assert_string_equal(text, again);
	assert_null(strstr(bare, "application"));
	free(text);
	free(again);
	free(bare);
	manifest_destroy(copy);
}

static void test_written(void **state) {
	for (int i = 0; i < 2; i++) {
		char *report = NULL;
		struct manifest *manifest =
				manifest_load_default(i == 0 ? example : every, &report);
		assert_non_null(manifest);
		for (size_t vm = 0; vm < manifest->vms_len; vm++) {
			check_written(&manifest->vms[vm]);
		}
		free(report);
		manifest_destroy(manifest);
	}
	/* Quotes, backslashes, what scfg takes for its own, and text of other scripts. */
	struct manifest *manifest = NULL;
	free(report_of("version 1\nvm a {\n\tlabel \"\\\"a\\\\ {} # ' ü\"\n"
		       "\tapplication x.y {\n\t\tname '\"\\'\n"
		       "\t\tcommand sh -c \"echo \\\"\\$x\\\" '' \\\\\" \"\" \"a\tb\"\n\t}\n}\n",
			&manifest));
	assert_non_null(manifest);
	assert_string_equal(manifest->vms[0].applications[0].command[2], "echo \"$x\" '' \\");
	check_written(&manifest->vms[0]);
	manifest_destroy(manifest);
}

int main(int argc, char **argv) {
	example = argc > 1 ? argv[1] : "examples/vms.scfg";
	every = argc > 2 ? argv[2] : "tests/vmm/every.scfg";
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_example),
			cmocka_unit_test(test_defaults),
			cmocka_unit_test(test_all_at_once),
			cmocka_unit_test(test_syntax),
			cmocka_unit_test(test_version),
			cmocka_unit_test(test_values),
			cmocka_unit_test(test_applications),
			cmocka_unit_test(test_duplicates),
			cmocka_unit_test(test_two_files),
			cmocka_unit_test(test_look),
			cmocka_unit_test(test_trust),
			cmocka_unit_test(test_words),
			cmocka_unit_test(test_written),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
