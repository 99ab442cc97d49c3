/* SPDX-License-Identifier: MIT
 *
 * silo --lock: locks the session of the silo that runs here.
 */
#ifndef SILO_COMPOSITOR_LOCK_COMMAND_H
#define SILO_COMPOSITOR_LOCK_COMMAND_H

/* Asks over io.silo.Compositor. Prints what is wrong; returns an exit status. */
int lock_command(void);

#endif
