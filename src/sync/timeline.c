/* SPDX-License-Identifier: MIT */
/*
 * A timeline is a counter. Its waiters park together; each waits with one of 32 bits, chosen by its
 * value, and a signal wakes the bits of the values it passes. It begins with the first that nobody
 * is known to have been told of: whoever passed that may have been stopped before it woke.
 */
#include <errno.h>
#include <inttypes.h>

#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "sync/timeline.h"

int xf_timeline_create(struct xf_domain *d, uint64_t initial, uint32_t flags, const char *label,
	struct xf_timeline **ret_timeline)
{
	int r;
	if (!ret_timeline || (flags & ~(uint32_t)XF_TIMELINE_OWNED))
		return xf_fail(
			-EINVAL, "ret_timeline is NULL, or flags 0x%x not XF_TIMELINE_*", flags);
	struct xf_timeline *timeline =
		xfi_handle_create(d, XF_TIMELINE, label, sizeof(*timeline), &r);
	if (!timeline)
		return r;
	struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	atomic_store(&hot->counter, initial);
	atomic_store(&hot->told, initial);
	atomic_store_explicit(
		&hot->owner, flags & XF_TIMELINE_OWNED ? d->self + 1 : 0, memory_order_relaxed);
	xfi_handle_publish(&timeline->base);
	*ret_timeline = timeline;
	return 0;
}

int xf_timeline_open(struct xf_domain *d, xf_id id, struct xf_timeline **ret_timeline)
{
	if (!ret_timeline)
		return xf_fail(-EINVAL, "%s: ret_timeline is NULL", __func__);
	int r;
	struct xf_timeline *timeline = xfi_handle_open(d, XF_TIMELINE, id, sizeof(*timeline), &r);
	if (!timeline)
		return r;
	timeline->opened = id;
	*ret_timeline = timeline;
	return 0;
}

void xf_timeline_close(struct xf_timeline *timeline)
{
	if (timeline)
		xfi_handle_close(&timeline->base);
}

xf_id xf_timeline_id(const struct xf_timeline *timeline)
{
	return timeline ? xfi_handle_id(&timeline->base) : 0;
}

/* The bits of the values after `from` up to `to`. */
static uint32_t passed_bits(uint64_t from, uint64_t to)
{
	uint64_t n = to - from;
	if (n >= 32)
		return XFI_PARK_ALL_BITS;
	uint32_t bits = (UINT32_C(1) << n) - 1;
	unsigned shift = (from + 1) % 32;
	return shift ? bits << shift | bits >> (32 - shift) : bits;
}

/*
 * Those stored by others meanwhile may be overwritten by less: then the next one wakes some again.
 * More than was told is never stored.
 */
static void tell(struct xf_timeline *timeline, uint64_t value)
{
	struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	uint64_t told = atomic_load(&hot->told);
	if (told >= value)
		return;
	xfi_unpark(timeline->base.domain, xfi_park_hash(timeline->base.index, 0),
		passed_bits(told, value), true);
	xfi_ring_watchers(timeline->base.domain, timeline->base.index);
	XFI_KILL_POINT("timeline:told");
	atomic_store_explicit(&hot->told, value, memory_order_release);
}

__attribute__((noinline, cold)) static int lower(uint64_t value, uint64_t counter)
{
	return xf_fail(
		-EINVAL, "value %" PRIu64 " is lower than the counter, %" PRIu64, value, counter);
}

int xf_timeline_signal(struct xf_timeline *timeline, uint64_t value)
{
	if (!timeline)
		return xf_fail(-EINVAL, "%s: timeline is NULL", __func__);
	int r = xfi_domain_check(timeline->base.domain, true);
	if (r)
		return r;
	struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	uint64_t counter = atomic_load(&hot->counter);
	do {
		if (atomic_load(&hot->abandoned))
			return XF_ABANDONED;
		if (value < counter)
			return lower(value, counter);
	} while (value > counter && !atomic_compare_exchange_weak(&hot->counter, &counter, value));
	XFI_KILL_POINT("timeline:signalled");
	tell(timeline, value);
	return 0;
}

int xf_timeline_value(struct xf_timeline *timeline, uint64_t *ret_value)
{
	if (!timeline || !ret_value)
		return xf_fail(-EINVAL, "%s: timeline or ret_value is NULL", __func__);
	int r = xfi_domain_check(timeline->base.domain, false);
	if (!r)
		*ret_value = atomic_load(&timeline->base.slot->hot.timeline.counter);
	return r;
}

