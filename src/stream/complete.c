/* SPDX-License-Identifier: MIT */
/*
 * Waiting until a frame is complete. Its fence is a timeline that anybody may own, or nobody, so
 * the end of its producer need not show there: who waits watches the stream as well, which a
 * producer that goes changes, and of which the sweep tells.
 *
 * A producer's end is no end of the work that it has handed over, to a device or to another
 * process. So what it has left unfinished has some time more, once for all of its frames: the
 * handle notes whom it has missed, and until when it waits.
 */
#include <errno.h>

#include "base/message.h"
#include "base/params.h"
#include "base/time.h"
#include "shm/bell.h"
#include "stream/interrupt.h"
#include "stream/produce.h"
#include "sync/event.h"
#include "sync/timeline.h"

#define GRACE_NS (500 * XFI_MS)

/*
 * `gone` of the handle: until when, in microseconds (52 bits), and whose epoch (12 bits). Whoever
 * produced before that one has been gone for longer. 0: nobody was missed yet.
 */
#define UNTIL_US ((UINT64_C(1) << 52) - 1)

/* Until when frames of `epoch`, which has just been found not to produce, are waited for. */
static int64_t grace_of(struct xf_stream *s, uint64_t epoch)
{
	uint64_t seen = atomic_load(&s->gone), until = (uint64_t)(xf_now() + GRACE_NS) / 1000;
	while (!seen || xfi_stream_later(epoch, seen >> 52))
		if (atomic_compare_exchange_weak(&s->gone, &seen, epoch << 52 | until))
			return (int64_t)until * 1000;
	return (int64_t)(seen & UNTIL_US) * 1000;
}

struct attempt {
	struct xf_stream *stream;
	uint64_t epoch; /* of the frame's producer */
	struct xf_wait_item fence, cancel; /* the latter's object may be NULL */
	bool gone; /* the producer, as we know already */
};

/* Beside the results: the producer is gone, so there is another deadline. */
#define GONE 1003

static bool produces(const struct attempt *attempt)
{
	uint64_t producer = atomic_load(&xfi_stream_hot(attempt->stream)->producer);
	return xfi_stream_epoch(producer) == attempt->epoch &&
	       xfi_stream_producer_lives(attempt->stream, producer);
}

static int try_complete(void *arg)
{
	struct attempt *attempt = arg;
	int r = xfi_timeline_waitable.take(&attempt->fence);
	if (r != XFI_AGAIN)
		return r;
	if (attempt->cancel.object)
		r = xfi_event_waitable.take(&attempt->cancel);
	if (r != XFI_AGAIN)
		return r ? r : -ECANCELED;
	return attempt->gone || produces(attempt) ? XFI_AGAIN : GONE;
}

static struct xfi_watched watched_by(const struct xfi_handle *handle)
{
	return (struct xfi_watched){ .domain = handle->domain, .index = handle->index };
}

/* As one of the event's watchers, and none of its takers: so no set is meant for us alone. */
static int sleep_once(struct attempt *attempt, int64_t deadline_ns)
{
	struct xfi_watched watched[3] = { watched_by(&attempt->stream->base),
		watched_by(attempt->fence.object) };
	uint32_t count = 2;
	if (attempt->cancel.object)
		watched[count++] = watched_by(attempt->cancel.object);
	xfi_timeline_waitable.sleeps(&attempt->fence, true);
	int r = xfi_stream_bell_wait(
		attempt->stream, watched, count, deadline_ns, try_complete, attempt);
	xfi_timeline_waitable.sleeps(&attempt->fence, false);
	return r == XF_TIMEOUT ? XFI_AGAIN : r;
}

static int wait_complete(struct attempt *attempt, int64_t deadline_ns)
{
	int64_t grace = XF_NEVER, until = deadline_ns;
	int r = try_complete(attempt);
	while (r == XFI_AGAIN || r == GONE) {
		if (r == GONE) {
			grace = grace_of(attempt->stream, attempt->epoch);
			attempt->gone = true;
			until = grace < deadline_ns ? grace : deadline_ns;
		}
		if (xfi_past(until))
			return xfi_past(grace) ? XF_ABANDONED : XF_TIMEOUT;
		if (attempt->stream->base.domain->read_only)
			return xf_fail(-EACCES, "a read-only member cannot sleep for a frame");
		r = sleep_once(attempt, until);
	}
	return r;
}

/* Gone with its producer: who has ended the stream had finished before, who died perhaps not. */
static int without_fence(const struct attempt *attempt)
{
	uint64_t producer = atomic_load(&xfi_stream_hot(attempt->stream)->producer);
	bool ended = xfi_stream_epoch(producer) == attempt->epoch && producer & XFI_STREAM_ENDED;
	return ended ? 0 : XF_ABANDONED;
}

static int wait_for_fence(
	struct attempt *attempt, const struct xf_frame_info *info, int64_t deadline_ns)
{
	struct xf_timeline fence;
	int r = xfi_timeline_borrow(attempt->stream->base.domain, info->fence, &fence);
	if (r == -EINVAL)
		return xf_fail(-EPROTO, "the frame's fence is no timeline");
	if (r)
		return r == -ESTALE ? without_fence(attempt) : r;
	attempt->fence.object = &fence;
	attempt->fence.value = info->fence_value;
	r = wait_complete(attempt, deadline_ns);
	xfi_handle_return(&fence.base);
	return r;
}

int xf_stream_wait_complete(struct xf_stream *s, const struct xf_frame_info *given,
	struct xf_event *cancel, int64_t deadline_ns)
{
	struct xf_frame_info info;
	struct attempt attempt = { .stream = s, .cancel.object = cancel };
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (!r && cancel)
		r = xfi_handle_check(&cancel->base);
	if (!r)
		r = XFI_PARAMS_READ(&info, struct xf_frame_info, given);
	if (r || !info.fence)
		return r;
	attempt.epoch = info.producer & 0xfff;
	r = wait_for_fence(&attempt, &info, deadline_ns);
	return xfi_stream_gone(s) ? xfi_message_plain(-ESTALE) : r;
}
