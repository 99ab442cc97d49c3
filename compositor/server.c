/* SPDX-License-Identifier: MIT
 *
 * One thread, one wl_event_loop. sd_event (for sd-varlink) runs inside it: its descriptor is a
 * source of the loop, and it is run before each wait so that its timers are armed.
 */
#include "compositor/server.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <wlr/backend.h>
#include <wlr/backend/multi.h>
#include <wlr/backend/wayland.h>
#include <wlr/config.h>
#include <wlr/render/allocator.h>
#include <wlr/render/pixman.h>
#include <wlr/render/wlr_renderer.h>
#if WLR_HAS_X11_BACKEND
#include <wlr/backend/x11.h>
#endif

#include "base/log.h"
#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/globals.h"
#include "compositor/domain/meter.h"
#include "compositor/domain/nesting.h"
#include "compositor/domain/drawn.h"
#include "compositor/domain/service.h"
#include "compositor/domain/watch.h"
#include "compositor/input/constraint.h"
#include "compositor/input/cursor.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/gesture.h"
#include "compositor/input/hold.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/newcomer.h"
#include "compositor/input/pointer.h"
#include "compositor/input/pointing.h"
#include "compositor/input/tablet.h"
#include "compositor/input/text_input.h"
#include "compositor/input/touch.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/lock/locker.h"
#include "compositor/lock/login.h"
#include "compositor/options.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/protocols.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/capture.h"
#include "compositor/shell/child.h"
#include "compositor/shell/console.h"
#include "compositor/shell/host.h"
#include "compositor/shell/launch.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/programs.h"
#include "compositor/shell/runtime.h"
#include "compositor/shell/sockets.h"
#include "compositor/shell/tools.h"
#include "compositor/window/activation.h"
#include "compositor/window/bare.h"
#include "compositor/window/decoration.h"
#include "compositor/window/reveal.h"
#include "compositor/window/shadow.h"
#include "compositor/window/sight.h"
#include "compositor/window/snap.h"
#include "compositor/window/switcher.h"
#include "compositor/window/titles.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"

static int handle_event_fd(int fd, uint32_t mask, void *data) {
	return 0; /* the loop runs sd_event before it waits again */
}

static int handle_signal(int number, void *data) {
	struct server *server = data;
	log_info("ending on signal %d", number);
	server_stop(server);
	return 0;
}

static int handle_hangup(int number, void *data) {
	settings_reload(data);
	return 0;
}

static void find_nesting(struct wlr_backend *backend, void *data) {
	bool *is_nested = data;
	*is_nested |= wlr_backend_is_wl(backend);
#if WLR_HAS_X11_BACKEND
	*is_nested |= wlr_backend_is_x11(backend);
#endif
}

/* Guests' pools and connections are descriptors; what silo starts gets the old limit back. */
static bool loop_create(struct server *server) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	server->display = wl_display_create();
	if (server->display == NULL || sd_event_new(&server->event) < 0) {
		log_error("out of memory");
		return false;
	}
	server->loop = wl_display_get_event_loop(server->display);
	server->event_source = wl_event_loop_add_fd(server->loop, sd_event_get_fd(server->event),
			WL_EVENT_READABLE, handle_event_fd, server);
	server->signals[0] = wl_event_loop_add_signal(server->loop, SIGTERM, handle_signal, server);
	server->signals[1] = wl_event_loop_add_signal(server->loop, SIGINT, handle_signal, server);
	server->signals[2] = wl_event_loop_add_signal(server->loop, SIGHUP, handle_hangup, server);
	return server->event_source != NULL && server->signals[2] != NULL &&
			server->signals[0] != NULL && server->signals[1] != NULL;
}

static void loop_destroy(struct server *server) {
	for (size_t i = 0; i < 3; i++) {
		if (server->signals[i] != NULL) {
			wl_event_source_remove(server->signals[i]);
		}
	}
	if (server->event_source != NULL) {
		wl_event_source_remove(server->event_source);
	}
	server->event = sd_event_unref(server->event);
	if (server->display != NULL) {
		wl_display_destroy(server->display);
	}
}

/*
 * wlroots gives up where a screen's card has a render node but nothing draws on it: a virtual machine's
 * card without 3D, or a driver that is missing. The processor draws well enough then.
 */
static struct wlr_renderer *renderer_create(struct wlr_backend *backend) {
	struct wlr_renderer *renderer = wlr_renderer_autocreate(backend);
	if (renderer == NULL && getenv("WLR_RENDERER") == NULL) {
		log_warn("no GPU draws here: the processor does");
		renderer = wlr_pixman_renderer_create();
	}
	return renderer;
}

static bool backend_create(struct server *server) {
	/* Headless outputs are made by us, with the sizes that were asked for. */
	setenv("WLR_HEADLESS_OUTPUTS", "0", 1);
	server->backend = wlr_backend_autocreate(server->loop, &server->session);
	if (server->backend == NULL) {
		log_error("no screen to run on: start silo in a graphical session or on a console, "
			  "or set WLR_BACKENDS=headless");
		return false;
	}
	server->is_nested = false;
	if (wlr_backend_is_multi(server->backend)) {
		wlr_multi_for_each_backend(server->backend, find_nesting, &server->is_nested);
	} else {
		find_nesting(server->backend, &server->is_nested);
	}
	server->renderer = renderer_create(server->backend);
	if (server->renderer == NULL) {
		log_error("no renderer works here: try WLR_RENDERER=pixman");
		return false;
	}
	server->allocator = wlr_allocator_autocreate(server->backend, server->renderer);
	if (server->allocator == NULL) {
		log_error("no buffer allocator works here: try WLR_RENDERER=pixman");
		return false;
	}
	return true;
}

