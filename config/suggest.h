/* SPDX-License-Identifier: MIT
 *
 * "Did you mean": which of some words a mistyped one was probably meant to be.
 */
#ifndef SILO_CONFIG_SUGGEST_H
#define SILO_CONFIG_SUGGEST_H

#include <stddef.h>

/* Changes of one letter (or swaps of neighbours) between two words of at most 63 bytes; else 99. */
unsigned suggest_distance(const char *a, const char *b);

/* The most similar of words (len of them), or NULL if none is similar enough. */
const char *suggest_word(const char *typed, const char *const *words, size_t len);

#endif
