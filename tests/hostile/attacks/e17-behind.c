/* SPDX-License-Identifier: MIT
 *
 * E17: what a machine does that has taken its proxy over: it holds the dial channel of a domain and
 * speaks to the compositor as it likes, past everything that the proxy checks and meters.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/offence.h"
#include "proxy/register.h"
#include "tests/hostile/kit/attack.h"
#include "tests/hostile/kit/machine.h"
#include "tests/hostile/kit/raw.h"
#include "xdg-shell-client-protocol.h"

#define FLOOD_MS 8000
#define FLOODERS 3
#define CONNECTIONS 400
/* A channel's flood, and what it may take: answers, and the processor's time. */
#define DIAL_MS 2000
#define DIALS_MAX (VM_DIALS_BURST + 3 * VM_DIALS_PER_SECOND_MAX)
#define DIAL_COST_MAX_MS 200
/* Of 65,530 that the kernel gives a process. */
#define MAPPING_CLIENTS 17
#define MAPPINGS 3900

static struct actor attacker, victim;
static struct actor_window evil, good;
static int dial = -1;

/* Becomes a domain's proxy. */
static bool take_over(struct arena *arena) {
	dial = register_domain("taken", NULL, "#8b572a");
	if (dial < 0) {
		because(arena, CANNOT, "no domain can be registered there");
	}
	return dial >= 0;
}

static bool attacker_past(void) {
	int fd = machine_connect(dial);
	return fd >= 0 && actor_connect_fd(&attacker, fd);
}

/* Ends the case: it must have been ended, for that reason, and the victim is served. */
static enum verdict judge(struct arena *arena, bool is_ended, enum offence offence) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	if (!actor_settle(&victim)) {
		return because(arena, BROKEN, "another machine was hung up");
	}
	char line[160];
	snprintf(line, sizeof(line), "domain taken misbehaves: it %s", offence_text(offence));
	if (!is_ended || (offence != OFFENCE_NONE && !arena_log_holds(arena, line))) {
		return because(arena, BROKEN, "%s", is_ended ? "nobody was blamed" : "it goes on");
	}
	return because(arena, HELD, "it was ended%s%s",
			offence != OFFENCE_NONE ? ", blamed: it " : "",
			offence != OFFENCE_NONE ? offence_text(offence) : "");
}

/* Calls once again and again; true when the connection has ended. */
static bool flood(void (*once)(int i), int count) {
	for (int i = 0; i < count; i++) {
		once(i);
		if (i % 200 == 199 && !actor_settle(&attacker)) {
			return true;
		}
	}
	return !actor_settle(&attacker);
}

static void make_surface(int i) {
	wl_compositor_create_surface(attacker.compositor);
}

static void make_region(int i) {
	wl_compositor_create_region(attacker.compositor);
}

static void add_rectangle(int i) {
	static struct wl_region *region;
	if (i == 0) {
		region = wl_compositor_create_region(attacker.compositor);
	}
	wl_region_add(region, i % 100 * 3, i / 100 * 3, 1, 1);
}

static void offer_type(int i) {
	static struct wl_data_source *source;
	char type[32];
	if (i == 0) {
		source = wl_data_device_manager_create_data_source(attacker.data_devices);
	}
	snprintf(type, sizeof(type), "text/%d", i);
	wl_data_source_offer(source, type);
}

static void set_title(int i) {
	char title[32];
	snprintf(title, sizeof(title), "%d", i);
	xdg_toplevel_set_title(evil.toplevel, title);
}

