/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/manager.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "vmctl/daemon/domains.h"
#include "vmctl/daemon/forward.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/notices.h"
#include "vmctl/daemon/reload.h"
#include "vmctl/daemon/watch.h"

struct instance *manager_find(struct manager *manager, const char *name) {
	for (size_t i = 0; i < manager->instances_len; i++) {
		if (strcmp(manager->instances[i]->name, name) == 0) {
			return manager->instances[i];
		}
	}
	return NULL;
}

static bool take_places(struct manager *manager, char error[ERROR_MAX]) {
	if (!place_runtime(manager->runtime_dir, error)) {
		return false;
	}
	if (!place_join(manager->socket_path, manager->runtime_dir, "io.silo.Manager")) {
		snprintf(error, ERROR_MAX, "%s is too long", manager->runtime_dir);
		return false;
	}
	manager->lock = place_lock(manager->runtime_dir, "io.silo.Manager.lock");
	if (manager->lock == -EBUSY) {
		snprintf(error, ERROR_MAX, "another silo-vmd serves %s; use it, or end it first",
				manager->runtime_dir);
	} else if (manager->lock < 0) {
		snprintf(error, ERROR_MAX, "%s: %s", manager->runtime_dir,
				strerror(-manager->lock));
	}
	return manager->lock >= 0;
}

static int handle_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data) {
	struct manager *manager = data;
	return sd_event_exit(manager->event, 0);
}

static int handle_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *data) {
	reload_again(data);
	return 0;
}

static int create_loop(struct manager *manager) {
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	/* Supervisors are told of by their sockets; nobody needs to collect their exit status. */
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	int result = sd_event_new(&manager->event);
	if (result >= 0) {
		result = sd_event_add_signal(manager->event, NULL, SIGTERM, handle_signal, manager);
	}
	if (result >= 0) {
		result = sd_event_add_signal(manager->event, NULL, SIGINT, handle_signal, manager);
	}
	if (result >= 0) {
		result = sd_event_add_signal(manager->event, NULL, SIGHUP, handle_reload, manager);
	}
	return result;
}

static bool create_instances(struct manager *manager) {
	manager->domains = domains_create(manager);
	return manager->domains != NULL && reload_first(manager);
}

static void finish(struct manager *manager) {
	if (manager->server != NULL && manager->socket_is_ours) {
		unlink(manager->socket_path);
	}
	sd_varlink_server_unref(manager->server);
	fd_close(&manager->passed_socket);
	watch_forget_all(manager);
	forward_destroy_all(manager);
	notices_destroy(manager);
	domains_destroy(manager->domains);
	for (size_t i = 0; i < manager->instances_len; i++) {
		instance_destroy(manager->instances[i]);
	}
	free(manager->instances);
	sd_event_source_disable_unref(manager->sweep);
	sd_event_unref(manager->event);
	fd_close(&manager->lock);
	manifest_destroy(manager->manifest);
	free(manager->fault);
}

int manager_run(const struct manager_options *options) {
	struct manager manager = {.options = options, .lock = -1, .passed_socket = -1};
	char error[ERROR_MAX] = "";
	int status = 1;
	/* systemd's silo-vmd.socket, or any other that keeps the socket while no silo-vmd runs. */
	if (sd_listen_fds(true) == 1) {
		manager.passed_socket = SD_LISTEN_FDS_START;
	}
	manager.socket_is_ours = manager.passed_socket < 0;
	if (take_places(&manager, error)) {
		int result = create_loop(&manager);
		if (result >= 0 && !create_instances(&manager)) {
			result = -EIO;
		}
		if (result >= 0) {
			result = manager_serve(&manager);
		}
		if (result >= 0) {
			log_info("ready, %zu VMs", manager.instances_len);
			sd_notify(true, "READY=1");
			status = sd_event_loop(manager.event) < 0 ? 1 : 0;
		} else {
			snprintf(error, sizeof(error), "cannot serve %s: %s", manager.socket_path,
					strerror(-result));
		}
	}
	if (error[0] != '\0') {
		log_error("%s", error);
	}
	finish(&manager);
	return status;
}
