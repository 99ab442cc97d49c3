/* SPDX-License-Identifier: MIT */
#include "compositor/input/newcomer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/backend/wayland.h>
#include <wlr/config.h>
#include <wlr/types/wlr_keyboard.h>
#if WLR_HAS_LIBINPUT_BACKEND
#include <libinput.h>
#include <wlr/backend/libinput.h>
#endif

#include "base/log.h"
#include "base/text.h"
#include "compositor/listen.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/notices.h"

/* Code points of a device's name that are shown and compared. */
#define NAME_CODES 40
#define NAME_SIZE (4 * NAME_CODES + 1)
/* Kinds of keyboards that the user has accepted for the session, and that left with the console. */
#define KNOWN_MAX 32

struct kind {
	char name[NAME_SIZE];
	unsigned int vendor, product;
	char node[32]; /* "event3"; not part of what the user accepts */
};

struct known {
	struct kind kinds[KNOWN_MAX];
	size_t len;
};

struct newcomers {
	struct server *server;
	struct wl_list list;     /* newcomer.link */
	struct known remembered; /* accepted until the session ends */
	struct known away; /* accepted, and taken away but not unplugged: each may come back */
	bool has_typist;   /* a keyboard was accepted once */
	struct wl_listener lock_changed;
};

struct newcomer {
	struct newcomers *newcomers;
	struct kind kind;
	bool is_accepted;
	bool is_refused;
	uint32_t question; /* 0: none waits */
	struct wl_list link;
};

static bool is_kind(const struct kind *a, const struct kind *b) {
	return a->vendor == b->vendor && a->product == b->product && strcmp(a->name, b->name) == 0;
}

static void known_add(struct known *known, const struct kind *kind) {
	if (known->len < KNOWN_MAX) {
		known->kinds[known->len++] = *kind;
	}
}

static bool known_has(const struct known *known, const struct kind *kind) {
	for (size_t i = 0; i < known->len; i++) {
		if (is_kind(&known->kinds[i], kind)) {
			return true;
		}
	}
	return false;
}

/* Has it the node that it had when it went? Once. */
static bool comes_back(struct known *away, const struct kind *kind) {
	for (size_t i = 0; i < away->len; i++) {
		if (strcmp(away->kinds[i].node, kind->node) == 0) {
			bool is_same = is_kind(&away->kinds[i], kind);
			away->kinds[i] = away->kinds[--away->len];
			return is_same;
		}
	}
	return false;
}

/* A change of consoles takes devices away whose nodes stay; one that is unplugged has none. */
static bool is_plugged_in(const struct kind *kind) {
	char path[sizeof("/dev/input/") + sizeof(kind->node)];
	snprintf(path, sizeof(path), "/dev/input/%s", kind->node);
	return kind->node[0] != '\0' && access(path, F_OK) == 0;
}

static void read_kind(struct wlr_keyboard *keyboard, struct kind *ret_kind) {
	const char *untrusted_name = keyboard->base.name != NULL ? keyboard->base.name : "";
	*ret_kind = (struct kind){0};
	text_sanitise(untrusted_name, strlen(untrusted_name), NAME_CODES, ret_kind->name,
			sizeof(ret_kind->name));
#if WLR_HAS_LIBINPUT_BACKEND
	if (wlr_input_device_is_libinput(&keyboard->base)) {
		struct libinput_device *handle = wlr_libinput_get_device_handle(&keyboard->base);
		ret_kind->vendor = libinput_device_get_id_vendor(handle);
		ret_kind->product = libinput_device_get_id_product(handle);
		snprintf(ret_kind->node, sizeof(ret_kind->node), "%s",
				libinput_device_get_sysname(handle));
	}
#endif
}

static void accept(struct newcomer *newcomer) {
	newcomer->is_accepted = true;
	newcomer->newcomers->has_typist = true;
}

static void refuse(struct newcomer *newcomer, const char *why) {
	struct notice notice = {.kind = NOTICE_MESSAGE, .is_failure = true};
	newcomer->is_refused = true;
	log_warn("a keyboard that was plugged in types nothing: %s", why);
	snprintf(notice.title, sizeof(notice.title), "Not accepted: a keyboard");
	snprintf(notice.detail, sizeof(notice.detail), "%s", newcomer->kind.name);
	snprintf(notice.text, sizeof(notice.text),
			"%s. To be asked again, unplug it and plug it in.", why);
	notices_add(newcomer->newcomers->server, &notice);
}

