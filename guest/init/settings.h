/* SPDX-License-Identifier: MIT
 *
 * What the host tells silo-init on the kernel's command line: silo.vm=NAME (its name, and so its host
 * name), silo.hostname=NAME (another one), silo.user=NAME, silo.root=allow (the console's shell is root's).
 */
#ifndef SILO_GUEST_INIT_SETTINGS_H
#define SILO_GUEST_INIT_SETTINGS_H

#include <stdbool.h>
#include <sys/types.h>

struct settings {
	char hostname[64];
	bool root_allowed;
	char user[32]; /* its name must be one in /etc/passwd of the image */
	uid_t uid;
	gid_t gid;
	char home[64];
};

/* Reads the parameters in cmdline (one line); absent or unfit ones keep their defaults. */
void settings_parse(struct settings *settings, const char *cmdline);

/* Fills in the user's numbers and home from the file passwd_path. Returns 0 or -ENOENT. */
int settings_find_user(struct settings *settings, const char *passwd_path);

#endif
