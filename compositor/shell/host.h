/* SPDX-License-Identifier: MIT
 *
 * What can be started on this computer itself, outside every VM: a terminal, what the settings name,
 * and the session's own doings. Their words are the host's; a launcher gives ids back unread. All of it is
 * the user's, started as by the user, framed as the host's.
 */
#ifndef SILO_COMPOSITOR_SHELL_HOST_H
#define SILO_COMPOSITOR_SHELL_HOST_H

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-json.h>

struct server;

bool host_create(struct server *server);
void host_destroy(struct server *server);

/* A process that silo started has ended. Returns whether it was one of these; a notice may tell of it. */
bool host_ended(struct server *server, pid_t pid, int status);

/* All, as objects (id, name, category); the caller owns the array. Negative errno on failure. */
int host_describe(struct server *server, sd_json_variant **ret_array);

/* Starts, or does, what has that id. Its window gets the keyboard. False if there is none such. */
bool host_launch(struct server *server, const char *id);

/* Is there a terminal in which host_open_shell() could run? */
bool host_has_terminal(struct server *server);

/*
 * Opens a terminal of this computer's with a shell of vm in it (vmctl shell), which starts vm if it must.
 * vm: text_is_vm_name(). False (logged) if it has no terminal, or no vmctl.
 */
bool host_open_shell(struct server *server, const char *vm);

#endif
