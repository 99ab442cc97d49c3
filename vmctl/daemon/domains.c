/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/domains.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "vmctl/daemon/forward.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/daemon/notices.h"
#include "vmctl/daemon/offences.h"
#include "vmctl/daemon/reload.h"
#include "vmctl/supervisor/interface.h"

#define COMPOSITOR_NAME "io.silo.Compositor"
/* A socket's name appears an instant before it listens; a domain's old name is free an instant
 * after its channel was closed. */
#define RETRY_US (50u * 1000)
#define RETRIES_MAX 100

struct domains {
	struct manager *manager;
	sd_event_source *watch, *retry;
	unsigned retries;
	/* An idle connection: its hang-up says that the compositor is gone. */
	int compositor;
	sd_event_source *compositor_source;
	sd_varlink *offences; /* NULL: the compositor does not tell them */
};

/* A boot is known by its supervisor and its number: room for two numbers. */
#define BOOT_WORD_SIZE 40

/* One registration under way. */
struct registration {
	struct domains *domains;
	struct instance *instance;
	sd_varlink *link;
	int dial; /* the proxy's end */
	uint64_t boots;
	char boot[BOOT_WORD_SIZE];
};

static int handle_retry(sd_event_source *source, uint64_t usec, void *data);

static void retry(struct domains *domains) {
	if (domains->retries >= RETRIES_MAX) {
		log_warn("the compositor does not take the VMs' domains");
		return;
	}
	domains->retries++;
	domains->retry = sd_event_source_disable_unref(domains->retry);
	sd_event_add_time_relative(domains->manager->event, &domains->retry, CLOCK_MONOTONIC,
			RETRY_US, 0, handle_retry, domains);
}

static void registration_destroy(struct registration *registration) {
	sd_varlink_set_userdata(registration->link, NULL);
	sd_varlink_close_unref(registration->link);
	fd_close(&registration->dial);
	free(registration);
}

static void hand_over(struct registration *registration) {
	struct instance *instance = registration->instance;
	if (instance->record.boots != registration->boots) {
		return;
	}
	int result = forward_call(registration->domains->manager, instance->dir,
			SUPERVISOR_NAME ".Attach", NULL, &registration->dial, 1, false, NULL);
	if (result < 0) {
		log_warn("vm \"%s\": no dial channel: %s", instance->name, strerror(-result));
		return;
	}
	instance->has_domain = true;
	instance->is_marked = false;
	offences_forget(instance);
	registration->domains->retries = 0;
}

/* The name is this boot's already, from a vmd that ran before this one; else it is about to be free. */
static void find_taken(struct registration *registration, sd_json_variant *parameters) {
	struct instance *instance = registration->instance;
	sd_json_variant *boot = sd_json_variant_by_key(parameters, "boot");
	bool is_ours = boot != NULL && sd_json_variant_is_string(boot) &&
			strcmp(sd_json_variant_string(boot), registration->boot) == 0;
	if (!is_ours) {
		retry(registration->domains);
	} else if (instance->record.boots == registration->boots) {
		instance->has_domain = true;
		/* What the vmd before this one has said of it is not known. */
		instance->is_marked = instance->record.state != VM_PAUSED;
	}
}

static int handle_registered(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct registration *registration = data;
	if (registration == NULL) {
		return 0;
	}
	struct domains *domains = registration->domains;
	struct instance *instance = registration->instance;
	instance->is_registering = false;
	if (error_id == NULL) {
		hand_over(registration);
	} else if (strcmp(error_id, COMPOSITOR_NAME ".NameTaken") == 0) {
		find_taken(registration, parameters);
	} else {
		log_warn("vm \"%s\": the compositor refuses its domain: %s", instance->name,
				error_id);
	}
	registration_destroy(registration);
	reload_sweep(domains->manager);
	/* The VM may have booted again meanwhile. */
	if (error_id == NULL || instance->has_domain) {
		domains_update(domains, instance);
	}
	return 0;
}

static int send_registration(struct registration *registration, int compositor_end) {
	struct domains *domains = registration->domains;
	const struct vm *vm = registration->instance->vm;
	char color[8];
	snprintf(color, sizeof(color), "#%06x", vm->color);
	int result = interface_connect(domains->manager->runtime_dir, COMPOSITOR_NAME,
			&registration->link);
	if (result < 0) {
		return result;
	}
	sd_varlink_set_userdata(registration->link, registration);
	sd_varlink_bind_reply(registration->link, handle_registered);
	result = sd_varlink_push_dup_fd(registration->link, compositor_end);
	if (result >= 0) {
		result = sd_varlink_attach_event(registration->link, domains->manager->event,
				SD_EVENT_PRIORITY_NORMAL);
	}
	if (result < 0) {
		return result;
	}
	bool is_emulated = strcmp(registration->instance->record.accelerator, "emulation") == 0;
	return sd_varlink_invokebo(registration->link, COMPOSITOR_NAME ".RegisterDomain",
			SD_JSON_BUILD_PAIR_STRING("name", vm->name),
			SD_JSON_BUILD_PAIR_STRING("label", vm->label),
			SD_JSON_BUILD_PAIR_STRING("color", color),
			SD_JSON_BUILD_PAIR_STRING("glyph", vm->glyph),
			SD_JSON_BUILD_PAIR_BOOLEAN("frameless", vm->frameless_allowed),
			SD_JSON_BUILD_PAIR_BOOLEAN("emulated", is_emulated),
			SD_JSON_BUILD_PAIR_STRING("boot", registration->boot),
			SD_JSON_BUILD_PAIR_STRING("clipboardOut",
					vm_clipboard_names[vm->clipboard_out]),
			SD_JSON_BUILD_PAIR_STRING("clipboardIn",
					vm_clipboard_names[vm->clipboard_in]),
			SD_JSON_BUILD_PAIR_BOOLEAN("dataControl", !vm->data_control_denied));
}

