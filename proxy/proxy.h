/* SPDX-License-Identifier: MIT
 *
 * Everything of one silo-proxy: the domain, its account, its front ends, and the channels to
 * supervisor and compositor.
 *
 * Without its front end the proxy has nothing to do and ends. Without its compositor it waits for a
 * new dial channel: a VM's device cannot come back once it is gone.
 */
#ifndef SILO_PROXY_PROXY_H
#define SILO_PROXY_PROXY_H

#include <stdbool.h>

struct options;
struct proxy;

/*
 * Connects everything that needs rights: registers the domain if no channel was given, listens, and
 * waits for the VMM if its socket was named by path. NULL after one line in the log.
 */
struct proxy *proxy_create(const struct options *options);
void proxy_destroy(struct proxy *proxy);

/* Serves until there is nothing left to serve, or SIGTERM or SIGINT came. */
void proxy_run(struct proxy *proxy);

#endif
