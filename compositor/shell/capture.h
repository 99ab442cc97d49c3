/* SPDX-License-Identifier: MIT
 *
 * Which of the host's tools look at the screens: the strip names them as long as they do, and long enough to be
 * read after a single picture. No VM can; it is a tool's name that stands there, as the kernel has it.
 */
#ifndef SILO_COMPOSITOR_SHELL_CAPTURE_H
#define SILO_COMPOSITOR_SHELL_CAPTURE_H

#include <stdbool.h>

struct server;
struct wl_resource;

/* So long it stays in the strip after the last picture. */
#define CAPTURE_SHOWN_MS 3000

bool captures_create(struct server *server);
void captures_destroy(struct server *server);

/* A host tool has made resource: notes it if it is one with which screens are captured. */
void captures_note(struct server *server, struct wl_resource *resource);

/* Who looks: "grim", or "grim +1"; NULL: nobody does. Valid until the next such call. */
const char *captures_words(struct server *server);

#endif
