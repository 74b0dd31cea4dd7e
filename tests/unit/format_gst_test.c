/* SPDX-License-Identifier: MIT */
/* Every known format beside GStreamer's idea of it: planes, strides and offsets. */
#include <gst/video/video.h>

#include "harness.h"

static const struct {
	uint32_t fourcc;
	GstVideoFormat gst;
} formats[] = {
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
	{ XF_FORMAT_XRGB2101010, GST_VIDEO_FORMAT_BGR10A2_LE },
	{ XF_FORMAT_ARGB2101010, GST_VIDEO_FORMAT_BGR10A2_LE },
	{ XF_FORMAT_XBGR2101010, GST_VIDEO_FORMAT_RGB10A2_LE },
	{ XF_FORMAT_ABGR2101010, GST_VIDEO_FORMAT_RGB10A2_LE },
	{ XF_FORMAT_ABGR16161616F,
		GST_VIDEO_FORMAT_RGBA64_LE }, /* same size, not the same values */
	{ XF_FORMAT_XBGR16161616F, GST_VIDEO_FORMAT_RGBA64_LE },
	{ XF_FORMAT_R8, GST_VIDEO_FORMAT_GRAY8 },
	{ XF_FORMAT_R16, GST_VIDEO_FORMAT_GRAY16_LE },
	{ XF_FORMAT_GR88, GST_VIDEO_FORMAT_GRAY16_LE }, /* same size */
	{ XF_FORMAT_GR1616, GST_VIDEO_FORMAT_RGBA }, /* same size */
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
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static struct xf_surface_desc layout_of(
	uint32_t fourcc, uint32_t width, uint32_t height, uint32_t alignment)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = width,
		.height_px = height,
		.fourcc = fourcc,
		.alignment_bytes = alignment };
	uint64_t size;
	assert_int_equal(xf_surface_layout(&desc, &size), 0);
	return desc;
}

static void assert_same(const struct xf_surface_desc *desc, const GstVideoInfo *info)
{
	assert_int_equal(desc->n_planes, GST_VIDEO_INFO_N_PLANES(info));
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		assert_int_equal(
			desc->planes[i].stride_bytes, GST_VIDEO_INFO_PLANE_STRIDE(info, i));
		assert_int_equal(
			desc->planes[i].offset_bytes, GST_VIDEO_INFO_PLANE_OFFSET(info, i));
	}
}

/* GStreamer's own layout has rows of whole 4 bytes. */
static void as_gstreamer_lays_out(void **state)
{
	static const uint32_t sizes[][2] = { { 1920, 1080 }, { 101, 51 }, { 1, 1 }, { 3, 2 },
		{ 640, 481 }, { 641, 480 }, { 7, 9 } };
	for (size_t i = 0; i < FORMATS; i++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			uint32_t width = sizes[s][0], height = sizes[s][1];
			GstVideoInfo info;
			/* GStreamer has 4 bytes for the last odd pixel; its chroma would lie
			 * outside. */
			if (formats[i].fourcc == XF_FORMAT_Y210)
				width += width % 2;
			/* Its rows are made even there, though none is shared by two. */
			if (formats[i].fourcc == XF_FORMAT_S210)
				height += height % 2;
			struct xf_surface_desc desc =
				layout_of(formats[i].fourcc, width, height, 4);
			assert_true(
				gst_video_info_set_format(&info, formats[i].gst, width, height));
			assert_same(&desc, &info);
		}
}

/* With our alignment, told to GStreamer. Where a width of its own would do, it takes a larger one.
 */
static void as_gstreamer_aligns(void **state)
{
	static const uint32_t alignments[] = { 0, 128, 256, 4096 };
	for (size_t i = 0; i < FORMATS; i++)
		for (size_t a = 0; a < 4; a++) {
			uint32_t bytes = alignments[a] ? alignments[a] : 64, width = 2 * 3 * bytes;
			struct xf_surface_desc desc =
				layout_of(formats[i].fourcc, width, 122, alignments[a]);
			GstVideoAlignment align;
			GstVideoInfo info;
			gst_video_alignment_reset(&align);
			for (int p = 0; p < GST_VIDEO_MAX_PLANES; p++)
				align.stride_align[p] = bytes - 1;
			assert_true(gst_video_info_set_format(&info, formats[i].gst, width, 122));
			assert_true(gst_video_info_align(&info, &align));
			assert_same(&desc, &info);
		}
}

static void bits_are_gstreamers(void **state)
{
	for (size_t i = 0; i < FORMATS; i++) {
		const GstVideoFormatInfo *gst = gst_video_format_get_info(formats[i].gst);
		struct xf_format_info info = { .size = sizeof(info) };
		assert_int_equal(xf_format_info(formats[i].fourcc, &info), 0);
		if (GST_VIDEO_FORMAT_INFO_IS_YUV(gst))
			assert_int_equal(info.bits, GST_VIDEO_FORMAT_INFO_DEPTH(gst, 0));
		for (uint32_t p = 1; p < info.n_planes; p++) {
			assert_int_equal(info.planes[p].block_width_px,
				1 << GST_VIDEO_FORMAT_INFO_W_SUB(gst, p));
			assert_int_equal(info.planes[p].block_height_px,
				1 << GST_VIDEO_FORMAT_INFO_H_SUB(gst, p));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_gstreamer_lays_out),
		cmocka_unit_test(as_gstreamer_aligns),
		cmocka_unit_test(bits_are_gstreamers),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
