/* SPDX-License-Identifier: MIT */
/* The rows of waiters.h that are objects by themselves: events, timelines, mutexes, sync objects.
 */
#include <errno.h>

#include "base/keyed_word.h"
#include "shm/domain.h"
#include "waiters.h"

/* ---- Events ---- */

static void make_event_of(struct side *side, uint32_t flags)
{
	EXPECT(0, xf_event_create(side->domain, flags, NULL, &side->event));
	waiters_share(WAITERS_ID, xf_event_id(side->event));
}

static void make_event(struct side *side)
{
	make_event_of(side, 0);
}

static void make_manual(struct side *side)
{
	make_event_of(side, XF_EVENT_MANUAL_RESET);
}

static void open_event(struct side *side)
{
	EXPECT(0, xf_event_open(side->domain, waiters_shared(WAITERS_ID), &side->event));
}

static void set_event(struct side *side)
{
	EXPECT(0, xf_event_set(side->event));
}

static void close_event(struct side *side)
{
	xf_event_close(side->event);
	side->event = NULL;
}

static int wait_event(struct side *side, int64_t deadline_ns)
{
	return xf_event_wait(side->event, deadline_ns);
}

static void event_item(struct side *side, struct xf_wait_item *ret_item)
{
	*ret_item = (struct xf_wait_item){ .type = XF_EVENT, .object = side->event };
}

static int event_fd(struct side *side, int *ret_fd)
{
	return xf_event_fd(side->event, ret_fd);
}

#define EVENT_WAITER .wait = wait_event, .item = event_item, .fd = event_fd

const struct kind waiters_event = { EVENT_WAITER, .make = make_event, .take_up = open_event,
	.untold = { "event:set" }, .tell = set_event, .close = close_event, .open = open_event,
	.pass_on = set_event, .shut = close_event };

const struct kind waiters_manual = { EVENT_WAITER, .make = make_manual, .take_up = open_event,
	.untold = { "event:set" }, .tell = set_event, .close = close_event, .open = open_event,
	.shut = close_event };

/* ---- Timelines ---- */

#define VALUE 5

static void make_timeline(struct side *side)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_create(side->domain, 0, XF_TIMELINE_OWNED, NULL, &timeline));
	side->object = timeline;
	waiters_share(WAITERS_ID, xf_timeline_id(timeline));
}

static void open_timeline(struct side *side)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_open(side->domain, waiters_shared(WAITERS_ID), &timeline));
	side->object = timeline;
}

static void signal_timeline(struct side *side)
{
	EXPECT(0, xf_timeline_signal(side->object, VALUE));
}

static void abandon_timeline(struct side *side)
{
	EXPECT(0, xf_timeline_abandon(side->object));
}

/* As src/cuda does: from here on nobody is told of what is written. */
static void write_as_device(struct side *side)
{
	struct xf_domain *d;
	uint64_t *word;
	EXPECT(0, xf_timeline_word(side->object, XF_TIMELINE_DEVICE_SIGNALS, &word, &d));
	__atomic_store_n(word, VALUE, __ATOMIC_RELEASE);
}

static void close_timeline(struct side *side)
{
	xf_timeline_close(side->object);
	side->object = NULL;
}

static int wait_timeline(struct side *side, int64_t deadline_ns)
{
	return xf_timeline_wait(side->object, VALUE, deadline_ns);
}

static void timeline_item(struct side *side, struct xf_wait_item *ret_item)
{
	*ret_item = (struct xf_wait_item){
		.type = XF_TIMELINE, .object = side->object, .value = VALUE
	};
}

static int timeline_fd(struct side *side, int *ret_fd)
{
	return xf_timeline_fd(side->object, VALUE, ret_fd);
}

static int pend_timeline(struct side *side, struct xf_queue *queue)
{
	return xf_queue_wait(queue, side->object, VALUE);
}

const struct kind waiters_timeline = { .make = make_timeline,
	.take_up = open_timeline,
	.untold = { "timeline:signalled", "timeline:told" },
	.tell = signal_timeline,
	.close = close_timeline,
	.give_up = abandon_timeline,
	.other = write_as_device,
	.open = open_timeline,
	.wait = wait_timeline,
	.item = timeline_item,
	.fd = timeline_fd,
	.pend = pend_timeline,
	.shut = close_timeline };

/* ---- Timelines that a device signals, which wakes nobody ---- */

static void give_to_device(struct side *side)
{
	struct xf_domain *d;
	uint64_t *word;
	EXPECT(0, xf_timeline_word(side->object, XF_TIMELINE_DEVICE_SIGNALS, &word, &d));
	side->more = word;
}

static void make_device(struct side *side)
{
	make_timeline(side);
	give_to_device(side);
}

static void open_device(struct side *side)
{
	open_timeline(side);
	give_to_device(side);
}

static void write_word(struct side *side)
{
	__atomic_store_n((uint64_t *)side->more, VALUE, __ATOMIC_RELEASE);
}

const struct kind waiters_device = { .make = make_device,
	.take_up = open_device,
	.tell = write_word,
	.close = close_timeline,
	.give_up = abandon_timeline,
	.open = open_timeline,
	.item = timeline_item,
	.fd = timeline_fd,
	.wait = wait_timeline,
	.shut = close_timeline };

/* ---- Keyed mutexes ---- */

#define KEY 7 /* that waiters want; what is owned was acquired with 0 */

static void make_mutex(struct side *side)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_keyed_mutex_create(side->domain, 0, NULL, &mutex));
	side->object = mutex;
	waiters_share(WAITERS_ID, xf_keyed_mutex_id(mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
}

static void open_mutex(struct side *side)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_keyed_mutex_open(side->domain, waiters_shared(WAITERS_ID), &mutex));
	side->object = mutex;
}

