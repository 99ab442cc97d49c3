/* SPDX-License-Identifier: MIT */
#include "launcher/data/match.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Of a name, a category, a VM's label; what is longer is compared up to here. */
#define FOLDED_MAX APPLICATION_NAME_MAX

/* How well a word stands in an application; smaller is better. */
enum {
	SCORE_START,      /* the name begins with it */
	SCORE_WORD_START, /* a word of the name does */
	SCORE_INSIDE,
	SCORE_ELSEWHERE, /* in the category or the VM's name */
};

/* Code points in lower case, and where each begins in the text. */
struct folded {
	uint32_t codes[FOLDED_MAX];
	size_t offsets[FOLDED_MAX + 1];
	size_t len;
};

struct query {
	struct folded words[MATCH_WORDS_MAX];
	size_t len;
};

static void fold(struct folded *folded, const char *text, size_t len) {
	size_t at = 0;
	folded->len = 0;
	while (at < len && folded->len < FOLDED_MAX) {
		uint32_t code;
		size_t size = text_utf8_decode(text + at, len - at, &code);
		if (size == 0) {
			break;
		}
		folded->offsets[folded->len] = at;
		folded->codes[folded->len++] = g_unichar_tolower(code);
		at += size;
	}
	folded->offsets[folded->len] = at;
}

static void read_query(struct query *query, const char *text) {
	query->len = 0;
	while (query->len < MATCH_WORDS_MAX) {
		text += strspn(text, " ");
		size_t len = strcspn(text, " ");
		if (len == 0) {
			return;
		}
		fold(&query->words[query->len++], text, len);
		text += len;
	}
}

static bool stands_at(const struct folded *text, size_t at, const struct folded *word) {
	return word->len <= text->len - at &&
			memcmp(&text->codes[at], word->codes, word->len * sizeof(word->codes[0])) ==
			0;
}

static bool begins_word(const struct folded *text, size_t at) {
	return at == 0 || !g_unichar_isalnum(text->codes[at - 1]);
}

/* Where word stands best in text: at a word's start, else anywhere. False: nowhere. */
static bool find_word(const struct folded *text, const struct folded *word, size_t *ret_at) {
	bool is_found = false;
	for (size_t at = 0; at + word->len <= text->len; at++) {
		if (stands_at(text, at, word) && (!is_found || begins_word(text, at))) {
			*ret_at = at;
			if (begins_word(text, at)) {
				return true;
			}
			is_found = true;
		}
	}
	return is_found;
}

/* An application's texts, and its VM's. */
struct texts {
	struct folded name, category, label, machine;
};

static bool match_word(struct match *match, const struct texts *texts, const struct folded *word) {
	size_t at;
	if (find_word(&texts->name, word, &at)) {
		match->marks[match->marks_len++] = (struct line_mark){
				texts->name.offsets[at], texts->name.offsets[at + word->len]};
		match->score += at == 0                         ? SCORE_START
				: begins_word(&texts->name, at) ? SCORE_WORD_START
								: SCORE_INSIDE;
		return true;
	}
	match->score += SCORE_ELSEWHERE;
	return find_word(&texts->category, word, &at) || stands_at(&texts->label, 0, word) ||
			stands_at(&texts->machine, 0, word);
}

static bool match_query(struct match *match, struct texts *texts, const struct query *query) {
	const struct application *application = match->application;
	fold(&texts->name, application->name, strlen(application->name));
	fold(&texts->category, application->category, strlen(application->category));
	for (size_t i = 0; i < query->len; i++) {
		if (!match_word(match, texts, &query->words[i])) {
			return false;
		}
	}
	return true;
}

static int compare_uses(uint32_t a, uint32_t b) {
	return a > b ? -1 : a < b;
}

/* The order of VMs; their places in memory are the manifest's order. */
static int compare_machines(const struct machine *a, const struct machine *b) {
	int order = compare_uses(a->used, b->used);
	return order != 0 ? order : a < b ? -1 : a > b;
}

static int compare_within(const struct match *a, const struct match *b) {
	int order = a->score < b->score ? -1 : a->score > b->score;
	if (order == 0) {
		order = compare_uses(a->application->used, b->application->used);
	}
	return order != 0                                 ? order
			: a->application < b->application ? -1
							  : a->application > b->application;
}

static int compare(const void *left, const void *right) {
	const struct match *a = left, *b = right;
	int order = compare_machines(a->machine, b->machine);
	return order != 0 ? order : compare_within(a, b);
}

/* What the user has used comes first, whosever it is: only the user's doings decide. */
static int compare_idle(const void *left, const void *right) {
	const struct match *a = left, *b = right;
	int order = compare_uses(a->application->used, b->application->used);
	return order != 0 ? order : compare(left, right);
}

static size_t count_all(const struct model *model) {
	size_t n = model->host != NULL ? model->host->applications_len : 0;
	for (size_t i = 0; i < model->machines_len; i++) {
		n += model->machines[i].applications_len;
	}
	return n;
}

/* Adds those of machine, unless another one is meant. */
static void find_in(struct matches *matches, const struct machine *machine,
		const struct query *query, const char *only) {
	struct texts texts;
	if (only != NULL && strcmp(only, machine->name) != 0) {
		return;
	}
	fold(&texts.label, machine->label, strlen(machine->label));
	fold(&texts.machine, machine->name, strlen(machine->name));
	for (size_t j = 0; j < machine->applications_len; j++) {
		struct match match = {
				.machine = machine,
				.application = &machine->applications[j],
		};
		if (match_query(&match, &texts, query)) {
			matches->list[matches->len++] = match;
		}
	}
}

void matches_find(struct matches *matches, const struct model *model, const char *typed,
		const char *only) {
	struct query query;
	read_query(&query, typed);
	matches_finish(matches);
	matches->list = calloc(count_all(model) + 1, sizeof(*matches->list));
	if (matches->list == NULL) {
		return;
	}
	for (size_t i = 0; i < model->machines_len; i++) {
		find_in(matches, &model->machines[i], &query, only);
	}
	matches->vms_len = matches->len;
	qsort(matches->list, matches->len, sizeof(*matches->list),
			query.len == 0 ? compare_idle : compare);
	/* Apart from the VMs', after them, and in the order in which they are told. */
	if (model->host != NULL) {
		find_in(matches, model->host, &query, only);
	}
}

void matches_finish(struct matches *matches) {
	free(matches->list);
	*matches = (struct matches){0};
}

size_t matches_machines(const struct matches *matches) {
	size_t n = 0;
	for (size_t i = 0; i < matches->vms_len; i++) {
		bool is_new = true;
		/* Backwards: a VM's entries mostly stand together. */
		for (size_t j = i; j > 0 && is_new; j--) {
			is_new = matches->list[j - 1].machine != matches->list[i].machine;
		}
		n += is_new;
	}
	return n;
}
