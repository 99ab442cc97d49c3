/* SPDX-License-Identifier: MIT */
#include "compositor/window/titles.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/box.h"
#include "base/clock.h"
#include "base/defence.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/shell/spawn.h"
#include "compositor/window/arrange.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"
#include "decorations/text/reader.h"
#include "decorations/title.h"

/* Requests under way: more wait in their windows. They fit in the socket's buffer many times. */
#define UNDER_WAY_MAX 64
/* Of one window and use, and so how long a window that changes its title always waits. */
#define PERIOD_MS (1000 / TITLES_PER_SECOND_MAX)
/* Setting 80 letters takes some hundred microseconds; the first of a script has to load its font. */
#define PATIENCE_MS 5000
/* What is read in one turn of the loop. */
#define TURN_BYTES (256 * 1024)

struct question {
	struct window *window; /* NULL: it has gone */
	enum title_use use;
	uint32_t id, number;
	int size;
	int64_t asked_ms;
};

struct titles {
	struct server *server;
	char path[PATH_MAX]; /* of the program; "": there is none */
	struct box_child child;
	pid_t pid; /* 0: does not run */
	int fd;    /* -1: likewise */
	struct wl_event_source *source;
	struct wl_event_source *timer; /* the next request, restart or end of patience */
	struct respawn respawn;
	int64_t start_ms; /* when it is to be started; 0: it runs, or never */
	bool has_waiting; /* a window waits for its turn */
	struct question questions[UNDER_WAY_MAX]; /* a ring */
	size_t first, len;
	uint32_t next_id;
	struct text_reader reader;
};

static void schedule(struct titles *titles);

/* It has ended, or is ended since it lies, hangs or cannot be heard. */
static void stop(struct titles *titles) {
	if (titles->source != NULL) {
		wl_event_source_remove(titles->source);
		titles->source = NULL;
	}
	fd_close(&titles->fd);
	fd_close(&titles->child.pidfd);
	if (titles->pid != 0) {
		kill(titles->pid, SIGKILL);
	}
	text_reader_reset(&titles->reader);
	for (; titles->len > 0; titles->len--) {
		struct question *question = &titles->questions[titles->first];
		titles->first = (titles->first + 1) % UNDER_WAY_MAX;
		if (question->window != NULL) {
			question->window->titles[question->use].is_asked = false;
			titles->has_waiting = true;
		}
	}
}

static void fail(struct titles *titles, const char *why) {
	int rest_ms = respawn_rest_ms(&titles->respawn);
	log_warn("silo-text %s; it is started again in %d ms", why, rest_ms);
	stop(titles);
	titles->start_ms = clock_now_ms() + rest_ms;
	schedule(titles);
}

static void show(struct window *window, enum title_use use) {
	if (use == TITLE_FRAME) {
		arrange_frame(window);
	} else if (use == TITLE_SWITCHER) {
		switcher_touch(window->server);
	} else {
		reveal_touch(window->server);
	}
}

/* The first question is answered: picture, which is taken over, or NULL. */
static void take_answer(struct titles *titles, struct title_picture *picture) {
	struct question question = titles->questions[titles->first];
	titles->first = (titles->first + 1) % UNDER_WAY_MAX;
	titles->len--;
	if (question.window == NULL) {
		title_picture_unref(picture);
		return;
	}
	struct title_slot *slot = &question.window->titles[question.use];
	slot->is_asked = false;
	title_picture_unref(slot->picture);
	slot->picture = picture;
	slot->picture_of = question.number;
	show(question.window, question.use);
}

/* Reads on as far as the turn goes. */
static enum text_read read_turn(struct titles *titles) {
	enum text_read result = TEXT_READ_PART;
	for (size_t total = 0; total < TURN_BYTES && result != TEXT_READ_NOTHING;) {
		const struct question *question = &titles->questions[titles->first];
		const struct text_question asked = {question->id, question->size};
		struct title_picture *picture = NULL;
		result = text_reader_read(&titles->reader, titles->fd,
				titles->len > 0 ? &asked : NULL, &total, &picture);
		if (result == TEXT_READ_ANSWER) {
			take_answer(titles, picture);
		} else if (result >= TEXT_READ_ENDED) {
			break;
		}
	}
	return result;
}

