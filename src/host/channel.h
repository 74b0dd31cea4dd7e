/* SPDX-License-Identifier: MIT */
/* A channel: the bytes between one guest, or its guestd, and the service. */
#ifndef XFH_CHANNEL_H
#define XFH_CHANNEL_H

#include <stdbool.h>

#include <sys/types.h>

#include "host/guest.h"
#include "host/out.h"

struct xfh_channel_io {
	/* Bytes moved (> 0), -EAGAIN, -ECONNRESET when the other side is gone, or another error. */
	ssize_t (*read)(struct xfh_channel *channel, void *bytes, size_t size);
	ssize_t (*write)(struct xfh_channel *channel, const void *bytes, size_t size);
	void (*close)(struct xfh_channel *channel);
	/* Whether somebody in the guest counts on us now. NULL: does not matter. */
	void (*busy)(struct xfh_channel *channel, int busy);
	/* Its descriptor only says "look": whatever event comes may mean input and room. */
	int hint_only;
};

enum xfh_channel_state { XFH_CHANNEL_GREETING, XFH_CHANNEL_OPEN };

/* What the epoll set always tells of a channel. */
#define XFH_CHANNEL_EVENTS (EPOLLIN | EPOLLRDHUP | (uint32_t)EPOLLET)

struct xfh_channel {
	struct xfw_list link; /* guest.channels */
	struct xfw_list readable; /* host.readable */
	struct xfh_watch watch;
	struct xf_host_guest *guest;
	const struct xfh_channel_io *io;
	enum xfh_channel_state state;
	int64_t greet_by_ns; /* closed if it has not said HELLO by then; 0: may take its time */
	bool reopened; /* the transport may show bytes of an older opener, and a second HELLO */
	uint64_t skipped;
	const char *why; /* it ends, for people */
	bool resting; /* its guest has said too much: read on later */
	uint32_t told_events; /* the most that its session was told of as its limit */
	struct xfw_peer in;
	struct xfw_list processes;
	uint32_t last_process;
	_Atomic int attention; /* the service must flush it, or bury it when broken */
	_Atomic int broken;
	bool gone; /* the guest's side is known to run no more */
	bool cut; /* being closed although it may */
	bool ending; /* the other side has hung up: read to the end */
	_Atomic int blocked; /* not read from until answers have left */
	struct xfh_out out;
	size_t have;
	uint8_t bytes[4 * XFW_MAX_BYTES];
};

/* Its first process has come, or its last one gone. */
static inline void xfh_channel_busy(struct xfh_channel *channel, int busy)
{
	if (channel->io->busy)
		channel->io->busy(channel, busy);
}

int xfh_channel_create(struct xf_host_guest *guest, int fd, const struct xfh_channel_io *io,
	int reopened, struct xfh_channel **ret_channel);
void xfh_channel_close(struct xfh_channel *channel);
/* Its guest's time in this turn is not used up yet. */
bool xfh_channel_has_time(struct xfh_channel *channel);
void xfh_channel_read(struct xfh_channel *channel);
void xfh_channel_look(struct xfh_channel *channel); /* reads it when its turn comes */
/* Others may want its place: it has to say HELLO soon. */
void xfh_channel_expect_hello(struct xfh_channel *channel);
/* Closes those whose time is over; reads from those whose rest is. */
void xfh_channel_expire(struct xf_host_guest *guest, int64_t now_ns);
/* Closes the oldest one that has said nothing yet. 0: there was none. */
int xfh_channel_make_place(struct xf_host_guest *guest);
/* Tells whoever connected that there is no place, before `fd` is closed. */
void xfh_channel_refuse(int fd);
extern const struct xfh_channel_io xfh_socket_io;

#endif
