/* SPDX-License-Identifier: MIT */
/* What one process has to do with one sync object, whatever the number of its handles. */
#ifndef XFI_USE_PART_H
#define XFI_USE_PART_H

#include <crossfence/sync.h>

#include "shm/domain.h"

struct xfi_sync_note;

#define XFI_SYNC_TIMELINES 8

/*
 * What this process has to do with one sync object, whatever the number of its handles. The shared
 * sets have one bit for the process; these are the counts behind the bits.
 */
struct xfi_sync_part {
	struct xf_domain *domain;
	uint32_t index;
	uint32_t refs; /* handles; under domain.local_lock */

	pthread_mutex_t lock; /* guards what follows, and the handles */
	struct xf_sync *handles;
	uint32_t producing; /* behind `producers` */
	uint32_t releasing; /* behind `releasing` */
	/* [0] is the one in use; queues may still be waiting on the others, which were abandoned.
	 */
	struct xf_timeline *timelines[XFI_SYNC_TIMELINES];
	struct xfi_sync_note *notes;
	bool has_notifier; /* a thread, once there was a note */
	bool stop; /* for the notifier */
	pthread_t notifier;
	xfi_u32 notifier_ended;
	struct xf_event *final; /* our own handle of the event registered last */
};

/* The part of this process, with a reference; the object is open. */
int xfi_sync_part_get(struct xf_domain *domain, uint32_t index, struct xfi_sync_part **ret_part);
void xfi_sync_part_put(struct xfi_sync_part *part);

/* The timeline queues can wait on for `use` and later ones. */
int xfi_sync_part_timeline(struct xfi_sync_part *part, uint64_t use, struct xf_timeline **ret);

/* All with the lock held. */
void xfi_sync_part_produce(struct xfi_sync_part *part);
void xfi_sync_part_produced(struct xfi_sync_part *part);
void xfi_sync_part_release(struct xfi_sync_part *part);
void xfi_sync_part_released(struct xfi_sync_part *part);
int xfi_sync_part_note(struct xfi_sync_part *part, struct xf_event *event, uint64_t use);
void xfi_sync_part_notify(struct xfi_sync_part *part);
int xfi_sync_part_register(struct xfi_sync_part *part, struct xf_event *event);

#endif
