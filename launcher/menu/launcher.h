/* SPDX-License-Identifier: MIT
 *
 * silo-launcher: the menu in a layer surface, fed by the VM manager.
 */
#ifndef SILO_LAUNCHER_MENU_LAUNCHER_H
#define SILO_LAUNCHER_MENU_LAUNCHER_H

#include <stdbool.h>

/* Runs until something was started or the user closes it. Returns the exit status. */
int launcher_run(bool is_light);

#endif
