/* SPDX-License-Identifier: MIT */
#include "vmctl/manifest/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/reader.h"
#include "config/suggest.h"
#include "config/value.h"
#include "vmctl/manifest/look.h"
#include "vmctl/manifest/vm.h"
#include "vmctl/vmm/vmm.h"

static bool check_version(const char *file, const struct scfg_block *block, struct report *report) {
	if (block->directives_len == 0 || strcmp(block->directives[0].name, "version") != 0) {
		report_error(report, file, 1, NULL,
				"the first directive must be \"version\"; write \"version 1\" on "
				"top");
		return false;
	}
	const struct scfg_directive *version = &block->directives[0];
	if (version->params_len != 1 || strcmp(version->params[0], "1") != 0) {
		report_error(report, file, version->lineno, NULL,
				"this release reads version 1; write \"version 1\"");
		return false;
	}
	return true;
}

static void check_new_name(const struct manifest *manifest, const struct vm *vm, const char *where,
		struct report *report) {
	const struct vm *other = manifest_find(manifest, vm->name);
	if (other == NULL) {
		return;
	}
	if (other->file == vm->file) {
		report_error(report, vm->file, vm->line, where,
				"already defined on line %d; give one another name", other->line);
	} else {
		report_error(report, vm->file, vm->line, where,
				"already defined at %s:%d; a user's file may add VMs, not change "
				"those "
				"of the administrator: choose another name",
				other->file, other->line);
	}
}

/* A person tells VMs apart by colour and glyph: no two may have both in common. */
static void check_new_look(const struct manifest *manifest, const struct vm *vm, const char *where,
		struct report *report) {
	if (vm->color == VM_COLOR_UNSET) {
		return;
	}
	if (look_chroma(vm->color) < LOOK_CHROMA_MIN) {
		report_warning(report, vm->file, vm->line, where,
				"has a colour like the host's greys; a more colourful one is "
				"easier to "
				"tell");
	}
	for (size_t i = 0; i < manifest->vms_len; i++) {
		const struct vm *other = &manifest->vms[i];
		if (other->color == VM_COLOR_UNSET) {
			continue;
		}
		if (other->color != vm->color) {
			if (look_distance(other->color, vm->color) < LOOK_DISTANCE_MIN) {
				report_warning(report, vm->file, vm->line, where,
						"has nearly the colour of vm \"%s\" (line %d), for "
						"some eyes at least; another is easier to tell",
						other->name, other->line);
			}
			continue;
		}
		if (other->glyph != NULL && vm->glyph != NULL &&
				strcmp(other->glyph, vm->glyph) == 0) {
			report_error(report, vm->file, vm->line, where,
					"has the colour and the glyph of vm \"%s\" (line %d); "
					"change one",
					other->name, other->line);
		} else {
			report_warning(report, vm->file, vm->line, where,
					"has the colour of vm \"%s\" (line %d); another is easier "
					"to tell",
					other->name, other->line);
		}
		return;
	}
}

static bool color_is_used(const struct manifest *manifest, uint32_t color) {
	for (size_t i = 0; i < manifest->vms_len; i++) {
		if (manifest->vms[i].color == color) {
			return true;
		}
	}
	return false;
}

/* Each VM without a colour gets the first that is free; when none is, they begin again. */
static void give_colors(struct manifest *manifest) {
	for (size_t i = 0; i < manifest->vms_len; i++) {
		if (manifest->vms[i].color != VM_COLOR_UNSET) {
			continue;
		}
		size_t number = 0;
		while (number < value_colors_len &&
				color_is_used(manifest, value_palette_color(number))) {
			number++;
		}
		manifest->vms[i].color =
				value_palette_color(number < value_colors_len ? number : i);
	}
}

static bool glyph_is_used(const struct manifest *manifest, const char *glyph) {
	for (size_t i = 0; i < manifest->vms_len; i++) {
		const char *used = manifest->vms[i].glyph;
		if (used != NULL && strcmp(used, glyph) == 0) {
			return true;
		}
	}
	return false;
}