static void backend_destroy(struct server *server) {
	if (server->backend != NULL) {
		wlr_backend_destroy(server->backend);
	}
	if (server->allocator != NULL) {
		wlr_allocator_destroy(server->allocator);
	}
	if (server->renderer != NULL) {
		wlr_renderer_destroy(server->renderer);
	}
}

struct module {
	const char *name;
	bool (*create)(struct server *server);
	void (*destroy)(struct server *server);
};

/*
 * Created from first to last and destroyed from last to first, each create being undone by its
 * destroy even if it failed half-way. The order is that of need: a domain's seat comes before any
 * client, so domains come before sockets; the globals' check comes when all globals exist.
 */
static const struct module modules[] = {
		{"settings", settings_create, settings_finish},
		{"loop", loop_create, loop_destroy},
		{"runtime", runtime_create, runtime_destroy},
		{"clients", clients_create, clients_destroy},
		{"globals", globals_create, globals_destroy},
		{"backend", backend_create, backend_destroy},
		{"console", console_create, console_destroy},
		{"layers", layers_create, layers_destroy},
		{"protocols", protocols_create, protocols_destroy},
		{"nesting", nesting_create, nesting_destroy},
		{"drawn", drawn_create, drawn_destroy},
		{"sight", sight_create, sight_destroy},
		{"outputs", outputs_create, outputs_destroy},
		{"cursor", cursor_create, cursor_destroy},
		{"keyboards", keyboards_create, keyboards_destroy},
		{"focus", focus_create, focus_destroy},
		{"dead time", deadtime_create, deadtime_destroy},
		{"hold", hold_create, hold_destroy},
		{"domains", domains_create, domains_destroy},
		{"meter", meter_create, meter_destroy},
		{"pointing", pointing_create, pointing_destroy},
		{"constraints", constraints_create, constraints_destroy},
		{"pointer", pointer_create, pointer_destroy},
		{"gestures", gestures_create, gestures_destroy},
		{"touch", touch_create, touch_destroy},
		{"tablets", tablets_create, tablets_destroy},
		{"text inputs", text_inputs_create, text_inputs_destroy},
		{"workspaces", workspaces_create, workspaces_destroy},
		{"snaps", snaps_create, snaps_destroy},
		{"shadows", shadows_create, shadows_destroy},
		{"titles", titles_create, titles_destroy},
		{"windows", windows_create, windows_destroy},
		{"switcher", switcher_create, switcher_destroy},
		{"reveal", reveal_create, reveal_destroy},
		{"bare", bare_create, bare_destroy},
		{"decorations", decorations_create, decorations_destroy},
		{"activation", activation_create, activation_destroy},
		{"layer shell", layer_shell_create, layer_shell_destroy},
		{"tools", tools_create, tools_destroy},
		{"captures", captures_create, captures_destroy},
		{"lock", lock_create, lock_destroy},
		{"newcomers", newcomers_create, newcomers_destroy},
		{"idle", idle_create, idle_destroy},
		{"start", outputs_start, outputs_stop},
		{"check", globals_check, globals_check_end},
		{"sockets", sockets_create, sockets_destroy},
		{"host", host_create, host_destroy},
		{"launch", launch_create, launch_destroy},
		{"watch", watch_create, watch_destroy},
		{"notices", notices_create, notices_destroy},
		{"ask", ask_create, ask_destroy},
		{"clipboard", clipboard_create, clipboard_destroy},
		{"service", service_create, service_destroy},
		{"child", child_create, child_destroy},
		{"programs", programs_create, programs_destroy},
		{"locker", locker_create, locker_destroy},
		{"login", login_create, login_destroy},
};

#define MODULE_COUNT (sizeof(modules) / sizeof(modules[0]))

struct server *server_create(const struct options *options) {
	struct server *server = calloc(1, sizeof(*server));
	if (server == NULL) {
		log_error("out of memory");
		return NULL;
	}
	server->options = options;
	/* A signal may come before server_run(). */
	server->running = true;
	while (server->modules_created < MODULE_COUNT) {
		const struct module *module = &modules[server->modules_created++];
		if (!module->create(server)) {
			log_debug("module %s did not start", module->name);
			server_destroy(server);
			return NULL;
		}
	}
	return server;
}

void server_destroy(struct server *server) {
	if (server == NULL) {
		return;
	}
	if (server->display != NULL) {
		wl_display_destroy_clients(server->display);
	}
	while (server->modules_created > 0) {
		modules[--server->modules_created].destroy(server);
	}
	free(server);
}

void server_dispatch(struct server *server, int timeout_ms) {
	while (sd_event_run(server->event, 0) > 0) {
	}
	/* Idle sources write events: run them before what is written is flushed. */
	wl_event_loop_dispatch_idle(server->loop);
	wl_display_flush_clients(server->display);
	wl_event_loop_dispatch(server->loop, timeout_ms);
	meter_break(server);
}

void server_run(struct server *server) {
	while (server->running) {
		server_dispatch(server, -1);
	}
}

void server_stop(struct server *server) {
	server->running = false;
}