static void release_mutex(struct side *side)
{
	EXPECT(0, xf_keyed_mutex_release(side->object, KEY, 0));
}

static void close_mutex(struct side *side)
{
	xf_keyed_mutex_close(side->object);
	side->object = NULL;
}

static void revoke_mutex(struct side *side)
{
	struct xf_keyed_mutex_loan loan = { .size = sizeof(loan) };
	EXPECT(0, xf_keyed_mutex_lend(side->object, &loan));
	EXPECT(0, xf_keyed_mutex_revoke(side->object));
}

/* As libcrossfence-guest and the host service do it. */
static void borrow_mutex(struct side *side)
{
	struct xf_keyed_mutex_loan loan = { .size = sizeof(loan) };
	EXPECT(0, xf_keyed_mutex_lend(side->object, &loan));
	struct xfi_keyed_slot *slot = (void *)((char *)side->domain->base + loan.slot_offset_bytes);
	CHECK(xfi_km_release(&slot->keyed, atomic_load(&slot->keyed.word), KEY, 0));
	EXPECT(0, xf_keyed_mutex_notify(side->object));
}

static int wait_mutex(struct side *side, int64_t deadline_ns)
{
	return xf_keyed_mutex_acquire(side->object, KEY, deadline_ns, NULL);
}

static void mutex_item(struct side *side, struct xf_wait_item *ret_item)
{
	*ret_item = (struct xf_wait_item){
		.type = XF_KEYED_MUTEX, .object = side->object, .value = KEY
	};
}

static int mutex_fd(struct side *side, int *ret_fd)
{
	return xf_keyed_mutex_fd(side->object, KEY, ret_fd);
}

const struct kind waiters_mutex = { .make = make_mutex,
	.take_up = open_mutex,
	.untold = { "release:released" },
	.tell = release_mutex,
	.close = close_mutex,
	.give_up = revoke_mutex,
	.other = borrow_mutex,
	.open = open_mutex,
	.wait = wait_mutex,
	.item = mutex_item,
	.fd = mutex_fd,
	.pass_on = release_mutex,
	.shut = close_mutex };

/* ---- Sync objects ---- */

static void open_sync(struct side *side)
{
	struct xf_sync *sync;
	EXPECT(0, xf_sync_open(side->domain, waiters_shared(WAITERS_ID), &sync));
	side->object = sync;
}

static void make_sync(struct side *side)
{
	struct xf_sync *sync;
	EXPECT(0, xf_sync_create(side->domain, NULL, &sync));
	side->object = sync;
	waiters_share(WAITERS_ID, xf_sync_id(sync));
	EXPECT(0, xf_sync_begin(sync));
}

static void sync_ready(struct side *side)
{
	EXPECT(0, xf_sync_ready(side->object, NULL));
}

static void close_sync(struct side *side)
{
	close_event(side);
	xf_sync_close(side->object);
	side->object = NULL;
}

static int wait_ready(struct side *side, int64_t deadline_ns)
{
	return xf_sync_ready_wait(side->object, NULL, deadline_ns);
}

static int pend_ready(struct side *side, struct xf_queue *queue)
{
	return xf_sync_ready_wait(side->object, queue, 0);
}

const struct kind waiters_ready = { .make = make_sync,
	.untold = { "sync:ready" },
	.tell = sync_ready,
	.close = close_sync,
	.open = open_sync,
	.wait = wait_ready,
	.pend = pend_ready,
	.shut = close_sync };

static void open_sync_and_event(struct side *side)
{
	open_sync(side);
	EXPECT(0, xf_event_create(side->domain, 0, NULL, &side->event));
	EXPECT(0, xf_sync_on_ready(side->object, side->event));
}

const struct kind waiters_ready_event = { EVENT_WAITER, .make = make_sync,
	.untold = { "sync:ready" }, .tell = sync_ready, .close = close_sync,
	.open = open_sync_and_event, .shut = close_sync };

static void before_final(struct side *side)
{
	make_sync(side);
	EXPECT(0, xf_event_create(side->domain, 0, NULL, &side->event));
	waiters_share(WAITERS_SECOND, xf_event_id(side->event));
}

static void subscribe_sync(struct side *side)
{
	open_sync(side);
	EXPECT(0, xf_sync_subscribe(side->object));
}

/* The first one is who made it. It is the event that all of them wait for. */
static void open_final(struct side *side)
{
	if (side->first) {
		sync_ready(side);
		EXPECT(0, xf_sync_on_final_release(side->object, side->event));
	} else {
		open_sync(side);
		EXPECT(0,
			xf_event_open(side->domain, waiters_shared(WAITERS_SECOND), &side->event));
	}
}

static void release_sync(struct side *side)
{
	EXPECT(0, xf_sync_ready_wait(side->object, NULL, 0));
	EXPECT(0, xf_sync_release(side->object, NULL));
}

static void unsubscribe_sync(struct side *side)
{
	EXPECT(0, xf_sync_unsubscribe(side->object));
}

static void skip_sync(struct side *side)
{
	EXPECT(0, xf_sync_skip(side->object));
}

const struct kind waiters_final = { EVENT_WAITER, .before = before_final, .make = subscribe_sync,
	.untold = { "sync:firing", "sync:taken", "event:set" }, .tell = release_sync,
	.close = close_sync, .give_up = unsubscribe_sync, .other = skip_sync, .open = open_final,
	.pass_on = set_event, .shut = close_sync };
