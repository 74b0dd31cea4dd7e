/* SPDX-License-Identifier: MIT */
/*
 * A timeline's twin: a driver's own counter, which other processes get as a descriptor. It travels
 * as memory of devices does (keeper.h), under a number of its own, made of the timeline's id and
 * the kind. So who has another driver or device asks for something else, and nobody has that; what
 * kind there is need not be written down where others could change it. The slot says only that
 * there is one, so that nobody asks for what is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/foreign_fd.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "base/proc.h"
#include "shm/fork.h"
#include "shm/keeper.h"
#include "shm/park.h"
#include "sync/timeline.h"
#include "sync/twin.h"

struct xfi_twin {
	struct xf_domain *domain;
	int fd;
	struct xfi_kept *handed_on;
};

/* FNV-1a: both sides reckon it. Equal to another's by chance once in 2^64 pairs. */
static uint64_t number_of(xf_id id, const uint8_t kind[XF_TIMELINE_TWIN_KIND])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ id;
	for (int i = 0; i < XF_TIMELINE_TWIN_KIND; i++)
		h = (h ^ kind[i]) * UINT64_C(0x100000001b3);
	return h;
}

static int copy_fd(const void *arg)
{
	int fd = fcntl(*(const int *)arg, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

void xfi_twin_end(struct xfi_twin *twin)
{
	if (!twin)
		return;
	xfi_keeper_remove(twin->domain, twin->handed_on);
	xfi_fork_close(&twin->fd);
	free(twin);
}

static int offer(struct xf_timeline *timeline, const uint8_t *kind, int fd)
{
	struct xfi_twin *twin = calloc(1, sizeof(*twin));
	if (!twin)
		return -ENOMEM;
	twin->domain = timeline->base.domain;
	twin->fd = xfi_fork_get(copy_fd, &fd);
	int r = twin->fd < 0 ? twin->fd : 0;
	if (!r)
		r = xfi_keeper_add(twin->domain, number_of(xf_timeline_id(timeline), kind),
			twin->fd, &twin->handed_on);
	if (r) {
		if (twin->fd >= 0)
			xfi_fork_close(&twin->fd);
		free(twin);
		return r;
	}
	timeline->twin = twin;
	/* Last: whoever sees this and asks is answered. Dead before: nobody asks. */
	XFI_KILL_POINT("keeper:twin");
	atomic_store(&timeline->base.slot->hot.timeline.twin, 1);
	return 0;
}

int xf_timeline_offer_twin(
	struct xf_timeline *timeline, const uint8_t kind[XF_TIMELINE_TWIN_KIND], int fd)
{
	xfi_message_forget();
	int r = xfi_handle_check(timeline ? &timeline->base : NULL);
	if (r)
		return r;
	struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	if (!kind || fd < 0 || timeline->twin)
		return xf_fail(-EINVAL, "kind is NULL, fd %d, or there is a twin already", fd);
	if (atomic_load(&hot->owner) != timeline->base.domain->self + 1)
		return xf_fail(-EPERM, "the timeline is not owned by this process");
	return offer(timeline, kind, fd);
}

int xf_timeline_twin(
	struct xf_timeline *timeline, const uint8_t kind[XF_TIMELINE_TWIN_KIND], int *ret_fd)
{
	__attribute__((cleanup(xfi_sent_close))) struct xfi_sent got = XFI_SENT_NONE;
	xfi_message_forget();
	int r = xfi_handle_check(timeline ? &timeline->base : NULL);
	if (!r && (!kind || !ret_fd))
		r = xf_fail(-EINVAL, "%s: kind or ret_fd is NULL", __func__);
	if (!r && !atomic_load(&timeline->base.slot->hot.timeline.twin))
		r = -ENOENT;
	if (!r)
		r = xfi_keeper_ask(
			timeline->base.domain, number_of(xf_timeline_id(timeline), kind), &got);
	if (r)
		return r == -ENOTCONN ? xf_fail(-ENOENT, "the timeline has no twin of that kind, "
							 "or its owner cannot be reached")
				      : r;
	if (!xfi_foreign_fd_may_be_drivers(got.fd, 0))
		return xf_fail(-EPROTO, "the descriptor is not a driver's%s",
			xfi_proc_is_missing() ? ", as far as can be told where " XFI_NO_PROC : "");
	*ret_fd = xfi_fd_steal(&got.fd);
	return 0;
}

/*
 * An owner that lives has said so when its devices had nothing more to do. Of a dead one that is so
 * when its process is gone: the sweep takes its device out then, and wakes us.
 */
static int try_settled(void *arg)
{
	struct xf_timeline *timeline = arg;
	const struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	uint32_t owner = atomic_load(&hot->owner);
	switch (atomic_load(&hot->abandoned)) {
	case 0:
		return XFI_AGAIN;
	case XFI_TIMELINE_OWNER_DIED:
		return owner && owner <= XF_MEMBERS_MAX &&
				       atomic_load(&hot->devices) & xfi_bit(owner - 1)
			       ? XFI_AGAIN
			       : 0;
	}
	return 0;
}

int xf_timeline_settle(struct xf_timeline *timeline, int64_t deadline_ns)
{
	xfi_message_forget();
	int r = xfi_handle_check(timeline ? &timeline->base : NULL);
	if (!r)
		r = xfi_park_check(timeline->base.domain);
	if (!r)
		r = try_settled(timeline);
	if (r != XFI_AGAIN)
		return r;
	return deadline_ns <= 0
		       ? XF_TIMEOUT
		       : xfi_park(timeline->base.domain, xfi_park_hash(timeline->base.index, 0),
				 XFI_PARK_ALL_BITS, deadline_ns, try_settled, timeline);
}
