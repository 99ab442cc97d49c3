/* SPDX-License-Identifier: MIT
 *
 * The cross-domain protocol (virtio-gpu capability set 5) as real guest proxies speak it: commands
 * from the guest are checked here, answers for its rings are laid out here. Byte layouts are those
 * that wayland-proxy-virtwl, sommelier (old and new) and silo-bridge expect.
 */
#ifndef SILO_PARSE_CROSS_DOMAIN_H
#define SILO_PARSE_CROSS_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CROSS_DOMAIN_IDS_MAX 28
#define CROSS_DOMAIN_CAPSET_BYTES 16
#define CROSS_DOMAIN_READ_BYTES 24
#define CROSS_DOMAIN_IMAGE_BYTES 64
/* A ring answer carries its size in 16 bits. */
#define CROSS_DOMAIN_ANSWER_MAX 65535u

enum cross_domain_channel {
	CROSS_DOMAIN_CHANNEL_NONE = 0, // allocation queries only
	CROSS_DOMAIN_CHANNEL_WAYLAND = 1,
};

enum cross_domain_kind {
	CROSS_DOMAIN_INIT = 1,
	CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS = 2,
	CROSS_DOMAIN_POLL = 3,
	CROSS_DOMAIN_SEND = 4,
	CROSS_DOMAIN_RECEIVE = 5,
	CROSS_DOMAIN_READ = 6,
	CROSS_DOMAIN_WRITE = 7,
};

enum cross_domain_id_type {
	CROSS_DOMAIN_ID_BLOB = 1,
	CROSS_DOMAIN_ID_READ_PIPE = 3,
	CROSS_DOMAIN_ID_WRITE_PIPE = 4,
};

/* How many entries the identifier tables of SEND and RECEIVE have. */
enum cross_domain_layout {
	CROSS_DOMAIN_LAYOUT_UNKNOWN = 0,
	CROSS_DOMAIN_LAYOUT_OLD = 4, // old sommelier, libkrun without version
	CROSS_DOMAIN_LAYOUT_NEW = 28,
};

struct cross_domain_id {
	uint32_t id, type, size;
};

struct cross_domain_command {
	enum cross_domain_kind kind;
	union {
		struct {
			uint32_t query_ring, channel_ring, channel;
		} init;
		struct {
			uint32_t width, height, fourcc, flags;
		} image;
		struct {
			enum cross_domain_layout layout;
			uint32_t n;
			struct cross_domain_id ids[CROSS_DOMAIN_IDS_MAX];
			const uint8_t *bytes; // inside the parsed buffer
			size_t len;
		} send;
		struct {
			uint32_t id;
			bool hang_up;
			const uint8_t *bytes; // inside the parsed buffer
			size_t len;
		} write;
	};
};

enum cross_domain_result {
	CROSS_DOMAIN_OK,
	CROSS_DOMAIN_BAD, // malformed, or a command that is not offered
};

/*
 * Parses the command at bytes, len > 0, and says in *ret_used how long it is. layout is that of the
 * context's first SEND, or UNKNOWN before it.
 */
enum cross_domain_result cross_domain_parse(const uint8_t *bytes, size_t len,
		enum cross_domain_layout layout, struct cross_domain_command *ret_command,
		size_t *ret_used);

/* What a linear image needs. */
struct cross_domain_image {
	uint32_t strides[4], offsets[4];
	uint64_t size;
	uint32_t blob_id;
};

/*
 * Lays out a linear image of the fourcc. Rows are not padded, as guests use R8 images of height 1
 * as plain memory. Returns false if the format is not offered or the image is empty or larger than
 * bytes_max.
 */
bool cross_domain_image_layout(uint32_t fourcc, uint32_t width, uint32_t height, uint64_t bytes_max,
		struct cross_domain_image *ret_image);

/* The capability set: Wayland channel only, no dmabuf, no external memory. */
void cross_domain_put_capset(uint8_t out[CROSS_DOMAIN_CAPSET_BYTES]);
/* The answer in the query ring. */
void cross_domain_put_image(uint8_t out[CROSS_DOMAIN_IMAGE_BYTES],
		const struct cross_domain_image *image);
/* Bytes before the data of a RECEIVE or SEND. */
size_t cross_domain_send_bytes(enum cross_domain_layout layout);
/*
 * The fixed part of a RECEIVE (cross_domain_send_bytes(layout) bytes at out), n <= layout, with len
 * bytes of data to follow; the sum is at most CROSS_DOMAIN_ANSWER_MAX.
 */
void cross_domain_put_receive(uint8_t *out, enum cross_domain_layout layout,
		const struct cross_domain_id *ids, size_t n, size_t len);
/* The fixed part of a READ (CROSS_DOMAIN_READ_BYTES at out), with len bytes of data to follow. */
void cross_domain_put_read(uint8_t *out, uint32_t id, bool hang_up, size_t len);

#endif
