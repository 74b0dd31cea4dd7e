/* SPDX-License-Identifier: MIT */
/*
 * The caps travel as text in the format's blob, behind a mark, so that whatever GStreamer can say
 * arrives as it was said. For readers of another kind description, rate and colorimetry say the
 * same of pictures; and from these come the caps of streams that others produce.
 */
#include "format.h"

#include <string.h>

static const char MARK[] = "gst-caps:";
#define MARK_SIZE   (sizeof(MARK) - 1)
#define BYTES_WIDTH 4096 /* of the picture that bytes are kept as */

static const struct {
	uint32_t fourcc;
	GstVideoFormat gst;
} pairs[] = {
	{ XF_FORMAT_ABGR8888, GST_VIDEO_FORMAT_RGBA },
	{ XF_FORMAT_XBGR8888, GST_VIDEO_FORMAT_RGBx },
	{ XF_FORMAT_ARGB8888, GST_VIDEO_FORMAT_BGRA },
	{ XF_FORMAT_XRGB8888, GST_VIDEO_FORMAT_BGRx },
	{ XF_FORMAT_RGBA8888, GST_VIDEO_FORMAT_ABGR },
	{ XF_FORMAT_RGBX8888, GST_VIDEO_FORMAT_xBGR },
	{ XF_FORMAT_BGRA8888, GST_VIDEO_FORMAT_ARGB },
	{ XF_FORMAT_BGRX8888, GST_VIDEO_FORMAT_xRGB },
	{ XF_FORMAT_RGB888, GST_VIDEO_FORMAT_BGR },
	{ XF_FORMAT_BGR888, GST_VIDEO_FORMAT_RGB },
	{ XF_FORMAT_RGB565, GST_VIDEO_FORMAT_RGB16 },
	{ XF_FORMAT_ARGB2101010, GST_VIDEO_FORMAT_BGR10A2_LE },
	{ XF_FORMAT_ABGR2101010, GST_VIDEO_FORMAT_RGB10A2_LE },
	{ XF_FORMAT_R8, GST_VIDEO_FORMAT_GRAY8 },
	{ XF_FORMAT_R16, GST_VIDEO_FORMAT_GRAY16_LE },
	{ XF_FORMAT_NV12, GST_VIDEO_FORMAT_NV12 },
	{ XF_FORMAT_NV21, GST_VIDEO_FORMAT_NV21 },
	{ XF_FORMAT_NV16, GST_VIDEO_FORMAT_NV16 },
	{ XF_FORMAT_NV24, GST_VIDEO_FORMAT_NV24 },
	{ XF_FORMAT_P010, GST_VIDEO_FORMAT_P010_10LE },
	{ XF_FORMAT_P012, GST_VIDEO_FORMAT_P012_LE },
	{ XF_FORMAT_P016, GST_VIDEO_FORMAT_P016_LE },
	{ XF_FORMAT_YUV420, GST_VIDEO_FORMAT_I420 },
	{ XF_FORMAT_YVU420, GST_VIDEO_FORMAT_YV12 },
	{ XF_FORMAT_YUV422, GST_VIDEO_FORMAT_Y42B },
	{ XF_FORMAT_YUV444, GST_VIDEO_FORMAT_Y444 },
	{ XF_FORMAT_S010, GST_VIDEO_FORMAT_I420_10LE },
	{ XF_FORMAT_S210, GST_VIDEO_FORMAT_I422_10LE },
	{ XF_FORMAT_S410, GST_VIDEO_FORMAT_Y444_10LE },
	{ XF_FORMAT_YUYV, GST_VIDEO_FORMAT_YUY2 },
	{ XF_FORMAT_UYVY, GST_VIDEO_FORMAT_UYVY },
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

GstCaps *format_video_caps(void)
{
	GstVideoFormat all[G_N_ELEMENTS(pairs)];
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
		all[i] = pairs[i].gst;
	return gst_video_make_raw_caps(all, G_N_ELEMENTS(all));
}

static void colours_from_gst(struct xf_colorimetry *to, const GstVideoInfo *info)
{
	const GstVideoColorimetry *from = &info->colorimetry;
	to->full_range = from->range == GST_VIDEO_COLOR_RANGE_0_255;
	to->primaries = (uint8_t)gst_video_color_primaries_to_iso(from->primaries);
	to->transfer = (uint8_t)gst_video_transfer_function_to_iso(from->transfer);
	to->matrix = (uint8_t)gst_video_color_matrix_to_iso(from->matrix);
}

static void colours_to_gst(GstVideoInfo *info, const struct xf_colorimetry *from)
{
	GstVideoColorimetry *to = &info->colorimetry;
	if (!from->primaries && !from->transfer && !from->matrix && !from->full_range)
		return;
	to->range = from->full_range ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235;
	to->primaries = gst_video_color_primaries_from_iso(from->primaries);
	to->transfer = gst_video_transfer_function_from_iso(from->transfer);
	to->matrix = gst_video_color_matrix_from_iso(from->matrix);
}

/* Rows where GStreamer has them; where crossfence sees no picture in that, as it has them. */
static gboolean lay_out(struct format *format)
{
	uint64_t bytes;
	struct xf_surface_desc *desc = &format->desc;
	struct xf_format_info known = { .size = sizeof(known) };
	if (xf_format_info(desc->fourcc, &known))
		return FALSE;
	desc->n_planes = GST_VIDEO_INFO_N_PLANES(&format->info);
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		desc->planes[i].offset_bytes =
			(uint32_t)GST_VIDEO_INFO_PLANE_OFFSET(&format->info, i);
		desc->planes[i].stride_bytes =
			(uint32_t)GST_VIDEO_INFO_PLANE_STRIDE(&format->info, i);
		desc->planes[i].rows = 0;
	}
	if (xf_surface_layout(desc, &bytes) == 0)
		return TRUE;
	desc->n_planes = 0;
	return xf_surface_layout(desc, &bytes) == 0;
}

