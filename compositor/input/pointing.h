/* SPDX-License-Identifier: MIT
 *
 * How mice and touchpads behave on a console: as the session's settings say, else as people expect
 * of them today. Host devices only.
 */
#ifndef SILO_COMPOSITOR_INPUT_POINTING_H
#define SILO_COMPOSITOR_INPUT_POINTING_H

struct pointer_settings;
struct wlr_input_device;

/*
 * Sets the device up. What settings leave open: a touchpad taps to click, scrolls with the content
 * and rests while one types; other devices stay as they are. Those of a nested session are not ours
 * to set.
 */
void pointing_configure(struct wlr_input_device *device, const struct pointer_settings *settings);

#endif
