/* SPDX-License-Identifier: MIT */
/*
 * A timeline is a counter. Its waiters park together; each waits with one of 32 bits, chosen by its
 * value, and a signal wakes the bits of the values it passes. It begins with the first that nobody
 * is known to have been told of: whoever passed that may have been stopped before it woke.
 */
#include <errno.h>
#include <inttypes.h>

#include "base/cpu.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "base/time.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "shm/presence.h"
#include "sync/asked.h"
#include "sync/lookout.h"
#include "sync/timeline.h"
#include "sync/twin.h"

#define XFI_LOOK -EINPROGRESS /* to be looked at by the one who waits */

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
	atomic_init(&timeline->refs, 1);
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
	atomic_init(&timeline->refs, 1);
	*ret_timeline = timeline;
	return 0;
}

int xfi_timeline_borrow(struct xf_domain *d, xf_id id, struct xf_timeline *ret_timeline)
{
	*ret_timeline = (struct xf_timeline){ .opened = id };
	return xfi_handle_borrow(d, XF_TIMELINE, id, &ret_timeline->base);
}

static void end_sleep(struct xf_timeline *timeline);

/* Whoever takes one has the handle, or a reference: nothing is ordered by it. */
void xfi_timeline_ref(struct xf_timeline *timeline)
{
	atomic_fetch_add_explicit(&timeline->refs, 1, memory_order_relaxed);
}

/* The last one sees what the others did with it: each gives it back with a release. */
void xfi_timeline_unref(struct xf_timeline *timeline)
{
	if (atomic_fetch_sub_explicit(&timeline->refs, 1, memory_order_acq_rel) == 1)
		xfi_handle_close(&timeline->base);
}

void xf_timeline_close(struct xf_timeline *timeline)
{
	XFI_MESSAGE_STAYS;
	if (!timeline)
		return;
	/* The descriptor first: whoever looks at it may list the handle. */
	xfi_poll_close(timeline->base.domain, atomic_load(&timeline->base.poll));
	atomic_store(&timeline->base.poll, NULL);
	if (atomic_load(&timeline->poll_waits))
		end_sleep(timeline);
	xfi_twin_end(timeline->twin);
	xfi_timeline_unref(timeline);
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

__attribute__((noinline, cold)) int xfi_timeline_lower(uint64_t value, uint64_t counter)
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
			return xfi_timeline_lower(value, counter);
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
		*ret_value = xfi_timeline_counter(&timeline->base.slot->hot.timeline);
	return r;
}

static int try(const struct xf_timeline *timeline, uint64_t value)
{
	const struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	/*
	 * Abandoned is looked at first: the owner's last signal came before. And the word before
	 * `reached`: while that is not kept yet, the word says what was signalled, and nobody who
	 * was let go has written to it.
	 */
	bool abandoned = atomic_load(&hot->abandoned);
	uint64_t counter = xfi_timeline_counter(hot);
	if (counter >= value)
		return 0;
	return abandoned || xfi_handle_gone(&timeline->base, timeline->opened) ? XF_ABANDONED
									       : XFI_AGAIN;
}

struct attempt {
	struct xf_timeline *timeline;
	uint64_t value;
	const _Atomic bool *stop; /* may be NULL */
	struct xfi_looks looks; /* begun by the try that said XFI_LOOK */
	struct xfi_foresight alone; /* of a viewer that another thread has forestalled */
};

static bool device_writes(const struct xf_timeline *timeline)
{
	return atomic_load(&timeline->base.slot->hot.timeline.writers) != 0;
}

static bool sleeps(const struct xf_timeline *timeline)
{
	return atomic_load_explicit(&timeline->waits, memory_order_relaxed) != 0;
}

/*
 * Before somebody sleeps: where a device writes the counter, which wakes nobody, it is looked at
 * for us. When a device begins to, all who sleep are woken, and come by here.
 */
static int try_to_sleep(struct xf_timeline *timeline, uint64_t value)
{
	int r = try(timeline, value);
	if (r != XFI_AGAIN || !device_writes(timeline) || !sleeps(timeline))
		return r;
	if (timeline->base.domain->read_only)
		return XFI_LOOK; /* cannot wake others, and is woken by nobody */
	int started = xfi_lookout_add(timeline);
	return started ? started : XFI_AGAIN;
}

