/* SPDX-License-Identifier: MIT
 *
 * The running compositor: what every module needs, and a pointer to each module. A module owns its
 * state, its globals and its listeners; others reach it through its header only.
 */
#ifndef SILO_COMPOSITOR_SERVER_H
#define SILO_COMPOSITOR_SERVER_H

#include <stdbool.h>
#include <systemd/sd-event.h>
#include <wayland-server-core.h>

struct options;
struct wlr_allocator;
struct wlr_backend;
struct wlr_renderer;
struct wlr_session;

struct activation;
struct ask;
struct bare;
struct captures;
struct child;
struct clipboard;
struct clients;
struct console;
struct constraints;
struct cursor;
struct deadtime;
struct decorations;
struct domains;
struct focus;
struct gestures;
struct globals;
struct idle;
struct keyboards;
struct layer_shell;
struct launch;
struct hold;
struct host;
struct layers;
struct lock;
struct lock_surfaces;
struct locker;
struct meter;
struct login;
struct nesting;
struct newcomers;
struct notices;
struct outputs;
struct drawn;
struct sight;
struct pointer;
struct pointing;
struct programs;
struct protocols;
struct reveal;
struct runtime;
struct service;
struct settings;
struct shadows;
struct snaps;
struct sockets;
struct switcher;
struct tablets;
struct text_inputs;
struct titles;
struct tools;
struct touch;
struct watch;
struct windows;
struct workspaces;

struct server {
	const struct options *options;
	struct wl_display *display;
	struct wl_event_loop *loop;
	sd_event *event; /* for sd-varlink; runs inside loop */
	struct wl_event_source *event_source;
	struct wl_event_source *signals[3];
	struct wlr_backend *backend;
	struct wlr_session *session; /* of a console; NULL: nested or headless */
	struct wlr_renderer *renderer;
	struct wlr_allocator *allocator;
	bool is_nested; /* runs in a window of another compositor, which keeps Super for itself */
	bool running;
	size_t modules_created;

	/* Modules, in the order of their creation. */
	struct settings *settings;
	struct runtime *runtime;
	struct clients *clients;
	struct globals *globals;
	struct console *console; /* NULL: nested or headless */
	struct layers *layers;
	struct protocols *protocols;
	struct nesting *nesting;
	struct meter *meter;
	struct drawn *drawn;
	struct sight *sight;
	struct outputs *outputs;
	struct cursor *cursor;
	struct keyboards *keyboards;
	struct focus *focus;
	struct deadtime *deadtime;
	struct hold *hold;
	struct domains *domains;
	struct pointing *pointing;
	struct text_inputs *text_inputs;
	struct constraints *constraints;
	struct newcomers *newcomers;
	struct pointer *pointer;
	struct gestures *gestures;
	struct touch *touch;
	struct tablets *tablets;
	struct workspaces *workspaces;
	struct snaps *snaps;
	struct shadows *shadows;
	struct titles *titles;
	struct windows *windows;
	struct switcher *switcher;
	struct reveal *reveal;
	struct bare *bare;
	struct decorations *decorations;
	struct activation *activation;
	struct layer_shell *layer_shell;
	struct tools *tools;
	struct captures *captures;
	struct lock *lock;
	struct lock_surfaces *lock_surfaces;
	struct idle *idle;
	struct sockets *sockets;
	struct watch *watch;
	struct notices *notices;
	struct ask *ask;
	struct clipboard *clipboard;
	struct service *service;
	struct host *host;
	struct launch *launch;
	struct child *child;
	struct programs *programs;
	struct locker *locker;
	struct login *login;
};

/*
 * Starts a compositor; options must outlive it. Returns NULL on failure, which has been logged in
 * one line that says what to do, with nothing left behind.
 */
struct server *server_create(const struct options *options);

/* Ends every client and undoes server_create(). NULL is legal. */
void server_destroy(struct server *server);

/* Handles what is pending, after waiting for it up to timeout_ms (-1: for ever). */
void server_dispatch(struct server *server, int timeout_ms);

/* Dispatches until server_stop() or a signal. */
void server_run(struct server *server);
void server_stop(struct server *server);

#endif
