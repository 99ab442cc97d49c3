/* SPDX-License-Identifier: MIT
 *
 * Inside of proxy/wire/: handlers of single requests that keep little state: windows, texts,
 * regions, callbacks, pipes. Each gets a request whose form and objects are right.
 */
#ifndef SILO_PROXY_WIRE_REQUESTS_H
#define SILO_PROXY_WIRE_REQUESTS_H

#include <stdint.h>
#include <wayland-util.h>

#include "proxy/wire/engine.h"

/* Behind an xdg_toplevel: titles and app ids come at a limited pace, the newest of each is never lost. */
enum wire_name {
	WIRE_NAME_TITLE,
	WIRE_NAME_APP_ID,
	WIRE_NAMES,
};

struct wire_toplevel {
	uint32_t id;
	struct bucket changes;
	struct wl_list link; // wire_client.titles while a name waits
	struct {
		bool waits;
		uint16_t len;
		char text[TITLE_LEN_MAX + 1];
	} names[WIRE_NAMES];
};

void wire_toplevel_destroy(struct wire_toplevel *toplevel); // NULL is fine

/* Adds the object that a request makes, as request->made. */
enum wire_verdict wire_request_make(struct wire_request *request, uint32_t id,
		const struct policy_interface *interface, uint8_t version);

enum wire_verdict wire_request_frame(struct wire_request *request);
enum wire_verdict wire_request_region(struct wire_request *request);
enum wire_verdict wire_request_mime(struct wire_request *request);
enum wire_verdict wire_request_pipe(struct wire_request *request);
enum wire_verdict wire_request_toplevel(struct wire_request *request);
enum wire_verdict wire_request_popup(struct wire_request *request);
enum wire_verdict wire_request_title(struct wire_request *request);
enum wire_verdict wire_request_app_id(struct wire_request *request);
enum wire_verdict wire_request_utf8(struct wire_request *request);

#endif
