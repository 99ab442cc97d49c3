/* SPDX-License-Identifier: MIT */
#include "guest/agent/applications.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"

#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

/* Installing a package touches many files: they are read once, a moment later. */
#define REST_MS 1000
#define CHANGES                                                                                    \
	(IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |   \
			IN_MOVE_SELF)

/* In the child. */

static bool write_all(int fd, const uint8_t *bytes, size_t len) {
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno != EINTR) {
			return false;
		}
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Writes the list as frames that are one write to the host each. */
static bool write_frames(int fd, const struct scanned *scanned) {
	static uint8_t entries[AGENT_DATA_MAX - 8], frame[AGENT_WRITE_MAX];
	struct agent_message message = {.type = AGENT_APPLICATIONS};
	size_t at = 0;
	bool is_first = true, good = true;
	do {
		struct agent_applications *part = &message.applications;
		*part = (struct agent_applications){.bytes = entries};
		size_t size;
		while (at < scanned->len &&
				(size = agent_application_put(&scanned->applications[at],
						 entries + part->len,
						 sizeof(entries) - part->len)) > 0) {
			part->len += size;
			part->count++;
			at++;
		}
		part->flags = (is_first ? AGENT_APPS_FIRST : 0) |
				(at == scanned->len ? AGENT_APPS_LAST : 0);
		is_first = false;
		size_t len = agent_encode(&message, frame, sizeof(frame));
		good = len > 0 && write_all(fd, frame, len);
	} while (good && at < scanned->len);
	return good;
}

static _Noreturn void scan_and_exit(struct applications *applications, char **environment, int fd) {
	struct scanned scanned;
	if (user_become(applications->user) < 0) {
		_exit(1);
	}
	environ = environment;
	scan_all(&applications->folders, &scanned);
	_exit(scanned.applications != NULL && write_frames(fd, &scanned) ? 0 : 1);
}

/* In the agent. */

static void changes_ready(struct source *source, uint32_t events);

static void set_timer(struct applications *applications) {
	struct itimerspec when = {.it_value = {.tv_sec = REST_MS / 1000,
						  .tv_nsec = REST_MS % 1000 * 1000000L}};
	timerfd_settime(applications->timer.fd, 0, &when, NULL);
}

/* Watches a folder or, while there is none, the nearest above it that is, for its coming. */
static void watch_folder(struct applications *applications, int fd, char *path) {
	char *name = NULL;
	int wd;
	while ((wd = inotify_add_watch(fd, path, CHANGES | IN_ONLYDIR | IN_MASK_ADD)) < 0 &&
			errno == ENOENT) {
		char *slash = strrchr(path, '/');
		if (slash == NULL || slash == path) {
			return;
		}
		*slash = '\0';
		name = slash + 1;
	}
	applications->watches[applications->watches_len++] = (struct application_watch){wd, name};
}

/* Watches anew: folders may have come and gone. */
static int watch_all(struct applications *applications) {
	source_remove(applications->loop, &applications->changes);
	applications->watched = applications->folders;
	applications->watches_len = 0;
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0) {
		return -errno;
	}
	for (size_t i = 0; i < applications->watched.len; i++) {
		watch_folder(applications, fd, applications->watched.paths[i]);
	}
	return source_add(applications->loop, &applications->changes, fd, EPOLLIN, changes_ready);
}

static bool concerns(const struct applications *applications, const struct inotify_event *event) {
	for (size_t i = 0; i < applications->watches_len; i++) {
		const struct application_watch *watch = &applications->watches[i];
		if (watch->wd == event->wd &&
				(watch->name == NULL || event->len == 0 ||
						strcmp(watch->name, event->name) == 0)) {
			return true;
		}
	}
	return (event->mask & IN_Q_OVERFLOW) != 0;
}

