/* SPDX-License-Identifier: MIT */
/* Rows of the event: nobody waits; through the caller's epoll; any of sixteen. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include <crossfence/event.h>
#include <crossfence/wait.h>

#include "bare.h"
#include "bare_fd.h"
#include "event.h"
#include "pair.h"
#include "share.h"

#define MANY	16
#define UNHEARD 256 /* events that are set and that nobody waits for */

/* Events [0, n) are side 0's to wait for, [n, 2n) side 1's. */
struct events {
	unsigned n;
	struct xf_event *events[2 * MANY];
	struct xf_wait_item items[MANY];
	int epoll, fd;
};

static int share_event(struct bench_side *side, struct xf_domain *domain, struct xf_event **event)
{
	xf_id id = 0;
	int r = 0;
	if (side->self == 0) {
		r = xf_event_create(domain, 0, NULL, event);
		id = xf_event_id(*event);
	}
	if (!r)
		r = bench_share_bytes(side, &id, sizeof(id));
	if (!r && side->self == 1)
		r = xf_event_open(domain, id, event);
	return r;
}

static int open_events(struct bench_side *side, unsigned n)
{
	struct xf_domain *domain;
	struct events *e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	side->state = e;
	e->n = n;
	int r = bench_share_domain(side, NULL, &domain);
	for (unsigned i = 0; !r && i < 2 * n; i++)
		r = share_event(side, domain, &e->events[i]);
	for (unsigned i = 0; i < n; i++)
		e->items[i] = (struct xf_wait_item){ .type = XF_EVENT,
			.object = e->events[side->self * n + i] };
	return r;
}

static int open_one(struct bench_side *side)
{
	return open_events(side, 1);
}

static int open_many(struct bench_side *side)
{
	return open_events(side, MANY);
}

static int open_epoll(struct bench_side *side)
{
	struct epoll_event wanted = { .events = EPOLLIN };
	int r = open_events(side, 1);
	struct events *e = side->state;
	if (!r)
		r = xf_event_fd(e->items[0].object, &e->fd);
	if (r)
		return r;
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll_ctl(e->epoll, EPOLL_CTL_ADD, e->fd, &wanted) ? -errno : 0;
}

static void wait_one(struct events *e)
{
	if (xf_event_wait(e->items[0].object, XF_NEVER))
		_exit(1);
}

static void wait_any(struct events *e)
{
	uint32_t index;
	if (xf_wait_any(e->items, e->n, XF_NEVER, &index))
		_exit(1);
}

static void wait_epoll(struct events *e)
{
	struct epoll_event event;
	do
		epoll_wait(e->epoll, &event, 1, -1);
	while (xf_event_wait(e->items[0].object, 0));
}

static void round_trips(struct bench_side *side, uint64_t count, void (*wait)(struct events *e))
{
	struct events *e = side->state;
	struct xf_event **theirs = e->events + !side->self * e->n;
	for (uint64_t i = 0; i < count; i++) {
		if (side->self == 1)
			wait(e);
		(void)xf_event_set(theirs[i % e->n]);
		if (side->self == 0)
			wait(e);
	}
}

static void run_one(struct bench_side *side, uint64_t count)
{
	round_trips(side, count, wait_one);
}

static void run_any(struct bench_side *side, uint64_t count)
{
	round_trips(side, count, wait_any);
}

static void run_epoll(struct bench_side *side, uint64_t count)
{
	round_trips(side, count, wait_epoll);
}

static const struct bench_contender event_one = { .open = open_one, .run = run_one };
static const struct bench_contender event_any = { .open = open_many, .run = run_any };
static const struct bench_contender event_epoll = { .open = open_epoll, .run = run_epoll };

static int open_unheard(struct bench_side *side)
{
	struct xf_domain *domain;
	struct xf_event **events = calloc(UNHEARD, sizeof(struct xf_event *));
	side->state = events;
	int r = events ? xf_domain_create(NULL, &domain) : -ENOMEM;
	for (unsigned i = 0; !r && i < UNHEARD; i++)
		r = xf_event_create(domain, XF_EVENT_MANUAL_RESET, NULL, &events[i]);
	return r;
}

/* Setting an event that is set already is cheaper still; so every set is followed by a reset. */
static void run_set_reset(struct bench_side *side, uint64_t count)
{
	struct xf_event **events = side->state;
	for (uint64_t i = 0; i < count; i++) {
		(void)xf_event_set(events[i % UNHEARD]);
		(void)xf_event_reset(events[i % UNHEARD]);
	}
}

static const struct bench_contender event_unheard = {
	.open = open_unheard,
	.run = run_set_reset,
	.alone = true,
};

static int run_unwaited_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = { event_unheard, bare_eventfd_write,
		bare_eventfd_write_read };
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_event_unwaited = {
	.name = "event-unwaited",
	.title = "set an event that nobody waits for, and reset it",
	.columns = BENCH_PLACEMENTS,
	.n_series = 3,
	.series = {
		{ "crossfence", -1 },
		{ "eventfd: write alone", 0 },
		{ "eventfd: write and read", 0 },
	},
	.n_targets = 1,
	.targets = { { 0, BENCH_ONE_CPU, 1, 0.05, false } },
	.run = run_unwaited_row,
};

static int run_epoll_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = { event_epoll, bare_futex, bare_eventfd_epoll };
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_event_epoll = {
	.name = "event-epoll",
	.title = "set an event that the other process polls with epoll, and the same back",
	.columns = BENCH_PLACEMENTS,
	.n_series = 3,
	.series = {
		{ "crossfence", -1 },
		{ "bare futex (cannot be polled)", 0 },
		{ "eventfd, epoll and read", 0 },
	},
	.n_targets = 1,
	.targets = { { 0, BENCH_ONE_CPU, 2, 1.15, false } },
	.run = run_epoll_row,
};

static int run_any_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = { event_any, event_one, bare_waitv_16,
		bare_eventfd_epoll_16 };
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_any_of_16 = {
	.name = "any-of-16",
	.title = "wait for any of 16 events, set one of the other process's 16",
	.columns = BENCH_PLACEMENTS,
	.n_series = 4,
	.series = {
		{ "crossfence, any of 16", -1 },
		{ "crossfence, one event", 0 },
		{ "bare futex_waitv on 16 words", 0 },
		{ "16 eventfds, epoll and read", 0 },
	},
	.n_targets = 1,
	.targets = { { 0, BENCH_ONE_CPU, 1, 1.40, false } },
	.run = run_any_row,
};
