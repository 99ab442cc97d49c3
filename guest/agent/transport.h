/* SPDX-License-Identifier: MIT
 *
 * How silo-agent reaches the host: vsock, or UNIX sockets in tests.
 */
#ifndef SILO_GUEST_AGENT_TRANSPORT_H
#define SILO_GUEST_AGENT_TRANSPORT_H

/*
 * Begins to connect the control connection: to the UNIX socket at path, or over vsock if path is
 * NULL. Returns a non-blocking descriptor that becomes writable when the attempt is over (see
 * transport_connect_result()), or a negative errno.
 */
int transport_connect(const char *path);

/* How the attempt ended: 0 or a negative errno. */
int transport_connect_result(int fd);

/* Listens for commands: on a UNIX socket at path, or on vsock. Returns a descriptor or -errno. */
int transport_listen(const char *path);

/*
 * Accepts one connection, non-blocking. Connections over vsock that do not come from the host are
 * refused (-EPERM): a program in the VM must not reach the agent. Returns a descriptor or -errno.
 */
int transport_accept(int listen_fd);

#endif
