/* SPDX-License-Identifier: MIT
 *
 * What guests are told of outputs, seats and tablets: nothing that identifies the machine. Sizes, positions
 * and scales are true, since applications place their windows by them; makers, models, names and
 * physical sizes are not told. Sees the compositor's events.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/quota/pool.h"
#include "proxy/wire/event.h"
#include "proxy/wire/surface.h"

#define MAKER "Silo"
#define MODEL "display"
#define SEAT "seat0"
#define TABLET "Tablet"
/* GTK divides by it. Millihertz. */
#define REFRESH_DEFAULT 60000
#define MODE_CURRENT 1u
#define PIXEL_BYTES 4

static enum wire_verdict replace(struct wire_event *event, struct wire_writer *writer) {
	size_t len = wire_end(writer);
	if (len == 0 || !wire_queue_insert(&event->client->down, writer->out, len)) {
		return wire_refuse_memory(event->client);
	}
	return WIRE_DROP;
}

static void begin(struct wire_event *event, struct wire_writer *writer, uint8_t *out, size_t cap) {
	wire_begin(writer, out, cap, event->object->id,
			(uint16_t)(event->message - event->object->interface->events));
}

/* Replaces an event that is one string. */
static enum wire_verdict replace_text(struct wire_event *event, const char *text) {
	uint8_t out[128];
	struct wire_writer writer;
	begin(event, &writer, out, sizeof(out));
	wire_put_string(&writer, text, strlen(text));
	return replace(event, &writer);
}

enum wire_verdict wire_event_output_geometry(struct wire_event *event) {
	uint8_t out[128];
	struct wire_writer writer;
	begin(event, &writer, out, sizeof(out));
	wire_put(&writer, event->args[0].u);
	wire_put(&writer, event->args[1].u);
	wire_put(&writer, 0); // millimetres: unknown
	wire_put(&writer, 0);
	wire_put(&writer, 0); // order of sub-pixels: unknown
	wire_put_string(&writer, MAKER, strlen(MAKER));
	wire_put_string(&writer, MODEL, strlen(MODEL));
	wire_put(&writer, event->args[7].u);
	return replace(event, &writer);
}

/* Many or large outputs take more buffer memory. It is not taken back when they go. */
static void allow_outputs(struct wire_client *client, uint64_t pixels) {
	struct pool_account *account = client->domain->config.account;
	uint64_t bytes = VM_BUFFER_OUTPUTS_MAX * PIXEL_BYTES * pixels;
	if (account != NULL && bytes > account->bytes_max) {
		account->bytes_max = bytes;
	}
}

enum wire_verdict wire_event_output_mode(struct wire_event *event) {
	struct wire_client *client = event->client;
	if (event->args[3].u == 0) {
		wire_word_set(event->bytes, event->args[3].at, REFRESH_DEFAULT);
	}
	if ((event->args[0].u & MODE_CURRENT) == 0) {
		return WIRE_KEEP;
	}
	uint64_t sum = 0;
	uint32_t name = policy_outputs_start() + event->object->count - 1;
	for (uint32_t i = 0; i < client->registry.count; i++) {
		struct wire_global *global = &client->registry.globals[i];
		if (global->name == name) {
			global->pixels = (uint64_t)(event->args[1].u & 0xffff) *
					(event->args[2].u & 0xffff);
		}
		sum += global->removed ? 0 : global->pixels;
	}
	client->output_pixels = sum;
	wire_damage_metered(client);
	allow_outputs(client, sum);
	return WIRE_KEEP;
}

enum wire_verdict wire_event_output_name(struct wire_event *event) {
	char text[32];
	snprintf(text, sizeof(text), "SILO-%u", event->object->count);
	return replace_text(event, text);
}

enum wire_verdict wire_event_output_description(struct wire_event *event) {
	char text[32];
	snprintf(text, sizeof(text), "Silo display %u", event->object->count);
	return replace_text(event, text);
}

enum wire_verdict wire_event_seat_name(struct wire_event *event) {
	return replace_text(event, SEAT);
}

enum wire_verdict wire_event_tablet_name(struct wire_event *event) {
	return replace_text(event, TABLET);
}
