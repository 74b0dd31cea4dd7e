/* SPDX-License-Identifier: MIT */
/*
 * Channels: bytes in, messages out of them. Input is read in bounded helpings, so that a guest that
 * floods is served in turn with the others, and not at all while its own answers pile up.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/foreign_fd.h"
#include "host/alarm.h"
#include "host/channel.h"
#include "host/process.h"
#include "host/session.h"
#include "host/transport.h"

#define TURN_NS	 INT64_C(1000000) /* of a guest, before others have theirs: see crossfenced(8) */
#define GREET_NS INT64_C(10000000000) /* for a HELLO */
#define SKIP_MAX (256 * 1024) /* bytes of an older conversation that a port may show */

static ssize_t socket_result(ssize_t n)
{
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EINTR)
		return -EAGAIN;
	return errno == EPIPE ? -ECONNRESET : -errno;
}

static ssize_t socket_read(struct xfh_channel *channel, void *bytes, size_t size)
{
	ssize_t n = recv(channel->watch.fd, bytes, size, MSG_DONTWAIT);
	return n == 0 ? -ECONNRESET : socket_result(n);
}

static ssize_t socket_write(struct xfh_channel *channel, const void *bytes, size_t size)
{
	return socket_result(send(channel->watch.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/* Whoever handed it in may have said since that it lingers. */
static void socket_close(struct xfh_channel *channel)
{
	xfi_foreign_fd_close(&channel->watch.fd);
}

const struct xfh_channel_io xfh_socket_io = { socket_read, socket_write, socket_close, NULL, 0 };

static void channel_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xfh_channel *channel = XFW_CONTAINER(watch, struct xfh_channel, watch);
	if ((events & EPOLLOUT) || channel->io->hint_only)
		xfh_out_flush(channel, 1);
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		channel->ending = true;
	if ((events & ~(uint32_t)EPOLLOUT) || channel->io->hint_only)
		xfh_channel_look(channel);
}

void xfh_channel_look(struct xfh_channel *channel)
{
	if (xfw_list_empty(&channel->readable))
		xfw_list_append(&channel->guest->host->readable, &channel->readable);
}

int xfh_channel_create(struct xf_host_guest *guest, int fd, const struct xfh_channel_io *io,
	int reopened, struct xfh_channel **ret_channel)
{
	struct xfh_channel *channel = calloc(1, sizeof(*channel));
	int r = channel ? xfh_out_init(&channel->out, guest->max_queue) : -ENOMEM;
	if (r) {
		free(channel);
		return r;
	}
	channel->guest = guest;
	channel->io = io;
	channel->reopened = reopened;
	channel->why = "the connection ended";
	channel->watch = (struct xfh_watch){ .ready = channel_ready, .fd = fd };
	xfw_list_init(&channel->processes);
	xfw_list_init(&channel->readable);
	/*
	 * Edges only: a full transport costs nothing until it has room again. And room only when
	 * somebody wants it (host/out.c): a socket would tell of it with every message that the
	 * guest takes. A hint says room and input with the same event.
	 */
	r = xfh_host_watch(guest->host, &channel->watch,
		XFH_CHANNEL_EVENTS | (io->hint_only ? (uint32_t)EPOLLOUT : 0));
	if (r) {
		xfh_rings_finish(&channel->out.rings);
		free(channel);
		return r;
	}
	xfw_list_append(&guest->channels, &channel->link);
	guest->n_channels++;
	if (reopened)
		xfh_session_disown(channel);
	if (ret_channel)
		*ret_channel = channel;
	return 0;
}

void xfh_channel_close(struct xfh_channel *channel)
{
	struct xf_host_guest *guest = channel->guest;
	/* First the signal world lets go of it, then the service takes it apart. */
	xfh_process_lose(channel);
	xfh_host_unwatch(guest->host, &channel->watch);
	xfw_list_remove(&channel->readable);
	channel->io->close(channel);
	channel->cut = !channel->gone;
	xfh_session_end(channel);
	xfh_out_finish(channel);
	xfw_list_remove(&channel->link);
	guest->n_channels--;
	free(channel);
}

static void protocol_error(struct xfh_channel *channel, const char *why)
{
	struct xf_host_guest *guest = channel->guest;
	guest->protocol_errors++;
	channel->why = "it broke the protocol";
	xfh_guest_log(
		guest, XF_HOST_LOG_WARNING, "protocol", "protocol error: %s; channel closed", why);
	xfh_process_lose(channel); /* nobody else writes now */
	xfh_out_last_word(channel, XFW_REASON_PROTOCOL, 0);
	xfh_channel_close(channel);
	xfh_transport_lost(guest);
}

/* ---- those who have not said HELLO ---- */

void xfh_channel_expect_hello(struct xfh_channel *channel)
{
	channel->greet_by_ns = xf_deadline(GREET_NS);
	xfh_alarm_at(channel->guest->host, channel->greet_by_ns);
}

static bool is_silent(const struct xfh_channel *channel)
{
	return channel->greet_by_ns && channel->state == XFH_CHANNEL_GREETING;
}

void xfh_channel_expire(struct xf_host_guest *guest, int64_t now_ns)
{
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		if (channel->resting)
			xfh_channel_look(channel);
		if (!is_silent(channel))
			continue;
		if (channel->greet_by_ns > now_ns) {
			xfh_alarm_at(guest->host, channel->greet_by_ns);
			continue;
		}
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "silent",
			"a connection said nothing for too long; closed");
		xfh_channel_close(channel);
	}
}

