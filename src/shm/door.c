/* SPDX-License-Identifier: MIT */
/*
 * When a thread dies the kernel marks each word of its robust list that carries the thread's id. It
 * knows nothing of namespaces: in a word that threads of two PID namespaces write their ids into,
 * one is taken for the other. A lifeline is safe from that, for only its owner's list reaches it.
 * But how does one come to own a lifeline, so that neither a death just before leaves it taken for
 * ever, nor a death just after hits somebody else's?
 *
 *	enter the door		a robust word that only one namespace uses: ids are unique
 *	mark the slot		free -> mark: this door, and how many have passed it
 *	let the list reach it	no word there carries an id yet that the kernel could take for ours
 *	own it			mark -> our thread's id; from now on our death is told
 *	leave the door
 *
 * Leaving is the same backwards. Whoever dies in between has died in the door; the kernel marks
 * that last, after the list. So a slot whose mark's door is empty was left behind and is free, and
 * nobody's list reaches it any more. What is counted in the mark tells it from a new one.
 *
 * The table of doors is found by namespace. An entry is used for another namespace only when all
 * are taken, nobody is in that door and none of its members is alive. Who comes in takes the word,
 * and looks then whether it is still its namespace's; who gives the door away says so there first,
 * and looks then whether somebody came in: one of the two sees the other. One who dies in between
 * leaves a door that goes to his namespace, or to whoever is quicker.
 */
#include <errno.h>

#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/door.h"
#include "shm/lifeline.h"
#include "shm/lock.h"

#define DOOR_SHIFT 22
#define COUNT	   ((UINT32_C(1) << DOOR_SHIFT) - 1)
#define DOOR_BITS  0x3f

_Static_assert(XFI_DOORS == DOOR_BITS + 1, "a mark has room for the door's number");

/* In pid_ns: being given away to that namespace. No namespace has a number with this bit. */
#define GOING (UINT64_C(1) << 62)

static bool has_door(const struct xf_domain *d, uint64_t pid_ns)
{
	for (unsigned i = 0; i < XFI_DOORS; i++)
		if (atomic_load(&d->header->doors[i].pid_ns) == pid_ns)
			return true;
	return false;
}

/* Whose a door was that is being given away nobody knows: perhaps a member's that has none. */
static bool may_be_theirs(const struct xf_domain *d, uint64_t door_ns, uint64_t pid_ns)
{
	return door_ns == pid_ns ||
	       ((door_ns & GOING) && pid_ns != d->pid_ns && !has_door(d, pid_ns));
}

static bool in_use(struct xf_domain *d, const struct xfi_door *door, uint64_t pid_ns)
{
	if (atomic_load(&door->word) & FUTEX_TID_MASK)
		return true;
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
		if (xfi_member_alive(d, m) &&
			may_be_theirs(d, pid_ns, xfi_get(&d->members[m].pid_ns)))
			return true;
	return false;
}

static bool give_away(struct xf_domain *d, struct xfi_door *door, uint64_t pid_ns)
{
	uint64_t before = atomic_load(&door->pid_ns), going = pid_ns | GOING;
	if (in_use(d, door, before))
		return false;
	XFI_KILL_POINT("door:looked");
	if (!atomic_compare_exchange_strong(&door->pid_ns, &before, going))
		return false;
	XFI_KILL_POINT("door:going");
	uint64_t after = in_use(d, door, before) ? before : pid_ns;
	return atomic_compare_exchange_strong(&door->pid_ns, &going, after) && after == pid_ns;
}

static struct xfi_door *find(struct xf_domain *d, uint64_t pid_ns)
{
	struct xfi_door *doors = d->header->doors;
	for (unsigned i = 0; i < XFI_DOORS; i++) {
		uint64_t seen = 0;
		if (atomic_compare_exchange_strong(&doors[i].pid_ns, &seen, pid_ns) ||
			seen == pid_ns)
			return &doors[i];
	}
	for (unsigned i = 0; i < XFI_DOORS; i++)
		if (give_away(d, &doors[i], pid_ns))
			return &doors[i];
	return NULL;
}

static int take(xfi_u32 *word, uint32_t tid, int64_t deadline_ns)
{
	uint32_t waiters = 0;
	for (;;) {
		uint32_t seen = atomic_load(word);
		if (!(seen & FUTEX_TID_MASK)) {
			uint32_t mine = tid | waiters | (seen & FUTEX_WAITERS);
			if (atomic_compare_exchange_strong(word, &seen, mine))
				return 0;
			continue;
		}
		if (xfi_past(deadline_ns))
			return -ETIMEDOUT;
		waiters = FUTEX_WAITERS;
		/* Not for long: whoever was woken instead may have died or be stopped. */
		if (atomic_compare_exchange_strong(word, &seen, seen | FUTEX_WAITERS))
			xfi_futex_wait(word, seen | FUTEX_WAITERS, xf_deadline(XFI_LOCK_LOOK_NS),
				FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_door_leave(struct xf_domain *d, const struct xfi_pending *pending, xfi_u32 *word)
{
	uint32_t seen = atomic_load(word);
	/* In a door that has gone to another namespace it may be another one's by now. */
	while ((seen & FUTEX_TID_MASK) == pending->tid)
		if (atomic_compare_exchange_weak(word, &seen, 0)) {
			if (seen & FUTEX_WAITERS)
				xfi_futex_wake(word, 1, FUTEX_BITSET_MATCH_ANY);
			break;
		}
	pending->set(d, NULL);
}

int xfi_door_enter(struct xf_domain *d, uint64_t pid_ns, const struct xfi_pending *pending,
	uint32_t *ret_mark, xfi_u32 **ret_word)
{
	int64_t deadline = xf_deadline(XFI_LOCK_WAIT_NS);
	for (;;) {
		struct xfi_door *door = find(d, pid_ns);
		if (!door)
			return -EUSERS;
		pending->set(d, &door->word);
		int r = take(&door->word, pending->tid, deadline);
		if (r) {
			pending->set(d, NULL);
			return r;
		}
		XFI_KILL_POINT("door:entered");
		if (atomic_load(&door->pid_ns) == pid_ns) {
			uint32_t number = (uint32_t)(door - d->header->doors);
			uint32_t count = atomic_fetch_add(&door->passages, 1) & COUNT;
			*ret_mark = XFI_PASSAGE | number << DOOR_SHIFT | count;
			*ret_word = &door->word;
			return 0;
		}
		xfi_door_leave(d, pending, &door->word);
	}
}

bool xfi_door_left_behind(const struct xf_domain *d, uint32_t life, uint32_t mark)
{
	uint32_t number = life >> DOOR_SHIFT & DOOR_BITS;
	if (!(life & XFI_PASSAGE) || life == mark)
		return false;
	return number == (mark >> DOOR_SHIFT & DOOR_BITS) ||
	       !(atomic_load(&d->header->doors[number].word) & FUTEX_TID_MASK);
}