static int handle_readable(int fd, uint32_t mask, void *data) {
	struct titles *titles = data;
	switch (read_turn(titles)) {
	case TEXT_READ_ENDED:
		fail(titles, "has ended");
		break;
	case TEXT_READ_LIE:
		fail(titles, "gave an answer that is none");
		break;
	default:
		schedule(titles);
	}
	return 0;
}

/* In a box that has the fonts, and nothing else of the host's files but libraries. */
static bool start(struct titles *titles) {
	static const char *const places[] = {"/etc/fonts", "/usr/share/fonts",
			"/usr/local/share/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig",
			"/etc/static"};
	struct box_bind binds[sizeof(places) / sizeof(places[0])];
	size_t len = 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i], R_OK) == 0) {
			binds[len++] = (struct box_bind){.path = places[i]};
		}
	}
	int pair[2];
	if (fd_socketpair(SOCK_STREAM, pair) < 0) {
		return false;
	}
	const char *const argv[] = {titles->path, "--fd", "3", NULL};
	const struct box_spec spec = {.argv = argv,
			.binds = binds,
			.binds_len = len,
			.fds = &pair[1],
			.fds_len = 1,
			.output = STDERR_FILENO};
	char why[256];
	int result = box_spawn(&spec, &titles->child, why, sizeof(why));
	close(pair[1]);
	if (result < 0) {
		close(pair[0]);
		log_warn("silo-text does not start, and windows have no titles: %s", why);
		return false;
	}
	titles->pid = titles->child.pid;
	titles->fd = pair[0];
	titles->source = wl_event_loop_add_fd(titles->server->loop, titles->fd, WL_EVENT_READABLE,
			handle_readable, titles);
	respawn_started(&titles->respawn);
	return titles->source != NULL;
}

static void ask(struct titles *titles, struct window *window, enum title_use use, int64_t now_ms) {
	struct title_slot *slot = &window->titles[use];
	struct text_request request = {.id = ++titles->next_id,
			.size = (uint32_t)slot->size,
			.len = (uint32_t)strnlen(window->title, TEXT_BYTES_MAX)};
	memcpy(request.text, window->title, request.len);
	slot->asked_ms = now_ms;
	slot->is_asked = true;
	titles->questions[(titles->first + titles->len++) % UNDER_WAY_MAX] = (struct question){
			window, use, request.id, window->title_number, slot->size, now_ms};
	if (fd_send(titles->fd, &request, sizeof(request), NULL, 0) != sizeof(request)) {
		fail(titles, "does not listen");
	}
}

/* Is the slot's picture not of the title, or not of the size, that is wanted? */
static bool is_behind(const struct window *window, const struct title_slot *slot) {
	return slot->size != 0 && window->title[0] != '\0' &&
			(slot->picture_of != window->title_number ||
					(slot->picture != NULL &&
							slot->picture->size != slot->size));
}

static int64_t sooner(int64_t a, int64_t b) {
	return a == 0 || b < a ? b : a;
}

/* Asks for what may be asked for now. Returns when more may be: 0 if nothing waits. */
static int64_t ask_all(struct titles *titles, int64_t now_ms) {
	struct window *window;
	int64_t next_ms = 0;
	titles->has_waiting = false;
	wl_list_for_each(window, windows_stack(titles->server), link) {
		for (int use = 0; use < TITLE_USES; use++) {
			struct title_slot *slot = &window->titles[use];
			if (!is_behind(window, slot) || slot->is_asked) {
				continue;
			}
			int64_t due_ms = slot->asked_ms + PERIOD_MS;
			if (slot->asked_ms != 0 && due_ms > now_ms && DEFENDS(title_pace)) {
				titles->has_waiting = true;
				next_ms = sooner(next_ms, due_ms);
			} else if (titles->len == UNDER_WAY_MAX) {
				titles->has_waiting = true; /* the next answer makes room */
			} else {
				ask(titles, window, (enum title_use)use, now_ms);
				if (titles->fd < 0) {
					return 0;
				}
			}
		}
	}
	return next_ms;
}

