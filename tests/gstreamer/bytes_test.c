/* SPDX-License-Identifier: MIT */
/*
 * Whoever takes all bytes of a picture's buffer, as a file does, has them where GStreamer itself
 * lays them out, to the end of the last row's stride; and those that are no pixels are 0.
 */
#include "pipeline.h"
#include "producer.h"

#include <string.h>

#define FRAMES 3

struct shape {
	const char *format;
	guint width, height;
};

/* Each time another one: the last one's members may not have left it yet. Valid until the next. */
static const char *new_domain(void)
{
	static char name[20];
	static guint n;
	g_snprintf(name, sizeof(name), "bytes%u", n++);
	return name;
}

/* ---- as it should be ---- */

static void copy_component(GstVideoFrame *to, const GstVideoFrame *from, guint c)
{
	const GstVideoFormatInfo *info = to->info.finfo;
	gsize bytes = (info->shift[c] + info->depth[c] + 7) / 8;
	bytes += info->depth[c] > 8 && info->poffset[c] % 2; /* P010: GStreamer is one off */
	for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(to, c); y++)
		for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(to, c); x++)
			memcpy((guint8 *)GST_VIDEO_FRAME_COMP_DATA(to, c) +
					y * GST_VIDEO_FRAME_COMP_STRIDE(to, c) +
					x * GST_VIDEO_FRAME_COMP_PSTRIDE(to, c),
				(const guint8 *)GST_VIDEO_FRAME_COMP_DATA(from, c) +
					y * GST_VIDEO_FRAME_COMP_STRIDE(from, c) +
					x * GST_VIDEO_FRAME_COMP_PSTRIDE(from, c),
				bytes);
}

/* Pixel by pixel, wherever both lie. */
static void copy_pixels(GstBuffer *to, GstBuffer *from, const GstVideoInfo *info)
{
	GstVideoFrame target, source;
	assert_true(gst_video_frame_map(&target, info, to, GST_MAP_READWRITE));
	assert_true(gst_video_frame_map(&source, info, from, GST_MAP_READ));
	for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(info); c++)
		copy_component(&target, &source, c);
	gst_video_frame_unmap(&source);
	gst_video_frame_unmap(&target);
}

static GstBuffer *usual_copy(GstBuffer *from, const GstVideoInfo *info)
{
	GstBuffer *to = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
	gst_buffer_memset(to, 0, 0, GST_VIDEO_INFO_SIZE(info));
	copy_pixels(to, from, info);
	return to;
}

static GstVideoInfo info_of(GstSample *sample)
{
	GstVideoInfo info;
	assert_true(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
	return info;
}

/* What a pipeline without us makes of it, with no bytes of its memory between the rows. */
static void make_wanted(const struct shape *shape, GstBuffer *ret_wanted[FRAMES])
{
	GstElement *direct = pipeline_play("videotestsrc num-buffers=%d ! video/x-raw,format=%s,"
					   "width=%u,height=%u ! appsink name=out sync=false",
		FRAMES, shape->format, shape->width, shape->height);
	for (int i = 0; i < FRAMES; i++) {
		GstSample *sample = pipeline_pull(direct);
		const GstVideoInfo info = info_of(sample);
		ret_wanted[i] = usual_copy(gst_sample_get_buffer(sample), &info);
		gst_sample_unref(sample);
	}
	pipeline_end(direct);
}

static void is_as_wanted(
	GstSample *sample, GstBuffer *wanted, const struct shape *shape, const char *what)
{
	GstMapInfo have, want;
	assert_non_null(sample);
	assert_true(gst_buffer_map(gst_sample_get_buffer(sample), &have, GST_MAP_READ));
	assert_true(gst_buffer_map(wanted, &want, GST_MAP_READ));
	if (have.size != want.size)
		fail_msg("%s %ux%u, %s: %zu bytes, not %zu", shape->format, shape->width,
			shape->height, what, have.size, want.size);
	for (gsize i = 0; i < want.size; i++)
		if (have.data[i] != want.data[i])
			fail_msg("%s %ux%u, %s: byte %zu is %u, not %u", shape->format,
				shape->width, shape->height, what, i, have.data[i], want.data[i]);
	gst_buffer_unmap(wanted, &want);
	gst_buffer_unmap(gst_sample_get_buffer(sample), &have);
	gst_sample_unref(sample);
}

/* ---- who takes it ---- */

static GstPadProbeReturn say_video_meta(GstPad *pad, GstPadProbeInfo *info, gpointer arg)
{
	GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
	if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION)
		return GST_PAD_PROBE_OK;
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	return GST_PAD_PROBE_HANDLED;
}

