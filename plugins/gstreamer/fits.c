/* SPDX-License-Identifier: MIT */
#include "fits.h"

#define SIDE_MAX (1 << 20) /* of a picture in bytes too: times all that is in a pixel, and more */

static gboolean side_fits_int(const GstStructure *said, const gchar *name)
{
	gint side;
	return !gst_structure_get_int(said, name, &side) || (side >= 0 && side <= SIDE_MAX);
}

gboolean fits_int(const GstCaps *caps)
{
	const GstStructure *said = gst_caps_get_structure(caps, 0);
	return side_fits_int(said, "width") && side_fits_int(said, "height");
}

/* As GStreamer rounds. */
static guint64 scaled(guint64 length, guint by)
{
	return (length + (G_GUINT64_CONSTANT(1) << by) - 1) >> by;
}

/* Chroma is rounded up by itself, before the picture and in it. */
static gboolean side_fits(guint before, gint length, guint have, guint by)
{
	return length > 0 && scaled(before, by) + scaled((guint64)length, by) <= scaled(have, by);
}

gboolean fits_surface(const struct picture *picture, const struct xf_surface_desc *desc)
{
	const GstVideoInfo *info = &picture->info;
	gboolean fits = TRUE;
	for (guint i = 0; fits && i < GST_VIDEO_INFO_N_COMPONENTS(info); i++)
		fits = side_fits(picture->left_px, GST_VIDEO_INFO_WIDTH(info), desc->width_px,
			       info->finfo->w_sub[i]) &&
		       side_fits(picture->top_px, GST_VIDEO_INFO_FIELD_HEIGHT(info),
			       desc->height_px, info->finfo->h_sub[i]);
	return fits;
}

gboolean fits_around(const GstVideoAlignment *alignment)
{
	gboolean fits = alignment->padding_top <= XF_SIZE_MAX_PX &&
			alignment->padding_bottom <= XF_SIZE_MAX_PX &&
			alignment->padding_left <= XF_SIZE_MAX_PX &&
			alignment->padding_right <= XF_SIZE_MAX_PX;
	for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++)
		fits = fits && alignment->stride_align[i] < XF_SIZE_MAX_PX;
	return fits;
}
