/* SPDX-License-Identifier: MIT */
/*
 * Room for surfaces in the domain's payload. There is no allocator to corrupt: what is taken is
 * what the live surfaces say. Each page has a word that names the slot that took it last, so
 * whether it is taken still is one look at that slot, and a surface that ends needs to tell nobody.
 *
 * Room is taken under the domain's lock, in this order: the words of all its pages; the offset; the
 * size. A surface without a size has no room. So if the maker dies before the last step, its words
 * name a slot that does not cover them, as the words before did. After it the surface has its room
 * until its slot, or its size, is cleared, by whoever frees it or sweeps after the maker.
 *
 * The search goes on where the last one ended, from surface to surface, so it costs the same
 * however many objects there are; only a payload that is almost full is gone through once around.
 */
#include <errno.h>

#include "base/kill_point.h"
#include "shm/arena.h"
#include "shm/member.h"
#include "shm/object.h"
#include "surface/payload.h"
#include "surface/surface.h"

struct request {
	uint32_t index; /* the slot to write it into */
	uint32_t pages;
};

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The first page behind the surface that has this one; the page itself: nobody has. */
static uint32_t taken_until(const struct xf_domain *d, uint32_t page)
{
	uint64_t begin, end, at = (uint64_t)page * XFI_PAGE;
	uint32_t taker = atomic_load_explicit(&d->pages[page], memory_order_relaxed);
	if (!taker || taker > d->geometry.capacity)
		return page;
	const struct xfi_slot *slot = xfi_slot(d, taker - 1);
	uint64_t head = atomic_load(&slot->head);
	if (xfi_head_state(head) == XFI_FREE || xfi_head_type(head) != XF_SURFACE)
		return page;
	begin = xfi_get(&slot->hot.surface.payload_offset);
	end = xfi_get(&slot->hot.surface.size_bytes);
	if (!end || __builtin_add_overflow(begin, end, &end) || at < begin || at >= end ||
		end > d->geometry.payload_bytes)
		return page;
	return (uint32_t)(xfi_page_up(end) / XFI_PAGE);
}

/* `pages` free ones in [first, end); false: none. */
static bool find(const struct xf_domain *d, uint32_t first, uint32_t end, uint32_t pages,
	uint32_t *ret_first)
{
	uint32_t never = atomic_load(&d->header->pages_end);
	for (uint32_t at = first; at < never && at - first < pages && at < end;) {
		uint32_t until = taken_until(d, at);
		if (until > at)
			first = at = until;
		else
			at++;
	}
	*ret_first = first;
	return first <= end && end - first >= pages;
}

static void write_down(struct xf_domain *d, const struct request *request, uint32_t first)
{
	uint32_t end = first + request->pages;
	struct xfi_surface_hot *hot = &xfi_slot(d, request->index)->hot.surface;
	if (atomic_load(&d->header->pages_end) < end)
		atomic_store(&d->header->pages_end, end);
	for (uint32_t page = first; page < end; page++)
		atomic_store_explicit(&d->pages[page], request->index + 1, memory_order_relaxed);
	XFI_KILL_POINT("payload:marked");
	xfi_put(&hot->payload_offset, (uint64_t)first * XFI_PAGE);
	atomic_thread_fence(memory_order_release);
	xfi_put(&hot->size_bytes, (uint64_t)request->pages * XFI_PAGE);
	atomic_store(&d->header->pages_next, end);
}

static int take(struct xf_domain *d, void *arg)
{
	const struct request *request = arg;
	uint32_t end = (uint32_t)(d->geometry.payload_bytes / XFI_PAGE), first;
	uint32_t next = min(atomic_load(&d->header->pages_next), end);
	if (!find(d, next, end, request->pages, &first) &&
		!find(d, 0, min(end, next + request->pages), request->pages, &first))
		return -ENOSPC;
	write_down(d, request, first);
	return 0;
}

int xfi_payload_take(struct xf_domain *d, uint32_t index, uint64_t size_bytes)
{
	if (size_bytes > d->geometry.payload_bytes)
		return -ENOSPC;
	struct request request = { index, (uint32_t)(xfi_page_up(size_bytes) / XFI_PAGE) };
	int r = xfi_member_call(d, take, &request);
	if (!r) /* whoever had it before may have died before it was dropped */
		xfi_arena_drop_payload(d, xfi_get(&xfi_slot(d, index)->hot.surface.payload_offset),
			(uint64_t)request.pages * XFI_PAGE);
	return r;
}
