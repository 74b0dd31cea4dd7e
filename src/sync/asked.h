/* SPDX-License-Identifier: MIT */
/* Whether anybody waits for a timeline whose owner may raise it later; see <crossfence/timeline.h>.
 */
#ifndef XFI_SYNC_ASKED_H
#define XFI_SYNC_ASKED_H

#include "sync/timeline.h"

void xfi_timeline_ask_slow(struct xf_timeline *timeline, uint64_t value);

/* Before a sleep for `value`. Where there is no twin, one load: counters are raised at once. */
static inline void xfi_timeline_ask(struct xf_timeline *timeline, uint64_t value)
{
	if (atomic_load_explicit(&timeline->base.slot->hot.timeline.twin, memory_order_relaxed))
		xfi_timeline_ask_slow(timeline, value);
}

#endif
