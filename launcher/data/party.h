/* SPDX-License-Identifier: MIT
 *
 * Who a notice or a question is about: a VM with its plate, or this computer. silo's own words.
 */
#ifndef SILO_LAUNCHER_DATA_PARTY_H
#define SILO_LAUNCHER_DATA_PARTY_H

#include <stdbool.h>
#include <systemd/sd-json.h>

#include "base/limits.h"
#include "decorations/palette.h"

struct party {
	bool is_there, is_host;
	char name[VM_NAME_MAX + 1];
	char label[VM_LABEL_MAX + 1];
	struct vm_colors colors; /* of a VM only, as glyph */
	enum glyph glyph;
};

/* Takes an object of io.silo.Compositor; NULL, or what makes no sense: nobody is there. */
void party_take(sd_json_variant *json, struct party *party);

#endif
