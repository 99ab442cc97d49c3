/* SPDX-License-Identifier: MIT
 *
 * One walk over the events that wait, from the oldest to the newest; see the header. What is taken
 * out gets object 0 first and is squeezed out at the end.
 */
#include "proxy/wire/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/defence.h"
#include "proxy/wire/engine.h"

/* A guest with less than this to read follows. */
#define FOLD_MIN 4096
/* Things that are told apart in one walk; a power of two. What finds no place stays in the queue. */
#define SLOTS 1024
#define PROBES_MAX 16
/* Messages of one input event: a few pointers with motion, relative motion, axes and frames. */
#define ROUND_MAX 16
#define NOWHERE UINT32_MAX

/* An event that waits. */
struct entry {
	uint32_t at;
	uint32_t object;
	uint16_t opcode;
	uint16_t size;
	const struct policy_row *row;
};

/* The last event of its kind about an object, and something that it names. */
struct slot {
	bool used;
	uint32_t object, other;
	uint16_t opcode;
	uint32_t at;    // NOWHERE: none any more
	uint32_t visit; // fold.visit at that time
};

/* Input that belongs together: no two of the events are of one kind. */
struct round {
	struct entry entries[ROUND_MAX];
	size_t n;
};

struct fold {
	struct wire_client *client;
	uint8_t *bytes;
	size_t len;
	struct round last, current;
	uint32_t latched; // begin of what waits for the next configure; NOWHERE: nothing
	uint32_t visit;   // changes when something happened that a visit must not be forgotten for
	uint8_t deleted[CLIENT_OBJECTS_MAX * 2 / 8]; // ids, in the events that wait
	struct slot slots[SLOTS];
};

static void remove_event(struct fold *fold, uint32_t at) {
	wire_word_set(fold->bytes, at, 0);
}

static uint32_t arg_of(const struct fold *fold, const struct entry *entry, size_t i) {
	return wire_word(fold->bytes, entry->at + WIRE_HEADER_SIZE + 4 * i);
}

static bool is_deleted(const struct fold *fold, uint32_t id) {
	return id < sizeof(fold->deleted) * 8 && (fold->deleted[id / 8] >> id % 8 & 1) != 0;
}

/* Reads the event at this place. Its row is NULL if nothing is sure about its object. */
static struct entry read_entry(const struct fold *fold, size_t at) {
	uint32_t word = wire_word(fold->bytes, at + 4);
	struct entry entry = {
			.at = (uint32_t)at,
			.object = wire_word(fold->bytes, at),
			.opcode = (uint16_t)(word & 0xffff),
			.size = (uint16_t)(word >> 16),
	};
	const struct wire_object *object = wire_objects_find(&fold->client->objects, entry.object);
	if (object != NULL && !is_deleted(fold, entry.object) &&
			entry.opcode < object->interface->event_count) {
		entry.row = object->interface->events[entry.opcode].row;
	}
	return entry;
}

/*
 * Ids that come free in between may be another object's by now: nothing about them is folded, and
 * they must be known beforehand.
 */
static void note_deleted(struct fold *fold, size_t from) {
	for (size_t at = from; at < fold->len;) {
		struct entry entry = read_entry(fold, at);
		if (entry.row != NULL && entry.row->action == POLICY_DELETE_ID) {
			uint32_t id = arg_of(fold, &entry, 0);
			if (id < sizeof(fold->deleted) * 8) {
				fold->deleted[id / 8] |= (uint8_t)(1u << id % 8);
			}
		}
		at += entry.size;
	}
}

/* The argument that an event is about besides its object; 0: none. */
static uint32_t other_of(const struct fold *fold, const struct entry *entry) {
	for (size_t i = 0; i < 8; i++) {
		if ((entry->row->same >> i & 1) != 0) {
			return arg_of(fold, entry, i);
		}
	}
	return 0;
}

