/* SPDX-License-Identifier: MIT
 *
 * What can be said without silo-vmd: is the manifest right, which images are there.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmctl/cli/cli.h"
#include "vmctl/cli/table.h"
#include "vmctl/manifest/manifest.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/vmm/image.h"

static void print_json(sd_json_variant *json) {
	sd_json_variant_dump(json, SD_JSON_FORMAT_PRETTY | SD_JSON_FORMAT_NEWLINE, stdout, NULL);
}

static void format_color(const struct vm *vm, char out[8]) {
	snprintf(out, 8, "#%06x", vm->color & 0xffffff);
}

/* The report's lines as an array. */
static int report_to_json(char *report, sd_json_variant **list) {
	char *rest = NULL;
	int result = sd_json_build(list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (char *line = report != NULL ? strtok_r(report, "\n", &rest) : NULL;
			line != NULL && result >= 0; line = strtok_r(NULL, "\n", &rest)) {
		result = sd_json_variant_append_arrayb(list, SD_JSON_BUILD_STRING(line));
	}
	return result;
}

static int vms_to_json(const struct manifest *manifest, sd_json_variant **list) {
	int result = sd_json_build(list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; manifest != NULL && i < manifest->vms_len && result >= 0; i++) {
		const struct vm *vm = &manifest->vms[i];
		char color[8];
		format_color(vm, color);
		result = sd_json_variant_append_arraybo(list,
				SD_JSON_BUILD_PAIR_STRING("name", vm->name),
				SD_JSON_BUILD_PAIR_STRING("label", vm->label),
				SD_JSON_BUILD_PAIR_STRING("color", color),
				SD_JSON_BUILD_PAIR_STRING("glyph", vm->glyph),
				SD_JSON_BUILD_PAIR_UNSIGNED("memory", vm->memory_bytes),
				SD_JSON_BUILD_PAIR_UNSIGNED("cpus", vm->cpus),
				SD_JSON_BUILD_PAIR_STRING("image", vm->image),
				SD_JSON_BUILD_PAIR_STRING("file", vm->file),
				SD_JSON_BUILD_PAIR_INTEGER("line", vm->line));
	}
	return result;
}

static void print_check_json(const struct manifest *manifest, char *report) {
	sd_json_variant *lines = NULL, *vms = NULL, *json = NULL;
	if (report_to_json(report, &lines) >= 0 && vms_to_json(manifest, &vms) >= 0 &&
			sd_json_buildo(&json, SD_JSON_BUILD_PAIR_BOOLEAN("valid", manifest != NULL),
					SD_JSON_BUILD_PAIR_VARIANT("report", lines),
					SD_JSON_BUILD_PAIR_VARIANT("vms", vms)) >= 0) {
		print_json(json);
	}
	sd_json_variant_unref(json);
	sd_json_variant_unref(vms);
	sd_json_variant_unref(lines);
}

static void print_vms(const struct manifest *manifest) {
	static const char *const headings[] = {
			"VM", "LABEL", "COLOR", "GLYPH", "MEMORY", "CPUS", "IMAGE"};
	struct table table;
	table_init(&table, headings, 7);
	for (size_t i = 0; i < manifest->vms_len; i++) {
		const struct vm *vm = &manifest->vms[i];
		char color[8], memory[32], cpus[16];
		format_color(vm, color);
		snprintf(memory, sizeof(memory), "%llu MiB",
				(unsigned long long)(vm->memory_bytes >> 20));
		snprintf(cpus, sizeof(cpus), "%u", vm->cpus);
		table_add(&table,
				(const struct table_cell[]){{vm->name, NULL}, {vm->label, NULL},
						{color, NULL}, {vm->glyph, NULL}, {memory, NULL},
						{cpus, NULL}, {vm->image, NULL}},
				color);
	}
	table_print(&table);
	table_finish(&table);
}

int cli_check(const struct cli_options *options, int argc, char **argv) {
	char *report = NULL;
	struct manifest *manifest = manifest_load_default(options->manifest, &report);
	bool is_right = manifest != NULL, is_found = is_right && manifest->files_len > 0;
	if (!options->json && report != NULL) {
		fputs(report, stderr);
	}
	if (options->json) {
		print_check_json(manifest, report);
	} else if (is_found) {
		print_vms(manifest);
	} else if (is_right) {
		fputs("vmctl: there is no manifest; write one with: vmctl init\n", stderr);
	}
	free(report);
	manifest_destroy(manifest);
	return !is_right ? 2 : is_found ? 0 : 1;
}

/* The VMs that boot the image called name: separated by commas, and as an array. */
static void find_users(const struct manifest *manifest, const char *name, char *out, size_t cap,
		sd_json_variant **array) {
	size_t len = 0;
	out[0] = '\0';
	for (size_t i = 0; manifest != NULL && i < manifest->vms_len && len < cap; i++) {
		if (strcmp(manifest->vms[i].image, name) == 0) {
			len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "",
					manifest->vms[i].name);
			sd_json_variant_append_arrayb(array,
					SD_JSON_BUILD_STRING(manifest->vms[i].name));
		}
	}
}

