/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "vmctl/supervisor/places.h"

#define MANAGER_BUS "org.freedesktop.systemd1"
#define MANAGER_OBJECT "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE "org.freedesktop.systemd1.Manager"
#define UNIT_EXISTS "org.freedesktop.systemd1.UnitExists"

#define ARGV_MAX 24
/* The answer comes within milliseconds; a unit that is about to vanish, within some more. */
#define ANSWER_TIMEOUT_US (5ull * 1000 * 1000)
/* A guest that was asked to shut down gets 15 s from its supervisor. */
#define STOP_TIMEOUT_US (25ull * 1000 * 1000)

struct unit_start {
	const struct vm *vm;
	char name[VM_NAME_MAX + 32];
	char *argv[ARGV_MAX + 1];
	int ready;
	unit_started_t started;
	void *data;
	sd_bus *bus;
	sd_bus_slot *call, *removed;
	sd_event_source *deadline;
	bool was_removed; /* since the last call */
};

bool unit_root_text(char out[UNIT_ROOT_MAX]) {
	struct stat root;
	if (stat("/", &root) < 0) {
		return false;
	}
	snprintf(out, UNIT_ROOT_MAX, "%llx:%llx", (unsigned long long)root.st_dev,
			(unsigned long long)root.st_ino);
	return true;
}

static void conclude(struct unit_start *start, const char *refusal) {
	start->deadline = sd_event_source_disable_unref(start->deadline);
	start->call = sd_bus_slot_unref(start->call);
	start->removed = sd_bus_slot_unref(start->removed);
	start->started(refusal, start->data);
}

static int handle_deadline(sd_event_source *source, uint64_t usec, void *data) {
	conclude(data, "systemd does not answer, or keeps an old unit of this name");
	return 0;
}

/* What a supervisor and its helpers look at; the rest of the manager's own environment is not theirs. */
static bool is_passed_on(const char *variable) {
	static const char *const prefixes[] = {"XDG_", "SILO_", "LC_",
			"LANG=", "TZ=", "PATH=", "HOME=", "USER=", "LOGNAME="};
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0) {
			return text_is_utf8(variable, strlen(variable));
		}
	}
	return false;
}

static int append_environment(sd_bus_message *message) {
	int result = sd_bus_message_open_container(message, 'r', "sv");
	if (result >= 0) {
		result = sd_bus_message_append(message, "s", "Environment");
	}
	if (result >= 0) {
		result = sd_bus_message_open_container(message, 'v', "as");
	}
	if (result >= 0) {
		result = sd_bus_message_open_container(message, 'a', "s");
	}
	for (char **variable = environ; result >= 0 && *variable != NULL; variable++) {
		if (is_passed_on(*variable)) {
			result = sd_bus_message_append(message, "s", *variable);
		}
	}
	for (int i = 0; result >= 0 && i < 3; i++) {
		result = sd_bus_message_close_container(message);
	}
	return result;
}

static int append_command(sd_bus_message *message, const struct unit_start *start) {
	int result = sd_bus_message_open_container(message, 'r', "sv");
	if (result >= 0) {
		result = sd_bus_message_append(message, "s", "ExecStartEx");
	}
	if (result >= 0) {
		result = sd_bus_message_open_container(message, 'v', "a(sasas)");
	}
	if (result >= 0) {
		result = sd_bus_message_open_container(message, 'a', "(sasas)");
	}
	if (result >= 0) {
		result = sd_bus_message_open_container(message, 'r', "sasas");
	}
	if (result >= 0) {
		result = sd_bus_message_append(message, "s", start->argv[0]);
	}
	if (result >= 0) {
		result = sd_bus_message_append_strv(message, (char **)start->argv);
	}
	if (result >= 0) {
		/* Words are words: a "$" in them too. */
		result = sd_bus_message_append(message, "as", 1, "no-env-expand");
	}
	for (int i = 0; result >= 0 && i < 4; i++) {
		result = sd_bus_message_close_container(message);
	}
	return result;
}

static int append_limits(sd_bus_message *message, const struct vm *vm) {
	return sd_bus_message_append(message, "(sv)(sv)(sv)(sv)(sv)", "MemoryMax", "t",
			vm->memory_limit_bytes, "TasksMax", "t", (uint64_t)vm->tasks_limit,
			"CPUQuotaPerSecUSec", "t", (uint64_t)vm->cpu_limit_percent * 10000,
			"CPUWeight", "t", (uint64_t)vm->cpu_weight,
			/* The supervisor sees whom the limit hit, and says so. */
			"OOMPolicy", "s", "continue");
}

static int append_properties(sd_bus_message *message, const struct unit_start *start) {
	char description[128];
	snprintf(description, sizeof(description), "Silo VM %s", start->vm->name);
	int result = sd_bus_message_append(message, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)",
			"Description", "s", description, "Slice", "s", "silo.slice", "Type", "s",
			"exec", "SyslogIdentifier", "s", start->name,
			/* Stopping it asks the supervisor, which shuts the guest down in order. */
			"KillMode", "s", "mixed", "TimeoutStopUSec", "t", STOP_TIMEOUT_US,
			/* A failed one must not stand in the way of the next. */
			"CollectMode", "s", "inactive-or-failed", "StandardOutput", "s", "journal",
			"StandardInputFileDescriptor", "h", start->ready);
	if (result >= 0) {
		result = append_limits(message, start->vm);
	}
	if (result >= 0) {
		result = append_environment(message);
	}
	return result < 0 ? result : append_command(message, start);
}

static int handle_answer(sd_bus_message *message, void *data, sd_bus_error *ret_error);

