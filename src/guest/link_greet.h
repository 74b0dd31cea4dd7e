/* SPDX-License-Identifier: MIT */
#ifndef XFG_LINK_GREET_H
#define XFG_LINK_GREET_H

#include "guest/link.h"
#include "wire/wire.h"

/*
 * Says HELLO and reads up to the WELCOME that answers it, byte for byte, so that nothing behind it
 * is consumed. *ret_session is the session. -EPROTO, -ETIMEDOUT, -EUSERS (refused for a quota),
 * -ECONNRESET.
 */
int xfg_link_greet(struct xfg_link *link, int64_t deadline_ns, struct xfw_welcome *ret_welcome,
	uint64_t *ret_session);

#endif
