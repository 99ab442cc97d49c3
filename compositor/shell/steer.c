/* SPDX-License-Identifier: MIT
 *
 * Whether a VM is frozen is the manager's to say (MarkDomain), whoever asked for it.
 */
#include "compositor/shell/steer.h"

#include "compositor/domain/domain.h"
#include "compositor/shell/launch.h"

#define MANAGER "io.silo.Manager"

static void ask(struct server *server, const struct domain *domain, const char *title,
		const char *method, bool is_forced) {
	if (domain->is_host) {
		return;
	}
	sd_json_variant *parameters = NULL;
	int ret = is_forced ? sd_json_buildo(&parameters,
					      SD_JSON_BUILD_PAIR_STRING("name", domain->name),
					      SD_JSON_BUILD_PAIR_BOOLEAN("force", true))
			    : sd_json_buildo(&parameters,
					      SD_JSON_BUILD_PAIR_STRING("name", domain->name));
	if (ret >= 0) {
		launch_ask(server, domain->name, title, method, parameters);
	}
	sd_json_variant_unref(parameters);
}

void steer_freeze(struct server *server, struct domain *domain) {
	if (domain->is_frozen) {
		ask(server, domain, "Not thawed", MANAGER ".Resume", false);
	} else {
		ask(server, domain, "Not frozen", MANAGER ".Pause", false);
	}
}

void steer_kill(struct server *server, struct domain *domain) {
	ask(server, domain, "Not killed", MANAGER ".Stop", true);
}
