/* SPDX-License-Identifier: MIT */
/*
 * Link: the guest's end of a channel, whatever carries it. Non-blocking bytes in and out, and one
 * descriptor to poll.
 *
 * Thread-safety: one reader and one writer at a time.
 */
#ifndef XFI_GUEST_LINK_H
#define XFI_GUEST_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/link_region.h"

struct xfi_link;

struct xfi_link_ops {
	/* Bytes moved (> 0), -EAGAIN, -ECONNRESET when the other side is gone, or another error. */
	ssize_t (*read)(struct xfi_link *link, void *bytes, size_t size);
	ssize_t (*write)(struct xfi_link *link, const void *bytes, size_t size);
	/* Waits for POLLIN or POLLOUT: 0, XF_TIMEOUT, negative. */
	int (*wait)(struct xfi_link *link, short events, int64_t deadline_ns);
	/*
	 * Waits and reads in one: as read, or -ETIMEDOUT. NULL: there is nothing better than wait
	 * and then read. One system call less on the way of a signal.
	 */
	ssize_t (*read_wait)(struct xfi_link *link, void *bytes, size_t size, int64_t deadline_ns);
	/* Makes reader and writer return; the descriptors stay until close. */
	void (*shut)(struct xfi_link *link);
	void (*close)(struct xfi_link *link);
};

struct xfi_link {
	const struct xfi_link_ops *ops; /* NULL: closed */
	int fd; /* readable when a read may get something */
	int reopened; /* may begin with bytes of an older conversation */
	int64_t look_ns; /* not 0: `fd` cannot show room (POLLOUT) nor the other side's death, so
			    write after every event and read at least this often */
	void *state;
	struct xfi_region region;
};

#define XFI_LINK_NONE ((struct xfi_link){ .fd = -1 })

/*
 * Opens `address` (see struct xf_guest_params) and waits until `deadline_ns` for the other side to
 * be there. -ETIMEDOUT, -EINVAL, -EBUSY, or what the transport said last.
 */
int xfi_link_open(const char *address, int64_t deadline_ns, struct xfi_link *ret_link);
void xfi_link_close(struct xfi_link *link);

/* Writes everything, waiting up to `patience_ns` for room; -ETIMEDOUT leaves a torn message. */
int xfi_link_write_all(struct xfi_link *link, const void *bytes, size_t size, int64_t patience_ns);

/* Polls one descriptor until a deadline: 0, XF_TIMEOUT or negative. */
int xfi_poll(int fd, short events, int64_t deadline_ns);

/* The conversation has begun: no descriptor is expected any more. */
void xfi_link_greeted(struct xfi_link *link);

#endif
