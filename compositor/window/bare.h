/* SPDX-License-Identifier: MIT
 *
 * Fullscreen without a frame, for VMs whose manifest permits it. A line of the strip always stays, in the
 * VM's colour; the whole strip is there for three seconds when the window becomes fullscreen and whenever
 * Esc or Super is pressed, and as long as anything but the window has the keyboard. Esc, held for a
 * second, ends it, whatever the client does with the key; what is fullscreen of that VM then has a frame,
 * until the user asks for fullscreen.
 */
#ifndef SILO_COMPOSITOR_WINDOW_BARE_H
#define SILO_COMPOSITOR_WINDOW_BARE_H

#include <stdbool.h>

struct output;
struct server;
struct window;

bool bare_create(struct server *server);
void bare_destroy(struct server *server);

/* Is the window fullscreen, and may it be so without a frame? No longer, once the user has left by Esc. */
bool bare_has(const struct window *window);

/* The user has asked for it to be fullscreen, or not: its VM may be without a frame again. */
void bare_allow(struct window *window);

/* Is only the strip's line to be shown on output now? */
bool bare_hides_strip(struct output *output);

/* Has output a window without a frame that has the keyboard? Its strip says how to leave. */
bool bare_is_on(struct output *output);

/* The strip is shown for three seconds, if it is hidden anywhere. */
void bare_show_strip(struct server *server);

/* Esc is pressed on the user's own keyboard, or let go. */
void bare_escape(struct server *server, bool is_press);

#endif
