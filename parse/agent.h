/* SPDX-License-Identifier: MIT
 *
 * The agent protocol: what the host's agent child and the guest's silo-agent say to each other over
 * vsock. Both ends decode and encode with this file. The host decodes a guest's bytes here; nothing
 * else on the host ever looks at them. No allocation, no I/O, no logging.
 *
 * A stream of frames, all numbers little-endian, without padding:
 *
 *     u32 type, u32 length, then length bytes of body (at most AGENT_MESSAGE_MAX)
 *
 * There are two kinds of connection. In a stream's direction only the types listed for it, in the
 * order given, are legal; anything else is malformed and ends the connection.
 *
 * Control connection, made by the guest to CID 2, port AGENT_PORT_CONTROL:
 *
 *   to host
 *     HELLO         u32 version (AGENT_VERSION), 36 bytes boot id (a lower-case UUID, as in
 *                   /proc/sys/kernel/random/boot_id); once and first, when commands can run
 *     APPLICATIONS  a part of the list of what a person can start, after HELLO, again when the list
 *                   changes: u32 flags (AGENT_APPS_FIRST: a list begins, AGENT_APPS_LAST: it is
 *                   complete), u32 count (0 to AGENT_APPS_MAX, in all parts of a list), then count
 *                   times three strings, each ended by one NUL: id (agent_id_is_valid()), name (1 to
 *                   AGENT_APP_NAME_MAX bytes of shown UTF-8 text), category (0 to
 *                   AGENT_APP_CATEGORY_MAX ASCII letters). An id means something to the guest alone
 *   to guest
 *     SHUTDOWN      empty: stop everything, sync, power off; repetition is harmless
 *
 * Command connection, made by the host to guest port AGENT_PORT_COMMAND, one for each command:
 *
 *   to guest
 *     RUN           u32 flags, u32 columns, u32 rows (1 to AGENT_WINDOW_MAX with AGENT_RUN_TERMINAL,
 *                   else 0), u32 argc (1 to AGENT_ARGV_MAX), u32 envc (0 to AGENT_ENV_MAX), argc +
 *                   envc strings, each ended by one NUL, nothing after them. argv[0] is not empty
 *                   and is looked up in PATH; an environment string is NAME=value, NAME being
 *                   [A-Za-z_][A-Za-z0-9_]*, and overrides the agent's default. Once and first.
 *                   Flags: AGENT_RUN_ROOT: as root, else as the VM's user. AGENT_RUN_APPLICATION:
 *                   argv is one id of the agent's list. AGENT_RUN_TERMINAL: on a terminal of its
 *                   own; there is no STDERR then. AGENT_RUN_SHELL: the user's shell; argc is 0
 *     STDIN         1 to AGENT_DATA_MAX bytes for standard input; in all at most as many as
 *                   AGENT_STDIN_WINDOW and the STDIN_CREDITs grant; not after STDIN_EOF
 *     STDIN_EOF     empty: standard input ends here; once
 *     SIGNAL        u32 signal (1 to 31), sent to the command's process group
 *     WINDOW        u32 columns, u32 rows (1 to AGENT_WINDOW_MAX): its terminal's new size
 *   to host
 *     STARTED       u32 pid in the guest (1 to INT32_MAX); once and first, unless ERROR comes
 *     STDIN_CREDIT  u32 bytes (1 to AGENT_STDIN_WINDOW) that the command has taken: the host may
 *                   send as many more. So a command that does not read its input never keeps a
 *                   SIGNAL waiting behind unread bytes
 *     STDOUT        1 to AGENT_DATA_MAX bytes
 *     STDERR        1 to AGENT_DATA_MAX bytes
 *     EXIT          u32 status (0 to 255), u32 signal (0 to 64; if not 0, it ended the command and
 *                   status is 0); last
 *     ERROR         u32 status (1 to 255: what a shell's would be, 127 for a program that is not
 *                   there, 126 for one that cannot be run, else 1), 1 to AGENT_ERROR_MAX bytes of
 *                   shown UTF-8 text (text_is_sanitised()): the command could not be run, or the
 *                   host broke the rules; last
 *
 * After EXIT or ERROR the host hangs up; a guest that did so first could lose its last bytes in the
 * vsock device. A host that hangs up before ends the command: its process group gets SIGHUP and
 * SIGCONT, as when a terminal goes away. Output is metered by the stream itself: a host that does
 * not read stops the command at its next write.
 */
