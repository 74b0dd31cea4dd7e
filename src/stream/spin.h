/* SPDX-License-Identifier: MIT */
/*
 * Spinning before a sleep. Whoever runs on another CPU often needs less time than we would to go to
 * sleep and be woken, so that a short wait is best spun through; but pictures of a film are
 * milliseconds apart, and a spin before each of them is nothing but heat. A handle's waits are
 * alike: no spin after one that was long, be it that a spin ran out or that the sleep took longer
 * than one. A short sleep, which says that frames come quickly again, brings spinning back.
 */
#ifndef XFI_STREAM_SPIN_H
#define XFI_STREAM_SPIN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/cpu.h"
#include <crossfence/result.h>

#define XFI_SPINS   2000 /* see sync/keyed_mutex.c */
#define XFI_PAUSES  64 /* from look to look: each takes lines from who is busy with them */
#define XFI_SPUN_NS 100000 /* about what they take */

/* May be a moment old: where threads share the handle one spins more, or less. */
struct xfi_spin {
	_Atomic bool slow; /* the last wait was too long */
};

/* `theirs`: the CPU that whoever is waited for ran on, see base/cpu.h. */
static inline bool xfi_spin_pays(const struct xfi_spin *spin, uint32_t cpu, uint32_t theirs)
{
	return cpu && theirs && theirs != cpu &&
	       !atomic_load_explicit(&spin->slow, memory_order_relaxed);
}

/* After a sleep that began then, with or without a spin before it. */
static inline void xfi_spin_slept(struct xfi_spin *spin, bool spun, int64_t began_ns)
{
	atomic_store_explicit(
		&spin->slow, spun || xf_now() - began_ns > XFI_SPUN_NS, memory_order_relaxed);
}

#endif
