/* SPDX-License-Identifier: MIT
 *
 * The box: where every process that touches a guest's bytes lives (VMM, GPU device, vsock device,
 * agent child). It has its own user, mount, pid, ipc, uts and network namespace and sees a
 * read-only tmpfs with the libraries, its own program and what the caller names, nothing else: no
 * home, no runtime directory, no bus, no /proc, no other process. It has no capability, cannot gain
 * one, can make no namespace, mount nothing and trace nobody, and no socket unless that is its
 * work; Landlock repeats the file rules and refuses abstract sockets and signals out of the box. It
 * dies with its parent, and all it started with it.
 *
 * Where the kernel refuses user namespaces the box is weaker: the file rules by Landlock, the
 * system calls by seccomp, threads but no processes of its own, but a program that may make sockets can connect to any path of the
 * user's. Where there is no Landlock either, nothing is started.
 */
#ifndef SILO_BASE_BOX_H
#define SILO_BASE_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum box_strength {
	/* No box can be made here. */
	BOX_NONE,
	/* Landlock and seccomp alone. */
	BOX_WEAK,
	BOX_FULL,
};

/* Something of the host that the box may see, at the same path. */
struct box_bind {
	const char *path; /* absolute, without ".." */
	bool writable;    /* else read-only; a file, or a directory in which sockets may be made */
	bool device;      /* a device node: may be read, written and controlled */
};

/* In a box with inner jails: an empty directory that cannot be written. */
#define BOX_EMPTY_DIR "/empty"

/* Most descriptors handed to a box. */
#define BOX_FDS_MAX 16

struct box_spec {
	const char *const *argv; /* ends with NULL; argv[0] is the program's absolute path */
	const char *const *env;  /* ends with NULL; NULL: only LC_ALL */
	const struct box_bind *binds;
	size_t binds_len;
	const int *fds; /* become 3, 4, … in the box; stay the caller's */
	size_t fds_len;
	int output;         /* standard output and error; negative, or a terminal: /dev/null */
	bool network;       /* keeps the caller's network namespace */
	bool sockets;       /* may make sockets of its own; else it has those that it is given */
	bool no_namespaces; /* the weaker box, as if user namespaces were refused */
	/*
	 * The program locks up its own processes further (crosvm): it may make namespaces and
	 * mounts, has BOX_EMPTY_DIR and a /proc of the box's processes. Landlock holds no files
	 * then, as it would refuse every mount; the box's root does. Never the weaker box.
	 */
	bool inner_jails;
};

struct box_child {
	pid_t pid;     /* to wait for; killing it ends everything in the box */
	pid_t program; /* the program itself; in a full box a child of pid */
	int pidfd;     /* of pid; readable when it has ended; the caller's */
	enum box_strength strength;
};

/*
 * Starts the program in a box and waits until it has been executed. The calling thread must live as
 * long as the child: its end kills the child. On failure writes what failed into error (cap bytes)
 * and returns a negative errno; nothing is left running then.
 */
int box_spawn(const struct box_spec *spec, struct box_child *ret_child, char *error, size_t cap);

/* The signal that ended the program, by what waitpid() said of box_child.pid; 0: it exited. */
int box_exit_signal(int status);

/* Writes into out (cap bytes) how the program called name ended, by the same status. */
void box_exit_text(char *out, size_t cap, const char *name, int status);

/* What box_spawn() can make here; starts and ends one short-lived process. */
enum box_strength box_strength_here(void);

/* "full", "weaker" or "none". */
const char *box_strength_text(enum box_strength strength);

#endif
