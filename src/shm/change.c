/* SPDX-License-Identifier: MIT */
/*
 * A ring of the last changes of members in the header. Whoever adds one takes the next number, and
 * says last in the entry which number it is, so that others know it from one half written, or left
 * so by a death, and from what lay there before.
 */
#include <string.h>

#include "base/kill_point.h"
#include "shm/change.h"

static struct xfi_member_change *entry_of(const struct xf_domain *d, uint64_t number)
{
	return &d->header->members[number % XFI_CHANGES];
}

/* Highest number told: one that is being written is told by the one who writes it. */
static uint64_t highest(const struct xf_domain *d)
{
	uint64_t count = atomic_load(&d->header->changes[XF_CHANGE_MEMBERS].count), n = count;
	while (n > 0 && count - n < XFI_CHANGES && atomic_load(&entry_of(d, n)->number) != n)
		n--;
	return n;
}

uint64_t xfi_change_count(const struct xf_domain *d, enum xf_change of)
{
	return of == XF_CHANGE_MEMBERS ? highest(d) : atomic_load(&d->header->changes[of].count);
}

/* A sweep that is begun again finds the same death. */
static bool noted(const struct xf_domain *d, uint32_t member, enum xf_member_change change)
{
	uint32_t incarnation = atomic_load(&d->members[member].incarnation);
	uint64_t count = highest(d);
	for (uint64_t n = count; n > 0 && count - n < XFI_CHANGES; n--) {
		const struct xfi_member_change *entry = entry_of(d, n);
		if (xfi_get(&entry->slot) == member && xfi_get(&entry->incarnation) == incarnation)
			return xfi_get(&entry->change) == (uint32_t)change;
	}
	return false;
}

static void copy_name(xfi_u64 *to, const xfi_u64 *from)
{
	for (unsigned i = 0; i < XFI_WORDS(XFI_MEMBER_NAME); i++)
		xfi_put(&to[i], xfi_get(&from[i]));
}

static void note(struct xf_domain *d, uint32_t member, enum xf_member_change change)
{
	const struct xfi_member *m = &d->members[member];
	uint64_t number = atomic_fetch_add(&d->header->changes[XF_CHANGE_MEMBERS].count, 1) + 1;
	struct xfi_member_change *entry = entry_of(d, number);
	XFI_KILL_POINT("change:counted");
	/* In this order for all: a reader that finds any of what follows finds no number later on.
	 */
	atomic_store(&entry->number, 0);
	atomic_thread_fence(memory_order_release);
	xfi_put(&entry->change, (uint32_t)change);
	xfi_put(&entry->slot, member);
	xfi_put(&entry->incarnation, atomic_load(&m->incarnation));
	xfi_put(&entry->pid, xfi_get(&m->pid));
	copy_name(entry->name, m->name);
	atomic_store(&entry->number, number);
}

void xfi_change_member(struct xf_domain *d, uint32_t member, enum xf_member_change change)
{
	if (!noted(d, member, change))
		note(d, member, change);
	XFI_KILL_POINT("change:noted");
	if (d->self >= XF_MEMBERS_MAX)
		return; /* about to join, and told then */
	xfi_change_tell(d, XF_CHANGE_MEMBERS);
	/* The dead may have made an object and died before it told. */
	if (change != XF_MEMBER_LEFT)
		xfi_change_tell(d, XF_CHANGE_OBJECTS);
}

int xfi_change_read(
	const struct xf_domain *d, uint64_t number, struct xfi_member_change *ret_change)
{
	struct xfi_member_change *entry = entry_of(d, number);
	if (!number || number > highest(d))
		return -ENOENT;
	if (atomic_load(&entry->number) != number)
		return -ESTALE;
	xfi_put(&ret_change->change, xfi_get(&entry->change));
	xfi_put(&ret_change->slot, xfi_get(&entry->slot));
	xfi_put(&ret_change->pid, xfi_get(&entry->pid));
	copy_name(ret_change->name, entry->name);
	atomic_thread_fence(memory_order_acquire);
	return atomic_load(&entry->number) == number ? 0 : -ESTALE;
}
