/* SPDX-License-Identifier: MIT */
/*
 * Reading by whoever waits. One waiting thread at a time is the reader: it sleeps in the kernel on
 * the channel itself, so a signal wakes exactly the thread that wants it and costs no hand-over
 * between threads. What it reads for others wakes them through their own futex; when it leaves, it
 * wakes one sleeper to read in its place.
 *
 *	reader:   poll channel -> read -> dispatch -> satisfied? leave, promote a sleeper
 *	sleeper:  futex -> satisfied? leave; nobody reading? become the reader
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/futex.h"
#include "guest/io.h"

static int futex_sleep(uint32_t *word, int64_t deadline_ns)
{
	struct timespec limit = { deadline_ns / 1000000000, deadline_ns % 1000000000 };
	long r = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, 0,
		deadline_ns == XF_NEVER ? NULL : &limit, NULL, FUTEX_BITSET_MATCH_ANY);
	int error = r < 0 ? errno : 0;
	if (xfi_futex_is_denied(error)) /* a filter came after connecting */
		error = -xfi_futex_rest(deadline_ns);
	return error == ETIMEDOUT ? XF_TIMEOUT : 0;
}

void xfg_wake(struct xfg_waiter *waiter)
{
	__atomic_store_n(&waiter->word, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &waiter->word, FUTEX_WAKE_PRIVATE, 1);
}

void xfg_lose_locked(struct xf_guest *guest, int why)
{
	if (guest->lost)
		return;
	guest->lost = why;
	if (guest->link.ops)
		guest->link.ops->shut(&guest->link);
	XFW_LIST_EACH(waiter, &guest->waiters, struct xfg_waiter, link)
	xfg_wake(waiter);
}

static void answered_locked(
	struct xf_guest *guest, const struct xfw_msg *msg, const uint8_t *payload)
{
	XFW_LIST_EACH(waiter, &guest->requests, struct xfg_waiter, request)
	{
		if (waiter->tag != msg->tag)
			continue;
		size_t n = msg->payload_bytes;
		if (n && waiter->data)
			memcpy(waiter->data, payload, n < waiter->size ? n : waiter->size);
		waiter->size = n;
		xfw_unpack_results(msg->object, &waiter->result, &waiter->status);
		waiter->answered = true;
		xfw_list_remove(&waiter->request);
		xfg_wake(waiter);
		return;
	}
	/* Nobody waits for it any more: its request timed out. */
}

static int dispatch_locked(
	struct xf_guest *guest, const struct xfw_msg *msg, const uint8_t *payload)
{
	const char *why;
	if (msg->type == XFW_CLOSE)
		return -ECONNRESET;
	if (xfw_follow(&guest->in, msg, &why))
		return -EPROTO;
	if (msg->type == XFW_CHECK)
		return msg->object > atomic_load(&guest->out_sequence) ? -EPROTO : 0;
	if (msg->type == XFW_LIMITS)
		return xfw_get_welcome(payload, &guest->limits);
	if (msg->process != XFG_PROCESS) {
		guest->unknown++;
		return 0;
	}
	if (msg->type == XFW_SIGNAL)
		xfg_signal_locked(guest, msg->object, msg->flags & XFW_LAST_USE);
	else if (msg->type == XFW_DONE)
		answered_locked(guest, msg, payload);
	else
		return -EPROTO;
	return 0;
}

static void consume_locked(struct xf_guest *guest)
{
	size_t used = 0;
	for (;;) {
		struct xfw_msg msg;
		const char *why;
		const uint8_t *bytes = guest->bytes + used;
		int r = xfw_decode(bytes, guest->have - used, XFW_FROM_HOST, &msg, &why);
		if (r == XFW_MORE)
			break;
		if (!r)
			r = dispatch_locked(guest, &msg, bytes + XFW_HEAD_BYTES);
		if (r) {
			xfg_lose_locked(guest, -ECONNRESET);
			return;
		}
		used += XFW_HEAD_BYTES + msg.payload_bytes;
	}
	memmove(guest->bytes, guest->bytes + used, guest->have -= used);
}

static void received_locked(struct xf_guest *guest, ssize_t n)
{
	if (n > 0) {
		guest->have += (size_t)n;
		consume_locked(guest);
	} else if (n != -EAGAIN) {
		xfg_lose_locked(guest, -ECONNRESET);
	}
}

static ssize_t read_link(struct xf_guest *guest)
{
	/* A decoder that wants more has less than one message: there is always room. */
	return guest->link.ops->read(
		&guest->link, guest->bytes + guest->have, sizeof(guest->bytes) - guest->have);
}

int xfg_read_now_locked(struct xf_guest *guest)
{
	ssize_t n = 1;
	if (guest->reading)
		return guest->lost;
	while (n > 0 && !guest->lost) {
		n = read_link(guest);
		received_locked(guest, n);
	}
	return guest->lost;
}

/* Waits for input and takes it; the lock is open meanwhile. 0, XF_TIMEOUT, negative: failed. */
static int read_locked(struct xf_guest *guest, int64_t deadline_ns)
{
	guest->reading = true;
	pthread_mutex_unlock(&guest->lock);
	const struct xfg_link_ops *ops = guest->link.ops;
	ssize_t n;
	if (ops->read_wait) {
		n = ops->read_wait(&guest->link, guest->bytes + guest->have,
			sizeof(guest->bytes) - guest->have, deadline_ns);
	} else {
		int r = ops->wait(&guest->link, POLLIN, deadline_ns);
		n = r == 0 ? read_link(guest) : r == XF_TIMEOUT ? -ETIMEDOUT : r;
	}
	pthread_mutex_lock(&guest->lock);
	guest->reading = false;
	if (n == -ETIMEDOUT)
		return XF_TIMEOUT;
	received_locked(guest, n);
	return 0;
}

