/* SPDX-License-Identifier: MIT
 *
 * C1, C2, C8: another machine's clipboard and primary selection, read, watched and replaced.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ext-data-control-v1-client-protocol.h"
#include "primary-selection-unstable-v1-client-protocol.h"
#include "tests/hostile/kit/attack.h"

#define SECRET "IBAN"

static struct actor attacker, victim;
static struct actor_window evil, good;

static void handle_target(void *data, struct wl_data_source *source, const char *mime_type) {
}

static void handle_send(void *data, struct wl_data_source *source, const char *mime_type,
		int32_t fd) {
	if (write(fd, SECRET, strlen(SECRET)) < 0) {
		perror("a paste");
	}
	close(fd);
}

static void handle_cancelled(void *data, struct wl_data_source *source) {
	int *cancelled = data;
	(*cancelled)++;
}

static const struct wl_data_source_listener source_listener = {
		.target = handle_target, .send = handle_send, .cancelled = handle_cancelled};

static int victims_cancelled;

static struct wl_data_source *source_of(struct actor *actor, int *cancelled) {
	struct wl_data_source *source =
			wl_data_device_manager_create_data_source(actor->data_devices);
	wl_data_source_add_listener(source, &source_listener, cancelled);
	wl_data_source_offer(source, "text/plain");
	return source;
}

static void handle_primary_send(void *data, struct zwp_primary_selection_source_v1 *source,
		const char *mime_type, int32_t fd) {
	close(fd);
}

static void handle_primary_cancelled(void *data, struct zwp_primary_selection_source_v1 *source) {
}

/* The attacker has had the keyboard once; now the victim has it, and has copied. */
static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	if (!arena_click_on(arena, EVIL) || !actor_settle(&attacker) ||
			!arena_click_on(arena, GOOD) || !actor_settle(&victim)) {
		return false;
	}
	actor_settle(&attacker);
	actor_forget(&attacker);
	wl_data_device_set_selection(victim.data_device, source_of(&victim, &victims_cancelled),
			victim.serial);
	return actor_settle(&victim) && actor_settle(&attacker) &&
			actor_count(&victim, EVENT_SELECTION) > 0;
}

static enum verdict offered_on_focus(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_click_on(arena, EVIL);
	actor_settle(&attacker);
	bool is_offered = attacker.selection != NULL;
	return because(arena, is_offered ? BROKEN : HELD, "the attacker %s",
			is_offered ? "is offered what the victim copied" : "is offered nothing");
}

static int control_offers;

static void handle_control_offer(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *offer) {
	control_offers++;
}

static void handle_control_selection(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *offer) {
}

static void handle_control_finished(void *data, struct ext_data_control_device_v1 *device) {
}

/* What clipboard managers use: it needs no keyboard. */
static enum verdict watched(struct arena *arena) {
	static const struct ext_data_control_device_v1_listener listener = {
			.data_offer = handle_control_offer,
			.selection = handle_control_selection,
			.finished = handle_control_finished,
			.primary_selection = handle_control_selection,
	};
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	struct ext_data_control_manager_v1 *manager =
			actor_bind(&attacker, &ext_data_control_manager_v1_interface, 1);
	if (manager == NULL) {
		return because(arena, HELD, "data control is not offered");
	}
	struct ext_data_control_device_v1 *device =
			ext_data_control_manager_v1_get_data_device(manager, attacker.seat);
	ext_data_control_device_v1_add_listener(device, &listener, NULL);
	actor_settle(&attacker);
	return because(arena, control_offers == 0 ? HELD : BROKEN, "%d offers seen",
			control_offers);
}

static enum verdict primary_offered(struct arena *arena) {
	static const struct zwp_primary_selection_source_v1_listener listener = {
			.send = handle_primary_send, .cancelled = handle_primary_cancelled};
	if (!set_up(arena) || victim.primary_device == NULL) {
		return because(arena, CANNOT, "the victim cannot select");
	}
	struct zwp_primary_selection_source_v1 *source =
			zwp_primary_selection_device_manager_v1_create_source(victim
							.primary_devices);
	zwp_primary_selection_source_v1_add_listener(source, &listener, NULL);
	zwp_primary_selection_source_v1_offer(source, "text/plain");
	zwp_primary_selection_device_v1_set_selection(victim.primary_device, source, victim.serial);
	actor_settle(&victim);
	arena_click_on(arena, EVIL);
	actor_settle(&attacker);
	bool is_offered = attacker.primary_selection != NULL;
	return because(arena, is_offered ? BROKEN : HELD, "the attacker %s",
			is_offered ? "is offered what the victim selected" : "is offered nothing");
}

