/* SPDX-License-Identifier: MIT */
#include "compositor/domain/domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_seat.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/domain/client.h"
#include "compositor/domain/dial.h"
#include "compositor/input/seat.h"
#include "compositor/options.h"
#include "compositor/server.h"

struct domains {
	struct wl_list list; /* domain.link */
	struct domain *host;
	size_t registered;
};

static struct domain *domain_create(struct server *server, const char *name, const char *label) {
	struct domain *domain = calloc(1, sizeof(*domain));
	if (domain == NULL) {
		return NULL;
	}
	domain->server = server;
	snprintf(domain->name, sizeof(domain->name), "%s", name);
	snprintf(domain->label, sizeof(domain->label), "%s", label);
	wl_list_init(&domain->clients);
	wl_list_insert(server->domains->list.prev, &domain->link);
	/* Before any client of it exists; others never learn of it. */
	domain->seat = seat_create(domain);
	if (domain->seat == NULL) {
		wl_list_remove(&domain->link);
		free(domain);
		return NULL;
	}
	return domain;
}

void domain_destroy(struct domain *domain) {
	dial_destroy(domain->dial);
	domain->dial = NULL;
	struct client *client, *next;
	wl_list_for_each_safe(client, next, &domain->clients, link) {
		wl_client_destroy(client->wl_client);
	}
	seat_destroy(domain->seat);
	if (!domain->is_host) {
		domain->server->domains->registered--;
	}
	wl_list_remove(&domain->link);
	free(domain);
}

bool domains_create(struct server *server) {
	struct domains *domains = calloc(1, sizeof(*domains));
	if (domains == NULL) {
		log_error("out of memory");
		return false;
	}
	wl_list_init(&domains->list);
	server->domains = domains;
	domains->host = domain_create(server, "host", "This computer");
	if (domains->host == NULL) {
		log_error("out of memory");
		return false;
	}
	const struct theme *theme = theme_get(!server->options->light);
	domains->host->is_host = true;
	/* The host has no hue: ink, with the ground as the colour of its text. */
	domains->host->colors = (struct vm_colors){
			.fill = theme->ink, .text = theme->ground, .plate = theme->ink2};
	return true;
}

void domains_destroy(struct server *server) {
	struct domains *domains = server->domains;
	if (domains == NULL) {
		return;
	}
	struct domain *domain, *next;
	wl_list_for_each_safe(domain, next, &domains->list, link) {
		domain_destroy(domain);
	}
	free(domains);
	server->domains = NULL;
}

struct domain *domains_host(struct server *server) {
	return server->domains->host;
}

struct wl_list *domains_list(struct server *server) {
	return &server->domains->list;
}

struct domain *domains_of_seat_global(struct server *server, const struct wl_global *global) {
	if (server->domains == NULL) {
		return NULL;
	}
	struct domain *domain;
	wl_list_for_each(domain, &server->domains->list, link) {
		if (domain->seat != NULL && seat_global(domain->seat) == global) {
			return domain;
		}
	}
	return NULL;
}

/* The first entry of the palette, as glyph or as colour, that no domain has. */
static enum glyph next_free(struct server *server, bool of_glyphs) {
	for (int i = 0; i < PALETTE_COUNT; i++) {
		bool taken = false;
		struct domain *domain;
		wl_list_for_each(domain, &server->domains->list, link) {
			const struct color *fill = &domain->colors.fill;
			taken |= !domain->is_host &&
					(of_glyphs ? (int)domain->glyph == i
						   : memcmp(fill, &palette[i].fill,
								     sizeof(*fill)) == 0);
		}
		if (!taken) {
			return i;
		}
	}
	return server->domains->registered % PALETTE_COUNT;
}

static enum domain_error check_request(struct server *server, const struct domain_request *request,
		struct color *ret_fill, enum glyph *ret_glyph) {
	if (!text_is_vm_name(request->name)) {
		return DOMAIN_BAD_NAME;
	}
	if (request->label != NULL &&
			(strlen(request->label) > VM_LABEL_MAX || request->label[0] == '\0' ||
					!text_is_sanitised(request->label, VM_LABEL_MAX))) {
		return DOMAIN_BAD_LABEL;
	}
	*ret_fill = palette[next_free(server, false)].fill;
	if (request->color != NULL && !color_parse(request->color, ret_fill)) {
		return DOMAIN_BAD_COLOR;
	}
	*ret_glyph = next_free(server, true);
	if (request->glyph != NULL && !glyph_parse(request->glyph, ret_glyph)) {
		return DOMAIN_BAD_GLYPH;
	}
	struct domain *domain;
	wl_list_for_each(domain, &server->domains->list, link) {
		if (strcmp(domain->name, request->name) == 0) {
			return DOMAIN_NAME_TAKEN;
		}
	}
	return server->domains->registered < DOMAINS_MAX ? DOMAIN_OK : DOMAIN_TOO_MANY;
}

enum domain_error domain_register(struct server *server, const struct domain_request *request,
		int dial_fd, struct domain **ret_domain) {
	struct color fill;
	enum glyph glyph;
	enum domain_error error = check_request(server, request, &fill, &glyph);
	if (error != DOMAIN_OK) {
		return error;
	}
	struct domain *domain = domain_create(server, request->name,
			request->label != NULL ? request->label : request->name);
	if (domain == NULL) {
		return DOMAIN_NO_MEMORY;
	}
	server->domains->registered++;
	domain->colors = vm_colors_derive(fill);
	domain->glyph = glyph;
	domain->is_emulated = request->is_emulated;
	domain->dial = dial_create(domain, dial_fd);
	if (domain->dial == NULL) {
		domain_destroy(domain);
		return DOMAIN_NO_MEMORY;
	}
	log_info("domain %s is here%s", domain->name, domain->is_emulated ? " (emulated)" : "");
	if (ret_domain != NULL) {
		*ret_domain = domain;
	}
	return DOMAIN_OK;
}
