/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "parse/agent.h"

#define CTRL_BRACKET 0x1d

bool terminal_is_there(void) {
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void terminal_size(unsigned *ret_columns, unsigned *ret_rows) {
	struct winsize size = {0};
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*ret_columns = size.ws_col > 0 && size.ws_col <= AGENT_WINDOW_MAX ? size.ws_col : 80;
	*ret_rows = size.ws_row > 0 && size.ws_row <= AGENT_WINDOW_MAX ? size.ws_row : 24;
}

bool terminal_enter(struct terminal *terminal, enum terminal_exit exit) {
	*terminal = (struct terminal){.exit = exit, .is_line_start = true};
	if (tcgetattr(STDIN_FILENO, &terminal->saved) < 0) {
		return false;
	}
	struct termios raw = terminal->saved;
	cfmakeraw(&raw);
	terminal->is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
	return terminal->is_raw;
}

void terminal_leave(struct terminal *terminal, const struct sequence_state *state) {
	if (!terminal->is_raw) {
		return;
	}
	terminal->is_raw = false;
	char undo[SEQUENCE_UNDO_MAX];
	if (state != NULL) {
		ssize_t written = write(STDOUT_FILENO, undo, sequence_undo(state, undo));
		(void)written;
	}
	/* What was typed for the guest is not for the shell that follows. */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->saved);
}

size_t terminal_keys(struct terminal *terminal, char *bytes, size_t len, bool *ret_leaves) {
	*ret_leaves = false;
	if (terminal->exit == TERMINAL_BRACKET) {
		const char *key = memchr(bytes, CTRL_BRACKET, len);
		*ret_leaves = key != NULL;
		return key != NULL ? (size_t)(key - bytes) : len;
	}
	for (size_t i = 0; i < len; i++) {
		char key = bytes[i];
		if (terminal->has_tilde && key == '.') {
			*ret_leaves = true;
			return i;
		}
		if (terminal->has_tilde) {
			/* It was meant for the guest; ~~ is one. */
			terminal->has_tilde = false;
			if (key != '~') {
				memmove(bytes + i + 1, bytes + i, len - i);
				bytes[i++] = '~';
				len++;
			}
			terminal->is_line_start = key == '\r' || key == '\n';
		} else if (terminal->is_line_start && key == '~') {
			terminal->has_tilde = true;
			memmove(bytes + i, bytes + i + 1, len - i - 1);
			len--;
			i--;
		} else {
			terminal->is_line_start = key == '\r' || key == '\n';
		}
	}
	return len;
}
