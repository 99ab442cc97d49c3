/* SPDX-License-Identifier: MIT
 *
 * One VM's clients and its dial channel. Talks to the compositor only; sees no guest bytes.
 */
#include "proxy/wire/domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/fd.h"
#include "proxy/wire/client.h"
#include "proxy/wire/engine.h"

/* Connections asked for and not answered, those of clients that have gone included. */
#define DIALS_MAX 256

/* One connection asked for. */
struct wire_dial {
	struct wl_list link;        // wire_domain.dials
	struct wire_client *client; // NULL: gone meanwhile
	bool asked;
};

static int on_dial(int fd, uint32_t mask, void *data);

struct wire_domain *wire_domain_create(struct wl_event_loop *loop,
		const struct wire_domain_config *config) {
	char reason[160];
	if (!policy_init(reason, sizeof(reason))) {
		log_error("policy tables: %s", reason);
		return NULL;
	}
	struct wire_domain *domain = calloc(1, sizeof(*domain));
	if (domain == NULL) {
		return NULL;
	}
	domain->loop = loop;
	domain->config = *config;
	uint32_t work = domain->config.work_per_second;
	work = work != 0 ? work : VM_WORK_PER_SECOND_MAX;
	bucket_init(&domain->work, work, work / VM_WORK_BURST_PARTS, clock_now_ns());
	if (domain->config.clients_max == 0) {
		domain->config.clients_max = VM_CLIENTS_MAX;
	}
	domain->dial_fd = -1;
	domain->log.burst = 20;
	bucket_init(&domain->offences, VM_OFFENCES_PER_SECOND_MAX, VM_OFFENCES_PER_SECOND_MAX,
			clock_now_ns());
	wl_list_init(&domain->clients);
	wl_list_init(&domain->dials);
	return domain;
}

static void drop_dial(struct wire_domain *domain) {
	if (domain->dial_source != NULL) {
		wl_event_source_remove(domain->dial_source);
		domain->dial_source = NULL;
	}
	fd_close(&domain->dial_fd);
	domain->is_silent = false;
}

static void free_dials(struct wire_domain *domain) {
	struct wire_dial *dial;
	struct wire_dial *next;
	wl_list_for_each_safe(dial, next, &domain->dials, link) {
		wl_list_remove(&dial->link);
		free(dial);
	}
}

/* Ends the clients that an older dial channel has brought or was asked for. */
static void end_clients(struct wire_domain *domain, const char *reason) {
	struct wire_client *client;
	wl_list_for_each(client, &domain->clients, link) {
		wire_client_doom(client, reason);
	}
}

void wire_domain_destroy(struct wire_domain *domain) {
	if (domain == NULL) {
		return;
	}
	struct wire_client *client;
	struct wire_client *next;
	wl_list_for_each_safe(client, next, &domain->clients, link) {
		const struct wire_front *front = client->front;
		if (client->state != WIRE_CLIENT_ENDED) {
			wire_client_doom(client, "the proxy ends");
			client->state = WIRE_CLIENT_ENDED;
			front->ended(client->data, client->reason);
		}
	}
	drop_dial(domain);
	free_dials(domain);
	if (domain->silence != NULL) {
		wl_event_source_remove(domain->silence);
	}
	/* Clients whose front end keeps them have no loop any more; there must be none. */
	free(domain);
}

void wire_domain_blame(struct wire_domain *domain, enum offence offence) {
	bucket_refill(&domain->offences, clock_now_ns());
	if (offence == OFFENCE_NONE || domain->dial_fd < 0 || bucket_is_dry(&domain->offences)) {
		return;
	}
	bucket_take(&domain->offences, 1);
	/* Where the channel is full there is no need: the compositor has much to read already. */
	const unsigned char datagram[] = {'o', (unsigned char)offence};
	(void)fd_send(domain->dial_fd, datagram, sizeof(datagram), NULL, 0);
}

/* Sends the requests that are due. */
static void ask(struct wire_domain *domain) {
	struct wire_dial *dial;
	bool full = false;
	wl_list_for_each(dial, &domain->dials, link) {
		if (domain->dial_fd < 0 || dial->asked) {
			continue;
		}
		ssize_t sent = fd_send(domain->dial_fd, "c", 1, NULL, 0);
		if (sent < 0) {
			full = sent == -EAGAIN;
			break; // a hang-up is read
		}
		dial->asked = true;
	}
	if (domain->dial_source != NULL && full != domain->dial_full) {
		domain->dial_full = full;
		wl_event_source_fd_update(domain->dial_source,
				WL_EVENT_READABLE | (full ? WL_EVENT_WRITABLE : 0));
	}
}

