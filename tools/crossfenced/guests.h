/* SPDX-License-Identifier: MIT */
/* The guests that crossfenced serves, which come and go while it runs. */
#ifndef CROSSFENCED_GUESTS_H
#define CROSSFENCED_GUESTS_H

#include <stdbool.h>

#include "config.h"

struct guest {
	struct guest_config *config;
	struct xf_host_guest *added;
	struct xf_domain *shared; /* NULL: none */
	struct xf_domain *local; /* of processes of the host; NULL: it is a guest */
	struct xf_host_events local_events; /* in that domain */
	struct qmp *watch; /* NULL: none */
	bool by_hand; /* not by the file, which is not asked about it */
};

struct guests {
	struct xf_host *host;
	struct guest **list;
	unsigned n;
};

/* All: 0, or negative and *ret_mistake, and nothing has changed. */
int guests_add(struct guests *guests, struct guest_config *taken, bool by_hand,
	struct mistake *ret_mistake); /* `taken`: also when it fails */
int guests_remove(struct guests *guests, const char *name, struct mistake *ret_mistake);
int guests_set(struct guests *guests, const char *name, const struct xf_host_guest_limits *limits,
	struct mistake *ret_mistake);
const struct guest_config *guests_find(const struct guests *guests, const char *name);

/* Are there any that the file has made? */
bool guests_any_of_file(const struct guests *guests);

/*
 * Makes the guests those of a file. One whose section says the same stays, and has its limits set;
 * one whose section says something else is removed and added anew; one that was added by hand
 * stays. Negative: for some of them it failed, *ret_mistake is about the first; the others are
 * done.
 */
int guests_follow(struct guests *guests, struct config *config, struct mistake *ret_mistake);

/* Before the host is destroyed, and after that. */
void guests_unwatch(struct guests *guests);
void guests_finish(struct guests *guests);

#endif
