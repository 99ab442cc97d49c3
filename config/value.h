/* SPDX-License-Identifier: MIT
 *
 * Values: sizes, durations, numbers, colours. Each reader returns false for what is
 * not exactly of its form and leaves its result alone then.
 */
#ifndef SILO_CONFIG_VALUE_H
#define SILO_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A positive number with suffix K, M, G or T (binary), below 2^50. */
bool value_size(const char *text, uint64_t *ret_bytes);

/* A number with suffix ms, s, m or h, at most a day. */
bool value_duration(const char *text, uint32_t *ret_ms);

/* A number from min to max. */
bool value_number(const char *text, unsigned min, unsigned max, unsigned *ret_number);

/* A number from min to max, followed by %. */
bool value_percent(const char *text, unsigned min, unsigned max, unsigned *ret_percent);

/* #rgb, #rrggbb or one of the twelve names of Silo's palette. */
bool value_color(const char *text, uint32_t *ret_color);

/* The palette's names, in order of assignment, and its index-th colour (modulo its length). */
extern const char *const value_color_names[];
extern const size_t value_colors_len;
uint32_t value_palette_color(size_t index);

/* The glyphs that a plate can carry. */
extern const char *const value_glyph_names[];
extern const size_t value_glyphs_len;

#endif
