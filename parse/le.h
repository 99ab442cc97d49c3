/* SPDX-License-Identifier: MIT
 *
 * Little-endian integers in byte buffers of any alignment. The caller has checked the bounds.
 */
#ifndef SILO_PARSE_LE_H
#define SILO_PARSE_LE_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t le_get16(const uint8_t *bytes) {
	uint16_t value;
	memcpy(&value, bytes, sizeof(value));
	return le16toh(value);
}

static inline uint32_t le_get32(const uint8_t *bytes) {
	uint32_t value;
	memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

static inline uint64_t le_get64(const uint8_t *bytes) {
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

static inline void le_put16(uint8_t *out, uint16_t value) {
	value = htole16(value);
	memcpy(out, &value, sizeof(value));
}

static inline void le_put32(uint8_t *out, uint32_t value) {
	value = htole32(value);
	memcpy(out, &value, sizeof(value));
}

static inline void le_put64(uint8_t *out, uint64_t value) {
	value = htole64(value);
	memcpy(out, &value, sizeof(value));
}

#endif
