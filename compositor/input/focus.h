/* SPDX-License-Identifier: MIT
 *
 * Who has the keyboard: at most one window, and through it one domain. It changes by a user's
 * action only, or stays within the domain that has it already. While something of the host's own
 * holds it (the launcher), the window in use is remembered and gets it back.
 */
#ifndef SILO_COMPOSITOR_INPUT_FOCUS_H
#define SILO_COMPOSITOR_INPUT_FOCUS_H

#include <stdbool.h>

struct domain;
struct output;
struct server;
struct window;
struct wlr_surface;

/* What of the host's, other than a window, holds the keyboard. */
struct focus_hold {
	struct wlr_surface *surface; /* hears the keys; NULL: nobody does */
	struct output *output;       /* where it is; NULL: where the pointer is */
	const char *label;           /* what the strip says, static; NULL: the host's own */
};

bool focus_create(struct server *server);
void focus_destroy(struct server *server);

/* The window, or domain, that has the keyboard; NULL: none. */
struct window *focus_window(struct server *server);
struct domain *focus_domain(struct server *server);

/* The window that has the keyboard, or gets it back when it is held no more; NULL: none. */
struct window *focus_in_use(struct server *server);

/* What holds the keyboard; NULL: nothing but a window may have it. */
const struct focus_hold *focus_held(struct server *server);

/* The output with what has the keyboard; NULL: nothing has it. */
struct output *focus_output(struct server *server);

/* Holds the keyboard for hold, which is copied; NULL gives it back to the window in use. */
void focus_set_hold(struct server *server, const struct focus_hold *hold);

/* The same for the lock, which comes before all others: what they ask for meanwhile is granted when
 * it gives the keyboard back. */
void focus_set_lock(struct server *server, const struct focus_hold *lock);

/* Gives window, mapped, the keyboard, or makes it the one that gets it back; NULL: none. */
void focus_set(struct server *server, struct window *window);

/*
 * The user has started something in the domain of that name: the next window that it maps gets the
 * keyboard, unless the user types or clicks into another window first, or it takes long. NULL: no
 * window is expected any more.
 */
void focus_expect(struct server *server, const char *domain);

/* May window, about to be shown, take the keyboard from another domain's? Only once. */
bool focus_take_expected(struct window *window);

/*
 * May window, about to be shown, take the keyboard without a user's action? From its own domain, or
 * where nobody has it and nobody is typing. What the last window of a domain left behind when it
 * ended by itself is for that domain only, until the user gives it to somebody.
 */
bool focus_may_pass_to(const struct window *window);

/* The user chooses window, mapped: it is shown, minimised or of another workspace as it may be, and
 * gets the keyboard. */
void focus_show(struct server *server, struct window *window);

/* The window in sight that was used last; NULL: none is in sight. */
struct window *focus_latest(struct server *server);

/* window goes: the keyboard passes on, to another domain only if is_user_action. */
void focus_lose(struct server *server, struct window *window, bool is_user_action);

#endif