/* One that knows of GstVideoMeta, as it says, or not. */
static GstElement *read_from(const char *domain, gboolean knows_meta)
{
	GstElement *back = pipeline_play("xfsrc name=in domain=%s is-live=false ! "
					 "appsink name=out sync=false",
		domain);
	GstElement *out = gst_bin_get_by_name(GST_BIN(back), "out");
	GstPad *pad = gst_element_get_static_pad(out, "sink");
	if (knows_meta)
		gst_pad_add_probe(
			pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, say_video_meta, NULL, NULL);
	gst_object_unref(pad);
	gst_object_unref(out);
	return back;
}

/* ---- pipelines ---- */

static const struct shape shapes[] = { { "I420", 322, 242 }, { "I420", 321, 241 }, { "I420", 1, 1 },
	{ "YV12", 34, 8 }, { "YV12", 17, 5 }, { "NV12", 34, 8 }, { "NV12", 17, 5 },
	{ "NV21", 17, 5 }, { "Y42B", 34, 8 }, { "Y42B", 17, 5 }, { "NV16", 17, 5 },
	{ "Y444", 17, 5 }, { "NV24", 17, 5 }, { "RGB", 34, 8 }, { "BGR", 17, 5 },
	{ "RGB16", 17, 5 }, { "BGRA", 17, 5 }, { "GRAY8", 34, 8 }, { "GRAY8", 17, 5 },
	{ "GRAY16_LE", 17, 5 }, { "YUY2", 34, 8 }, { "UYVY", 34, 8 }, { "v308", 17, 5 },
	{ "P010_10LE", 34, 8 }, { "P010_10LE", 17, 5 }, { "P016_LE", 17, 5 },
	{ "I420_10LE", 34, 8 }, { "I420_10LE", 17, 5 }, { "I422_10LE", 17, 5 },
	{ "Y444_10LE", 17, 5 }, { "VUYA", 17, 5 } };

static void travels(const struct shape *shape, GstBuffer *wanted[FRAMES], const char *before,
	gboolean knows_meta)
{
	const char *domain = new_domain();
	GstElement *back = read_from(domain, knows_meta);
	GstElement *in = pipeline_play("videotestsrc num-buffers=%d ! "
				       "video/x-raw,format=%s,width=%u,height=%u %s ! xfsink "
				       "domain=%s sync=false wait-for-connection=true",
		FRAMES, shape->format, shape->width, shape->height, before, domain);
	for (int i = 0; i < FRAMES; i++)
		is_as_wanted(pipeline_pull(back), wanted[i], shape, knows_meta ? "meta" : "none");
	if (knows_meta)
		assert_int_equal(pipeline_get(back, "in", "copied"), 0);
	pipeline_end(in);
	pipeline_end(back);
}

static void all_travel(const char *before)
{
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
		GstBuffer *wanted[FRAMES];
		make_wanted(&shapes[i], wanted);
		travels(&shapes[i], wanted, before, FALSE);
		travels(&shapes[i], wanted, before, TRUE);
		for (int n = 0; n < FRAMES; n++)
			gst_buffer_unref(wanted[n]);
	}
}

static void pictures_that_are_made_in_surfaces(void **state)
{
	all_travel("");
}

static void pictures_that_are_copied_into_surfaces(void **state)
{
	all_travel("! identity drop-allocation=true");
}

/* Two pixels of these are a block with one chroma: of the last one there may be half. */
static void chroma_of_the_last_pixel_is_copied(void **state)
{
	static const char *const formats[] = { "YUY2", "UYVY" };
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		const struct shape shape = { formats[i], 17, 5 };
		GstBuffer *wanted[FRAMES];
		const char *domain = new_domain();
		GstElement *back = read_from(domain, TRUE);
		GstElement *in = pipeline_play("videotestsrc num-buffers=%d ! "
					       "video/x-raw,format=%s,width=17,height=5 ! "
					       "identity drop-allocation=true ! xfsink "
					       "domain=%s sync=false wait-for-connection=true",
			FRAMES, formats[i], domain);
		make_wanted(&shape, wanted);
		for (int n = 0; n < FRAMES; n++) {
			GstSample *sample = pipeline_pull(back);
			GstSample *want =
				gst_sample_new(wanted[n], gst_sample_get_caps(sample), NULL, NULL);
			assert_true(pipeline_sum(sample) == pipeline_sum(want));
			gst_sample_unref(want);
			gst_sample_unref(sample);
			gst_buffer_unref(wanted[n]);
		}
		pipeline_end(in);
		pipeline_end(back);
	}
}

