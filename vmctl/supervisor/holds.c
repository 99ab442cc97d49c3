/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/holds.h"

#include <fcntl.h>
#include <stddef.h>

#include "base/fd.h"
#include "vmctl/supervisor/agent_wire.h"

void holds_init(struct holds *holds) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		holds->holds[i] = (struct hold){.fd = -1};
	}
}

void holds_finish(struct holds *holds) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		fd_close(&holds->holds[i].fd);
	}
}

bool holds_add(struct holds *holds, uint32_t id, int fd, bool is_answered) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		struct hold *hold = &holds->holds[i];
		if (hold->fd < 0) {
			*hold = (struct hold){fcntl(fd, F_DUPFD_CLOEXEC, 3), id, is_answered};
			return hold->fd >= 0;
		}
	}
	return false;
}

static struct hold *find(struct holds *holds, uint32_t id) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		if (holds->holds[i].fd >= 0 && holds->holds[i].id == id) {
			return &holds->holds[i];
		}
	}
	return NULL;
}

void holds_answered(struct holds *holds, uint32_t id) {
	struct hold *hold = find(holds, id);
	if (hold != NULL) {
		hold->is_answered = true;
	}
}

void holds_disown(struct holds *holds, uint32_t id) {
	struct hold *hold = find(holds, id);
	if (hold != NULL) {
		hold->id = 0;
	}
}

void holds_closed(struct holds *holds, uint32_t id) {
	struct hold *hold = find(holds, id);
	if (hold != NULL) {
		fd_close(&hold->fd);
	}
}

void holds_pass(const struct holds *holds, int fd) {
	for (size_t i = 0; i < HOLDS_MAX; i++) {
		const struct hold *hold = &holds->holds[i];
		if (hold->fd >= 0) {
			struct order order = {.type = ORDER_LINGER,
					.id = hold->id,
					.is_answered = hold->is_answered};
			fd_send(fd, &order, sizeof(order), &hold->fd, 1);
		}
	}
}
