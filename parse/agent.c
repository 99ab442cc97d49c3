/* SPDX-License-Identifier: MIT */
#include "parse/agent.h"

#include <assert.h>
#include <string.h>

#include "base/canary.h"
#include "base/text.h"

static_assert(AGENT_MESSAGE_MAX >= AGENT_DATA_MAX, "a frame holds a write");
static_assert(AGENT_STDIN_WINDOW >= AGENT_DATA_MAX, "the window holds a frame");

/* Of RUN: what stands before its strings. */
#define RUN_HEAD 20

/* What stands between header and judgement: one row a type. */
struct rule {
	enum agent_type type;
	enum agent_stream stream;
	uint32_t len_min, len_max;
};

static const struct rule rules[] = {
		{AGENT_HELLO, AGENT_CONTROL_TO_HOST, 4 + AGENT_BOOT_ID_LEN, 4 + AGENT_BOOT_ID_LEN},
		{AGENT_SHUTDOWN, AGENT_CONTROL_TO_GUEST, 0, 0},
		{AGENT_APPLICATIONS, AGENT_CONTROL_TO_HOST, 8, AGENT_MESSAGE_MAX},
		{AGENT_RUN, AGENT_COMMAND_TO_GUEST, RUN_HEAD, AGENT_MESSAGE_MAX},
		{AGENT_STDIN, AGENT_COMMAND_TO_GUEST, 1, AGENT_DATA_MAX},
		{AGENT_STDIN_EOF, AGENT_COMMAND_TO_GUEST, 0, 0},
		{AGENT_SIGNAL, AGENT_COMMAND_TO_GUEST, 4, 4},
		{AGENT_WINDOW, AGENT_COMMAND_TO_GUEST, 8, 8},
		{AGENT_STARTED, AGENT_COMMAND_TO_HOST, 4, 4},
		{AGENT_STDOUT, AGENT_COMMAND_TO_HOST, 1, AGENT_DATA_MAX},
		{AGENT_STDERR, AGENT_COMMAND_TO_HOST, 1, AGENT_DATA_MAX},
		{AGENT_EXIT, AGENT_COMMAND_TO_HOST, 8, 8},
		{AGENT_ERROR, AGENT_COMMAND_TO_HOST, 4 + 1, 4 + AGENT_ERROR_MAX},
		{AGENT_STDIN_CREDIT, AGENT_COMMAND_TO_HOST, 4, 4},
};

static const struct rule *find_rule(uint32_t type) {
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if ((uint32_t)rules[i].type == type) {
			return &rules[i];
		}
	}
	return NULL;
}

static uint32_t get_u32(const uint8_t *bytes) {
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
			(uint32_t)bytes[3] << 24;
}

static void put_u32(uint8_t *out, uint32_t value) {
	out[0] = (uint8_t)value;
	out[1] = (uint8_t)(value >> 8);
	out[2] = (uint8_t)(value >> 16);
	out[3] = (uint8_t)(value >> 24);
}

bool agent_env_is_valid(const char *text) {
	size_t name = 0;
	for (; text[name] != '=' && text[name] != '\0'; name++) {
		char c = text[name];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
		bool digit = c >= '0' && c <= '9';
		if (!letter && !(digit && name > 0)) {
			return false;
		}
	}
	return name > 0 && text[name] == '=';
}

bool agent_id_is_valid(const char *id) {
	size_t len = 0;
	for (; id[len] != '\0'; len++) {
		char c = id[len];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		bool digit = c >= '0' && c <= '9';
		bool sign = c == '_' || (len > 0 && (c == '.' || c == '-'));
		if (len == AGENT_APP_ID_MAX || !(letter || digit || sign)) {
			return false;
		}
	}
	return len > 0;
}

bool agent_application_is_valid(const struct agent_application *application) {
	const char *name = application->name, *category = application->category;
	if (memchr(application->id, '\0', sizeof(application->id)) == NULL ||
			memchr(name, '\0', sizeof(application->name)) == NULL ||
			memchr(category, '\0', sizeof(application->category)) == NULL) {
		return false;
	}
	for (; *category != '\0'; category++) {
		if ((*category < 'A' || *category > 'Z') && (*category < 'a' || *category > 'z')) {
			return false;
		}
	}
	return agent_id_is_valid(application->id) && name[0] != '\0' &&
			text_is_sanitised(name, AGENT_APP_NAME_MAX);
}

