/* SPDX-License-Identifier: MIT */
/*
 * Waiting for several objects: leave a note with each (bell.h), look at each once more, then sleep
 * on one word, however many objects there are. Items of several domains mean several bells.
 */
#include <errno.h>

#include "shm/bell.h"
#include "shm/park.h"
#include "sync/event.h"
#include "sync/keyed_mutex.h"
#include "sync/timeline.h"

#include <crossfence/wait.h>

static struct xf_domain *domain_of(const struct xf_wait_item *item)
{
	if (item->event)
		return item->event->base.domain;
	return item->timeline ? item->timeline->base.domain : item->mutex->base.domain;
}

static struct xfi_slot *slot_of(const struct xf_wait_item *item)
{
	if (item->event)
		return item->event->base.slot;
	return item->timeline ? item->timeline->base.slot : item->mutex->base.slot;
}

static int check(struct xf_wait_item *items, uint32_t count)
{
	if (!items || count < 1 || count > XF_WAIT_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		if (!!items[i].event + !!items[i].timeline + !!items[i].mutex != 1)
			return -EINVAL;
		int r = xfi_domain_check(domain_of(&items[i]), true);
		if (r)
			return r;
		items[i].result = XF_TIMEOUT;
	}
	return 0;
}

/* 0 (taken), XFI_AGAIN, XF_ABANDONED or negative. */
static int take(struct xf_wait_item *item)
{
	if (item->event)
		return xfi_event_try(item->event);
	if (item->timeline)
		return xfi_timeline_try(item->timeline, item->value);
	return xfi_keyed_mutex_try(item->mutex, item->value, &item->fence);
}

/* Undoes take() of an item that was satisfied. */
static void give_back(struct xf_wait_item *item)
{
	if (item->event && !item->event->manual)
		(void)xf_event_set(item->event); /* cannot fail on a handle just used */
	if (item->mutex)
		(void)xf_keyed_mutex_release(item->mutex, item->value, item->fence);
	item->result = XF_TIMEOUT;
}

static bool ready(const struct xf_wait_item *item)
{
	if (item->event)
		return xfi_event_ready(item->event);
	if (item->timeline)
		return xfi_timeline_try(item->timeline, item->value) != XFI_AGAIN;
	return xfi_keyed_mutex_ready(item->mutex, item->value) ||
	       xfi_keyed_mutex_held(item->mutex); /* ready to be refused */
}

static int take_any(struct xf_wait_item *items, uint32_t count, uint32_t *ret_index)
{
	for (uint32_t i = 0; i < count; i++) {
		int r = take(&items[i]);
		if (r == XFI_AGAIN)
			continue;
		items[i].result = r;
		*ret_index = i;
		return r;
	}
	return XFI_AGAIN;
}

static int take_all(struct xf_wait_item *items, uint32_t count, uint32_t *ret_index)
{
	for (uint32_t i = 0; i < count; i++)
		if (!ready(&items[i]))
			return XFI_AGAIN;
	for (uint32_t i = 0; i < count; i++) {
		int r = take(&items[i]);
		items[i].result = r == XFI_AGAIN ? XF_TIMEOUT : r;
		if (!r)
			continue;
		*ret_index = i;
		while (i--)
			give_back(&items[i]);
		return r;
	}
	return 0;
}

/* The bells to sleep on, one for each domain among the items. */
struct bells {
	struct xf_domain *domains[XF_WAIT_MAX];
	uint32_t heard[XF_WAIT_MAX];
	uint32_t count;
};

static void collect(struct bells *bells, const struct xf_wait_item *items, uint32_t count)
{
	bells->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct xf_domain *d = domain_of(&items[i]);
		uint32_t known = 0;
		while (known < bells->count && bells->domains[known] != d)
			known++;
		if (known == bells->count)
			bells->domains[bells->count++] = d;
	}
}

static struct xfi_member *self_of(const struct xf_domain *d)
{
	return &d->members[d->self];
}

static int sleep_on(const struct bells *bells, int64_t deadline_ns)
{
	struct futex_waitv words[XF_WAIT_MAX];
	if (bells->count == 1)
		return xfi_futex_wait(&self_of(bells->domains[0])->bell, bells->heard[0],
			deadline_ns, FUTEX_BITSET_MATCH_ANY);
	for (uint32_t i = 0; i < bells->count; i++)
		words[i] = xfi_waitv(&self_of(bells->domains[i])->bell, bells->heard[i]);
	return xfi_futex_waitv(words, bells->count, deadline_ns);
}

typedef int take_fn(struct xf_wait_item *items, uint32_t count, uint32_t *ret_index);

static int sleep_and_take(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns,
	uint32_t *ret_index, take_fn *take_them)
{
	struct bells bells;
	int r;
	collect(&bells, items, count);
	for (uint32_t i = 0; i < bells.count; i++)
		atomic_fetch_add(&self_of(bells.domains[i])->sleepers, 1);
	for (;;) {
		for (uint32_t i = 0; i < bells.count; i++)
			bells.heard[i] = atomic_load(&self_of(bells.domains[i])->bell);
		for (uint32_t i = 0; i < count; i++)
			xfi_watch(domain_of(&items[i]), slot_of(&items[i]));
		r = take_them(items, count, ret_index);
		if (r != XFI_AGAIN)
			break;
		if (sleep_on(&bells, deadline_ns) == -ETIMEDOUT || xfi_past(deadline_ns)) {
			r = take_them(items, count, ret_index);
			r = r == XFI_AGAIN ? XF_TIMEOUT : r;
			break;
		}
	}
	for (uint32_t i = 0; i < bells.count; i++)
		atomic_fetch_sub(&self_of(bells.domains[i])->sleepers, 1);
	return r;
}

static int wait_for(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns,
	uint32_t *ret_index, take_fn *take_them)
{
	int r = check(items, count);
	if (r)
		return r;
	r = take_them(items, count, ret_index);
	if (r != XFI_AGAIN)
		return r;
	if (deadline_ns <= 0)
		return XF_TIMEOUT;
	return sleep_and_take(items, count, deadline_ns, ret_index, take_them);
}

int xf_wait_any(
	struct xf_wait_item *items, uint32_t count, int64_t deadline_ns, uint32_t *ret_index)
{
	if (!ret_index)
		return -EINVAL;
	return wait_for(items, count, deadline_ns, ret_index, take_any);
}

int xf_wait_all(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns)
{
	uint32_t failed;
	return wait_for(items, count, deadline_ns, &failed, take_all);
}
