/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the desktop's settings file. Whatever it says, there are settings, and they can be
 * looked at.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "compositor/settings/settings.h"
#include "compositor/window/workspace.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	char *report = NULL;
	struct settings *settings = settings_load(input_open(bytes, len), true, &report);
	assert(settings != NULL);
	assert(settings->workspaces >= 1 && settings->workspaces <= WORKSPACES_MAX);
	assert(report == NULL || report[strlen(report) - 1] == '\n');
	for (size_t i = 0; i < settings->outputs_len; i++) {
		assert(settings->outputs[i].name != NULL);
	}
	settings_for_output(settings, "DP-1");
	free(report);
	settings_destroy(settings);
	input_close();
	return 0;
}
