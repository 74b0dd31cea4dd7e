/* SPDX-License-Identifier: MIT */
/*
 * Ringing an eventfd that somebody else has, too. Its flags are shared: whoever makes it blocking,
 * and full, would have a write() to it sleep for good. The kernel's own way to add to it never
 * does.
 */
#ifndef XFH_BELL_H
#define XFH_BELL_H

#include <linux/aio_abi.h>

struct xfh_bell {
	int fd; /* -1: none */
	int null;
	aio_context_t context;
};

#define XFH_BELL_NONE ((struct xfh_bell){ .fd = -1, .null = -1 })

/* 0 or negative; to be ended with xfh_bell_finish() in any case. */
int xfh_bell_init(struct xfh_bell *bell);
/* Any thread. Never blocks. */
void xfh_bell_ring(const struct xfh_bell *bell);
void xfh_bell_finish(struct xfh_bell *bell);

#endif
