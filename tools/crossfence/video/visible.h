/* SPDX-License-Identifier: MIT */
/*
 * What of a frame is meant to be seen. A picture may lie in a larger surface, as decoders want it,
 * or be cropped; the frame's crop says so, and what is around it is nobody's business.
 */
#ifndef CROSSFENCE_VIDEO_VISIBLE_H
#define CROSSFENCE_VIDEO_VISIBLE_H

#include <crossfence/stream.h>

struct visible {
	struct xf_frame frame;
	struct xf_stream_format format;
	struct xf_surface_desc desc;
};

/*
 * `frame` with a description of that part of its surface alone: width, height, and where its planes
 * begin. The part grows to whole blocks of each plane, by a pixel where chroma is halved. A crop
 * that is not in the picture, and one of what is no linear picture, is none. `visible` keeps what
 * the result points to, which else is the frame's.
 */
const struct xf_frame *visible_part(struct visible *visible, const struct xf_frame *frame);

#endif
