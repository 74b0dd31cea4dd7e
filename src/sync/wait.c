/* SPDX-License-Identifier: MIT */
/*
 * Waiting for several objects: what each type does for it stands in a table, and the sleeping is
 * bell.c's.
 */
#include <errno.h>
#include <sys/stat.h>

#include "base/message.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "shm/takers.h"
#include "sync/handle.h"
#include "sync/wait.h"

_Static_assert(XF_WAIT_MAX <= XFI_WATCH_MAX, "a bell can watch them all");

static const struct xfi_waitable *kind_of(const struct xf_wait_item *item)
{
	return xfi_waitables[item->type];
}

static const struct xfi_handle *handle_of(const struct xf_wait_item *item)
{
	return item->object;
}

static int check(struct xf_wait_item *items, uint32_t count)
{
	if (!items || count < 1 || count > XF_WAIT_MAX)
		return xf_fail(-EINVAL, "count is %u; 1 to %u items can be waited for",
			items ? count : 0, XF_WAIT_MAX);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t type = (uint32_t)items[i].type;
		if (type >= XFI_TYPES || !xfi_waitables[type])
			return xf_fail(-EINVAL, "items[%u].type is %u, which cannot be waited for",
				i, type);
		if (!items[i].object)
			return xf_fail(-EINVAL, "items[%u].object is NULL", i);
		int r = xfi_handle_check(handle_of(&items[i]));
		if (r)
			return r;
		items[i].result = XF_TIMEOUT;
	}
	return 0;
}

/* Also through handles of two memberships of this process in one domain. */
static bool same_object(const struct xfi_handle *a, const struct xfi_handle *b)
{
	struct stat x, y;
	if (a->index != b->index || a->domain == b->domain)
		return a->index == b->index;
	return !fstat(a->domain->fd, &x) && !fstat(b->domain->fd, &y) && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

static bool exclusive(const struct xf_wait_item *item)
{
	return kind_of(item)->exclusive && kind_of(item)->exclusive(item);
}

/* What is taken first and given back for want of the second would wake us for another try. */
static int check_twice(const struct xf_wait_item *items, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < i && exclusive(&items[i]); k++)
			if (same_object(handle_of(&items[i]), handle_of(&items[k])))
				return xf_fail(-EINVAL,
					"items[%u] and items[%u] are one object, which can be "
					"taken once",
					k, i);
	return 0;
}

static void give_back(struct xf_wait_item *item)
{
	kind_of(item)->give_back(item);
	item->result = XF_TIMEOUT;
}

struct wait {
	struct xf_wait_item *items;
	uint32_t count;
	uint32_t *ret_index;
};

static int take_any(void *arg)
{
	const struct wait *wait = arg;
	for (uint32_t i = 0; i < wait->count; i++) {
		int r = kind_of(&wait->items[i])->take(&wait->items[i]);
		if (r == XFI_AGAIN)
			continue;
		wait->items[i].result = r;
		*wait->ret_index = i;
		return r;
	}
	return XFI_AGAIN;
}

/* What will never be had is told at once, whatever the others do. XFI_AGAIN: there is none. */
static int find_refused(const struct wait *wait)
{
	for (uint32_t i = 0; i < wait->count; i++) {
		struct xf_wait_item *item = &wait->items[i];
		if (!kind_of(item)->refused || !kind_of(item)->refused(item))
			continue;
		int r = kind_of(item)->take(item);
		if (!r)
			give_back(item); /* it was released just now by another thread of ours */
		if (!r || r == XFI_AGAIN)
			continue;
		item->result = r;
		return r;
	}
	return XFI_AGAIN;
}

static int take_all(void *arg)
{
	const struct wait *wait = arg;
	struct xf_wait_item *items = wait->items;
	int refused = find_refused(wait);
	if (refused != XFI_AGAIN)
		return refused;
	for (uint32_t i = 0; i < wait->count; i++)
		if (!kind_of(&items[i])->ready(&items[i]))
			return XFI_AGAIN;
	for (uint32_t i = 0; i < wait->count; i++) {
		int r = kind_of(&items[i])->take(&items[i]);
		items[i].result = r == XFI_AGAIN ? XF_TIMEOUT : r;
		if (!r)
			continue;
		*wait->ret_index = i;
		while (i--)
			give_back(&items[i]);
		return r;
	}
	return 0;
}

/* Whoever waits for all wants to hear of each change, for it may take none of them. */
static xfi_u64 *takers_of(const struct xf_wait_item *item, int (*take)(void *arg))
{
	return take == take_any && kind_of(item)->takers ? kind_of(item)->takers(item) : NULL;
}

static void tell_sleeps(struct wait *wait, bool begin)
{
	for (uint32_t i = 0; i < wait->count; i++)
		if (kind_of(&wait->items[i])->sleeps)
			kind_of(&wait->items[i])->sleeps(&wait->items[i], begin);
}

static int sleep_and_take(struct wait *wait, int64_t deadline_ns, int (*take)(void *arg))
{
	struct xfi_watched watched[XF_WAIT_MAX];
	for (uint32_t i = 0; i < wait->count; i++) {
		const struct xf_wait_item *item = &wait->items[i];
		watched[i] = (struct xfi_watched){ handle_of(item)->domain, handle_of(item)->index,
			takers_of(item, take) };
	}
	tell_sleeps(wait, true);
	int r = xfi_bell_wait(watched, wait->count, deadline_ns, take, wait);
	tell_sleeps(wait, false);
	/* We may have been chosen for what we leave. */
	for (uint32_t i = 0; i < wait->count; i++)
		if (watched[i].takers && kind_of(&wait->items[i])->ready(&wait->items[i]))
			xfi_ring_taker(watched[i].domain, watched[i].index, watched[i].takers);
	return r;
}

static int wait_for(struct wait *wait, int64_t deadline_ns, int (*take)(void *arg))
{
	int r = check(wait->items, wait->count);
	if (!r)
		r = take(wait);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT : sleep_and_take(wait, deadline_ns, take);
	return r;
}

int xf_wait_any(
	struct xf_wait_item *items, uint32_t count, int64_t deadline_ns, uint32_t *ret_index)
{
	xfi_message_forget();
	if (!ret_index)
		return xf_fail(-EINVAL, "ret_index is NULL");
	return wait_for(&(struct wait){ items, count, ret_index }, deadline_ns, take_any);
}

int xf_wait_all(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns)
{
	uint32_t failed;
	xfi_message_forget();
	int r = check(items, count);
	if (!r)
		r = check_twice(items, count);
	if (r)
		return r;
	return wait_for(&(struct wait){ items, count, &failed }, deadline_ns, take_all);
}
