/* SPDX-License-Identifier: MIT */
#include "launcher/data/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/log.h"

#define PATH_BYTES 256
#define NAME_BYTES 96
#define REASON_BYTES 512

struct call {
	struct call *next;
	struct service *service;
	sd_varlink *link;
	service_answer_t answer;
	void *data;
};

struct service {
	sd_event *event;
	struct service_options options;
	char directory[PATH_BYTES], path[PATH_BYTES];
	sd_event_source *notifier;
	sd_varlink *watch;
	bool has_answered;
	struct call *calls;
};

static sd_varlink *drop(sd_varlink *link) {
	sd_varlink_set_userdata(link, NULL);
	return sd_varlink_close_unref(link);
}

static int connect_link(struct service *service, sd_varlink_reply_t handler, void *data,
		sd_varlink **ret_link) {
	sd_varlink *link = NULL;
	int result = sd_varlink_connect_address(&link, service->path);
	if (result < 0) {
		return result;
	}
	/* A start takes as long as the VM boots. */
	sd_varlink_set_relative_timeout(link, UINT64_MAX);
	sd_varlink_set_userdata(link, data);
	result = sd_varlink_bind_reply(link, handler);
	if (result >= 0) {
		result = sd_varlink_attach_event(link, service->event, SD_EVENT_PRIORITY_NORMAL);
	}
	if (result < 0) {
		drop(link);
		return result;
	}
	*ret_link = link;
	return 0;
}

static void lose(struct service *service) {
	service->watch = drop(service->watch);
	service->options.lost(service->options.data);
}

static int handle_watch(sd_varlink *link, sd_json_variant *parameters, const char *error,
		sd_varlink_reply_flags_t flags, void *data) {
	struct service *service = data;
	if (service == NULL) {
		return 0;
	}
	if (error == NULL) {
		sd_json_variant *whole = sd_json_variant_by_key(parameters, "whole");
		bool is_first = !service->has_answered ||
				(whole != NULL && sd_json_variant_boolean(whole));
		service->has_answered = true;
		service->options.changed(service->options.data, parameters, is_first);
	}
	if (error != NULL || (flags & SD_VARLINK_REPLY_CONTINUES) == 0) {
		lose(service);
	}
	return 0;
}

static bool begin_watch(struct service *service) {
	char method[NAME_BYTES];
	snprintf(method, sizeof(method), "%s.%s", service->options.name,
			service->options.watch != NULL ? service->options.watch : "Watch");
	service->has_answered = false;
	if (connect_link(service, handle_watch, service, &service->watch) < 0) {
		return false;
	}
	if (sd_varlink_observe(service->watch, method, NULL) < 0) {
		service->watch = drop(service->watch);
		return false;
	}
	return true;
}

/* A socket's name has appeared in the runtime directory. */
static int handle_appeared(sd_event_source *source, const struct inotify_event *event, void *data) {
	struct service *service = data;
	if (service->watch == NULL && event->len > 0 &&
			strcmp(event->name, service->options.name) == 0) {
		begin_watch(service);
	}
	return 0;
}

static bool find_places(struct service *service) {
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	if (runtime == NULL || runtime[0] != '/') {
		return false;
	}
	int n = snprintf(service->directory, PATH_BYTES, "%s/silo", runtime);
	int m = snprintf(service->path, PATH_BYTES, "%s/silo/%s", runtime, service->options.name);
	return n > 0 && n < PATH_BYTES && m > 0 && m < PATH_BYTES;
}

struct service *service_create(sd_event *event, const struct service_options *options) {
	struct service *service = calloc(1, sizeof(*service));
	if (service == NULL) {
		return NULL;
	}
	service->event = event;
	service->options = *options;
	if (!find_places(service)) {
		log_warn("XDG_RUNTIME_DIR is not set to a usable directory");
	}
	if (!options->is_watched) {
		return service;
	}
	int result = sd_event_add_inotify(event, &service->notifier, service->directory,
			IN_CREATE | IN_MOVED_TO, handle_appeared, service);
	if (result < 0) {
		log_debug("%s cannot be watched: %s", service->directory, strerror(-result));
	}
	if (!begin_watch(service)) {
		options->lost(options->data);
	}
	return service;
}

static void end_call(struct call *call) {
	struct call **at = &call->service->calls;
	while (*at != NULL && *at != call) {
		at = &(*at)->next;
	}
	if (*at != NULL) {
		*at = call->next;
	}
	drop(call->link);
	free(call);
}

static const char *words_of(sd_json_variant *parameters, const char *error,
		char reason[REASON_BYTES]) {
	sd_json_variant *value = parameters != NULL && sd_json_variant_is_object(parameters)
			? sd_json_variant_by_key(parameters, "reason")
			: NULL;
	bool has_reason = value != NULL && sd_json_variant_is_string(value);
	const char *last = strrchr(error, '.');
	snprintf(reason, REASON_BYTES, "%s",
			has_reason                     ? sd_json_variant_string(value)
					: last != NULL ? last + 1
						       : error);
	return reason;
}

static int handle_answer(sd_varlink *link, sd_json_variant *parameters, const char *error,
		sd_varlink_reply_flags_t flags, void *data) {
	struct call *call = data;
	if (call == NULL) {
		return 0;
	}
	char reason[REASON_BYTES];
	if (call->answer != NULL) {
		call->answer(call->data, parameters,
				error != NULL ? words_of(parameters, error, reason) : NULL);
	}
	end_call(call);
	return 0;
}

int service_call(struct service *service, const char *method, sd_json_variant *parameters,
		service_answer_t answer, void *data) {
	struct call *call = calloc(1, sizeof(*call));
	if (call == NULL) {
		return -ENOMEM;
	}
	*call = (struct call){.service = service, .answer = answer, .data = data};
	int result = connect_link(service, handle_answer, call, &call->link);
	if (result < 0) {
		free(call);
		return result;
	}
	call->next = service->calls;
	service->calls = call;
	char name[NAME_BYTES];
	snprintf(name, sizeof(name), "%s.%s", service->options.name, method);
	result = sd_varlink_invoke(call->link, name, parameters);
	if (result < 0) {
		end_call(call);
	}
	return result;
}

void service_destroy(struct service *service) {
	if (service == NULL) {
		return;
	}
	while (service->calls != NULL) {
		end_call(service->calls);
	}
	if (service->watch != NULL) {
		drop(service->watch);
	}
	sd_event_source_disable_unref(service->notifier);
	free(service);
}
