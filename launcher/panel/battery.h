/* SPDX-License-Identifier: MIT
 *
 * The computer's batteries as one, from the kernel's files. Batteries of mice and the like do not count.
 */
#ifndef SILO_LAUNCHER_PANEL_BATTERY_H
#define SILO_LAUNCHER_PANEL_BATTERY_H

#include <stdbool.h>

#define BATTERY_FOLDER "/sys/class/power_supply"

struct battery {
	bool is_there;
	bool is_charging;
	int percent; /* 0 to 100 */
};

/* Reads what folder, BATTERY_FOLDER but for tests, holds now. Nothing that makes sense: none is there. */
struct battery battery_read(const char *folder);

bool battery_is_same(const struct battery *a, const struct battery *b);

#endif
