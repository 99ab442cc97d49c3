/* SPDX-License-Identifier: MIT */
#include "compositor/shell/notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/server.h"
#include "compositor/window/bare.h"

#define SECONDS_INFO 4
#define SECONDS_FAILURE 8
/* Nobody draws it: after that long it is no news any more. */
#define STALE_MS 60000
#define BUCKETS_MAX (2 * DOMAINS_MAX)

struct entry {
	struct notice notice;
	int64_t added_ms;
};

/* How much a VM may say. */
struct pace {
	char name[VM_NAME_MAX + 1];
	int64_t credit_ms, seen_ms;
};

struct notices {
	struct entry entries[NOTICES_MAX]; /* the oldest first */
	size_t len;
	uint32_t id;
	struct pace buckets[BUCKETS_MAX];
};

const char *notice_kind_text(enum notice_kind kind) {
	static const char *const texts[NOTICE_KINDS] = {
			[NOTICE_START] = "start",
			[NOTICE_CLIPBOARD] = "clipboard",
			[NOTICE_MESSAGE] = "message",
	};
	return texts[kind];
}

void notice_party_set(struct notice_party *party, const struct domain *domain) {
	*party = (struct notice_party){.fill = domain->colors.fill, .glyph = domain->glyph};
	memcpy(party->name, domain->name, sizeof(party->name));
	memcpy(party->label, domain->label, sizeof(party->label));
}

static void remove_at(struct notices *notices, size_t index) {
	notices->len--;
	memmove(&notices->entries[index], &notices->entries[index + 1],
			(notices->len - index) * sizeof(notices->entries[0]));
}

/* ---- bounds ---- */

/* The VM's bucket; one that is new takes the place of the one that was silent longest. */
static struct pace *bucket_of(struct notices *notices, const char *name, int64_t now_ms) {
	struct pace *oldest = &notices->buckets[0];
	for (size_t i = 0; i < BUCKETS_MAX; i++) {
		struct pace *bucket = &notices->buckets[i];
		if (strcmp(bucket->name, name) == 0 && bucket->seen_ms != 0) {
			return bucket;
		}
		if (bucket->seen_ms < oldest->seen_ms) {
			oldest = bucket;
		}
	}
	*oldest = (struct pace){.credit_ms = NOTICES_BURST * NOTICES_PERIOD_MS, .seen_ms = now_ms};
	memcpy(oldest->name, name, strlen(name) + 1);
	return oldest;
}

static bool may_speak(struct notices *notices, const char *name) {
	int64_t now_ms = clock_now_ms(), most_ms = NOTICES_BURST * NOTICES_PERIOD_MS;
	struct pace *bucket = bucket_of(notices, name, now_ms);
	bucket->credit_ms += now_ms - bucket->seen_ms;
	bucket->credit_ms = bucket->credit_ms < most_ms ? bucket->credit_ms : most_ms;
	bucket->seen_ms = now_ms;
	if (bucket->credit_ms < NOTICES_PERIOD_MS) {
		return false;
	}
	bucket->credit_ms -= NOTICES_PERIOD_MS;
	return true;
}

/* Those of the VM that entry i is about. */
static size_t count_of(const struct notices *notices, const char *name, size_t *ret_oldest) {
	size_t n = 0;
	for (size_t i = notices->len; i > 0; i--) {
		if (strcmp(notices->entries[i - 1].notice.source.name, name) == 0) {
			*ret_oldest = i - 1;
			n++;
		}
	}
	return n;
}

/* The oldest of name goes if it has its share; else, if there is no room, of the one with most. */
static void make_room(struct notices *notices, const char *name) {
	size_t oldest = 0, most = 0, loser = 0;
	if (count_of(notices, name, &oldest) >= NOTICES_PER_VM_MAX) {
		remove_at(notices, oldest);
	}
	for (size_t i = 0; notices->len == NOTICES_MAX && i < notices->len; i++) {
		size_t n = count_of(notices, notices->entries[i].notice.source.name, &oldest);
		if (n > most) {
			most = n;
			loser = oldest;
		}
	}
	if (notices->len == NOTICES_MAX) {
		remove_at(notices, loser);
	}
}

static void forget_stale(struct notices *notices) {
	int64_t now_ms = clock_now_ms();
	for (size_t i = notices->len; i > 0; i--) {
		const struct entry *entry = &notices->entries[i - 1];
		int64_t shown_ms = (int64_t)entry->notice.seconds * 1000;
		if (now_ms - entry->added_ms > shown_ms + STALE_MS) {
			remove_at(notices, i - 1);
		}
	}
}

/* ---- the queue ---- */

static void clean(char *text, size_t codes_max, size_t cap) {
	char raw[4 * NOTICE_TEXT_MAX + 1];
	size_t len = strnlen(text, cap - 1);
	memcpy(raw, text, len);
	text_sanitise(raw, len, codes_max, text, cap);
}

