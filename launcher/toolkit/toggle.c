/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/toggle.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-varlink.h>

#define PATH_BYTES 256

int toggle_launcher(void) {
	char path[PATH_BYTES];
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *error = NULL;
	sd_varlink *link = NULL;
	snprintf(path, sizeof(path), "%s/silo/io.silo.Compositor", runtime != NULL ? runtime : "");
	if (sd_varlink_connect_address(&link, path) < 0) {
		fputs("silo-launcher: Silo does not run here; log in to its session, or start it "
		      "with: silo\n",
				stderr);
		return 1;
	}
	int result = sd_varlink_call(link, "io.silo.Compositor.ToggleLauncher", NULL, NULL, &error);
	if (result < 0 || error != NULL) {
		fprintf(stderr, "silo-launcher: Silo did not open the launcher: %s\n",
				error != NULL ? error : "it does not answer");
	}
	sd_varlink_close_unref(link);
	return result < 0 || error != NULL ? 1 : 0;
}
