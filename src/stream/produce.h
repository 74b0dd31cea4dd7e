/* SPDX-License-Identifier: MIT */
/* The producer's part. */
#ifndef XFI_STREAM_PRODUCE_H
#define XFI_STREAM_PRODUCE_H

#include "stream/stream.h"

/* Takes the part, unless a live member has it: -EBUSY, named. */
int xfi_stream_begin_producing(struct xf_stream *stream, const struct xf_stream_params *params);

/* Gives it up, if this handle has it; `how`: 0, or XFI_STREAM_ENDED. */
void xfi_stream_end_producing(struct xf_stream *stream, uint64_t how);

/* Under the lock: takes away the sequences of format `k`'s frames. False: some are still wanted. */
bool xfi_stream_retire_frames(struct xf_stream *stream, uint32_t k);

#endif