static void changes_ready(struct source *source, uint32_t events) {
	struct applications *applications = CONTAINER_OF(source, struct applications, changes);
	char bytes[8192] __attribute__((aligned(8)));
	ssize_t n = read(source->fd, bytes, sizeof(bytes));
	bool is_ours = false;
	for (ssize_t at = 0; at < n && !is_ours;) {
		struct inotify_event *event = (struct inotify_event *)(void *)(bytes + at);
		is_ours = concerns(applications, event);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	if (!is_ours) {
		return;
	}
	/* What changed will be seen by the scan; until then nothing more needs to be heard. */
	source_remove(applications->loop, source);
	if (applications->result.fd >= 0) {
		applications->changed_meanwhile = true;
	} else {
		set_timer(applications);
	}
}

static void result_ready(struct source *source, uint32_t events);

static int start_scan(struct applications *applications) {
	int ends[2];
	char **environment = environment_create(applications->user, applications->defaults_path,
			(const char *const[]){NULL});
	if (environment == NULL) {
		return -ENOMEM;
	}
	scan_folders(environment, &applications->folders);
	/* Watched before it is read: no change is missed. */
	int err = watch_all(applications);
	pid_t pid = -1;
	if (err == 0 && pipe2(ends, O_CLOEXEC) == 0) {
		pid = fork();
		if (pid == 0) {
			scan_and_exit(applications, environment, ends[1]);
		}
		close(ends[1]);
		err = source_add(applications->loop, &applications->result, ends[0], EPOLLIN,
				result_ready);
	}
	environment_free(environment);
	applications->incoming_len = 0;
	return pid < 0 ? -EAGAIN : err;
}

static void timer_ready(struct source *source, uint32_t events) {
	struct applications *applications = CONTAINER_OF(source, struct applications, timer);
	uint64_t times;
	if (read(source->fd, &times, sizeof(times)) != (ssize_t)sizeof(times)) {
		return;
	}
	int err = start_scan(applications);
	if (err < 0) {
		log_warn("the applications cannot be read: %s", strerror(-err));
	}
}

static void take_list(struct applications *applications) {
	bool is_same = applications->frames != NULL &&
			applications->frames_len == applications->incoming_len &&
			memcmp(applications->frames, applications->incoming,
					applications->incoming_len) == 0;
	if (is_same || applications->incoming_len == 0) {
		return;
	}
	uint8_t *frames = malloc(applications->incoming_len);
	if (frames == NULL) {
		return;
	}
	memcpy(frames, applications->incoming, applications->incoming_len);
	free(applications->frames);
	applications->frames = frames;
	applications->frames_len = applications->incoming_len;
	applications->ready(applications->owner);
}

static void result_ready(struct source *source, uint32_t events) {
	struct applications *applications = CONTAINER_OF(source, struct applications, result);
	ssize_t n = read(source->fd, applications->incoming + applications->incoming_len,
			APPLICATIONS_BYTES_MAX - applications->incoming_len);
	if (n < 0 && errno == EINTR) {
		return;
	}
	if (n > 0) {
		applications->incoming_len += (size_t)n;
		return;
	}
	source_remove(applications->loop, source);
	take_list(applications);
	if (applications->changed_meanwhile) {
		applications->changed_meanwhile = false;
		set_timer(applications);
	}
}

int applications_init(struct applications *applications, struct loop *loop, const struct user *user,
		const char *defaults_path, void (*ready)(void *owner), void *owner) {
	*applications = (struct applications){
			.loop = loop,
			.user = user,
			.defaults_path = defaults_path,
			.owner = owner,
			.ready = ready,
			.changes = {.fd = -1},
			.timer = {.fd = -1},
			.result = {.fd = -1},
			.incoming = malloc(APPLICATIONS_BYTES_MAX),
	};
	if (applications->incoming == NULL) {
		return -ENOMEM;
	}
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int err = fd < 0 ? -errno
			 : source_add(loop, &applications->timer, fd, EPOLLIN, timer_ready);
	return err < 0 ? err : start_scan(applications);
}

void applications_finish(struct applications *applications) {
	if (applications->loop == NULL) {
		return;
	}
	source_remove(applications->loop, &applications->changes);
	source_remove(applications->loop, &applications->timer);
	source_remove(applications->loop, &applications->result);
	free(applications->incoming);
	free(applications->frames);
	*applications = (struct applications){0};
}
