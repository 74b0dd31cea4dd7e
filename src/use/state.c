/* SPDX-License-Identifier: MIT */
/*
 * The shared half of a sync object. Four sets of members say what is pending; what changes hands
 * enters its new set before it leaves the old one, and whoever looks reads the sets that way:
 *
 *	producers --ready--> reading --release--> (nothing)
 *	                     releasing ---------> (nothing)
 *
 * The word `state`:
 *	bits 0-47	number of the use, from 1
 *	bits 48-49	idle; sharing: one member is putting the readers into `reading`; ready;
 *			abandoned
 *	bits 56-63	while sharing: member slot + 1
 */
#include <errno.h>

#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/lifeline.h"
#include "shm/object.h"
#include "shm/park.h"
#include "sync/timeline.h"
#include "use/fire.h"
#include "use/state.h"

void xfi_sync_wake(struct xf_domain *d, uint32_t index)
{
	xfi_unpark(d, xfi_park_hash(index, 0), XFI_PARK_ALL_BITS, true);
}

/* Tells the queues that `use` is ready. */
static void tell_ready(struct xf_domain *d, uint32_t index, uint64_t use)
{
	struct xf_timeline timeline;
	xf_id id = atomic_load(&xfi_slot(d, index)->cold.sync.timeline);
	if (!id || xfi_timeline_borrow(d, id, &timeline))
		return; /* no queue waits */
	(void)xf_timeline_signal(&timeline, use); /* -EINVAL: a later one was ready */
	xfi_handle_return(&timeline.base);
}

static void abandon_id(struct xf_domain *d, xf_id id)
{
	struct xf_timeline timeline;
	if (!id || xfi_timeline_borrow(d, id, &timeline))
		return;
	xfi_timeline_abandon(&timeline);
	xfi_handle_return(&timeline.base);
}

/*
 * Tells the queues that the use in `state` is abandoned. Who resets an abandoned use takes its
 * timeline away and tells its queues first, so a timeline found while the state is still the same
 * is that use's. Who offers a timeline looks at the state afterwards, and tells itself.
 */
static void tell_abandoned(struct xf_domain *d, uint32_t index, uint64_t state)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	xf_id id = atomic_load(&slot->cold.sync.timeline);
	if (atomic_load(&slot->hot.sync.state) == state)
		abandon_id(d, id);
}

/* Done for every ready use before the next one begins; the sweep does it for the dead. */
static void note_ready(struct xf_domain *d, uint32_t index, uint64_t use)
{
	xfi_u64 *word = &xfi_slot(d, index)->cold.sync.last_ready;
	uint64_t seen = atomic_load(word);
	while (seen < use && !atomic_compare_exchange_weak(word, &seen, use))
		;
}

/*
 * A reader that dies between our look at the readers and the fetch-or would be added after the
 * sweep has looked, so look again; the sweep takes readers out of `readers` first.
 */
static void share(struct xfi_sync_hot *hot)
{
	uint64_t readers = atomic_load(&hot->readers);
	atomic_fetch_or(&hot->reading, readers);
	XFI_KILL_POINT("sync:shared");
	uint64_t left = readers & ~atomic_load(&hot->readers);
	if (left)
		atomic_fetch_and(&hot->reading, ~left);
}

int xfi_sync_make_ready(struct xf_domain *d, uint32_t index, uint64_t use)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	uint64_t state = atomic_load(&hot->state);
	uint64_t sharing = xfi_sync_state(use, XFI_SYNC_SHARING, d->self + 1);
	do {
		if (xfi_sync_use(state) != use)
			return -ESTALE;
		if (xfi_sync_phase(state) == XFI_SYNC_ABANDONED)
			return XF_ABANDONED;
		if (xfi_sync_phase(state) != XFI_SYNC_IDLE)
			return 0;
	} while (!atomic_compare_exchange_weak(&hot->state, &state, sharing));
	XFI_KILL_POINT("sync:sharing");
	share(hot);
	atomic_store(&hot->state, xfi_sync_state(use, XFI_SYNC_READY, 0));
	XFI_KILL_POINT("sync:ready");
	note_ready(d, index, use);
	tell_ready(d, index, use);
	xfi_sync_wake(d, index);
	return 0;
}