bool agent_boot_id_is_valid(const char text[AGENT_BOOT_ID_LEN]) {
	for (size_t i = 0; i < AGENT_BOOT_ID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
		if (dash ? text[i] != '-' : !hex) {
			return false;
		}
	}
	return true;
}

void agent_decoder_init(struct agent_decoder *decoder, enum agent_stream stream) {
	*decoder = (struct agent_decoder){.stream = stream, .window = AGENT_STDIN_WINDOW};
}

void agent_decoder_grant(struct agent_decoder *decoder, uint32_t bytes) {
	assert(bytes <= AGENT_STDIN_WINDOW - decoder->window);
	decoder->window += bytes;
}

/* May a message of this type come now? */
static bool is_permitted(const struct agent_decoder *decoder, enum agent_type type) {
	switch (type) {
	case AGENT_SHUTDOWN:
	case AGENT_ERROR:
		return true;
	case AGENT_HELLO:
	case AGENT_RUN:
	case AGENT_STARTED:
		return !decoder->begun;
	case AGENT_STDIN:
	case AGENT_STDIN_EOF:
		return decoder->begun && !decoder->input_ended;
	case AGENT_APPLICATIONS:
	case AGENT_SIGNAL:
	case AGENT_WINDOW:
	case AGENT_STDOUT:
	case AGENT_STDERR:
	case AGENT_EXIT:
	case AGENT_STDIN_CREDIT:
		return decoder->begun;
	}
	return false;
}

/* Notes that a good message came. */
static void advance(struct agent_decoder *decoder, const struct agent_message *message) {
	switch (message->type) {
	case AGENT_HELLO:
	case AGENT_RUN:
	case AGENT_STARTED:
		decoder->begun = true;
		break;
	case AGENT_STDIN:
		decoder->window -= (uint32_t)message->data.len;
		break;
	case AGENT_STDIN_EOF:
		decoder->input_ended = true;
		break;
	case AGENT_EXIT:
	case AGENT_ERROR:
		decoder->ended = true;
		break;
	case AGENT_APPLICATIONS:
		if (!decoder->lists) {
			decoder->listed = 0;
		}
		decoder->listed += message->applications.count;
		decoder->lists = (message->applications.flags & AGENT_APPS_LAST) == 0;
		break;
	case AGENT_SHUTDOWN:
	case AGENT_SIGNAL:
	case AGENT_WINDOW:
	case AGENT_STDOUT:
	case AGENT_STDERR:
	case AGENT_STDIN_CREDIT:
		break;
	}
}

/* Sets strings[0..n) to the next n NUL-terminated strings of body, *at being the position. */
static bool take_strings(const uint8_t *body, size_t len, size_t *at, uint32_t n,
		const char **ret_strings) {
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *start = body + *at;
		const uint8_t *end = memchr(start, '\0', len - *at);
		if (end == NULL) {
			return false;
		}
		ret_strings[i] = (const char *)start;
		*at += (size_t)(end - start) + 1;
	}
	ret_strings[n] = NULL;
	return true;
}

static bool decode_window(const uint8_t *body, struct agent_window *ret) {
	uint32_t columns = get_u32(body), rows = get_u32(body + 4);
	if (columns == 0 || columns > AGENT_WINDOW_MAX || rows == 0 || rows > AGENT_WINDOW_MAX) {
		return false;
	}
	*ret = (struct agent_window){columns, rows};
	return true;
}

/* Do flags, the words and the terminal's size of a RUN go together? */
static bool run_is_sound(const struct agent_run *run) {
	uint32_t known = AGENT_RUN_ROOT | AGENT_RUN_APPLICATION | AGENT_RUN_TERMINAL |
			AGENT_RUN_SHELL;
	bool is_shell = (run->flags & AGENT_RUN_SHELL) != 0;
	bool is_application = (run->flags & AGENT_RUN_APPLICATION) != 0;
	if ((run->flags & ~known) != 0 || (is_shell && is_application)) {
		return false;
	}
	return is_shell ? run->argc == 0 : is_application ? run->argc == 1 : run->argc > 0;
}

