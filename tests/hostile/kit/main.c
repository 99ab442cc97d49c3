/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-json.h>
#include <unistd.h>

#include "tests/hostile/kit/attack.h"
#include "tests/probe/capture.h"
#include "tests/probe/keyboard.h"
#include "tests/probe/pointer.h"

#define EXIT_USAGE 2
/* How silo-proxy tells of a client that it ends. */
#define REFUSED " ended: "
/* The same of one that the compositor has ended. */
#define PASSED_ON "the compositor hung up"

static int usage(const char *program) {
	fprintf(stderr, "usage: %s --list | --settings ID | --case ID\n", program);
	return EXIT_USAGE;
}

static int list(void) {
	for (size_t i = 0; i < attack_cases_len; i++) {
		const struct attack_case *attack = &attack_cases[i];
		printf("%s %s %s\n", attack->id, attack->control != NULL ? attack->control : "bare",
				attack->title);
	}
	return 0;
}

static const char *need(const char *name) {
	const char *value = getenv(name);
	if (value == NULL) {
		fprintf(stderr, "%s is not set: attacks are started by tests/hostile/run\n", name);
		exit(EXIT_USAGE);
	}
	return value;
}

static bool arena_open(struct arena *arena) {
	const char *tools = need("SILO_HOSTILE_TOOLS"), *user = getenv("SILO_HOSTILE_USER");
	const char *fill = getenv("SILO_HOSTILE_FILL"), *strip = getenv("SILO_HOSTILE_STRIP");
	const char *quiet = getenv("SILO_HOSTILE_QUIET");
	arena->tools_socket = tools;
	arena->attacker_socket = need("SILO_HOSTILE_ATTACKER");
	arena->victim_socket = need("SILO_HOSTILE_VICTIM");
	const char *host = getenv("SILO_HOSTILE_HOST");
	arena->host_socket = host != NULL ? host : arena->victim_socket;
	arena->fill = fill != NULL ? (uint32_t)strtoul(fill, NULL, 16) : 0;
	arena->strip = strip != NULL ? atoi(strip) : 0;
	arena->quiet_ms = quiet != NULL ? atoi(quiet) : 0;
	if (!probe_connect(&arena->screen, tools, NULL) ||
			!probe_connect(&arena->user, user != NULL ? user : tools, NULL)) {
		return false;
	}
	/* Before the clients come: a seat without devices offers them none. */
	pointer_get(&arena->user);
	keyboard_get(&arena->user);
	return true;
}

/* Calls visit for each process that must live on, until it returns false. */
static bool visit_pids(bool (*visit)(pid_t pid, void *data), void *data) {
	const char *pids = getenv("SILO_HOSTILE_PIDS");
	while (pids != NULL && *pids != '\0') {
		char *end;
		pid_t pid = (pid_t)strtol(pids, &end, 10);
		if (end == pids || pid <= 0) {
			break;
		}
		if (!visit(pid, data)) {
			return false;
		}
		pids = *end == ',' ? end + 1 : end;
	}
	return true;
}

static bool add_memory(pid_t pid, void *data) {
	char path[64], line[256];
	size_t *total = data, kib;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "VmHWM: %zu kB", &kib) == 1) {
			*total += kib;
		}
	}
	if (file != NULL) {
		fclose(file);
	}
	return true;
}

size_t arena_memory_kib(const struct arena *arena) {
	size_t total = 0;
	visit_pids(add_memory, &total);
	return total;
}

static bool add_time(pid_t pid, void *data) {
	char path[64];
	long user, kernel;
	int64_t *ticks = data;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	/* The name, in brackets, is one of ours and has no blank. */
	if (file != NULL &&
			fscanf(file,
					"%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld "
					"%ld",
					&user, &kernel) == 2) {
		*ticks += user + kernel;
	}
	if (file != NULL) {
		fclose(file);
	}
	return true;
}

int64_t arena_time_ms(const struct arena *arena) {
	int64_t ticks = 0;
	visit_pids(add_time, &ticks);
	return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

/* Is there a line with text, but without the other one (NULL: any)? */
static bool file_holds(const char *path, const char *text, const char *other) {
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	char line[1024];
	bool is_found = false;
	while (file != NULL && !is_found && fgets(line, sizeof(line), file) != NULL) {
		is_found = strstr(line, text) != NULL &&
				(other == NULL || strstr(line, other) == NULL);
	}
	if (file != NULL) {
		fclose(file);
	}
	return is_found;
}

bool arena_log_holds(const struct arena *arena, const char *text) {
	return file_holds(getenv("SILO_HOSTILE_LOG"), text, NULL);
}

bool arena_is_refused(const struct arena *arena) {
	return file_holds(getenv("SILO_HOSTILE_GUARD_LOG"), REFUSED, PASSED_ON);
}

static bool is_alive(pid_t pid, void *data) {
	if (kill(pid, 0) < 0 && errno == ESRCH) {
		because(data, BROKEN, "process %d is gone", (int)pid);
		return false;
	}
	return true;
}

/* Returns whether all processes that must live on do. */
static bool all_live(struct arena *arena) {
	return visit_pids(is_alive, arena);
}

static int report(const struct attack_case *attack, enum verdict verdict, const char *reason) {
	static const char *const words[] = {
			[HELD] = "held", [BROKEN] = "broken", [CANNOT] = "cannot"};
	sd_json_variant *json = NULL;
	if (sd_json_buildo(&json, SD_JSON_BUILD_PAIR_STRING("case", attack->id),
			    SD_JSON_BUILD_PAIR_STRING("title", attack->title),
			    SD_JSON_BUILD_PAIR_STRING("verdict", words[verdict]),
			    SD_JSON_BUILD_PAIR_STRING("reason", reason)) < 0 ||
			sd_json_variant_dump(json, SD_JSON_FORMAT_NEWLINE, stdout, NULL) < 0) {
		return 1;
	}
	sd_json_variant_unref(json);
	return 0;
}

static int run(const struct attack_case *attack) {
	static struct arena arena;
	if (!arena_open(&arena)) {
		return 1;
	}
	enum verdict verdict = attack->run(&arena);
	if (!all_live(&arena)) {
		verdict = BROKEN;
	}
	const char *path = getenv("SILO_HOSTILE_PICTURE");
	if (path != NULL && arena.picture != NULL) {
		capture_write_png(arena.picture, path);
	}
	return report(attack, verdict, arena.reason);
}

static const struct attack_case *find(const char *id) {
	for (size_t i = 0; i < attack_cases_len; i++) {
		if (strcmp(attack_cases[i].id, id) == 0) {
			return &attack_cases[i];
		}
	}
	return NULL;
}

int main(int argc, char *argv[]) {
	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		return list();
	}
	bool is_case = argc == 3 && strcmp(argv[1], "--case") == 0;
	if (!is_case && (argc != 3 || strcmp(argv[1], "--settings") != 0)) {
		return usage(argv[0]);
	}
	const struct attack_case *attack = find(argv[2]);
	if (attack == NULL) {
		fprintf(stderr, "%s: no case %s (see --list)\n", argv[0], argv[2]);
		return EXIT_USAGE;
	}
	if (is_case) {
		return run(attack);
	}
	fputs(attack->settings != NULL ? attack->settings : "", stdout);
	return 0;
}
