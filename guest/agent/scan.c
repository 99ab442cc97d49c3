/* SPDX-License-Identifier: MIT */
#include "guest/agent/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define SUFFIX ".desktop"
/* Vendors' folders within folders. */
#define DEPTH_MAX 3
#define PATH_SIZE 1024

/* Terminal emulators with what stands before a command, the first one found is used. */
static const char *const terminals[][2] = {{"xdg-terminal-exec", NULL}, {"foot", NULL},
		{"kitty", NULL}, {"alacritty", "-e"}, {"konsole", "-e"}, {"gnome-terminal", "--"},
		{"xfce4-terminal", "-x"}, {"xterm", "-e"}, {"x-terminal-emulator", "-e"}};

/* What one walk through the folders does with each file. Returns false to end it. */
struct walk {
	bool (*visit)(struct walk *walk, const char *name, int fd);
	size_t files;
	/* Names that were met: the first one counts, whatever is in it. */
	char **seen;
	size_t seen_len;
	struct scanned *scanned;
	const char *wanted;
	struct desktop_command *found;
};

static const char *variable(char *const *environment, const char *name) {
	size_t len = strlen(name);
	for (; *environment != NULL; environment++) {
		if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=') {
			return *environment + len + 1;
		}
	}
	return "";
}

static void add_folder(struct scan_folders *folders, const char *base, size_t len,
		const char *rest) {
	char *path = folders->paths[folders->len];
	int n = 0;
	if (len > 0 && base[0] == '/' && len < sizeof(folders->paths[0])) {
		n = snprintf(path, sizeof(folders->paths[0]), "%.*s%s/applications", (int)len, base,
				rest);
	}
	if (n > 0 && (size_t)n < sizeof(folders->paths[0]) && folders->len < SCAN_FOLDERS_MAX - 1) {
		folders->len++;
	}
}

void scan_folders(char *const *environment, struct scan_folders *ret_folders) {
	*ret_folders = (struct scan_folders){0};
	const char *own = variable(environment, "XDG_DATA_HOME");
	const char *home = variable(environment, "HOME");
	const char *dirs = variable(environment, "XDG_DATA_DIRS");
	if (own[0] != '\0') {
		add_folder(ret_folders, own, strlen(own), "");
	} else {
		add_folder(ret_folders, home, strlen(home), "/.local/share");
	}
	dirs = dirs[0] != '\0' ? dirs : "/usr/local/share:/usr/share";
	while (*dirs != '\0') {
		size_t len = strcspn(dirs, ":");
		add_folder(ret_folders, dirs, len, "");
		dirs += len + (dirs[len] == ':');
	}
}

/* The application's id: the file's name below its folder, or a number in its place. */
static void make_id(const char *name, char id[AGENT_APP_ID_MAX + 1]) {
	size_t len = strlen(name) - strlen(SUFFIX);
	if (len <= AGENT_APP_ID_MAX) {
		memcpy(id, name, len);
		id[len] = '\0';
		if (agent_id_is_valid(id)) {
			return;
		}
	}
	uint64_t hash = 0xcbf29ce484222325;
	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3;
	}
	snprintf(id, AGENT_APP_ID_MAX + 1, "app-%016llx", (unsigned long long)hash);
}

/* Notes the name; false if it was met before. */
static bool is_new(struct walk *walk, const char *name) {
	for (size_t i = 0; i < walk->seen_len; i++) {
		if (strcmp(walk->seen[i], name) == 0) {
			return false;
		}
	}
	char *copy = strdup(name);
	if (copy == NULL) {
		return false;
	}
	walk->seen[walk->seen_len++] = copy;
	return true;
}

/* Looks at one file of a folder. name is its path below the top, with '-' for '/'. */
static bool look_at(struct walk *walk, int folder, const char *file, const char *name) {
	size_t len = strlen(name);
	if (len <= strlen(SUFFIX) || strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0) {
		return true;
	}
	if (walk->files++ >= SCAN_FILES_MAX) {
		return false;
	}
	if (!is_new(walk, name)) {
		return true;
	}
	/* Not blocking: a FIFO is no reason to wait. */
	cleanup_fd int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 || walk->visit(walk, name, fd);
}

static bool walk_folder(struct walk *walk, int fd, const char *prefix, int depth) {
	DIR *dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return true;
	}
	bool goes_on = true;
	struct dirent *entry;
	while (goes_on && (entry = readdir(dir)) != NULL) {
		char name[PATH_SIZE];
		int n = snprintf(name, sizeof(name), "%s%s", prefix, entry->d_name);
		if (entry->d_name[0] == '.' || (size_t)n >= sizeof(name) - 1) {
			continue;
		}
		int below = entry->d_type == DT_DIR && depth < DEPTH_MAX
				? openat(dirfd(dir), entry->d_name,
						  O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
				: -1;
		if (below >= 0) {
			memcpy(name + n, "-", 2);
			goes_on = walk_folder(walk, below, name, depth + 1);
		} else if (entry->d_type != DT_DIR) {
			goes_on = look_at(walk, dirfd(dir), entry->d_name, name);
		}
	}
	closedir(dir);
	return goes_on;
}

