/* SPDX-License-Identifier: MIT */
/*
 * By which of this process' handles of a pool it came to what it holds. A surface's set of holders
 * knows members only; but a library in the process may have a handle of its own, and closing that
 * gives up nothing of another one's.
 *
 * A handle has what was held or rejoined through it. What others shared with this member belongs to
 * those handles that have subscribed. To give a surface up is the member's, through any handle.
 */
#ifndef XFI_SURFACE_HOLDS_H
#define XFI_SURFACE_HOLDS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <crossfence/pool.h>

/* Of one handle. */
struct xfi_holds {
	_Atomic uint64_t held; /* surfaces that it has */
	_Atomic uint8_t trying[XF_POOL_MAX]; /* threads that may be about to have it */
	_Atomic bool crowded; /* there are others */
	/* Under local_lock, as the list is. */
	bool subscribed;
	bool received; /* has subscribed at any time */
	struct xf_pool *next;
};

/* A handle begins, before anything is held through it. */
void xfi_holds_enter(struct xf_pool *pool);

/* It ends. `give_up`: and with it what it has, and its subscription. Not for a forked child. */
void xfi_holds_leave(struct xf_pool *pool, bool give_up);

/* As xfi_pool_take(). */
bool xfi_holds_take(struct xf_pool *pool, uint32_t i);

/* As xf_pool_rejoin(). */
int xfi_holds_rejoin(struct xf_pool *pool, uint32_t i);

/* As xfi_pool_drop(), whichever handle it was. */
bool xfi_holds_give(struct xf_pool *pool, uint32_t i);

/* This member is a reader as long as one of its handles has subscribed. */
void xfi_holds_subscribe(struct xf_pool *pool, bool in);

#endif
