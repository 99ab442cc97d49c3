/* SPDX-License-Identifier: MIT
 *
 * Asks Silo to open or close the launcher: what a person's own call of it does, since only a client
 * that silo started itself may stand above windows.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_TOGGLE_H
#define SILO_LAUNCHER_TOOLKIT_TOGGLE_H

/* Returns an exit status; what is wrong has been said then. */
int toggle_launcher(void);

#endif
