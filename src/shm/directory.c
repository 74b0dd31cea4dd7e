/* SPDX-License-Identifier: MIT */
/*
 * A table of words that say which slots to ask. It decides nothing: a word that leads nowhere is
 * passed over, since the object itself is asked, and what the table lacks is noted, so that whoever
 * misses it walks through the slots. So no step in here can lose an object or make one up.
 *
 * What an object is found by has two buckets, by hash, and its word stands in one of them. A word:
 *	bits 0-31	generation
 *	bits 32-51	slot
 *	bits 52-63	further bits of the hash, so that mostly only one slot is asked
 * 0 is free. So is a word whose object has ended: nobody enters the same one again.
 *
 * Each bucket's last word, `hidden`, says what it may lack:
 *	bits 0-31	no object newer than this generation; 0: it lacks none
 *	bits 32-63	count of changes
 *
 * Two half-empty buckets are both full only where very many objects have the same label, or
 * somebody wants it so. Then the newcomer takes the place of an older one:
 *
 *	raise `hidden` to the older one's generation; swap the word; raise `hidden` again
 *
 * Whoever looks reads words first and `hidden` afterwards. It has missed the older one's word only
 * if it was swapped, and then sees the generation that was raised before: what it has found is the
 * newest if it is newer than that. Whoever walks through all and finds nothing that is missing
 * clears `hidden`, if it is as it was before the walk. That is what the second raise is for:
 *
 *	swapped before the walk came by		the walk finds it missing
 *	swapped later, raised before clearing	`hidden` is not as it was
 *	swapped later, raised after clearing	it is raised again
 *
 * A newcomer that dies between its steps is found by the sweep, since its slot is still being
 * built; then all that is older than it may be hidden (xfi_directory_half_entered()).
 */
#include "shm/directory.h"

#include <string.h>

#include "base/kill_point.h"
#include "shm/annex.h"
#include "shm/object.h"

#define ATTEMPTS 64 /* more only if somebody writes there for fun */

#define INDEX_BITS 20
_Static_assert(XF_OBJECTS_MAX <= 1u << INDEX_BITS, "slot indices fit");

struct xfi_label xfi_label_of(const char *text)
{
	struct xfi_label label = { { 0 } };
	memcpy(label.words, text, strnlen(text, XF_LABEL_MAX));
	return label;
}

struct xfi_label xfi_label_words(const struct xfi_slot *slot)
{
	struct xfi_label label;
	for (unsigned i = 0; i < XFI_LABEL_WORDS; i++)
		label.words[i] = atomic_load_explicit(&slot->cold.words[i], memory_order_relaxed);
	/* Whoever looks at the head afterwards knows whose label it was. */
	atomic_thread_fence(memory_order_acquire);
	return label;
}

