/* SPDX-License-Identifier: MIT
 *
 * The inside of the Wayland engine: one client's state, and what its parts (request, event,
 * registry, surface, shm, domain) call of each other. Only proxy/wire/ and its tests include it.
 */
#ifndef SILO_PROXY_WIRE_ENGINE_H
#define SILO_PROXY_WIRE_ENGINE_H

#include <wayland-util.h>

#include "base/bucket.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/offence.h"
#include "parse/wire.h"
#include "proxy/policy/policy.h"
#include "proxy/wire/client.h"
#include "proxy/wire/objects.h"
#include "proxy/wire/queue.h"
#include "proxy/wire/registry.h"
#include "proxy/wire/serial.h"

struct wl_event_source;

/* Error codes of wl_display. */
enum wire_error {
	WIRE_ERROR_INVALID_OBJECT = 0,
	WIRE_ERROR_INVALID_METHOD = 1,
	WIRE_ERROR_NO_MEMORY = 2,
	WIRE_ERROR_IMPLEMENTATION = 3,
};

/* Descriptors that came and whose message has not. */
#define WIRE_LOOSE_FDS_MAX 64

/* What a guest that does not read (a paused VM) may leave: some hours of typing. */
#define WIRE_DOWN_FULL (1u << 20)

enum wire_client_state {
	WIRE_CLIENT_DIALLING, // no compositor's socket yet; requests are checked and kept
	WIRE_CLIENT_OPEN,
	WIRE_CLIENT_DOOMED, // the guest may still read what waits for it, then ended() is called
	WIRE_CLIENT_ENDED,
};

struct wire_client {
	struct wire_domain *domain;
	struct wl_list link; // wire_domain.clients
	const struct wire_front *front;
	void *data;
	uint32_t number; // for log lines
	enum wire_client_state state;
	char reason[200];

	int fd; // the compositor's socket, or -1
	uint32_t mask;
	struct wl_event_source *source;
	struct wl_event_source *idle;  // NULL unless something is to be told
	struct wl_event_source *timer; // NULL until first needed
	bool tell_readable, tell_writable;
	bool throttled; // requests wait in `up` for tokens
	bool refused_push;

	struct wire_queue up, down;
	size_t down_begun; // bytes at the head of `down` whose message has gone in part
	size_t fold_at;    // more bytes waiting in `down` are worth folding
	struct wire_fd loose[WIRE_LOOSE_FDS_MAX]; // from the guest
	size_t loose_count;
	int event_fds[WIRE_LOOSE_FDS_MAX]; // from the compositor
	size_t event_fd_count;

	struct wire_objects objects;
	struct wire_serials serials;
	struct wire_registry registry;
	struct bucket damage;
	uint64_t output_pixels; // of all outputs' current modes, 0 before they are known
	uint32_t surfaces, toplevels, pools, frames;
	struct wl_list titles; // wire_toplevel.link, those whose title waits for its turn
};

struct wire_domain {
	struct wl_event_loop *loop;
	struct wire_domain_config config;
	struct wl_list clients; // wire_client.link
	uint32_t client_count;
	uint32_t toplevels;     // of all clients
	uint32_t pools;         // living wire_pools: a pool lives on in its buffers
	uint32_t client_number; // of the last one
	int dial_fd;
	struct wl_event_source *dial_source;
	bool dial_full;       // waits until it takes another question
	struct wl_list dials; // wire_dial.link, in the order of the answers
	struct bucket offences;
	struct bucket work;              // that its clients ask of the compositor
	bool is_silent;                  // it was told to pass nothing on
	struct wl_event_source *silence; // until then; NULL until first needed
	void (*hangup)(void *data);
	void *hangup_data;
	struct log_limit log;
};

/* One request while it is looked at. */
struct wire_request {
	struct wire_client *client;
	struct wire_object *object;
	const struct policy_message *message;
	uint8_t *bytes; // the message, in the up queue
	size_t size;
	struct wire_arg args[WIRE_ARGS_MAX];
	struct wire_object *made; // by new_id; NULL
	struct wire_fd fd;        // the one descriptor that comes with it; fd.fd -1: none, or taken
};

/* What becomes of a message. */
enum wire_verdict {
	WIRE_KEEP,
	WIRE_DROP,   // nothing goes on, or something else was inserted in its place
	WIRE_REFUSE, // wire_refuse() was called
};

/* client.c */

/*
 * Ends the client: it gets wl_display.error(object, code, text), the log one line, the compositor
 * the offence (OFFENCE_NONE: it was not the guest's fault). Returns WIRE_REFUSE.
 */
enum wire_verdict wire_refuse(struct wire_client *client, enum offence offence, uint32_t object,
		enum wire_error code, const char *format, ...)
		__attribute__((format(printf, 5, 6)));
/* As above, naming the message, with implementation as the code. */
enum wire_verdict wire_request_refuse(const struct wire_request *request, enum offence offence,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Without memory. */
enum wire_verdict wire_refuse_memory(struct wire_client *client);
/* Ends the client without telling it why. */
void wire_client_doom(struct wire_client *client, const char *reason);
/* Ends the client since too much waits for it. */
void wire_client_overrun(struct wire_client *client);
/* The compositor's socket, taken over. */
void wire_client_connected(struct wire_client *client, int fd);
/* What waited may go on. */
void wire_client_go_on(struct wire_client *client);
/* Queues an event that the proxy made. False: the client was doomed. */
bool wire_client_send_event(struct wire_client *client, const void *bytes, size_t len);
/* Sees to it that the timer fires in at most ms. */
void wire_client_arm(struct wire_client *client, int ms);

/* request.c */

/* Looks at all requests that are there in full and may go. */
void wire_requests_process(struct wire_client *client);
/* Sends titles whose turn has come. Returns milliseconds until the next one's, or 0. */
int wire_titles_flush(struct wire_client *client);
/* Gives back what an object held besides its id. */
void wire_object_release(struct wire_client *client, struct wire_object *object);

/* event.c */

/* Looks at all events that are there in full. */
void wire_events_process(struct wire_client *client);

#endif
