/* SPDX-License-Identifier: MIT */
/* What a guest's messages mean. Service only. */
#ifndef XFI_HOST_SESSION_H
#define XFI_HOST_SESSION_H

#include "host/channel.h"

/* 0, or -EPROTO and *ret_why: the channel must be closed. */
int xfi_session_message(struct channel *channel, const struct xfi_wire_msg *msg, uint8_t *payload,
	const char **ret_why);
/* Answers a request. */
int xfi_session_answer(struct channel *channel, const struct xfi_wire_msg *request, int result,
	uint32_t status, const void *payload, uint32_t size);
void xfi_session_end(struct channel *channel);

#endif
