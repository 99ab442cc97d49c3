/* SPDX-License-Identifier: MIT
 *
 * silo-panel: the bar at the foot of the desktop.
 */
#include "launcher/panel/bar.h"
#include "launcher/toolkit/command.h"

int main(int argc, char *argv[]) {
	static const struct command command = {
			.name = "silo-panel",
			.about = "The panel at the foot of Silo's desktop; silo starts it.",
			.run = bar_run,
	};
	return command_main(&command, argc, argv);
}