static void damage(int i) {
	wl_surface_damage_buffer(evil.surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(evil.surface);
}

static enum verdict surfaces(struct arena *arena) {
	return take_over(arena) && attacker_past()
			? judge(arena, flood(make_surface, 3000), OFFENCE_SURFACES)
			: CANNOT;
}

static enum verdict objects(struct arena *arena) {
	return take_over(arena) && attacker_past()
			? judge(arena, flood(make_region, 20000), OFFENCE_OBJECTS)
			: CANNOT;
}

static enum verdict rectangles(struct arena *arena) {
	return take_over(arena) && attacker_past()
			? judge(arena, flood(add_rectangle, 3000), OFFENCE_REGION)
			: CANNOT;
}

static enum verdict types(struct arena *arena) {
	return take_over(arena) && attacker_past()
			? judge(arena, flood(offer_type, 3000), OFFENCE_TYPES)
			: CANNOT;
}

static enum verdict titles(struct arena *arena) {
	if (!take_over(arena) || !attacker_past()) {
		return CANNOT;
	}
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	return judge(arena, flood(set_title, 3000), OFFENCE_TITLES);
}

static enum verdict pixels(struct arena *arena) {
	if (!take_over(arena) || !attacker_past()) {
		return CANNOT;
	}
	actor_window_map(&evil, &attacker, 1200, 700, EVIL);
	return judge(arena, flood(damage, 6000), OFFENCE_PIXELS);
}

static enum verdict connections(struct arena *arena) {
	if (!take_over(arena)) {
		return CANNOT;
	}
	int fds[CONNECTIONS], n = 0;
	while (n < CONNECTIONS && (fds[n] = machine_connect(dial)) >= 0) {
		n++;
	}
	enum verdict verdict = judge(arena, n <= VM_CLIENTS_MAX, OFFENCE_CONNECTIONS);
	for (int i = 0; i < n; i++) {
		close(fds[i]);
	}
	return verdict;
}

/* Is the dial channel hung up, by then? */
static bool is_over(int64_t deadline_ms) {
	char bytes[8];
	while (clock_now_ms() < deadline_ms) {
		int fds[FD_MESSAGE_MAX];
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd_recv(dial, bytes, sizeof(bytes), fds, &n);
		if (len == 0 || len == -ECONNRESET) {
			return true;
		}
		for (size_t i = 0; len > 0 && i < n; i++) {
			close(fds[i]);
		}
		if (len == -EAGAIN) {
			return false;
		}
	}
	return false;
}

/* The kernel gives up waiting for an answer. */
static void be_patient(int ms) {
	struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	setsockopt(dial, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

static enum verdict no_dial(struct arena *arena) {
	static const unsigned char bad[] = {'c', 'c', 0, 0xff};
	if (!take_over(arena)) {
		return CANNOT;
	}
	be_patient(1000);
	fd_send(dial, bad, sizeof(bad), NULL, 0);
	return judge(arena, is_over(clock_now_ms() + 2000), OFFENCE_NONE);
}

/* Breaks a limit on one connection after the other. */
static enum verdict again_and_again(struct arena *arena) {
	if (!take_over(arena)) {
		return CANNOT;
	}
	be_patient(1000);
	int ended = 0;
	while (ended < 3 * DOMAIN_STRIKES_MAX && attacker_past()) {
		flood(add_rectangle, REGION_RECTS_MAX + 100);
		actor_disconnect(&attacker);
		ended++;
	}
	return judge(arena, ended < 3 * DOMAIN_STRIKES_MAX && is_over(clock_now_ms() + 2000),
			OFFENCE_REGION);
}

/* Sends set_input_region and commit for ever, on a connection of its own. */
static _Noreturn void ask_for_ever(const struct actor_window *window, struct wl_region *region) {
	static uint32_t words[20000];
	uint32_t surface = wl_proxy_get_id((struct wl_proxy *)window->surface);
	size_t n = 0;
	while (n + 5 <= sizeof(words) / sizeof(words[0])) {
		words[n++] = surface;
		words[n++] = 12u << 16 | WL_SURFACE_SET_INPUT_REGION;
		words[n++] = wl_proxy_get_id((struct wl_proxy *)region);
		words[n++] = surface;
		words[n++] = 8u << 16 | WL_SURFACE_COMMIT;
	}
	while (raw_send(wl_display_get_fd(window->actor->display), words, n * 4, NULL, 0)) {
	}
	_exit(0);
}

/* More than the compositor can do, while another machine works; told to be silent, it is not. */
static enum verdict time_of_the_compositor(struct arena *arena) {
	static struct actor actors[FLOODERS];
	static struct actor_window windows[FLOODERS];
	pid_t children[FLOODERS];
	if (!take_over(arena)) {
		return CANNOT;
	}
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	for (int i = 0; i < FLOODERS; i++) {
		int fd = machine_connect(dial);
		if (fd < 0 || !actor_connect_fd(&actors[i], fd)) {
			return because(arena, CANNOT, "no connection");
		}
		actor_window_map(&windows[i], &actors[i], 300, 200, EVIL);
		struct wl_region *region = wl_compositor_create_region(actors[i].compositor);
		for (int k = 0; k < REGION_RECTS_MAX; k++) {
			wl_region_add(region, k % 16 * 5, k / 16 * 5, 1, 1);
		}
		actor_settle(&actors[i]);
		children[i] = fork();
		if (children[i] == 0) {
			ask_for_ever(&windows[i], region);
		}
	}
	/* The victim works meanwhile. Each child ends when its connection does. */
	int left = FLOODERS;
	for (int64_t end_ms = clock_now_ms() + FLOOD_MS; left > 0 && clock_now_ms() < end_ms;) {
		actor_wait(&victim, clock_now_ms() + 20);
		actor_settle(&victim);
		for (int i = 0; i < FLOODERS; i++) {
			if (children[i] > 0 && waitpid(children[i], NULL, WNOHANG) > 0) {
				children[i] = 0;
				left--;
			}
		}
	}
	for (int i = 0; i < FLOODERS; i++) {
		if (children[i] > 0) {
			kill(children[i], SIGKILL);
			waitpid(children[i], NULL, 0);
		}
	}
	actor_disconnect(&victim);
	return judge(arena, left == 0, OFFENCE_TIME);
}

/* A question, over and over. */
static enum verdict questions(struct arena *arena) {
	if (!take_over(arena)) {
		return CANNOT;
	}
	be_patient(100);
	size_t answered = 0;
	for (int64_t end_ms = clock_now_ms() + DIAL_MS; clock_now_ms() < end_ms;) {
		int fd = machine_connect(dial);
		answered += fd >= 0;
		fd_close(&fd);
	}
	return because(arena, answered <= DIALS_MAX ? HELD : BROKEN,
			"%zu connections were made in %d ms", answered, DIAL_MS);
}

/* What its guest did wrong, which it did not. */
static enum verdict lies(struct arena *arena) {
	const unsigned char lie[] = {'o', OFFENCE_PIXELS};
	if (!take_over(arena)) {
		return CANNOT;
	}
	int64_t before_ms = arena_time_ms(arena);
	be_patient(100);
	struct timeval wait = {.tv_usec = 100000};
	setsockopt(dial, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	for (int64_t end_ms = clock_now_ms() + DIAL_MS; clock_now_ms() < end_ms;) {
		fd_send(dial, lie, sizeof(lie), NULL, 0);
	}
	int64_t cost_ms = arena_time_ms(arena) - before_ms;
	if (arena_log_holds(arena, "domain banking misbehaves")) {
		return because(arena, BROKEN, "another machine was blamed");
	}
	return because(arena, cost_ms <= DIAL_COST_MAX_MS ? HELD : BROKEN,
			"%lld ms of the processor's time in %d ms", (long long)cost_ms, DIAL_MS);
}

static enum verdict descriptors(struct arena *arena) {
	if (!take_over(arena)) {
		return CANNOT;
	}
	int fds[FD_MESSAGE_MAX];
	for (size_t i = 0; i < FD_MESSAGE_MAX; i++) {
		fds[i] = STDERR_FILENO;
	}
	be_patient(1000);
	fd_send(dial, "c", 1, fds, FD_MESSAGE_MAX);
	return judge(arena, is_over(clock_now_ms() + 2000), OFFENCE_NONE);
}

/* Buffers, each of whose pool is gone: a mapping each. */
static bool make_mappings(struct actor *actor, int fd) {
	for (int i = 0; i < MAPPINGS; i++) {
		struct wl_shm_pool *pool = wl_shm_create_pool(actor->shm, fd, 4096);
		wl_shm_pool_create_buffer(pool, 0, 1, 1, 4, WL_SHM_FORMAT_XRGB8888);
		wl_shm_pool_destroy(pool);
		if (i % 20 == 19 && !actor_settle(actor)) {
			return false;
		}
	}
	return true;
}

static enum verdict mappings(struct arena *arena) {
	static struct actor actors[MAPPING_CLIENTS];
	if (!take_over(arena)) {
		return CANNOT;
	}
	int memory = memfd_create("flood", MFD_CLOEXEC);
	bool goes_on = memory >= 0 && ftruncate(memory, 4096) == 0;
	for (int i = 0; i < MAPPING_CLIENTS && goes_on; i++) {
		int fd = machine_connect(dial);
		goes_on = fd >= 0 && actor_connect_fd(&actors[i], fd) &&
				make_mappings(&actors[i], memory);
	}
	return judge(arena, !goes_on, OFFENCE_POOLS);
}

const struct attack_case attack_cases[] = {
		{"E17.1", "3,000 surfaces past the proxy", surfaces, "own-limits"},
		{"E17.2", "20,000 objects past the proxy", objects, "own-limits"},
		{"E17.3", "3,000 rectangles of a region past the proxy", rectangles, "own-limits"},
		{"E17.4", "3,000 types of an offer past the proxy", types, "own-limits"},
		{"E17.5", "3,000 titles past the proxy", titles, "own-limits"},
		{"E17.6", "6,000 full frames past the proxy", pixels, "own-limits"},
		{"E17.7", "400 connections over the dial channel", connections, "own-limits"},
		{"E17.8", "bytes that are no dialling", no_dial, "dial-form"},
		{"E17.9", "one limit broken after the other", again_and_again, "strikes"},
		{"E17.10", "all of the compositor's time", time_of_the_compositor, "time-share"},
		{"E17.11", "connections asked for without end", questions, "dial-rate"},
		{"E17.12", "false reports without end", lies, "dial-rate"},
		{"E17.13", "descriptors over the dial channel", descriptors, "dial-form"},
		{"E17.14", "66,300 mappings past the proxy", mappings, "own-limits"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
