/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the agent protocol's decoder. The first byte chooses the stream, the rest is what
 * the peer sends. Whatever decodes must encode to the same bytes again, where there is room for them,
 * and must keep the protocol's promises.
 */
#include <assert.h>
#include <string.h>

#include "parse/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_applications(struct agent_applications applications) {
	struct agent_application application = {0};
	uint32_t n = applications.count;
	assert(n <= AGENT_APPS_MAX);
	for (; n > 0; n--) {
		bool has_next = agent_application_next(&applications, &application);
		assert(has_next && agent_application_is_valid(&application));
	}
	bool has_more = agent_application_next(&applications, &application);
	assert(!has_more && applications.len == 0);
	/* One entry by itself is written as it was read. */
	uint8_t entry[AGENT_APP_SIZE_MAX];
	if (application.id[0] != '\0') {
		size_t size = agent_application_put(&application, entry, sizeof(entry));
		assert(size > 0 && agent_application_put(&application, entry, size - 1) == 0);
	}
}

/* It does not fit into less than it takes, however little less. */
static void check_room(const struct agent_message *message, size_t len) {
	static uint8_t out[AGENT_FRAME_MAX];
	for (size_t cap = 0; cap < len; cap += cap < 80 || cap + 2 > len ? 1 : len - cap - 1) {
		assert(agent_encode(message, out, cap) == 0);
	}
}

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
	enum agent_result result;
	while ((result = agent_decode(&decoder, bytes + at, len - at, &message, &used)) ==
			AGENT_OK) {
		assert(used >= AGENT_HEADER_SIZE && used <= len - at);
		assert(agent_encode(&message, again, sizeof(again)) == used);
		assert(memcmp(again, bytes + at, used) == 0);
		check_room(&message, used);
		if (message.type == AGENT_APPLICATIONS) {
			check_applications(message.applications);
		} else if (message.type == AGENT_STDIN) {
			agent_decoder_grant(&decoder, (uint32_t)message.data.len / 2);
		}
		at += used;
	}
	assert(agent_result_text(result)[0] != '\0');
	/* One that broke the rules is not listened to again. */
	if (result != AGENT_INCOMPLETE) {
		result = agent_decode(&decoder, bytes, len, &message, &used);
		assert(result == AGENT_UNEXPECTED);
	}
	return 0;
}
