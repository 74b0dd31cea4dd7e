/* SPDX-License-Identifier: MIT */
#include "await.h"

#include <crossfence/stream.h>
#include <crossfence/wait.h>
#include <errno.h>

#define KEPT_NS INT64_C(20000000) /* for downstream to give a frame back */
#define LOOK_NS                                                                                    \
	INT64_C(250000000) /* between looks whether whoever has to finish a frame is there */
#define GRACE_NS INT64_C(500000000) /* when it is not: somebody else may finish it */

/* Until `item` (may be NULL) is satisfied or somebody pokes; XF_TIMEOUT: the deadline passed. */
static int wait_or_poke(struct link *link, const struct xf_wait_item *item, int64_t deadline)
{
	struct xf_wait_item items[2] = { { .type = XF_EVENT, .object = link->poke } };
	uint32_t which;
	if (item)
		items[1] = *item;
	return xf_wait_any(items, item ? 2 : 1, deadline, &which);
}

int await_frame(struct link *link, gboolean frames)
{
	const struct xf_wait_item item = { .type = XF_STREAM, .object = link->stream };
	return wait_or_poke(link, frames ? &item : NULL, XF_NEVER);
}

/* A fence that is gone went with its producer: who has ended the stream had finished before. */
static int has_finished(struct link *link)
{
	struct xf_stream_info stream = { .size = sizeof(stream) };
	int r = xf_stream_info(link->stream, &stream);
	return r || stream.ended ? r : XF_ABANDONED;
}

static gboolean is_gone(struct link *link, const struct xf_frame_info *info)
{
	struct xf_stream_info stream = { .size = sizeof(stream) };
	return xf_stream_info(link->stream, &stream) == 0 && stream.producer != info->producer;
}

/*
 * A timeline that nobody owns is never abandoned while we have it open, so somebody has to look
 * whether the producer is there. Of one that is not all frames together get the time once.
 */
static int wait_for_fence(struct link *link, const struct xf_frame_info *info,
	struct xf_timeline *timeline, const gint *flushing)
{
	struct xf_wait_item item = {
		.type = XF_TIMELINE, .object = timeline, .value = info->fence_value
	};
	int64_t end = XF_NEVER;
	uint64_t value = 0;
	int r = 0;
	while ((r == 0 || r == XF_TIMEOUT) && !g_atomic_int_get(flushing)) {
		if (end == XF_NEVER && is_gone(link, info))
			end = link->gone == info->producer ? 0 : xf_deadline(GRACE_NS);
		r = wait_or_poke(link, &item, MIN(xf_deadline(LOOK_NS), end));
		gboolean over = end != XF_NEVER && xf_now() >= end;
		int known = xf_timeline_value(timeline, &value);
		if (known || value >= info->fence_value)
			return known;
		if (over)
			link->gone = info->producer;
		if (over && (r == 0 || r == XF_TIMEOUT))
			return XF_ABANDONED;
	}
	return r == 0 ? XF_TIMEOUT : r;
}

int await_complete(struct link *link, const struct xf_frame_info *info, const gint *flushing)
{
	struct xf_timeline *timeline;
	int r = info->fence ? xf_timeline_open(link->domain, info->fence, &timeline) : 0;
	if (r == -ESTALE)
		return has_finished(link);
	if (r || !info->fence)
		return r;
	r = wait_for_fence(link, info, timeline, flushing);
	xf_timeline_close(timeline);
	return r;
}

void await_return(struct link *link, guint most, const gint *flushing)
{
	int64_t end = xf_deadline(KEPT_NS);
	int r = 0;
	do {
		g_atomic_int_set(&link->wanted, TRUE);
		if ((guint)g_atomic_int_get(&link->held) < most)
			break;
		r = wait_or_poke(link, NULL, end);
	} while (!r && !g_atomic_int_get(flushing));
	g_atomic_int_set(&link->wanted, FALSE);
}