int xfh_channel_make_place(struct xf_host_guest *guest)
{
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		if (!is_silent(channel))
			continue;
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "silent",
			"a connection that said nothing had to make place");
		xfh_channel_refuse(channel->watch.fd);
		xfh_channel_close(channel);
		return 1;
	}
	return 0;
}

void xfh_channel_refuse(int fd)
{
	uint8_t bytes[XFW_HEAD_BYTES];
	struct xfw_msg msg = { .type = XFW_CLOSE, .object = XFW_REASON_QUOTA, .sequence = 1 };
	xfw_encode(&msg, bytes);
	/* One that does not fit into an empty socket finds the end of it. */
	(void)send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Before the HELLO a reopened port may show anything: look for it byte by byte. */
static int skip_to_hello(struct xfh_channel *channel, size_t *used)
{
	const char *why;
	struct xfw_msg msg;
	struct xfw_hello hello;
	while (channel->have - *used >= XFW_HEAD_BYTES) {
		const uint8_t *bytes = channel->bytes + *used;
		int r = xfw_decode(bytes, channel->have - *used, XFW_FROM_GUEST, &msg, &why);
		if (r == XFW_MORE && bytes[0] == XFW_HELLO && !bytes[1])
			return XFW_MORE;
		if (r == 0 && msg.type == XFW_HELLO && msg.sequence == 1 &&
			!xfw_get_hello(bytes + XFW_HEAD_BYTES, &hello))
			return 0;
		/* Bounded by what it takes: one that reads nothing is told once. */
		if (r == 0 && msg.type != XFW_HELLO && !atomic_load(&channel->out.controls))
			xfh_session_disown(channel);
		++*used;
		if (++channel->skipped > SKIP_MAX)
			return -EPROTO;
	}
	return XFW_MORE;
}

/* Takes one message. 0: another may follow. */
static int step(struct xfh_channel *channel, size_t *used, const char **ret_why)
{
	struct xfw_msg msg;
	int r = 0;
	if (channel->reopened && channel->state == XFH_CHANNEL_GREETING)
		r = skip_to_hello(channel, used);
	if (r < 0)
		*ret_why = "no hello";
	if (r)
		return r;
	uint8_t *bytes = channel->bytes + *used;
	r = xfw_decode(bytes, channel->have - *used, XFW_FROM_GUEST, &msg, ret_why);
	if (r)
		return r;
	*used += XFW_HEAD_BYTES + msg.payload_bytes;
	return xfh_session_message(channel, &msg, bytes + XFW_HEAD_BYTES, ret_why);
}

/* Answers that nobody reads are not piled up: the guest has to make room first. */
static int stuck(struct xfh_channel *channel)
{
	int blocked = atomic_load(&channel->out.controls) >= XFH_OUT_CONTROLS;
	atomic_store(&channel->blocked, blocked);
	/* They may have left between the two lines above, with nobody to tell us. */
	if (blocked && atomic_load(&channel->out.controls) < XFH_OUT_CONTROLS)
		atomic_store(&channel->blocked, blocked = 0);
	return blocked;
}

/* A guest that has said as much as its rate allows is read on when its time comes. */
static int rests(struct xfh_channel *channel)
{
	struct xf_host_guest *guest = channel->guest;
	int64_t wait_ns = xfh_rate_wait_ns(&guest->message_rate);
	channel->resting = wait_ns > 0;
	if (channel->resting)
		xfh_alarm_at(guest->host, xf_deadline(wait_ns));
	return channel->resting;
}

/*
 * What a message costs is the driver's to say, so guests share the time and not the messages: a
 * guest's turn ends with the message during which its time is over.
 */
bool xfh_channel_has_time(struct xfh_channel *channel)
{
	struct xf_host_guest *guest = channel->guest;
	int64_t now_ns = xf_now();
	if (guest->turn != guest->host->turn) {
		guest->turn = guest->host->turn;
		guest->turn_until_ns = now_ns + TURN_NS;
	}
	return now_ns < guest->turn_until_ns;
}

static bool may_go_on(struct xfh_channel *channel)
{
	return !stuck(channel) && !rests(channel) && xfh_channel_has_time(channel);
}

static int consume(struct xfh_channel *channel, const char **ret_why)
{
	size_t used = 0;
	int r = 0;
	while (!r && may_go_on(channel)) {
		r = step(channel, &used, ret_why);
		if (!r)
			(void)xfh_rate_take(
				&channel->guest->message_rate); /* it is free: see above */
	}
	memmove(channel->bytes, channel->bytes + used, channel->have -= used);
	return r < 0 ? r : 0;
}

void xfh_channel_read(struct xfh_channel *channel)
{
	struct xf_host_guest *guest = channel->guest;
	const char *why = "bad message";
	ssize_t n = -EAGAIN;
	if (atomic_load(&guest->quiet)) { /* xf_host_guest_resumed() brings us back */
		xfw_list_remove(&channel->readable);
		return;
	}
	int r = consume(channel, &why); /* what was left when it was stuck */
	size_t room = sizeof(channel->bytes) - channel->have;
	int drained = 0;
	bool over = !xfh_channel_has_time(channel);
	if (!r && !channel->blocked && !channel->resting && !over) {
		n = channel->io->read(channel, channel->bytes + channel->have, room);
		/* A short read empties a socket: what comes later makes an edge of its own. Not so
		 * an end that came together with it, nor a ring, which must be told that we sleep.
		 */
		drained = n > 0 && (size_t)n < room && !channel->ending && !channel->io->hint_only;
		if (n > 0) {
			channel->have += (size_t)n;
			r = consume(channel, &why);
		}
		over = !xfh_channel_has_time(channel);
	}
	if (n == -EPROTO) {
		r = -EPROTO;
		why = "impossible index in the shared ring";
	}
	if (r == -EPROTO) {
		protocol_error(channel, why);
	} else if (r || (n < 0 && n != -EAGAIN) || channel->broken) {
		if (r && r != -ECONNREFUSED) /* by the driver: that was told */
			xfh_guest_log(guest, XF_HOST_LOG_WARNING, "failed", "%s; channel closed",
				xf_strerror(r));
		xfh_channel_close(channel);
		xfh_transport_lost(guest);
	} else if (!over && (n == -EAGAIN || (drained && !channel->blocked))) {
		/* Drained, or blocked: an edge, or the flush that unblocks, brings us back. */
		xfw_list_remove(&channel->readable);
	}
}
