/* SPDX-License-Identifier: MIT */
/*
 * The final release: sets the registered event once, when nothing is pending. Whoever ends
 * something looks whether the event is due.
 *
 * A registration is 56 bits, the word `final`:
 *	bits 0-19	slot index of the event
 *	bits 20-43	lower part of its generation
 *	bits 44-48	a number by which its member tells its registrations of this event apart
 *	bits 49-55	member slot + 1 that registered it
 *
 * One member at a time may take it out of `final` and set the event; the word `firing` is that
 * registration and
 *	bits 56-62	member slot + 1 that is about to set the event
 *	bit 63		it is due: was registered while nothing was pending
 *
 * Whoever finds another one in `firing` may go, since that one looks again afterwards. When a
 * member dies there, the sweep goes on in its place. So that it does not set what is set already,
 * an event keeps the registration that set it last, in the word that says that it is set:
 *	bits 1-20	slot index of the sync object
 *	bits 21-44	lower part of its generation
 *	bits 45-56	bits 44-55 of the registration
 */
#include <errno.h>

#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/lifeline.h"
#include "shm/object.h"
#include "sync/event.h"
#include "use/fire.h"
#include "use/state.h"

#define INDEX_BITS    20
#define OBJECT_BITS   44
#define OBJECT	      ((UINT64_C(1) << OBJECT_BITS) - 1)
#define NUMBERS	      32
#define REGISTRATION  ((UINT64_C(1) << 56) - 1)
#define DUE	      (UINT64_C(1) << 63)
#define FIRE_ATTEMPTS 1000 /* more only if somebody keeps changing the words for fun */

_Static_assert(XF_OBJECTS_MAX <= 1u << INDEX_BITS, "slot indices fit");
_Static_assert(XF_MEMBERS_MAX < 128, "so do members");

static uint64_t object_bits(xf_id id)
{
	return xfi_id_index(id) | (id & 0xffffff) << INDEX_BITS;
}

static unsigned number_of(uint64_t registration)
{
	return registration >> OBJECT_BITS & (NUMBERS - 1);
}

static uint32_t registrar_of(uint64_t registration)
{
	return registration >> 49 & 127;
}

/* What an event set by `registration` of the sync object carries. */
static uint64_t ticket(const struct xf_domain *d, uint32_t index, uint64_t registration)
{
	return object_bits(xfi_object_id(d, index)) << 1 |
	       (registration & REGISTRATION) >> OBJECT_BITS << 45;
}

static void set_event(struct xf_domain *d, uint32_t index, uint64_t registration)
{
	struct xf_event event;
	uint32_t slot = registration & ((1u << INDEX_BITS) - 1);
	xf_id id = slot < d->geometry.capacity ? xfi_object_id(d, slot) : 0;
	if (object_bits(id) != (registration & OBJECT) || xfi_event_borrow(d, id, &event))
		return; /* its member is gone, and with it the registration */
	xfi_event_set_once(&event, ticket(d, index, registration));
	xfi_handle_return(&event.base);
}

/* With `firing` ours, which keeps others from taking it out and registering it again. */
static void fire_if_due(struct xf_domain *d, uint32_t index, uint64_t final, uint64_t *firing)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	if (atomic_load(&hot->final) != final || xfi_sync_pending(hot))
		return;
	uint64_t due = *firing | DUE;
	if (!atomic_compare_exchange_strong(&hot->firing, firing, due))
		return;
	*firing = due;
	XFI_KILL_POINT("sync:due");
	/* Out of the way before it is set: whoever it wakes may register it again. */
	if (atomic_compare_exchange_strong(&hot->final, &final, 0)) {
		XFI_KILL_POINT("sync:taken");
		set_event(d, index, due);
		XFI_KILL_POINT("sync:fired");
	}
}

void xfi_sync_fire(struct xf_domain *d, uint32_t index)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	if (!xfi_sync_pending(hot))
		xfi_ring_watchers(d, index);
	for (int i = 0; i < FIRE_ATTEMPTS && !xfi_sync_pending(hot); i++) {
		uint64_t final = atomic_load(&hot->final), nobody = 0;
		if (!final)
			return;
		uint64_t firing = (final & REGISTRATION) | (uint64_t)(d->self + 1) << 56;
		if (!atomic_compare_exchange_strong(&hot->firing, &nobody, firing))
			return;
		XFI_KILL_POINT("sync:firing");
		fire_if_due(d, index, final, &firing);
		atomic_compare_exchange_strong(&hot->firing, &firing, 0);
	}
}

/*
 * Taken out or replaced meanwhile, it was due and must be set if it is not; still there, it is
 * looked at again by whoever looks next, which is our caller.
 */
void xfi_sync_fire_for_dead(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	uint64_t firing = atomic_load(&hot->firing);
	uint32_t who = firing >> 56 & 127;
	/* Or of one that died while it swept after this one, and had the object open or not. */
	if (!who || (who != member + 1 && who <= XF_MEMBERS_MAX && xfi_member_alive(d, who - 1)))
		return;
	if (firing & DUE && atomic_load(&hot->final) != (firing & REGISTRATION))
		set_event(d, index, firing);
	atomic_compare_exchange_strong(&hot->firing, &firing, 0);
}

/*
 * A number that no registration of this member carries any more that might still be told apart by
 * it. Read in the order in which they are written: a registration leaves `final` after it is in
 * `firing`, and `firing` after it is in the event.
 */
static unsigned unused_number(const struct xfi_sync_hot *hot, const struct xf_event *event)
{
	uint32_t used = UINT32_C(1) << number_of(atomic_load(&hot->final));
	used |= UINT32_C(1) << number_of(atomic_load(&hot->firing));
	used |= UINT32_C(1) << number_of(xfi_event_ticket(event) >> 1);
	return (unsigned)__builtin_ctz(~used);
}

void xfi_sync_register(struct xf_domain *d, uint32_t index, const struct xf_event *event)
{
	struct xfi_sync_hot *hot = xfi_sync_hot(d, index);
	uint64_t number = unused_number(hot, event);
	atomic_store(&hot->final, object_bits(xf_event_id(event)) | number << OBJECT_BITS |
					  (uint64_t)(d->self + 1) << 49);
}

void xfi_sync_unregister(struct xf_domain *d, uint32_t index, uint32_t member)
{
	xfi_u64 *word = &xfi_sync_hot(d, index)->final;
	uint64_t final = atomic_load(word);
	if (registrar_of(final) == member + 1)
		atomic_compare_exchange_strong(word, &final, 0);
}