static int try_unless(void *arg)
{
	struct attempt *attempt = arg;
	int r = try(attempt->timeline, attempt->value);
	return r == XFI_AGAIN && attempt->stop && atomic_load(attempt->stop) ? -ECANCELED : r;
}

/* A thread that is alone with a counter that a device writes looks itself: that is the cheapest. */
static int try_attempt(void *arg)
{
	struct attempt *attempt = arg;
	struct xf_timeline *timeline = attempt->timeline;
	int r = try_unless(attempt);
	if (r != XFI_AGAIN || !device_writes(timeline))
		return r;
	if (xfi_looks_begin(&attempt->looks, &timeline->foresight, xf_now()) ||
		(timeline->base.domain->read_only &&
			xfi_looks_begin(&attempt->looks, &attempt->alone, xf_now())))
		return XFI_LOOK;
	return try_to_sleep(timeline, attempt->value);
}

/* The owner of a twin may leave the counter behind it until somebody asks. */
static void begin_sleep(struct xf_timeline *timeline, uint64_t value)
{
	atomic_fetch_add(&timeline->waits, 1);
	xfi_timeline_ask(timeline, value);
}

static void end_sleep(struct xf_timeline *timeline)
{
	if (atomic_fetch_sub(&timeline->waits, 1) == 1)
		xfi_lookout_remove(timeline);
}

/* Deaths and the signals of CPUs wake us; a viewer is woken by nobody. */
static int sleep_until(struct attempt *attempt, int64_t until)
{
	struct xf_timeline *timeline = attempt->timeline;
	int64_t left = until - xf_now();
	int r = XF_TIMEOUT;
	if (!timeline->base.domain->read_only) {
		r = xfi_park(timeline->base.domain, xfi_park_hash(timeline->base.index, 0),
			UINT32_C(1) << attempt->value % 32, until, try_unless, attempt);
	} else {
		struct timespec pause = xfi_timespec(left > 0 ? left : 0);
		(void)nanosleep(&pause, NULL);
	}
	return r == XF_TIMEOUT ? try_unless(attempt) : r;
}

static int relax(struct attempt *attempt)
{
	for (int i = 0; i < 20; i++)
		xfi_cpu_relax();
	return try_unless(attempt);
}

static int look_until(struct attempt *attempt, int64_t deadline_ns)
{
	struct xfi_looks *looks = &attempt->looks;
	int r = try_unless(attempt);
	int64_t now = xf_now();
	while (r == XFI_AGAIN && now < deadline_ns) {
		int64_t until = xfi_looks_next(looks, now);
		r = until > now ? sleep_until(attempt, until < deadline_ns ? until : deadline_ns)
				: relax(attempt);
		now = xf_now();
	}
	xfi_looks_end(looks, r == 0, now);
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}

static int park(struct attempt *attempt, int64_t deadline_ns)
{
	struct xf_timeline *timeline = attempt->timeline;
	begin_sleep(timeline, attempt->value);
	int r = xfi_park(timeline->base.domain, xfi_park_hash(timeline->base.index, 0),
		UINT32_C(1) << attempt->value % 32, deadline_ns, try_attempt, attempt);
	end_sleep(timeline);
	return r == XFI_LOOK ? look_until(attempt, deadline_ns) : r;
}

int xf_timeline_wait(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns)
{
	struct attempt attempt = { .timeline = timeline, .value = value };
	if (!timeline)
		return xf_fail(-EINVAL, "%s: timeline is NULL", __func__);
	int r = xfi_park_check(timeline->base.domain);
	if (r)
		return r;
	r = try(timeline, value);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT : park(&attempt, deadline_ns);
	if (r == XF_TIMEOUT)
		xfi_message_forget();
	xfi_handle_rearm(&timeline->base);
	return r;
}

int xfi_timeline_wait_unless(struct xf_timeline *timeline, uint64_t value, const _Atomic bool *stop)
{
	struct attempt attempt = { .timeline = timeline, .value = value, .stop = stop };
	int r = xfi_park_check(timeline->base.domain);
	if (!r)
		r = try_unless(&attempt);
	return r == XFI_AGAIN ? park(&attempt, XF_NEVER) : r;
}

