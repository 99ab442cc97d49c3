/* SPDX-License-Identifier: MIT */
#include "config/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

/* Descriptions of a thousand VMs stay below a third of it. */
#define FILE_BYTES_MAX (1u << 20)

bool report_init(struct report *report) {
	*report = (struct report){0};
	report->stream = open_memstream(&report->text, &report->size);
	return report->stream != NULL;
}

char *report_finish(struct report *report) {
	fclose(report->stream);
	if (report->size == 0) {
		free(report->text);
		report->text = NULL;
	}
	return report->text;
}

__attribute__((format(printf, 6, 0))) static void report_line(struct report *report,
		const char *kind, const char *file, int line, const char *where, const char *format,
		va_list args) {
	fprintf(report->stream, "%s:", file);
	if (line > 0) {
		fprintf(report->stream, "%d:", line);
	}
	fprintf(report->stream, " %s: ", kind);
	if (where != NULL) {
		fprintf(report->stream, "%s: ", where);
	}
	vfprintf(report->stream, format, args);
	fputc('\n', report->stream);
}

void report_error(struct report *report, const char *file, int line, const char *where,
		const char *format, ...) {
	va_list args;
	va_start(args, format);
	report_line(report, "error", file, line, where, format, args);
	va_end(args);
	report->errors++;
}

void report_warning(struct report *report, const char *file, int line, const char *where,
		const char *format, ...) {
	va_list args;
	va_start(args, format);
	report_line(report, "warning", file, line, where, format, args);
	va_end(args);
	report->warnings++;
}

/* Who can write such a file can name any other: it must be the user's or root's own. */
static bool is_trusted(const char *path, const struct stat *info, struct report *report) {
	if (!S_ISREG(info->st_mode)) {
		report_error(report, path, 0, NULL, "not a regular file");
	} else if (info->st_uid != 0 && info->st_uid != geteuid()) {
		report_error(report, path, 0, NULL,
				"belongs to another user (uid %u); make it yours or root's",
				(unsigned)info->st_uid);
	} else if ((info->st_mode & 022) != 0) {
		report_error(report, path, 0, NULL, "others may write it; run: chmod go-w '%s'",
				path);
	} else if (info->st_size > FILE_BYTES_MAX) {
		report_error(report, path, 0, NULL, "larger than %u bytes", FILE_BYTES_MAX);
	} else {
		return true;
	}
	return false;
}

static bool is_text(const char *path, const char *bytes, size_t len, struct report *report) {
	int line = 1;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		if (byte == '\n') {
			line++;
		} else if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
			report_error(report, path, line, NULL,
					"control character 0x%02x; remove it", byte);
			return false;
		}
	}
	if (!text_is_utf8(bytes, len)) {
		report_error(report, path, 0, NULL, "not UTF-8; save it as UTF-8");
		return false;
	}
	return true;
}

/* libscfg writes its message to standard error itself: it is caught in a file and told properly. */
static bool parse(const char *path, FILE *file, struct scfg_block *block, struct report *report) {
	cleanup_fd int caught = memfd_create("scfg", MFD_CLOEXEC);
	cleanup_fd int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (caught < 0 || saved < 0) {
		report_error(report, path, 0, NULL, "%s", strerror(errno));
		return false;
	}
	fflush(stderr);
	dup2(caught, STDERR_FILENO);
	int result = scfg_parse_file(block, file);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	if (result == 0) {
		return true;
	}
	char text[256] = "";
	ssize_t len = pread(caught, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	const char *what = text;
	int line = 0;
	const char *number = strstr(text, "on line ");
	if (number != NULL) {
		char *end;
		line = (int)strtol(number + strlen("on line "), &end, 10);
		what = strncmp(end, ": ", 2) == 0 ? end + 2 : end;
	}
	static const char prefix[] = "scfg: ";
	what += strncmp(what, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	if (strstr(what, "'}'") != NULL && strstr(what, "expected") == what) {
		report_error(report, path, line, NULL, "a block is never closed; add \"}\"");
	} else {
		report_error(report, path, line, NULL, "%s", *what != '\0' ? what : "not scfg");
	}
	scfg_block_finish(block);
	return false;
}

enum reader_result reader_parse(const char *path, char *bytes, size_t len, struct scfg_block *block,
		struct report *report) {
	*block = (struct scfg_block){0};
	if (len == 0) {
		return READER_OK;
	}
	if (!is_text(path, bytes, len, report)) {
		return READER_FAILED;
	}
	FILE *file = fmemopen(bytes, len, "r");
	if (file == NULL) {
		report_error(report, path, 0, NULL, "%s", strerror(errno));
		return READER_FAILED;
	}
	bool is_parsed = parse(path, file, block, report);
	fclose(file);
	return is_parsed ? READER_OK : READER_FAILED;
}

enum reader_result reader_load(const char *path, struct scfg_block *block, struct report *report) {
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) < 0) {
		if (errno == ENOENT) {
			return READER_MISSING;
		}
		report_error(report, path, 0, NULL, "%s", strerror(errno));
		return READER_FAILED;
	}
	if (!is_trusted(path, &info, report)) {
		return READER_FAILED;
	}
	char *bytes = malloc((size_t)info.st_size + 1);
	ssize_t len = bytes == NULL ? -1 : read(fd, bytes, (size_t)info.st_size);
	enum reader_result result = READER_FAILED;
	if (len < 0) {
		report_error(report, path, 0, NULL, "%s", strerror(errno));
	} else {
		result = reader_parse(path, bytes, (size_t)len, block, report);
	}
	free(bytes);
	return result;
}
