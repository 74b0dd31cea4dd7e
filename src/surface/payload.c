/* SPDX-License-Identifier: MIT */
/*
 * Room for surfaces in the domain's payload. There is no allocator to corrupt: what is taken is
 * what the live surfaces say, looked up under the domain's lock by whoever wants more. A surface
 * whose maker dies half-way disappears with its slot, and its room with it.
 */
#include <errno.h>
#include <stdlib.h>

#include "shm/arena.h"
#include "shm/member.h"
#include "shm/object.h"
#include "surface/payload.h"
#include "surface/surface.h"

struct range {
	uint64_t begin, end;
};

struct request {
	uint32_t index; /* the slot to write it into */
	uint64_t size;
};

static int by_begin(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static bool taken_range(struct xf_domain *d, uint32_t index, struct range *ret)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t head = atomic_load(&slot->head);
	if (xfi_head_state(head) == XFI_FREE || xfi_head_type(head) != XF_SURFACE)
		return false;
	uint64_t offset = slot->hot.surface.payload_offset, size = slot->hot.surface.size_bytes;
	if (offset == XFI_IMPORTED || !size || __builtin_add_overflow(offset, size, &ret->end))
		return false;
	ret->begin = offset;
	return true;
}

/* All taken ranges in order; the caller frees. Room for one more than there are slots in use. */
static int list_taken(struct xf_domain *d, struct range **ret_ranges, size_t *ret_count)
{
	uint32_t end = atomic_load(&d->header->slots_end);
	size_t count = 0, room = 64;
	struct range *ranges = malloc(room * sizeof(*ranges)), range;
	for (uint32_t i = 0; ranges && i < end && i < d->geometry.capacity; i++) {
		if (!taken_range(d, i, &range))
			continue;
		if (count == room) {
			struct range *more = realloc(ranges, (room *= 2) * sizeof(*ranges));
			if (!more)
				free(ranges);
			ranges = more;
		}
		if (ranges)
			ranges[count++] = range;
	}
	if (!ranges)
		return -ENOMEM;
	qsort(ranges, count, sizeof(*ranges), by_begin);
	*ret_ranges = ranges;
	*ret_count = count;
	return 0;
}

static int take(struct xf_domain *d, void *arg)
{
	struct request *request = arg;
	struct range *ranges;
	size_t count;
	uint64_t begin = 0;
	int r = list_taken(d, &ranges, &count);
	if (r)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].begin >= begin && ranges[i].begin - begin >= request->size)
			break;
		if (ranges[i].end > begin)
			begin = xfi_page_up(ranges[i].end);
	}
	free(ranges);
	if (begin > d->geometry.payload_bytes || d->geometry.payload_bytes - begin < request->size)
		return -ENOSPC;
	struct xfi_surface_hot *hot = &xfi_slot(d, request->index)->hot.surface;
	hot->payload_offset = begin;
	hot->size_bytes = request->size;
	return 0;
}

int xfi_payload_take(struct xf_domain *d, uint32_t index, uint64_t size_bytes)
{
	struct request request = { index, xfi_page_up(size_bytes) };
	int r = xfi_member_call(d, take, &request);
	if (!r) /* whoever had it before may have died before it was dropped */
		xfi_arena_drop_payload(
			d, xfi_slot(d, index)->hot.surface.payload_offset, request.size);
	return r;
}
