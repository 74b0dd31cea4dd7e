/* SPDX-License-Identifier: MIT */
/*
 * What a member stopped at a kill point may delay: the table "Who may be stopped where" in
 * docs/architecture.md, row by row, and checked on others who go on.
 */
#ifndef TESTS_PROC_STOPPED_H
#define TESTS_PROC_STOPPED_H

#include "fixture.h"

/* The table has a row for the point. */
bool stopped_known(const char *point);

/* A living member to hand on to and fro with, which has joined before anybody is stopped. */
struct partner {
	struct fixture *f;
	struct xf_keyed_mutex *between;
	pid_t pid;
};
void partner_begin(struct partner *partner, struct fixture *f);
void partner_end(struct partner *partner);

/* Somebody is stopped at the point, owning f->mutex or not. Nobody waits longer than it says. */
void stopped_check(struct partner *partner, const char *point, bool owns);

#endif
