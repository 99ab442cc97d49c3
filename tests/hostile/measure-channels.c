/* SPDX-License-Identifier: MIT
 *
 * What timing tells one machine of another, measured for docs/security.md. No attack, since nothing is
 * promised about it: tests/hostile/run --no-control build/tests/hostile/measure-channels
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/hostile/kit/attack.h"

#define PERIOD_MS 4000
#define ANSWERS_MAX 200000
#define FRAME_MS 16
#define KEY_MS 50

struct figures {
	double median_us, high_us,
			top_us; /* of answers: half, 95 and 99.9 per cent are not later */
};

static struct actor attacker, victim;
static struct actor_window good;

static int compare(const void *a, const void *b) {
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* How long the compositor takes to answer, asked again and again. */
static struct figures measure(void) {
	static int64_t times[ANSWERS_MAX];
	size_t n = 0;
	int64_t end_ms = clock_now_ms() + PERIOD_MS;
	while (n < ANSWERS_MAX && clock_now_ms() < end_ms) {
		int64_t start_ns = clock_now_ns();
		if (wl_display_roundtrip(attacker.display) < 0) {
			break;
		}
		times[n++] = clock_now_ns() - start_ns;
	}
	qsort(times, n, sizeof(times[0]), compare);
	return (struct figures){(double)times[n / 2] / 1000, (double)times[n * 95 / 100] / 1000,
			(double)times[n * 999 / 1000] / 1000};
}

static void draw(struct arena *arena) {
	actor_wait(&victim, clock_now_ms() + FRAME_MS);
	actor_window_paint(&good, 600, 400, GOOD);
}

static void type(struct arena *arena) {
	actor_wait(&victim, clock_now_ms() + KEY_MS);
	arena_type(arena, "a");
}

static void rest(struct arena *arena) {
	actor_wait(&victim, clock_now_ms() + PERIOD_MS);
}

/* Measures while the victim, or its user, is at work in a process of its own. */
static struct figures measure_while(struct arena *arena, void (*work)(struct arena *arena)) {
	int started[2];
	char byte = 0;
	if (pipe(started) < 0) {
		exit(1);
	}
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		arena_victim(arena, &victim);
		actor_window_map(&good, &victim, 600, 400, GOOD);
		arena_click_on(arena, GOOD);
		if (write(started[1], &byte, 1) != 1) {
			_exit(1);
		}
		for (;;) {
			work(arena);
		}
	}
	close(started[1]);
	struct figures figures = {0};
	if (pid > 0 && read(started[0], &byte, 1) == 1) {
		figures = measure();
	}
	close(started[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return figures;
}

/* The child uses the user's connections, and is not gentle with them at its end: one kind of work a case. */
static enum verdict report(struct arena *arena, void (*work)(struct arena *arena)) {
	arena_attacker(arena, &attacker);
	struct figures found = measure_while(arena, work);
	return because(arena, HELD, "answers in %.0f us, 95 %% within %.0f, 99.9 %% within %.0f",
			found.median_us, found.high_us, found.top_us);
}

static enum verdict beside_nothing(struct arena *arena) {
	return report(arena, rest);
}

static enum verdict beside_drawing(struct arena *arena) {
	return report(arena, draw);
}

static enum verdict beside_typing(struct arena *arena) {
	return report(arena, type);
}

const struct attack_case attack_cases[] = {
		{"M1.1", "time to an answer while another machine rests", beside_nothing},
		{"M1.2", "while another machine draws 60 frames a second", beside_drawing},
		{"M1.3", "while another machine is typed at, 20 keys a second", beside_typing},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
