/* SPDX-License-Identifier: MIT */
/* A channel's way out: signals of any thread and answers of the service, in order. */
#ifndef XFI_HOST_OUT_H
#define XFI_HOST_OUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/wire.h"

struct channel;

struct out_item {
	_Atomic uint64_t ready; /* position + 1 once the fields are written */
	uint32_t process;
	uint32_t flags;
	uint64_t event;
	uint8_t *bytes; /* not a signal: an encoded message without sequence; owned */
};

#define OUT_CONTROLS 64 /* answers that may wait to be sent; beyond, we stop reading */

enum { FLUSH_IDLE, FLUSH_BUSY, FLUSH_AGAIN };

struct out {
	struct out_item *items; /* n: power of two >= the guest's queue + OUT_CONTROLS + slack */
	uint64_t n;
	_Atomic uint64_t tail; /* producers */
	_Atomic uint32_t queued; /* signals in items */
	_Atomic uint32_t controls;
	_Atomic uint32_t flush; /* FLUSH_*: who has it BUSY is the flusher and owns what follows */
	uint64_t head;
	uint64_t sequence;
	uint64_t session;
	size_t have, done; /* bytes waiting in, and written from, `bytes` */
	uint32_t signals; /* signals among `bytes` */
	int waiting; /* for room: the epoll set tells the service */
	uint8_t bytes[2 * XFI_WIRE_MAX_BYTES];
};

int xfi_out_init(struct out *out, uint32_t max_queue);
void xfi_out_drop(struct channel *channel);
void xfi_out_finish(struct channel *channel);
int xfi_out_signal(struct channel *channel, uint32_t process, uint64_t event, uint32_t flags);
/* Service only. 0, -ENOMEM. */
int xfi_out_message(struct channel *channel, struct xfi_wire_msg *msg, const void *payload);
void xfi_out_flush(struct channel *channel, int service);
/* One message, at once or not at all, before a channel is closed. */
void xfi_out_last_word(struct channel *channel, enum xfi_wire_reason reason, uint32_t tag);

#endif
