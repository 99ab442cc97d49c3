/* SPDX-License-Identifier: MIT */
#include "guest/agent/desktop.h"

#include <string.h>

#include "base/text.h"

/* The menu specification's main categories. */
static const char *const categories[] = {"AudioVideo", "Audio", "Video", "Development", "Education",
		"Game", "Graphics", "Network", "Office", "Science", "Settings", "System",
		"Utility"};

/* A value's own escapes: \s \n \t \r \\. Returns false if it does not fit. */
static bool unescape(const char *value, size_t len, char out[DESKTOP_VALUE_MAX + 1]) {
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		char c = value[i];
		if (c == '\\' && i + 1 < len) {
			static const char codes[] = "sntr\\", meant[] = " \n\t\r\\";
			const char *code = strchr(codes, value[i + 1]);
			if (code != NULL && *code != '\0') {
				c = meant[code - codes];
				i++;
			}
		}
		if (n == DESKTOP_VALUE_MAX || c == '\0') {
			return false;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

static void read_categories(struct desktop_entry *entry, const char *value, size_t len) {
	for (size_t at = 0; at < len && entry->category[0] == '\0';) {
		const char *end = memchr(value + at, ';', len - at);
		size_t size = end != NULL ? (size_t)(end - (value + at)) : len - at;
		for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
			if (strlen(categories[i]) == size &&
					memcmp(categories[i], value + at, size) == 0) {
				memcpy(entry->category, categories[i], size + 1);
			}
		}
		at += size + 1;
	}
}

static bool is_word(const char *value, size_t len, const char *word) {
	return strlen(word) == len && memcmp(value, word, len) == 0;
}

/* One KEY=VALUE of the group. Returns false if the entry cannot be used. */
static bool read_pair(struct desktop_entry *entry, const char *key, size_t key_len,
		const char *value, size_t len) {
	bool is_true = is_word(value, len, "true");
	if (is_word(key, key_len, "Type")) {
		return is_word(value, len, "Application");
	} else if (is_word(key, key_len, "Name")) {
		char text[DESKTOP_VALUE_MAX + 1];
		if (!unescape(value, len, text)) {
			return false;
		}
		text_sanitise(text, strlen(text), AGENT_APP_NAME_MAX, entry->name,
				sizeof(entry->name));
	} else if (is_word(key, key_len, "Exec")) {
		return unescape(value, len, entry->exec);
	} else if (is_word(key, key_len, "TryExec")) {
		return unescape(value, len, entry->try_exec);
	} else if (is_word(key, key_len, "Terminal")) {
		entry->is_terminal = is_true;
	} else if (is_word(key, key_len, "NoDisplay") || is_word(key, key_len, "Hidden")) {
		entry->is_shown = entry->is_shown && !is_true;
	} else if (is_word(key, key_len, "OnlyShowIn")) {
		/* Parts of another desktop. */
		entry->is_shown = entry->is_shown && len == 0;
	} else if (is_word(key, key_len, "Categories")) {
		read_categories(entry, value, len);
	}
	return true;
}

static size_t trim(const char **text, size_t len) {
	while (len > 0 && (**text == ' ' || **text == '\t')) {
		(*text)++;
		len--;
	}
	while (len > 0 && strchr(" \t\r", (*text)[len - 1]) != NULL) {
		len--;
	}
	return len;
}

bool desktop_parse(const char *bytes, size_t len, struct desktop_entry *ret_entry) {
	struct desktop_entry entry = {.is_shown = true};
	bool is_in_group = false;
	if (memchr(bytes, '\0', len) != NULL) {
		return false;
	}
	for (size_t at = 0; at < len;) {
		const char *line = bytes + at;
		const char *end = memchr(line, '\n', len - at);
		size_t size = end != NULL ? (size_t)(end - line) : len - at;
		at += size + 1;
		size = trim(&line, size);
		if (size == 0 || line[0] == '#') {
			continue;
		}
		if (line[0] == '[') {
			if (is_in_group) {
				break;
			}
			is_in_group = is_word(line, size, "[Desktop Entry]");
			continue;
		}
		const char *equals = memchr(line, '=', size);
		if (!is_in_group || equals == NULL) {
			continue;
		}
		const char *value = equals + 1;
		size_t key_len = trim(&line, (size_t)(equals - line));
		size_t value_len = trim(&value, size - (size_t)(value - line));
		if (!read_pair(&entry, line, key_len, value, value_len)) {
			return false;
		}
	}
	if (entry.name[0] == '\0' || entry.exec[0] == '\0') {
		return false;
	}
	*ret_entry = entry;
	return true;
}

/* Where the words are written. */
struct splitter {
	struct desktop_command *command;
	size_t words, used;
	bool is_open; /* in a word */
};

static bool put(struct splitter *splitter, char c) {
	struct desktop_command *command = splitter->command;
	if (splitter->used + 1 >= sizeof(command->text)) {
		return false;
	}
	if (!splitter->is_open) {
		if (splitter->words == DESKTOP_WORDS_MAX) {
			return false;
		}
		command->words[splitter->words++] = command->text + splitter->used;
		splitter->is_open = true;
	}
	command->text[splitter->used] = c;
	splitter->used += c != '\0';
	return true;
}

static void end_word(struct splitter *splitter) {
	if (splitter->is_open) {
		splitter->command->text[splitter->used++] = '\0';
		splitter->is_open = false;
	}
}

static bool put_code(struct splitter *splitter, char code, const char *name) {
	if (code == '%') {
		return put(splitter, '%');
	}
	for (const char *c = name; code == 'c' && *c != '\0'; c++) {
		if (!put(splitter, *c)) {
			return false;
		}
	}
	return code != '\0';
}

bool desktop_split(const struct desktop_entry *entry, struct desktop_command *ret_command) {
	struct splitter splitter = {.command = ret_command};
	bool is_quoted = false, good = true;
	for (const char *c = entry->exec; good && *c != '\0'; c++) {
		if (is_quoted && *c == '\\') {
			c++;
			good = *c != '\0' && put(&splitter, *c);
		} else if (*c == '"') {
			is_quoted = !is_quoted;
			/* "" is a word too. */
			good = put(&splitter, '\0');
		} else if (*c == '%') {
			c++;
			good = put_code(&splitter, *c, entry->name);
			if (*c == '\0') {
				break;
			}
		} else if (!is_quoted && (*c == ' ' || *c == '\t' || *c == '\n')) {
			end_word(&splitter);
		} else {
			good = put(&splitter, *c);
		}
	}
	end_word(&splitter);
	ret_command->words[splitter.words] = NULL;
	return good && !is_quoted && splitter.words > 0 && ret_command->words[0][0] != '\0';
}
