/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/notices.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/supervisor/interface.h"

#define COMPOSITOR_NAME "io.silo.Compositor"
#define WORDS_MAX 768
#define TAG_MAX 64
/* What is longer does not fit into a notice's title. */
#define TITLE_BYTES_MAX 62
/* A start that takes longer has failed before, and says so. */
#define STARTING_SECONDS 120
#define FAILURE_SECONDS 8
#define LETTERS_PER_SECOND 25
/* Calls under way; the compositor answers at once, if it lives. */
#define CALLS_MAX 32

/* One connection while there is something to tell: what is told last must arrive last. */
struct notices {
	struct manager *manager;
	sd_varlink *link;
	size_t pending;
};

/* ---- telling ---- */

static void destroy(struct notices *notices) {
	notices->manager->notices = NULL;
	sd_varlink_set_userdata(notices->link, NULL);
	sd_varlink_close_unref(notices->link);
	free(notices);
}

static int handle_answer(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct notices *notices = data;
	if (notices == NULL) {
		return 0;
	}
	if (error_id != NULL) {
		log_info("a notice was not shown: %s", error_id);
	}
	notices->pending--;
	bool is_lost = error_id != NULL && strcmp(error_id, SD_VARLINK_ERROR_DISCONNECTED) == 0;
	if (notices->pending == 0 || is_lost) {
		destroy(notices);
	}
	return 0;
}

static struct notices *connect_compositor(struct manager *manager) {
	struct notices *notices = calloc(1, sizeof(*notices));
	if (notices == NULL ||
			interface_connect(manager->runtime_dir, COMPOSITOR_NAME, &notices->link) <
					0) {
		free(notices);
		return NULL;
	}
	notices->manager = manager;
	manager->notices = notices;
	sd_varlink_set_userdata(notices->link, notices);
	if (sd_varlink_bind_reply(notices->link, handle_answer) < 0 ||
			sd_varlink_attach_event(notices->link, manager->event,
					SD_EVENT_PRIORITY_NORMAL) < 0) {
		destroy(notices);
		return NULL;
	}
	return notices;
}

/* Without a compositor nobody looks; what is told is in the log and in the record as well. */
static void tell(struct manager *manager, const char *method, sd_json_variant *parameters) {
	struct notices *notices =
			manager->notices != NULL ? manager->notices : connect_compositor(manager);
	if (notices == NULL || notices->pending == CALLS_MAX) {
		return;
	}
	int result = sd_varlink_invoke(notices->link, method, parameters);
	if (result >= 0) {
		notices->pending++;
		return;
	}
	log_info("a notice was not shown: %s", strerror(-result));
	if (notices->pending == 0) {
		destroy(notices);
	}
}

struct words {
	const char *program; /* NULL: it is about none */
	const char *title, *text;
	bool is_failure;
	uint64_t begins_ms, ends_ms; /* 0: it shows no progress */
};

static void tag_of(const struct instance *instance, char tag[TAG_MAX]) {
	snprintf(tag, TAG_MAX, "start:%s", instance->vm->name);
}

/* What is longer takes longer to read, and tells what to do. */
static unsigned failure_seconds(const char *text) {
	return FAILURE_SECONDS + (unsigned)(strlen(text) / LETTERS_PER_SECOND);
}

