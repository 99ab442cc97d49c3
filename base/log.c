/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static const char *program_name = "silo";
static const char *vm_name;
static enum log_level threshold = LOG_LEVEL_INFO;

static const char *const level_names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
};

void log_init(const char *program, const char *vm, enum log_level level) {
	program_name = program;
	vm_name = vm;
	threshold = level;
}

bool log_level_parse(const char *text, enum log_level *ret_level) {
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

enum log_level log_level(void) {
	return threshold;
}

void log_writev(enum log_level level, const char *format, va_list args) {
	if (level > threshold) {
		return;
	}
	int saved = errno;
	/* One write a line, so that lines of several processes do not mix. */
	char line[1024];
	int len = vm_name != NULL
			? snprintf(line, sizeof(line), "%s[%s]: %s: ", program_name, vm_name,
				level_names[level])
			: snprintf(line, sizeof(line), "%s: %s: ", program_name, level_names[level]);
	int room = (int)sizeof(line) - 1;
	if (len < 0 || len >= room) {
		len = 0;
	}
	int body = vsnprintf(line + len, (size_t)(room - len), format, args);
	if (body > 0) {
		len += body < room - len ? body : room - len - 1;
	}
	line[len++] = '\n';
	ssize_t ignored = write(STDERR_FILENO, line, (size_t)len);
	(void)ignored;
	errno = saved;
}

void log_write(enum log_level level, const char *format, ...) {
	va_list args;
	va_start(args, format);
	log_writev(level, format, args);
	va_end(args);
}

void log_limited(struct log_limit *limit, enum log_level level, const char *format, ...) {
	int64_t now = clock_now_ms();
	int64_t seconds = (now - limit->refilled_ms) / 1000;
	if (seconds > 0) {
		limit->used = seconds >= limit->used ? 0 : limit->used - (uint32_t)seconds;
		limit->refilled_ms = now;
	}
	if (limit->used >= limit->burst) {
		limit->swallowed++;
		return;
	}
	limit->used++;
	if (limit->swallowed > 0) {
		log_write(level, "(%u similar lines were left out)", limit->swallowed);
		limit->swallowed = 0;
	}
	va_list args;
	va_start(args, format);
	log_writev(level, format, args);
	va_end(args);
}
