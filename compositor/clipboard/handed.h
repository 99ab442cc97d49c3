/* SPDX-License-Identifier: MIT
 *
 * What was moved into a domain: a selection of the compositor's own on that domain's seat, so that the
 * source never learns when, how often or by whom it is read. It lasts until something else is
 * copied there, or its time is over. Readers are guests: their descriptors are checked, and nothing
 * waits for them.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_HANDED_H
#define SILO_COMPOSITOR_CLIPBOARD_HANDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wayland-server-core.h>

struct seat;
struct secret;

/* Makes secret, which it owns from now on also on failure, the selection of seat, offered under
 * types, for lifetime_ms. list is for handed_wipe(). */
bool handed_give(struct seat *seat, struct secret *secret, const char *const *types,
		size_t types_len, uint32_t lifetime_ms, struct wl_list *list);

/* Ends all selections of the list. */
void handed_wipe(struct wl_list *list);

#endif
