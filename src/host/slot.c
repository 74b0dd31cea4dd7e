/* SPDX-License-Identifier: MIT */
/*
 * Slots: what a driver's handle leads to. A handle is (generation, index); a call through a stale
 * one is refused by the generation. Calls count themselves in and out of the slot's word, in one
 * atomic add each, and whoever destroys waits for the count: that is the whole synchronisation
 * between DxgkCbSignalEvent and DxgkDdiDestroyProcess.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/futex.h"
#include "host/slot.h"

static struct xfh_slot *at(struct xfh_slots *slots, uint64_t index)
{
	if (index >= (uint64_t)XFH_SLOT_CHUNKS * XFH_SLOTS_PER_CHUNK)
		return NULL;
	struct xfh_slot *chunk = atomic_load_explicit(
		&slots->chunks[index / XFH_SLOTS_PER_CHUNK], memory_order_acquire);
	return chunk ? &chunk[index % XFH_SLOTS_PER_CHUNK] : NULL;
}

static int add_chunk(struct xfh_slots *slots)
{
	if (slots->n_chunks == XFH_SLOT_CHUNKS)
		return -ENOSPC;
	struct xfh_slot *chunk = calloc(XFH_SLOTS_PER_CHUNK, sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	uint32_t first = slots->n_chunks * XFH_SLOTS_PER_CHUNK;
	for (uint32_t i = XFH_SLOTS_PER_CHUNK; i--;) {
		chunk[i].next_free = slots->free;
		slots->free = first + i + 1;
	}
	/* Pairs with at(): the slots are zeroed before a handle can reach them. */
	atomic_store_explicit(&slots->chunks[slots->n_chunks++], chunk, memory_order_release);
	return 0;
}

int xfh_slot_take(struct xfh_slots *slots, struct xfh_slot **ret_slot, xf_host_handle *ret_handle)
{
	int r = slots->free ? 0 : add_chunk(slots);
	if (r)
		return r;
	uint32_t index = slots->free - 1;
	struct xfh_slot *slot = at(slots, index);
	slots->free = slot->next_free;
	uint64_t word = atomic_fetch_add(&slot->word, UINT64_C(1) << XFH_SLOT_GENERATION_SHIFT);
	uint64_t generation = (word >> XFH_SLOT_GENERATION_SHIFT) + 1;
	atomic_store(&slot->accepted, 0);
	*ret_slot = slot;
	*ret_handle = (generation & UINT32_MAX) << XFH_SLOT_GENERATION_SHIFT | (index + 1);
	return 0;
}

void xfh_slot_open(struct xfh_slot *slot)
{
	/* Release: the fields of the slot before the state that lets calls read them. */
	atomic_fetch_or_explicit(&slot->word, XFH_SLOT_LIVE, memory_order_release);
}

void xfh_slot_lose(struct xfh_slot *slot)
{
	/* Only the service changes states, so looking first is enough. */
	if ((atomic_load(&slot->word) & XFH_SLOT_STATE) == XFH_SLOT_LIVE)
		atomic_fetch_add(&slot->word, XFH_SLOT_LOST - XFH_SLOT_LIVE);
}

void xfh_slot_kill(struct xfh_slot *slot)
{
	atomic_fetch_or(&slot->word, XFH_SLOT_DYING);
}

void xfh_slot_wait(struct xfh_slot *slot)
{
	for (;;) {
		uint64_t word = atomic_load(&slot->word);
		if (!(word & XFH_SLOT_CALLS))
			return;
		/* The low half, little-endian, holds calls and state: a change of either wakes. */
		if (syscall(SYS_futex, &slot->word, FUTEX_WAIT_PRIVATE, (uint32_t)word, NULL, NULL,
			    0) &&
			xfi_futex_is_denied(errno))
			(void)xfi_futex_rest(XF_NEVER);
	}
}

void xfh_slot_give(struct xfh_slots *slots, struct xfh_slot *slot, xf_host_handle handle)
{
	atomic_fetch_and(&slot->word, ~XFH_SLOT_STATE);
	slot->next_free = slots->free;
	slots->free = (uint32_t)handle;
}

struct xfh_slot *xfh_slot_enter(struct xfh_slots *slots, xf_host_handle handle, uint64_t *ret_state)
{
	uint64_t index = handle & UINT32_MAX;
	struct xfh_slot *slot = index ? at(slots, index - 1) : NULL;
	if (!slot)
		return NULL;
	/* Acquire: pairs with xfh_slot_open(). The count keeps what the slot points to. */
	uint64_t word = atomic_fetch_add_explicit(&slot->word, 1, memory_order_acquire);
	if (word >> XFH_SLOT_GENERATION_SHIFT != handle >> XFH_SLOT_GENERATION_SHIFT ||
		(word & XFH_SLOT_STATE) == XFH_SLOT_FREE) {
		xfh_slot_leave(slot);
		return NULL;
	}
	*ret_state = word & XFH_SLOT_STATE;
	return slot;
}

void xfh_slot_leave(struct xfh_slot *slot)
{
	uint64_t word = atomic_fetch_sub(&slot->word, 1);
	/* Live slots have nobody waiting for their count. */
	if ((word & XFH_SLOT_CALLS) == 1 && (word & XFH_SLOT_STATE) > XFH_SLOT_LIVE)
		syscall(SYS_futex, &slot->word, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

void xfh_slots_finish(struct xfh_slots *slots)
{
	for (uint32_t i = 0; i < slots->n_chunks; i++)
		free(atomic_load(&slots->chunks[i]));
}