static int sleep_locked(struct xf_guest *guest, struct xfg_waiter *me, int64_t deadline_ns)
{
	me->word = 0;
	xfw_list_append(&guest->waiters, &me->link);
	pthread_mutex_unlock(&guest->lock);
	int r = futex_sleep(&me->word, deadline_ns);
	pthread_mutex_lock(&guest->lock);
	xfw_list_remove(&me->link);
	return r;
}

/* Somebody has to read for those who sleep. */
static void promote_locked(struct xf_guest *guest)
{
	if (guest->reading || xfw_list_empty(&guest->waiters))
		return;
	xfg_wake(XFW_CONTAINER(guest->waiters.next, struct xfg_waiter, link));
}

static int satisfied_locked(struct xfg_waiter *me)
{
	if (me->event)
		return xfg_take_locked(me->event);
	return me->answered;
}

int xfg_await_locked(struct xf_guest *guest, struct xfg_waiter *me, int64_t deadline_ns)
{
	int r = 0;
	if (deadline_ns <= 0)
		(void)xfg_read_now_locked(guest); /* a loss is seen below */
	while (!satisfied_locked(me)) {
		if (guest->lost || guest->stopping) {
			r = guest->lost ? guest->lost : -ECONNRESET;
			break;
		}
		if (r == XF_TIMEOUT || deadline_ns <= 0) {
			r = XF_TIMEOUT;
			break;
		}
		if (guest->reading)
			r = sleep_locked(guest, me, deadline_ns);
		else
			r = read_locked(guest, deadline_ns);
		if (r < 0)
			break;
	}
	if (r == XF_TIMEOUT && satisfied_locked(me))
		r = 0;
	else if (r != XF_TIMEOUT && r > 0)
		r = 0;
	promote_locked(guest);
	return r;
}

/* Fills in what every message has; write_lock is held, so sequence and bytes stay in order. */
static int write_message(struct xf_guest *guest, struct xfw_msg *msg, const void *payload)
{
	uint8_t bytes[XFW_MAX_BYTES];
	msg->session = guest->in.session;
	msg->process = XFG_PROCESS;
	/* Counted before the host can see it: see XFW_CHECK. A failure ends the session. */
	msg->sequence = atomic_fetch_add(&guest->out_sequence, 1);
	xfw_encode(msg, bytes);
	if (msg->payload_bytes)
		memcpy(bytes + XFW_HEAD_BYTES, payload, msg->payload_bytes);
	return xfg_link_write_all(
		&guest->link, bytes, XFW_HEAD_BYTES + msg->payload_bytes, XFG_PATIENCE_NS);
}

static int write_gone(struct xf_guest *guest, uint64_t id)
{
	struct xfw_msg msg = { .type = XFW_EVENT_CLOSE, .object = id };
	return write_message(guest, &msg, NULL);
}

/* Tells the host which records have gone; the reader only notes them, since it must not write. */
static int flush_gone(struct xf_guest *guest)
{
	int r = 0;
	pthread_mutex_lock(&guest->lock);
	while (!r && !guest->lost && guest->n_gone) {
		uint64_t id = guest->gone[--guest->n_gone];
		pthread_mutex_unlock(&guest->lock);
		r = write_gone(guest, id);
		pthread_mutex_lock(&guest->lock);
	}
	if (!r)
		r = guest->lost;
	pthread_mutex_unlock(&guest->lock);
	return r;
}

static int send_message(struct xf_guest *guest, struct xfw_msg *msg, const void *payload)
{
	pthread_mutex_lock(&guest->write_lock);
	int r = flush_gone(guest);
	if (!r && msg)
		r = write_message(guest, msg, payload);
	if (r < 0) {
		/* A message may have been torn: nothing that follows could be understood. */
		pthread_mutex_lock(&guest->lock);
		xfg_lose_locked(guest, -ECONNRESET);
		r = guest->lost;
		pthread_mutex_unlock(&guest->lock);
	}
	pthread_mutex_unlock(&guest->write_lock);
	return r;
}

int xfg_send(struct xf_guest *guest, struct xfw_msg *msg, const void *payload)
{
	return send_message(guest, msg, payload);
}

void xfg_flush(struct xf_guest *guest)
{
	(void)send_message(guest, NULL, NULL); /* lost: then the records are gone at the host too */
}

void xfg_request_begin(struct xf_guest *guest, struct xfw_msg *msg, struct xfg_waiter *me)
{
	xfw_list_init(&me->link);
	pthread_mutex_lock(&guest->lock);
	if (++guest->next_tag == 0)
		guest->next_tag = 1;
	msg->tag = me->tag = guest->next_tag;
	xfw_list_append(&guest->requests, &me->request);
	pthread_mutex_unlock(&guest->lock);
}

void xfg_request_end(struct xf_guest *guest, struct xfg_waiter *me)
{
	pthread_mutex_lock(&guest->lock);
	xfw_list_remove(&me->request);
	pthread_mutex_unlock(&guest->lock);
}

int xfg_request(struct xf_guest *guest, struct xfw_msg *msg, const void *payload,
	struct xfg_waiter *me, int64_t deadline_ns)
{
	xfg_request_begin(guest, msg, me);
	int r = xfg_send(guest, msg, payload);
	if (!r) {
		pthread_mutex_lock(&guest->lock);
		r = xfg_await_locked(guest, me, deadline_ns);
		pthread_mutex_unlock(&guest->lock);
	}
	xfg_request_end(guest, me);
	return r == XF_TIMEOUT ? -ETIMEDOUT : r;
}