#ifndef SILO_PARSE_AGENT_H
#define SILO_PARSE_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

#define AGENT_VERSION 2
/* Signals that a command can be sent. */
#define AGENT_SIGNAL_MAX 31
#define AGENT_PORT_CONTROL 6000
#define AGENT_PORT_COMMAND 5000

#define AGENT_HEADER_SIZE 8
/* A whole frame; a buffer of this size holds every message. */
#define AGENT_FRAME_MAX (AGENT_HEADER_SIZE + AGENT_MESSAGE_MAX)
/* So that a frame of data is one write (see AGENT_WRITE_MAX). */
#define AGENT_DATA_MAX (AGENT_WRITE_MAX - AGENT_HEADER_SIZE)
/* Bytes of standard input on their way to a command that does not read. */
#define AGENT_STDIN_WINDOW (64u << 10)
/* Bytes of text in an ERROR. */
#define AGENT_ERROR_MAX 255
#define AGENT_BOOT_ID_LEN 36
/* Columns or rows of a terminal. */
#define AGENT_WINDOW_MAX 9999
/* One entry of APPLICATIONS, as its strings. */
#define AGENT_APP_SIZE_MAX (AGENT_APP_ID_MAX + AGENT_APP_NAME_MAX + AGENT_APP_CATEGORY_MAX + 3)

enum agent_type {
	AGENT_HELLO = 1,
	AGENT_SHUTDOWN = 2,
	AGENT_APPLICATIONS = 3,
	AGENT_RUN = 16,
	AGENT_STDIN = 17,
	AGENT_STDIN_EOF = 18,
	AGENT_SIGNAL = 19,
	AGENT_WINDOW = 20,
	AGENT_STARTED = 32,
	AGENT_STDOUT = 33,
	AGENT_STDERR = 34,
	AGENT_EXIT = 35,
	AGENT_ERROR = 36,
	AGENT_STDIN_CREDIT = 37,
};

/* For agent_run.flags. */
#define AGENT_RUN_ROOT 1u
#define AGENT_RUN_APPLICATION 2u
#define AGENT_RUN_TERMINAL 4u
#define AGENT_RUN_SHELL 8u

/* For agent_applications.flags. */
#define AGENT_APPS_FIRST 1u
#define AGENT_APPS_LAST 2u

struct agent_hello {
	uint32_t version; /* AGENT_VERSION */
	char boot_id[AGENT_BOOT_ID_LEN + 1];
};

/* One application; the strings have passed agent_application_is_valid(). */
struct agent_application {
	char id[AGENT_APP_ID_MAX + 1];
	char name[AGENT_APP_NAME_MAX + 1];
	char category[AGENT_APP_CATEGORY_MAX + 1];
};

/* For agent_application_next(). */
struct agent_applications {
	uint32_t flags, count;
	const uint8_t *bytes;
	size_t len;
};

struct agent_window {
	uint32_t columns, rows;
};

struct agent_run {
	uint32_t flags;
	struct agent_window window; /* with AGENT_RUN_TERMINAL */
	uint32_t argc, envc;
	const char *argv[AGENT_ARGV_MAX + 1]; /* argc strings, then NULL */
	const char *env[AGENT_ENV_MAX + 1];   /* envc strings, then NULL */
};

/* STDIN, STDOUT, STDERR */
struct agent_data {
	const uint8_t *bytes;
	size_t len;
};

struct agent_exit {
	uint8_t status;
	uint8_t signal; /* 0: it exited with status */
};

struct agent_error {
	uint8_t status;
	char text[AGENT_ERROR_MAX + 1];
};

