/* SPDX-License-Identifier: MIT
 *
 * Who is at the other end of a local socket, as far as servers of the host care: nobody who lives in
 * a VM's box may call them, though none should be able to reach their sockets at all.
 */
#ifndef SILO_BASE_PEER_H
#define SILO_BASE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether pid lives in a user namespace that is a child of ours, as every box is. What cannot be
 * looked into is not: the maker of a namespace may always look.
 */
bool peer_is_boxed(pid_t pid);

#endif
