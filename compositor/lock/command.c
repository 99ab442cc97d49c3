/* SPDX-License-Identifier: MIT */
#include "compositor/lock/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <systemd/sd-varlink.h>

#include "compositor/domain/service_interface.h"

int lock_command(void) {
	struct sockaddr_un address;
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/silo/" SERVICE_NAME,
			runtime != NULL ? runtime : "");
	sd_varlink *link = NULL;
	if (runtime == NULL || len >= (int)sizeof(address.sun_path) ||
			sd_varlink_connect_address(&link, address.sun_path) < 0) {
		fputs("silo: no silo runs here: log in to its session, or set XDG_RUNTIME_DIR to "
		      "that of the one to lock\n",
				stderr);
		return 1;
	}
	const char *error = NULL;
	int ret = sd_varlink_call(link, SERVICE_NAME ".Lock", NULL, NULL, &error);
	int status = ret >= 0 && error == NULL ? 0 : 1;
	if (error != NULL && strcmp(error, SERVICE_NAME ".NoLocker") == 0) {
		fputs("silo: not locked, since nothing could unlock it again: install swaylock, "
		      "or name another program with \"locker\" in the settings\n",
				stderr);
	} else if (status != 0) {
		fprintf(stderr, "silo: not locked: %s\n", error != NULL ? error : strerror(-ret));
	}
	sd_varlink_close_unref(link);
	return status;
}
