/* SPDX-License-Identifier: MIT
 *
 * silo-ask: asks the user what only the user may decide.
 */
#include "launcher/ask/ask.h"
#include "launcher/toolkit/command.h"

int main(int argc, char *argv[]) {
	static const struct command command = {
			.name = "silo-ask",
			.about = "Asks the user what only the user may decide; silo starts it.",
			.run = ask_run,
	};
	return command_main(&command, argc, argv);
}