/* Unless a living member other than `member` produces this use too. */
static void abandon(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	uint64_t others = atomic_load(&hot->producers) & ~xfi_bit(member);
	uint64_t state = atomic_load(&hot->state);
	if (others && (others & xfi_members_alive(d)))
		return;
	unsigned phase = xfi_sync_phase(state);
	bool sharing = phase == XFI_SYNC_SHARING && state >> 56 == member + 1;
	if (phase != XFI_SYNC_IDLE && !sharing)
		return;
	uint64_t abandoned = xfi_sync_state(xfi_sync_use(state), XFI_SYNC_ABANDONED, 0);
	if (sharing) /* nobody was told that it is ready, and nobody but us goes on from here */
		atomic_store(&hot->reading, 0);
	if (!atomic_compare_exchange_strong(&hot->state, &state, abandoned))
		return; /* only a reset or a ready comes between, and both settle it */
	XFI_KILL_POINT("sync:abandoned");
	tell_abandoned(d, index, abandoned);
	xfi_sync_wake(d, index);
}

void xfi_sync_give_up(struct xf_domain *d, uint32_t index, uint64_t use)
{
	if (xfi_sync_use(atomic_load(&xfi_sync_hot(d, index)->state)) == use)
		abandon(d, index, d->self);
}

int xfi_sync_next_use(struct xf_domain *d, uint32_t index)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t state = atomic_load(&slot->hot.sync.state), next;
	do {
		if (atomic_load(&slot->hot.sync.reading) ||
			atomic_load(&slot->hot.sync.releasing) ||
			xfi_sync_phase(state) == XFI_SYNC_SHARING)
			return -EBUSY;
		if (xfi_sync_phase(state) == XFI_SYNC_READY)
			note_ready(d, index, xfi_sync_use(state));
		if (xfi_sync_phase(state) == XFI_SYNC_ABANDONED)
			abandon_id(d, atomic_exchange(&slot->cold.sync.timeline, 0));
		next = xfi_sync_state(xfi_sync_use(state) + 1, XFI_SYNC_IDLE, 0);
	} while (!atomic_compare_exchange_weak(&slot->hot.sync.state, &state, next));
	return 0;
}

static bool member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	uint64_t bit = xfi_bit(member);
	bool producing = atomic_load(&hot->producers) & bit;
	uint64_t state;
	xfi_sync_unregister(d, index, member);
	xfi_sync_fire_for_dead(d, index, member);
	if (producing)
		abandon(d, index, member);
	/* What a member that died in the middle had not told yet; again is harmless. */
	state = atomic_load(&hot->state);
	if (xfi_sync_phase(state) == XFI_SYNC_READY) {
		note_ready(d, index, xfi_sync_use(state));
		tell_ready(d, index, xfi_sync_use(state));
	} else if (xfi_sync_phase(state) == XFI_SYNC_ABANDONED) {
		tell_abandoned(d, index, state);
	}
	atomic_fetch_and(&hot->readers, ~bit);
	atomic_fetch_and(&hot->reading, ~bit);
	atomic_fetch_and(&hot->releasing, ~bit);
	xfi_sync_fire(d, index);
	/* What it wrote to may still be written to, until its process is gone. */
	return producing;
}

static void member_gone(struct xf_domain *d, uint32_t index, uint32_t member)
{
	atomic_fetch_and(&xfi_sync_hot(d, index)->producers, ~xfi_bit(member));
	xfi_sync_fire(d, index);
}

/* Whoever waits for a use that was ready, and is past by now, cannot be told from the others. */
static uint32_t tell(struct xf_domain *d, uint32_t index)
{
	xfi_sync_wake(d, index);
	return 0;
}

const struct xfi_type_ops xfi_sync_ops = {
	.member_died = member_died,
	.member_gone = member_gone,
	.tell = tell,
};
