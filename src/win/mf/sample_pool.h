/* SPDX-License-Identifier: MIT */
/*
 * Pool: the samples of an allocator. One that is released is used again when its synchronization
 * objects have nothing pending, either; until then it is out. A pool lives on until the last sample
 * is back, whatever happens to the allocator.
 *
 * The driver's thread, which tells of a final release, only puts the sample on a list: it may call
 * nothing. The pool's own thread sleeps until there is something on it, and goes on from there. It
 * also calls the program's notification, so that nobody is called back from within Release.
 *
 * Thread-safety: safe.
 */
#ifndef XFI_WIN_MF_SAMPLE_POOL_H
#define XFI_WIN_MF_SAMPLE_POOL_H

#include "win/mf/sample_source.h"

#include <mfidl.h>

struct xfi_sample_pool;

struct xfi_sample_pool *xfi_sample_pool_create(void); /* NULL: out of memory */
/* The allocator is gone. What is out comes back later, and ends then. Never waits. */
void xfi_sample_pool_end(struct xfi_sample_pool *pool);

/*
 * Makes `initial` samples, in place of all there were. On failure there are none. Takes the
 * source's reference on success.
 */
HRESULT xfi_sample_pool_fill(struct xfi_sample_pool *pool, struct xfi_sample_source *source,
	DWORD initial, DWORD maximum);
/* Ends the samples that are free; the others as they come back. Never waits. */
void xfi_sample_pool_empty(struct xfi_sample_pool *pool);

/* MF_E_NOT_INITIALIZED; MF_E_SAMPLEALLOCATOR_EMPTY: all are out. */
HRESULT xfi_sample_pool_take(struct xfi_sample_pool *pool, IMFSample **ret_sample);
LONG xfi_sample_pool_free_count(struct xfi_sample_pool *pool);

/* NULL: nobody is told. E_OUTOFMEMORY: no thread. */
HRESULT xfi_sample_pool_set_notify(
	struct xfi_sample_pool *pool, IMFVideoSampleAllocatorNotify *notify);

#endif
