/* SPDX-License-Identifier: MIT */
#include "await.h"

#include <crossfence/result.h>
#include <errno.h>

#define KEPT_NS INT64_C(20000000) /* for downstream to give a frame back */

int await_frame(struct link *link, int64_t deadline, struct xf_frame *ret_frame)
{
	gint seen = link_changes(link);
	int r = -ECANCELED;
	if (!link_is_told(link, LINK_PAUSED))
		r = xf_stream_next(link->stream, deadline, ret_frame);
	if (r == -ECANCELED && !link_is_told(link, LINK_UNLOCKED))
		link_await_change(link, seen, deadline);
	return r == -ECANCELED ? XF_TIMEOUT : r;
}

int await_complete(struct link *link, const struct xf_frame_info *info)
{
	gint seen;
	int r;
	do {
		seen = link_changes(link);
		r = xf_stream_wait_complete(link->stream, info, NULL, XF_NEVER);
		if (r == -ECANCELED && !link_is_told(link, LINK_UNLOCKED))
			link_await_change(link, seen, XF_NEVER);
	} while (r == -ECANCELED && !link_is_told(link, LINK_UNLOCKED));
	return r == -ECANCELED ? XF_TIMEOUT : r;
}

void await_return(struct link *link, guint most)
{
	int64_t end = xf_deadline(KEPT_NS);
	g_mutex_lock(&link->lock);
	g_atomic_int_inc(&link->short_of);
	while ((guint)g_atomic_int_get(&link->held) >= most && xf_now() < end &&
		!link_is_told(link, LINK_UNLOCKED))
		link_sleep(link, end);
	(void)g_atomic_int_add(&link->short_of, -1);
	g_mutex_unlock(&link->lock);
}
