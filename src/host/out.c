/* SPDX-License-Identifier: MIT */
/*
 * A channel's way out. Signals come from any thread and must not wait, so:
 *
 *	producer: count in (quota) -> take a position -> fill the item -> publish -> flush
 *	flusher:  whoever finds the flush word idle; encodes items in order and writes them
 *
 * A producer that finds the word busy marks it "again" and goes: the flusher looks once more
 * before it leaves. When the transport is full the flusher has the epoll set watch for room, and
 * leaves; the edge brings the service thread to go on, and to end that watch when it finds nothing
 * to do. Positions cannot overrun: the counts that let a producer in are given back only after its
 * item was taken out, and the ring has room for all of them.
 */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <crossfence/result.h>
#include "host/out.h"
#include "host/channel.h"

/* Writes that one call may do for others before it hands over to the service's next turn. */
#define ROUNDS_SIGNAL  8
#define ROUNDS_SERVICE 64
#define SLACK	       64

static uint64_t room(uint32_t max_queue)
{
	return (uint64_t)max_queue + XFH_OUT_CONTROLS + SLACK;
}

int xfh_out_init(struct xfh_out *out, uint32_t max_queue)
{
	out->sequence = 1;
	return xfh_rings_init(&out->rings, room(max_queue));
}

int xfh_out_make_room(struct xfh_channel *channel, uint32_t max_queue)
{
	int r = xfh_rings_grow(&channel->out.rings, room(max_queue));
	if (!r)
		xfh_out_flush(channel, 1); /* who looked meanwhile did not see where it goes on */
	return r;
}

int xfh_out_signal(struct xfh_channel *channel, uint32_t process, uint64_t event, uint32_t flags)
{
	struct xf_host_guest *guest = channel->guest;
	struct xfh_item item = { .process = process, .event = event, .flags = flags };
	/* The limit is read before the ring is looked for: see xfh_rings_grow(). */
	int full = atomic_fetch_add(&channel->out.queued, 1) >= atomic_load(&guest->max_queue);
	if (full || !xfh_rate_take(&guest->signal_rate)) {
		atomic_fetch_sub(&channel->out.queued, 1);
		atomic_fetch_add_explicit(&guest->refused, 1, memory_order_relaxed);
		return -ENOBUFS;
	}
	xfh_rings_push(&channel->out.rings, &item);
	atomic_fetch_add_explicit(&guest->accepted, 1, memory_order_relaxed);
	xfh_out_flush(channel, 0);
	return 0;
}

/*
 * Counts one in. A guest that does not read is not read from either, but its acquires that wait
 * already are answered when their keys come, and there may be thousands.
 */
static int make_room_for_control(struct xfh_channel *channel)
{
	struct xfh_out *out = &channel->out;
	uint64_t controls = atomic_fetch_add(&out->controls, 1);
	if (controls < XFH_OUT_CONTROLS + SLACK / 2)
		return 0;
	int r = xfh_rings_grow(&out->rings, room(channel->guest->max_queue) + 2 * controls);
	if (r)
		atomic_fetch_sub(&out->controls, 1);
	return r;
}

int xfh_out_message(struct xfh_channel *channel, struct xfw_msg *msg, const void *payload)
{
	uint8_t *bytes = malloc(XFW_HEAD_BYTES + msg->payload_bytes);
	if (!bytes)
		return -ENOMEM;
	msg->session = channel->in.session;
	xfw_encode(msg, bytes);
	if (msg->payload_bytes)
		memcpy(bytes + XFW_HEAD_BYTES, payload, msg->payload_bytes);
	if (make_room_for_control(channel)) {
		free(bytes);
		return -ENOMEM;
	}
	struct xfh_item item = { .flags = msg->payload_bytes, .bytes = bytes };
	xfh_rings_push(&channel->out.rings, &item);
	xfh_out_flush(channel, 1);
	return 0;
}

static void encode_signal(struct xfh_out *out, const struct xfh_item *item)
{
	struct xfw_msg msg = { .type = XFW_SIGNAL,
		.flags = (uint16_t)item->flags,
		.session = out->session,
		.process = item->process,
		.object = item->event,
		.sequence = out->sequence++ };
	xfw_encode(&msg, out->bytes + out->have);
	out->have += XFW_HEAD_BYTES;
	out->signals++;
	if (item->since_ns && out->n_since < sizeof(out->since_ns) / sizeof(out->since_ns[0]))
		out->since_ns[out->n_since++] = item->since_ns;
}

static void encode_message(struct xfh_out *out, const struct xfh_item *item)
{
	size_t size = XFW_HEAD_BYTES + item->flags;
	memcpy(out->bytes + out->have, item->bytes, size);
	xfw_put64(out->bytes + out->have + 32, out->sequence++);
	out->have += size;
	free(item->bytes);
}

/* Moves items into `bytes` while the largest of them would still fit. */
static void fill(struct xfh_channel *channel)
{
	struct xfh_out *out = &channel->out;
	uint32_t signals = 0;
	if (out->done == out->have)
		out->done = out->have = 0;
	struct xfh_item item;
	while (sizeof(out->bytes) - out->have >= XFW_MAX_BYTES &&
		xfh_rings_take(&out->rings, &item)) {
		if (item.bytes) {
			encode_message(out, &item);
			atomic_fetch_sub(&out->controls, 1);
		} else {
			encode_signal(out, &item);
			signals++;
		}
	}
	/* Only now may others take these positions. */
	if (signals)
		atomic_fetch_sub(&out->queued, signals);
}

