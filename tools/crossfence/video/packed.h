/* SPDX-License-Identifier: MIT */
/*
 * Frames as files and pipes carry them: the rows of one plane after the other, without the padding
 * that rows and planes of a surface have.
 */
#ifndef CROSSFENCE_VIDEO_PACKED_H
#define CROSSFENCE_VIDEO_PACKED_H

#include <stdio.h>

#include <crossfence/surface.h>

#define PACKED_END 1 /* the input ends where a frame could begin */

/* Bytes of a frame, `desc` being filled in; 0: not a known format. */
uint64_t packed_bytes(const struct xf_surface_desc *desc);

/*
 * Reads one frame into the surface memory `data`, or writes it from there. 0 or -errno; reading:
 * PACKED_END, or -ENODATA: the input ended in the frame, after *ret_bytes (which may be NULL).
 */
int packed_read(FILE *from, const struct xf_surface_desc *desc, void *data, uint64_t *ret_bytes);
int packed_write(FILE *to, const struct xf_surface_desc *desc, const void *data);

#endif
