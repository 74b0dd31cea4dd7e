/* SPDX-License-Identifier: MIT */
/*
 * A slot's life is written in its head word, each step one compare-and-swap:
 *
 *	free --create--> building --publish--> live --last close--> closing --> ending --> free
 *	                                        ^---- opened meanwhile ----'
 *
 * What an object was is cleared while it is ending, from where no way leads back. Building, closing
 * and ending carry the member that does it, so that the sweep can finish or undo the step if that
 * member dies. `used` is only a hint where to look; heads decide.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/id_text.h"
#include "base/kill_point.h"
#include "base/tidy.h"
#include "shm/directory.h"
#include "shm/object.h"
#include "shm/watch.h"

static const char *const a_type[XFI_TYPES] = {
	[XF_ANY] = "an object",
	[XF_EVENT] = "an event",
	[XF_TIMELINE] = "a timeline",
	[XF_KEYED_MUTEX] = "a keyed mutex",
	[XF_SURFACE] = "a surface",
	[XF_POOL] = "a pool",
	[XF_SYNC] = "a sync object",
	[XF_STREAM] = "a stream",
};

int xfi_label_check(const char *label)
{
	if (!label)
		return 0;
	if (strnlen(label, XF_LABEL_MAX + 1) > XF_LABEL_MAX)
		return xf_fail(-EINVAL, "label '%.*s...' is longer than %d bytes", XF_LABEL_MAX,
			label, XF_LABEL_MAX);
	return xfi_is_utf8(label) ? 0 : xf_fail(-EINVAL, "label '%s' is not UTF-8", label);
}

/* The sweep looks only at blocks marked here, so the mark comes before anything else. */
static void touch_for(struct xf_domain *d, uint32_t index, uint32_t member)
{
	uint32_t block = index / XFI_BLOCK;
	xfi_u64 *word = &d->touched[member * d->touched_words + block / 64];
	uint64_t bit = xfi_bit(block % 64);
	if (!(atomic_load_explicit(word, memory_order_relaxed) & bit))
		atomic_fetch_or(word, bit);
}

static void touch(struct xf_domain *d, uint32_t index)
{
	touch_for(d, index, d->self);
}

static void mark_used(struct xf_domain *d, uint32_t index)
{
	atomic_fetch_or(&d->used[index / XFI_BLOCK], xfi_bit(index % XFI_BLOCK));
}

/* Somebody may take the slot while we say that it is free; the head is looked at once more. */
static void mark_free(struct xf_domain *d, uint32_t index)
{
	atomic_fetch_and(&d->used[index / XFI_BLOCK], ~(xfi_bit(index % XFI_BLOCK)));
	if (xfi_head_state(atomic_load(&xfi_slot(d, index)->head)) != XFI_FREE)
		mark_used(d, index);
}

/* Not ours after all: whoever has it may have freed it, and said so, before we say the contrary. */
static void mark_others(struct xf_domain *d, uint32_t index)
{
	mark_used(d, index);
	if (xfi_head_state(atomic_load(&xfi_slot(d, index)->head)) == XFI_FREE)
		mark_free(d, index);
}

static void raise_slots_end(struct xf_domain *d, uint32_t end)
{
	uint32_t seen = atomic_load(&d->header->slots_end);
	while (seen < end && !atomic_compare_exchange_weak(&d->header->slots_end, &seen, end))
		;
}

/* Of two objects the later one has the later generation, until the count comes round. */
static uint32_t next_generation(struct xf_domain *d, uint32_t before)
{
	uint32_t generation = atomic_fetch_add(&d->header->made, 1) + 1;
	if (generation == before) /* scribbled over, or one that came round */
		generation++;
	return generation ? generation : 1;
}

static bool take(struct xf_domain *d, uint32_t index, enum xf_type type)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t head = atomic_load(&slot->head);
	if (xfi_head_state(head) != XFI_FREE)
		return false;
	uint32_t generation = next_generation(d, xfi_head_generation(head));
	touch(d, index);
	return atomic_compare_exchange_strong(
		&slot->head, &head, xfi_head(type, XFI_BUILDING, d->self + 1, generation));
}