static void count_delivered(struct xfh_channel *channel)
{
	struct xfh_out *out = &channel->out;
	atomic_fetch_add_explicit(&channel->guest->delivered, out->signals, memory_order_relaxed);
	out->signals = 0;
	for (int64_t now_ns = out->n_since ? xf_now() : 0; out->n_since;)
		xfh_queue_time_add(channel->guest, now_ns - out->since_ns[--out->n_since]);
}

enum round { ROUND_EMPTY, ROUND_MORE, ROUND_FULL, ROUND_BROKEN };

static enum round write_once(struct xfh_channel *channel)
{
	struct xfh_out *out = &channel->out;
	/* Sequentially consistent against xfh_out_settle(): whoever becomes the flusher after that
	 * sees it, and whoever was it before has left. */
	if (atomic_load(&channel->guest->quiet))
		return ROUND_EMPTY;
	fill(channel);
	if (out->done == out->have)
		return ROUND_EMPTY;
	ssize_t n = channel->io->write(channel, out->bytes + out->done, out->have - out->done);
	if (n == -EAGAIN)
		return ROUND_FULL;
	if (n < 0)
		return ROUND_BROKEN;
	out->done += (size_t)n;
	if (out->done == out->have)
		count_delivered(channel);
	return ROUND_MORE;
}

static void call_service(struct xfh_channel *channel)
{
	if (!atomic_exchange(&channel->attention, 1))
		xfh_host_kick(channel->guest->host);
}

/*
 * Become the flusher, or make sure that the present one looks again. Every producer changes the
 * word by a read-modify-write after it has published its item, and the flusher by others before it
 * looks and when it leaves: whichever comes second has read what the first wrote, and with it sees
 * its item or its end. A look at the word that changes nothing would pass the item on its way out
 * of the store buffer. Model: tests/model/flusher.pml.
 */
static bool become_flusher(struct xfh_out *out)
{
	uint32_t idle = XFH_FLUSH_IDLE;
	if (atomic_compare_exchange_strong(&out->flush, &idle, XFH_FLUSH_BUSY))
		return true;
	/* One that has just left did not see us: then we are it. */
	return atomic_exchange(&out->flush, XFH_FLUSH_AGAIN) == XFH_FLUSH_IDLE;
}

/* Nobody asked for another look: then it is over. */
static bool cease_to_flush(struct xfh_out *out)
{
	uint32_t busy = XFH_FLUSH_BUSY;
	if (atomic_compare_exchange_strong(&out->flush, &busy, XFH_FLUSH_IDLE))
		return true;
	(void)atomic_exchange(
		&out->flush, XFH_FLUSH_BUSY); /* it was "again": see become_flusher() */
	return false;
}

/* The flusher's. Room that came since the write failed is told, too. */
static void watch_for_room(struct xfh_channel *channel, int waiting)
{
	if (channel->out.waiting == waiting || channel->io->hint_only)
		return;
	channel->out.waiting = waiting;
	xfh_host_rewatch(channel->guest->host, &channel->watch,
		XFH_CHANNEL_EVENTS | (waiting ? (uint32_t)EPOLLOUT : 0));
}

void xfh_out_flush(struct xfh_channel *channel, int service)
{
	struct xfh_out *out = &channel->out;
	if (!become_flusher(out))
		return;
	for (int rounds = service ? ROUNDS_SERVICE : ROUNDS_SIGNAL, first = 1;;
		rounds--, first = 0) {
		enum round round = write_once(channel);
		if (round == ROUND_FULL)
			watch_for_room(channel, 1);
		else if (round == ROUND_EMPTY && service && first)
			watch_for_room(channel, 0);
		if (round == ROUND_BROKEN && !atomic_exchange(&channel->broken, 1))
			call_service(channel);
		if (round == ROUND_MORE && rounds == 0) {
			(void)atomic_exchange(&out->flush, XFH_FLUSH_IDLE); /* and what it said */
			call_service(channel);
			return;
		}
		if (round == ROUND_MORE)
			continue;
		if (cease_to_flush(out))
			break;
	}
	/* Whoever made the room, the service must read on: nothing else brings it back. */
	if (channel->blocked && atomic_load(&out->controls) < XFH_OUT_CONTROLS)
		call_service(channel);
}

void xfh_out_settle(struct xfh_channel *channel)
{
	/* Whoever flushes looks at the guest before each write, none of which blocks. */
	while (!become_flusher(&channel->out))
		sched_yield();
	while (!cease_to_flush(&channel->out))
		;
}

void xfh_out_last_word(struct xfh_channel *channel, enum xfw_reason reason, uint32_t tag)
{
	uint8_t bytes[XFW_HEAD_BYTES];
	struct xfw_msg msg = { .type = XFW_CLOSE,
		.session = channel->in.session,
		.tag = tag,
		.object = reason,
		.sequence = channel->out.sequence };
	xfw_encode(&msg, bytes);
	/* Behind a torn message it would only confuse. If it does not fit, the end of file says it.
	 */
	if (channel->out.done == channel->out.have)
		(void)channel->io->write(channel, bytes, sizeof(bytes));
}

/* No producer and no flusher is left. What was encoded already stays: it cannot be torn. */
void xfh_out_drop(struct xfh_channel *channel)
{
	struct xfh_out *out = &channel->out;
	struct xfh_item item;
	uint32_t queued = 0;
	while (xfh_rings_take(&out->rings, &item)) {
		if (!item.bytes)
			queued++;
		else
			atomic_fetch_sub(&out->controls, 1);
		free(item.bytes);
	}
	atomic_fetch_sub(&out->queued, queued);
	atomic_fetch_add(&channel->guest->dropped, queued);
}

void xfh_out_finish(struct xfh_channel *channel)
{
	xfh_out_drop(channel);
	atomic_fetch_add(&channel->guest->dropped, channel->out.signals);
	xfh_rings_finish(&channel->out.rings);
}
