/* SPDX-License-Identifier: MIT
 *
 * Text that came from a guest: is it well-formed, how is it shown, how is it logged. The proxy
 * sanitises with these; the compositor checks the same properties again. No allocation, no logging.
 */
#ifndef SILO_BASE_TEXT_H
#define SILO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes one code point of strict UTF-8 (no surrogates, no overlong forms) at bytes, len > 0.
 * Returns its length in bytes and sets *ret_code, or 0 if the bytes are malformed.
 */
size_t text_utf8_decode(const char *bytes, size_t len, uint32_t *ret_code);

/* Encodes code (a valid scalar value) into out, which has room for 4. Returns the length. */
size_t text_utf8_encode(uint32_t code, char out[4]);

/* Is it strict UTF-8 throughout? */
bool text_is_utf8(const char *bytes, size_t len);

/*
 * May code stand in a title? Not: controls (C0, C1, DEL), bidirectional controls, zero-width and
 * other format characters, separators of lines and paragraphs, private use, noncharacters,
 * variation selectors, tags, interlinear annotation.
 */
bool text_code_is_shown(uint32_t code);

/*
 * Copies text into out (cap bytes with the terminator, cap > 0) keeping what may be shown:
 * malformed bytes become U+FFFD, code points that may not stand in a title are left out, runs of
 * white space become one space, more than two combining marks in a row are dropped, at most
 * codes_max code points are kept. Returns the length of the result.
 */
size_t text_sanitise(const char *bytes, size_t len, size_t codes_max, char *out, size_t cap);

/* Is text already what text_sanitise() would return for it? */
bool text_is_sanitised(const char *text, size_t codes_max);

/*
 * Writes text quoted and escaped for a log line (printable ASCII stays, all else as \xNN), cut at 64
 * bytes of input with "…" as mark. out has cap bytes, 300 suffice. Returns out.
 */
const char *text_escape(const char *bytes, size_t len, char *out, size_t cap);

/*
 * Is name a VM's: [a-z][a-z0-9-]{0,30}, no "--", no trailing "-", none of the reserved words host,
 * dom0, silo, all, none, self?
 */
bool text_is_vm_name(const char *name);

#endif
