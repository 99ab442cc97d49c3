/* SPDX-License-Identifier: MIT */
#include "compositor/domain/blame.h"

#include <time.h>

#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/window/window.h"

#define LOG_BURST 5

void blame_init(struct blame *blame) {
	*blame = (struct blame){.log.burst = LOG_BURST};
	wl_signal_init(&blame->changed);
}

void blame_domain(struct domain *domain, enum offence offence) {
	struct blame *blame = &domain->blame;
	if (domain->is_host || offence == OFFENCE_NONE) {
		return;
	}
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	blame->count++;
	blame->offence = offence;
	blame->at_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	log_limited(&blame->log, LOG_LEVEL_WARN, "domain %s misbehaves: it %s", domain->name,
			offence_text(offence));
	wl_signal_emit_mutable(&blame->changed, domain);
	/* A flood of offences changes the picture once. */
	if (blame->count == blame->acknowledged + 1) {
		windows_update_domain(domain);
	}
	watch_changed(domain->server);
}