/* The number of the glyph that a VM without one gets: its colour's if that is free, else the first
 * that is; when none is, they begin again. */
static size_t choose_glyph(const struct manifest *manifest, size_t vm) {
	for (size_t i = 0; i < value_glyphs_len; i++) {
		if (value_palette_color(i) == manifest->vms[vm].color &&
				!glyph_is_used(manifest, value_glyph_names[i])) {
			return i;
		}
	}
	for (size_t i = 0; i < value_glyphs_len; i++) {
		if (!glyph_is_used(manifest, value_glyph_names[i])) {
			return i;
		}
	}
	return vm % value_glyphs_len;
}

static void give_glyphs(struct manifest *manifest) {
	for (size_t i = 0; i < manifest->vms_len; i++) {
		struct vm *vm = &manifest->vms[i];
		if (vm->glyph == NULL) {
			vm->glyph = strdup(value_glyph_names[choose_glyph(manifest, i)]);
		}
		if (vm->glyph == NULL) {
			abort();
		}
	}
}

static void add_vm(struct manifest *manifest, const char *file, enum vmm_kind vmm,
		const struct scfg_directive *directive, struct report *report) {
	struct vm vm = {.file = file, .line = directive->lineno, .vmm = vmm};
	char where[96];
	bool is_named = vm_read(&vm, directive, report, where, sizeof(where));
	struct vm *grown = realloc(manifest->vms, (manifest->vms_len + 1) * sizeof(*grown));
	if (grown != NULL) {
		manifest->vms = grown;
	}
	if (!is_named || grown == NULL) {
		vm_finish(&vm);
		return;
	}
	check_new_name(manifest, &vm, where, report);
	check_new_look(manifest, &vm, where, report);
	manifest->vms[manifest->vms_len++] = vm;
}

/* For the VMs below it. */
static void read_default_vmm(const char *file, const struct scfg_directive *directive,
		enum vmm_kind *vmm, struct report *report) {
	if (directive->params_len != 1 || directive->children.directives_len != 0) {
		report_error(report, file, directive->lineno, NULL, "\"vmm\" is written: vmm auto");
	} else if (!vmm_kind_parse(directive->params[0], vmm)) {
		report_error(report, file, directive->lineno, NULL, VMM_KIND_FAULT,
				directive->params[0]);
	}
}

/* All after `version`. */
static void add_directives(struct manifest *manifest, const char *file,
		const struct scfg_block *block, struct report *report) {
	static const char *const words[] = {"version", "vm", "vmm"};
	enum vmm_kind vmm = VMM_AUTO;
	for (size_t i = 1; i < block->directives_len; i++) {
		const struct scfg_directive *directive = &block->directives[i];
		if (strcmp(directive->name, "vm") == 0) {
			add_vm(manifest, file, vmm, directive, report);
		} else if (strcmp(directive->name, "vmm") == 0) {
			read_default_vmm(file, directive, &vmm, report);
		} else if (strcmp(directive->name, "version") == 0) {
			report_error(report, file, directive->lineno, NULL,
					"\"version\" stands once, on top; remove this one");
		} else {
			report_unknown(report, file, directive, NULL, words, 3);
		}
	}
}

/* Takes the block of a file. */
static void add_block(struct manifest *manifest, const char *path, struct scfg_block *block,
		struct report *report) {
	char **grown = realloc(manifest->files, (manifest->files_len + 1) * sizeof(*grown));
	char *file = strdup(path);
	if (grown == NULL || file == NULL) {
		abort();
	}
	manifest->files = grown;
	manifest->files[manifest->files_len++] = file;
	if (check_version(file, block, report)) {
		add_directives(manifest, file, block, report);
	}
	/* Before the next file, which is not to change the colours and glyphs of this one's. */
	give_colors(manifest);
	give_glyphs(manifest);
	scfg_block_finish(block);
}