static bool decode_run(const uint8_t *body, size_t len, struct agent_run *ret) {
	uint32_t flags = get_u32(body), argc = get_u32(body + 12), envc = get_u32(body + 16);
	ret->flags = flags;
	ret->argc = argc;
	ret->envc = envc;
	ret->window = (struct agent_window){0};
	bool is_sized = (flags & AGENT_RUN_TERMINAL) != 0
			? decode_window(body + 4, &ret->window)
			: get_u32(body + 4) == 0 && get_u32(body + 8) == 0;
	if (!is_sized || !run_is_sound(ret) || argc > AGENT_ARGV_MAX || envc > AGENT_ENV_MAX) {
		return false;
	}
	size_t at = RUN_HEAD;
	if (!take_strings(body, len, &at, argc, ret->argv) ||
			!take_strings(body, len, &at, envc, ret->env) || at != len) {
		return false;
	}
	for (uint32_t i = 0; i < envc; i++) {
		if (!agent_env_is_valid(ret->env[i])) {
			return false;
		}
	}
	if ((flags & AGENT_RUN_APPLICATION) != 0) {
		return agent_id_is_valid(ret->argv[0]);
	}
	return argc == 0 || ret->argv[0][0] != '\0';
}

static bool decode_error(const uint8_t *body, size_t len, struct agent_error *ret) {
	uint32_t status = get_u32(body);
	body += 4;
	len -= 4;
	if (status == 0 || status > 255 || memchr(body, '\0', len) != NULL) {
		return false;
	}
	ret->status = (uint8_t)status;
	memcpy(ret->text, body, len);
	ret->text[len] = '\0';
	return text_is_sanitised(ret->text, AGENT_ERROR_MAX);
}

/* Copies the next string of at most max bytes, *at being the position. */
static bool take_text(const uint8_t *bytes, size_t len, size_t *at, char *out, size_t max) {
	size_t left = len - *at < max + 1 || CANARY(agent) ? len - *at : max + 1;
	const uint8_t *end = left > 0 ? memchr(bytes + *at, '\0', left) : NULL;
	if (end == NULL) {
		return false;
	}
	size_t size = (size_t)(end - (bytes + *at)) + 1;
	memcpy(out, bytes + *at, size);
	*at += size;
	return true;
}

/* Reads one entry at *at and checks it. */
static bool take_application(const uint8_t *bytes, size_t len, size_t *at,
		struct agent_application *ret) {
	return take_text(bytes, len, at, ret->id, AGENT_APP_ID_MAX) &&
			take_text(bytes, len, at, ret->name, AGENT_APP_NAME_MAX) &&
			take_text(bytes, len, at, ret->category, AGENT_APP_CATEGORY_MAX) &&
			agent_application_is_valid(ret);
}

bool agent_application_next(struct agent_applications *applications,
		struct agent_application *ret) {
	size_t at = 0;
	if (applications->count == 0 ||
			!take_application(applications->bytes, applications->len, &at, ret)) {
		return false;
	}
	applications->count--;
	applications->bytes += at;
	applications->len -= at;
	return true;
}

static bool decode_applications(const struct agent_decoder *decoder, const uint8_t *body,
		size_t len, struct agent_applications *ret) {
	uint32_t flags = get_u32(body), count = get_u32(body + 4);
	bool is_first = (flags & AGENT_APPS_FIRST) != 0;
	uint32_t listed = is_first ? 0 : decoder->listed;
	if ((flags & ~(AGENT_APPS_FIRST | AGENT_APPS_LAST)) != 0 || is_first == decoder->lists ||
			count > AGENT_APPS_MAX - listed) {
		return false;
	}
	size_t at = 8;
	struct agent_application ignored;
	for (uint32_t i = 0; i < count; i++) {
		if (!take_application(body, len, &at, &ignored)) {
			return false;
		}
	}
	*ret = (struct agent_applications){flags, count, body + 8, len - 8};
	return at == len;
}

static bool decode_exit(const uint8_t *body, struct agent_exit *ret) {
	uint32_t status = get_u32(body), signal = get_u32(body + 4);
	if (status > 255 || signal > 64 || (status != 0 && signal != 0)) {
		return false;
	}
	ret->status = (uint8_t)status;
	ret->signal = (uint8_t)signal;
	return true;
}

static bool decode_number(const uint8_t *body, uint32_t max, uint32_t *ret) {
	uint32_t value = get_u32(body);
	if (value == 0 || value > max) {
		return false;
	}
	*ret = value;
	return true;
}

