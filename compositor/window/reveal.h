/* SPDX-License-Identifier: MIT
 *
 * The reveal: while its keys are held, every window is shown as what it is, a flat in its VM's colour
 * with the VM's name, and nothing that a client has drawn is in sight but under the strip's own
 * picture. No client hears a key or sees the pointer meanwhile, and none learns of it. Only the
 * user's own keyboard opens it.
 */
#ifndef SILO_COMPOSITOR_WINDOW_REVEAL_H
#define SILO_COMPOSITOR_WINDOW_REVEAL_H

#include <stdbool.h>
#include <xkbcommon/xkbcommon.h>

struct server;

bool reveal_create(struct server *server);
void reveal_destroy(struct server *server);

/* What the strip says of its chord, static; NULL: it has been bound to another, or to none. */
const char *reveal_hint(struct server *server);

bool reveal_is_open(struct server *server);

/* In the same dispatch: what the next picture shows is the reveal, and clients hear nothing. */
void reveal_open(struct server *server);
void reveal_close(struct server *server);

/* A key while it is open, whichever: all are swallowed. F freezes the VM in use, K, held, kills it. Those
 * of virtual keyboards do nothing. */
void reveal_key(struct server *server, xkb_keysym_t symbol, bool is_press, bool is_virtual);

/* Windows, or who has the keyboard, have changed; cheap, and legal at any time. */
void reveal_touch(struct server *server);

#endif