static void take(struct notice *notice, const struct notice *wanted, uint32_t id) {
	*notice = *wanted;
	notice->id = id;
	clean(notice->detail, NOTICE_DETAIL_MAX, sizeof(notice->detail));
	clean(notice->title, NOTICE_TITLE_MAX, sizeof(notice->title));
	clean(notice->text, NOTICE_TEXT_MAX, sizeof(notice->text));
	clean(notice->source.label, VM_LABEL_MAX, sizeof(notice->source.label));
	clean(notice->target.label, VM_LABEL_MAX, sizeof(notice->target.label));
	if (notice->seconds == 0) {
		notice->seconds = notice->is_failure ? SECONDS_FAILURE : SECONDS_INFO;
	} else if (notice->seconds > NOTICE_SECONDS_MAX) {
		notice->seconds = NOTICE_SECONDS_MAX;
	}
}

uint32_t notices_add(struct server *server, const struct notice *notice) {
	bare_show_strip(server);
	struct notices *notices = server->notices;
	if (notices == NULL || (!notice->is_users && !may_speak(notices, notice->source.name))) {
		log_warn("a notice of \"%s\" is left out: it has too many", notice->source.name);
		return 0;
	}
	notices_withdraw(server, notice->tag);
	forget_stale(notices);
	make_room(notices, notice->source.name);
	struct entry *entry = &notices->entries[notices->len++];
	notices->id = notices->id == UINT32_MAX ? 1 : notices->id + 1;
	take(&entry->notice, notice, notices->id);
	entry->added_ms = clock_now_ms();
	watch_changed(server);
	return notices->id;
}

void notices_withdraw(struct server *server, const char *tag) {
	struct notices *notices = server->notices;
	for (size_t i = notices != NULL && tag[0] != '\0' ? notices->len : 0; i > 0; i--) {
		if (strcmp(notices->entries[i - 1].notice.tag, tag) == 0) {
			remove_at(notices, i - 1);
			watch_changed(server);
		}
	}
}

bool notices_dismiss(struct server *server, uint32_t id) {
	struct notices *notices = server->notices;
	for (size_t i = 0; notices != NULL && i < notices->len; i++) {
		if (notices->entries[i].notice.id == id) {
			remove_at(notices, i);
			watch_changed(server);
			return true;
		}
	}
	return false;
}

/* ---- as JSON ---- */

int notice_party_describe(const struct notice_party *party, sd_json_variant **ret_json) {
	char color[8];
	bool is_vm = strcmp(party->name, "host") != 0;
	if (party->name[0] == '\0') {
		*ret_json = NULL;
		return 0;
	}
	color_format(party->fill, color);
	return sd_json_buildo(ret_json, SD_JSON_BUILD_PAIR_STRING("name", party->name),
			SD_JSON_BUILD_PAIR_STRING("label", party->label),
			SD_JSON_BUILD_PAIR_CONDITION(is_vm, "color", SD_JSON_BUILD_STRING(color)),
			SD_JSON_BUILD_PAIR_CONDITION(is_vm, "glyph",
					SD_JSON_BUILD_STRING(is_vm ? glyph_name(party->glyph)
								   : NULL)));
}

static int append(const struct notice *notice, sd_json_variant **array) {
	sd_json_variant *source = NULL, *target = NULL;
	int ret = notice_party_describe(&notice->source, &source);
	if (ret >= 0) {
		ret = notice_party_describe(&notice->target, &target);
	}
	if (ret >= 0) {
		ret = sd_json_variant_append_arraybo(array,
				SD_JSON_BUILD_PAIR_UNSIGNED("id", notice->id),
				SD_JSON_BUILD_PAIR_STRING("kind", notice_kind_text(notice->kind)),
				SD_JSON_BUILD_PAIR_BOOLEAN("failure", notice->is_failure),
				SD_JSON_BUILD_PAIR_CONDITION(source != NULL, "source",
						SD_JSON_BUILD_VARIANT(source)),
				SD_JSON_BUILD_PAIR_CONDITION(target != NULL, "target",
						SD_JSON_BUILD_VARIANT(target)),
				SD_JSON_BUILD_PAIR_STRING("detail", notice->detail),
				SD_JSON_BUILD_PAIR_STRING("title", notice->title),
				SD_JSON_BUILD_PAIR_STRING("text", notice->text),
				SD_JSON_BUILD_PAIR_UNSIGNED("seconds", notice->seconds),
				SD_JSON_BUILD_PAIR_INTEGER("begins", notice->begins_ms),
				SD_JSON_BUILD_PAIR_INTEGER("ends", notice->ends_ms));
	}
	sd_json_variant_unref(source);
	sd_json_variant_unref(target);
	return ret;
}

int notices_describe(struct server *server, sd_json_variant **ret_array) {
	struct notices *notices = server->notices;
	int ret = sd_json_variant_new_array(ret_array, NULL, 0);
	if (notices == NULL) {
		return ret;
	}
	forget_stale(notices);
	for (size_t i = notices->len; i > 0 && ret >= 0; i--) {
		ret = append(&notices->entries[i - 1].notice, ret_array);
	}
	return ret;
}

bool notices_create(struct server *server) {
	server->notices = calloc(1, sizeof(*server->notices));
	if (server->notices == NULL) {
		log_error("out of memory");
	}
	return server->notices != NULL;
}

void notices_destroy(struct server *server) {
	free(server->notices);
	server->notices = NULL;
}
