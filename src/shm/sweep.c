/* SPDX-License-Identifier: MIT */
/*
 * The sweep after a death, under the domain's lock. Each step can be done twice, so a sweeper that
 * dies half-way is replaced by one that starts over.
 *
 *	1. what the dead member owned is abandoned
 *	2. whoever it may concern is woken and looks again: where the dead member slept, since it
 *	   may have been chosen to be woken instead of another; and at each object that it had open,
 *	   if somebody could go on there, since it may have changed the object and not told
 *	3. if it held surfaces of a pool: a reaper waits until its process is really gone; until
 *	   then its other threads, or the GPU, may still write to them
 *	4. its handles are closed, its slot is free
 *
 * What a sweeper changes in 3 and 4 it tells of at once. If it dies there the next one begins
 * with 1, and the objects are those of the dead member still.
 */
#include "base/kill_point.h"
#include "shm/lifeline.h"
#include "shm/object.h"
#include "shm/park.h"
#include "shm/reaper.h"
#include "shm/sweep.h"

typedef uint32_t visit_fn(struct xf_domain *d, uint32_t index, uint32_t member);

/* Calls visit for every slot that `member` may have opened; what the calls say, together. */
static uint32_t for_each_touched(struct xf_domain *d, uint32_t member, visit_fn *visit)
{
	uint32_t any = 0;
	for (uint32_t word = 0; word < d->touched_words; word++) {
		uint32_t bit;
		uint64_t bits = atomic_load(&d->touched[member * d->touched_words + word]);
		XFI_FOR_EACH_BIT(bit, bits) {
			uint32_t block = word * 64 + bit;
			if (block >= d->geometry.capacity / XFI_BLOCK)
				break; /* no member's bit */
			for (uint32_t i = 0; i < XFI_BLOCK; i++)
				any |= visit(d, block * XFI_BLOCK + i, member);
		}
	}
	return any;
}

static const struct xfi_type_ops *ops_of(struct xf_domain *d, uint32_t index)
{
	uint64_t head = atomic_load(&xfi_slot(d, index)->head);
	unsigned type = xfi_head_type(head);
	if (!xfi_head_there(head))
		return NULL;
	return type < XFI_TYPES ? xfi_type_ops[type] : NULL;
}

static uint32_t abandon(struct xf_domain *d, uint32_t index, uint32_t member)
{
	const struct xfi_type_ops *ops = ops_of(d, index);
	if (!ops || !ops->member_died)
		return 0;
	XFI_KILL_POINT("sweep:abandon");
	return ops->member_died(d, index, member);
}

static bool had_open(struct xf_domain *d, uint32_t index, uint32_t member)
{
	return atomic_load(&xfi_slot(d, index)->openers) & xfi_bit(member);
}

static uint32_t tell(struct xf_domain *d, uint32_t index, uint32_t member)
{
	const struct xfi_type_ops *ops = ops_of(d, index);
	return ops && ops->tell && had_open(d, index, member) ? ops->tell(d, index) : 0;
}

static uint32_t told(struct xf_domain *d, uint32_t index, uint32_t member)
{
	const struct xfi_type_ops *ops = ops_of(d, index);
	if (ops && ops->told && had_open(d, index, member))
		ops->told(d, index);
	return 0;
}

static void tell_all(struct xf_domain *d, uint32_t member)
{
	uint32_t bits = for_each_touched(d, member, tell);
	if (!bits)
		return;
	xfi_unpark_everywhere(d, bits);
	XFI_KILL_POINT("sweep:told");
	for_each_touched(d, member, told);
}

static uint32_t give_back(struct xf_domain *d, uint32_t index, uint32_t member)
{
	const struct xfi_type_ops *ops = ops_of(d, index);
	if (ops && ops->member_gone)
		ops->member_gone(d, index, member);
	return 0;
}

static uint32_t close_handles(struct xf_domain *d, uint32_t index, uint32_t member)
{
	XFI_KILL_POINT("sweep:close");
	xfi_object_member_died(d, index, member);
	return 0;
}

/* Whoever gets the slot next does not serve the name and does not wait for the dead. */
static void clear_duties(struct xf_domain *d, uint32_t member)
{
	uint32_t server = member + 1;
	atomic_compare_exchange_strong(&d->header->server, &server, 0);
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++) {
		uint32_t reaper = member + 1;
		atomic_compare_exchange_strong(&d->members[m].reaper, &reaper, 0);
	}
}

static void clear_row(struct xf_domain *d, uint32_t member)
{
	clear_duties(d, member);
	for (uint32_t i = 0; i < d->touched_words; i++)
		atomic_store(&d->touched[member * d->touched_words + i], 0);
	xfi_park_forget(d, member);
	atomic_store(&d->members[member].reaper, 0);
	XFI_KILL_POINT("sweep:last");
	/* Last: from here on the slot is free. Our own is not yet, see xfi_lifeline_release(). */
	if (member != d->self)
		atomic_store(&d->lifelines[member][member].word, 0);
	XFI_KILL_POINT("sweep:freed");
}

void xfi_sweep_gone(struct xf_domain *d, uint32_t member)
{
	for_each_touched(d, member, give_back);
	for_each_touched(d, member, close_handles);
	clear_row(d, member);
}

bool xfi_sweep(struct xf_domain *d, uint32_t member)
{
	bool leaving = member == d->self;
	bool holds = for_each_touched(d, member, abandon);
	XFI_KILL_POINT("sweep:abandoned");
	xfi_unpark_recount(d, member);
	tell_all(d, member);
	if (!leaving)
		atomic_fetch_add(&d->header->deaths, 1);
	if (holds && !leaving && xfi_reap(d, member) != XFI_REAPED)
		return false; /* waited for; or, where nobody can wait, dead until somebody asks
				 again */
	xfi_sweep_gone(d, member);
	return true;
}
