/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: silo's Varlink service, called by a hostile local program. One compositor, headless,
 * serves all inputs; what an input has left there is taken away again. The input is text (caller.h).
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/service_interface.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/runtime.h"
#include "tests/fuzz/caller.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
pid_t fork(void);

#define LINES_MAX 60

/* In place of the C library's: whatever a caller asks for, no program is started from here. */
pid_t fork(void) {
	errno = EAGAIN;
	return -1;
}

static struct options options;
static struct server *server;
static char *path;

static void make_server(void) {
	setenv("XDG_RUNTIME_DIR", input_dir(), 1);
	setenv("WLR_BACKENDS", "headless", 1);
	setenv("WLR_RENDERER", "pixman", 1);
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	options_init(&options);
	options.host_socket = false;
	options.outputs_len = 1;
	options.outputs[0] = (struct output_size){.width_px = 640, .height_px = 480, .scale = 1};
	server = server_create(&options);
	assert(server != NULL);
	path = runtime_path(server, SERVICE_NAME);
	assert(path != NULL);
}

static void settle(void) {
	for (int i = 0; i < 6; i++) {
		server_dispatch(server, 0);
	}
}

/* The caller is gone; so are its domains, whose channels it held. */
static void tidy_up(void) {
	settle();
	struct domain *domain, *next;
	wl_list_for_each_safe(domain, next, domains_list(server), link) {
		if (!domain->is_host) {
			domain_destroy(domain);
		}
	}
	/* Each line makes one notice at most. */
	static uint32_t last_id;
	for (uint32_t id = last_id + 1, end = last_id + LINES_MAX; id <= end; id++) {
		last_id = notices_dismiss(server, id) ? id : last_id;
	}
	settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	if (server == NULL) {
		make_server();
	}
	struct caller caller;
	const char *text = (const char *)bytes;
	caller_connect(&caller, path, SERVICE_NAME);
	settle();
	for (int i = 0; i < LINES_MAX && len > 0; i++) {
		size_t line_len;
		const char *line = caller_line(&text, &len, &line_len);
		caller_say(&caller, line, line_len);
		settle();
		caller_drain(caller.fd);
	}
	caller_close(&caller);
	tidy_up();
	return 0;
}
