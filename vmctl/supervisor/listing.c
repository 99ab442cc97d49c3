/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/listing.h"

#include "base/limits.h"

#define PERIOD_MAX_MS 32000

void listing_init(struct listing *listing, sd_event *event, listing_pass_t pass, void *data) {
	*listing = (struct listing){.event = event,
			.pass = pass,
			.data = data,
			.period_ms = AGENT_APPS_PERIOD_MS};
}

void listing_finish(struct listing *listing) {
	sd_event_source_disable_unref(listing->timer);
	applications_finish(&listing->incoming);
	applications_finish(&listing->waiting);
}

void listing_begin(struct listing *listing) {
	listing->incoming.len = 0;
}

static void pass_on(struct listing *listing);

static int handle_timer(sd_event_source *source, uint64_t usec, void *data) {
	struct listing *listing = data;
	listing->timer = sd_event_source_disable_unref(listing->timer);
	if (listing->has_waiting) {
		uint64_t twice = listing->period_ms * 2;
		listing->period_ms = twice < PERIOD_MAX_MS ? twice : PERIOD_MAX_MS;
		pass_on(listing);
	} else {
		listing->period_ms = AGENT_APPS_PERIOD_MS;
	}
	return 0;
}

static void pass_on(struct listing *listing) {
	listing->has_waiting = false;
	/* Without a timer the next list would wait for ever: rather none at all is passed on. */
	if (sd_event_add_time_relative(listing->event, &listing->timer, CLOCK_MONOTONIC,
			    listing->period_ms * 1000, 0, handle_timer, listing) >= 0) {
		listing->pass(&listing->waiting, listing->data);
	}
}

void listing_take(struct listing *listing, struct agent_applications part) {
	bool is_last = (part.flags & AGENT_APPS_LAST) != 0;
	struct agent_application entry;
	if ((part.flags & AGENT_APPS_FIRST) != 0) {
		listing->incoming.len = 0;
	}
	while (agent_application_next(&part, &entry)) {
		applications_add(&listing->incoming, &entry);
	}
	if (!is_last) {
		return;
	}
	struct applications whole = listing->incoming;
	listing->incoming = listing->waiting;
	listing->incoming.len = 0;
	listing->waiting = whole;
	listing->has_waiting = true;
	if (listing->timer == NULL) {
		pass_on(listing);
	}
}
