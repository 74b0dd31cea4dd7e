/* SPDX-License-Identifier: MIT */
#include "await.h"

#include <crossfence/stream.h>
#include <crossfence/wait.h>
#include <errno.h>

#define KEPT_NS INT64_C(20000000) /* for downstream to give a frame back */
#define LOOK_NS INT64_C(1000000000) /* whether to go on */

/* Until `item` (may be NULL) is satisfied or somebody pokes; XF_TIMEOUT: the deadline passed. */
static int wait_or_poke(struct link *link, const struct xf_wait_item *item, int64_t deadline)
{
	struct xf_wait_item items[2] = { { .type = XF_EVENT, .object = link->poke } };
	uint32_t which;
	if (item)
		items[1] = *item;
	return xf_wait_any(items, item ? 2 : 1, deadline, &which);
}

int await_frame(struct link *link, gboolean frames, int64_t deadline)
{
	const struct xf_wait_item item = { .type = XF_STREAM, .object = link->stream };
	return wait_or_poke(link, frames ? &item : NULL, deadline);
}

int await_complete(struct link *link, const struct xf_frame_info *info, const gint *flushing)
{
	int r = -ECANCELED;
	while ((r == -ECANCELED || r == XF_TIMEOUT) && !g_atomic_int_get(flushing))
		r = xf_stream_wait_complete(link->stream, info, link->poke,
			xf_deadline(LOOK_NS)); /* any member can take the poke away */
	return r == -ECANCELED ? XF_TIMEOUT : r;
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