bool xfi_label_equal(const struct xfi_label *a, const struct xfi_label *b)
{
	return memcmp(a->words, b->words, sizeof(a->words)) == 0;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

uint64_t xfi_hash_of_label(const struct xfi_label *label)
{
	uint64_t hash = UINT64_C(0xd6e8feb86659fd93);
	for (unsigned i = 0; i < XFI_LABEL_WORDS; i++)
		hash = mix(hash, label->words[i]);
	return mix(hash, 0);
}

uint64_t xfi_hash_of_part(const struct xfi_part *part)
{
	return mix(mix(mix(0, part->whole), part->place), 0);
}

static struct xfi_part part_of(const struct xfi_slot *slot)
{
	return (struct xfi_part){ xfi_get(&slot->hot.surface.pool),
		xfi_get(&slot->hot.surface.index) };
}

bool xfi_is_part(struct xf_domain *d, uint32_t index, const void *arg)
{
	const struct xfi_part *wanted = arg;
	const struct xfi_slot *slot = xfi_slot(d, index);
	struct xfi_part part = part_of(slot);
	return xfi_head_type(atomic_load(&slot->head)) == XF_SURFACE &&
	       part.whole == wanted->whole && part.place == wanted->place;
}

static bool surface_label(const struct xf_domain *d, uint32_t index, struct xfi_label *ret_label)
{
	struct xfi_annex annex;
	if (!xfi_has_label(xfi_slot(d, index)) || xfi_annex_read(d, index, &annex))
		return false;
	*ret_label = xfi_label_of(annex.label);
	return true;
}

/* False: nobody looks for it by anything but its id. */
static bool hash_of(const struct xf_domain *d, uint32_t index, uint64_t head, uint64_t *ret_hash)
{
	const struct xfi_slot *slot = xfi_slot(d, index);
	struct xfi_label label = { { 0 } };
	if (xfi_head_type(head) == XF_SURFACE) {
		struct xfi_part part = part_of(slot);
		*ret_hash = xfi_hash_of_part(&part);
		if (part.whole || !surface_label(d, index, &label))
			return part.whole;
	} else {
		label = xfi_label_words(slot);
	}
	*ret_hash = xfi_hash_of_label(&label);
	return label.words[0];
}

struct place {
	struct xfi_directory_bucket *buckets[2];
	uint64_t tag; /* in its place in a word */
};

static struct place place_of(const struct xf_domain *d, uint64_t hash)
{
	uint64_t count = d->geometry.capacity / XFI_DIRECTORY_SHARE;
	uint64_t first = (uint32_t)hash * count >> 32;
	uint64_t second = (hash >> 32) * count >> 32;
	if (second == first)
		second = (first + 1) % count;
	return (struct place){ { &d->directory[first], &d->directory[second] },
		hash * UINT64_C(0xd6e8feb86659fd93) >> 52 << 52 };
}

static uint64_t word_of(const struct place *place, uint32_t index, uint32_t generation)
{
	return place->tag | (uint64_t)index << 32 | generation;
}

static uint32_t index_of(uint64_t word)
{
	return word >> 32 & ((1u << INDEX_BITS) - 1);
}

static bool newer(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* Its object has ended, or never was. */
static bool is_over(const struct xf_domain *d, uint64_t word)
{
	if (index_of(word) >= d->geometry.capacity)
		return true;
	uint64_t head = atomic_load(&xfi_slot(d, index_of(word))->head);
	return xfi_head_state(head) == XFI_FREE || xfi_head_generation(head) != (uint32_t)word;
}

static void raise_hidden(struct xfi_directory_bucket *bucket, uint32_t generation)
{
	uint64_t seen = atomic_load(&bucket->hidden), next;
	for (int i = 0; i < ATTEMPTS; i++) {
		uint32_t until = (uint32_t)seen;
		if (!until || newer(generation, until))
			until = generation;
		next = ((seen >> 32) + 1) << 32 | until;
		if (atomic_compare_exchange_strong(&bucket->hidden, &seen, next))
			return;
	}
	atomic_store(&bucket->hidden, next); /* whoever keeps changing it wants it wrong anyway */
}

/* Where a word can be put. */
struct seat {
	struct xfi_directory_bucket *bucket;
	unsigned i;
	uint64_t word; /* there now */
};

/* Among free ones, in the emptier bucket; false: there is none. */
static bool find_free(const struct place *place, struct seat *ret)
{
	unsigned best = 0;
	for (unsigned b = 0; b < 2; b++) {
		unsigned count = 0, first = 0;
		for (unsigned i = 0; i < XFI_DIRECTORY_WORDS; i++)
			if (!atomic_load(&place->buckets[b]->words[i]) && count++ == 0)
				first = i;
		if (count <= best)
			continue;
		best = count;
		*ret = (struct seat){ place->buckets[b], first, 0 };
	}
	return best;
}

/*
 * One that is over; else the oldest of those that have a newer one of the same hash beside them;
 * else the oldest. *ret_taken: it is not over.
 */
static void find_worst(
	const struct xf_domain *d, const struct place *place, struct seat *ret, bool *ret_taken)
{
	struct seat seats[2 * XFI_DIRECTORY_WORDS];
	const unsigned n = 2 * XFI_DIRECTORY_WORDS;
	bool doubled = false;
	*ret_taken = false;
	for (unsigned s = 0; s < n; s++) {
		struct xfi_directory_bucket *bucket = place->buckets[s / XFI_DIRECTORY_WORDS];
		unsigned i = s % XFI_DIRECTORY_WORDS;
		seats[s] = (struct seat){ bucket, i, atomic_load(&bucket->words[i]) };
		*ret = seats[s];
		if (is_over(d, seats[s].word))
			return;
	}
	*ret_taken = true;
	for (unsigned s = 0; s < n; s++) {
		bool beside = false;
		for (unsigned k = 0; k < n && !beside; k++)
			beside = seats[k].word >> 52 == seats[s].word >> 52 &&
				 newer((uint32_t)seats[k].word, (uint32_t)seats[s].word);
		if (beside == doubled ? newer((uint32_t)ret->word, (uint32_t)seats[s].word)
				      : beside) {
			*ret = seats[s];
			doubled = beside;
		}
	}
}

static bool try_enter(struct xf_domain *d, const struct place *place, uint64_t word)
{
	struct seat seat;
	bool taken = false;
	if (!find_free(place, &seat))
		find_worst(d, place, &seat, &taken);
	uint64_t seen = seat.word;
	if (taken)
		raise_hidden(seat.bucket, (uint32_t)seen);
	XFI_KILL_POINT("directory:announced");
	if (!atomic_compare_exchange_strong(&seat.bucket->words[seat.i], &seen, word))
		return false;
	XFI_KILL_POINT("directory:entered");
	if (taken)
		raise_hidden(seat.bucket, (uint32_t)seat.word);
	return true;
}

static void hide(const struct place *place, uint32_t generation)
{
	raise_hidden(place->buckets[0], generation);
	raise_hidden(place->buckets[1], generation);
}

void xfi_directory_enter(struct xf_domain *d, uint32_t index)
{
	uint64_t hash, head = atomic_load(&xfi_slot(d, index)->head);
	if (!hash_of(d, index, head, &hash))
		return;
	struct place place = place_of(d, hash);
	uint64_t word = word_of(&place, index, xfi_head_generation(head));
	for (int i = 0; i < ATTEMPTS; i++)
		if (try_enter(d, &place, word))
			return;
	hide(&place, xfi_head_generation(head));
}

void xfi_directory_remove(struct xf_domain *d, uint32_t index)
{
	uint64_t hash, head = atomic_load(&xfi_slot(d, index)->head);
	if (!hash_of(d, index, head, &hash))
		return;
	struct place place = place_of(d, hash);
	uint64_t word = word_of(&place, index, xfi_head_generation(head));
	for (unsigned b = 0; b < 2; b++)
		for (unsigned i = 0; i < XFI_DIRECTORY_WORDS; i++) {
			uint64_t seen = atomic_load(&place.buckets[b]->words[i]);
			if (seen == word)
				atomic_compare_exchange_strong(
					&place.buckets[b]->words[i], &seen, 0);
		}
	XFI_KILL_POINT("directory:removed");
}

void xfi_directory_half_entered(struct xf_domain *d, uint32_t index)
{
	uint64_t hash, head = atomic_load(&xfi_slot(d, index)->head);
	if (!hash_of(d, index, head, &hash))
		return;
	struct place place = place_of(d, hash);
	hide(&place, xfi_head_generation(head));
}

xf_id xfi_directory_find(struct xf_domain *d, uint64_t hash, xfi_matches_fn *matches,
	const void *arg, bool *ret_sure)
{
	struct place place = place_of(d, hash);
	xf_id found = 0;
	bool sure = true;
	for (unsigned b = 0; b < 2; b++)
		for (unsigned i = 0; i < XFI_DIRECTORY_WORDS; i++) {
			uint64_t word = atomic_load(&place.buckets[b]->words[i]);
			if (!word || word >> 52 != place.tag >> 52 ||
				index_of(word) >= d->geometry.capacity)
				continue;
			xf_id id = xfi_object_id(d, index_of(word));
			if ((uint32_t)id != (uint32_t)word ||
				(found && !newer((uint32_t)id, (uint32_t)found)) ||
				!matches(d, index_of(word), arg) ||
				xfi_object_id(d, index_of(word)) != id)
				continue;
			found = id;
		}
	for (unsigned b = 0; b < 2; b++) {
		uint32_t hidden = (uint32_t)atomic_load(&place.buckets[b]->hidden);
		sure &= !hidden || (found && !newer(hidden, (uint32_t)found));
	}
	*ret_sure = sure;
	return found;
}

static bool has(const struct place *place, uint64_t word)
{
	for (unsigned b = 0; b < 2; b++)
		for (unsigned i = 0; i < XFI_DIRECTORY_WORDS; i++)
			if (atomic_load(&place->buckets[b]->words[i]) == word)
				return true;
	return false;
}

/* Of which of the buckets the object in this slot is missing. */
static void look_for_missing(const struct xf_domain *d, uint32_t index, uint64_t head,
	const struct place *place, bool missing[2])
{
	uint64_t hash;
	if (!hash_of(d, index, head, &hash))
		return;
	struct place own = place_of(d, hash);
	for (unsigned b = 0; b < 2; b++)
		if ((own.buckets[0] == place->buckets[b] || own.buckets[1] == place->buckets[b]) &&
			!has(&own, word_of(&own, index, xfi_head_generation(head))))
			missing[b] = true;
}

/* Who is newest, and with a place what is missing there. */
static xf_id walk(struct xf_domain *d, const struct place *place, bool missing[2],
	xfi_matches_fn *matches, const void *arg)
{
	uint32_t end = atomic_load(&d->header->slots_end);
	xf_id found = 0;
	for (uint32_t i = 0; i < end && i < d->geometry.capacity; i++) {
		uint64_t head = atomic_load(&xfi_slot(d, i)->head);
		xf_id id = xfi_id(xfi_head_type(head), i, xfi_head_generation(head));
		if (xfi_head_state(head) == XFI_FREE)
			continue;
		/* Also one that is being built: whoever builds it may die. */
		if (place)
			look_for_missing(d, i, head, place, missing);
		if (xfi_head_there(head) && (!found || newer((uint32_t)id, (uint32_t)found)) &&
			matches(d, i, arg) && xfi_object_id(d, i) == id)
			found = id;
	}
	return found;
}

xf_id xfi_directory_walk(struct xf_domain *d, xfi_matches_fn *matches, const void *arg)
{
	return walk(d, NULL, NULL, matches, arg);
}

xf_id xfi_directory_search(
	struct xf_domain *d, uint64_t hash, xfi_matches_fn *matches, const void *arg)
{
	bool sure, missing[2] = { false, false };
	xf_id found = xfi_directory_find(d, hash, matches, arg, &sure);
	if (sure)
		return found;
	struct place place = place_of(d, hash);
	uint64_t before[2] = { atomic_load(&place.buckets[0]->hidden),
		atomic_load(&place.buckets[1]->hidden) };
	found = walk(d, &place, missing, matches, arg);
	for (unsigned b = 0; b < 2 && !d->read_only; b++)
		if (before[b] && !missing[b])
			atomic_compare_exchange_strong(&place.buckets[b]->hidden, &before[b], 0);
	return found;
}
