/* SPDX-License-Identifier: MIT
 *
 * Where Silo's sockets, records and programs lie (docs/internal/channels.md, "Places"), and the one
 * line that tells the user what is wrong with them.
 */
#ifndef SILO_VMCTL_SUPERVISOR_PLACES_H
#define SILO_VMCTL_SUPERVISOR_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-json.h>

/* Room for any path that Silo makes; socket paths are shorter by themselves. */
#define PLACE_MAX 512
#define ERROR_MAX 1024

/*
 * $XDG_RUNTIME_DIR/silo, made if it is missing. Refused, with what to do in error: no
 * XDG_RUNTIME_DIR, not the user's own with mode 0700, or too long for the sockets below it.
 */
bool place_runtime(char out[PLACE_MAX], char error[ERROR_MAX]);

/* Whether XDG_RUNTIME_DIR is there, the user's own and short enough; if not, what to do. */
bool place_runtime_check(char error[ERROR_MAX]);

/* The path alone, nothing made or looked at but the length: for clients. */
bool place_runtime_path(char out[PLACE_MAX], char error[ERROR_MAX]);

/* $XDG_STATE_HOME/silo/VM, made if it is missing. */
bool place_state(const char *vm, char out[PLACE_MAX], char error[ERROR_MAX]);

/* Joins dir and name; false if the result does not fit. */
bool place_join(char out[PLACE_MAX], const char *dir, const char *name);

/* Makes the directories above path that are missing, for the user alone. */
bool place_make_parents(char *path);

/* Writes json as the file name of dir, whole or not at all. */
bool place_write_json(sd_json_variant *json, const char *dir, const char *name);

/*
 * Takes the lock file of dir, so that only one process serves it. Returns its descriptor, -EBUSY if
 * another holds it, or another negative errno. The lock goes with the process.
 */
int place_lock(const char *dir, const char *name);

#endif