/* Looks through `used` from the hint on, once around; then through the heads themselves. */
static int find_and_take(struct xf_domain *d, enum xf_type type, uint32_t *ret_index)
{
	uint32_t blocks = d->geometry.capacity / XFI_BLOCK;
	uint32_t first = d->alloc_hint / XFI_BLOCK;
	for (uint32_t n = 0; n < blocks; n++) {
		uint32_t block = (first + n) % blocks;
		uint64_t free = ~atomic_load(&d->used[block]);
		uint32_t bit;
		XFI_FOR_EACH_BIT(bit, free) {
			uint32_t index = block * XFI_BLOCK + bit;
			if (!take(d, index, type)) {
				mark_others(d, index);
				continue;
			}
			mark_used(d, index);
			*ret_index = d->alloc_hint = index;
			return 0;
		}
	}
	for (uint32_t index = 0; index < d->geometry.capacity; index++)
		if (take(d, index, type)) {
			mark_used(d, index);
			*ret_index = index;
			return 0;
		}
	return -ENOSPC;
}

/* Word by word: others may look, though what they find says nothing to them. */
static void clear(struct xfi_slot *slot)
{
	for (unsigned i = 0; i < sizeof(slot->cold.words) / sizeof(*slot->cold.words); i++)
		atomic_store_explicit(&slot->cold.words[i], 0, memory_order_relaxed);
	for (unsigned i = 0; i < sizeof(slot->hot.words) / sizeof(*slot->hot.words); i++)
		atomic_store_explicit(&slot->hot.words[i], 0, memory_order_relaxed);
}

static void write_label(struct xfi_slot *slot, const char *text)
{
	struct xfi_label label = xfi_label_of(text);
	for (unsigned i = 0; i < XFI_LABEL_WORDS; i++)
		atomic_store_explicit(&slot->cold.words[i], label.words[i], memory_order_relaxed);
}

int xfi_object_create(
	struct xf_domain *d, enum xf_type type, const char *label, uint32_t *ret_index)
{
	uint32_t index = 0;
	int r = xfi_domain_check(d, true);
	if (!r)
		r = xfi_label_check(label);
	if (r)
		return r;
	pthread_mutex_lock(&d->local_lock);
	r = find_and_take(d, type, &index);
	XFI_KILL_POINT("create:taken");
	if (!r) {
		struct xfi_slot *slot = xfi_slot(d, index);
		/* Nobody looks before the head says live, which publishes all this. */
		atomic_store_explicit(&slot->openers, xfi_self_bit(d), memory_order_relaxed);
		atomic_store_explicit(&slot->watchers, 0, memory_order_relaxed);
		clear(slot);
		if (label)
			write_label(slot, label);
		d->local[index].handles = 1;
		raise_slots_end(d, (index / XFI_BLOCK + 1) * XFI_BLOCK);
	}
	pthread_mutex_unlock(&d->local_lock);
	*ret_index = index;
	return r;
}

xf_id xfi_object_publish(struct xf_domain *d, uint32_t index)
{
	uint64_t head = atomic_load(&xfi_slot(d, index)->head);
	/* Who looks for it must find it as soon as it is live. */
	xfi_directory_enter(d, index);
	XFI_KILL_POINT("create:publish");
	atomic_store_explicit(&xfi_slot(d, index)->head,
		xfi_head(xfi_head_type(head), XFI_LIVE, 0, xfi_head_generation(head)),
		memory_order_release);
	return xfi_id(xfi_head_type(head), index, xfi_head_generation(head));
}

int xfi_object_check(const struct xf_domain *d, enum xf_type type, xf_id id)
{
	if (xfi_id_type(id) != (unsigned)type || xfi_id_index(id) >= d->geometry.capacity ||
		(uint32_t)id == 0)
		return xf_fail(-EINVAL, XFI_ID " is not the id of %s here", id, a_type[type]);
	uint64_t head = atomic_load(&xfi_slot(d, xfi_id_index(id))->head);
	bool same =
		xfi_head_type(head) == (unsigned)type && xfi_head_generation(head) == (uint32_t)id;
	return same && xfi_head_there(head) ? 0 : -ESTALE;
}

