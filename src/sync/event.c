/* SPDX-License-Identifier: MIT */
/*
 * An event is one word. Bit 0 says that it is set. Whoever sets it wakes, also when it is set
 * already: the one that set it may be stopped before it woke anybody. If that one dies there, the
 * sweep wakes. The other bits say which final release of a sync object set it last.
 */
#include <errno.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "shm/takers.h"
#include "shm/watch.h"
#include "sync/event.h"

int xf_event_create(
	struct xf_domain *d, uint32_t flags, const char *label, struct xf_event **ret_event)
{
	int r;
	if (!ret_event)
		return xf_fail(-EINVAL, "ret_event is NULL");
	if (flags & ~(uint32_t)(XF_EVENT_MANUAL_RESET | XF_EVENT_SIGNALLED))
		return xf_fail(-EINVAL, "flags 0x%x are not all XF_EVENT_*", flags);
	struct xf_event *event = xfi_handle_create(d, XF_EVENT, label, sizeof(*event), &r);
	if (!event)
		return r;
	struct xfi_event_hot *hot = &event->base.slot->hot.event;
	event->manual = flags & XF_EVENT_MANUAL_RESET;
	atomic_store_explicit(&hot->manual, event->manual, memory_order_relaxed);
	atomic_store(&hot->word, flags & XF_EVENT_SIGNALLED ? XFI_EVENT_SET : 0);
	xfi_handle_publish(&event->base);
	*ret_event = event;
	return 0;
}

static bool ready(const struct xf_event *event)
{
	return atomic_load(&event->base.slot->hot.event.word) & XFI_EVENT_SET;
}

static void ring_taker(struct xf_event *event)
{
	xfi_ring_taker(event->base.domain, event->base.index, &event->base.slot->hot.event.takers);
}

/* Of whoever had our member slot. */
static void clear_takers(struct xf_event *event)
{
	xfi_u64 *takers = &event->base.slot->hot.event.takers;
	if (!(atomic_load(takers) & xfi_self_bit(event->base.domain)))
		return;
	xfi_watch_clear(
		event->base.domain, xfi_takers(event->base.domain, event->base.index, takers));
	if (ready(event))
		ring_taker(event);
}

static void opened(struct xf_event *event, xf_id id)
{
	event->opened = id;
	event->manual = atomic_load_explicit(
				&event->base.slot->hot.event.manual, memory_order_relaxed) != 0;
	if (!event->base.domain->read_only)
		clear_takers(event);
}

int xfi_event_borrow(struct xf_domain *d, xf_id id, struct xf_event *ret_event)
{
	*ret_event = (struct xf_event){ 0 };
	int r = xfi_handle_borrow(d, XF_EVENT, id, &ret_event->base);
	if (!r)
		opened(ret_event, id);
	return r;
}

int xf_event_open(struct xf_domain *d, xf_id id, struct xf_event **ret_event)
{
	int r;
	if (!ret_event)
		return xf_fail(-EINVAL, "%s: ret_event is NULL", __func__);
	struct xf_event *event = xfi_handle_open(d, XF_EVENT, id, sizeof(*event), &r);
	if (!event)
		return r;
	opened(event, id);
	*ret_event = event;
	return 0;
}

void xf_event_close(struct xf_event *event)
{
	XFI_MESSAGE_STAYS;
	if (event)
		xfi_handle_close(&event->base);
}

xf_id xf_event_id(const struct xf_event *event)
{
	return event ? xfi_handle_id(&event->base) : 0;
}

static void wake(struct xf_event *event)
{
	XFI_KILL_POINT("event:set");
	xfi_unpark(event->base.domain, xfi_park_hash(event->base.index, 0), XFI_PARK_ALL_BITS,
		event->manual);
	xfi_ring_watchers(event->base.domain, event->base.index);
	ring_taker(event);
}

int xf_event_set(struct xf_event *event)
{
	if (!event)
		return xf_fail(-EINVAL, "%s: event is NULL", __func__);
	int r = xfi_domain_check(event->base.domain, true);
	if (r)
		return r;
	XFI_KILL_POINT("event:before-set");
	atomic_fetch_or(&event->base.slot->hot.event.word, XFI_EVENT_SET);
	wake(event);
	return 0;
}

uint64_t xfi_event_ticket(const struct xf_event *event)
{
	return atomic_load(&event->base.slot->hot.event.word) & ~XFI_EVENT_SET;
}

