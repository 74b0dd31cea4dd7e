/* SPDX-License-Identifier: MIT */
/*
 * What one process has to do with one sync object. A bit in a shared set is put in before the count
 * behind it leaves 0, and taken out after it is 0 again, under the part's lock.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/kill_point.h"
#include "base/thread.h"
#include "shm/object.h"
#include "shm/park.h"
#include "sync/event.h"
#include "sync/timeline.h"
#include "use/fire.h"
#include "use/part.h"
#include "use/state.h"

struct xfi_sync_note { /* an event to set when ready */
	struct xf_event *event; /* our own handle */
	uint64_t use;
	struct xfi_sync_note *next;
};

static struct xfi_sync_part *make(struct xf_domain *d, uint32_t index)
{
	struct xfi_sync_part *part = calloc(1, sizeof(*part));
	if (!part)
		return NULL;
	part->domain = d;
	part->index = index;
	pthread_mutex_init(&part->lock, NULL);
	*xfi_object_kept(d, index) = part;
	return part;
}

int xfi_sync_part_get(struct xf_domain *d, uint32_t index, struct xfi_sync_part **ret_part)
{
	pthread_mutex_lock(&d->local_lock);
	struct xfi_sync_part *part = *xfi_object_kept(d, index);
	if (!part)
		part = make(d, index);
	if (part)
		part->refs++;
	pthread_mutex_unlock(&d->local_lock);
	*ret_part = part;
	return part ? 0 : -ENOMEM;
}

void xfi_sync_part_notify(struct xfi_sync_part *part)
{
	struct xfi_sync_note **link = &part->notes;
	while (*link) {
		struct xfi_sync_note *note = *link;
		if (!xfi_sync_settled(part->domain, part->index, note->use)) {
			link = &note->next;
			continue;
		}
		*link = note->next;
		(void)xf_event_set(note->event);
		xf_event_close(note->event);
		free(note);
	}
}

/* Parks like any other that waits for ready, and does not come back before it is told to stop. */
static int notify_or_stop(void *arg)
{
	struct xfi_sync_part *part = arg;
	pthread_mutex_lock(&part->lock);
	xfi_sync_part_notify(part);
	bool stop = part->stop;
	pthread_mutex_unlock(&part->lock);
	return stop ? 0 : XFI_AGAIN;
}

static void *notifier(void *arg)
{
	struct xfi_sync_part *part = arg;
	(void)xfi_park(part->domain, xfi_park_hash(part->index, 0), XFI_PARK_ALL_BITS, XF_NEVER,
		notify_or_stop, part);
	xfi_park_ended(&part->notifier_ended);
	return NULL;
}

static int start_notifier(struct xfi_sync_part *part)
{
	int r = part->has_notifier ? 0 : xfi_thread_start(&part->notifier, 0, notifier, part);
	part->has_notifier = !r;
	return r;
}

static void stop_notifier(struct xfi_sync_part *part)
{
	if (!part->has_notifier)
		return;
	pthread_mutex_lock(&part->lock);
	part->stop = true;
	pthread_mutex_unlock(&part->lock);
	xfi_park_end(part->domain, xfi_park_hash(part->index, 0), &part->notifier_ended);
	xfi_thread_join(part->notifier);
}

static void drop_notes(struct xfi_sync_part *part)
{
	while (part->notes) {
		struct xfi_sync_note *note = part->notes;
		part->notes = note->next;
		xf_event_close(note->event);
		free(note);
	}
}

/* Nobody of this process waits for the event any more. */
static void drop_registration(struct xfi_sync_part *part)
{
	if (part->final)
		xfi_sync_unregister(part->domain, part->index, part->domain->self);
	xf_event_close(part->final);
	part->final = NULL;
}

void xfi_sync_part_put(struct xfi_sync_part *part)
{
	struct xf_domain *d = part->domain;
	bool member = xfi_domain_check(d, true) == 0;
	pthread_mutex_lock(&d->local_lock);
	bool last = --part->refs == 0;
	if (last)
		*xfi_object_kept(d, part->index) = NULL;
	pthread_mutex_unlock(&d->local_lock);
	if (!last)
		return;
	stop_notifier(part);
	drop_notes(part);
	if (member)
		drop_registration(part);
	else
		xf_event_close(part->final);
	for (int i = 0; i < XFI_SYNC_TIMELINES; i++)
		xf_timeline_close(part->timelines[i]);
	pthread_mutex_destroy(&part->lock);
	free(part);
}

static void keep_timeline(struct xfi_sync_part *part, struct xf_timeline *timeline)
{
	xf_timeline_close(part->timelines[XFI_SYNC_TIMELINES - 1]);
	for (int i = XFI_SYNC_TIMELINES - 1; i > 0; i--)
		part->timelines[i] = part->timelines[i - 1];
	part->timelines[0] = timeline;
}