/* The slot of an event's kind; opcode 0 for those that share one. NULL: no room. */
static struct slot *slot_of(struct fold *fold, const struct entry *entry, uint16_t opcode,
		uint32_t other) {
	uint32_t hash = (entry->object * 0x9e3779b1u) ^ (other * 0x85ebca6bu) ^ opcode;
	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		struct slot *slot = &fold->slots[(hash + i) % SLOTS];
		if (!slot->used) {
			*slot = (struct slot){
					.used = true,
					.object = entry->object,
					.other = other,
					.opcode = opcode,
					.at = NOWHERE,
			};
			return slot;
		}
		if (slot->object == entry->object && slot->other == other &&
				slot->opcode == opcode) {
			return slot;
		}
	}
	return NULL;
}

static void fold_state(struct fold *fold, const struct entry *entry) {
	struct slot *slot = slot_of(fold, entry, entry->opcode, 0);
	if (slot == NULL) {
		return;
	}
	if (slot->at != NOWHERE) {
		remove_event(fold, slot->at);
	}
	slot->at = entry->at;
}

/* To come and to leave again is nothing. */
static void fold_pair(struct fold *fold, const struct entry *entry) {
	uint32_t other = other_of(fold, entry);
	struct slot *slot = is_deleted(fold, other) ? NULL : slot_of(fold, entry, 0, other);
	if (slot == NULL) {
		return;
	}
	uint32_t before = slot->at;
	slot->at = entry->at;
	if (before != NOWHERE && read_entry(fold, before).opcode != entry->opcode) {
		remove_event(fold, before);
		remove_event(fold, entry->at);
		slot->at = NOWHERE;
	}
}

/*
 * The older configure goes, and of what was latched for it that which is latched for this one too. What
 * else there was is latched for this one from now on.
 */
static void fold_configure(struct fold *fold, const struct entry *entry) {
	struct slot *slot = slot_of(fold, entry, 0, 0);
	if (slot == NULL) {
		return;
	}
	if (slot->at != NOWHERE) {
		remove_event(fold, slot->at);
	}
	slot->at = entry->at;
	for (uint32_t at = fold->latched; at < entry->at;) {
		struct entry latched = read_entry(fold, at);
		struct slot *older = slot_of(fold, &latched, latched.opcode, entry->object);
		if (older != NULL) {
			if (older->at != NOWHERE) {
				remove_event(fold, older->at);
			}
			older->at = at;
		}
		at += latched.size;
	}
}

/* Are two events of one kind, about the same? */
static bool is_alike(const struct fold *fold, const struct entry *a, const struct entry *b) {
	if (a->object != b->object || a->opcode != b->opcode) {
		return false;
	}
	for (size_t i = 0; i < 8; i++) {
		if ((a->row->same >> i & 1) != 0 && arg_of(fold, a, i) != arg_of(fold, b, i)) {
			return false;
		}
	}
	return true;
}

static void add_args(struct fold *fold, const struct entry *older, const struct entry *newer) {
	for (size_t i = 0; i < 8; i++) {
		if ((newer->row->sum >> i & 1) == 0) {
			continue;
		}
		int64_t sum = (int64_t)(int32_t)arg_of(fold, older, i) +
				(int32_t)arg_of(fold, newer, i);
		sum = sum < INT32_MIN ? INT32_MIN : sum > INT32_MAX ? INT32_MAX : sum;
		wire_word_set(fold->bytes, newer->at + WIRE_HEADER_SIZE + 4 * i, (uint32_t)sum);
	}
}

/* A round is over: if the one before was just like it, that one goes. */
static void end_round(struct fold *fold) {
	struct round *last = &fold->last, *current = &fold->current;
	bool same = last->n == current->n;
	for (size_t i = 0; same && i < current->n; i++) {
		same = is_alike(fold, &last->entries[i], &current->entries[i]);
	}
	for (size_t i = 0; same && i < current->n; i++) {
		add_args(fold, &last->entries[i], &current->entries[i]);
		remove_event(fold, last->entries[i].at);
	}
	*last = *current;
	current->n = 0;
}

/* Input before this and input after it stay apart. */
static void part_input(struct fold *fold) {
	fold->last.n = fold->current.n = 0;
}

