/* SPDX-License-Identifier: MIT */
/* A channel's way out: signals of any thread and answers of the service, in order. */
#ifndef XFH_OUT_H
#define XFH_OUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "host/queue_time.h"
#include "host/ring.h"
#include "wire/wire.h"

struct xfh_channel;

#define XFH_OUT_SIGNALS	 (2 * XFW_MAX_BYTES / XFW_HEAD_BYTES) /* at most in `bytes` */
#define XFH_OUT_CONTROLS 64 /* answers that may wait to be sent; beyond, we stop reading */

enum { XFH_FLUSH_IDLE, XFH_FLUSH_BUSY, XFH_FLUSH_AGAIN };

struct xfh_out {
	struct xfh_rings rings; /* of the guest's queue + XFH_OUT_CONTROLS + slack, or more */
	_Atomic uint32_t queued; /* signals in the rings */
	_Atomic uint32_t controls;
	_Atomic uint32_t
		flush; /* FLUSH_*: whoever has it BUSY is the flusher and owns what follows */
	uint64_t sequence;
	uint64_t session;
	size_t have, done; /* bytes waiting in, and written from, `bytes` */
	uint32_t signals; /* signals among `bytes` */
	int waiting; /* for room: the epoll set tells the service */
	uint32_t n_since;
	int64_t since_ns[XFH_OUT_SIGNALS / XFH_QUEUE_TIME_EVERY + 1]; /* of some of these signals */
	uint8_t bytes[2 * XFW_MAX_BYTES];
};

int xfh_out_init(struct xfh_out *out, uint32_t max_queue);
/* Service only. From its return on the guest's queue may be so long. 0, -ENOMEM. */
int xfh_out_make_room(struct xfh_channel *channel, uint32_t max_queue);
void xfh_out_drop(struct xfh_channel *channel);
void xfh_out_finish(struct xfh_channel *channel);
int xfh_out_signal(struct xfh_channel *channel, uint32_t process, uint64_t event, uint32_t flags);
/* Service only. 0, -ENOMEM. */
int xfh_out_message(struct xfh_channel *channel, struct xfw_msg *msg, const void *payload);
void xfh_out_flush(struct xfh_channel *channel, int service);
/* Service only. The guest is quiet: from its return on nobody is writing to the channel. */
void xfh_out_settle(struct xfh_channel *channel);
/* One message, at once or not at all, before a channel is closed. */
void xfh_out_last_word(struct xfh_channel *channel, enum xfw_reason reason, uint32_t tag);

#endif
