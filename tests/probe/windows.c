/* SPDX-License-Identifier: MIT */
#include "tests/probe/windows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-varlink.h>

#include "ext-foreign-toplevel-list-v1-client-protocol.h"
#include "tests/probe/probe.h"

struct toplevel {
	struct wl_list link;
	struct ext_foreign_toplevel_handle_v1 *handle;
	char *title, *app_id;
};

static void toplevel_destroy(struct toplevel *toplevel) {
	wl_list_remove(&toplevel->link);
	ext_foreign_toplevel_handle_v1_destroy(toplevel->handle);
	free(toplevel->title);
	free(toplevel->app_id);
	free(toplevel);
}

static void replace(char **string, const char *text) {
	free(*string);
	*string = strdup(text);
}

static void handle_closed(void *data, struct ext_foreign_toplevel_handle_v1 *handle) {
	toplevel_destroy(data);
}

static void handle_done(void *data, struct ext_foreign_toplevel_handle_v1 *handle) {
}

static void handle_title(void *data, struct ext_foreign_toplevel_handle_v1 *handle,
		const char *title) {
	struct toplevel *toplevel = data;
	replace(&toplevel->title, title);
}

static void handle_app_id(void *data, struct ext_foreign_toplevel_handle_v1 *handle,
		const char *app_id) {
	struct toplevel *toplevel = data;
	replace(&toplevel->app_id, app_id);
}

static void handle_identifier(void *data, struct ext_foreign_toplevel_handle_v1 *handle,
		const char *identifier) {
}

static const struct ext_foreign_toplevel_handle_v1_listener handle_listener = {
		.closed = handle_closed,
		.done = handle_done,
		.title = handle_title,
		.app_id = handle_app_id,
		.identifier = handle_identifier,
};

static void handle_toplevel(void *data, struct ext_foreign_toplevel_list_v1 *list,
		struct ext_foreign_toplevel_handle_v1 *handle) {
	struct probe *probe = data;
	struct toplevel *toplevel = calloc(1, sizeof(*toplevel));
	if (toplevel == NULL) {
		abort();
	}
	toplevel->handle = handle;
	wl_list_insert(probe->toplevels.prev, &toplevel->link);
	ext_foreign_toplevel_handle_v1_add_listener(handle, &handle_listener, toplevel);
}

static void handle_finished(void *data, struct ext_foreign_toplevel_list_v1 *list) {
}

static const struct ext_foreign_toplevel_list_v1_listener list_listener = {
		.toplevel = handle_toplevel,
		.finished = handle_finished,
};

void windows_init(struct probe *probe) {
	if (probe->toplevel_list != NULL) {
		ext_foreign_toplevel_list_v1_add_listener(probe->toplevel_list, &list_listener,
				probe);
	}
}

void windows_finish(struct probe *probe) {
	struct toplevel *toplevel, *next;
	wl_list_for_each_safe(toplevel, next, &probe->toplevels, link) {
		toplevel_destroy(toplevel);
	}
}

static int list_by_varlink(const char *address, sd_json_variant **ret_windows) {
	sd_varlink *link = NULL;
	sd_json_variant *reply = NULL;
	const char *error = NULL;
	int result = sd_varlink_connect_address(&link, address);
	if (result >= 0) {
		result = sd_varlink_call(link, "io.silo.Compositor.ListWindows", NULL, &reply,
				&error);
	}
	if (result >= 0 && error != NULL) {
		result = -EIO;
	}
	if (result >= 0) {
		sd_json_variant *windows = sd_json_variant_by_key(reply, "windows");
		*ret_windows = sd_json_variant_ref(windows);
		result = windows != NULL ? 0 : -EPROTO;
	}
	sd_varlink_unref(link);
	return result;
}

static int list_by_wayland(struct probe *probe, sd_json_variant **ret_windows) {
	sd_json_variant *windows = NULL;
	int result = sd_json_variant_new_array(&windows, NULL, 0);
	struct toplevel *toplevel;
	wl_list_for_each(toplevel, &probe->toplevels, link) {
		sd_json_variant *window = NULL;
		const char *title = toplevel->title != NULL ? toplevel->title : "";
		const char *app_id = toplevel->app_id != NULL ? toplevel->app_id : "";
		result = sd_json_buildo(&window, SD_JSON_BUILD_PAIR_STRING("title", title),
				SD_JSON_BUILD_PAIR_STRING("app_id", app_id));
		if (result >= 0) {
			result = sd_json_variant_append_array(&windows, window);
		}
		sd_json_variant_unref(window);
		if (result < 0) {
			sd_json_variant_unref(windows);
			return result;
		}
	}
	*ret_windows = windows;
	return result < 0 ? result : 0;
}

int windows_list(struct probe *probe, sd_json_variant **ret_windows) {
	if (probe->varlink_address != NULL) {
		return list_by_varlink(probe->varlink_address, ret_windows);
	}
	if (probe->toplevel_list == NULL) {
		return -EOPNOTSUPP;
	}
	return list_by_wayland(probe, ret_windows);
}

static const char *text_of(sd_json_variant *window, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(window, key);
	return value != NULL && sd_json_variant_is_string(value) ? sd_json_variant_string(value)
								 : "";
}

static sd_json_variant *find(sd_json_variant *windows, const char *pattern) {
	for (size_t i = 0; i < sd_json_variant_elements(windows); i++) {
		sd_json_variant *window = sd_json_variant_by_index(windows, i);
		if (strcmp(text_of(window, "domain"), pattern) == 0 ||
				strcmp(text_of(window, "app_id"), pattern) == 0 ||
				strstr(text_of(window, "title"), pattern) != NULL) {
			return window;
		}
	}
	return NULL;
}

int windows_wait(struct probe *probe, const char *pattern, bool gone, int64_t deadline_ms,
		sd_json_variant **ret_window) {
	for (;;) {
		sd_json_variant *windows = NULL;
		int result = windows_list(probe, &windows);
		if (result < 0) {
			return result;
		}
		sd_json_variant *window = find(windows, pattern);
		if ((window == NULL) == gone) {
			*ret_window = sd_json_variant_ref(window);
			sd_json_variant_unref(windows);
			return 0;
		}
		sd_json_variant_unref(windows);
		if (probe->toplevel_list == NULL) {
			return -EOPNOTSUPP;
		}
		do {
			result = probe_dispatch(probe, deadline_ms);
			if (result < 0) {
				return result;
			} else if (result == 0 && probe_now_ms() >= deadline_ms) {
				return -ETIMEDOUT;
			}
		} while (result == 0);
	}
}