struct listing_of_images {
	struct table table;
	sd_json_variant *json;
	const struct manifest *manifest;
};

static void add_image(struct listing_of_images *listing, char *name) {
	char dir[PLACE_MAX], fault[ERROR_MAX] = "", users[ERROR_MAX];
	struct vm vm = {.image = name};
	bool is_good = image_dir(&vm, dir, sizeof(dir)) &&
			image_check(&vm, dir, fault, sizeof(fault));
	sd_json_variant *array = NULL;
	sd_json_build(&array, SD_JSON_BUILD_EMPTY_ARRAY);
	find_users(listing->manifest, name, users, sizeof(users), &array);
	table_add(&listing->table,
			(const struct table_cell[]){{name, NULL},
					{is_good ? "complete" : "broken", is_good ? "32" : "1;31"},
					{users, NULL}, {is_good ? dir : fault, NULL}},
			NULL);
	sd_json_variant_append_arraybo(&listing->json, SD_JSON_BUILD_PAIR_STRING("name", name),
			SD_JSON_BUILD_PAIR_BOOLEAN("complete", is_good),
			SD_JSON_BUILD_PAIR_VARIANT("users", array),
			SD_JSON_BUILD_PAIR_STRING("directory", dir),
			SD_JSON_BUILD_PAIR_CONDITION(!is_good, "fault",
					SD_JSON_BUILD_STRING(fault)));
	sd_json_variant_unref(array);
}

static int is_image(const struct dirent *entry) {
	return entry->d_name[0] != '.';
}

int cli_images(const struct cli_options *options, int argc, char **argv) {
	static const char *const headings[] = {"IMAGE", "STATE", "USED BY", "WHERE"};
	char *report = NULL, folder[PLACE_MAX], name[] = "";
	struct vm vm = {.image = name};
	struct dirent **entries = NULL;
	struct manifest *manifest = manifest_load_default(options->manifest, &report);
	free(report);
	struct listing_of_images listing = {.manifest = manifest};
	table_init(&listing.table, headings, 4);
	sd_json_build(&listing.json, SD_JSON_BUILD_EMPTY_ARRAY);
	int n = image_dir(&vm, folder, sizeof(folder))
			? scandir(folder, &entries, is_image, alphasort)
			: -1;
	for (int i = 0; i < n; i++) {
		add_image(&listing, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (options->json) {
		print_json(listing.json);
	} else if (n > 0) {
		table_print(&listing.table);
	} else {
		fprintf(stderr, "vmctl: there is no image yet; build one with: %s\n",
				image_builder(NULL));
	}
	table_finish(&listing.table);
	sd_json_variant_unref(listing.json);
	manifest_destroy(manifest);
	return 0;
}
