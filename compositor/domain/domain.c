/* SPDX-License-Identifier: MIT */
#include "compositor/domain/domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_seat.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/client.h"
#include "compositor/domain/dial.h"
#include "compositor/domain/watch.h"
#include "compositor/input/seat.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"

#define STRIKES_MS 60000

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
	domain->has_data_control = true;
	wl_list_init(&domain->clients);
	blame_init(&domain->blame);
	share_init(&domain->share);
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

static void end_now(void *data) {
	struct domain *domain = data;
	domain->end = NULL;
	log_warn("domain %s ended: its proxy does not keep its limits", domain->name);
	domain_destroy(domain);
}

void domain_strike(struct domain *domain) {
	int64_t now_ms = clock_now_ms();
	if (domain->strikes == 0 || now_ms - domain->strikes_ms > STRIKES_MS) {
		domain->strikes = 0;
		domain->strikes_ms = now_ms;
	}
	if (++domain->strikes > DOMAIN_STRIKES_MAX && domain->end == NULL && !domain->is_host &&
			DEFENDS(strikes)) {
		domain->end = wl_event_loop_add_idle(domain->server->loop, end_now, domain);
	}
}

void domain_destroy(struct domain *domain) {
	clipboard_forget_domain(domain);
	dial_destroy(domain->dial);
	domain->dial = NULL;
	struct client *client, *next;
	wl_list_for_each_safe(client, next, &domain->clients, link) {
		wl_client_destroy(client->wl_client);
	}
	if (domain->end != NULL) {
		wl_event_source_remove(domain->end);
	}
	seat_destroy(domain->seat);
	if (!domain->is_host) {
		domain->server->domains->registered--;
	}
	wl_list_remove(&domain->link);
	watch_changed(domain->server);
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
	domains->host->is_host = true;
	domains->host->colors = theme_host_colors(!server->settings->is_light);
	domains->host->glyph = GLYPH_HOST;
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

struct domain *domains_find(struct server *server, const char *name) {
	struct domain *domain;
	wl_list_for_each(domain, &server->domains->list, link) {
		if (strcmp(domain->name, name) == 0) {
			return domain;
		}
	}
	return NULL;
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

static bool color_is_palettes(const struct color *color, int i) {
	return memcmp(color, &palette[i].fill, sizeof(*color)) == 0;
}

/* Has a domain entry i of the palette, as its glyph or as its colour? */
static bool is_taken(struct server *server, int i, bool as_glyph) {
	struct domain *domain;
	wl_list_for_each(domain, &server->domains->list, link) {
		if (!domain->is_host &&
				(as_glyph ? (int)domain->glyph == i
					  : color_is_palettes(&domain->colors.fill, i))) {
			return true;
		}
	}
	return false;
}

/* The first entry of the palette, as glyph or as colour, that no domain has. */
static int next_free(struct server *server, bool as_glyph) {
	for (int i = 0; i < PALETTE_COUNT; i++) {
		if (!is_taken(server, i, as_glyph)) {
			return i;
		}
	}
	return server->domains->registered % PALETTE_COUNT;
}

/* The glyph that goes with the colour in the palette if it is free, else the next free one. */
static enum glyph choose_glyph(struct server *server, const struct color *fill) {
	for (int i = 0; i < PALETTE_COUNT; i++) {
		if (color_is_palettes(fill, i) && !is_taken(server, i, true)) {
			return (enum glyph)i;
		}
	}
	return (enum glyph)next_free(server, true);
}

static bool has_twin(struct server *server, const struct color *fill, enum glyph glyph) {
	struct domain *domain;
	wl_list_for_each(domain, &server->domains->list, link) {
		if (!domain->is_host && domain->glyph == glyph &&
				memcmp(&domain->colors.fill, fill, sizeof(*fill)) == 0) {
			return true;
		}
	}
	return false;
}

/* The words on its plates: those that it wants, unless they are another's; names are never two's. */
static const char *choose_label(struct server *server, const struct domain_request *request) {
	struct domain *domain;
	wl_list_for_each(domain, &server->domains->list, link) {
		if (request->label == NULL || strcmp(domain->label, request->label) == 0 ||
				strcmp(domain->name, request->label) == 0) {
			return request->name;
		}
	}
	return request->label;
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
	*ret_glyph = choose_glyph(server, ret_fill);
	if (request->glyph != NULL && !glyph_parse(request->glyph, ret_glyph)) {
		return DOMAIN_BAD_GLYPH;
	}
	/* Two of one colour differ in their glyph, whatever they ask for. */
	if (has_twin(server, ret_fill, *ret_glyph) && DEFENDS(twins)) {
		*ret_glyph = (enum glyph)next_free(server, true);
	}
	if (request->boot != NULL && strlen(request->boot) > DOMAIN_BOOT_MAX) {
		return DOMAIN_BAD_BOOT;
	}
	if (domains_find(server, request->name) != NULL) {
		return DOMAIN_NAME_TAKEN;
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
	struct domain *domain = domain_create(server, request->name, choose_label(server, request));
	if (domain == NULL) {
		return DOMAIN_NO_MEMORY;
	}
	server->domains->registered++;
	domain->colors = vm_colors_derive(fill);
	if (!DEFENDS(label_contrast)) {
		domain->colors.text = (struct color){0xff, 0xff, 0xff};
	}
	domain->glyph = glyph;
	domain->is_emulated = request->is_emulated;
	domain->may_be_frameless = request->may_be_frameless;
	domain->clipboard_out = request->clipboard_out;
	domain->clipboard_in = request->clipboard_in;
	domain->has_data_control = !request->is_without_data_control;
	snprintf(domain->boot, sizeof(domain->boot), "%s",
			request->boot != NULL ? request->boot : "");
	domain->dial = dial_create(domain, dial_fd);
	if (domain->dial == NULL) {
		domain_destroy(domain);
		return DOMAIN_NO_MEMORY;
	}
	log_info("domain %s is here%s", domain->name, domain->is_emulated ? " (emulated)" : "");
	watch_changed(server);
	if (ret_domain != NULL) {
		*ret_domain = domain;
	}
	return DOMAIN_OK;
}
