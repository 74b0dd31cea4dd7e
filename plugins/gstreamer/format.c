/* SPDX-License-Identifier: MIT */
/*
 * The caps travel in the format's blob (caps.h). For readers of another kind description, rate and
 * colorimetry say the same of pictures; and from these come the caps of streams that others
 * produce.
 */
#include "format.h"

#include "caps.h"
#include "colour.h"
#include "fits.h"
#include "portable.h"
#include "sound.h"
#include <string.h>

/* Of the picture that bytes are kept as; where they are too many for that one. */
#define BYTES_WIDTH	 4096
#define MANY_BYTES_WIDTH XF_SIZE_MAX_PX

/* Those that most can take come first, and eight bits before more. */
static const struct {
	uint32_t fourcc;
	GstVideoFormat gst;
} pairs[] = {
	{ XF_FORMAT_YUV420, GST_VIDEO_FORMAT_I420 },
	{ XF_FORMAT_NV12, GST_VIDEO_FORMAT_NV12 },
	{ XF_FORMAT_XRGB8888, GST_VIDEO_FORMAT_BGRx },
	{ XF_FORMAT_ARGB8888, GST_VIDEO_FORMAT_BGRA },
	{ XF_FORMAT_ABGR8888, GST_VIDEO_FORMAT_RGBA },
	{ XF_FORMAT_XBGR8888, GST_VIDEO_FORMAT_RGBx },
	{ XF_FORMAT_YVU420, GST_VIDEO_FORMAT_YV12 },
	{ XF_FORMAT_NV21, GST_VIDEO_FORMAT_NV21 },
	{ XF_FORMAT_YUYV, GST_VIDEO_FORMAT_YUY2 },
	{ XF_FORMAT_UYVY, GST_VIDEO_FORMAT_UYVY },
	{ XF_FORMAT_BGRX8888, GST_VIDEO_FORMAT_xRGB },
	{ XF_FORMAT_RGBX8888, GST_VIDEO_FORMAT_xBGR },
	{ XF_FORMAT_BGRA8888, GST_VIDEO_FORMAT_ARGB },
	{ XF_FORMAT_RGBA8888, GST_VIDEO_FORMAT_ABGR },
	{ XF_FORMAT_BGR888, GST_VIDEO_FORMAT_RGB },
	{ XF_FORMAT_RGB888, GST_VIDEO_FORMAT_BGR },
	{ XF_FORMAT_R8, GST_VIDEO_FORMAT_GRAY8 },
	{ XF_FORMAT_RGB565, GST_VIDEO_FORMAT_RGB16 },
	{ XF_FORMAT_YUV422, GST_VIDEO_FORMAT_Y42B },
	{ XF_FORMAT_NV16, GST_VIDEO_FORMAT_NV16 },
	{ XF_FORMAT_YUV444, GST_VIDEO_FORMAT_Y444 },
	{ XF_FORMAT_NV24, GST_VIDEO_FORMAT_NV24 },
	{ XF_FORMAT_ARGB2101010, GST_VIDEO_FORMAT_BGR10A2_LE },
	{ XF_FORMAT_ABGR2101010, GST_VIDEO_FORMAT_RGB10A2_LE },
	{ XF_FORMAT_R16, GST_VIDEO_FORMAT_GRAY16_LE },
	{ XF_FORMAT_P010, GST_VIDEO_FORMAT_P010_10LE },
	{ XF_FORMAT_P012, GST_VIDEO_FORMAT_P012_LE },
	{ XF_FORMAT_P016, GST_VIDEO_FORMAT_P016_LE },
	{ XF_FORMAT_S010, GST_VIDEO_FORMAT_I420_10LE },
	{ XF_FORMAT_S210, GST_VIDEO_FORMAT_I422_10LE },
	{ XF_FORMAT_S410, GST_VIDEO_FORMAT_Y444_10LE },
	{ XF_FORMAT_Y210, GST_VIDEO_FORMAT_Y210 },
	{ XF_FORMAT_AYUV, GST_VIDEO_FORMAT_VUYA },
	{ XF_FORMAT_VUY888, GST_VIDEO_FORMAT_v308 },
	{ XF_FORMAT_Y410, GST_VIDEO_FORMAT_Y410 },
};

static uint32_t fourcc_of(GstVideoFormat gst)
{
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
		if (pairs[i].gst == gst)
			return pairs[i].fourcc;
	return 0;
}

static GstVideoFormat gst_of(uint32_t fourcc)
{
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
		if (pairs[i].fourcc == fourcc)
			return pairs[i].gst;
	return GST_VIDEO_FORMAT_UNKNOWN;
}