/* Makes a timeline known as the object's, or finds that somebody was faster. */
static int offer_timeline(struct xfi_sync_part *part, xf_id seen, uint64_t use)
{
	struct xf_timeline *timeline;
	int r = xf_timeline_create(part->domain, use - 1, 0, NULL, &timeline);
	if (r)
		return r;
	xfi_u64 *word = &xfi_slot(part->domain, part->index)->cold.sync.timeline;
	if (atomic_compare_exchange_strong(word, &seen, xf_timeline_id(timeline)))
		keep_timeline(part, timeline);
	else
		xf_timeline_close(timeline);
	return 0;
}

/* Ours to wait on? Brings it up to date with the state, which was changed before it was known. */
static bool usable(struct xfi_sync_part *part, struct xf_timeline *timeline)
{
	bool abandoned = xfi_timeline_abandoned(timeline);
	uint64_t state = atomic_load(&xfi_sync_hot(part->domain, part->index)->state);
	if (xfi_sync_phase(state) == XFI_SYNC_READY)
		(void)xf_timeline_signal(timeline, xfi_sync_use(state));
	if (xfi_sync_phase(state) == XFI_SYNC_ABANDONED)
		xfi_timeline_abandon(timeline);
	else if (abandoned)
		return false; /* an earlier use's */
	return true;
}

/*
 * Ready stores the state first and looks for a timeline afterwards; we make the timeline known
 * first and look at the state afterwards. One of the two signals it. So it is with abandoning.
 */
int xfi_sync_part_timeline(struct xfi_sync_part *part, uint64_t use, struct xf_timeline **ret)
{
	struct xf_domain *d = part->domain;
	xfi_u64 *word = &xfi_slot(d, part->index)->cold.sync.timeline;
	for (int attempt = 0; attempt < 16; attempt++) {
		struct xf_timeline *timeline;
		xf_id id = atomic_load(word);
		bool known = part->timelines[0] && xf_timeline_id(part->timelines[0]) == id;
		int r = 0;
		if (known && usable(part, part->timelines[0])) {
			*ret = part->timelines[0];
			return 0;
		}
		if (!known && id && xf_timeline_open(d, id, &timeline) == 0)
			keep_timeline(part, timeline);
		else
			r = offer_timeline(part, id, use);
		if (r)
			return r;
	}
	return -EAGAIN; /* somebody keeps replacing it */
}

void xfi_sync_part_produce(struct xfi_sync_part *part)
{
	if (part->producing++ == 0)
		atomic_fetch_or(&xfi_sync_hot(part->domain, part->index)->producers,
			xfi_self_bit(part->domain));
	XFI_KILL_POINT("sync:producing");
}

void xfi_sync_part_produced(struct xfi_sync_part *part)
{
	if (--part->producing == 0)
		atomic_fetch_and(&xfi_sync_hot(part->domain, part->index)->producers,
			~xfi_self_bit(part->domain));
}

void xfi_sync_part_release(struct xfi_sync_part *part)
{
	if (part->releasing++ == 0)
		atomic_fetch_or(&xfi_sync_hot(part->domain, part->index)->releasing,
			xfi_self_bit(part->domain));
	XFI_KILL_POINT("sync:releasing");
}

void xfi_sync_part_released(struct xfi_sync_part *part)
{
	if (--part->releasing == 0)
		atomic_fetch_and(&xfi_sync_hot(part->domain, part->index)->releasing,
			~xfi_self_bit(part->domain));
}

static int open_same(const struct xf_event *event, struct xf_event **ret_event)
{
	return xf_event_open(event->base.domain, xf_event_id(event), ret_event);
}

int xfi_sync_part_note(struct xfi_sync_part *part, struct xf_event *event, uint64_t use)
{
	struct xfi_sync_note *note = calloc(1, sizeof(*note));
	int r = note ? open_same(event, &note->event) : -ENOMEM;
	if (!r)
		r = start_notifier(part);
	if (r) {
		if (note)
			xf_event_close(note->event);
		free(note);
		return r;
	}
	note->use = use;
	note->next = part->notes;
	part->notes = note;
	xfi_sync_part_notify(part); /* perhaps ready meanwhile */
	return 0;
}

int xfi_sync_part_register(struct xfi_sync_part *part, struct xf_event *event)
{
	struct xf_event *own;
	int r = open_same(event, &own);
	if (r)
		return r;
	xfi_sync_register(part->domain, part->index, own);
	XFI_KILL_POINT("sync:registered");
	/* The one before has fired, or has just been replaced. */
	xf_event_close(part->final);
	part->final = own;
	return 0;
}