/* One message. Pointers in it point into the bytes that it was decoded from. */
struct agent_message {
	enum agent_type type;
	union {
		struct agent_hello hello;
		struct agent_run run;
		struct agent_data data;
		struct agent_exit exit;
		uint32_t signal;
		uint32_t pid;
		uint32_t credit;
		struct agent_error error;
		struct agent_applications applications;
		struct agent_window window;
	};
};

/* Which connection, and towards whom its bytes flow. */
enum agent_stream {
	AGENT_CONTROL_TO_HOST,
	AGENT_CONTROL_TO_GUEST,
	AGENT_COMMAND_TO_HOST,
	AGENT_COMMAND_TO_GUEST,
};

/* One direction of one connection as its reader sees it: what has come, so what may come. */
struct agent_decoder {
	enum agent_stream stream;
	bool begun;       /* HELLO, RUN or STARTED came */
	bool input_ended; /* STDIN_EOF came */
	bool ended;       /* EXIT or ERROR came, or the stream was malformed */
	bool lists;       /* a list of applications has begun and is not complete */
	uint32_t listed;  /* its entries so far */
	uint32_t window;  /* bytes of STDIN that may still come (to the guest) */
};

enum agent_result {
	AGENT_OK,
	/* The bytes are a good start of a frame: come again with more. */
	AGENT_INCOMPLETE,
	/* The type is unknown, or not legal in this stream at this point. */
	AGENT_UNEXPECTED,
	/* The length is not the type's, or the body breaks its rules. */
	AGENT_MALFORMED,
	/* HELLO of another version. */
	AGENT_VERSION_MISMATCH,
};

/* Prepares decoder for a new connection. */
void agent_decoder_init(struct agent_decoder *decoder, enum agent_stream stream);

/*
 * Decodes the frame at the start of the len bytes at untrusted_bytes. On AGENT_OK sets *ret_message
 * and *ret_used, the frame's size (AGENT_HEADER_SIZE to AGENT_FRAME_MAX). The message's pointers
 * live as long as the bytes, which must not change meanwhile. A header is judged as soon as it is
 * there, so a buffer of AGENT_FRAME_MAX bytes never fills without a verdict. After any result but
 * AGENT_OK and AGENT_INCOMPLETE the decoder returns AGENT_UNEXPECTED for ever.
 */
enum agent_result agent_decode(struct agent_decoder *decoder, const uint8_t *untrusted_bytes,
		size_t len, struct agent_message *ret_message, size_t *ret_used);

/* The guest's end grants bytes more of STDIN (as it tells the host with STDIN_CREDIT). */
void agent_decoder_grant(struct agent_decoder *decoder, uint32_t bytes);

/*
 * Encodes message as one frame into out, which has room for cap bytes (AGENT_FRAME_MAX suffice).
 * Returns the frame's size, or 0 if message breaks the rules above or does not fit. For RUN the
 * strings must be NUL-terminated; the text of an ERROR is sanitised and cut as needed; data.bytes
 * may be out + AGENT_HEADER_SIZE itself.
 */
size_t agent_encode(const struct agent_message *message, uint8_t *out, size_t cap);

/*
 * Takes the next of the entries of an APPLICATIONS message that was decoded: copies it to *ret and
 * moves applications on. Returns false behind the last.
 */
bool agent_application_next(struct agent_applications *applications, struct agent_application *ret);

/* Writes application as an entry of a message into out. Returns its size, 0 if it does not fit. */
size_t agent_application_put(const struct agent_application *application, uint8_t *out, size_t cap);

/* May the agent tell of application? Its arrays may hold anything. */
bool agent_application_is_valid(const struct agent_application *application);

/* Is id an application's: 1 to AGENT_APP_ID_MAX of a-z, A-Z, 0-9, ".", "_", "-", neither "." nor "-"
 * first? */
bool agent_id_is_valid(const char *id);

/* Is text an environment string that RUN may carry (NAME=value)? */
bool agent_env_is_valid(const char *text);

/* Is text (AGENT_BOOT_ID_LEN bytes) a lower-case UUID? */
bool agent_boot_id_is_valid(const char text[AGENT_BOOT_ID_LEN]);

/* A short English description, for log lines. */
const char *agent_result_text(enum agent_result result);

#endif
