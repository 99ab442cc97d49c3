/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/service_windows.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/service_interface.h"
#include "compositor/domain/watch.h"
#include "compositor/input/focus.h"
#include "compositor/server.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/programs.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"

#define cleanup_json __attribute__((cleanup(sd_json_variant_unrefp)))

static int append_window(struct window *window, sd_json_variant **array) {
	struct wlr_box area;
	window_get_area(window, &area);
	return sd_json_variant_append_arraybo(array, SD_JSON_BUILD_PAIR_UNSIGNED("id", window->id),
			SD_JSON_BUILD_PAIR_STRING("domain", window->domain->name),
			SD_JSON_BUILD_PAIR_STRING("title", window->title),
			SD_JSON_BUILD_PAIR_STRING("app_id", window->app_id),
			SD_JSON_BUILD_PAIR_INTEGER("x", area.x),
			SD_JSON_BUILD_PAIR_INTEGER("y", area.y),
			SD_JSON_BUILD_PAIR_INTEGER("width", area.width),
			SD_JSON_BUILD_PAIR_INTEGER("height", area.height),
			SD_JSON_BUILD_PAIR_BOOLEAN("focused",
					focus_window(window->server) == window),
			SD_JSON_BUILD_PAIR_BOOLEAN("maximized", window->is_maximized),
			SD_JSON_BUILD_PAIR_BOOLEAN("fullscreen", window->is_fullscreen),
			SD_JSON_BUILD_PAIR_BOOLEAN("minimized", window->is_minimized),
			SD_JSON_BUILD_PAIR_UNSIGNED("workspace", window->workspace + 1),
			SD_JSON_BUILD_PAIR_BOOLEAN("urgent", window->is_urgent));
}

/* All windows, topmost first; the caller owns the array. */
static int describe_windows(struct server *server, sd_json_variant **ret_array) {
	int ret = sd_json_variant_new_array(ret_array, NULL, 0);
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		if (ret >= 0) {
			ret = append_window(window, ret_array);
		}
	}
	return ret;
}

/* All domains but the host's; the caller owns the array. */
static int describe_domains(struct server *server, sd_json_variant **ret_array) {
	int ret = sd_json_variant_new_array(ret_array, NULL, 0);
	struct domain *domain;
	wl_list_for_each(domain, domains_list(server), link) {
		if (ret < 0 || domain->is_host) {
			continue;
		}
		char color[8];
		const struct color fill = domain->colors.fill;
		snprintf(color, sizeof(color), "#%02x%02x%02x", fill.r, fill.g, fill.b);
		ret = sd_json_variant_append_arraybo(ret_array,
				SD_JSON_BUILD_PAIR_STRING("name", domain->name),
				SD_JSON_BUILD_PAIR_STRING("label", domain->label),
				SD_JSON_BUILD_PAIR_STRING("color", color),
				SD_JSON_BUILD_PAIR_STRING("glyph", glyph_name(domain->glyph)),
				SD_JSON_BUILD_PAIR_BOOLEAN("emulated", domain->is_emulated),
				SD_JSON_BUILD_PAIR_UNSIGNED("offences", domain->blame.count),
				SD_JSON_BUILD_PAIR_CONDITION(domain->blame.count > 0, "offence",
						SD_JSON_BUILD_STRING(offence_text(domain->blame
										.offence))));
	}
	return ret;
}

int service_windows_describe_offences(struct server *server, sd_json_variant **ret_offences) {
	cleanup_json sd_json_variant *array = NULL;
	int ret = sd_json_variant_new_array(&array, NULL, 0);
	struct domain *domain;
	wl_list_for_each(domain, domains_list(server), link) {
		const struct blame *blame = &domain->blame;
		if (ret < 0 || domain->is_host || blame->count == 0) {
			continue;
		}
		ret = sd_json_variant_append_arraybo(&array,
				SD_JSON_BUILD_PAIR_STRING("domain", domain->name),
				SD_JSON_BUILD_PAIR_UNSIGNED("count", blame->count),
				SD_JSON_BUILD_PAIR_STRING("reason", offence_text(blame->offence)),
				SD_JSON_BUILD_PAIR_UNSIGNED("at", blame->at_ms));
	}
	return ret < 0 ? ret
		       : sd_json_buildo(ret_offences,
					 SD_JSON_BUILD_PAIR_VARIANT("offences", array));
}