static GstCaps *all_pictures(void)
{
	GstVideoFormat all[G_N_ELEMENTS(pairs)];
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
		all[i] = pairs[i].gst;
	return gst_video_make_raw_caps(all, G_N_ELEMENTS(all));
}

/* Whoever can make each has no preference, but a list in some order, by depth for example. */
static gboolean have_each(const GstCaps *caps)
{
	const GValue *formats =
		gst_caps_get_size(caps)
			? gst_structure_get_value(gst_caps_get_structure(caps, 0), "format")
			: NULL;
	return formats && GST_VALUE_HOLDS_LIST(formats) &&
	       gst_value_list_get_size(formats) == G_N_ELEMENTS(pairs);
}

GstCaps *format_pictures_of(GstCaps *caps)
{
	GstCaps *ours = all_pictures();
	GstCaps *both = gst_caps_intersect_full(caps, ours, GST_CAPS_INTERSECT_FIRST);
	if (have_each(both)) {
		gst_caps_unref(both);
		both = gst_caps_intersect_full(ours, caps, GST_CAPS_INTERSECT_FIRST);
	}
	gst_caps_unref(ours);
	return both;
}

GstCaps *format_caps_like(uint32_t fourcc, uint32_t width_px, uint32_t height_px)
{
	GstVideoFormat gst = gst_of(fourcc);
	if (fourcc == XF_FORMAT_R8 && (width_px == BYTES_WIDTH || width_px == MANY_BYTES_WIDTH))
		return gst_caps_new_any(); /* or a very wide grey picture */
	if (gst == GST_VIDEO_FORMAT_UNKNOWN || !width_px || width_px > G_MAXINT || !height_px ||
		height_px > G_MAXINT)
		return NULL;
	GstCaps *caps = gst_video_make_raw_caps(&gst, 1);
	gst_caps_set_simple(caps, "width", G_TYPE_INT, (gint)width_px, "height", G_TYPE_INT,
		(gint)height_px, NULL);
	return caps;
}

gboolean format_is_alike(const struct xf_surface_desc *a, const struct xf_surface_desc *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

gsize format_size(const struct xf_surface_desc *desc)
{
	struct xf_surface_desc copy = *desc;
	uint64_t bytes = 0;
	return xf_surface_layout(&copy, &bytes) ? 0 : bytes;
}

/* Of a plane with rows `stride` apart: bytes before a picture that begins at left, top. */
static gsize edge(const struct picture *picture, uint32_t plane, gsize stride)
{
	const GstVideoFormatInfo *info = picture->info.finfo;
	gint comp[GST_VIDEO_MAX_COMPONENTS];
	gst_video_format_info_component(info, plane, comp);
	return (gsize)GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(info, comp[0], picture->top_px) * stride +
	       (gsize)GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(info, comp[0], picture->left_px) *
		       (gsize)GST_VIDEO_FORMAT_INFO_PSTRIDE(info, comp[0]);
}

gsize format_offset(
	const struct picture *picture, const struct xf_surface_desc *desc, uint32_t plane)
{
	const struct xf_plane *there = &desc->planes[plane];
	return there->offset_bytes + edge(picture, plane, there->stride_bytes);
}

/* What GStreamer makes of the same format and size, wherever this one's planes lie. */
static GstVideoInfo usual_info(const struct picture *picture)
{
	GstVideoInfo usual;
	gst_video_info_set_interlaced_format(&usual, GST_VIDEO_INFO_FORMAT(&picture->info),
		GST_VIDEO_INFO_INTERLACE_MODE(&picture->info),
		(guint)GST_VIDEO_INFO_WIDTH(&picture->info),
		(guint)GST_VIDEO_INFO_HEIGHT(&picture->info));
	return usual;
}

gsize format_usual_size(const struct picture *picture)
{
	const GstVideoInfo usual = usual_info(picture);
	return GST_VIDEO_INFO_SIZE(&usual);
}

gboolean format_is_as_usual(const struct picture *picture, const struct xf_surface_desc *desc)
{
	return format_lies_as_usual(picture, desc) &&
	       format_size(desc) >= format_usual_size(picture);
}

gboolean format_lies_as_usual(const struct picture *picture, const struct xf_surface_desc *desc)
{
	const GstVideoInfo usual = usual_info(picture);
	for (uint32_t i = 0; i < desc->n_planes; i++)
		if (format_offset(picture, desc, i) != GST_VIDEO_INFO_PLANE_OFFSET(&usual, i) ||
			desc->planes[i].stride_bytes !=
				(uint32_t)GST_VIDEO_INFO_PLANE_STRIDE(&usual, i))
			return FALSE;
	return TRUE;
}

/* Rows where GStreamer has them; where crossfence sees no picture in that, as it has them. */
static gboolean lay_out(struct format *format)
{
	struct xf_surface_desc *desc = &format->desc;
	struct xf_format_info known = { .size = sizeof(known) };
	const GstVideoInfo *info = &format->picture.info;
	if (xf_format_info(desc->fourcc, &known))
		return FALSE;
	desc->n_planes = GST_VIDEO_INFO_N_PLANES(info);
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		gsize stride = (gsize)GST_VIDEO_INFO_PLANE_STRIDE(info, i);
		desc->planes[i].stride_bytes = (uint32_t)stride;
		desc->planes[i].offset_bytes = (uint32_t)(GST_VIDEO_INFO_PLANE_OFFSET(info, i) -
							  edge(&format->picture, i, stride));
		desc->planes[i].rows = 0;
	}
	format->bytes = format_size(desc);
	if (format->bytes)
		return TRUE;
	desc->n_planes = 0;
	format->bytes = format_size(desc);
	uint64_t same;
	return format->bytes && xf_surface_layout(desc, &same) == 0;
}

