/* SPDX-License-Identifier: MIT */
/* A channel's way out: signals of any thread and answers of the service, in order. */
#ifndef XFH_OUT_H
#define XFH_OUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/wire.h"

struct xfh_channel;

struct xfh_out_item {
	_Atomic uint64_t ready; /* position + 1 once the fields are written */
	uint32_t process;
	uint32_t flags;
	uint64_t event;
	uint8_t *bytes; /* not a signal: an encoded message without sequence; owned */
};

#define XFH_OUT_CONTROLS 64 /* answers that may wait to be sent; beyond, we stop reading */

enum { XFH_FLUSH_IDLE, XFH_FLUSH_BUSY, XFH_FLUSH_AGAIN };

struct xfh_out {
	struct xfh_out_item
		*items; /* n: power of two >= the guest's queue + XFH_OUT_CONTROLS + slack */
	uint64_t n;
	_Atomic uint64_t tail; /* producers */
	_Atomic uint32_t queued; /* signals in items */
	_Atomic uint32_t controls;
	_Atomic uint32_t
		flush; /* FLUSH_*: whoever has it BUSY is the flusher and owns what follows */
	uint64_t head;
	uint64_t sequence;
	uint64_t session;
	size_t have, done; /* bytes waiting in, and written from, `bytes` */
	uint32_t signals; /* signals among `bytes` */
	int waiting; /* for room: the epoll set tells the service */
	uint8_t bytes[2 * XFW_MAX_BYTES];
};

int xfh_out_init(struct xfh_out *out, uint32_t max_queue);
void xfh_out_drop(struct xfh_channel *channel);
void xfh_out_finish(struct xfh_channel *channel);
int xfh_out_signal(struct xfh_channel *channel, uint32_t process, uint64_t event, uint32_t flags);
/* Service only. 0, -ENOMEM. */
int xfh_out_message(struct xfh_channel *channel, struct xfw_msg *msg, const void *payload);
void xfh_out_flush(struct xfh_channel *channel, int service);
/* One message, at once or not at all, before a channel is closed. */
void xfh_out_last_word(struct xfh_channel *channel, enum xfw_reason reason, uint32_t tag);

#endif