void domains_update(struct domains *domains, struct instance *instance) {
	bool is_wanted = domains->compositor >= 0 && instance->monitor != NULL &&
			instance->record.state != VM_STOPPING &&
			vm_state_is_alive(instance->record.state);
	bool is_paused = instance->record.state == VM_PAUSED;
	if (instance->has_domain && instance->is_marked != is_paused) {
		instance->is_marked = is_paused;
		notices_mark(instance);
	}
	if (!is_wanted || instance->has_domain || instance->is_registering) {
		return;
	}
	struct registration *registration = calloc(1, sizeof(*registration));
	int dial[2];
	if (registration == NULL || fd_socketpair(SOCK_SEQPACKET, dial) < 0) {
		free(registration);
		return;
	}
	registration->domains = domains;
	registration->instance = instance;
	registration->boots = instance->record.boots;
	registration->dial = dial[0];
	snprintf(registration->boot, sizeof(registration->boot), "%d %" PRIu64,
			instance->record.supervisor_pid, instance->record.boots);
	int result = send_registration(registration, dial[1]);
	close(dial[1]);
	if (result < 0) {
		registration_destroy(registration);
		retry(domains);
		return;
	}
	instance->is_registering = true;
}

static void update_all(struct domains *domains) {
	for (size_t i = 0; i < domains->manager->instances_len; i++) {
		domains_update(domains, domains->manager->instances[i]);
	}
}

static void forget_compositor(struct domains *domains) {
	domains->compositor_source = sd_event_source_disable_unref(domains->compositor_source);
	fd_close(&domains->compositor);
	domains->offences = sd_varlink_close_unref(domains->offences);
	for (size_t i = 0; i < domains->manager->instances_len; i++) {
		domains->manager->instances[i]->has_domain = false;
	}
}

static int handle_compositor(sd_event_source *source, int fd, uint32_t events, void *data) {
	log_info("the compositor is gone; VMs go on without windows");
	forget_compositor(data);
	return 0;
}

static void find_compositor(struct domains *domains) {
	char path[PLACE_MAX];
	if (domains->compositor >= 0 ||
			!place_join(path, domains->manager->runtime_dir, COMPOSITOR_NAME)) {
		return;
	}
	int fd = fd_connect(path, SOCK_STREAM);
	if (fd == -ENOENT) {
		return;
	}
	if (fd < 0) {
		/* A name that nobody listens at yet, or any more. */
		retry(domains);
		return;
	}
	domains->compositor = fd;
	if (sd_event_add_io(domains->manager->event, &domains->compositor_source, fd, EPOLLRDHUP,
			    handle_compositor, domains) < 0) {
		forget_compositor(domains);
		return;
	}
	domains->retries = 0;
	domains->offences = offences_watch(domains->manager);
	if (domains->manager->fault != NULL) {
		notices_manifest(domains->manager);
	}
	update_all(domains);
}

static int handle_retry(sd_event_source *source, uint64_t usec, void *data) {
	find_compositor(data);
	update_all(data);
	return 0;
}

static int handle_watch(sd_event_source *source, const struct inotify_event *event, void *data) {
	struct domains *domains = data;
	if (event->len > 0 && strcmp(event->name, COMPOSITOR_NAME) == 0) {
		/* Its name is made anew: whoever had it is gone, whether we have heard or not. */
		forget_compositor(domains);
		domains->retries = 0;
		find_compositor(domains);
	}
	return 0;
}

struct domains *domains_create(struct manager *manager) {
	struct domains *domains = calloc(1, sizeof(*domains));
	if (domains == NULL) {
		return NULL;
	}
	domains->manager = manager;
	domains->compositor = -1;
	if (sd_event_add_inotify(manager->event, &domains->watch, manager->runtime_dir,
			    IN_CREATE | IN_MOVED_TO, handle_watch, domains) < 0) {
		free(domains);
		return NULL;
	}
	find_compositor(domains);
	/* A stale socket of a dead compositor is no reason to keep trying. */
	if (domains->compositor < 0) {
		domains->retry = sd_event_source_disable_unref(domains->retry);
	}
	return domains;
}

void domains_destroy(struct domains *domains) {
	if (domains == NULL) {
		return;
	}
	sd_event_source_disable_unref(domains->watch);
	sd_event_source_disable_unref(domains->retry);
	forget_compositor(domains);
	free(domains);
}
