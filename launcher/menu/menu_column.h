/* SPDX-License-Identifier: MIT
 *
 * The launcher's left column: the VMs as vessels with what they do, and this computer, apart.
 */
#ifndef SILO_LAUNCHER_MENU_MENU_COLUMN_H
#define SILO_LAUNCHER_MENU_MENU_COLUMN_H

#include "launcher/menu/menu.h"

/* How many VMs fit into a launcher of that height. */
size_t menu_column_rows(int height);

/* The row of the VM of that index; it is shown only if it lies within menu_column_rows(). */
struct box menu_column_box(const struct menu *menu, size_t index);

/* now_ms is Unix time. */
void menu_column_draw(const struct menu *menu, struct canvas *canvas, int height, uint64_t now_ms);

/* Where this computer is, below the VMs that are in sight. */
struct box menu_column_host_box(const struct menu *menu, int height);

#endif
