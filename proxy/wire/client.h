/* SPDX-License-Identifier: MIT
 *
 * The Wayland engine, one `struct wire_client` per client in the guest. A front end (the GPU
 * device, the Wayland socket) pushes the bytes and descriptors that the guest sent and pulls those
 * that the guest is to get; the engine owns the connection to the compositor, checks every message
 * against its interface table and policy row, rewrites what must be rewritten, and meters.
 *
 * It never trusts a front end's bytes. On any doubt it ends the client: what waits for the guest, a
 * wl_display.error as the last, may still be pulled (for a second at most) while what is pushed is
 * swallowed; then ended() is called once, after it nothing is pulled or pushed any more and the
 * front end calls wire_client_destroy(), in ended() or later but before wire_domain_destroy()
 * returns.
 */
#ifndef SILO_PROXY_WIRE_CLIENT_H
#define SILO_PROXY_WIRE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pool_account;
struct pool_file;
struct wire_client;
struct wire_domain;
struct wl_event_loop;

/* What a descriptor is, as far as the front end knows. The engine owns fd once it was pushed. */
enum wire_fd_kind {
	WIRE_FD_POOL,       // memory that the proxy made: `pool` is set (a reference, engine's)
	WIRE_FD_PIPE_WRITE, // write end for the compositor or another client to write into
	WIRE_FD_PIPE_READ,  // read end
	WIRE_FD_DMABUF,     // made by the proxy's own renderer
	WIRE_FD_FOREIGN,    // came from the client itself: must be checked or copied before use
};

struct wire_fd {
	int fd; // -1 for WIRE_FD_POOL: the descriptor is pool_file_fd(pool)
	enum wire_fd_kind kind;
	struct pool_file *pool; // WIRE_FD_POOL only
};

/* What one VM's clients share: the dial channel, quotas, sanitised facts. */
struct wire_domain_config {
	const char *name;             // the VM's name, for log lines; outlives the domain
	struct pool_account *account; // outlives the domain
	uint32_t clients_max;         // 0: VM_CLIENTS_MAX
	/* Work that all its clients may ask of the compositor; 0: VM_WORK_PER_SECOND_MAX. */
	uint32_t work_per_second;
	/*
	 * Damaged pixels per second of one client; 0: CLIENT_DAMAGE_FACTOR_MAX times the outputs'
	 * area per refresh.
	 */
	uint64_t damage_per_second;
	/*
	 * How much the guest allocates for files that it only receives (keymap, format table): a
	 * front end that cannot pass descriptors through gets them copied by itself, not by the
	 * engine.
	 */
};

/* The domain without a dial channel: clients wait until one is set. NULL: out of memory. */
struct wire_domain *wire_domain_create(struct wl_event_loop *loop,
		const struct wire_domain_config *config);
/* Ends every client. */
void wire_domain_destroy(struct wire_domain *domain);
/* Takes fd as the dial channel (docs/internal/channels.md); clients of an older one end. */
void wire_domain_set_dial(struct wire_domain *domain, int fd);
/* Called when the compositor hangs up the dial channel; its clients are ending by then. */
void wire_domain_on_hangup(struct wire_domain *domain, void (*hangup)(void *data), void *data);

/*
 * How a front end is called back: only from the event loop, never from inside push or pull. It may
 * destroy the client in any of these.
 */
struct wire_front {
	/* Bytes wait to be pulled (edge: called when the queue stops being empty). */
	void (*readable)(void *data);
	/* The engine takes input again after wire_client_push() answered 0 (back-pressure). */
	void (*writable)(void *data);
	/*
	 * The client is over; reason is one line of English for the log, already written there. May
	 * be called inside wire_client_push() and _pull(), so it only notes the fact: the front end
	 * calls wire_client_destroy() later, never from inside a callback.
	 */
	void (*ended)(void *data, const char *reason);
};

/*
 * A new guest client. The connection to the compositor is dialled at once; what is pushed meanwhile
 * is kept (bounded). Returns NULL with errno EDQUOT (too many clients) or ENOMEM.
 */
struct wire_client *wire_client_create(struct wire_domain *domain, const struct wire_front *front,
		void *data);
/*
 * Hangs up the compositor's side and frees everything, pushed descriptors included. NULL is fine.
 */
void wire_client_destroy(struct wire_client *client);

/*
 * Takes len bytes (at most 64 KiB) with n descriptors that arrived with their first byte
 * (n <= WIRE_FDS_MAX). All or nothing: returns len; 0 if the engine cannot take more now
 * (writable() follows; the caller keeps everything and stops reading); a negative errno if ended()
 * has been called. Unless it returns 0 the engine owns the descriptors.
 */
ssize_t wire_client_push(struct wire_client *client, const void *bytes, size_t len,
		const struct wire_fd *fds, size_t n);

/*
 * Takes at most cap bytes for the guest into bytes, and their descriptors into fds (room for *n; *n
 * becomes their number; the caller owns them). A descriptor comes no later than the message that it
 * belongs to. Returns the number of bytes, 0 if nothing waits.
 */
size_t wire_client_pull(struct wire_client *client, void *bytes, size_t cap, int *fds, size_t *n);

/* Does wire_client_pull() have something? */
bool wire_client_has_output(const struct wire_client *client);

#endif
