/* SPDX-License-Identifier: MIT */
/* A channel: the bytes between one guest, or its guestd, and the service. */
#ifndef XFI_HOST_CHANNEL_H
#define XFI_HOST_CHANNEL_H

#include <sys/types.h>

#include "host/guest.h"
#include "host/out.h"

struct wire_io {
	/* Bytes moved (> 0), -EAGAIN, -ECONNRESET when the other side is gone, or another error. */
	ssize_t (*read)(struct channel *channel, void *bytes, size_t size);
	ssize_t (*write)(struct channel *channel, const void *bytes, size_t size);
	void (*close)(struct channel *channel);
	/* Its descriptor only says "look": whatever event comes may mean input and room. */
	int hint_only;
};

enum channel_state { CHANNEL_GREETING, CHANNEL_OPEN };

/* What the epoll set always tells of a channel. */
#define CHANNEL_EVENTS (EPOLLIN | EPOLLRDHUP | (uint32_t)EPOLLET)

struct channel {
	struct xfi_list link; /* guest.channels */
	struct xfi_list readable; /* host.readable */
	struct watch watch;
	struct xf_host_guest *guest;
	const struct wire_io *io;
	enum channel_state state;
	int reopened; /* the transport may show bytes of an older opener, and a second HELLO */
	uint64_t skipped;
	struct xfi_wire_peer in;
	struct xfi_list processes;
	uint32_t last_process;
	_Atomic int attention; /* the service must flush it, or bury it when broken */
	_Atomic int broken;
	int gone; /* the guest's side is known to run no more */
	int cut; /* being closed although it may */
	int ending; /* the other side has hung up: read to the end */
	_Atomic int blocked; /* not read from until answers have left */
	struct out out;
	size_t have;
	uint8_t bytes[4 * XFI_WIRE_MAX_BYTES];
};

int xfi_channel_create(struct xf_host_guest *guest, int fd, const struct wire_io *io, int reopened,
	struct channel **ret_channel);
void xfi_channel_close(struct channel *channel);
void xfi_channel_read(struct channel *channel);
void xfi_channel_look(struct channel *channel); /* reads it when its turn comes */
extern const struct wire_io xfi_socket_io;

#endif