static void handle_control_send(void *data, struct ext_data_control_source_v1 *source,
		const char *type, int32_t fd) {
	close(fd);
}

static void handle_control_cancelled(void *data, struct ext_data_control_source_v1 *source) {
}

/* What wl-copy does: it needs neither a window nor an event. */
static enum verdict replaced(struct arena *arena) {
	static const struct ext_data_control_source_v1_listener listener = {
			.send = handle_control_send, .cancelled = handle_control_cancelled};
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	struct ext_data_control_manager_v1 *manager =
			actor_bind(&attacker, &ext_data_control_manager_v1_interface, 1);
	if (manager == NULL) {
		return because(arena, HELD, "data control is not offered");
	}
	struct ext_data_control_device_v1 *device =
			ext_data_control_manager_v1_get_data_device(manager, attacker.seat);
	struct ext_data_control_source_v1 *source =
			ext_data_control_manager_v1_create_data_source(manager);
	ext_data_control_source_v1_add_listener(source, &listener, NULL);
	ext_data_control_source_v1_offer(source, "text/plain");
	ext_data_control_device_v1_set_selection(device, source);
	actor_settle(&attacker);
	actor_settle(&victim);
	return because(arena, victims_cancelled == 0 ? HELD : BROKEN, "the victim's copy %s",
			victims_cancelled == 0 ? "stands" : "was replaced");
}

static int attackers_cancelled;

/* With the serial of a click that came after the victim's copy, but before the victim's last. */
static enum verdict replaced_after_a_click(struct arena *arena) {
	if (!set_up(arena) || !arena_click_on(arena, EVIL) || !actor_settle(&attacker) ||
			!arena_click_on(arena, GOOD) || !actor_settle(&victim)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	wl_data_device_set_selection(attacker.data_device,
			source_of(&attacker, &attackers_cancelled), attacker.serial);
	if (!actor_settle(&attacker)) {
		return because(arena, HELD, "the attacker was hung up");
	}
	actor_settle(&victim);
	return because(arena, victims_cancelled == 0 ? HELD : BROKEN, "the victim's copy %s",
			victims_cancelled == 0 ? "stands" : "was replaced");
}

/* As many as fit into a socket: who does not read for a moment is not to be cut off. */
#define TYPES 200

/* More types than anybody offers, some of them long. */
static enum verdict many_types(struct arena *arena) {
	char type[1024];
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim cannot copy");
	}
	arena_click_on(arena, EVIL);
	actor_settle(&attacker);
	struct wl_data_source *source =
			wl_data_device_manager_create_data_source(attacker.data_devices);
	wl_data_source_add_listener(source, &source_listener, &attackers_cancelled);
	for (int i = 0; i < TYPES; i++) {
		memset(type, 'x', sizeof(type));
		snprintf(type, sizeof(type), "text/%04d", i);
		type[9] = 'x';
		type[i % 8 == 0 ? (int)sizeof(type) - 1 : 64] = '\0';
		wl_data_source_offer(source, type);
	}
	wl_data_device_set_selection(attacker.data_device, source, attacker.serial);
	bool is_taken = false;
	for (size_t i = 0; actor_settle(&attacker) && i < attacker.mime_types_len; i++) {
		is_taken |= strncmp(attacker.mime_types[i], "text/0000", 9) == 0;
	}
	return because(arena, is_taken ? BROKEN : HELD, "a type of a thousand letters %s",
			is_taken ? "is offered to others" : "is left out");
}

const struct attack_case attack_cases[] = {
		{"C1.1", "another machine's copy replaced from the background", replaced},
		{"C1.2", "another machine's copy replaced after a click of one's own",
				replaced_after_a_click},
		{"C2.1", "another machine's copy offered on getting the keyboard",
				offered_on_focus},
		{"C2.2", "another machine's copy seen in the background", watched},
		{"C6.3", "a copy in two hundred types, some of a thousand letters", many_types},
		{"C8.1", "another machine's primary selection", primary_offered},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