xf_id xfi_object_id(const struct xf_domain *d, uint32_t index)
{
	if (xfi_domain_check(d, false))
		return 0; /* a forked child has no arena to look at */
	uint64_t head = atomic_load(&xfi_slot(d, index)->head);
	if (!xfi_head_there(head))
		return 0;
	return xfi_id(xfi_head_type(head), index, xfi_head_generation(head));
}

/*
 * Whoever gets the slot next may die before it has written anything: then nobody must take what a
 * former occupant left there for its own. So a slot is cleared before it is free.
 */
static void free_slot(struct xf_domain *d, uint32_t index, uint64_t ending)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	const struct xfi_type_ops *ops =
		xfi_head_type(ending) < XFI_TYPES ? xfi_type_ops[xfi_head_type(ending)] : NULL;
	xfi_directory_remove(d, index);
	if (ops && ops->freed)
		ops->freed(d, index);
	XFI_KILL_POINT("close:freed");
	clear(slot);
	XFI_KILL_POINT("close:cleared");
	if (!atomic_compare_exchange_strong(
		    &slot->head, &ending, xfi_head(0, XFI_FREE, 0, xfi_head_generation(ending))))
		return;
	XFI_KILL_POINT("close:free");
	mark_free(d, index);
}

/*
 * Whoever came meanwhile is in time as long as nothing is cleared. Should we die in between, the
 * sweep takes closing back, and whoever has the object open by then keeps all of it.
 */
static void end(struct xf_domain *d, uint32_t index, uint64_t closing)
{
	uint64_t ending = xfi_head(xfi_head_type(closing), XFI_ENDING, xfi_head_member(closing),
		xfi_head_generation(closing));
	if (!atomic_compare_exchange_strong(&xfi_slot(d, index)->head, &closing, ending))
		return;
	XFI_KILL_POINT("close:ending");
	free_slot(d, index, ending);
}

/*
 * Frees a slot that has no openers. Closing is announced first and the openers are looked at again
 * afterwards; an opener adds itself first and looks at the head afterwards. One of the two sees
 * the other. An opener that gave up waiting for us has seen a head that was not live and left the
 * freeing to us: so after undoing, look again.
 *
 * Closing is done in the name of `member`: the caller itself, or the dead one it sweeps after. If a
 * sweeper dies half-way, it is that one's slots that the next sweeper goes through again.
 */
static void free_if_unused(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	for (int attempts = 0; attempts < 1000; attempts++) { /* whatever other members write */
		uint64_t live = atomic_load(&slot->head);
		if (xfi_head_state(live) != XFI_LIVE || atomic_load(&slot->openers))
			return;
		uint64_t closing = xfi_head(
			xfi_head_type(live), XFI_CLOSING, member + 1, xfi_head_generation(live));
		if (!atomic_compare_exchange_strong(&slot->head, &live, closing))
			return;
		XFI_KILL_POINT("close:closing");
		if (!atomic_load(&slot->openers)) {
			end(d, index, closing);
			return;
		}
		XFI_KILL_POINT("close:undo");
		atomic_compare_exchange_strong(&slot->head, &closing, live);
	}
}

/* The closing member needs nanoseconds; if it dies there, the sweep resolves it. */
static int wait_while_closing(struct xf_domain *d, enum xf_type type, xf_id id)
{
	uint64_t head = 0;
	for (int i = 0; i < 1000; i++) {
		head = atomic_load(&xfi_slot(d, xfi_id_index(id))->head);
		if (xfi_head_state(head) != XFI_CLOSING)
			break;
		sched_yield();
	}
	return head == xfi_head(type, XFI_LIVE, 0, (uint32_t)id) ? 0 : -ESTALE;
}

