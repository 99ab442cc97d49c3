/* SPDX-License-Identifier: MIT
 *
 * How touchpads behave, on a console: as people expect of them today. Host devices only.
 */
#ifndef SILO_COMPOSITOR_INPUT_TOUCHPAD_H
#define SILO_COMPOSITOR_INPUT_TOUCHPAD_H

struct wlr_input_device;

/*
 * Sets a touchpad to tap to click, to scroll with the content, and to rest while one types. Other
 * devices, and those of a nested session, stay as they are.
 */
void touchpad_configure(struct wlr_input_device *device);

#endif
