/* SPDX-License-Identifier: MIT */
/*
 * Waits that are told to end. What tells them is the handle's, in memory of this process alone: so
 * no other member can take it away, as it could an event. Only the waking goes through the domain.
 */
#include "stream/interrupt.h"

#include <errno.h>

#include "base/message.h"
#include "shm/member.h"
#include "stream/wake.h"

struct interruptible {
	const struct xf_stream *stream;
	int (*try)(void *arg);
	void *arg;
};

static int try_or_end(void *arg)
{
	const struct interruptible *wait = arg;
	return xfi_stream_or_interrupted(wait->stream, wait->try(wait->arg));
}

static int ended(int r)
{
	return r == -ECANCELED ? xfi_message_plain(r) : r;
}

int xfi_stream_park(
	const struct xf_stream *s, int64_t deadline_ns, int (*try)(void *arg), void *arg)
{
	struct interruptible wait = { s, try, arg };
	return ended(xfi_park(s->base.domain, xfi_stream_hash(s), XFI_PARK_ALL_BITS, deadline_ns,
		try_or_end, &wait));
}

int xfi_stream_bell_wait(const struct xf_stream *s, const struct xfi_watched *watched,
	uint32_t count, int64_t deadline_ns, int (*try)(void *arg), void *arg)
{
	struct interruptible wait = { s, try, arg };
	return ended(xfi_bell_wait(watched, count, deadline_ns, try_or_end, &wait));
}

/* Those who park are woken by the stream's word, and those who watch several by our own bell. */
int xf_stream_interrupt(struct xf_stream *s, uint32_t on)
{
	xfi_message_forget();
	if (!s || on > 1)
		return xf_fail(-EINVAL, "%s: stream is NULL, or on is neither 0 nor 1", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	atomic_exchange(&s->interrupted, on);
	if (!on)
		return 0;
	xfi_stream_wake(s);
	xfi_ring(s->base.domain, xfi_self_bit(s->base.domain));
	return 0;
}
