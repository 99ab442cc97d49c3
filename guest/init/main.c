/* SPDX-License-Identifier: MIT
 *
 * silo-init: /init of the guest image's initrd and PID 1 of its minimal system. Static, because it
 * runs before there is a root file system.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "guest/init/boot.h"
#include "guest/init/init.h"

static const char *const bridge[] = {"/usr/lib/silo/silo-bridge", NULL};
static void read_settings(struct settings *settings) {
	char cmdline[4096] = "";
	cleanup_fd int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, cmdline, sizeof(cmdline) - 1) : 0;
	cmdline[n > 0 ? n : 0] = '\0';
	settings_parse(settings, cmdline);
}

static bool boot(struct settings *settings) {
	if (!boot_mount_api()) {
		return false;
	}
	boot_step("started");
	read_settings(settings);
	boot_load_modules("/modules");
	boot_step("modules loaded");
	if (!boot_enter_root("/silo")) {
		return false;
	}
	if (settings_find_user(settings, "/etc/passwd") < 0) {
		log_error("no user %s in this image", settings->user);
		return false;
	}
	if (!boot_prepare_system(settings)) {
		return false;
	}
	boot_step("system prepared");
	return true;
}

/* What PID 1 keeps running: one row each, in the order of their start. */
static enum init_end serve(const struct settings *settings) {
	char runtime[32], socket[48], address[64];
	snprintf(runtime, sizeof(runtime), "/run/user/%u", settings->uid);
	snprintf(socket, sizeof(socket), "%s/wayland-0", runtime);
	snprintf(address, sizeof(address), "--address=unix:path=%s/bus", runtime);
	/* "Ready" waits for the Wayland socket, if there will be one. */
	bool graphical = access(bridge[0], X_OK) == 0 && access("/dev/dri", F_OK) == 0;
	const char *const agent[] = {"/usr/lib/silo/silo-agent", "--user", settings->user,
			graphical ? "--wait-for" : NULL, socket, NULL};
	const char *const bus[] = {"/usr/bin/dbus-daemon", "--session", "--nofork", "--nopidfile",
			address, NULL};
	/* Nothing runs behind it but a read until somebody types. */
	const char *const login[] = {"/bin/sh", "-c",
			"cd; echo; echo 'Press Enter for a shell.'; read -r line && "
			"exec ${SHELL:-/bin/sh}",
			NULL};
	struct service services[] = {
			{.argv = bridge, .as_user = true},
			{.argv = agent},
			{.argv = bus, .as_user = true},
			{.argv = login, .as_user = !settings->root_allowed, .on_console = true},
	};
	return init_run(services, sizeof(services) / sizeof(services[0]), settings);
}

int main(int argc, char **argv) {
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("silo-init " SILO_VERSION);
		return 0;
	}
	if (getpid() != 1) {
		puts("Usage: silo-init\nThe init of Silo's guest image; started by the kernel as "
		     "/init.");
		return argc > 1 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	log_init("silo-init", NULL, LOG_LEVEL_INFO);
	init_block_signals();
	struct settings settings;
	init_end(boot(&settings) ? serve(&settings) : INIT_POWER_OFF);
}