static gboolean has_padding(const GstVideoAlignment *alignment)
{
	return alignment->padding_top || alignment->padding_bottom || alignment->padding_left ||
	       alignment->padding_right;
}

/*
 * The surface is as large as the picture and what is around it, so that all of that is its own. A
 * surface ends with its last true row, and who asks for room may write to the end of a stride: two
 * more rows are that room (chroma may be halved). Where only strides are to be aligned the rows
 * of the picture are all there is.
 */
static gboolean make_room(struct format *format, const GstVideoAlignment *wanted)
{
	GstVideoAlignment alignment = *wanted;
	struct picture *picture = &format->picture;
	gboolean padded = has_padding(wanted);
	if (!fits_around(wanted))
		return FALSE;
	alignment.padding_bottom += padded ? 2 : 0;
	alignment.padding_right += alignment.padding_left & 1; /* halved chroma begins one later */
	if (!gst_video_info_align(&picture->info, &alignment))
		return FALSE;
	if (!padded && !alignment.padding_left)
		return TRUE;
	picture->left_px = alignment.padding_left;
	picture->top_px = alignment.padding_top;
	format->desc.width_px += alignment.padding_left + alignment.padding_right;
	format->desc.height_px += alignment.padding_top + alignment.padding_bottom;
	return TRUE;
}

static gboolean picture_from_caps(
	struct format *format, const GstCaps *caps, const GstVideoAlignment *alignment)
{
	GstVideoInfo *info = &format->picture.info;
	if (!gst_video_info_from_caps(info, caps) ||
		GST_VIDEO_INFO_FORMAT(info) == GST_VIDEO_FORMAT_ENCODED ||
		!fourcc_of(GST_VIDEO_INFO_FORMAT(info)))
		return FALSE;
	format->desc.width_px = (uint32_t)GST_VIDEO_INFO_WIDTH(info);
	format->desc.height_px = (uint32_t)GST_VIDEO_INFO_FIELD_HEIGHT(info);
	format->desc.fourcc = fourcc_of(GST_VIDEO_INFO_FORMAT(info));
	if (alignment && !make_room(format, alignment))
		return FALSE;
	colour_from_gst(&format->stream.colorimetry, info);
	format->stream.rate_num = (uint32_t)MAX(GST_VIDEO_INFO_FPS_N(info), 0);
	format->stream.rate_den = (uint32_t)MAX(GST_VIDEO_INFO_FPS_D(info), 0);
	return lay_out(format);
}

static gboolean bytes_of(struct format *format, gsize capacity)
{
	gsize width =
		capacity <= (gsize)BYTES_WIDTH * XF_SIZE_MAX_PX ? BYTES_WIDTH : MANY_BYTES_WIDTH;
	format->desc = (struct xf_surface_desc){ .size = sizeof(format->desc),
		.fourcc = XF_FORMAT_R8,
		.width_px = (uint32_t)width,
		.height_px = (uint32_t)CLAMP((capacity + width - 1) / width, 1, XF_SIZE_MAX_PX) };
	memset(&format->picture, 0, sizeof(format->picture));
	uint64_t bytes = 0;
	gboolean possible = xf_surface_layout(&format->desc, &bytes) == 0 && capacity <= bytes;
	format->bytes = bytes;
	return possible;
}

void format_own(struct format *format)
{
	format->stream.desc = &format->desc;
	format->stream.blob = format->blob;
}

static gboolean from_mended_caps(struct format *format, struct link *link, const GstCaps *caps,
	const GstVideoAlignment *alignment, gsize capacity)
{
	format->picture.is = picture_from_caps(format, caps, alignment);
	if (!format->picture.is && !bytes_of(format, capacity))
		return FALSE;
	format->stream.blob_size = caps_to_blob(
		link, caps, format->picture.left_px, format->picture.top_px, format->blob);
	return format->stream.blob_size > 0;
}

