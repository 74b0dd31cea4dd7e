/* SPDX-License-Identifier: MIT */
/*
 * Changes are counted in the header. Whoever wants to wait for one makes a timeline, or finds that
 * somebody has; those who make changes raise it. They count first and look for the timeline
 * afterwards, and it is made known first and brought up to date afterwards: one of the two sees the
 * other. It lives as long as somebody has it open.
 */
#include "base/message.h"
#include "shm/change.h"
#include "sync/change.h"
#include "sync/timeline.h"

void xfi_change_signal(struct xf_domain *d, enum xf_change of)
{
	struct xfi_change *change = &d->header->changes[of];
	struct xf_timeline timeline;
	xf_id id = atomic_load(&change->timeline);
	if (!id || xfi_timeline_borrow(d, id, &timeline))
		return; /* nobody waits */
	(void)xf_timeline_signal(&timeline, xfi_change_count(d, of)); /* -EINVAL: a later one */
	xfi_handle_return(&timeline.base);
}

void xfi_change_object(struct xf_domain *d)
{
	atomic_fetch_add(&d->header->changes[XF_CHANGE_OBJECTS].count, 1);
	xfi_change_signal(d, XF_CHANGE_OBJECTS);
}

static int offer(struct xf_domain *d, enum xf_change of, xf_id seen, struct xf_timeline **ret)
{
	struct xfi_change *change = &d->header->changes[of];
	int r = xf_timeline_create(d, xfi_change_count(d, of), 0, NULL, ret);
	if (r)
		return r;
	if (atomic_compare_exchange_strong(&change->timeline, &seen, xf_timeline_id(*ret)))
		return 0;
	xf_timeline_close(*ret);
	return -EAGAIN;
}

/* -EAGAIN: somebody was faster. */
static int find_or_offer(struct xf_domain *d, enum xf_change of, struct xf_timeline **ret)
{
	xf_id id = atomic_load(&d->header->changes[of].timeline);
	int r = id ? xf_timeline_open(d, id, ret) : -ESTALE;
	if (r == 0 || r == -ENOMEM)
		return r;
	if (d->read_only)
		return xf_fail(-EACCES, "no member has asked for changes, and a read-only one "
					"cannot be the first");
	return offer(d, of, id, ret);
}

int xf_domain_changes(struct xf_domain *d, enum xf_change of, struct xf_timeline **ret_timeline)
{
	struct xf_timeline *timeline = NULL;
	xfi_message_forget();
	if (!d || !ret_timeline || (unsigned)of > XF_CHANGE_MEMBERS)
		return xf_fail(-EINVAL, "domain or ret_timeline is NULL, or there is no change %u",
			(unsigned)of);
	int r = xfi_domain_check(d, false);
	for (int tries = 0; !r && !timeline && tries < 16; tries++) {
		r = find_or_offer(d, of, &timeline);
		if (r == -EAGAIN) {
			r = 0;
			timeline = NULL;
		}
	}
	if (r || !timeline)
		return r ? r : -EAGAIN;
	if (!d->read_only)
		(void)xf_timeline_signal(timeline, xfi_change_count(d, of)); /* see above */
	*ret_timeline = timeline;
	return 0;
}
