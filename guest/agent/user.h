/* SPDX-License-Identifier: MIT
 *
 * Whom a command runs as, and with which environment.
 */
#ifndef SILO_GUEST_AGENT_USER_H
#define SILO_GUEST_AGENT_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "parse/agent.h"

struct user {
	char *name, *home, *shell; /* owned */
	uid_t uid;
	gid_t gid;
};

/* Looks name up. Returns 0, -ENOENT if there is no such user, or another negative errno. */
int user_init(struct user *user, const char *name);
/* The user whom this process runs as, by number if it has no name. Returns 0 or a negative errno.
 */
int user_init_self(struct user *user);
void user_finish(struct user *user);

/* Gives up root for good to become user; nothing if this process is not root. For children. Returns
 * 0 or a negative errno. */
int user_become(const struct user *user);

/*
 * Makes the environment of a command of user: the basics (HOME, PATH, XDG_RUNTIME_DIR,
 * WAYLAND_DISPLAY, the session bus if there is one…), then the lines of defaults_path (NAME=value,
 * as /etc/environment; may be missing or NULL), then overrides (NULL-terminated); later ones win.
 * Returns a NULL-terminated heap array of heap strings for environment_free(), or NULL without
 * memory.
 */
char **environment_create(const struct user *user, const char *defaults_path,
		const char *const *overrides);
void environment_free(char **environment);

#endif
