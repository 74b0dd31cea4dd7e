/* SPDX-License-Identifier: MIT */
/*
 * Slots: what a driver's handle leads to. The service (one thread, host.lock) takes, opens and ends
 * them; the signal world (any thread, no lock) enters and leaves. A slot's count of calls under way
 * is what keeps the pointers alive that a call found in it.
 */
#ifndef XFH_SLOT_H
#define XFH_SLOT_H

#include <stdatomic.h>
#include <stdint.h>

#include <crossfence/host.h>

struct xfh_channel;
struct xfh_own_event;

enum xfh_slot_kind { XFH_SLOT_VM = 1, XFH_SLOT_WORKER, XFH_SLOT_LOCAL, XFH_SLOT_CPU_EVENT };

/* State in bits 30-31 of a slot's word. The values are chosen so that live + 1 is lost and
 * either one | dying is dying: every change is one atomic operation. */
#define XFH_SLOT_CALLS		  UINT64_C(0x3fffffff) /* calls under way */
#define XFH_SLOT_STATE		  UINT64_C(0xc0000000)
#define XFH_SLOT_FREE		  UINT64_C(0x00000000)
#define XFH_SLOT_LIVE		  UINT64_C(0x40000000)
#define XFH_SLOT_LOST		  UINT64_C(0x80000000) /* the channel is gone */
#define XFH_SLOT_DYING		  UINT64_C(0xc0000000) /* being destroyed */
#define XFH_SLOT_GENERATION_SHIFT 32

struct xfh_slot {
	_Atomic uint64_t word; /* generation, state, calls; waited on by its low half */
	/* Written while the slot is free; read by calls that found it live. */
	enum xfh_slot_kind kind;
	struct xfh_channel *channel;
	uint32_t process;
	uint64_t event; /* CPU events */
	const struct xf_host_events *events; /* local processes: where theirs are */
	struct xfh_own_event *own_event; /* events of the host's own table */
	_Atomic uint64_t accepted;
	uint32_t next_free; /* host.lock or own_lock */
};

#define XFH_SLOTS_PER_CHUNK 256
#define XFH_SLOT_CHUNKS	    4096
#define XFH_SLOTS_MAX	    (XFH_SLOTS_PER_CHUNK * XFH_SLOT_CHUNKS)
#define XFH_SLOTS_LOCAL	    4096 /* kept for processes of the host itself */

struct xfh_slots {
	_Atomic(struct xfh_slot *) chunks[XFH_SLOT_CHUNKS]; /* never freed before the host */
	uint32_t n_chunks, free; /* free: index + 1 of the first free one */
};

int xfh_slot_take(struct xfh_slots *slots, struct xfh_slot **ret_slot, xf_host_handle *ret_handle);
void xfh_slot_open(struct xfh_slot *slot); /* free -> live */
void xfh_slot_lose(struct xfh_slot *slot); /* live -> lost */
void xfh_slot_kill(struct xfh_slot *slot); /* live or lost -> dying */
void xfh_slot_wait(struct xfh_slot *slot); /* until no call is under way */
void xfh_slot_give(struct xfh_slots *slots, struct xfh_slot *slot, xf_host_handle handle);
/* Begins a call: NULL when the handle is not (any more) one; else *ret_state. Pair with leave. */
struct xfh_slot *xfh_slot_enter(
	struct xfh_slots *slots, xf_host_handle handle, uint64_t *ret_state);
void xfh_slot_leave(struct xfh_slot *slot);
void xfh_slots_finish(struct xfh_slots *slots);

#endif
