/* SPDX-License-Identifier: MIT
 *
 * A VM's serial console: what the guest writes there goes into the log and to whoever is attached,
 * what they type goes to the guest. The guest's bytes are copied, never read; a viewer who is too
 * slow misses some, so that nobody can hold the VM up.
 */
#ifndef SILO_VMCTL_SUPERVISOR_CONSOLE_H
#define SILO_VMCTL_SUPERVISOR_CONSOLE_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "vmctl/supervisor/ring.h"

/* Viewers at the same time. */
#define CONSOLE_VIEWERS_MAX 4

struct console;

/* Relays fd, the VMM's end of it, which becomes the console's; logged is called when the ring has
 * grown. NULL on failure. */
struct console *console_create(sd_event *event, int fd, struct ring *ring, void (*logged)(void *),
		void *data);

/* What is still to be read goes into the ring; viewers reach the end of their file. */
void console_destroy(struct console *console);

/* Attaches a viewer: what is read from in is typed, what the guest says is written to out; both
 * become the console's. False if there are too many. */
bool console_attach(struct console *console, int in, int out);

#endif
