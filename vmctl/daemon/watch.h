/* SPDX-License-Identifier: MIT
 *
 * io.silo.Manager.Watch: who wants to hear of every change, launcher and panel, without asking
 * again and again.
 */
#ifndef SILO_VMCTL_DAEMON_WATCH_H
#define SILO_VMCTL_DAEMON_WATCH_H

#include <systemd/sd-varlink.h>

struct instance;
struct manager;

/* Serves Watch: answers all VMs at once, and then goes on. */
int watch_handle(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data);

/* The status of instance, or what applications it has, may have changed. */
void watch_changed(const struct instance *instance);

/* VMs have come or gone, or stand in another order: who watches is told of all. */
void watch_changed_all(struct manager *manager);

/* The caller has hung up. */
void watch_forget(struct manager *manager, const sd_varlink *link);
void watch_forget_all(struct manager *manager);

#endif