gboolean format_from_caps(struct format *format, struct link *link, const GstCaps *caps,
	const GstVideoAlignment *alignment, gsize capacity)
{
	memset(format, 0, sizeof(*format));
	format->stream.size = sizeof(format->stream);
	format->desc.size = sizeof(format->desc);
	format_own(format);
	if (!gst_caps_is_fixed(caps))
		return FALSE;
	GstCaps *mended = portable_mend(gst_caps_copy(caps));
	gboolean possible = from_mended_caps(format, link, mended, alignment, capacity);
	gst_caps_unref(mended);
	return possible;
}

/* Whether the picture that its caps promise is one, and all in the surface. */
static gboolean fits(const struct picture *picture, const struct xf_surface_desc *desc)
{
	const GstVideoInfo *info = &picture->info;
	return desc->fourcc == fourcc_of(GST_VIDEO_INFO_FORMAT(info)) &&
	       desc->modifier == XF_MODIFIER_LINEAR &&
	       desc->n_planes == GST_VIDEO_INFO_N_PLANES(info) && fits_surface(picture, desc);
}

void format_place(struct picture *picture, const struct xf_stream_format *stream)
{
	picture->left_px = picture->top_px = 0;
	(void)caps_origin(stream, &picture->left_px, &picture->top_px); /* else the corner */
	picture->padded =
		picture->is &&
		(stream->desc->width_px != (uint32_t)GST_VIDEO_INFO_WIDTH(&picture->info) ||
			stream->desc->height_px !=
				(uint32_t)GST_VIDEO_INFO_FIELD_HEIGHT(&picture->info));
}

const struct placement *format_placement(
	struct format *format, const struct xf_stream_format *frames)
{
	struct placement *placement = &format->placement;
	if (placement->generation == frames->generation &&
		format_is_alike(&placement->desc, frames->desc))
		return placement;
	placement->picture = format->picture;
	format_place(&placement->picture, frames);
	placement->bytes = format_size(frames->desc);
	placement->same = caps_are_same(frames, &format->stream);
	placement->fits = placement->picture.is && fits(&placement->picture, frames->desc);
	placement->desc = *frames->desc;
	placement->generation = frames->generation;
	return placement;
}

/* GStreamer's strides are of int, and those below 0 lead to before the picture. */
static gboolean strides_can_be(const struct xf_surface_desc *desc)
{
	for (uint32_t i = 0; i < desc->n_planes; i++)
		if (desc->planes[i].stride_bytes > G_MAXINT)
			return FALSE;
	return TRUE;
}

/* Pictures are where their caps are those of one that we know; they must be in the surface then. */
static gboolean find_picture(
	struct picture *picture, const GstCaps *caps, const struct xf_stream_format *stream)
{
	if (!gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw"))
		return TRUE;
	if (!fits_int(caps) || !gst_video_info_from_caps(&picture->info, caps) ||
		!strides_can_be(stream->desc))
		return FALSE;
	picture->is = fourcc_of(GST_VIDEO_INFO_FORMAT(&picture->info)) != 0;
	format_place(picture, stream);
	return picture->is ? fits(picture, stream->desc)
			   : GST_VIDEO_INFO_SIZE(&picture->info) <= format_size(stream->desc);
}

/* Of a stream that is not GStreamer's. */
static GstCaps *caps_from_desc(const struct xf_stream_format *stream)
{
	GstVideoInfo info;
	GstVideoFormat gst = gst_of(stream->desc->fourcc);
	if (gst == GST_VIDEO_FORMAT_UNKNOWN ||
		!gst_video_info_set_format(
			&info, gst, stream->desc->width_px, stream->desc->height_px))
		return NULL;
	gboolean regular = stream->rate_num && stream->rate_den && stream->rate_num <= G_MAXINT &&
			   stream->rate_den <= G_MAXINT;
	GST_VIDEO_INFO_FPS_N(&info) = regular ? (gint)stream->rate_num : 0;
	GST_VIDEO_INFO_FPS_D(&info) = regular ? (gint)stream->rate_den : 1;
	colour_to_gst(&info, &stream->colorimetry);
	return gst_video_info_to_caps(&info);
}

GstCaps *format_to_caps(
	struct link *link, const struct xf_stream_format *stream, struct picture *ret_picture)
{
	struct picture picture = { .is = FALSE };
	GstCaps *caps = caps_are_in(stream) ? caps_from_blob(link, stream) : caps_from_desc(stream);
	if (caps && (!sound_can_be(caps) || !find_picture(&picture, caps, stream)))
		gst_clear_caps(&caps);
	*ret_picture = picture;
	return caps;
}