/* Elements that need not copy what they leave out, where a sink says that it can. */
static void what_is_cropped_is_what_was_to_be_seen(void **state)
{
	static const char source[] = "videotestsrc num-buffers=3 ! video/x-raw,format=I420,"
				     "width=64,height=64 ! videocrop left=20 top=10";
	GstElement *direct = pipeline_play("%s ! appsink name=out sync=false", source);
	GstElement *back = read_from("cropped", TRUE);
	GstElement *in = pipeline_play(
		"%s ! xfsink domain=cropped sync=false wait-for-connection=true", source);
	for (int i = 0; i < FRAMES; i++) {
		GstSample *sample = pipeline_pull(back), *wanted = pipeline_pull(direct);
		assert_true(pipeline_sum(sample) == pipeline_sum(wanted));
		assert_null(gst_buffer_get_video_crop_meta(gst_sample_get_buffer(sample)));
		gst_sample_unref(wanted);
		gst_sample_unref(sample);
	}
	pipeline_end(direct);
	pipeline_end(in);
	pipeline_end(back);
}

/* ---- other producers ---- */

struct drawing {
	GstBuffer *picture;
	const struct shape *shape;
	guint8 gaps; /* what is between its rows */
};

static void draw_plane(
	const struct xf_plane *plane, guint8 *row, const GstVideoFrame *from, guint p, guint8 gaps)
{
	gsize bytes = (gsize)GST_VIDEO_FRAME_COMP_WIDTH(from, p) *
		      (gsize)GST_VIDEO_FRAME_COMP_PSTRIDE(from, p);
	const guint8 *pixels = GST_VIDEO_FRAME_PLANE_DATA(from, p);
	for (guint y = 0; y < plane->rows; y++) {
		memcpy(row, pixels, bytes);
		if (y + 1 < plane->rows)
			memset(row + bytes, gaps, plane->stride_bytes - bytes);
		row += plane->stride_bytes;
		pixels += GST_VIDEO_FRAME_PLANE_STRIDE(from, p);
	}
}

static void draw(const struct xf_surface_desc *desc, guint8 *data, gconstpointer arg)
{
	const struct drawing *drawing = arg;
	GstVideoInfo info;
	GstVideoFrame frame;
	gst_video_info_set_format(&info, gst_video_format_from_string(drawing->shape->format),
		drawing->shape->width, drawing->shape->height);
	assert_true(gst_video_frame_map(&frame, &info, drawing->picture, GST_MAP_READ));
	for (guint p = 0; p < desc->n_planes; p++)
		draw_plane(&desc->planes[p], data + desc->planes[p].offset_bytes, &frame, p,
			drawing->gaps);
	gst_video_frame_unmap(&frame);
}

/* Its rows are where GStreamer has them, or farther apart. */
static void other_travels(const struct shape *shape, uint32_t fourcc, gboolean usual)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = shape->width,
		.height_px = shape->height,
		.fourcc = fourcc,
		.alignment_bytes = usual ? 4 : 0 };
	GstBuffer *wanted[FRAMES];
	const char *domain = new_domain();
	struct producer producer = producer_begin(domain, &desc, "");
	GstElement *back = read_from(domain, FALSE);
	make_wanted(shape, wanted);
	producer_wait_for_reader(&producer);
	for (int n = 0; n < FRAMES; n++) {
		const struct drawing drawing = { wanted[n], shape, usual ? 0 : 0xab };
		producer_publish(&producer, draw, &drawing);
		is_as_wanted(pipeline_pull(back), wanted[n], shape, "of others");
		gst_buffer_unref(wanted[n]);
	}
	if (!usual)
		assert_int_equal(pipeline_get(back, "in", "copied"), FRAMES);
	pipeline_end(back);
	producer_end(&producer);
}

static void pictures_of_others(void **state)
{
	static const struct {
		struct shape shape;
		uint32_t fourcc;
	} cases[] = {
		{ { "I420", 322, 242 }, XF_FORMAT_YUV420 },
		{ { "I420", 321, 241 }, XF_FORMAT_YUV420 },
		{ { "NV12", 17, 5 }, XF_FORMAT_NV12 },
		{ { "RGB", 17, 5 }, XF_FORMAT_BGR888 },
		{ { "GRAY8", 34, 8 }, XF_FORMAT_R8 },
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		other_travels(&cases[i].shape, cases[i].fourcc, FALSE);
		other_travels(&cases[i].shape, cases[i].fourcc, TRUE);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_that_are_made_in_surfaces),
		cmocka_unit_test(pictures_that_are_copied_into_surfaces),
		cmocka_unit_test(chroma_of_the_last_pixel_is_copied),
		cmocka_unit_test(what_is_cropped_is_what_was_to_be_seen),
		cmocka_unit_test(pictures_of_others),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
