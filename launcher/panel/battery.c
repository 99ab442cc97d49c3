/* SPDX-License-Identifier: MIT */
#include "launcher/panel/battery.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

#define WORD_SIZE 32
/* More supplies than this no computer has. */
#define SUPPLIES_MAX 64

/* A file's first word, "" if there is none. */
static void read_word(int folder, const char *name, char word[WORD_SIZE]) {
	word[0] = '\0';
	cleanup_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		return;
	}
	ssize_t len = read(fd, word, WORD_SIZE - 1);
	word[len > 0 ? len : 0] = '\0';
	word[strcspn(word, "\n")] = '\0';
}

/* 0 for what is no number. */
static uint64_t read_number(int folder, const char *name) {
	char word[WORD_SIZE];
	read_word(folder, name, word);
	return word[0] >= '0' && word[0] <= '9' ? strtoull(word, NULL, 10) : 0;
}

/* What it holds when full, in whatever it counts in; all batteries of a computer count alike. */
static uint64_t full_of(int folder) {
	uint64_t full = read_number(folder, "energy_full");
	full = full != 0 ? full : read_number(folder, "charge_full");
	/* Small enough to be multiplied and added up. */
	return full != 0 && full < UINT64_C(1) << 40 ? full : 1;
}

struct sum {
	uint64_t weighted, full;
	bool is_charging;
};

static void add_supply(int supplies, const char *name, struct sum *sum) {
	cleanup_fd int folder = openat(supplies, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		return;
	}
	char type[WORD_SIZE], scope[WORD_SIZE], present[WORD_SIZE], capacity[WORD_SIZE],
			status[WORD_SIZE];
	read_word(folder, "type", type);
	read_word(folder, "scope", scope);
	read_word(folder, "present", present);
	read_word(folder, "capacity", capacity);
	read_word(folder, "status", status);
	if (strcmp(type, "Battery") != 0 || strcmp(scope, "Device") == 0 ||
			strcmp(present, "0") == 0 || capacity[0] == '\0') {
		return;
	}
	uint64_t percent = read_number(folder, "capacity"), full = full_of(folder);
	sum->weighted += (percent < 100 ? percent : 100) * full;
	sum->full += full;
	sum->is_charging |= strcmp(status, "Charging") == 0;
}

struct battery battery_read(const char *path) {
	struct sum sum = {0};
	DIR *folder = opendir(path);
	if (folder == NULL) {
		return (struct battery){0};
	}
	const struct dirent *entry;
	for (int i = 0; i < SUPPLIES_MAX && (entry = readdir(folder)) != NULL; i++) {
		if (entry->d_name[0] != '.') {
			add_supply(dirfd(folder), entry->d_name, &sum);
		}
	}
	closedir(folder);
	if (sum.full == 0) {
		return (struct battery){0};
	}
	return (struct battery){.is_there = true,
			.is_charging = sum.is_charging,
			.percent = (int)((sum.weighted + sum.full / 2) / sum.full)};
}

bool battery_is_same(const struct battery *a, const struct battery *b) {
	return a->is_there == b->is_there && a->is_charging == b->is_charging &&
			a->percent == b->percent;
}
