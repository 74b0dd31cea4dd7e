/* SPDX-License-Identifier: MIT */
/* A domain with objects in any number, and single operations on some of them. */
#ifndef CROSSFENCE_MEASURE_STOCK_H
#define CROSSFENCE_MEASURE_STOCK_H

#include <crossfence/crossfence.h>

#define STOCK_SMALLEST 10
#define STOCK_LARGEST  1000000
#define STOCK_USED     8 /* objects that operations go round among */

struct stock {
	struct xf_domain *domain;
	int fd; /* of the domain */
	unsigned size; /* objects in it */
	xf_id pool;
	struct xf_event *events[STOCK_USED]; /* from first to last */
	char labels[STOCK_USED][XF_LABEL_MAX + 1]; /* theirs */
	struct xf_timeline *timeline;
	struct xf_keyed_mutex *mutex;
	uint64_t value; /* of the timeline */
	uint64_t key; /* of the mutex */
};

/* With STOCK_SMALLEST objects. */
int stock_make(struct stock *stock);
/* Makes labelled events until there are so many objects. */
int stock_grow(struct stock *stock, unsigned size);

/* One operation; `i` counts them. What it makes it ends. 0, or an error. */
int stock_event(struct stock *stock, uint64_t i);
int stock_mutex(struct stock *stock, uint64_t i);
int stock_surface(struct stock *stock, uint64_t i);
int stock_pool(struct stock *stock, uint64_t i);
int stock_open(struct stock *stock, uint64_t i);
int stock_find(struct stock *stock, uint64_t i);
int stock_miss(struct stock *stock, uint64_t i);
int stock_open_pool(struct stock *stock, uint64_t i);
int stock_set_wait(struct stock *stock, uint64_t i);
int stock_signal_wait(struct stock *stock, uint64_t i);
int stock_acquire_release(struct stock *stock, uint64_t i);
int stock_wait_any(struct stock *stock, uint64_t i);

#endif
