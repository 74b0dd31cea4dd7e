/* SPDX-License-Identifier: MIT */
/*
 * Link: the guest's end of a channel, whatever carries it. Non-blocking bytes in and out, and one
 * descriptor to poll.
 *
 * Thread-safety: one reader and one writer at a time.
 */
#ifndef XFG_LINK_H
#define XFG_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/link_region.h"

struct xfg_link;

struct xfg_link_ops {
	/* Bytes moved (> 0), -EAGAIN, -ECONNRESET when the other side is gone, or another error. */
	ssize_t (*read)(struct xfg_link *link, void *bytes, size_t size);
	ssize_t (*write)(struct xfg_link *link, const void *bytes, size_t size);
	/* Waits for POLLIN or POLLOUT: 0, XF_TIMEOUT, negative. */
	int (*wait)(struct xfg_link *link, short events, int64_t deadline_ns);
	/*
	 * Waits and reads in one: as read, or -ETIMEDOUT. NULL: there is nothing better than wait
	 * and then read. One system call less on the way of a signal.
	 */
	ssize_t (*read_wait)(struct xfg_link *link, void *bytes, size_t size, int64_t deadline_ns);
	/* Whether anybody in this guest counts on the host now; from opening on somebody does.
	 * NULL: does not matter. */
	void (*busy)(struct xfg_link *link, bool busy);
	/* Makes reader and writer return; the descriptors stay until close. */
	void (*shut)(struct xfg_link *link);
	void (*close)(struct xfg_link *link);
};

struct xfg_link {
	const struct xfg_link_ops *ops; /* NULL: closed */
	int fd; /* readable when a read may get something */
	bool reopened; /* may begin with bytes of an older conversation */
	bool in_pieces; /* a read ends where a write of the host's ended, and more may be there */
	int64_t look_ns; /* not 0: `fd` cannot show room (POLLOUT) nor the other side's death, so
			    write after every event and read at least this often */
	int gone_fd_plus_1; /* 0: none. Readable when the device is unplugged and waits for us */
	void *state;
	struct xfg_region region;
};

#define XFG_LINK_NONE ((struct xfg_link){ .fd = -1 })

/*
 * Opens `address` (see struct xf_guest_params) and waits until `deadline_ns` for the other side to
 * be there. -ETIMEDOUT, -EINVAL, -EBUSY, or what the transport said last.
 */
int xfg_link_open(const char *address, int64_t deadline_ns, struct xfg_link *ret_link);
void xfg_link_close(struct xfg_link *link);

/* Writes everything, waiting up to `patience_ns` for room; -ETIMEDOUT leaves a torn message. */
int xfg_link_write_all(struct xfg_link *link, const void *bytes, size_t size, int64_t patience_ns);

/* Polls one descriptor until a deadline: 0, XF_TIMEOUT or negative. */
int xfg_poll(int fd, short events, int64_t deadline_ns);

/* The conversation has begun: no descriptor is expected any more. */
void xfg_link_greeted(struct xfg_link *link);

#endif