static int send_call(struct unit_start *start) {
	sd_bus_message *message = NULL;
	start->call = sd_bus_slot_unref(start->call);
	start->was_removed = false;
	int result = sd_bus_message_new_method_call(start->bus, &message, MANAGER_BUS,
			MANAGER_OBJECT, MANAGER_INTERFACE, "StartTransientUnit");
	if (result >= 0) {
		result = sd_bus_message_append(message, "ss", start->name, "fail");
	}
	if (result >= 0) {
		result = sd_bus_message_open_container(message, 'a', "(sv)");
	}
	if (result >= 0) {
		result = append_properties(message, start);
	}
	if (result >= 0) {
		result = sd_bus_message_close_container(message);
	}
	if (result >= 0) {
		result = sd_bus_message_append(message, "a(sa(sv))", 0);
	}
	if (result >= 0) {
		result = sd_bus_call_async(start->bus, &start->call, message, handle_answer, start,
				UINT64_MAX);
	}
	sd_bus_message_unref(message);
	return result;
}

static int handle_removed(sd_bus_message *message, void *data, sd_bus_error *ret_error) {
	struct unit_start *start = data;
	const char *name;
	if (sd_bus_message_read(message, "so", &name, NULL) < 0 || strcmp(name, start->name) != 0) {
		return 0;
	}
	start->was_removed = true;
	if (start->call == NULL && send_call(start) < 0) {
		conclude(start, "out of memory");
	}
	return 0;
}

/*
 * The VM's last unit has not vanished yet: it is seen to go, then its name is free. What vanished
 * before the signal was asked for is found by trying again at once.
 */
static int wait_for_removal(struct unit_start *start) {
	if (start->removed != NULL) {
		return start->was_removed ? send_call(start) : 0;
	}
	int result = sd_bus_match_signal_async(start->bus, &start->removed, MANAGER_BUS,
			MANAGER_OBJECT, MANAGER_INTERFACE, "UnitRemoved", handle_removed, NULL,
			start);
	if (result >= 0) {
		result = sd_bus_call_method_async(start->bus, NULL, MANAGER_BUS, MANAGER_OBJECT,
				MANAGER_INTERFACE, "Subscribe", NULL, NULL, NULL);
	}
	return result < 0 ? result : send_call(start);
}

static int handle_answer(sd_bus_message *message, void *data, sd_bus_error *ret_error) {
	struct unit_start *start = data;
	const sd_bus_error *error = sd_bus_message_get_error(message);
	start->call = sd_bus_slot_unref(start->call);
	if (error == NULL) {
		conclude(start, NULL);
	} else if (strcmp(error->name, UNIT_EXISTS) != 0 || wait_for_removal(start) < 0) {
		char refusal[256];
		snprintf(refusal, sizeof(refusal), "%s", error->message);
		conclude(start, refusal);
	}
	return 0;
}

/* The bus of this runtime directory; its name as a D-Bus address, if it needs no escapes. */
static bool bus_address(char out[PLACE_MAX]) {
	char path[PLACE_MAX];
	struct stat info;
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	if (runtime == NULL || !place_join(path, runtime, "bus") || stat(path, &info) < 0 ||
			!S_ISSOCK(info.st_mode) || info.st_uid != geteuid()) {
		return false;
	}
	size_t plain = strspn(path,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.");
	int len = snprintf(out, PLACE_MAX, "unix:path=%s", path);
	return path[plain] == '\0' && len < PLACE_MAX;
}

static int open_bus(struct unit_start *start, sd_event *event) {
	char address[PLACE_MAX];
	if (!bus_address(address)) {
		return -ENOENT;
	}
	int result = sd_bus_new(&start->bus);
	if (result >= 0) {
		result = sd_bus_set_address(start->bus, address);
	}
	if (result >= 0) {
		result = sd_bus_set_bus_client(start->bus, true);
	}
	if (result >= 0) {
		result = sd_bus_negotiate_fds(start->bus, true);
	}
	if (result >= 0) {
		result = sd_bus_start(start->bus);
	}
	return result < 0 ? result
			  : sd_bus_attach_event(start->bus, event, SD_EVENT_PRIORITY_NORMAL);
}

struct unit_start *unit_start_create(sd_event *event, const struct vm *vm, const char *const *argv,
		int ready, unit_started_t started, void *data) {
	struct unit_start *start = calloc(1, sizeof(*start));
	if (start == NULL) {
		return NULL;
	}
	*start = (struct unit_start){.vm = vm, .ready = ready, .started = started, .data = data};
	snprintf(start->name, sizeof(start->name), "silo-vm-%s.service", vm->name);
	bool is_copied = true;
	for (size_t i = 0; is_copied && argv[i] != NULL; i++) {
		is_copied = i < ARGV_MAX && (start->argv[i] = strdup(argv[i])) != NULL;
	}
	if (!is_copied || open_bus(start, event) < 0 ||
			sd_event_add_time_relative(event, &start->deadline, CLOCK_MONOTONIC,
					ANSWER_TIMEOUT_US, 0, handle_deadline, start) < 0 ||
			send_call(start) < 0) {
		unit_start_destroy(start);
		return NULL;
	}
	return start;
}

void unit_start_destroy(struct unit_start *start) {
	if (start == NULL) {
		return;
	}
	sd_event_source_disable_unref(start->deadline);
	sd_bus_slot_unref(start->call);
	sd_bus_slot_unref(start->removed);
	sd_bus_close_unref(start->bus);
	for (size_t i = 0; i < ARGV_MAX; i++) {
		free(start->argv[i]);
	}
	free(start);
}
