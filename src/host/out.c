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
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "host/out.h"
#include "host/channel.h"

/* Writes that one call may do for others before it hands over to the service's next turn. */
#define ROUNDS_SIGNAL  8
#define ROUNDS_SERVICE 64
#define SLACK	       64

int xfh_out_init(struct xfh_out *out, uint32_t max_queue)
{
	for (out->n = 64; out->n < max_queue + XFH_OUT_CONTROLS + SLACK; out->n *= 2)
		;
	out->items = calloc(out->n, sizeof(*out->items));
	out->sequence = 1;
	return out->items ? 0 : -ENOMEM;
}

static void push(
	struct xfh_out *out, uint32_t process, uint64_t event, uint32_t flags, uint8_t *bytes)
{
	/*
	 * Acquire and release: we may have been counted in long before the item here was freed.
	 * Then somebody between was counted in after that, and took an earlier position: this
	 * chain of additions hands us what it saw.
	 */
	uint64_t position = atomic_fetch_add_explicit(&out->tail, 1, memory_order_acq_rel);
	struct xfh_out_item *item = &out->items[position & (out->n - 1)];
	item->process = process;
	item->event = event;
	item->flags = flags;
	item->bytes = bytes;
	/* Release: the fields before the mark by which the flusher (acquire) knows they are there.
	 */
	atomic_store_explicit(&item->ready, position + 1, memory_order_release);
}

int xfh_out_signal(struct xfh_channel *channel, uint32_t process, uint64_t event, uint32_t flags)
{
	struct xf_host_guest *guest = channel->guest;
	if (atomic_fetch_add(&channel->out.queued, 1) >= guest->max_queue) {
		atomic_fetch_sub(&channel->out.queued, 1);
		atomic_fetch_add_explicit(&guest->refused, 1, memory_order_relaxed);
		return -ENOBUFS;
	}
	push(&channel->out, process, event, flags, NULL);
	atomic_fetch_add_explicit(&guest->accepted, 1, memory_order_relaxed);
	xfh_out_flush(channel, 0);
	return 0;
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
	atomic_fetch_add(&channel->out.controls, 1);
	push(&channel->out, 0, 0, msg->payload_bytes, bytes);
	xfh_out_flush(channel, 1);
	return 0;
}

static void encode_signal(struct xfh_out *out, const struct xfh_out_item *item)
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
}

static void encode_message(struct xfh_out *out, const struct xfh_out_item *item)
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
	while (sizeof(out->bytes) - out->have >= XFW_MAX_BYTES) {
		struct xfh_out_item *item = &out->items[out->head & (out->n - 1)];
		/* Acquire: pairs with push(). */
		if (atomic_load_explicit(&item->ready, memory_order_acquire) != out->head + 1)
			break;
		out->head++;
		if (item->bytes) {
			encode_message(out, item);
			item->bytes = NULL;
			atomic_fetch_sub(&out->controls, 1);
		} else {
			encode_signal(out, item);
			signals++;
		}
	}
	/* Only now may others take these positions. */
	if (signals)
		atomic_fetch_sub(&out->queued, signals);
}

enum round { ROUND_EMPTY, ROUND_MORE, ROUND_FULL, ROUND_BROKEN };

static enum round write_once(struct xfh_channel *channel)
{
	struct xfh_out *out = &channel->out;
	fill(channel);
	if (out->done == out->have)
		return ROUND_EMPTY;
	ssize_t n = channel->io->write(channel, out->bytes + out->done, out->have - out->done);
	if (n == -EAGAIN)
		return ROUND_FULL;
	if (n < 0)
		return ROUND_BROKEN;
	out->done += (size_t)n;
	if (out->done == out->have) {
		atomic_fetch_add_explicit(
			&channel->guest->delivered, out->signals, memory_order_relaxed);
		out->signals = 0;
	}
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
	uint32_t queued = 0;
	while (out->head < atomic_load(&out->tail)) {
		struct xfh_out_item *item = &out->items[out->head++ & (out->n - 1)];
		if (!item->bytes)
			queued++;
		else
			atomic_fetch_sub(&out->controls, 1);
		free(item->bytes);
		item->bytes = NULL;
	}
	atomic_fetch_sub(&out->queued, queued);
	atomic_fetch_add(&channel->guest->dropped, queued);
}

void xfh_out_finish(struct xfh_channel *channel)
{
	xfh_out_drop(channel);
	atomic_fetch_add(&channel->guest->dropped, channel->out.signals);
	free(channel->out.items);
}
