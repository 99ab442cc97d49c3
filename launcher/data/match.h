/* SPDX-License-Identifier: MIT
 *
 * Which applications match what was typed, and in which order they are shown. A VM's entries rank
 * among its own only: whole VMs follow each other, in an order that only the user's doings and the
 * manifest decide, so that no name that a guest gives its application puts it before another VM's.
 */
#ifndef SILO_LAUNCHER_DATA_MATCH_H
#define SILO_LAUNCHER_DATA_MATCH_H

#include "decorations/lettering.h"
#include "launcher/data/model.h"

/* Words of a query; more are ignored. */
#define MATCH_WORDS_MAX 6

struct match {
	const struct machine *machine;
	const struct application *application;
	unsigned int score; /* the smaller the better */
	/* Bytes of the name that were matched. */
	struct line_mark marks[MATCH_WORDS_MAX];
	size_t marks_len;
};

struct matches {
	struct match *list; /* points into the model: find again whenever that changes */
	size_t len;
	size_t vms_len; /* those of VMs, which come first; the rest are this computer's */
};

/*
 * Finds the applications of model, or of the VM called only (NULL: all), for which every word of
 * query stands in the name, the category or the VM's name; upper and lower case are alike. With
 * nothing typed all match, and those used last come first. This computer's own are never among the VMs':
 * they follow.
 */
void matches_find(struct matches *matches, const struct model *model, const char *query,
		const char *only);
void matches_finish(struct matches *matches);

/* How many VMs they are of. */
size_t matches_machines(const struct matches *matches);

#endif