static void add_file(struct manifest *manifest, const char *path, bool required,
		struct report *report) {
	struct scfg_block block;
	enum reader_result result = reader_load(path, &block, report);
	if (result == READER_MISSING && required) {
		report_error(report, path, 0, NULL, "there is no such file");
	}
	if (result == READER_OK) {
		add_block(manifest, path, &block, report);
	}
}

static struct manifest *begin(struct report *report) {
	struct manifest *manifest = calloc(1, sizeof(*manifest));
	if (manifest == NULL || !report_init(report)) {
		free(manifest);
		return NULL;
	}
	return manifest;
}

/* The manifest, unless something in it was wrong. */
static struct manifest *end(struct manifest *manifest, struct report *report, char **ret_report) {
	if (report->errors > 0) {
		manifest_destroy(manifest);
		manifest = NULL;
	}
	*ret_report = report_finish(report);
	return manifest;
}

struct manifest *manifest_load(const char *const *files, size_t files_len, bool required,
		char **ret_report) {
	*ret_report = NULL;
	struct report report;
	struct manifest *manifest = begin(&report);
	if (manifest == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < files_len; i++) {
		add_file(manifest, files[i], required, &report);
	}
	return end(manifest, &report, ret_report);
}

struct manifest *manifest_parse(const char *name, char *text, char **ret_report) {
	*ret_report = NULL;
	struct report report;
	struct scfg_block block;
	struct manifest *manifest = begin(&report);
	if (manifest == NULL) {
		return NULL;
	}
	if (reader_parse(name, text, strlen(text), &block, &report) == READER_OK) {
		add_block(manifest, name, &block, &report);
	}
	return end(manifest, &report, ret_report);
}

size_t manifest_places(const char *path, char out[MANIFEST_FILES_MAX][MANIFEST_PATH_MAX]) {
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (path != NULL) {
		snprintf(out[0], MANIFEST_PATH_MAX, "%s", path);
		return 1;
	}
	snprintf(out[0], MANIFEST_PATH_MAX, "/etc/silo/vms.scfg");
	if (config != NULL && config[0] == '/') {
		snprintf(out[1], MANIFEST_PATH_MAX, "%s/silo/vms.scfg", config);
	} else if (home != NULL && home[0] == '/') {
		snprintf(out[1], MANIFEST_PATH_MAX, "%s/.config/silo/vms.scfg", home);
	} else {
		return 1;
	}
	return 2;
}

struct manifest *manifest_load_default(const char *path, char **ret_report) {
	static char places[MANIFEST_FILES_MAX][MANIFEST_PATH_MAX];
	size_t len = manifest_places(path, places);
	return manifest_load((const char *const[]){places[0], places[1]}, len, path != NULL,
			ret_report);
}

void manifest_destroy(struct manifest *manifest) {
	if (manifest == NULL) {
		return;
	}
	for (size_t i = 0; i < manifest->vms_len; i++) {
		vm_finish(&manifest->vms[i]);
	}
	for (size_t i = 0; i < manifest->files_len; i++) {
		free(manifest->files[i]);
	}
	free(manifest->files);
	free(manifest->vms);
	free(manifest);
}

const struct vm *manifest_find(const struct manifest *manifest, const char *name) {
	for (size_t i = 0; i < manifest->vms_len; i++) {
		if (strcmp(manifest->vms[i].name, name) == 0) {
			return &manifest->vms[i];
		}
	}
	return NULL;
}

const char *manifest_suggest(const struct manifest *manifest, const char *name) {
	const char **names = calloc(manifest->vms_len + 1, sizeof(*names));
	if (names == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < manifest->vms_len; i++) {
		names[i] = manifest->vms[i].name;
	}
	const char *found = suggest_word(name, names, manifest->vms_len);
	free(names);
	return found;
}

const struct vm_application *vm_application_find(const struct vm *vm, const char *id) {
	for (size_t i = 0; i < vm->applications_len; i++) {
		if (strcmp(vm->applications[i].id, id) == 0) {
			return &vm->applications[i];
		}
	}
	return NULL;
}
