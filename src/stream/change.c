/* SPDX-License-Identifier: MIT */
/* A change of format, and waiting for readers to let go of the formats before. */
#include <errno.h>

#include "base/message.h"
#include "stream/format.h"
#include "stream/interrupt.h"
#include "stream/produce.h"

struct change {
	struct xf_stream *stream;
	const struct xf_stream_format *format;
	uint32_t listed; /* `changes` when the list was made */
};

/* Beside the results: other pools are to be waited for. */
#define LOOK_AGAIN 1002

/* Whether it is for want of what readers still have. Their frames take up the domain's room, too.
 */
static bool may_do_later(const struct xf_stream *s, int r)
{
	return r == -EBUSY || (r == -ENOSPC && s->n_open > 1);
}

static int try_change(void *arg)
{
	const struct change *change = arg;
	struct xf_stream *s = change->stream;
	pthread_mutex_lock(&s->lock);
	int r = atomic_load(&s->role) ? xfi_stream_format_set(s, change->format, NULL)
				      : xfi_stream_no_producer(s);
	if (may_do_later(s, r))
		r = s->changes == change->listed ? XFI_AGAIN : LOOK_AGAIN;
	pthread_mutex_unlock(&s->lock);
	return r;
}

static int wait_once(struct change *change, int64_t deadline_ns)
{
	struct xf_stream *s = change->stream;
	struct xfi_watched watched[XFI_STREAM_WATCHED];
	pthread_mutex_lock(&s->lock);
	uint32_t count = xfi_stream_format_watch(s, watched);
	change->listed = s->changes;
	pthread_mutex_unlock(&s->lock);
	xfi_stream_waits(s, XF_STREAM_WAITS_FOR_FRAMES);
	int r = xfi_stream_bell_wait(s, watched, count, deadline_ns, try_change, change);
	xfi_stream_waits(s, 0);
	return r;
}

int xf_stream_set_format_until(
	struct xf_stream *s, const struct xf_stream_format *format, int64_t deadline_ns)
{
	struct change change = { .stream = s, .format = format };
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (!r)
		r = try_change(&change);
	while ((r == XFI_AGAIN || r == LOOK_AGAIN) && !xfi_past(deadline_ns))
		r = wait_once(&change, deadline_ns);
	return r == XFI_AGAIN || r == LOOK_AGAIN ? XF_TIMEOUT : r;
}

int xf_stream_set_format(struct xf_stream *s, const struct xf_stream_format *format)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = atomic_load(&s->role) ? xfi_stream_format_set(s, format, NULL)
				  : xfi_stream_no_producer(s);
	pthread_mutex_unlock(&s->lock);
	return r;
}