static int try(const struct xf_timeline *timeline, uint64_t value)
{
	const struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	/* Abandoned is looked at first: the owner's last signal came before. */
	bool abandoned = atomic_load(&hot->abandoned);
	if (atomic_load(&hot->counter) >= value)
		return 0;
	return abandoned || xfi_handle_gone(&timeline->base, timeline->opened) ? XF_ABANDONED
									       : XFI_AGAIN;
}

struct attempt {
	struct xf_timeline *timeline;
	uint64_t value;
	const _Atomic bool *stop; /* may be NULL */
};

static int try_attempt(void *arg)
{
	struct attempt *attempt = arg;
	int r = try(attempt->timeline, attempt->value);
	return r == XFI_AGAIN && attempt->stop && atomic_load(attempt->stop) ? -ECANCELED : r;
}

static int park(struct attempt *attempt, int64_t deadline_ns)
{
	struct xf_timeline *timeline = attempt->timeline;
	return xfi_park(timeline->base.domain, xfi_park_hash(timeline->base.index, 0),
		UINT32_C(1) << attempt->value % 32, deadline_ns, try_attempt, attempt);
}

int xf_timeline_wait(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns)
{
	struct attempt attempt = { timeline, value, NULL };
	if (!timeline)
		return xf_fail(-EINVAL, "%s: timeline is NULL", __func__);
	int r = xfi_park_check(timeline->base.domain);
	if (r)
		return r;
	r = try(timeline, value);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT : park(&attempt, deadline_ns);
	xfi_handle_rearm(&timeline->base);
	return r;
}

int xfi_timeline_wait_unless(struct xf_timeline *timeline, uint64_t value, const _Atomic bool *stop)
{
	struct attempt attempt = { timeline, value, stop };
	int r = xfi_park_check(timeline->base.domain);
	if (!r)
		r = try_attempt(&attempt);
	return r == XFI_AGAIN ? park(&attempt, XF_NEVER) : r;
}

struct xf_domain *xfi_timeline_parking(const struct xf_timeline *timeline, uint64_t *ret_hash)
{
	*ret_hash = xfi_park_hash(timeline->base.index, 0);
	return timeline->base.domain;
}

void xfi_timeline_abandon(struct xf_timeline *timeline)
{
	atomic_store(&timeline->base.slot->hot.timeline.abandoned, 1);
	xfi_unpark(timeline->base.domain, xfi_park_hash(timeline->base.index, 0), XFI_PARK_ALL_BITS,
		true);
	xfi_ring_watchers(timeline->base.domain, timeline->base.index);
}

bool xfi_timeline_abandoned(const struct xf_timeline *timeline)
{
	return atomic_load(&timeline->base.slot->hot.timeline.abandoned);
}

static bool ready_handle(void *arg)
{
	struct xf_timeline *timeline = arg;
	return try(timeline, atomic_load(&timeline->poll_value)) != XFI_AGAIN;
}

int xf_timeline_fd(struct xf_timeline *timeline, uint64_t value, int *ret_fd)
{
	if (!timeline || !ret_fd)
		return xf_fail(-EINVAL, "%s: timeline or ret_fd is NULL", __func__);
	atomic_store(&timeline->poll_value, value);
	return xfi_poll_open(timeline->base.domain, &timeline->base.poll, timeline->base.index,
		ready_handle, timeline, ret_fd);
}

static int take_item(struct xf_wait_item *item)
{
	return try(item->object, item->value);
}

static bool item_ready(const struct xf_wait_item *item)
{
	return try(item->object, item->value) != XFI_AGAIN;
}

static void give_item_back(struct xf_wait_item *item)
{
	(void)item; /* nothing was taken */
}

static bool item_exclusive(const struct xf_wait_item *item)
{
	return false;
}

const struct xfi_waitable xfi_timeline_waitable = { take_item, item_ready, give_item_back,
	item_exclusive };

static bool member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_timeline_hot *hot = &xfi_slot(d, index)->hot.timeline;
	if (atomic_load_explicit(&hot->owner, memory_order_relaxed) == member + 1)
		atomic_store(&hot->abandoned, 1); /* the sweep wakes everybody afterwards */
	return false;
}

const struct xfi_type_ops xfi_timeline_ops = { .member_died = member_died };
