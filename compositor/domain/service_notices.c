/* SPDX-License-Identifier: MIT */
#include "compositor/domain/service_notices.h"

#include <stdio.h>
#include <string.h>

#include "base/canary.h"
#include "base/text.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/service_interface.h"
#include "compositor/server.h"
#include "compositor/shell/notices.h"

/* A VM as a caller names it: what is missing is its domain's. */
struct party {
	const char *name, *label, *color, *glyph;
};

struct request {
	const char *tag, *kind, *detail, *title, *text;
	struct party source, target;
	bool failure;
	unsigned int seconds;
	int64_t begins, ends;
};

static int dispatch_party(const char *name, sd_json_variant *json, sd_json_dispatch_flags_t flags,
		void *data) {
	static const sd_json_dispatch_field table[] = {
			{"name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct party, name), SD_JSON_MANDATORY},
			{"label", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct party, label), SD_JSON_NULLABLE},
			{"color", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct party, color), SD_JSON_NULLABLE},
			{"glyph", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
					offsetof(struct party, glyph), SD_JSON_NULLABLE},
			{0},
	};
	return sd_json_dispatch(json, table, flags, data);
}

static const sd_json_dispatch_field request_table[] = {
		{"tag", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct request, tag), SD_JSON_NULLABLE},
		{"kind", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct request, kind), SD_JSON_MANDATORY},
		{"failure", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
				offsetof(struct request, failure), SD_JSON_NULLABLE},
		{"source", SD_JSON_VARIANT_OBJECT, dispatch_party, offsetof(struct request, source),
				SD_JSON_NULLABLE},
		{"target", SD_JSON_VARIANT_OBJECT, dispatch_party, offsetof(struct request, target),
				SD_JSON_NULLABLE},
		{"detail", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct request, detail), SD_JSON_NULLABLE},
		{"title", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct request, title), SD_JSON_MANDATORY},
		{"text", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct request, text), SD_JSON_NULLABLE},
		{"seconds", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint,
				offsetof(struct request, seconds), SD_JSON_NULLABLE},
		{"begins", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_int64,
				offsetof(struct request, begins), SD_JSON_NULLABLE},
		{"ends", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_int64,
				offsetof(struct request, ends), SD_JSON_NULLABLE},
		{0},
};

static bool take_party(struct server *server, const struct party *party,
		struct notice_party *ret_party) {
	if (party->name == NULL) {
		return true;
	}
	bool is_host = strcmp(party->name, "host") == 0;
	if (!is_host && !text_is_vm_name(party->name)) {
		return false;
	}
	const struct domain *domain = domains_find(server, party->name);
	if (domain != NULL) {
		notice_party_set(ret_party, domain);
	}
	snprintf(ret_party->name, sizeof(ret_party->name), "%s", party->name);
	if (party->label != NULL || CANARY(desktop)) {
		text_sanitise(party->label, strlen(party->label), VM_LABEL_MAX, ret_party->label,
				sizeof(ret_party->label));
	}
	if (ret_party->label[0] == '\0') {
		memcpy(ret_party->label, ret_party->name, sizeof(ret_party->name));
	}
	bool has_color = party->color == NULL || color_parse(party->color, &ret_party->fill);
	return has_color && (party->glyph == NULL || glyph_parse(party->glyph, &ret_party->glyph));
}

static bool find_kind(const char *text, enum notice_kind *ret_kind) {
	for (int kind = 0; kind < NOTICE_KINDS; kind++) {
		if (strcmp(text, notice_kind_text((enum notice_kind)kind)) == 0) {
			*ret_kind = (enum notice_kind)kind;
			return true;
		}
	}
	return false;
}

/* Bounds text by its code points, so that no letter is cut in two. */
static void take_text(const char *text, size_t codes_max, char *out, size_t cap) {
	if (text != NULL) {
		text_sanitise(text, strlen(text), codes_max, out, cap);
	}
}

/* What of it is wrong, or NULL. */
static const char *take(struct server *server, const struct request *request,
		struct notice *notice) {
	*notice = (struct notice){.is_failure = request->failure,
			.seconds = request->seconds,
			.begins_ms = request->begins,
			.ends_ms = request->ends};
	take_text(request->detail, NOTICE_DETAIL_MAX, notice->detail, sizeof(notice->detail));
	take_text(request->title, NOTICE_TITLE_MAX, notice->title, sizeof(notice->title));
	take_text(request->text, NOTICE_TEXT_MAX, notice->text, sizeof(notice->text));
	if (request->tag != NULL) {
		if (strlen(request->tag) > NOTICE_TAG_MAX) {
			return "tag";
		}
		snprintf(notice->tag, sizeof(notice->tag), "%s", request->tag);
	}
	return !find_kind(request->kind, &notice->kind)                          ? "kind"
			: notice->title[0] == '\0'                               ? "title"
			: !take_party(server, &request->source, &notice->source) ? "source"
			: !take_party(server, &request->target, &notice->target) ? "target"
										 : NULL;
}

static int handle_notify(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	struct request request = {0};
	struct notice notice;
	int ret = sd_varlink_dispatch(link, parameters, request_table, &request);
	if (ret != 0) {
		return ret;
	}
	const char *wrong = take(server, &request, &notice);
	if (wrong != NULL) {
		return sd_varlink_error_invalid_parameter_name(link, wrong);
	}
	uint32_t id = notices_add(server, &notice);
	if (id == 0) {
		return sd_varlink_error(link, SERVICE_NAME ".TooManyNotices", NULL);
	}
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_UNSIGNED("id", id));
}

static int handle_withdraw(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	const char *tag = NULL;
	static const sd_json_dispatch_field table[] = {
			{"tag", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &tag);
	if (ret != 0) {
		return ret;
	}
	notices_withdraw(data, tag);
	return sd_varlink_reply(link, NULL);
}

static int handle_dismiss(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	uint32_t id = 0;
	static const sd_json_dispatch_field table[] = {
			{"id", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint32, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &id);
	if (ret != 0) {
		return ret;
	}
	/* One that is gone already was withdrawn meanwhile. */
	notices_dismiss(data, id);
	return sd_varlink_reply(link, NULL);
}

int service_notices_bind(sd_varlink_server *varlink) {
	return sd_varlink_server_bind_method_many(varlink, SERVICE_NAME ".Notify", handle_notify,
			SERVICE_NAME ".WithdrawNotice", handle_withdraw,
			SERVICE_NAME ".DismissNotice", handle_dismiss);
}
