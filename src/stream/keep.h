/* SPDX-License-Identifier: MIT */
/* What a producer leaves to its readers. */
#ifndef XFI_STREAM_KEEP_H
#define XFI_STREAM_KEEP_H

#include "stream/stream.h"

/*
 * Under the domain's lock, before `goer` closes its handles, or the sweep does for it: the readers
 * of every frame of the stream in slot `index` have those surfaces open whose frames they have
 * still to get.
 */
void xfi_stream_keep(struct xf_domain *domain, uint32_t index, uint32_t goer);

/*
 * A reader of every frame, under the stream's lock: closes the pool of format `k`, unless it has
 * still to get a frame of it; whether it did. Blocks as xf_surface_create().
 */
bool xfi_stream_close_unwanted(struct xf_stream *stream, uint32_t k);

/*
 * The same before it closes one that has ended, and after it has left the set: what is being kept
 * for it is kept when this returns, so that closing gives it up; nothing is kept afterwards.
 */
void xfi_stream_keep_no_more(const struct xf_stream *stream);

#endif