struct xf_domain *xfi_timeline_parking(const struct xf_timeline *timeline, uint64_t *ret_hash)
{
	*ret_hash = xfi_park_hash(timeline->base.index, 0);
	return timeline->base.domain;
}

/*
 * Lets go of devices that wait for an abandoned timeline, by a counter that passes every value. The
 * order is: abandoned (by the caller); reached; the word. So nobody is let go before it is kept
 * what was reached, and that is kept once: a device of the dead may write its values over the word
 * for some milliseconds, and a stream of its that we let go from a wait does so for work that
 * should never have run. When the process is gone the word is released again. A signal that
 * arrives between the two is kept as well, unless whoever sweeps is killed there.
 */
static void release_devices(struct xfi_timeline_hot *hot)
{
	if (!atomic_load(&hot->devices))
		return;
	if (atomic_load(&hot->reached)) {
		atomic_store(&hot->counter, XF_TIMELINE_RELEASED);
		return;
	}
	uint64_t counter = atomic_load(&hot->counter);
	do
		atomic_store(&hot->reached, counter < UINT64_MAX ? counter + 1 : counter);
	while (!atomic_compare_exchange_weak(&hot->counter, &counter, XF_TIMELINE_RELEASED));
}

bool xfi_timeline_notice(struct xf_timeline *timeline)
{
	uint64_t counter = xfi_timeline_counter(&timeline->base.slot->hot.timeline);
	tell(timeline, counter);
	bool news = timeline->seen != counter;
	timeline->seen = counter;
	return news;
}

/*
 * In this order: whoever abandons the timeline afterwards sees the device and releases it; else we
 * see that it is abandoned.
 */
int xf_timeline_word(struct xf_timeline *timeline, uint32_t access, uint64_t **ret_word,
	struct xf_domain **ret_domain)
{
	const uint32_t all = XF_TIMELINE_DEVICE_WAITS | XF_TIMELINE_DEVICE_SIGNALS;
	xfi_message_forget();
	if (!timeline || !ret_word || !ret_domain || !access || access & ~all)
		return xf_fail(-EINVAL, "an argument is NULL, or access 0x%x", access);
	struct xf_domain *d = timeline->base.domain;
	struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	uint64_t self;
	int r = xfi_domain_check(d, true);
	if (r)
		return r;
	self = xfi_self_bit(d);
	if (!(atomic_load(&hot->devices) & self)) {
		atomic_fetch_or(&hot->devices, self);
		xfi_presence_of_device(d); /* its work may outlive our memory */
	}
	if (access & XF_TIMELINE_DEVICE_SIGNALS && !(atomic_load(&hot->writers) & self)) {
		atomic_fetch_or(&hot->writers, self);
		/* Those who sleep already have to know that nobody will wake them. */
		xfi_unpark(d, xfi_park_hash(timeline->base.index, 0), XFI_PARK_ALL_BITS, true);
		xfi_ring_watchers(d, timeline->base.index);
	}
	if (atomic_load(&hot->abandoned))
		return XF_ABANDONED;
	*ret_word = (uint64_t *)&hot->counter;
	*ret_domain = d;
	return 0;
}

void xfi_timeline_abandon(struct xf_timeline *timeline)
{
	atomic_store(&timeline->base.slot->hot.timeline.abandoned, XFI_TIMELINE_GIVEN_UP);
	release_devices(&timeline->base.slot->hot.timeline);
	xfi_unpark(timeline->base.domain, xfi_park_hash(timeline->base.index, 0), XFI_PARK_ALL_BITS,
		true);
	xfi_ring_watchers(timeline->base.domain, timeline->base.index);
}

int xf_timeline_abandon(struct xf_timeline *timeline)
{
	xfi_message_forget();
	int r = xfi_handle_check(timeline ? &timeline->base : NULL);
	if (r)
		return r;
	if (atomic_load(&timeline->base.slot->hot.timeline.owner) !=
		timeline->base.domain->self + 1)
		return xf_fail(-EPERM, "the timeline is not owned by this process");
	xfi_timeline_abandon(timeline);
	return 0;
}

bool xfi_timeline_abandoned(const struct xf_timeline *timeline)
{
	return atomic_load(&timeline->base.slot->hot.timeline.abandoned);
}

