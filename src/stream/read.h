/* SPDX-License-Identifier: MIT */
/* Frames that are taken, also for waiting on several objects at once. */
#ifndef XFI_STREAM_READ_H
#define XFI_STREAM_READ_H

#include "stream/stream.h"
#include "sync/wait.h"

/* Under the lock: gives frame `f` up. -EPERM: not held for reading. */
int xfi_stream_give_back(struct xf_stream *stream, uint32_t f);

/* Whether xf_stream_next() would not wait. */
bool xfi_stream_ready(const struct xf_stream *stream);

extern const struct xfi_waitable xfi_stream_waitable;

#endif