int service_windows_describe(struct server *server, sd_json_variant **ret_desktop) {
	cleanup_json sd_json_variant *windows = NULL;
	cleanup_json sd_json_variant *domains = NULL;
	cleanup_json sd_json_variant *notices = NULL;
	cleanup_json sd_json_variant *clipboard = NULL;
	int ret = describe_windows(server, &windows);
	if (ret >= 0) {
		ret = describe_domains(server, &domains);
	}
	if (ret >= 0) {
		ret = notices_describe(server, &notices);
	}
	if (ret >= 0) {
		ret = clipboard_describe(server, &clipboard);
	}
	if (ret < 0) {
		return ret;
	}
	const struct domain *keyboard = focus_domain(server);
	return sd_json_buildo(ret_desktop, SD_JSON_BUILD_PAIR_VARIANT("windows", windows),
			SD_JSON_BUILD_PAIR_VARIANT("domains", domains),
			SD_JSON_BUILD_PAIR_UNSIGNED("workspaces", workspaces_count(server)),
			SD_JSON_BUILD_PAIR_UNSIGNED("workspace", workspaces_current(server) + 1),
			SD_JSON_BUILD_PAIR_CONDITION(keyboard != NULL, "keyboard",
					SD_JSON_BUILD_STRING(keyboard != NULL ? keyboard->name
									      : NULL)),
			SD_JSON_BUILD_PAIR_BOOLEAN("launcher",
					layer_shell_is_modal(server) && !layer_shell_asks(server)),
			SD_JSON_BUILD_PAIR_CONDITION(clipboard != NULL, "clipboard",
					SD_JSON_BUILD_VARIANT(clipboard)),
			SD_JSON_BUILD_PAIR_VARIANT("notices", notices));
}

static int handle_list_windows(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	cleanup_json sd_json_variant *array = NULL;
	ret = describe_windows(server, &array);
	if (ret < 0) {
		return ret;
	}
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("windows", array));
}

static int handle_list_workspaces(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	return sd_varlink_replybo(link,
			SD_JSON_BUILD_PAIR_UNSIGNED("count", workspaces_count(server)),
			SD_JSON_BUILD_PAIR_UNSIGNED("current", workspaces_current(server) + 1));
}

static int handle_switch_workspace(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	unsigned int number = 0;
	static const sd_json_dispatch_field table[] = {
			{"number", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &number);
	if (ret != 0) {
		return ret;
	}
	if (number == 0 || !workspaces_switch(server, number - 1)) {
		return sd_varlink_error_invalid_parameter_name(link, "number");
	}
	return sd_varlink_reply(link, NULL);
}

static int handle_watch(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	return ret != 0 ? ret : watch_add(server, WATCH_DESKTOP, link);
}

static int handle_watch_offences(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	return ret != 0 ? ret : watch_add(server, WATCH_OFFENCES, link);
}

static struct window *find_window(struct server *server, uint32_t id) {
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		if (window->id == id) {
			return window;
		}
	}
	return NULL;
}

/* Does what the method's name says to the window of the call. */
static int act_on_window(sd_varlink *link, sd_json_variant *parameters, struct server *server,
		void (*act)(struct window *window)) {
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
	struct window *window = find_window(server, id);
	if (window == NULL) {
		return sd_varlink_errorbo(link, SERVICE_NAME ".NoSuchWindow",
				SD_JSON_BUILD_PAIR_UNSIGNED("id", id));
	}
	act(window);
	return sd_varlink_reply(link, NULL);
}

static void activate(struct window *window) {
	focus_show(window->server, window);
}

static void minimize(struct window *window) {
	window_set_minimized(window, true);
}

static int handle_activate(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	return act_on_window(link, parameters, data, activate);
}

static int handle_minimize(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	return act_on_window(link, parameters, data, minimize);
}

static int handle_close(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	return act_on_window(link, parameters, data, window_close);
}

static int handle_expect(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	const char *name = NULL;
	static const sd_json_dispatch_field table[] = {
			{"domain", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &name);
	if (ret != 0) {
		return ret;
	}
	if (!text_is_vm_name(name)) {
		return sd_varlink_error_invalid_parameter_name(link, "domain");
	}
	focus_expect(server, name);
	return sd_varlink_reply(link, NULL);
}

static int handle_toggle_launcher(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	if (!programs_toggle_launcher(server)) {
		return sd_varlink_error(link, SERVICE_NAME ".NoLauncher", NULL);
	}
	return sd_varlink_reply(link, NULL);
}

int service_windows_bind(sd_varlink_server *varlink) {
	return sd_varlink_server_bind_method_many(varlink, SERVICE_NAME ".ListWindows",
			handle_list_windows, SERVICE_NAME ".ListWorkspaces", handle_list_workspaces,
			SERVICE_NAME ".SwitchWorkspace", handle_switch_workspace,
			SERVICE_NAME ".Watch", handle_watch, SERVICE_NAME ".WatchOffences",
			handle_watch_offences, SERVICE_NAME ".ActivateWindow", handle_activate,
			SERVICE_NAME ".MinimizeWindow", handle_minimize,
			SERVICE_NAME ".CloseWindow", handle_close, SERVICE_NAME ".ExpectWindow",
			handle_expect, SERVICE_NAME ".ToggleLauncher", handle_toggle_launcher);
}