static void notify(struct instance *instance, const struct words *words) {
	const struct vm *vm = instance->vm;
	char color[8], tag[TAG_MAX], quoted[NOTICE_PROGRAM_MAX + 8] = "";
	sd_json_variant *parameters = NULL;
	tag_of(instance, tag);
	snprintf(color, sizeof(color), "#%06x", vm->color);
	if (words->program != NULL && words->program[0] != '\0') {
		snprintf(quoted, sizeof(quoted), "“%s”", words->program);
	}
	int result = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("tag", tag),
			SD_JSON_BUILD_PAIR_STRING("kind", "start"),
			SD_JSON_BUILD_PAIR_BOOLEAN("failure", words->is_failure),
			SD_JSON_BUILD_PAIR_OBJECT("source",
					SD_JSON_BUILD_PAIR_STRING("name", vm->name),
					SD_JSON_BUILD_PAIR_STRING("label", vm->label),
					SD_JSON_BUILD_PAIR_STRING("color", color),
					SD_JSON_BUILD_PAIR_STRING("glyph", vm->glyph)),
			SD_JSON_BUILD_PAIR_STRING("detail", quoted),
			SD_JSON_BUILD_PAIR_STRING("title", words->title),
			SD_JSON_BUILD_PAIR_STRING("text", words->text),
			SD_JSON_BUILD_PAIR_UNSIGNED("seconds",
					words->is_failure ? failure_seconds(words->text)
							  : STARTING_SECONDS),
			SD_JSON_BUILD_PAIR_UNSIGNED("begins", words->begins_ms),
			SD_JSON_BUILD_PAIR_UNSIGNED("ends", words->ends_ms));
	if (result >= 0) {
		tell(instance->manager, COMPOSITOR_NAME ".Notify", parameters);
	}
	sd_json_variant_unref(parameters);
}

static void withdraw(struct instance *instance) {
	char tag[TAG_MAX];
	sd_json_variant *parameters = NULL;
	tag_of(instance, tag);
	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("tag", tag)) >= 0) {
		tell(instance->manager, COMPOSITOR_NAME ".WithdrawNotice", parameters);
	}
	sd_json_variant_unref(parameters);
}

void notices_mark(struct instance *instance) {
	sd_json_variant *parameters = NULL;
	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("name", instance->name),
			    SD_JSON_BUILD_PAIR_BOOLEAN("frozen", instance->is_marked)) >= 0) {
		tell(instance->manager, COMPOSITOR_NAME ".MarkDomain", parameters);
	}
	sd_json_variant_unref(parameters);
}

/* ---- words ---- */

/*
 * Where reason goes over from what is wrong to what more there is to say, no more than most bytes
 * from its start, or NULL; *ret_gap: how much lies between.
 */
static const char *find_turn(const char *reason, size_t most, size_t *ret_gap) {
	static const char *const gaps[] = {"; ", ". ", ": "};
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		const char *gap = strstr(reason, gaps[i]);
		*ret_gap = strlen(gaps[i]);
		if (gap != NULL && gap[*ret_gap] != '\0' && (size_t)(gap - reason) <= most) {
			return gap;
		}
	}
	return NULL;
}

/* Makes title and text of "what; what to do": what is too long for a title is all text. */
static void split(const struct instance *instance, const char *begin, const char *reason,
		char title[WORDS_MAX], char text[WORDS_MAX]) {
	size_t gap = 0, most = TITLE_BYTES_MAX - strlen(begin);
	const char *turn = find_turn(reason, most, &gap);
	size_t len = turn != NULL ? (size_t)(turn - reason) : strlen(reason);
	if (len == 0 || len > most) {
		snprintf(title, WORDS_MAX, "%s: the virtual machine failed", begin);
		snprintf(text, WORDS_MAX, "%s", reason);
	} else {
		snprintf(title, WORDS_MAX, "%s: %.*s", begin, (int)len, reason);
		snprintf(text, WORDS_MAX, "%s", turn != NULL ? turn + gap : "");
	}
	if (text[0] == '\0') {
		snprintf(text, WORDS_MAX, "More is in its log: vmctl log %s", instance->vm->name);
	}
	text[0] = (char)toupper((unsigned char)text[0]);
}

void notices_starting(struct instance *instance, const char *program) {
	char title[WORDS_MAX];
	uint64_t begins_ms = instance->record.since_ms;
	snprintf(title, sizeof(title), "Starting %s", instance->vm->label);
	notify(instance,
			&(struct words){
					.program = program,
					.title = title,
					.text = "The program opens when the virtual machine is up.",
					.begins_ms = begins_ms,
					.ends_ms = instance->expected_ms != 0
							? begins_ms + instance->expected_ms
							: begins_ms,
			});
}

