/* SPDX-License-Identifier: MIT */
/*
 * Looking at counters that devices write. A GPU's write wakes no futex; so while this process waits
 * for such a timeline, whatever with (threads, wait-any, descriptors), one thread of it looks at
 * the counters, and wakes as a signal would have. While nobody waits it sleeps without an end.
 */
#ifndef XFI_SYNC_LOOKOUT_H
#define XFI_SYNC_LOOKOUT_H

#include <crossfence/timeline.h>

/* From now on it is looked at; again is fine. -EAGAIN: no thread. */
int xfi_lookout_add(struct xf_timeline *timeline);
void xfi_lookout_remove(struct xf_timeline *timeline);

/* How long to sleep between two looks when one has looked for `looked_ns`. */
int64_t xfi_lookout_pause(int64_t looked_ns);

#endif
