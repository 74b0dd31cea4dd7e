/* SPDX-License-Identifier: MIT */
/* The reader's part, for waiting on several objects at once. */
#ifndef XFI_STREAM_READ_H
#define XFI_STREAM_READ_H

#include "stream/stream.h"
#include "sync/wait.h"

/* Frames that those who read now may hold, one being written, and the newest. */
uint32_t xfi_stream_reserved(const struct xf_stream *stream);

/* Whether xf_stream_next() would not wait. */
bool xfi_stream_ready(const struct xf_stream *stream);

extern const struct xfi_waitable xfi_stream_waitable;

#endif
