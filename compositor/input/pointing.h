/* SPDX-License-Identifier: MIT
 *
 * How mice and touchpads behave on a console: as the session's settings say, else as people expect
 * of them today. Host devices only.
 */
#ifndef SILO_COMPOSITOR_INPUT_POINTING_H
#define SILO_COMPOSITOR_INPUT_POINTING_H

#include <stdbool.h>

struct server;
struct wlr_input_device;

bool pointing_create(struct server *server);
void pointing_destroy(struct server *server);

/*
 * Sets the device up, and again when the settings change. What they leave open: a touchpad taps to click,
 * scrolls with the content and rests while one types; other devices stay as they are. Those of a nested
 * session are not ours to set.
 */
void pointing_add(struct server *server, struct wlr_input_device *device);

/* The settings have changed. */
void pointing_reload(struct server *server);

#endif
