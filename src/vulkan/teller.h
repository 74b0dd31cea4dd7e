/* SPDX-License-Identifier: MIT */
/*
 * A thread that goes through works in the order in which they were submitted, and waits and tells
 * for each. The list runs through the works themselves: what is submitted can always be told of.
 */
#ifndef XFV_VULKAN_TELLER_H
#define XFV_VULKAN_TELLER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct xfv_work;

struct xfv_teller {
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct xfv_work *first, **last;
	bool busy; /* with what it has taken off the list */
	bool stop; /* when the list is empty */
};

/* For waits until a time of xf_now()'s. */
void xfv_condition_init(pthread_cond_t *condition);

/* -EAGAIN: no thread. */
int xfv_teller_start(struct xfv_teller *teller);

/* Calls xfv_work_tell() for it, which ends it, after all that were added before. */
void xfv_teller_add(struct xfv_teller *teller, struct xfv_work *work);

/* Something comes after what is told of now. */
bool xfv_teller_has_more(struct xfv_teller *teller);

/* Waits until all were told: 0, XF_TIMEOUT. */
int xfv_teller_finish(struct xfv_teller *teller, int64_t deadline_ns);

/* After all were told. Not started: nothing. */
void xfv_teller_stop(struct xfv_teller *teller);

#endif
