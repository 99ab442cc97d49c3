/* SPDX-License-Identifier: MIT */
#include "tests/compositor/layer_client.h"

const struct test_layer_spec panel_spec = {
		.name = "silo-panel",
		.layer = ZWLR_LAYER_SHELL_V1_LAYER_TOP,
		.anchor = ANCHOR_BOTTOM | ANCHOR_LEFT | ANCHOR_RIGHT,
		.height = 44,
		.zone = 44,
};

const struct test_layer_spec launcher_spec = {
		.name = "silo-launcher",
		.layer = ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
		.anchor = ANCHOR_BOTTOM | ANCHOR_LEFT,
		.width = 600,
		.height = 400,
		.keys = KEYS_EXCLUSIVE,
};

static void handle_configure(void *data, struct zwlr_layer_surface_v1 *wl_layer, uint32_t serial,
		uint32_t width, uint32_t height) {
	struct test_layer *layer = data;
	layer->serial = serial;
	layer->width = width;
	layer->height = height;
	layer->configures++;
	layer->is_configured = true;
}

static void handle_closed(void *data, struct zwlr_layer_surface_v1 *wl_layer) {
	struct test_layer *layer = data;
	layer->is_closed = true;
}

static const struct zwlr_layer_surface_v1_listener listener = {
		.configure = handle_configure,
		.closed = handle_closed,
};

void layer_init(struct test_layer *layer, struct test_client *client,
		const struct test_layer_spec *spec) {
	*layer = (struct test_layer){.client = client};
	layer->shell = client_bind(client, &zwlr_layer_shell_v1_interface, 4);
	layer->surface = wl_compositor_create_surface(client->compositor);
	layer->layer = zwlr_layer_shell_v1_get_layer_surface(layer->shell, layer->surface,
			spec->output, spec->layer, spec->name);
	zwlr_layer_surface_v1_add_listener(layer->layer, &listener, layer);
	zwlr_layer_surface_v1_set_anchor(layer->layer, spec->anchor);
	zwlr_layer_surface_v1_set_size(layer->layer, spec->width, spec->height);
	zwlr_layer_surface_v1_set_exclusive_zone(layer->layer, spec->zone);
	zwlr_layer_surface_v1_set_keyboard_interactivity(layer->layer, spec->keys);
}

void layer_show(struct test_layer *layer, uint32_t color) {
	wl_surface_commit(layer->surface);
	fixture_await(layer->client->fixture, &layer->is_configured);
	zwlr_layer_surface_v1_ack_configure(layer->layer, layer->serial);
	struct wl_buffer *buffer =
			buffer_create(layer->client, (int)layer->width, (int)layer->height, color);
	wl_surface_attach(layer->surface, buffer, 0, 0);
	wl_surface_damage(layer->surface, 0, 0, (int)layer->width, (int)layer->height);
	wl_surface_commit(layer->surface);
	wl_buffer_destroy(buffer);
	fixture_settle(layer->client->fixture);
}

void layer_map(struct test_layer *layer, struct test_client *client,
		const struct test_layer_spec *spec, uint32_t color) {
	layer_init(layer, client, spec);
	layer_show(layer, color);
}

void layer_finish(struct test_layer *layer) {
	zwlr_layer_surface_v1_destroy(layer->layer);
	wl_surface_destroy(layer->surface);
	zwlr_layer_shell_v1_destroy(layer->shell);
	fixture_settle(layer->client->fixture);
}
