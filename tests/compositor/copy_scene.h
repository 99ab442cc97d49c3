/* SPDX-License-Identifier: MIT
 *
 * Domains whose clients copy and paste, well or badly.
 */
#ifndef SILO_TESTS_COMPOSITOR_COPY_SCENE_H
#define SILO_TESTS_COMPOSITOR_COPY_SCENE_H

#include "compositor/clipboard/clipboard.h"
#include "tests/compositor/fixture.h"

#define DEADLINE_MS 10000
#define LIMIT 1024
#define DOMAINS 3
#define FDS_MAX 8

/* A source in a client: what it does when it is asked. */
struct source {
	struct wl_data_source *wl_source;
	const char *bytes; /* NULL: says nothing and keeps the pipe */
	size_t len;
	bool floods;
	int fds[FDS_MAX]; /* kept */
	size_t fds_len;
	int sends, cancels;
	char type[64]; /* that was asked for last */
};

struct peer {
	struct domain *domain;
	int dial;
	struct test_client *client;
	struct test_window window;
	struct wlr_box area;
	struct wl_data_device_manager *manager;
	struct wl_data_device *device;
	struct wl_data_offer *offer; /* the selection's */
	int offers, selections;
};

struct scene {
	struct fixture *fixture;
	struct server *server;
	struct peer peers[DOMAINS]; /* work, banking, untrusted */
};

enum { WORK, BANKING, UNTRUSTED };

/* Writes as much as goes, if it floods. */
void pump(struct source *source);
/* Three domains with a window and a data device each. */
void scene_init(struct scene *scene, void **state);
void scene_finish(struct scene *scene);
/* The user chooses its window. */
void focus(struct scene *scene, size_t i);
/* Super+Shift and that key. */
void chord(struct scene *scene, uint32_t key);
/* Selects something in the client, as its own. */
void offer(struct scene *scene, size_t i, struct source *source, const char *type);
enum clipboard_state state_of(struct scene *scene);
/* The newest notice begins with title, and is a failure if that begins with "Not". */
void expect_notice(struct scene *scene, const char *title, const char *detail);
/* Until the clipboard is in another state. */
void dispatch_while(struct scene *scene, enum clipboard_state state, struct source *source);
/* Selects and presses the chord, and waits for what comes of it. */
void copy(struct scene *scene, size_t i, struct source *source, const char *type);
struct source text_source(const char *text);
/* Reads what is pasted in the client; returns its length, up to cap, or -1: there is nothing. */
ssize_t paste(struct scene *scene, size_t i, const char *type, char *out, size_t cap);
void expect_paste(struct scene *scene, size_t i, const char *text);

#endif
