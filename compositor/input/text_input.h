/* SPDX-License-Identifier: MIT
 *
 * text-input-v3: a client tells what is edited where, and is told only that its surface has the keyboard.
 * No input method is connected in this version, so nothing of it goes anywhere.
 */
#ifndef SILO_COMPOSITOR_INPUT_TEXT_INPUT_H
#define SILO_COMPOSITOR_INPUT_TEXT_INPUT_H

#include <stdbool.h>

struct seat;
struct server;
struct wlr_surface;

/* Of one domain; each is told of every change of focus. */
#define TEXT_INPUTS_PER_DOMAIN_MAX 256

bool text_inputs_create(struct server *server);
void text_inputs_destroy(struct server *server);

/* surface, of seat's domain, has the keyboard; NULL: none has. */
void text_inputs_set_focus(struct server *server, struct seat *seat, struct wlr_surface *surface);

#endif
