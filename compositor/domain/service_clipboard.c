/* SPDX-License-Identifier: MIT */
#include "compositor/domain/service_clipboard.h"

#include <stddef.h>

#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/service_interface.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"

/* NULL if it is not there. */
static const char *name_of(const struct notice_party *party) {
	return party->name[0] != '\0' ? party->name : NULL;
}

static int handle_get(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	static const char *const states[] = {
			[CLIPBOARD_EMPTY] = "empty",
			[CLIPBOARD_COPYING] = "copying",
			[CLIPBOARD_FULL] = "full",
			[CLIPBOARD_ASKING] = "asking",
	};
	static const char *const types[] = {
			[CLIPBOARD_TEXT] = "text",
			[CLIPBOARD_HTML] = "html",
			[CLIPBOARD_PNG] = "png",
	};
	struct server *server = data;
	struct clipboard_status status;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	clipboard_get_status(server, &status);
	bool is_full = status.state == CLIPBOARD_FULL || status.state == CLIPBOARD_ASKING;
	const char *source = name_of(&status.source), *target = name_of(&status.target);
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_STRING("state", states[status.state]),
			SD_JSON_BUILD_PAIR_CONDITION(source != NULL, "source",
					SD_JSON_BUILD_STRING(source)),
			SD_JSON_BUILD_PAIR_CONDITION(target != NULL, "target",
					SD_JSON_BUILD_STRING(target)),
			SD_JSON_BUILD_PAIR_CONDITION(is_full, "type",
					SD_JSON_BUILD_STRING(types[status.type])),
			SD_JSON_BUILD_PAIR_CONDITION(is_full, "bytes",
					SD_JSON_BUILD_UNSIGNED(status.bytes)),
			SD_JSON_BUILD_PAIR_CONDITION(is_full, "characters",
					SD_JSON_BUILD_UNSIGNED(status.characters)),
			SD_JSON_BUILD_PAIR_CONDITION(is_full, "leftMs",
					SD_JSON_BUILD_INTEGER(status.left_ms)),
			SD_JSON_BUILD_PAIR_CONDITION(is_full, "memoryLocked",
					SD_JSON_BUILD_BOOLEAN(status.is_locked_in_memory)),
			SD_JSON_BUILD_PAIR_UNSIGNED("pasted", status.handed),
			SD_JSON_BUILD_PAIR_BOOLEAN("asks", !ask_is_down(server)));
}

static int handle_clear(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	clipboard_wipe(data, "Wiped by vmctl");
	return sd_varlink_reply(link, NULL);
}

static int append(struct server *server, const struct clipboard_party *source,
		const struct clipboard_party *target, sd_json_variant **array) {
	struct decision decision = policy_decide(server, source, target);
	return sd_json_variant_append_arraybo(array,
			SD_JSON_BUILD_PAIR_STRING("source", source->name),
			SD_JSON_BUILD_PAIR_STRING("target", target->name),
			SD_JSON_BUILD_PAIR_STRING("verdict", verdict_name(decision.verdict)),
			SD_JSON_BUILD_PAIR_STRING("reason", verdict_reason_name(decision.reason)));
}

/* Every pair of those that are there, and of any other, "*". */
static int describe_policy(struct server *server, sd_json_variant **ret_array) {
	struct clipboard_party parties[DOMAINS_MAX + 2];
	size_t len = 0;
	struct domain *domain;
	wl_list_for_each(domain, domains_list(server), link) {
		parties[len++] = (struct clipboard_party){
				domain->name, domain->clipboard_out, domain->clipboard_in};
	}
	parties[len++] = (struct clipboard_party){"*", VERDICT_ALLOW, VERDICT_ALLOW};
	int ret = sd_json_variant_new_array(ret_array, NULL, 0);
	for (size_t i = 0; i < len && ret >= 0; i++) {
		for (size_t j = 0; j < len && ret >= 0; j++) {
			if (i != j || i == len - 1) {
				ret = append(server, &parties[i], &parties[j], ret_array);
			}
		}
	}
	return ret;
}

static int describe_muted(struct server *server, sd_json_variant **ret_array) {
	int ret = sd_json_variant_new_array(ret_array, NULL, 0);
	struct domain *domain;
	wl_list_for_each(domain, domains_list(server), link) {
		if (ret >= 0 && ask_is_muted(server, domain->name)) {
			ret = sd_json_variant_append_arrayb(ret_array,
					SD_JSON_BUILD_STRING(domain->name));
		}
	}
	return ret;
}

static int handle_policy(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int forget = 0;
	static const sd_json_dispatch_field table[] = {
			{"forget", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate, 0, 0},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &forget);
	if (ret != 0) {
		return ret;
	}
	if (forget > 0) {
		policy_forget_all(server);
		ask_unmute_all(server);
	}
	sd_json_variant *policy = NULL, *muted = NULL;
	ret = describe_policy(server, &policy);
	if (ret >= 0) {
		ret = describe_muted(server, &muted);
	}
	if (ret >= 0) {
		const struct clipboard_settings *settings = &server->settings->clipboard;
		ret = sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("policy", policy),
				SD_JSON_BUILD_PAIR_UNSIGNED("limit", settings->limit_bytes),
				SD_JSON_BUILD_PAIR_UNSIGNED("timeoutMs", settings->timeout_ms),
				SD_JSON_BUILD_PAIR_VARIANT("muted", muted));
	}
	sd_json_variant_unref(policy);
	sd_json_variant_unref(muted);
	return ret;
}

int service_clipboard_bind(sd_varlink_server *varlink) {
	return sd_varlink_server_bind_method_many(varlink, SERVICE_NAME ".GetClipboard", handle_get,
			SERVICE_NAME ".ClearClipboard", handle_clear,
			SERVICE_NAME ".GetClipboardPolicy", handle_policy);
}
