/* SPDX-License-Identifier: MIT
 *
 * File descriptors: ownership, and passing them over UNIX sockets. Everything made here is
 * close-on-exec. Nothing here logs.
 */
#ifndef SILO_BASE_FD_H
#define SILO_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Closes *fd unless it is negative, and sets it to -1. errno is kept. */
void fd_close(int *fd);

/* Closes the variable's descriptor when it goes out of scope: `cleanup_fd int fd = -1;`. */
#define cleanup_fd __attribute__((cleanup(fd_close)))

/* Returns *fd and sets it to -1: the caller owns the descriptor from now on. */
int fd_steal(int *fd);

/* Sets or clears O_NONBLOCK, or FD_CLOEXEC. Returns 0 or a negative errno. */
int fd_set_nonblock(int fd, bool on);
int fd_set_cloexec(int fd, bool on);

/* Most descriptors that one message of fd_send() or fd_recv() carries (Wayland's own bound). */
#define FD_MESSAGE_MAX 28

/*
 * Sends one message of len bytes (len > 0) with n descriptors, never raising SIGPIPE. On a stream
 * socket the write may be short. The descriptors stay the caller's.
 * Returns the number of bytes sent or a negative errno (-EAGAIN on a full non-blocking socket).
 */
ssize_t fd_send(int sock, const void *bytes, size_t len, const int *fds, size_t n);

/*
 * Receives at most cap bytes and FD_MESSAGE_MAX descriptors, close-on-exec, into fds, which has
 * room for *n; *n becomes their number. Surplus descriptors are closed and the call fails.
 * Returns the number of bytes, 0 at end of file, or a negative errno; -EMSGSIZE if bytes or
 * descriptors did not fit (none is kept then).
 */
ssize_t fd_recv(int sock, void *bytes, size_t cap, int *fds, size_t *n);

/* A connected pair of the given type (SOCK_STREAM, SOCK_SEQPACKET). Returns 0 or -errno. */
int fd_socketpair(int type, int ret_fds[2]);

/*
 * Listens at path (replacing a socket there, mode 0600). The name appears when connections are
 * taken, never before: who waits for it may connect at once. Returns the descriptor or a negative
 * errno; -ENAMETOOLONG if path and four bytes more do not fit in a socket address, -EADDRINUSE if
 * something else than a socket is there.
 */
int fd_listen(const char *path, int type);

/* Connects to the socket at path. Returns the descriptor or a negative errno. */
int fd_connect(const char *path, int type);

/*
 * The same where whoever listens there is not trusted, and may write in that directory: the last
 * part of path must be the socket itself, not a link to one that only the caller may reach, and a
 * listener that accepts nobody makes this fail (-EAGAIN), not wait. The descriptor blocks.
 */
int fd_connect_own(const char *path, int type);

/* Parses a descriptor number given on a command line; it must be open. Returns it or -EBADF. */
int fd_parse(const char *text);

/*
 * Makes the directory path with mode 0700 if it is missing. Returns 0, or a negative errno:
 * -EPERM if it exists and is not a directory of the caller's own with mode 0700.
 */
int dir_ensure_private(const char *path);

#endif