/* Decodes the body of a message whose type and length have been checked. */
static enum agent_result decode_body(const struct agent_decoder *decoder, const uint8_t *body,
		size_t len, struct agent_message *ret) {
	bool good = true;
	switch (ret->type) {
	case AGENT_HELLO:
		ret->hello.version = get_u32(body);
		if (ret->hello.version != AGENT_VERSION) {
			return AGENT_VERSION_MISMATCH;
		}
		memcpy(ret->hello.boot_id, body + 4, AGENT_BOOT_ID_LEN);
		ret->hello.boot_id[AGENT_BOOT_ID_LEN] = '\0';
		good = agent_boot_id_is_valid(ret->hello.boot_id);
		break;
	case AGENT_APPLICATIONS:
		good = decode_applications(decoder, body, len, &ret->applications);
		break;
	case AGENT_RUN:
		good = decode_run(body, len, &ret->run);
		break;
	case AGENT_WINDOW:
		good = decode_window(body, &ret->window);
		break;
	case AGENT_STDIN:
		good = len <= decoder->window;
		ret->data = (struct agent_data){body, len};
		break;
	case AGENT_STDOUT:
	case AGENT_STDERR:
		ret->data = (struct agent_data){body, len};
		break;
	case AGENT_SIGNAL:
		good = decode_number(body, AGENT_SIGNAL_MAX, &ret->signal);
		break;
	case AGENT_STARTED:
		good = decode_number(body, INT32_MAX, &ret->pid);
		break;
	case AGENT_STDIN_CREDIT:
		good = decode_number(body, AGENT_STDIN_WINDOW, &ret->credit);
		break;
	case AGENT_EXIT:
		good = decode_exit(body, &ret->exit);
		break;
	case AGENT_ERROR:
		good = decode_error(body, len, &ret->error);
		break;
	case AGENT_SHUTDOWN:
	case AGENT_STDIN_EOF:
		break;
	}
	return good ? AGENT_OK : AGENT_MALFORMED;
}

enum agent_result agent_decode(struct agent_decoder *decoder, const uint8_t *untrusted_bytes,
		size_t len, struct agent_message *ret_message, size_t *ret_used) {
	if (decoder->ended) {
		return AGENT_UNEXPECTED;
	}
	if (len < AGENT_HEADER_SIZE) {
		return AGENT_INCOMPLETE;
	}
	uint32_t body_len = get_u32(untrusted_bytes + 4);
	const struct rule *rule = find_rule(get_u32(untrusted_bytes));
	if (rule == NULL || rule->stream != decoder->stream || !is_permitted(decoder, rule->type)) {
		decoder->ended = true;
		return AGENT_UNEXPECTED;
	}
	if (body_len < rule->len_min || body_len > rule->len_max) {
		decoder->ended = true;
		return AGENT_MALFORMED;
	}
	if (body_len > len - AGENT_HEADER_SIZE) {
		return AGENT_INCOMPLETE;
	}
	ret_message->type = rule->type;
	enum agent_result result = decode_body(decoder, untrusted_bytes + AGENT_HEADER_SIZE,
			body_len, ret_message);
	if (result != AGENT_OK) {
		decoder->ended = true;
		return result;
	}
	advance(decoder, ret_message);
	*ret_used = AGENT_HEADER_SIZE + body_len;
	return AGENT_OK;
}

/* Appends n strings with their terminators at *at. */
static bool put_strings(const char *const *strings, uint32_t n, uint8_t *out, size_t cap,
		size_t *at) {
	for (uint32_t i = 0; i < n; i++) {
		size_t size = strlen(strings[i]) + 1;
		if (size > cap - *at) {
			return false;
		}
		memcpy(out + *at, strings[i], size);
		*at += size;
	}
	return true;
}

/* Encodes the body into out; returns its length, or cap + 1 if it does not fit. */
static size_t encode_run(const struct agent_run *run, uint8_t *out, size_t cap) {
	if (cap < RUN_HEAD) {
		return cap + 1;
	}
	put_u32(out, run->flags);
	put_u32(out + 4, run->window.columns);
	put_u32(out + 8, run->window.rows);
	put_u32(out + 12, run->argc);
	put_u32(out + 16, run->envc);
	size_t at = RUN_HEAD;
	bool fits = run->argc <= AGENT_ARGV_MAX && run->envc <= AGENT_ENV_MAX &&
			put_strings(run->argv, run->argc, out, cap, &at) &&
			put_strings(run->env, run->envc, out, cap, &at);
	return fits ? at : cap + 1;
}

static size_t encode_error(const struct agent_error *error, uint8_t *out, size_t cap) {
	char text[AGENT_ERROR_MAX + 1];
	size_t len = text_sanitise(error->text, strnlen(error->text, AGENT_ERROR_MAX),
			AGENT_ERROR_MAX, text, sizeof(text));
	if (4 + len > cap) {
		return cap + 1;
	}
	put_u32(out, error->status);
	memcpy(out + 4, text, len);
	return 4 + len;
}

