/* SPDX-License-Identifier: MIT
 *
 * silo-panel: the panel in a layer surface on each output, fed by the compositor and the VM manager.
 */
#ifndef SILO_LAUNCHER_PANEL_BAR_H
#define SILO_LAUNCHER_PANEL_BAR_H

#include <stdbool.h>

/* Runs until the compositor ends; outputs come and go. Returns the exit status. */
int bar_run(bool is_light);

#endif
