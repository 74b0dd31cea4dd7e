/* SPDX-License-Identifier: MIT */
/*
 * A pair of memory barriers of unequal cost, for two threads that each write a flag and then look
 * at the other's. Whoever calls xfi_barrier_all() makes every running thread of the process pass a
 * full barrier (membarrier(2)), so that the other side needs none of its own. Where the kernel
 * refuses, both are full barriers.
 */
#ifndef XFI_WIN_BARRIER_H
#define XFI_WIN_BARRIER_H

#include <stdatomic.h>
#include <stdbool.h>

/* Set once, when the library is loaded, to whether the kernel does its part. */
extern bool xfi_barrier_by_kernel;

void xfi_barrier_all(void);

static inline void xfi_barrier_one(void)
{
	if (__builtin_expect(xfi_barrier_by_kernel, 1))
		atomic_signal_fence(memory_order_seq_cst); /* the compiler keeps the order, too */
	else
		atomic_thread_fence(memory_order_seq_cst);
}

#endif