static size_t encode_applications(const struct agent_applications *applications, uint8_t *out,
		size_t cap) {
	if (cap < 8 || applications->len > cap - 8) {
		return cap + 1;
	}
	memmove(out + 8, applications->bytes, applications->len);
	put_u32(out, applications->flags);
	put_u32(out + 4, applications->count);
	return 8 + applications->len;
}

static size_t encode_body(const struct agent_message *message, uint8_t *out, size_t cap) {
	const uint8_t *from = NULL;
	size_t len = 0;
	uint8_t fixed[4 + AGENT_BOOT_ID_LEN];
	switch (message->type) {
	case AGENT_RUN:
		return encode_run(&message->run, out, cap);
	case AGENT_ERROR:
		return encode_error(&message->error, out, cap);
	case AGENT_APPLICATIONS:
		return encode_applications(&message->applications, out, cap);
	case AGENT_WINDOW:
		put_u32(fixed, message->window.columns);
		put_u32(fixed + 4, message->window.rows);
		from = fixed, len = 8;
		break;
	case AGENT_HELLO:
		put_u32(fixed, message->hello.version);
		memcpy(fixed + 4, message->hello.boot_id, AGENT_BOOT_ID_LEN);
		from = fixed, len = 4 + AGENT_BOOT_ID_LEN;
		break;
	case AGENT_STDIN:
	case AGENT_STDOUT:
	case AGENT_STDERR:
		from = message->data.bytes, len = message->data.len;
		break;
	case AGENT_SIGNAL:
		put_u32(fixed, message->signal);
		from = fixed, len = 4;
		break;
	case AGENT_STARTED:
		put_u32(fixed, message->pid);
		from = fixed, len = 4;
		break;
	case AGENT_STDIN_CREDIT:
		put_u32(fixed, message->credit);
		from = fixed, len = 4;
		break;
	case AGENT_EXIT:
		put_u32(fixed, message->exit.status);
		put_u32(fixed + 4, message->exit.signal);
		from = fixed, len = 8;
		break;
	case AGENT_SHUTDOWN:
	case AGENT_STDIN_EOF:
		return 0;
	}
	if (len > cap) {
		return cap + 1;
	}
	memmove(out, from, len);
	return len;
}

size_t agent_application_put(const struct agent_application *application, uint8_t *out,
		size_t cap) {
	const char *const texts[] = {application->id, application->name, application->category};
	size_t at = 0;
	return put_strings(texts, 3, out, cap, &at) ? at : 0;
}

size_t agent_encode(const struct agent_message *message, uint8_t *out, size_t cap) {
	const struct rule *rule = find_rule((uint32_t)message->type);
	if (rule == NULL || cap < AGENT_HEADER_SIZE) {
		return 0;
	}
	size_t room = cap - AGENT_HEADER_SIZE;
	size_t limit = room < rule->len_max ? room : rule->len_max;
	size_t len = encode_body(message, out + AGENT_HEADER_SIZE, limit);
	if (len > limit) {
		return 0;
	}
	put_u32(out, (uint32_t)message->type);
	put_u32(out + 4, (uint32_t)len);

	/* The reader's own check: nothing leaves that the other end would refuse. */
	struct agent_decoder decoder = {
			.stream = rule->stream, .begun = true, .window = AGENT_STDIN_WINDOW};
	if (message->type == AGENT_HELLO || message->type == AGENT_RUN ||
			message->type == AGENT_STARTED) {
		decoder.begun = false;
	}
	decoder.lists = message->type == AGENT_APPLICATIONS &&
			(message->applications.flags & AGENT_APPS_FIRST) == 0;
	struct agent_message check;
	size_t used;
	bool good = agent_decode(&decoder, out, AGENT_HEADER_SIZE + len, &check, &used) == AGENT_OK;
	return good ? used : 0;
}

const char *agent_result_text(enum agent_result result) {
	switch (result) {
	case AGENT_OK:
		return "ok";
	case AGENT_INCOMPLETE:
		return "incomplete";
	case AGENT_UNEXPECTED:
		return "unexpected message";
	case AGENT_MALFORMED:
		return "malformed message";
	case AGENT_VERSION_MISMATCH:
		return "another version of the agent protocol";
	}
	return "unknown";
}
