/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the agent protocol's decoder. The first byte chooses the stream, the rest is what
 * the peer sends. Whatever decodes must encode to the same bytes again.
 */
#include <assert.h>
#include <string.h>

#include "parse/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	if (len == 0) {
		return 0;
	}
	struct agent_decoder decoder;
	agent_decoder_init(&decoder, (enum agent_stream)(bytes[0] & 3));
	size_t at = 1;
	static struct agent_message message;
	static uint8_t again[AGENT_FRAME_MAX];
	size_t used;
	while (agent_decode(&decoder, bytes + at, len - at, &message, &used) == AGENT_OK) {
		assert(used >= AGENT_HEADER_SIZE && used <= len - at);
		assert(agent_encode(&message, again, sizeof(again)) == used);
		assert(memcmp(again, bytes + at, used) == 0);
		at += used;
	}
	return 0;
}
