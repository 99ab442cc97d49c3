/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/input/pointing.h"
#include "compositor/options.h"
#include "compositor/lock/idle.h"
#include "compositor/output/chosen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/programs.h"
#include "compositor/window/snap.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"

void settings_reload(struct server *server) {
	bool is_good;
	struct settings *settings = settings_load_for(server->options, &is_good);
	if (!is_good) {
		log_warn("the settings stay as they were");
		settings_destroy(settings);
		return;
	}
	switcher_cancel(server);
	pointer_end(server);
	struct settings *old = server->settings;
	server->settings = settings;
	bool is_repainted = old->is_light != settings->is_light;
	domains_host(server)->colors = theme_host_colors(!settings->is_light);
	/* What is drawn once is made anew. */
	switcher_destroy(server);
	snaps_destroy(server);
	if (!snaps_create(server) || !switcher_create(server)) {
		settings_destroy(old);
		server_stop(server);
		return;
	}
	workspaces_limit(server, settings->workspaces);
	keyboards_reload(server);
	cursor_reload(server);
	pointing_reload(server);
	idle_reload(server);
	chosen_reload(server->outputs, old);
	settings_destroy(old);
	outputs_repaint(server);
	layer_shell_repaint(server);
	if (is_repainted) {
		programs_repaint(server);
	}
	windows_repaint(server);
	log_info("the settings have been read again");
}
