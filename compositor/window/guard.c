/* SPDX-License-Identifier: MIT
 *
 * wlroots 0.20 schedules a configure event for xdg_popup.reposition without looking whether the
 * popup has had its initial commit, and asserts that when the event is scheduled. A second grab,
 * before that commit too, it puts into the same list twice, which then holds freed memory. So a
 * dispatcher of ours stands before its handlers. zwlr_layer_surface_v1.get_popup it carries out on a
 * popup that has ended, whose resource has nothing behind it any more. wlroots recognises its objects
 * by the address of the handlers' table, which must therefore stay; libwayland has no accessor for it,
 * but its layout is frozen in wayland-server.h.
 */
#include "compositor/window/guard.h"

#include <wayland-server.h>
#include <wlr/types/wlr_layer_shell_v1.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "wlr-layer-shell-unstable-v1-protocol.h"
#include "xdg-shell-protocol.h"

/* Opcodes of xdg_popup's requests. */
enum {
	POPUP_DESTROY,
	POPUP_GRAB,
	POPUP_REPOSITION,
};

/* Opcodes of zwlr_layer_surface_v1's. */
enum {
	LAYER_SET_SIZE,
	LAYER_SET_ANCHOR,
	LAYER_SET_EXCLUSIVE_ZONE,
	LAYER_SET_MARGIN,
	LAYER_SET_KEYBOARD_INTERACTIVITY,
	LAYER_GET_POPUP,
	LAYER_ACK_CONFIGURE,
	LAYER_DESTROY,
	LAYER_SET_LAYER,
	LAYER_SET_EXCLUSIVE_EDGE,
};

static int dispatch_popup(const void *implementation, void *target, uint32_t opcode,
		const struct wl_message *message, union wl_argument *arguments) {
	const struct xdg_popup_interface *handlers = implementation;
	struct wl_resource *resource = target;
	struct wl_client *client = wl_resource_get_client(resource);
	struct wlr_xdg_popup *popup = wl_resource_get_user_data(resource);
	/* The first member of a resource is its object, which is what arguments hold. */
	struct wl_resource *object = (struct wl_resource *)arguments[0].o;
	switch (opcode) {
	case POPUP_DESTROY:
		handlers->destroy(client, resource);
		break;
	case POPUP_GRAB:
		if (popup != NULL && popup->seat != NULL) {
			wl_client_post_implementation_error(client, "a second grab of a popup");
			break;
		}
		handlers->grab(client, resource, object, arguments[1].u);
		break;
	case POPUP_REPOSITION:
		if (popup == NULL || !popup->base->initialized) {
			wl_client_post_implementation_error(client,
					"reposition of a popup that was never committed");
			break;
		}
		handlers->reposition(client, resource, object, arguments[1].u);
		break;
	}
	return 0;
}

void guard_popup(struct wlr_xdg_popup *popup) {
	struct wl_resource *resource = popup->resource;
	wl_resource_set_dispatcher(resource, dispatch_popup, resource->object.implementation,
			wl_resource_get_user_data(resource), resource->destroy);
}

static int dispatch_layer_surface(const void *implementation, void *target, uint32_t opcode,
		const struct wl_message *message, union wl_argument *arguments) {
	const struct zwlr_layer_surface_v1_interface *handlers = implementation;
	struct wl_resource *resource = target;
	struct wl_client *client = wl_resource_get_client(resource);
	switch (opcode) {
	case LAYER_SET_SIZE:
		handlers->set_size(client, resource, arguments[0].u, arguments[1].u);
		break;
	case LAYER_SET_ANCHOR:
		handlers->set_anchor(client, resource, arguments[0].u);
		break;
	case LAYER_SET_EXCLUSIVE_ZONE:
		handlers->set_exclusive_zone(client, resource, arguments[0].i);
		break;
	case LAYER_SET_MARGIN:
		handlers->set_margin(client, resource, arguments[0].i, arguments[1].i,
				arguments[2].i, arguments[3].i);
		break;
	case LAYER_SET_KEYBOARD_INTERACTIVITY:
		handlers->set_keyboard_interactivity(client, resource, arguments[0].u);
		break;
	case LAYER_GET_POPUP: {
		struct wl_resource *popup = (struct wl_resource *)arguments[0].o;
		/* The compositor may have ended it while the request was under way: no error. */
		if (wl_resource_get_user_data(popup) != NULL) {
			handlers->get_popup(client, resource, popup);
		}
		break;
	}
	case LAYER_ACK_CONFIGURE:
		handlers->ack_configure(client, resource, arguments[0].u);
		break;
	case LAYER_DESTROY:
		handlers->destroy(client, resource);
		break;
	case LAYER_SET_LAYER:
		handlers->set_layer(client, resource, arguments[0].u);
		break;
	case LAYER_SET_EXCLUSIVE_EDGE:
		handlers->set_exclusive_edge(client, resource, arguments[0].u);
		break;
	}
	return 0;
}

void guard_layer_surface(struct wlr_layer_surface_v1 *layer) {
	struct wl_resource *resource = layer->resource;
	wl_resource_set_dispatcher(resource, dispatch_layer_surface,
			resource->object.implementation, wl_resource_get_user_data(resource),
			resource->destroy);
}
