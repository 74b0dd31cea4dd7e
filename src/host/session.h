/* SPDX-License-Identifier: MIT */
/* What a guest's messages mean. Service only. */
#ifndef XFH_SESSION_H
#define XFH_SESSION_H

#include "host/channel.h"

/* 0, or -EPROTO and *ret_why: the channel must be closed. */
int xfh_session_message(struct xfh_channel *channel, const struct xfw_msg *msg, uint8_t *payload,
	const char **ret_why);
/* Answers a request. */
int xfh_session_answer(struct xfh_channel *channel, const struct xfw_msg *request, int result,
	uint32_t status, const void *payload, uint32_t size);
/* Tells whoever still believes in a session, whichever it is, that the host has none of it. */
void xfh_session_disown(struct xfh_channel *channel);
/* The VM runs again: is it still where it was? If not, it ends its session and begins another. */
void xfh_session_check(struct xfh_channel *channel);
/* The guest's limits have changed. */
void xfh_session_tell_limits(struct xfh_channel *channel);
void xfh_session_end(struct xfh_channel *channel);

#endif
