/* SPDX-License-Identifier: MIT
 *
 * A security domain: a VM, or the host. It owns its clients and its one wl_seat, so that input,
 * selections, drags and grabs of two domains have nothing in common. Its words (name, label) are
 * the host's own; nothing here comes from a guest.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_DOMAIN_H
#define SILO_COMPOSITOR_DOMAIN_DOMAIN_H

#include <stdbool.h>
#include <wayland-server-core.h>

#include "base/limits.h"
#include "compositor/clipboard/policy.h"
#include "compositor/domain/blame.h"
#include "compositor/domain/meter.h"
#include "decorations/palette.h"

struct dial;
struct seat;
struct server;

/* Bytes of the word with which vmd knows a boot again. */
#define DOMAIN_BOOT_MAX 47

struct domain {
	struct server *server;
	char name[VM_NAME_MAX + 1];
	char label[VM_LABEL_MAX + 1];
	struct vm_colors colors;
	enum glyph glyph;
	char boot[DOMAIN_BOOT_MAX + 1];
	bool is_host;
	bool is_emulated;
	struct blame blame;
	bool may_be_frameless;   /* its windows, when they are fullscreen */
	bool has_left_frameless; /* by the user's key, and may not be so again by itself */
	bool is_frozen;          /* stands still, as the manager says */
	enum verdict clipboard_out, clipboard_in; /* what the manifest says of copies */
	bool has_data_control; /* may see and set its own selections at any time */
	struct share share;
	unsigned strikes;            /* clients that the compositor had to end */
	int64_t strikes_ms;          /* since when they are counted */
	struct wl_event_source *end; /* it is about to be destroyed; else NULL */
	uint64_t buffer_bytes;       /* of the buffers that its surfaces show */
	uint32_t pools;              /* that live, or whose buffers do */
	struct seat *seat;
	struct dial *dial;      /* NULL for the host */
	struct wl_list clients; /* client.link */
	struct wl_list link;    /* domains.list */
};

/* What vmd says about a domain. */
struct domain_request {
	bool may_be_frameless; /* when fullscreen */
	const char *name;      /* text_is_vm_name() */
	const char *label;     /* NULL: the name */
	const char *color;     /* "#rrggbb" or a name of the palette; NULL: the next free one */
	const char *glyph;     /* NULL: the next free one */
	const char *boot; /* vmd's own word for the VM's boot, told to a vmd that comes later; NULL: none */
	bool is_emulated;
	enum verdict clipboard_out, clipboard_in;
	bool is_without_data_control;
};

enum domain_error {
	DOMAIN_OK,
	DOMAIN_BAD_NAME,
	DOMAIN_BAD_LABEL,
	DOMAIN_BAD_COLOR,
	DOMAIN_BAD_GLYPH,
	DOMAIN_BAD_BOOT,
	DOMAIN_NAME_TAKEN,
	DOMAIN_TOO_MANY,
	DOMAIN_NO_MEMORY,
};

/* Domains at a time, the host's not counted. */
#define DOMAINS_MAX 64

bool domains_create(struct server *server);
void domains_destroy(struct server *server);

/* The host's domain. */
struct domain *domains_host(struct server *server);

/* The domain of this name, or NULL. */
struct domain *domains_find(struct server *server, const char *name);

/* All domains, the host's included: domain.link. */
struct wl_list *domains_list(struct server *server);

/* The domain whose seat has this global; NULL if none has, as while a seat is being made. */
struct domain *domains_of_seat_global(struct server *server, const struct wl_global *global);

/*
 * Registers a domain that lives as long as the dial channel, whose descriptor it owns from now on
 * if it returns DOMAIN_OK. ret_domain may be NULL.
 */
enum domain_error domain_register(struct server *server, const struct domain_request *request,
		int dial_fd, struct domain **ret_domain);

/* The compositor had to end a client itself; too many, and the domain ends, from an idle source. */
void domain_strike(struct domain *domain);

/* Ends every client of domain, then its seat. Not from a request handler of its own clients. */
void domain_destroy(struct domain *domain);

#endif