/* Bounded, whatever is written into the word: the sweep calls this, and must come to its end. */
void xfi_event_set_once(struct xf_event *event, uint64_t ticket)
{
	xfi_u64 *word = &event->base.slot->hot.event.word;
	uint64_t seen = atomic_load(word);
	for (int attempts = 0; attempts < 1000; attempts++) {
		if ((seen & ~XFI_EVENT_SET) == ticket) {
			/* By one that died, perhaps before it told. */
			if (seen & XFI_EVENT_SET)
				wake(event);
			return;
		}
		if (!atomic_compare_exchange_strong(word, &seen, ticket | XFI_EVENT_SET))
			continue;
		wake(event);
		return;
	}
}

int xf_event_reset(struct xf_event *event)
{
	if (!event)
		return xf_fail(-EINVAL, "%s: event is NULL", __func__);
	int r = xfi_domain_check(event->base.domain, true);
	if (!r)
		atomic_fetch_and(&event->base.slot->hot.event.word, ~XFI_EVENT_SET);
	return r;
}

static int try(struct xf_event *event)
{
	if (!ready(event))
		return xfi_handle_gone(&event->base, event->opened) ? xfi_message_plain(-ESTALE)
								    : XFI_AGAIN;
	if (event->manual ||
		atomic_fetch_and(&event->base.slot->hot.event.word, ~XFI_EVENT_SET) & XFI_EVENT_SET)
		return 0;
	return XFI_AGAIN;
}

static int try_handle(void *arg)
{
	return try(arg);
}

int xf_event_wait(struct xf_event *event, int64_t deadline_ns)
{
	if (!event)
		return xf_fail(-EINVAL, "%s: event is NULL", __func__);
	int r = xfi_park_check(event->base.domain);
	if (!r && event->base.domain->read_only && !event->manual)
		r = xf_fail(-EACCES, "a read-only member cannot take an auto-reset event");
	if (r)
		return r;
	r = try(event);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0
			    ? XF_TIMEOUT
			    : xfi_park(event->base.domain, xfi_park_hash(event->base.index, 0),
				      xfi_park_object_bit(event->base.index), deadline_ns,
				      try_handle, event);
	if (r == XF_TIMEOUT)
		xfi_message_forget();
	xfi_handle_rearm(&event->base);
	return r;
}

static bool ready_handle(void *arg)
{
	return ready(arg);
}

int xf_event_fd(struct xf_event *event, int *ret_fd)
{
	xfi_message_forget();
	if (!event || !ret_fd)
		return xf_fail(-EINVAL, "%s: event or ret_fd is NULL", __func__);
	return xfi_poll_open(event->base.domain, &event->base.poll, event->base.index, ready_handle,
		event, ret_fd);
}

static int take_item(struct xf_wait_item *item)
{
	return try(item->object);
}

static bool item_ready(const struct xf_wait_item *item)
{
	return ready(item->object);
}

static void give_item_back(struct xf_wait_item *item)
{
	const struct xf_event *event = item->object;
	if (!event->manual)
		(void)xf_event_set(item->object); /* cannot fail on a handle just used */
}

static bool item_exclusive(const struct xf_wait_item *item)
{
	const struct xf_event *event = item->object;
	return !event->manual;
}

static xfi_u64 *item_takers(const struct xf_wait_item *item)
{
	struct xf_event *event = item->object;
	return event->manual ? NULL : &event->base.slot->hot.event.takers;
}

const struct xfi_waitable xfi_event_waitable = { .take = take_item,
	.ready = item_ready,
	.give_back = give_item_back,
	.exclusive = item_exclusive,
	.takers = item_takers };

/* A set that comes later must not choose the dead. */
static bool member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	atomic_fetch_and(&xfi_slot(d, index)->hot.event.takers, ~xfi_bit(member));
	return false;
}

/* Also for a taker, or another one, that was chosen and is dead. */
static uint32_t tell(struct xf_domain *d, uint32_t index)
{
	struct xfi_event_hot *hot = &xfi_slot(d, index)->hot.event;
	if (!(atomic_load(&hot->word) & XFI_EVENT_SET))
		return 0;
	xfi_unpark(d, xfi_park_hash(index, 0), XFI_PARK_ALL_BITS, true);
	xfi_ring_watchers(d, index);
	xfi_ring_taker(d, index, &hot->takers);
	return 0;
}

const struct xfi_type_ops xfi_event_ops = { .member_died = member_died, .tell = tell };