/* Under the descriptor's lock. A descriptor that is not ready waits, as a thread does. */
static bool ready_handle(void *arg)
{
	struct xf_timeline *timeline = arg;
	uint64_t value = atomic_load(&timeline->poll_value);
	bool waits = try(timeline, value) == XFI_AGAIN, before = atomic_load(&timeline->poll_waits);
	atomic_store(&timeline->poll_waits, waits);
	if (waits && !before)
		begin_sleep(timeline, value);
	else if (waits)
		xfi_timeline_ask(timeline, value); /* for another one, maybe */
	if (!waits && before)
		end_sleep(timeline);
	return !waits || try_to_sleep(timeline, value) != XFI_AGAIN;
}

int xf_timeline_fd(struct xf_timeline *timeline, uint64_t value, int *ret_fd)
{
	xfi_message_forget();
	if (!timeline || !ret_fd)
		return xf_fail(-EINVAL, "%s: timeline or ret_fd is NULL", __func__);
	atomic_store(&timeline->poll_value, value);
	return xfi_poll_open(timeline->base.domain, &timeline->base.poll, timeline->base.index,
		ready_handle, timeline, ret_fd);
}

static int take_item(struct xf_wait_item *item)
{
	return try_to_sleep(item->object, item->value);
}

static bool item_ready(const struct xf_wait_item *item)
{
	return try_to_sleep(item->object, item->value) != XFI_AGAIN;
}

static bool item_refused(const struct xf_wait_item *item)
{
	int r = try(item->object, item->value);
	return r && r != XFI_AGAIN;
}

static void item_sleeps(struct xf_wait_item *item, bool begin)
{
	if (begin)
		begin_sleep(item->object, item->value);
	else
		end_sleep(item->object);
}

static void give_item_back(struct xf_wait_item *item)
{
	(void)item; /* nothing was taken */
}

static bool item_exclusive(const struct xf_wait_item *item)
{
	return false;
}

const struct xfi_waitable xfi_timeline_waitable = { .take = take_item,
	.ready = item_ready,
	.refused = item_refused,
	.give_back = give_item_back,
	.exclusive = item_exclusive,
	.sleeps = item_sleeps };

static bool member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_timeline_hot *hot = &xfi_slot(d, index)->hot.timeline;
	if (atomic_load_explicit(&hot->owner, memory_order_relaxed) == member + 1) {
		atomic_store(&hot->abandoned, XFI_TIMELINE_OWNER_DIED);
		release_devices(hot);
	}
	/* What its device still has to do with the word has an end when the process has. */
	return atomic_load(&hot->devices) & xfi_bit(member);
}

static void member_gone(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_timeline_hot *hot = &xfi_slot(d, index)->hot.timeline;
	if (!(atomic_load(&hot->devices) & xfi_bit(member)))
		return;
	atomic_fetch_and(&hot->writers, ~xfi_bit(member));
	bool abandoned = atomic_load(&hot->abandoned);
	if (abandoned)
		release_devices(hot);
	atomic_fetch_and(&hot->devices, ~xfi_bit(member));
	/* Those who sleep until it is settled. Dead before: the next sweeper comes here again. */
	if (abandoned)
		xfi_unpark(d, xfi_park_hash(index, 0), XFI_PARK_ALL_BITS, true);
}

/* Where a device writes, who sleeps looks again what has become of it. */
static uint32_t tell_for_dead(struct xf_domain *d, uint32_t index)
{
	struct xfi_timeline_hot *hot = &xfi_slot(d, index)->hot.timeline;
	uint64_t told = atomic_load(&hot->told), counter = xfi_timeline_counter(hot);
	bool all = atomic_load(&hot->abandoned) || atomic_load(&hot->devices);
	if (!all && told >= counter)
		return 0;
	xfi_unpark(d, xfi_park_hash(index, 0), all ? XFI_PARK_ALL_BITS : passed_bits(told, counter),
		true);
	xfi_ring_watchers(d, index);
	if (!all)
		atomic_store_explicit(&hot->told, counter, memory_order_release);
	return 0;
}

const struct xfi_type_ops xfi_timeline_ops = {
	.member_died = member_died,
	.member_gone = member_gone,
	.tell = tell_for_dead,
};
