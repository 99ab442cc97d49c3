/* SPDX-License-Identifier: MIT
 *
 * libwayland tells a protocol logger of each request before it is carried out, and of each event.
 * The clock is read once for some requests of a client, not for each.
 */
#include "compositor/domain/meter.h"

#include <stdlib.h>
#include <string.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/blame.h"
#include "compositor/domain/client.h"
#include "compositor/domain/dial.h"
#include "compositor/domain/domain.h"
#include "compositor/server.h"

#define NS_PER_MS 1000000ll
#define NS_PER_S 1000000000ull
/* Requests between two looks at the clock. */
#define GROUP 8
/* Some requests that take so long may have waited for a processor: what they used is looked up. */
#define LONG_NS 1000000ll
/* How old what was looked up last may be. */
#define THREAD_AGE_NS 10000000ll
/* A domain that asked for something so long ago wants no time now. */
#define IDLE_MS 100
#define SILENCE_MAX_MS 100
/* Requests whose rules are remembered. */
#define KNOWN_MAX 512

/* What adds up in one object, by requests of one kind. */
struct rule {
	const char *interface, *request;
	uint32_t max;
	bool per_second; /* else in the object's whole life */
	enum offence offence;
};

static const struct rule rules[] = {
		{"wl_region", "add", REGION_RECTS_MAX, false, OFFENCE_REGION},
		{"wl_region", "subtract", REGION_RECTS_MAX, false, OFFENCE_REGION},
		{"wl_data_source", "offer", MIME_TYPES_MAX, false, OFFENCE_TYPES},
		{"zwp_primary_selection_source_v1", "offer", MIME_TYPES_MAX, false, OFFENCE_TYPES},
		{"ext_data_control_source_v1", "offer", MIME_TYPES_MAX, false, OFFENCE_TYPES},
		/* Together with titles, see below. */
		{"xdg_toplevel", "set_app_id", 2 * TITLES_PER_SECOND_MAX, true, OFFENCE_TITLES},
		/* Counted with their pool, as long as they live. */
		{"wl_shm_pool", "create_buffer", UINT32_MAX, false, OFFENCE_POOLS},
		/* The proxy gives a whole bucket at once, and then so many each second. */
		{"xdg_toplevel", "set_title", 2 * TITLES_PER_SECOND_MAX, true, OFFENCE_TITLES},
};

/* A request that was looked up; its rule may be NULL. */
struct known {
	const struct wl_message *message;
	const struct rule *rule;
};

struct meter {
	struct server *server;
	struct wl_protocol_logger *logger;
	/* Who is served; NULL: nobody that is metered. */
	struct client *client;
	struct wl_listener client_destroy;
	int64_t since_ns, turn_ns; /* from when on, and how long in this turn of the loop */
	/* The thread's own time at thread_at_ns: what others run meanwhile is nobody's fault. */
	int64_t thread_ns, thread_at_ns;
	unsigned group;
	struct known known[KNOWN_MAX];
};

void share_init(struct share *share) {
	*share = (struct share){0};
	bucket_init(&share->time, NS_PER_S, DOMAIN_TIME_BURST_NS, clock_now_ns());
}

/* Of the whole time; more than one wants some: a part of it. */
static uint64_t share_of(struct domain *domain, int64_t now_ms) {
	unsigned wanting = 1;
	struct domain *other;
	wl_list_for_each(other, domains_list(domain->server), link) {
		wanting += other != domain && now_ms - other->share.active_ms < IDLE_MS;
	}
	return NS_PER_S / (wanting < DOMAIN_TIME_PARTS_MAX ? wanting : DOMAIN_TIME_PARTS_MAX);
}

static void end_busy(struct client *client) {
	client_end_for(client, OFFENCE_TIME);
	/* What it sent already is not looked at any more. */
	wl_client_post_implementation_error(client->wl_client, "%s", offence_text(OFFENCE_TIME));
}

static void handle_client_destroy(struct wl_listener *listener, void *data) {
	struct meter *meter = wl_container_of(listener, meter, client_destroy);
	meter->client = NULL;
	wl_list_remove(&meter->client_destroy.link);
}

static void look_at_thread(struct meter *meter, int64_t now_ns) {
	meter->thread_ns = clock_thread_ns();
	meter->thread_at_ns = now_ns;
}

/* What was used since the last look: not more than has passed, nor than the thread has run. */
static int64_t used_since(struct meter *meter, int64_t now_ns) {
	int64_t used_ns = now_ns - meter->since_ns;
	if (used_ns > LONG_NS) {
		int64_t before_ns = meter->thread_ns;
		look_at_thread(meter, now_ns);
		int64_t ran_ns = meter->thread_ns - before_ns;
		used_ns = ran_ns < used_ns ? ran_ns : used_ns;
	}
	return used_ns;
}

