/* SPDX-License-Identifier: MIT */
#include "launcher/panel/board.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "launcher/data/fields.h"

#define SECOND_US INT64_C(1000000)
#define SECONDS_MAX 120
/* A start that is measured moves so often at most, what runs out once a second. */
#define PROGRESS_US 250000

void board_init(struct board *board, bool is_dark) {
	*board = (struct board){.is_dark = is_dark};
}

/* ---- what silo says ---- */

static enum board_kind kind_of(const char *text) {
	return strcmp(text, "start") == 0                ? BOARD_START
			: strcmp(text, "clipboard") == 0 ? BOARD_CLIPBOARD
							 : BOARD_MESSAGE;
}

static bool take_notice(sd_json_variant *json, struct board_notice *notice) {
	uint64_t seconds = number_of(json, "seconds");
	seconds = seconds < 1 ? 1 : seconds > SECONDS_MAX ? SECONDS_MAX : seconds;
	*notice = (struct board_notice){
			.id = number_of(json, "id"),
			.kind = kind_of(string_of(json, "kind")),
			.is_failure = is_true(json, "failure"),
			.begins_ms = number_of(json, "begins"),
			.ends_ms = number_of(json, "ends"),
			.left_us = (int64_t)seconds * SECOND_US,
	};
	party_take(field_of(json, "source"), &notice->source);
	party_take(field_of(json, "target"), &notice->target);
	take_text(json, "detail", BOARD_DETAIL_MAX, notice->detail, sizeof(notice->detail));
	take_text(json, "title", BOARD_TITLE_MAX, notice->title, sizeof(notice->title));
	take_text(json, "text", BOARD_TEXT_MAX, notice->text, sizeof(notice->text));
	return notice->id != 0 && notice->title[0] != '\0';
}

static bool is_shown(const struct board *board, size_t index) {
	for (size_t i = 0; i < board->shown_len; i++) {
		if (board->shown[i] == index) {
			return true;
		}
	}
	return false;
}

/* Its VM's newest failure, or else its newest. */
static bool is_first_of_its_vm(const struct board *board, size_t index) {
	const struct board_notice *notice = &board->notices[index];
	for (size_t i = 0; i < board->len; i++) {
		const struct board_notice *other = &board->notices[i];
		bool is_before = other->is_failure == notice->is_failure ? i < index
									 : other->is_failure;
		if (is_before && strcmp(other->source.name, notice->source.name) == 0) {
			return false;
		}
	}
	return true;
}

/* Of each VM one, then what else there is. */
static void choose_shown(struct board *board) {
	board->shown_len = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < board->len && board->shown_len < BOARD_SHOWN_MAX; i++) {
			if (!is_shown(board, i) && (pass == 1 || is_first_of_its_vm(board, i))) {
				board->shown[board->shown_len++] = i;
			}
		}
	}
}

static void count_time(struct board *board, int64_t now_us) {
	int64_t passed_us = now_us - board->counted_us;
	board->counted_us = now_us;
	for (size_t i = 0; i < board->shown_len && !board->is_held; i++) {
		board->notices[board->shown[i]].left_us -= passed_us;
	}
}

void board_take(struct board *board, sd_json_variant *notices, int64_t now_us) {
	static struct board_notice old[BOARD_NOTICES_MAX];
	size_t old_len = board->len;
	count_time(board, now_us);
	memcpy(old, board->notices, old_len * sizeof(old[0]));
	board->len = 0;
	for (size_t i = 0; i < length_of(notices) && board->len < BOARD_NOTICES_MAX; i++) {
		struct board_notice *notice = &board->notices[board->len];
		if (!take_notice(sd_json_variant_by_index(notices, i), notice)) {
			continue;
		}
		board->len++;
		for (size_t j = 0; j < old_len; j++) {
			if (old[j].id == notice->id) {
				notice->left_us = old[j].left_us;
			}
		}
	}
	choose_shown(board);
}

/* ---- time ---- */

bool board_hold(struct board *board, bool is_held, uint64_t pointed, int64_t now_us) {
	bool has_changed = is_held != board->is_held || pointed != board->pointed;
	count_time(board, now_us);
	board->is_held = is_held;
	board->pointed = pointed;
	return has_changed;
}

uint64_t board_expire(struct board *board, int64_t now_us) {
	count_time(board, now_us);
	for (size_t i = 0; i < board->shown_len && !board->is_held; i++) {
		size_t index = board->shown[i];
		if (board->notices[index].left_us > 0) {
			continue;
		}
		uint64_t id = board->notices[index].id;
		board->len--;
		memmove(&board->notices[index], &board->notices[index + 1],
				(board->len - index) * sizeof(board->notices[0]));
		choose_shown(board);
		return id;
	}
	return 0;
}

int64_t board_wake_us(const struct board *board, int64_t now_us) {
	int64_t wait_us = INT64_MAX;
	for (size_t i = 0; i < board->shown_len; i++) {
		const struct board_notice *notice = &board->notices[board->shown[i]];
		if (notice->ends_ms > notice->begins_ms) {
			int64_t step_us = notice->kind == BOARD_START ? PROGRESS_US : SECOND_US;
			wait_us = step_us < wait_us ? step_us : wait_us;
		}
		if (!board->is_held && notice->left_us < wait_us) {
			wait_us = notice->left_us > 0 ? notice->left_us : 0;
		}
	}
	return wait_us == INT64_MAX ? INT64_MAX : now_us + wait_us;
}