static void fold_input(struct fold *fold, const struct entry *entry) {
	struct round *current = &fold->current;
	for (size_t i = 0; i < current->n; i++) {
		if (is_alike(fold, &current->entries[i], entry)) {
			end_round(fold);
			break;
		}
	}
	if (current->n == ROUND_MAX) {
		part_input(fold);
	}
	current->entries[current->n++] = *entry;
	if (entry->row->sum != 0) {
		fold->visit++;
	}
}

static void fold_begin(struct fold *fold, const struct entry *entry) {
	part_input(fold);
	struct slot *slot = slot_of(fold, entry, 0, 0);
	if (slot != NULL) {
		slot->at = entry->at;
		slot->visit = fold->visit;
	}
}

/* Nothing happened between coming and leaving but motion: the visit was none. */
static void fold_end(struct fold *fold, const struct entry *entry) {
	part_input(fold);
	struct slot *slot = slot_of(fold, entry, 0, 0);
	if (slot == NULL || slot->at == NOWHERE) {
		return;
	}
	struct entry begin = read_entry(fold, slot->at);
	uint32_t surface = other_of(fold, entry);
	if (slot->visit == fold->visit && other_of(fold, &begin) == surface &&
			!is_deleted(fold, surface)) {
		for (uint32_t at = begin.at; at <= entry->at;) {
			struct entry own = read_entry(fold, at);
			if (own.object == entry->object) {
				remove_event(fold, at);
			}
			at += own.size;
		}
	}
	slot->at = NOWHERE;
}

static void fold_event(struct fold *fold, const struct entry *entry) {
	enum policy_fold kind = entry->row != NULL ? entry->row->fold : POLICY_FOLD_NO;
	switch (kind) {
	case POLICY_FOLD_NO:
		part_input(fold);
		fold->visit++;
		break;
	case POLICY_FOLD_PASSES:
		break;
	case POLICY_FOLD_INPUT:
		fold_input(fold, entry);
		break;
	case POLICY_FOLD_STATE:
		fold_state(fold, entry);
		break;
	case POLICY_FOLD_LATCHED:
		fold->latched = fold->latched != NOWHERE ? fold->latched : entry->at;
		return;
	case POLICY_FOLD_CONFIGURE:
		fold_configure(fold, entry);
		break;
	case POLICY_FOLD_PAIR:
		fold_pair(fold, entry);
		break;
	case POLICY_FOLD_BEGIN:
		fold_begin(fold, entry);
		break;
	case POLICY_FOLD_END:
		fold_end(fold, entry);
		break;
	}
	fold->latched = NOWHERE;
}

void wire_fold(struct wire_client *client) {
	size_t ready = wire_queue_ready(&client->down);
	if (ready <= FOLD_MIN || ready <= client->fold_at || !DEFENDS(fold)) {
		return;
	}
	struct fold *fold = calloc(1, sizeof(*fold));
	if (fold == NULL) {
		return;
	}
	fold->client = client;
	fold->bytes = wire_queue_first(&client->down);
	fold->len = ready;
	fold->latched = NOWHERE;
	note_deleted(fold, client->down_begun);
	for (size_t at = client->down_begun; at < fold->len;) {
		struct entry entry = read_entry(fold, at);
		fold_event(fold, &entry);
		at += entry.size;
	}
	free(fold);
	wire_queue_squeeze(&client->down, client->down_begun);
	ready = wire_queue_ready(&client->down);
	bool is_near = ready <= WIRE_DOWN_FULL && 2 * ready > WIRE_DOWN_FULL;
	client->fold_at = is_near ? WIRE_DOWN_FULL : 2 * ready;
}

void wire_fold_taken(struct wire_client *client, size_t len) {
	size_t ready = wire_queue_ready(&client->down);
	if (len == ready) {
		client->down_begun = 0; // what waits are whole messages
		client->fold_at = 0;
		return;
	}
	const uint8_t *bytes = wire_queue_first(&client->down);
	size_t at = client->down_begun;
	while (at < len) {
		at += wire_word(bytes, at + 4) >> 16;
	}
	client->down_begun = at - len;
}