static void walk_all(struct walk *walk, const struct scan_folders *folders) {
	walk->seen = calloc(SCAN_FILES_MAX, sizeof(*walk->seen));
	bool goes_on = walk->seen != NULL;
	for (size_t i = 0; i < folders->len && goes_on; i++) {
		int fd = open(folders->paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			goes_on = walk_folder(walk, fd, "", 0);
		}
	}
	for (size_t i = 0; i < walk->seen_len; i++) {
		free(walk->seen[i]);
	}
	free(walk->seen);
}

static bool read_entry(int fd, struct desktop_entry *ret_entry) {
	static char bytes[DESKTOP_FILE_MAX];
	struct stat info;
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size > DESKTOP_FILE_MAX) {
		return false;
	}
	ssize_t n = read(fd, bytes, sizeof(bytes));
	return n > 0 && desktop_parse(bytes, (size_t)n, ret_entry);
}

/* Is program one that can be run: an absolute path, or found in PATH? */
static bool can_run(const char *program) {
	const char *path = getenv("PATH");
	if (strchr(program, '/') != NULL) {
		return access(program, X_OK) == 0;
	}
	while (path != NULL && *path != '\0') {
		char full[PATH_SIZE];
		size_t len = strcspn(path, ":");
		int n = snprintf(full, sizeof(full), "%.*s/%s", (int)len, path, program);
		if (len > 0 && (size_t)n < sizeof(full) && access(full, X_OK) == 0) {
			return true;
		}
		path += len + (path[len] == ':');
	}
	return false;
}

/* The first terminal emulator that is there, or NULL. */
static const char *const *find_terminal(void) {
	for (size_t i = 0; i < sizeof(terminals) / sizeof(terminals[0]); i++) {
		if (can_run(terminals[i][0])) {
			return terminals[i];
		}
	}
	return NULL;
}

static bool is_usable(const struct desktop_entry *entry) {
	static struct desktop_command command;
	return entry->is_shown && (entry->try_exec[0] == '\0' || can_run(entry->try_exec)) &&
			(!entry->is_terminal || find_terminal() != NULL) &&
			desktop_split(entry, &command);
}

static bool collect(struct walk *walk, const char *name, int fd) {
	static struct desktop_entry entry;
	if (!read_entry(fd, &entry) || !is_usable(&entry)) {
		return true;
	}
	struct scanned *scanned = walk->scanned;
	struct agent_application *application = &scanned->applications[scanned->len];
	make_id(name, application->id);
	memcpy(application->name, entry.name, sizeof(application->name));
	memcpy(application->category, entry.category, sizeof(application->category));
	scanned->len += agent_application_is_valid(application);
	return scanned->len < AGENT_APPS_MAX;
}

static int compare(const void *a, const void *b) {
	const struct agent_application *left = a, *right = b;
	int order = strcasecmp(left->name, right->name);
	return order != 0 ? order : strcmp(left->id, right->id);
}

void scan_all(const struct scan_folders *folders, struct scanned *ret_scanned) {
	*ret_scanned = (struct scanned){
			.applications = calloc(AGENT_APPS_MAX, sizeof(struct agent_application))};
	struct walk walk = {.visit = collect, .scanned = ret_scanned};
	if (ret_scanned->applications != NULL) {
		walk_all(&walk, folders);
		qsort(ret_scanned->applications, ret_scanned->len,
				sizeof(*ret_scanned->applications), compare);
	}
}

void scan_finish(struct scanned *scanned) {
	free(scanned->applications);
	*scanned = (struct scanned){0};
}

/* Puts the words of a terminal emulator before the command. */
static bool add_terminal(struct desktop_command *command) {
	const char *const *terminal = find_terminal();
	size_t added = terminal != NULL && terminal[1] != NULL ? 2 : 1, n = 0;
	while (command->words[n] != NULL) {
		n++;
	}
	if (terminal == NULL || n + added > DESKTOP_WORDS_MAX) {
		return false;
	}
	memmove(command->words + added, command->words, (n + 1) * sizeof(*command->words));
	memcpy(command->words, terminal, added * sizeof(*command->words));
	return true;
}

static bool match(struct walk *walk, const char *name, int fd) {
	static struct desktop_entry entry;
	char id[AGENT_APP_ID_MAX + 1];
	make_id(name, id);
	if (strcmp(id, walk->wanted) != 0) {
		return true;
	}
	struct desktop_command *command = calloc(1, sizeof(*command));
	if (command != NULL && read_entry(fd, &entry) && is_usable(&entry) &&
			desktop_split(&entry, command) &&
			(!entry.is_terminal || add_terminal(command))) {
		walk->found = command;
		return false;
	}
	free(command);
	return true;
}

struct desktop_command *scan_find(const struct scan_folders *folders, const char *id) {
	struct walk walk = {.visit = match, .wanted = id};
	walk_all(&walk, folders);
	return walk.found;
}
