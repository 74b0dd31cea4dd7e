/* SPDX-License-Identifier: MIT */
/*
 * What queues are told to wait for and to do, and whose handles are closed before they come to it:
 * the same tests for every kind of queue.
 */
#ifndef TESTS_PROC_CLOSED_H
#define TESTS_PROC_CLOSED_H

#include "proc.h"

struct closed_kind {
	struct xf_queue *(*make)(struct xf_domain *domain);
	void (*end)(struct xf_queue *queue); /* also while it waits */
	void (*leave)(void); /* what all queues stood on; may be NULL */
};

int closed_main(int argc, char **argv, const struct closed_kind *kind);

#endif