static int open_locked(struct xf_domain *d, enum xf_type type, xf_id id)
{
	uint32_t index = xfi_id_index(id);
	int r = xfi_object_check(d, type, id);
	if (r || d->read_only)
		return r;
	if (d->local[index].handles) {
		d->local[index].handles++;
		return 0;
	}
	touch(d, index);
	XFI_KILL_POINT("open:checked");
	atomic_fetch_or(&xfi_slot(d, index)->openers, xfi_self_bit(d));
	XFI_KILL_POINT("open:counted");
	r = wait_while_closing(d, type, id);
	if (!r) {
		xfi_watch_clear(d, xfi_watchers(d, index));
		d->local[index].handles = 1;
		return 0;
	}
	atomic_fetch_and(&xfi_slot(d, index)->openers, ~xfi_self_bit(d));
	free_if_unused(d, index, d->self);
	return r;
}

/*
 * The members' slots stay theirs while the lock is held. Whoever closes the object at this moment
 * looks at its openers again after saying so; if it has ended, our bits are in nobody's way: they
 * are taken back where another object is there meanwhile.
 */
void xfi_object_keep(struct xf_domain *d, enum xf_type type, xf_id id, uint64_t members)
{
	if (xfi_object_check(d, type, id))
		return;
	struct xfi_slot *slot = xfi_slot(d, xfi_id_index(id));
	uint64_t lacking = members & ~atomic_load(&slot->openers);
	uint32_t member;
	if (!lacking)
		return;
	XFI_FOR_EACH_BIT(member, lacking)
		touch_for(d, xfi_id_index(id), member);
	XFI_KILL_POINT("sweep:keep");
	atomic_fetch_or(&slot->openers, lacking);
	if (wait_while_closing(d, type, id))
		atomic_fetch_and(&slot->openers, ~lacking);
}

int xfi_object_open(struct xf_domain *d, enum xf_type type, xf_id id)
{
	int r = xfi_domain_check(d, false);
	if (r)
		return r;
	pthread_mutex_lock(&d->local_lock);
	r = open_locked(d, type, id);
	pthread_mutex_unlock(&d->local_lock);
	return r;
}

void xfi_object_close(struct xf_domain *d, uint32_t index)
{
	if (xfi_domain_check(d, true))
		return; /* a child or a read-only member never counted */
	pthread_mutex_lock(&d->local_lock);
	if (d->local[index].handles && --d->local[index].handles == 0) {
		struct xfi_slot *slot = xfi_slot(d, index);
		uint64_t head = atomic_load(&slot->head);
		if (xfi_head_state(head) == XFI_BUILDING) /* never published: nobody else */
			free_slot(d, index, head);
		else if (atomic_fetch_and(&slot->openers, ~xfi_self_bit(d)) == xfi_self_bit(d))
			free_if_unused(d, index, d->self);
	}
	pthread_mutex_unlock(&d->local_lock);
}

void **xfi_object_kept(struct xf_domain *d, uint32_t index)
{
	return &d->local[index].kept;
}

void xfi_object_member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t head = atomic_load(&slot->head);
	bool half_way = xfi_head_state(head) == XFI_BUILDING || xfi_head_state(head) == XFI_ENDING;
	if (half_way && xfi_head_member(head) == member + 1) {
		if (xfi_head_state(head) == XFI_BUILDING)
			xfi_directory_half_entered(d, index);
		free_slot(d, index, head);
		return;
	}
	if (xfi_head_state(head) == XFI_FREE)
		mark_free(d, index); /* the dead member may have come no further */
	if (half_way || xfi_head_state(head) == XFI_FREE)
		return;
	if (xfi_has_pollers(head))
		atomic_fetch_and(&slot->cold.pollers, ~xfi_bit(member));
	atomic_fetch_and(&slot->openers, ~xfi_bit(member));
	atomic_fetch_and(&slot->watchers, ~xfi_bit(member));
	if (xfi_head_member(head) == member + 1 && xfi_head_state(head) == XFI_CLOSING)
		/* Undo the dead member's closing; if it is still due, it is done below. */
		atomic_compare_exchange_strong(&slot->head, &head,
			xfi_head(xfi_head_type(head), XFI_LIVE, 0, xfi_head_generation(head)));
	free_if_unused(d, index, member);
}
