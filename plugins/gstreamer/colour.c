/* SPDX-License-Identifier: MIT */
#include "colour.h"

/* ChromaLocType + 1, as struct xf_colorimetry has it. */
static const struct {
	uint8_t location;
	GstVideoChromaSite site;
} sites[] = {
	{ 1, GST_VIDEO_CHROMA_SITE_MPEG2 },
	{ 2, GST_VIDEO_CHROMA_SITE_JPEG },
	{ 3, GST_VIDEO_CHROMA_SITE_COSITED },
	{ 4, GST_VIDEO_CHROMA_SITE_V_COSITED },
};

void colour_from_gst(struct xf_colorimetry *to, const GstVideoInfo *info)
{
	const GstVideoColorimetry *from = &info->colorimetry;
	to->full_range = from->range == GST_VIDEO_COLOR_RANGE_0_255;
	to->primaries = (uint8_t)gst_video_color_primaries_to_iso(from->primaries);
	to->transfer = (uint8_t)gst_video_transfer_function_to_iso(from->transfer);
	to->matrix = (uint8_t)gst_video_color_matrix_to_iso(from->matrix);
	for (gsize i = 0; i < G_N_ELEMENTS(sites); i++)
		if (sites[i].site == info->chroma_site)
			to->chroma_siting = sites[i].location;
}

void colour_to_gst(GstVideoInfo *info, const struct xf_colorimetry *from)
{
	GstVideoColorimetry *to = &info->colorimetry;
	for (gsize i = 0; i < G_N_ELEMENTS(sites); i++)
		if (sites[i].location == from->chroma_siting)
			info->chroma_site = sites[i].site;
	if (!from->primaries && !from->transfer && !from->matrix && !from->full_range)
		return;
	to->range = from->full_range ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235;
	to->primaries = gst_video_color_primaries_from_iso(from->primaries);
	to->transfer = gst_video_transfer_function_from_iso(from->transfer);
	to->matrix = gst_video_color_matrix_from_iso(from->matrix);
}