static gboolean picture_from_caps(
	struct format *format, const GstCaps *caps, const GstVideoAlignment *alignment)
{
	GstVideoAlignment align = alignment ? *alignment : (GstVideoAlignment){ 0 };
	if (!gst_video_info_from_caps(&format->info, caps) ||
		GST_VIDEO_INFO_FORMAT(&format->info) == GST_VIDEO_FORMAT_ENCODED ||
		!fourcc_of(GST_VIDEO_INFO_FORMAT(&format->info)))
		return FALSE;
	if (alignment && !gst_video_info_align(&format->info, &align))
		return FALSE;
	format->desc.width_px = (uint32_t)GST_VIDEO_INFO_WIDTH(&format->info);
	format->desc.height_px = (uint32_t)GST_VIDEO_INFO_HEIGHT(&format->info);
	format->desc.fourcc = fourcc_of(GST_VIDEO_INFO_FORMAT(&format->info));
	colours_from_gst(&format->stream.colorimetry, &format->info);
	format->stream.rate_num = (uint32_t)MAX(GST_VIDEO_INFO_FPS_N(&format->info), 0);
	format->stream.rate_den = (uint32_t)MAX(GST_VIDEO_INFO_FPS_D(&format->info), 0);
	if (!format->stream.rate_num)
		format->stream.rate_den = 0;
	return lay_out(format);
}

static gboolean bytes_of(struct format *format, gsize capacity)
{
	uint64_t bytes;
	format->desc.fourcc = XF_FORMAT_R8;
	format->desc.width_px = BYTES_WIDTH;
	format->desc.height_px = (uint32_t)MAX((capacity + BYTES_WIDTH - 1) / BYTES_WIDTH, 1);
	return xf_surface_layout(&format->desc, &bytes) == 0;
}

gboolean format_from_caps(struct format *format, const GstCaps *caps,
	const GstVideoAlignment *alignment, gsize capacity)
{
	gchar *text = gst_caps_to_string(caps);
	gsize length = strlen(text);
	memset(format, 0, sizeof(*format));
	format->stream.size = sizeof(format->stream);
	format->desc.size = sizeof(format->desc);
	format->stream.desc = &format->desc;
	format->stream.blob = format->blob;
	format->stream.blob_size = (uint32_t)(MARK_SIZE + length);
	if (MARK_SIZE + length <= sizeof(format->blob)) {
		memcpy(format->blob, MARK, MARK_SIZE);
		memcpy(format->blob + MARK_SIZE, text, length);
	}
	g_free(text);
	if (MARK_SIZE + length > sizeof(format->blob))
		return FALSE;
	format->is_video = picture_from_caps(format, caps, alignment);
	if (format->is_video)
		return TRUE;
	format->desc = (struct xf_surface_desc){ .size = sizeof(format->desc) };
	return bytes_of(format, capacity);
}

gboolean format_is_ours(const struct xf_stream_format *stream)
{
	return stream->blob_size > MARK_SIZE && stream->blob &&
	       !memcmp(stream->blob, MARK, MARK_SIZE);
}

static GstCaps *caps_in_blob(const struct xf_stream_format *stream)
{
	gchar *text =
		g_strndup((const gchar *)stream->blob + MARK_SIZE, stream->blob_size - MARK_SIZE);
	GstCaps *caps = gst_caps_from_string(text);
	g_free(text);
	if (caps && (!gst_caps_is_fixed(caps) || gst_caps_is_any(caps)))
		gst_clear_caps(&caps);
	return caps;
}

GstCaps *format_to_caps(const struct xf_stream_format *stream)
{
	GstVideoInfo info;
	GstVideoFormat gst = gst_of(stream->desc->fourcc);
	if (format_is_ours(stream))
		return caps_in_blob(stream);
	if (gst == GST_VIDEO_FORMAT_UNKNOWN ||
		!gst_video_info_set_format(
			&info, gst, stream->desc->width_px, stream->desc->height_px))
		return NULL;
	GST_VIDEO_INFO_FPS_N(&info) = (gint)MIN(stream->rate_num, G_MAXINT);
	GST_VIDEO_INFO_FPS_D(&info) = stream->rate_num ? (gint)MIN(stream->rate_den, G_MAXINT) : 1;
	colours_to_gst(&info, &stream->colorimetry);
	return gst_video_info_to_caps(&info);
}

gboolean format_has_caps_of(const struct xf_stream_format *a, const struct xf_stream_format *b)
{
	return a->blob_size == b->blob_size && !memcmp(a->blob, b->blob, a->blob_size);
}

gsize format_size(const struct xf_surface_desc *desc)
{
	struct xf_surface_desc copy = *desc;
	uint64_t bytes = 0;
	return xf_surface_layout(&copy, &bytes) ? 0 : bytes;
}