/* Does what is due and sets the timer for what is next. */
static void schedule(struct titles *titles) {
	int64_t now_ms = clock_now_ms(), next_ms = 0;
	if (titles->start_ms != 0) {
		next_ms = titles->start_ms;
	} else if (titles->fd >= 0) {
		next_ms = titles->has_waiting ? ask_all(titles, now_ms) : 0;
		if (titles->fd < 0) {
			return; /* that failed, and is scheduled */
		}
		if (titles->len > 0) {
			next_ms = sooner(next_ms,
					titles->questions[titles->first].asked_ms + PATIENCE_MS);
		}
	}
	int64_t wait_ms = next_ms - now_ms;
	wl_event_source_timer_update(titles->timer,
			next_ms == 0                  ? 0
					: wait_ms > 0 ? (int)wait_ms
						      : 1);
}

static int handle_timer(void *data) {
	struct titles *titles = data;
	int64_t now_ms = clock_now_ms();
	if (titles->start_ms != 0 && now_ms >= titles->start_ms) {
		titles->start_ms = 0;
		if (!start(titles)) {
			stop(titles);
			return 0;
		}
	}
	if (titles->len > 0 && now_ms >= titles->questions[titles->first].asked_ms + PATIENCE_MS) {
		fail(titles, "does not answer");
		return 0;
	}
	schedule(titles);
	return 0;
}

struct title_picture *titles_get(struct window *window, enum title_use use, int size) {
	struct titles *titles = window->server->titles;
	struct title_slot *slot = &window->titles[use];
	size = size < TITLE_SIZE_MIN            ? TITLE_SIZE_MIN
			: size > TITLE_SIZE_MAX ? TITLE_SIZE_MAX
						: size;
	slot->size = size;
	if (titles == NULL || window->title[0] == '\0') {
		return NULL;
	}
	if (is_behind(window, slot) && !slot->is_asked && !titles->has_waiting) {
		/* Not from here: whoever asks is in the middle of something. */
		titles->has_waiting = true;
		if (titles->fd >= 0) {
			wl_event_source_timer_update(titles->timer, 1);
		}
	}
	/* The title before is better than none while the new one is set; not when nobody sets it. */
	bool is_shown = slot->picture_of == window->title_number || titles->fd >= 0;
	return is_shown ? slot->picture : NULL;
}

void titles_forget(struct window *window) {
	struct titles *titles = window->server->titles;
	for (int use = 0; use < TITLE_USES; use++) {
		title_picture_unref(window->titles[use].picture);
		window->titles[use].picture = NULL;
	}
	for (size_t i = 0; titles != NULL && i < titles->len; i++) {
		struct question *question = &titles->questions[(titles->first + i) % UNDER_WAY_MAX];
		if (question->window == window) {
			question->window = NULL;
		}
	}
}

bool titles_ended(struct server *server, pid_t pid) {
	struct titles *titles = server->titles;
	if (titles == NULL || titles->pid == 0 || titles->pid != pid) {
		return false;
	}
	titles->pid = 0;
	/* Its socket may say so later, or has said so already. */
	if (titles->fd >= 0) {
		fail(titles, "has ended");
	}
	return true;
}

bool titles_create(struct server *server) {
	struct titles *titles = calloc(1, sizeof(*titles));
	if (titles == NULL) {
		log_error("out of memory");
		return false;
	}
	titles->server = server;
	titles->fd = titles->child.pidfd = -1;
	titles->timer = wl_event_loop_add_timer(server->loop, handle_timer, titles);
	if (titles->timer == NULL) {
		free(titles);
		log_error("out of memory");
		return false;
	}
	server->titles = titles;
	const char *name = server->options->text;
	if (name == NULL) {
		return true;
	}
	char found[PATH_MAX];
	/* A box wants a path without "..". */
	if (!spawn_find(name, found) || realpath(found, titles->path) == NULL) {
		titles->path[0] = '\0';
		log_warn("%s is not found: windows have no titles", name);
		return true;
	}
	if (!start(titles)) {
		stop(titles);
	}
	return true;
}

void titles_destroy(struct server *server) {
	struct titles *titles = server->titles;
	if (titles == NULL) {
		return;
	}
	stop(titles);
	wl_event_source_remove(titles->timer);
	free(titles);
	server->titles = NULL;
}