void notices_not_started(struct instance *instance, const char *program, const char *reason) {
	char title[WORDS_MAX], text[WORDS_MAX];
	split(instance, "Not started", reason, title, text);
	notify(instance,
			&(struct words){.program = program,
					.title = title,
					.text = text,
					.is_failure = true});
}

void notices_not_run(struct instance *instance, const char *program, uint64_t status) {
	char text[WORDS_MAX];
	const char *title = status == 127 ? "Not started: this virtual machine has no such program"
			: status == 126   ? "Not started: the program may not be run there"
					  : "Not started: the virtual machine could not run it";
	const char *verb = status == 127 ? "What it has is told by: vmctl applications"
					 : "More is in its log: vmctl log";
	snprintf(text, sizeof(text), "%s %s", verb, instance->vm->name);
	notify(instance,
			&(struct words){.program = program,
					.title = title,
					.text = text,
					.is_failure = true});
}

void notices_ended_at_once(struct instance *instance, const char *program, uint64_t status,
		uint64_t signal) {
	char title[WORDS_MAX], text[WORDS_MAX];
	snprintf(title, sizeof(title), "Not running: it ended at once, %s %" PRIu64,
			signal != 0 ? "by signal" : "with status", signal != 0 ? signal : status);
	snprintf(text, sizeof(text), "To read what it says, run it from a terminal: vmctl run %s …",
			instance->vm->name);
	notify(instance,
			&(struct words){.program = program,
					.title = title,
					.text = text,
					.is_failure = true});
}

/* Does a launch wait for it, that will say itself what became of it? */
static bool is_launched(const struct instance *instance) {
	for (const struct waiter *waiter = instance->waiters; waiter != NULL;
			waiter = waiter->next) {
		if (waiter->link == NULL && waiter->is_run) {
			return true;
		}
	}
	return false;
}

void notices_state_changed(struct instance *instance) {
	enum vm_state was = instance->noticed_state, is = instance->record.state;
	char title[WORDS_MAX], text[WORDS_MAX];
	instance->noticed_state = is;
	if (was == VM_STARTING && is != VM_STARTING && instance->is_start_told) {
		instance->is_start_told = false;
		withdraw(instance);
	}
	if (was != is && is == VM_FAILED && was != VM_STOPPING && !is_launched(instance)) {
		const char *begin = was == VM_RUNNING || was == VM_PAUSED ? "Not running any more"
									  : "Not started";
		split(instance, begin, instance->record.reason, title, text);
		notify(instance, &(struct words){.title = title, .text = text, .is_failure = true});
	}
}

void notices_manifest(struct manager *manager) {
	static const char tag[] = "manifest";
	sd_json_variant *parameters = NULL;
	char text[WORDS_MAX];
	int result;
	if (manager->fault == NULL) {
		result = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("tag", tag));
	} else {
		/* The name of the file is what a person knows of it; of many mistakes, the first. */
		const char *line = manager->fault;
		const char *slash = memrchr(line, '/', strcspn(line, ":"));
		size_t skipped = slash != NULL ? (size_t)(slash + 1 - line) : 0;
		snprintf(text, sizeof(text), "%.*s. Mend it, then: vmctl reload",
				(int)(strcspn(line, "\n") - skipped), line + skipped);
		result = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("tag", tag),
				SD_JSON_BUILD_PAIR_STRING("kind", "message"),
				SD_JSON_BUILD_PAIR_BOOLEAN("failure", true),
				SD_JSON_BUILD_PAIR_OBJECT("source",
						SD_JSON_BUILD_PAIR_STRING("name", "host")),
				SD_JSON_BUILD_PAIR_STRING("title",
						"Not taken: the machines' manifest is wrong"),
				SD_JSON_BUILD_PAIR_STRING("text", text));
	}
	if (result >= 0) {
		tell(manager,
				manager->fault == NULL ? COMPOSITOR_NAME ".WithdrawNotice"
						       : COMPOSITOR_NAME ".Notify",
				parameters);
	}
	sd_json_variant_unref(parameters);
}

void notices_destroy(struct manager *manager) {
	if (manager->notices != NULL) {
		destroy(manager->notices);
	}
}
