/* SPDX-License-Identifier: MIT
 *
 * The person's own settings of the session: $XDG_CONFIG_HOME/silo/config, silo(5). Read from files of
 * the user's or root's only; nothing of a guest. What is wrong in the file keeps its default, so that
 * no mistake locks anybody out, and is told all at once.
 */
#ifndef SILO_COMPOSITOR_SETTINGS_SETTINGS_H
#define SILO_COMPOSITOR_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-server-protocol.h>

#include "compositor/clipboard/policy.h"
#include "compositor/input/bindings.h"
#include "compositor/input/newcomer.h"

struct options;
struct server;

/* What a device does unless told otherwise depends on the device. */
enum choice {
	CHOICE_UNSET,
	CHOICE_NO,
	CHOICE_YES,
};

/* An output's block; what is not said is zero. */
struct output_settings {
	char *name; /* the connector's, "DP-1" */
	int line;
	int width_px, height_px, refresh_mhz;
	bool has_position;
	int x, y;    /* layout pixels */
	float scale; /* 0.5 to 4 */
	bool has_transform;
	enum wl_output_transform transform;
	bool is_off;
};

struct keyboard_settings {
	char *layout, *variant, *options; /* as XKB_DEFAULT_LAYOUT and so on; NULL: from there */
	unsigned int repeat_rate_hz;      /* 0: no repetition */
	unsigned int repeat_delay_ms;
};

struct pointer_settings {
	enum choice natural_scroll, tap;
	bool has_speed;
	double speed; /* -1 to 1 */
};

/* Where idle's times are not said: silo's own on a console, never in a window. */
#define IDLE_UNSET UINT32_MAX

struct idle_settings {
	uint32_t lock_ms, screen_off_ms; /* 0: never; or IDLE_UNSET */
	char **awake; /* whose windows may keep the session awake; ends with NULL; NULL: everybody's */
};

/* Words of a command, code points of a name, and how many of them. */
#define HOST_WORDS_MAX 32
#define HOST_NAME_CODES_MAX 80
#define HOST_APPLICATIONS_MAX 64

/* A program of this computer's that the launcher offers. */
struct host_application {
	char *name;
	char **command; /* ends with NULL */
};

/* The clipboard between VMs. */
struct clipboard_settings {
	uint32_t limit_bytes, deadline_ms, timeout_ms;
	bool takes_text, takes_html, takes_png;
	bool keeps_controls;
	/* Sent to who is pasted into; XKB_KEY_NoSymbol: nothing is. */
	uint32_t paste_modifiers;
	xkb_keysym_t paste_symbol;
	struct clipboard_rule *rules; /* the first that fits decides */
	size_t rules_len;
};

struct settings {
	uint32_t modifier;       /* WLR_MODIFIER_LOGO or _ALT; 0: as bindings_modifier() finds */
	unsigned int workspaces; /* 1 to WORKSPACES_MAX */
	bool is_light;
	bool is_without_shadows;
	bool has_patterns;        /* edge codes on all frames */
	char *wallpaper;          /* a PNG file's absolute path; NULL: Silo's own */
	char *cursor_theme;       /* NULL: from XCURSOR_THEME */
	unsigned int cursor_size; /* 0: from XCURSOR_SIZE */
	struct keyboard_settings keyboard;
	enum newcomer_policy new_keyboards; /* plugged in later */
	struct pointer_settings pointer;
	struct clipboard_settings clipboard;
	struct idle_settings idle;
	struct output_settings *outputs;
	size_t outputs_len;
	char **locker;   /* a command; ends with NULL */
	char **terminal; /* a command to which another can be appended; ends with NULL */
	struct host_application *applications;
	size_t applications_len;
	struct binding *bindings; /* the defaults, changed as the file says */
	size_t bindings_len;
};

/*
 * Reads path, and never returns NULL. A file that is not there is an error only if is_required.
 * *ret_report is one line a mistake, the caller's to free, or NULL if there is none.
 */
struct settings *settings_load(const char *path, bool is_required, char **ret_report);

/* NULL is legal. */
void settings_destroy(struct settings *settings);

/* The path that silo(5) names, the caller's to free. NULL: there is no home directory. */
char *settings_default_path(void);

/* The block of the output of that name, or NULL. */
const struct output_settings *settings_for_output(const struct settings *settings,
		const char *name);

/* Prints what is wrong with the file (NULL: the default one). Returns an exit status. */
int settings_check(const char *path);

/* The settings that the options name; what is wrong is logged. Never NULL. */
struct settings *settings_load_for(const struct options *options, bool *ret_is_good);

/* Reads the file again; if it is wrong, nothing changes. */
void settings_reload(struct server *server);

/* The module: the file that the options name, or the defaults. */
bool settings_create(struct server *server);
void settings_finish(struct server *server);

#endif
