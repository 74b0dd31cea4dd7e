/* SPDX-License-Identifier: MIT */
/* Frames that nobody wants any more, for formats. */
#ifndef XFI_STREAM_HOLD_H
#define XFI_STREAM_HOLD_H

#include "stream/stream.h"

/* Under the lock: takes away the sequences of format `k`'s frames. False: some are still wanted. */
bool xfi_stream_retire_frames(struct xf_stream *stream, uint32_t k);

#endif
