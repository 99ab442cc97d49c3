/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: a VM's client that speaks to the compositor through the proxy, both of them real and in one
 * process (desk.h). What the proxy lets pass must be what the compositor takes: it never finds an object
 * or a request that does not exist, and never has to count for itself what the proxy counts. The proxy is not ended
 * for what its guest does. When the client has gone, nothing is charged to its VM any more, on either side.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "proxy/listen.h"
#include "proxy/quota/pool.h"
#include "proxy/wire/engine.h"
#include "tests/fuzz/desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define BUFFERS_MAX (64u << 20)

static struct pool_account account;
static struct wire_domain *wire;
static struct listen *listening;
static char path[96];
static bool is_slow; // the compositor took longer than it allows a machine: no fault of the proxy's

static struct domain *attacker(void) {
	return domains_find(desk.fixture->server, "evil");
}

static void found(const char *what, const char *why) {
	fprintf(stderr, "%s %s\n", what, why);
	abort();
}

/* The compositor's wl_display.error: the proxy should have been first with some. */
static void check_error(const struct wl_protocol_logger_message *message) {
	uint32_t code = message->arguments[1].u;
	if (strcmp(wl_resource_get_class(message->resource), "wl_display") != 0 ||
			message->message_opcode != 0) {
		return;
	}
	if (strcmp(message->arguments[2].s, offence_text(OFFENCE_TIME)) == 0) {
		is_slow = true;
	}
	bool is_displays = (struct wl_resource *)message->arguments[0].o == message->resource;
	if (is_displays &&
			(code == WIRE_ERROR_INVALID_OBJECT || code == WIRE_ERROR_INVALID_METHOD)) {
		found("the compositor refused:", message->arguments[2].s);
	}
}

static void handle_message(void *data, enum wl_protocol_logger_type type,
		const struct wl_protocol_logger_message *message) {
	const struct client *client = client_of(wl_resource_get_client(message->resource));
	if (type == WL_PROTOCOL_LOGGER_EVENT && client != NULL && client->domain == attacker()) {
		check_error(message);
	}
}

static int connect_through(void) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int result = connect(fd, (struct sockaddr *)&address, sizeof(address));
	assert(result == 0);
	fixture_settle(desk.fixture);
	return fd;
}

static void look(void) {
	const struct domain *domain = attacker();
	assert(domain != NULL || is_slow);
	if (domain != NULL && domain->strikes > 0 && !is_slow) {
		found("the compositor had to count: it", offence_text(domain->blame.offence));
	}
}

static void begin(void) {
	int dial;
	desk_make();
	if (path[0] == '\0') {
		snprintf(path, sizeof(path), "%s/wayland", input_dir());
		wl_display_add_protocol_logger(desk.fixture->server->display, handle_message, NULL);
	}
	is_slow = false;
	account = (struct pool_account){.bytes_max = BUFFERS_MAX};
	struct wire_domain_config config = {.name = "evil", .account = &account};
	wire = wire_domain_create(desk.fixture->server->loop, &config);
	fixture_domain(desk.fixture, "evil", &dial);
	wire_domain_set_dial(wire, dial);
	listening = listen_create(desk.fixture->server->loop, wire, path);
	assert(listening != NULL);
}

static void end(void) {
	const struct domain *domain = attacker();
	assert(wl_list_empty(&wire->clients) && wire->client_count == 0);
	assert(wire->toplevels == 0 && wire->pools == 0);
	assert(account.files == 0 && account.bytes_reserved == 0);
	assert(domain == NULL || (domain->buffer_bytes == 0 && domain->pools == 0));
	assert(domain == NULL || wl_list_empty(&domain->clients));
	listen_destroy(listening);
	wire_domain_destroy(wire);
	fixture_settle(desk.fixture);
	assert(attacker() == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	begin();
	desk_run(bytes, len, connect_through, look);
	end();
	return 0;
}
