/* SPDX-License-Identifier: MIT */
/*
 * Slots: what a driver's handle leads to. The service (one thread, host.lock) takes, opens and ends
 * them; the signal world (any thread, no lock) enters and leaves. A slot's count of calls under way
 * is what keeps the pointers alive that a call found in it.
 */
#ifndef XFI_HOST_SLOT_H
#define XFI_HOST_SLOT_H

#include <stdatomic.h>
#include <stdint.h>

#include <crossfence/host.h>

struct channel;
struct own_event;

enum slot_kind { SLOT_VM = 1, SLOT_WORKER, SLOT_LOCAL, SLOT_CPU_EVENT };

/* State in bits 30-31 of a slot's word. The values are chosen so that live + 1 is lost and
 * either one | dying is dying: every change is one atomic operation. */
#define SLOT_CALLS	      UINT64_C(0x3fffffff) /* calls under way */
#define SLOT_STATE	      UINT64_C(0xc0000000)
#define SLOT_FREE	      UINT64_C(0x00000000)
#define SLOT_LIVE	      UINT64_C(0x40000000)
#define SLOT_LOST	      UINT64_C(0x80000000) /* the channel is gone */
#define SLOT_DYING	      UINT64_C(0xc0000000) /* being destroyed */
#define SLOT_GENERATION_SHIFT 32

struct slot {
	_Atomic uint64_t word; /* generation, state, calls; waited on by its low half */
	/* Written while the slot is free; read by calls that found it live. */
	enum slot_kind kind;
	struct channel *channel;
	uint32_t process;
	uint64_t event; /* CPU events */
	struct own_event *own_event; /* events of the host's own table */
	_Atomic uint64_t accepted;
	uint32_t next_free; /* host.lock or own_lock */
};

#define SLOTS_PER_CHUNK 256
#define CHUNKS		1024

struct slots {
	_Atomic(struct slot *) chunks[CHUNKS]; /* never freed before the host */
	uint32_t n_chunks, free; /* free: index + 1 of the first free one */
};

int xfi_slot_take(struct slots *slots, struct slot **ret_slot, xf_host_handle *ret_handle);
void xfi_slot_open(struct slot *slot); /* free -> live */
void xfi_slot_lose(struct slot *slot); /* live -> lost */
void xfi_slot_kill(struct slot *slot); /* live or lost -> dying */
void xfi_slot_wait(struct slot *slot); /* until no call is under way */
void xfi_slot_give(struct slots *slots, struct slot *slot, xf_host_handle handle);
/* Begins a call: NULL when the handle is not (any more) one; else *ret_state. Pair with leave. */
struct slot *xfi_slot_enter(struct slots *slots, xf_host_handle handle, uint64_t *ret_state);
void xfi_slot_leave(struct slot *slot);
void xfi_slots_finish(struct slots *slots);

#endif