static void handle_answer(void *data, const struct ask_result *result) {
	struct newcomer *newcomer = data;
	newcomer->question = 0;
	if (result->is_allowed) {
		accept(newcomer);
		if (result->is_remembered) {
			known_add(&newcomer->newcomers->remembered, &newcomer->kind);
		}
	} else if (result->reason == ASK_ANSWERED) {
		refuse(newcomer, "You said no");
	} else if (result->reason != ASK_REFUSED) {
		refuse(newcomer, "Nothing was there to ask you");
	}
}

static void ask(struct newcomer *newcomer) {
	char number[32];
	snprintf(number, sizeof(number), "%04x:%04x", newcomer->kind.vendor,
			newcomer->kind.product);
	const struct ask_request request = {
			.question = "Accept a new keyboard?",
			.action = "Accept",
			.facts = {{"It calls itself",
						  newcomer->kind.name[0] != '\0'
								  ? newcomer->kind.name
								  : "nothing"},
					{"Maker and model", number}},
			.remember = "Do not ask about this one again until I log out",
			.answered = handle_answer,
			.data = newcomer,
	};
	newcomer->question = ask_question(newcomer->newcomers->server, &request);
	if (newcomer->question == 0) {
		refuse(newcomer, "Nothing was there to ask you");
	}
}

/* Decides, or asks who may. While the session is locked nobody can be asked. */
static void consider(struct newcomer *newcomer) {
	struct server *server = newcomer->newcomers->server;
	if (newcomer->is_accepted || newcomer->is_refused || newcomer->question != 0 ||
			lock_is_on(server)) {
		return;
	}
	switch (server->settings->new_keyboards) {
	case NEWCOMER_ALLOW:
		accept(newcomer);
		break;
	case NEWCOMER_DENY:
		refuse(newcomer, "The settings say so");
		break;
	case NEWCOMER_ASK:
		ask(newcomer);
		break;
	}
}

struct newcomer *newcomer_meet(struct server *server, struct wlr_keyboard *keyboard) {
	struct newcomers *newcomers = server->newcomers;
	struct newcomer *newcomer = calloc(1, sizeof(*newcomer));
	if (newcomer == NULL) {
		log_warn("out of memory: a keyboard types nothing");
		return NULL;
	}
	newcomer->newcomers = newcomers;
	wl_list_insert(&newcomers->list, &newcomer->link);
	read_kind(keyboard, &newcomer->kind);
	bool is_starting = server->ask == NULL;
	if (is_starting || !newcomers->has_typist || wlr_input_device_is_wl(&keyboard->base) ||
			comes_back(&newcomers->away, &newcomer->kind) ||
			known_has(&newcomers->remembered, &newcomer->kind)) {
		accept(newcomer);
	} else {
		consider(newcomer);
	}
	return newcomer;
}

bool newcomer_may_type(const struct newcomer *newcomer) {
	return newcomer != NULL && newcomer->newcomers != NULL &&
			(newcomer->is_accepted || lock_is_on(newcomer->newcomers->server));
}

void newcomer_leave(struct newcomer *newcomer) {
	if (newcomer == NULL) {
		return;
	}
	struct newcomers *newcomers = newcomer->newcomers;
	if (newcomers != NULL && newcomer->question != 0) {
		ask_withdraw(newcomers->server, newcomer->question);
	}
	if (newcomers != NULL && newcomer->is_accepted && is_plugged_in(&newcomer->kind)) {
		known_add(&newcomers->away, &newcomer->kind);
	}
	wl_list_remove(&newcomer->link);
	free(newcomer);
}

static void handle_lock_changed(struct wl_listener *listener, void *data) {
	struct newcomers *newcomers = wl_container_of(listener, newcomers, lock_changed);
	struct newcomer *newcomer;
	wl_list_for_each(newcomer, &newcomers->list, link) {
		consider(newcomer);
	}
}

bool newcomers_create(struct server *server) {
	struct newcomers *newcomers = calloc(1, sizeof(*newcomers));
	if (newcomers == NULL) {
		log_error("out of memory");
		return false;
	}
	newcomers->server = server;
	wl_list_init(&newcomers->list);
	listener_add(&newcomers->lock_changed, &lock_events(server)->changed, handle_lock_changed);
	server->newcomers = newcomers;
	return true;
}

void newcomers_destroy(struct server *server) {
	struct newcomers *newcomers = server->newcomers;
	if (newcomers == NULL) {
		return;
	}
	listener_remove(&newcomers->lock_changed);
	/* Keyboards may outlive the module: they are accepted or not, and asked about no more. */
	struct newcomer *newcomer, *next;
	wl_list_for_each_safe(newcomer, next, &newcomers->list, link) {
		wl_list_remove(&newcomer->link);
		wl_list_init(&newcomer->link);
		newcomer->newcomers = NULL;
	}
	free(newcomers);
	server->newcomers = NULL;
}
