/* SPDX-License-Identifier: MIT
 *
 * Parts of an arena against a model: many random ones come, are written to, reserved, withdrawn
 * while they are still shown, and go. After each step every page holds what it must.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "proxy/quota/pool.h"

#define PAGE 4096u
#define PAGES 48u
#define PARTS 24u
#define STEPS 20000

struct model {
	struct pool_account account;
	struct pool_file *arena;
	uint8_t *map;
	uint8_t expected[PAGES]; // first byte of each page
	struct {
		struct pool_file *file; // NULL: free
		bool placed, shown;
		uint32_t first, n;
	} parts[PARTS];
	unsigned seed;
};

static uint32_t below(struct model *model, uint32_t n) {
	return (uint32_t)rand_r(&model->seed) % n;
}

/* Is the page in a part that is not `but`? */
static bool covered(const struct model *model, uint32_t page, uint32_t but, bool placed_only) {
	for (uint32_t i = 0; i < PARTS; i++) {
		if (model->parts[i].file != NULL && i != but && page >= model->parts[i].first &&
				page - model->parts[i].first < model->parts[i].n &&
				(model->parts[i].placed || !placed_only)) {
			return true;
		}
	}
	return false;
}

static void create(struct model *model, uint32_t i) {
	uint32_t first = below(model, PAGES);
	uint32_t n = 1 + below(model, 9);
	bool allowed = n <= PAGES - first;
	for (uint32_t page = first; page < first + n && page < PAGES; page++) {
		allowed = allowed && !covered(model, page, PARTS, true);
	}
	struct pool_file *file =
			pool_part_create(model->arena, (uint64_t)first * PAGE, (uint64_t)n * PAGE);
	assert_int_equal(file != NULL, allowed);
	if (file != NULL) {
		model->parts[i].file = file;
		model->parts[i].placed = true;
		model->parts[i].shown = false;
		model->parts[i].first = first;
		model->parts[i].n = n;
		memset(model->expected + first, 0, n);
	}
}

/* Its last user is gone. */
static void end(struct model *model, uint32_t i) {
	for (uint32_t page = 0; page < model->parts[i].n; page++) {
		if (!covered(model, model->parts[i].first + page, i, false)) {
			model->expected[model->parts[i].first + page] = 0;
		}
	}
	model->parts[i].file = NULL;
}

static void step(struct model *model) {
	uint32_t i = below(model, PARTS);
	struct pool_file *file = model->parts[i].file;
	if (file == NULL) {
		create(model, i);
		return;
	}
	uint32_t page = model->parts[i].first + below(model, model->parts[i].n);
	switch (below(model, 5)) {
	case 0:
		model->expected[page] = model->map[page * PAGE] = (uint8_t)(1 + below(model, 255));
		break;
	case 1:
		assert_int_equal(pool_file_reserve(file, below(model, PAGE), 1), 0);
		break;
	case 2:
		if (!model->parts[i].shown) {
			model->parts[i].shown = true;
			pool_file_ref(file);
		}
		break;
	case 3:
		if (model->parts[i].placed) {
			model->parts[i].placed = false;
			if (!model->parts[i].shown) {
				end(model, i);
			}
			pool_part_withdraw(file);
		}
		break;
	case 4:
		if (model->parts[i].shown) {
			model->parts[i].shown = false;
			if (!model->parts[i].placed) {
				end(model, i);
			}
			pool_file_unref(file);
		}
		break;
	}
}

static void parts_hold_what_they_must(void **state) {
	struct model model = {.account = {.bytes_max = 1 << 20}, .seed = 7};
	model.arena = pool_file_create(&model.account, PAGES * PAGE);
	model.map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			pool_file_fd(model.arena), 0);
	assert_ptr_not_equal(model.map, MAP_FAILED);
	for (unsigned n = 0; n < STEPS; n++) {
		step(&model);
		for (uint32_t page = 0; page < PAGES; page++) {
			assert_int_equal(model.map[page * PAGE], model.expected[page]);
		}
	}
	for (uint32_t i = 0; i < PARTS; i++) {
		if (model.parts[i].file != NULL && model.parts[i].shown) {
			pool_file_unref(model.parts[i].file);
		}
		if (model.parts[i].file != NULL && model.parts[i].placed) {
			pool_part_withdraw(model.parts[i].file);
		}
	}
	assert_int_equal(model.account.bytes_reserved, 0);
	/* Reading through the mapping allocated pages where no part is. */
	pool_arena_trim(model.arena);
	struct stat st;
	assert_int_equal(fstat(pool_file_fd(model.arena), &st), 0);
	assert_int_equal(st.st_blocks, 0);
	munmap(model.map, PAGES * PAGE);
	pool_file_unref(model.arena);
	assert_int_equal(model.account.files, 0);
}

/* A new part begins before one that is still shown: the order of parts must not suffer. */
static void a_part_before_one_that_is_shown(void **state) {
	struct pool_account account = {.bytes_max = 1 << 20};
	struct pool_file *arena = pool_file_create(&account, PAGES * PAGE);
	uint8_t *map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			pool_file_fd(arena), 0);
	struct pool_file *below = pool_part_create(arena, 0, 8 * PAGE);
	pool_file_ref(below);
	pool_part_withdraw(below);
	struct pool_file *shown = pool_part_create(arena, 4 * PAGE, PAGE);
	pool_file_ref(shown);
	pool_part_withdraw(shown);
	struct pool_file *part = pool_part_create(arena, 2 * PAGE, 4 * PAGE);
	map[2 * PAGE] = 0x5a;
	pool_file_unref(below);
	assert_int_equal(map[2 * PAGE], 0x5a);
	assert_null(pool_part_create(arena, 3 * PAGE, PAGE));
	pool_part_withdraw(part);
	pool_file_unref(shown);
	munmap(map, PAGES * PAGE);
	pool_file_unref(arena);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(parts_hold_what_they_must),
			cmocka_unit_test(a_part_before_one_that_is_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
