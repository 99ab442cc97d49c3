/* SPDX-License-Identifier: MIT
 *
 * Who has the keyboard: at most one window, and through it one domain. It changes by a user's
 * action only, or stays within the domain that has it already.
 */
#ifndef SILO_COMPOSITOR_INPUT_FOCUS_H
#define SILO_COMPOSITOR_INPUT_FOCUS_H

#include <stdbool.h>

struct domain;
struct server;
struct window;

bool focus_create(struct server *server);
void focus_destroy(struct server *server);

/* The window, or domain, that has the keyboard; NULL: none. */
struct window *focus_window(struct server *server);
struct domain *focus_domain(struct server *server);

/* Gives window, mapped, the keyboard; NULL takes it from all. */
void focus_set(struct server *server, struct window *window);

/* The user chooses window, mapped: it is shown, minimised or of another workspace as it may be, and
 * gets the keyboard. */
void focus_show(struct server *server, struct window *window);

/* The window in sight that was used last; NULL: none is in sight. */
struct window *focus_latest(struct server *server);

/* window goes: the keyboard passes on, to another domain only if is_user_action. */
void focus_lose(struct server *server, struct window *window, bool is_user_action);

/* Gives the keyboard to the next window in order of use; focus_commit_cycle() ends the round. */
void focus_cycle(struct server *server, bool is_backwards);
void focus_commit_cycle(struct server *server);

#endif
