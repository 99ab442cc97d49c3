/* SPDX-License-Identifier: MIT
 *
 * A Varlink service of Silo's runtime directory, watched: the answers of its Watch method as they
 * come, calls beside it, and another connection when the service comes back. Nothing is asked
 * again and again.
 */
#ifndef SILO_LAUNCHER_DATA_SERVICE_H
#define SILO_LAUNCHER_DATA_SERVICE_H

#include <stdbool.h>
#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#define MANAGER_SERVICE "io.silo.Manager"
#define COMPOSITOR_SERVICE "io.silo.Compositor"

struct service;

struct service_options {
	const char *name;  /* of the service: its interface and its socket */
	bool is_watched;   /* else only calls are made, and neither function is needed */
	const char *watch; /* the method by which it is; NULL: Watch */
	/* An answer of it; is_first: it has everything, and what it has not is gone. */
	void (*changed)(void *data, sd_json_variant *parameters, bool is_first);
	/* It is not there, or has gone; what Watch answers comes when it does. */
	void (*lost)(void *data);
	void *data;
};

/* NULL if there is no memory. lost may be called from within. */
struct service *service_create(sd_event *event, const struct service_options *options);
void service_destroy(struct service *service);

/* What became of a call: error is NULL, or words for people. */
typedef void (*service_answer_t)(void *data, sd_json_variant *parameters, const char *error);

/*
 * Calls a method by its name within the interface. parameters may be NULL. answer (may be NULL) is
 * called once, later, unless this fails or the service is destroyed before. Negative errno on
 * failure.
 */
int service_call(struct service *service, const char *method, sd_json_variant *parameters,
		service_answer_t answer, void *data);

#endif
