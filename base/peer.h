/* SPDX-License-Identifier: MIT
 *
 * Who is at the other end of a local socket, as far as servers of the host care: nobody who lives in
 * a VM's box may call them, though none should be able to reach their sockets at all.
 */
#ifndef SILO_BASE_PEER_H
#define SILO_BASE_PEER_H

#include <stdbool.h>

/*
 * Whether the process that connected sock (a connected Unix stream or seqpacket socket) may call a
 * server of the host: it does not live in a user namespace below ours, as every box does.
 * It is known by the descriptor that the kernel keeps with the connection (SO_PEERPIDFD), so that a
 * process number that was given away again deceives nobody; one that has ended already cannot be told
 * from a box's, and may not. What lives, but cannot be looked into, may: the maker of a namespace may
 * always look.
 *
 * Before Linux 6.5 there is no such descriptor: there the process number serves, and whoever has
 * ended may call.
 */
bool peer_may_call(int sock);

/*
 * The same for a process by its number, and by a pidfd of it if that is not -1. For peer_may_call()
 * and its test.
 */
bool peer_is_outside_boxes(int pid, int pidfd);

#endif
