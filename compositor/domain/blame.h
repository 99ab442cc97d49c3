/* SPDX-License-Identifier: MIT
 *
 * Who misbehaved: what each domain did wrong, how often, when. Set by the compositor's own limits
 * and by what a domain's proxy reports of its guest; one that lies blames only itself. The words are
 * ours. Frames wear a badge by it, the log has a line, vmctl tells it.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_BLAME_H
#define SILO_COMPOSITOR_DOMAIN_BLAME_H

#include <stdint.h>
#include <wayland-server-core.h>

#include "base/log.h"
#include "base/offence.h"

struct domain;

/* Part of a domain. */
struct blame {
	uint64_t count;        /* since the domain was registered; 0: it did nothing wrong */
	uint64_t acknowledged; /* of them the user has clicked away: no badge for these any more */
	enum offence offence;  /* the last one */
	uint64_t at_ms;        /* of the last one, Unix time */
	struct log_limit log;
	struct wl_signal changed; /* data: the domain; also when only the count has */
};

void blame_init(struct blame *blame);

/*
 * The domain did that: counted, logged (a few lines and then one a second), told to who listens and
 * watches. Legal in any handler; the host's own domain is never blamed.
 */
void blame_domain(struct domain *domain, enum offence offence);

#endif