bool wire_domain_dial(struct wire_domain *domain, struct wire_client *client) {
	if (wl_list_length(&domain->dials) >= DIALS_MAX) {
		return false;
	}
	struct wire_dial *dial = calloc(1, sizeof(*dial));
	if (dial == NULL) {
		return false;
	}
	dial->client = client;
	wl_list_insert(domain->dials.prev, &dial->link);
	ask(domain);
	return true;
}

void wire_domain_forget_dial(struct wire_domain *domain, const struct wire_client *client) {
	struct wire_dial *dial;
	struct wire_dial *next;
	wl_list_for_each_safe(dial, next, &domain->dials, link) {
		if (dial->client != client) {
			continue;
		}
		dial->client = NULL;
		if (!dial->asked) {
			wl_list_remove(&dial->link);
			free(dial);
		}
	}
}

static void hang_up(struct wire_domain *domain) {
	drop_dial(domain);
	end_clients(domain, "the compositor hung up");
	free_dials(domain);
	if (domain->hangup != NULL) {
		domain->hangup(domain->hangup_data);
	}
}

static int on_silence_end(void *data) {
	struct wire_domain *domain = data;
	domain->is_silent = false;
	struct wire_client *client;
	struct wire_client *next;
	wl_list_for_each_safe(client, next, &domain->clients, link) {
		wire_client_go_on(client);
	}
	return 0;
}

/* The compositor has no time for this domain now: nothing is passed on for a while. */
static void be_silent(struct wire_domain *domain, int ms) {
	if (domain->silence == NULL) {
		domain->silence = wl_event_loop_add_timer(domain->loop, on_silence_end, domain);
	}
	if (domain->silence != NULL && ms > 0) {
		domain->is_silent = true;
		wl_event_source_timer_update(domain->silence, ms);
	}
}

/* Takes one answer. Returns false if the channel is over, or the loop has nothing more to read. */
static bool take_answer(struct wire_domain *domain, bool *ret_over) {
	char answer[3];
	int fds[FD_MESSAGE_MAX];
	size_t n = FD_MESSAGE_MAX;
	ssize_t len = fd_recv(domain->dial_fd, answer, sizeof(answer), fds, &n);
	if (len == -EAGAIN || len == -EINTR) {
		return false;
	}
	if (len == 2 && answer[0] == 's' && n == 0) {
		be_silent(domain, (unsigned char)answer[1]);
		return true;
	}
	struct wire_dial *dial = NULL;
	if (!wl_list_empty(&domain->dials)) {
		dial = wl_container_of(domain->dials.next, dial, link);
	}
	bool given = len == 1 && answer[0] == '0' && n == 1;
	bool refused = len == 1 && answer[0] == '1' && n == 0;
	if (dial == NULL || !dial->asked || (!given && !refused)) {
		for (size_t i = 0; len > 0 && i < n; i++) {
			fd_close(&fds[i]);
		}
		if (len > 0) {
			log_error("the compositor's answer on the dial channel is not understood");
		}
		*ret_over = true;
		return false;
	}
	struct wire_client *client = dial->client;
	wl_list_remove(&dial->link);
	free(dial);
	if (client == NULL) {
		if (given) {
			fd_close(&fds[0]);
		}
	} else if (given) {
		wire_client_connected(client, fds[0]);
	} else {
		wire_client_doom(client, "the compositor refused another client");
	}
	return true;
}

static int on_dial(int fd, uint32_t mask, void *data) {
	struct wire_domain *domain = data;
	bool over = false;
	while (take_answer(domain, &over)) {
	}
	if (over) {
		hang_up(domain);
	} else {
		ask(domain);
	}
	return 0;
}

void wire_domain_set_dial(struct wire_domain *domain, int fd) {
	if (domain->dial_fd >= 0) {
		drop_dial(domain);
		end_clients(domain, "the compositor was replaced");
		free_dials(domain);
	}
	domain->dial_fd = fd;
	if (fd_set_nonblock(fd, true) == 0) {
		domain->dial_source = wl_event_loop_add_fd(domain->loop, fd, WL_EVENT_READABLE,
				on_dial, domain);
	}
	if (domain->dial_source == NULL) {
		log_error("the dial channel cannot be watched");
		hang_up(domain);
		return;
	}
	ask(domain);
}

void wire_domain_on_hangup(struct wire_domain *domain, void (*hangup)(void *data), void *data) {
	domain->hangup = hangup;
	domain->hangup_data = data;
}
