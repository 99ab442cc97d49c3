/* SPDX-License-Identifier: MIT
 *
 * Log lines on standard error: `silo-proxy[banking]: warn: text`. Text that comes from a guest goes
 * through text_escape() (base/text.h) first; lines that a guest can cause go through log_limited().
 *
 * error = a bug in Silo; warn = odd but possible (hardware, configuration, a bad client);
 * info = a user would not want it off; debug = a developer would.
 */
#ifndef SILO_BASE_LOG_H
#define SILO_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Sets the program's name and the VM's (NULL: none); both must outlive the process. */
void log_init(const char *program, const char *vm, enum log_level level);

/* Reads "error", "warn", "info" or "debug". Returns false and leaves *ret_level for others. */
bool log_level_parse(const char *text, enum log_level *ret_level);

enum log_level log_level(void);

void log_write(enum log_level level, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
void log_writev(enum log_level level, const char *format, va_list args)
		__attribute__((format(printf, 2, 0)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

/*
 * A budget for lines that a guest can cause: burst lines, then one a second. Swallowed lines are
 * counted and the count is told with the next line. Zero-initialise with the burst set.
 */
struct log_limit {
	uint32_t burst;
	uint32_t used;
	uint32_t swallowed;
	int64_t refilled_ms;
};

/* As log_write(), within limit. */
void log_limited(struct log_limit *limit, enum log_level level, const char *format, ...)
		__attribute__((format(printf, 3, 4)));

#endif
