/* SPDX-License-Identifier: MIT */
#include "config/suggest.h"

#include <string.h>

#define WORD_MAX 63

static unsigned min3(unsigned a, unsigned b, unsigned c) {
	unsigned least = a < b ? a : b;
	return least < c ? least : c;
}

unsigned suggest_distance(const char *a, const char *b) {
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len > WORD_MAX || b_len > WORD_MAX) {
		return 99;
	}
	unsigned rows[3][WORD_MAX + 1];
	for (size_t j = 0; j <= b_len; j++) {
		rows[0][j] = (unsigned)j;
	}
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i - 1) % 3];
		const unsigned *above2 = rows[(i + 1) % 3];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned cost = a[i - 1] != b[j - 1];
			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
					above2[j - 2] + 1 < row[j]) {
				row[j] = above2[j - 2] + 1;
			}
		}
	}
	return rows[a_len % 3][b_len];
}

const char *suggest_word(const char *typed, const char *const *words, size_t len) {
	const char *best = NULL;
	unsigned best_distance = (unsigned)strlen(typed) / 3 + 1;
	for (size_t i = 0; i < len; i++) {
		unsigned distance = suggest_distance(typed, words[i]);
		if (distance < best_distance || (distance == best_distance && best == NULL)) {
			best = words[i];
			best_distance = distance;
		}
	}
	return best;
}
