/* SPDX-License-Identifier: MIT */
/*
 * The first two messages, from the guest's side. The WELCOME is recognised by the nonce of our
 * HELLO, so whatever an older conversation left in the transport is skipped.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include <crossfence/result.h>
#include "guest/link_greet.h"
#include "wire/wire.h"

#define SKIP_MAX (1 << 20) /* more than any transport buffers */

static int read_exactly(struct xfg_link *link, uint8_t *bytes, size_t size, int64_t deadline_ns)
{
	while (size) {
		ssize_t n = link->ops->read(link, bytes, size);
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
			continue;
		}
		if (n < 0 && n != -EAGAIN)
			return (int)n;
		int r = link->ops->wait(link, POLLIN, deadline_ns);
		if (r)
			return r == XF_TIMEOUT ? -ETIMEDOUT : r;
	}
	return 0;
}

static int say_hello(struct xfg_link *link, const struct xfw_hello *hello, int64_t deadline_ns)
{
	uint8_t bytes[XFW_HEAD_BYTES + XFW_HELLO_BYTES];
	struct xfw_msg msg = { .type = XFW_HELLO, .payload_bytes = XFW_HELLO_BYTES, .sequence = 1 };
	xfw_encode(&msg, bytes);
	xfw_put_hello(hello, bytes + XFW_HEAD_BYTES);
	return xfg_link_write_all(link, bytes, sizeof(bytes), deadline_ns - xf_now());
}

static int refused(const struct xfw_msg *msg)
{
	if (msg->object == XFW_REASON_QUOTA)
		return -EUSERS;
	if (msg->object == XFW_REASON_GOING)
		return -ECONNRESET;
	if (msg->object == XFW_REASON_REFUSED)
		return xf_fail(-ECONNREFUSED,
			"the host's driver refused this guest; the host's log says why");
	return -EPROTO;
}

static bool is_welcome(const uint8_t *bytes, size_t size, const struct xfw_hello *hello,
	struct xfw_msg *ret_msg, struct xfw_welcome *ret_welcome)
{
	const char *why;
	struct xfw_msg msg;
	if (xfw_decode(bytes, size, XFW_FROM_HOST, &msg, &why))
		return false;
	*ret_msg = msg;
	return msg.type == XFW_WELCOME && msg.sequence == 1 &&
	       !xfw_get_welcome(bytes + XFW_HEAD_BYTES, ret_welcome) &&
	       memcmp(ret_welcome->nonce, hello->nonce, sizeof(hello->nonce)) == 0;
}

/* Slides a window of exactly one WELCOME over the stream. */
static int find_welcome(struct xfg_link *link, const struct xfw_hello *hello, int64_t deadline_ns,
	struct xfw_welcome *ret_welcome, uint64_t *ret_session)
{
	uint8_t window[XFW_HEAD_BYTES + XFW_WELCOME_BYTES];
	size_t have = 0;
	for (long skipped = 0; skipped < SKIP_MAX; skipped++) {
		struct xfw_msg msg = { 0 };
		size_t want = have < XFW_HEAD_BYTES ? XFW_HEAD_BYTES : have + 1;
		int r = read_exactly(link, window + have, want - have, deadline_ns);
		if (r)
			return r;
		have = want;
		const char *why;
		r = xfw_decode(window, have, XFW_FROM_HOST, &msg, &why);
		if (r == XFW_MORE && have < sizeof(window)) {
			skipped--;
			continue;
		}
		if (is_welcome(window, have, hello, &msg, ret_welcome)) {
			*ret_session = msg.session;
			return 0;
		}
		if (r == 0 && msg.type == XFW_CLOSE) {
			if (!link->reopened && msg.object != XFW_REASON_STALE)
				return refused(&msg);
			have = 0; /* of an older conversation, one of many */
			continue;
		}
		if (!link->reopened)
			return -EPROTO;
		memmove(window, window + 1, --have);
	}
	return -EPROTO;
}

int xfg_link_greet(struct xfg_link *link, int64_t deadline_ns, struct xfw_welcome *ret_welcome,
	uint64_t *ret_session)
{
	struct xfw_hello hello = { XFW_VERSION, XFW_VERSION, { 0 } };
	if (getrandom(hello.nonce, sizeof(hello.nonce), GRND_NONBLOCK) !=
		(ssize_t)sizeof(hello.nonce)) {
		/* Early boot without entropy: the clock still differs from any earlier hello. */
		int64_t now = xf_now();
		memcpy(hello.nonce, &now, sizeof(now));
		memcpy(hello.nonce + 8, &link, sizeof(link));
	}
	int r = say_hello(link, &hello, deadline_ns);
	/* One that refuses us may be gone before we have said a word, and yet has said why. */
	if (!r || r == -ECONNRESET)
		r = find_welcome(link, &hello, deadline_ns, ret_welcome, ret_session);
	if (!r)
		xfg_link_greeted(link);
	return r;
}