/* Puts the time since the last look on the client's bill. */
static void charge(struct meter *meter, int64_t now_ns) {
	struct client *client = meter->client;
	int64_t used_ns = used_since(meter, now_ns);
	meter->since_ns = now_ns;
	meter->turn_ns += used_ns;
	struct share *share = &client->domain->share;
	share->active_ms = now_ns / NS_PER_MS;
	share->time.per_second = share_of(client->domain, share->active_ms);
	bucket_refill(&share->time, now_ns);
	bucket_take(&share->time, (uint64_t)used_ns);
	if (!bucket_is_dry(&share->time) || client->class != CLIENT_VM || client->over != NULL ||
			!DEFENDS(time_share)) {
		return;
	}
	if (meter->turn_ns > DOMAIN_TURN_MAX_NS || share->time.level < -DOMAIN_TIME_DEBT_MAX_NS) {
		end_busy(client);
	} else if (share->silent_ms <= share->active_ms) {
		int ms = bucket_wait_ms(&share->time);
		ms = ms < SILENCE_MAX_MS ? ms : SILENCE_MAX_MS;
		share->silent_ms = share->active_ms + ms;
		dial_silence(client->domain->dial, ms);
	}
}

void meter_break(struct server *server) {
	struct meter *meter = server->meter;
	if (meter == NULL || meter->client == NULL) {
		return;
	}
	charge(meter, clock_now_ns());
	handle_client_destroy(&meter->client_destroy, NULL);
}

static void begin(struct meter *meter, struct client *client) {
	if (meter->client == client) {
		if (++meter->group >= GROUP) {
			meter->group = 0;
			charge(meter, clock_now_ns());
		}
		return;
	}
	meter_break(meter->server);
	meter->client = client;
	meter->client_destroy.notify = handle_client_destroy;
	wl_client_add_destroy_listener(client->wl_client, &meter->client_destroy);
	meter->since_ns = clock_now_ns();
	if (meter->since_ns - meter->thread_at_ns > THREAD_AGE_NS) {
		look_at_thread(meter, meter->since_ns);
	}
	meter->turn_ns = 0;
	meter->group = 0;
	client->domain->share.active_ms = meter->since_ns / NS_PER_MS;
}

/* The rule for a request; NULL: none. */
static const struct rule *find_rule(const struct wl_protocol_logger_message *message) {
	const char *interface = wl_resource_get_class(message->resource);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].interface, interface) == 0 &&
				strcmp(rules[i].request, message->message->name) == 0) {
			return &rules[i];
		}
	}
	return NULL;
}

/* The same, remembered by the request's place in its protocol's tables, which never changes. */
static const struct rule *rule_of(struct meter *meter,
		const struct wl_protocol_logger_message *message) {
	struct known *known = &meter->known[(uintptr_t)message->message /
			sizeof(struct wl_message) % KNOWN_MAX];
	if (known->message != message->message) {
		*known = (struct known){.message = message->message, .rule = find_rule(message)};
	}
	return known->rule;
}

static void count(struct meter *meter, struct client *client,
		const struct wl_protocol_logger_message *message) {
	const struct rule *rule = rule_of(meter, message);
	if (rule == NULL) {
		return;
	}
	if (rule->offence == OFFENCE_POOLS) {
		client->pool = message->resource;
	}
	bool is_long = rule->offence == OFFENCE_TYPES &&
			strlen(message->arguments[0].s) > MIME_TYPE_LEN_MAX;
	if (is_long || client_count_request(message->resource, rule->per_second) > rule->max) {
		client_end_for(client, rule->offence);
	}
}

static void handle_message(void *data, enum wl_protocol_logger_type type,
		const struct wl_protocol_logger_message *message) {
	struct client *client = client_of(wl_resource_get_client(message->resource));
	if (client == NULL) {
		return;
	}
	if (type == WL_PROTOCOL_LOGGER_REQUEST) {
		begin(data, client);
		if (client->class == CLIENT_VM) {
			count(data, client, message);
		}
		return;
	}
	/* libwayland or wlroots refuses something: nobody else calls that event of the display's. */
	if (client->class == CLIENT_VM && client->over == NULL && message->message_opcode == 0 &&
			strcmp(wl_resource_get_class(message->resource), "wl_display") == 0) {
		client->over = offence_text(OFFENCE_PROTOCOL);
		blame_domain(client->domain, OFFENCE_PROTOCOL);
	}
}

bool meter_create(struct server *server) {
	struct meter *meter = calloc(1, sizeof(*meter));
	if (meter == NULL) {
		log_error("out of memory");
		return false;
	}
	meter->server = server;
	server->meter = meter;
	meter->logger = wl_display_add_protocol_logger(server->display, handle_message, meter);
	if (meter->logger == NULL) {
		log_error("out of memory");
	}
	return meter->logger != NULL;
}

void meter_destroy(struct server *server) {
	struct meter *meter = server->meter;
	if (meter == NULL) {
		return;
	}
	if (meter->client != NULL) {
		handle_client_destroy(&meter->client_destroy, NULL);
	}
	if (meter->logger != NULL) {
		wl_protocol_logger_destroy(meter->logger);
	}
	free(meter);
	server->meter = NULL;
}
