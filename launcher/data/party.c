/* SPDX-License-Identifier: MIT */
#include "launcher/data/party.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "launcher/data/fields.h"

void party_take(sd_json_variant *json, struct party *party) {
	*party = (struct party){0};
	const char *name = string_of(json, "name");
	struct color fill;
	if (strcmp(name, "host") == 0) {
		party->is_there = party->is_host = true;
	} else if (text_is_vm_name(name) && color_parse(string_of(json, "color"), &fill) &&
			glyph_parse(string_of(json, "glyph"), &party->glyph)) {
		party->is_there = true;
		party->colors = vm_colors_derive(fill);
	} else {
		return;
	}
	snprintf(party->name, sizeof(party->name), "%s", name);
	take_text(json, "label", VM_LABEL_MAX, party->label, sizeof(party->label));
	if (party->label[0] == '\0') {
		memcpy(party->label, party->name, sizeof(party->name));
	}
}
