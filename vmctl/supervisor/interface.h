/* SPDX-License-Identifier: MIT
 *
 * The Varlink interfaces io.silo.Supervisor and io.silo.Manager, as libsystemd wants them (the text
 * form is in protocols/varlink/), and what their servers have in common.
 */
#ifndef SILO_VMCTL_SUPERVISOR_INTERFACE_H
#define SILO_VMCTL_SUPERVISOR_INTERFACE_H

#include <systemd/sd-varlink-idl.h>
#include <systemd/sd-varlink.h>

/* Descriptors of a Run: standard input, output, error, and one from which signals for the command
 * are read, a byte each. */
#define RUN_STREAMS 4

#define SUPERVISOR_NAME "io.silo.Supervisor"
#define MANAGER_NAME "io.silo.Manager"

/*
 * What comes over the last of them for a command on a terminal when its size changes: this byte,
 * then columns and rows, two bytes each, the lower one first; in one write.
 */
#define RUN_WINDOW 0x80
#define RUN_WINDOW_SIZE 5

/* The parts that both interfaces use. */
extern const sd_varlink_symbol vl_type_Pids, vl_type_Limits, vl_type_Status, vl_type_Terminal,
		vl_error_Failed;

extern const sd_varlink_interface *const supervisor_interface;
extern const sd_varlink_interface *const manager_interface;

/*
 * A server at path (mode 0600, the caller's uid only, descriptors allowed) for one interface,
 * refusing callers from a VM's box. Negative errno on failure.
 */
int interface_serve(sd_event *event, const char *path, const sd_varlink_interface *interface,
		void *data, sd_varlink_server **ret_server);

/* The same for a socket that listens already, which becomes the server's even if this fails. */
int interface_serve_fd(sd_event *event, int fd, const sd_varlink_interface *interface, void *data,
		sd_varlink_server **ret_server);

/* Replies with the error NAME.Failed and a reason for people. */
int interface_fail(sd_varlink *link, const char *interface, const char *format, ...)
		__attribute__((format(printf, 3, 4)));

/* As interface_fail() for a command that could not be run: status is what to end with (1 to 255). */
int interface_fail_with(sd_varlink *link, const char *interface, unsigned status,
		const char *reason);

/* A client's connection to the socket dir/name, without a time limit, descriptors allowed. */
int interface_connect(const char *dir, const char *name, sd_varlink **ret_link);

#endif
