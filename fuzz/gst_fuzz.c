/* SPDX-License-Identifier: MIT */
/*
 * What a producer can tell xfsrc of its frames. The input is
 *
 *	u8 fourcc (of a table), u8 odd, u16 width, u16 height, u16 stride,
 *	u16 rate_num, u16 rate_den, u8 colorimetry[5], u32 flags, u32 crop[4],
 *	u16 size, then size bytes of the format's own
 *
 * and the frame's own bytes to the end. What the elements take for a picture is read to its last
 * byte, in memory that ends with the surface; rectangles of metas must lie in the picture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/gstreamer/caps.h"
#include "plugins/gstreamer/format.h"
#include "plugins/gstreamer/meta.h"
#include "plugins/gstreamer/pool.h"

struct input {
	const uint8_t *data;
	size_t size;
};

static volatile guint8 seen; /* so that reading is not left out */

/* What is not there is 0. */
static void take(struct input *input, void *to, size_t size)
{
	size_t have = MIN(size, input->size);
	memset(to, 0, size);
	memcpy(to, input->data, have);
	input->data += have;
	input->size -= have;
}

static uint32_t take_u16(struct input *input)
{
	uint8_t bytes[2];
	take(input, bytes, sizeof(bytes));
	return bytes[0] | (uint32_t)bytes[1] << 8;
}

/* A description that the library lets through: no other is ever seen by a reader. */
static gboolean take_desc(struct input *input, struct xf_surface_desc *desc)
{
	static const uint32_t fourccs[] = { XF_FORMAT_R8, XF_FORMAT_RAW, XF_FORMAT_NV12,
		XF_FORMAT_YUV420, XF_FORMAT_ARGB8888, XF_FORMAT_RGB888, XF_FORMAT_P010,
		XF_FORMAT_YUYV, XF_FORMAT_S010, XF_FORMAT_YUV444 };
	uint8_t which, odd;
	uint64_t bytes;
	take(input, &which, 1);
	take(input, &odd, 1);
	*desc = (struct xf_surface_desc){ .size = sizeof(*desc),
		.fourcc = fourccs[which % G_N_ELEMENTS(fourccs)] };
	desc->width_px = take_u16(input) % 512;
	desc->height_px = take_u16(input) % 512;
	uint32_t more = take_u16(input) % 512;
	if (xf_surface_layout(desc, &bytes))
		return FALSE;
	for (uint32_t i = 0; odd & 1 && i < desc->n_planes; i++) {
		desc->planes[i].stride_bytes += more;
		desc->planes[i].offset_bytes =
			i ? desc->planes[i - 1].offset_bytes +
					desc->planes[i - 1].stride_bytes * desc->planes[i - 1].rows
			  : more;
	}
	return xf_surface_layout(desc, &bytes) == 0 && bytes < 1 << 22;
}

static void read_picture(GstBuffer *buffer, const GstVideoInfo *info)
{
	GstVideoFrame frame;
	if (!gst_video_frame_map(&frame, info, buffer, GST_MAP_READ))
		return;
	for (guint i = 0; i < GST_VIDEO_FRAME_N_COMPONENTS(&frame); i++)
		for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, i); y++) {
			const guint8 *row = GST_VIDEO_FRAME_COMP_DATA(&frame, i);
			row += y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, i);
			seen = row[0];
			seen = row[(GST_VIDEO_FRAME_COMP_WIDTH(&frame, i) - 1) *
				   GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, i)];
		}
	gst_video_frame_unmap(&frame);
}

static void is_within(guint x, guint y, guint width, guint height, const GstVideoInfo *info)
{
	if (!width || !height || (guint64)x + width > (guint)GST_VIDEO_INFO_WIDTH(info) ||
		(guint64)y + height > (guint)GST_VIDEO_INFO_HEIGHT(info))
		abort();
}

static void check_metas(GstBuffer *buffer, const GstVideoInfo *info)
{
	gpointer state = NULL;
	GstVideoRegionOfInterestMeta *region;
	const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
	if (crop)
		is_within(crop->x, crop->y, crop->width, crop->height, info);
	while ((region = (GstVideoRegionOfInterestMeta *)gst_buffer_iterate_meta_filtered(
			buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)))
		is_within(region->x, region->y, region->w, region->h, info);
}

/* As xfsrc does with a frame. */
static void receive(const struct xf_stream_format *format, const struct xf_frame_info *info)
{
	struct link link = { .refs = 1 };
	struct picture picture;
	gsize size = format_size(format->desc), meant;
	GstCaps *caps = format_to_caps(&link, format, &picture);
	gboolean ours = caps_are_in(format);
	if (!caps)
		return;
	GstBuffer *buffer = gst_buffer_new_wrapped(calloc(1, size), size);
	if (picture.is)
		pool_describe(buffer, format->desc, &picture);
	else if (ours && meta_size(info, size, &meant))
		gst_buffer_set_size(buffer, (gssize)meant);
	if (meta_from_info(buffer, &picture, info, ours) && picture.is) {
		read_picture(buffer, &picture.info);
		check_metas(buffer, &picture.info);
	}
	gst_buffer_unref(buffer);
	gst_caps_unref(caps);
}

/* Whatever GStreamer reports as a fault of the program is one: others' texts must not lead to it.
 */
static void complained(
	const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer arg)
{
	(void)arg;
	if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) {
		fprintf(stderr, "%s: %s\n", domain, message);
		abort();
	}
}

/* GLib leaves its old table of names behind when it makes a larger one; the elements' own tests
 * look for leaks. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	gst_init(NULL, NULL);
	gst_debug_set_active(FALSE);
	g_log_set_default_handler(complained, NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct xf_surface_desc desc;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_frame_info info = { .size = sizeof(info) };
	uint8_t colours[5], blob[XF_FORMAT_BLOB_MAX];
	if (!take_desc(&input, &desc))
		return 0;
	format.rate_num = take_u16(&input);
	format.rate_den = take_u16(&input);
	take(&input, colours, sizeof(colours));
	format.colorimetry = (struct xf_colorimetry){ .primaries = colours[0],
		.transfer = colours[1],
		.matrix = colours[2],
		.full_range = colours[3],
		.chroma_siting = colours[4] };
	take(&input, &info.flags, sizeof(info.flags));
	take(&input, &info.crop, sizeof(info.crop));
	format.blob_size = take_u16(&input) % (sizeof(blob) + 1);
	take(&input, blob, format.blob_size);
	format.blob = blob;
	info.data_size = (uint32_t)input.size; /* more than there are, perhaps */
	take(&input, info.data, MIN(input.size, sizeof(info.data)));
	receive(&format, &info);
	return 0;
}
