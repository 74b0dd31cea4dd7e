/* SPDX-License-Identifier: MIT */
/* Caps of GStreamer as formats of a stream, and back. */
#ifndef XF_GST_FORMAT_H
#define XF_GST_FORMAT_H

#include <gst/video/video.h>

#include "link.h"

/* A frame of bytes has no more. */
#define FORMAT_BYTES_MAX ((gsize)XF_SIZE_MAX_PX * XF_SIZE_MAX_PX)

/* A picture in a surface. What lies around it is room that somebody writes to and nobody reads. */
struct picture {
	gboolean is; /* FALSE: frames are bytes, and the rest means nothing */
	GstVideoInfo info;
	guint left_px, top_px; /* where it begins */
	gboolean padded; /* the surface is larger */
};

/* How a pipeline's pictures lie in surfaces of one of the stream's formats. */
struct placement {
	guint32 generation; /* of that one; 0: of none yet */
	struct xf_surface_desc desc; /* of that one: two may be said to be one generation */
	struct picture picture;
	gsize bytes; /* of a surface */
	gboolean same; /* it has the pipeline's caps */
	gboolean fits; /* the picture is in the surface, as it is in those of the same caps */
};

/* What a stream's format says, with the memory that its pointers need. */
struct format {
	struct xf_stream_format stream;
	struct xf_surface_desc desc;
	guint8 blob[XF_FORMAT_BLOB_MAX]; /* see caps.h */
	struct picture picture;
	gsize bytes; /* of a frame's surface */
	struct placement placement; /* in the frames that came last */
};

/*
 * What of `caps` a surface can hold as a picture; in the order of `caps`, or where they have each
 * such format, in one that suits most. Transfer full.
 */
GstCaps *format_pictures_of(GstCaps *caps);

/*
 * What is known of a stream's caps by looking only: a format and the size of its surfaces (the
 * picture may be smaller); any, for bytes; NULL: nothing that GStreamer has caps for. Transfer
 * full.
 */
GstCaps *format_caps_like(uint32_t fourcc, uint32_t width_px, uint32_t height_px);

/*
 * The format for `caps`. Pictures lie as GStreamer itself lays them out, with `alignment` (may be
 * NULL) applied; anything else is bytes, up to `capacity` to a frame. FALSE: caps that cannot
 * travel, or describe an impossible picture. Long caps take room in the link's domain.
 */
gboolean format_from_caps(struct format *format, struct link *link, const GstCaps *caps,
	const GstVideoAlignment *alignment, gsize capacity);

/* Makes the pointers of a copied format its own. */
void format_own(struct format *format);

/*
 * Caps of what others publish, and how the picture lies; NULL: nothing that GStreamer has a name
 * for, or caps that contradict the surface. Transfer full.
 */
GstCaps *format_to_caps(
	struct link *link, const struct xf_stream_format *stream, struct picture *ret_picture);

/* Where the picture begins in surfaces of `stream`, which has its caps but may be padded else. */
void format_place(struct picture *picture, const struct xf_stream_format *stream);

/*
 * The same for pictures of `format`, in frames of the same stream; found once for each of its
 * formats, since it takes longer than handing a frame on. The caller has `format` to itself.
 */
const struct placement *format_placement(
	struct format *format, const struct xf_stream_format *frames);

/* Whether surfaces are described alike, byte for byte: those of two formats, whatever their number
 * is, which a member can write as it likes. */
gboolean format_is_alike(const struct xf_surface_desc *a, const struct xf_surface_desc *b);

/* Bytes of one frame's surface, as far as they mean something; 0: nonsense. */
gsize format_size(const struct xf_surface_desc *desc);

/* Where plane `i` of a picture begins in a surface whose planes are `desc`'s. */
gsize format_offset(
	const struct picture *picture, const struct xf_surface_desc *desc, uint32_t plane);

/* Whether planes lie as those assume who know nothing of GstVideoMeta. */
gboolean format_lies_as_usual(const struct picture *picture, const struct xf_surface_desc *desc);

/*
 * Bytes of such a picture for them: the last row's padding is among these, and a surface may lack
 * it.
 */
gsize format_usual_size(const struct picture *picture);

/* Whether planes lie so, and all those bytes are there. */
gboolean format_is_as_usual(const struct picture *picture, const struct xf_surface_desc *desc);

#endif
