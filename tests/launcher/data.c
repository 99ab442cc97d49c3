/* SPDX-License-Identifier: MIT */
#include "tests/launcher/data.h"

#include <stdio.h>
#include <stdlib.h>

static sd_json_variant *parse(const char *text) {
	sd_json_variant *json = NULL;
	if (sd_json_parse(text, 0, &json, NULL, NULL) < 0) {
		fprintf(stderr, "no JSON: %s\n", text);
		abort();
	}
	return json;
}

void data_take(struct model *model, const char *vms, const char *applications,
		const char *windows) {
	sd_json_variant *json;
	if (vms != NULL) {
		json = parse(vms);
		model_take_machines(model, json, true);
		sd_json_variant_unref(json);
	}
	if (applications != NULL) {
		json = parse(applications);
		model_take_applications(model, json);
		sd_json_variant_unref(json);
	}
	if (windows != NULL) {
		json = parse(windows);
		model_take_windows(model, json);
		sd_json_variant_unref(json);
	}
}

void data_take_host(struct model *model) {
	sd_json_variant *json =
			parse("[{\"id\":\"terminal\",\"name\":\"Terminal\",\"category\":\"Commands "
			      "on this "
			      "computer\"},{\"id\":\"settings-0\",\"name\":\"Key binding editor\","
			      "\"category\":\"\"},{\"id\":\"reload\",\"name\":\"Read the settings "
			      "again\",\"category\":\"Session\"},{\"id\":\"end-session\",\"name\":"
			      "\"End the "
			      "session\",\"category\":\"Session\"}]");
	model_take_host(model, json);
	sd_json_variant_unref(json);
}

#define GB ",\"memory\":1073741824"

void data_take_desktop(struct model *model) {
	data_take(model,
			"[{\"name\":\"work\",\"state\":\"running\",\"color\":\"#0175d4\","
			"\"glyph\":\"square\",\"memory\":2147483648},"
			"{\"name\":\"banking\",\"state\":\"running\",\"color\":\"#337745\","
			"\"glyph\":\"disc\"" GB "},"
			"{\"name\":\"untrusted\",\"state\":\"failed\",\"color\":\"#ca2a39\","
			"\"glyph\":\"triangle\",\"reason\":\"the kernel of the image is "
			"missing\"" GB "},"
			"{\"name\":\"media\",\"state\":\"starting\",\"color\":\"#ee7d1f\","
			"\"glyph\":\"plus\",\"since\":993800,\"expected_ms\":10000" GB "},"
			"{\"name\":\"personal\",\"state\":\"stopped\",\"color\":\"#f2d42d\","
			"\"glyph\":\"diamond\"" GB "},"
			"{\"name\":\"dev\",\"state\":\"stopped\",\"color\":\"#5d27a7\","
			"\"glyph\":\"ring\"" GB "},"
			"{\"name\":\"mail\",\"state\":\"paused\",\"color\":\"#71c9ea\","
			"\"glyph\":\"zigzag\",\"memory\":536870912}]",
			"[{\"vm\":\"work\",\"id\":\"editor\",\"name\":\"Text Editor\","
			"\"category\":\"Writing\",\"source\":\"manifest\"},"
			"{\"vm\":\"work\",\"id\":\"foot\",\"name\":\"Terminal\","
			"\"category\":\"System\",\"source\":\"manifest\"},"
			"{\"vm\":\"banking\",\"id\":\"editor\",\"name\":\"Text Editor\","
			"\"category\":\"Writing\",\"source\":\"manifest\"},"
			"{\"vm\":\"banking\",\"id\":\"browser\",\"name\":\"Web\","
			"\"source\":\"agent\"},"
			"{\"vm\":\"media\",\"id\":\"image\",\"name\":\"Image Editor\","
			"\"category\":\"Graphics\",\"source\":\"agent\"},"
			"{\"vm\":\"media\",\"id\":\"video\",\"name\":\"Video Editor\","
			"\"category\":\"Graphics\",\"source\":\"agent\"},"
			"{\"vm\":\"personal\",\"id\":\"player\",\"name\":\"Media Player\","
			"\"category\":\"Sound and video\",\"source\":\"agent\"}]",
			"[{\"domain\":\"work\"},{\"domain\":\"work\"},{\"domain\":\"banking\"}]");
	data_take_host(model);
	model->host_memory = 16ull << 30;
}
