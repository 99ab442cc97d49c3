/* SPDX-License-Identifier: MIT
 *
 * silo-launcher: lists the applications of all VMs and starts one.
 */
#include "launcher/menu/launcher.h"
#include "launcher/toolkit/command.h"

int main(int argc, char *argv[]) {
	static const struct command command = {
			.name = "silo-launcher",
			.about = "Shows the VMs and their applications; starts the one that is "
				 "chosen. In a\n"
				 "terminal it asks Silo to open or close the launcher.",
			.run = launcher_run,
	};
	return command_main(&command, argc, argv);
}
