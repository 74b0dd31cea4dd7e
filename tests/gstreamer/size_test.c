/* SPDX-License-Identifier: MIT */
/* Buffers of pictures are as long, and begin where, elements expect that look at bytes only. */
#include "pipeline.h"
#include "producer.h"

#include <string.h>

/* A raw recording has no other way to tell its pictures apart. */
static void pictures_are_as_long_as_elsewhere(void **state)
{
	static const char *const formats[] = { "I420", "YV12", "NV12", "Y42B", "Y444", "RGB", "BGR",
		"RGBx", "RGB16", "GRAY8", "GRAY16_LE", "YUY2", "v308", "I420_10LE" };
	static const guint sizes[][2] = { { 1, 1 }, { 17, 5 }, { 34, 8 }, { 854, 4 } };
	for (gsize f = 0; f < G_N_ELEMENTS(formats); f++)
		for (gsize s = 0; s < G_N_ELEMENTS(sizes); s++) {
			GstVideoInfo info;
			GstElement *back =
				pipeline_play("xfsrc domain=size ! appsink name=out sync=false");
			GstElement *in = pipeline_play(
				"videotestsrc num-buffers=3 ! video/x-raw,format=%s,width=%u,"
				"height=%u ! xfsink domain=size sync=false "
				"wait-for-connection=true",
				formats[f], sizes[s][0], sizes[s][1]);
			for (int i = 0; i < 3; i++) {
				GstSample *sample = pipeline_pull(back);
				assert_non_null(sample);
				assert_true(gst_video_info_from_caps(
					&info, gst_sample_get_caps(sample)));
				gsize size = gst_buffer_get_size(gst_sample_get_buffer(sample));
				if (size != GST_VIDEO_INFO_SIZE(&info))
					fail_msg("%s %ux%u: %zu bytes, not %zu", formats[f],
						sizes[s][0], sizes[s][1], size,
						GST_VIDEO_INFO_SIZE(&info));
				gst_sample_unref(sample);
			}
			pipeline_end(in);
			pipeline_end(back);
		}
}

/* ---- a picture with room around it ---- */

#define EDGE	2
#define INNER	62
#define SURFACE (INNER + EDGE)

/* A dark red picture in white. */
static void paint(const struct xf_surface_desc *desc, guint8 *data, gconstpointer arg)
{
	static const guint8 red[4] = { 150, 10, 20, 255 };
	const struct xf_plane *plane = &desc->planes[0];
	memset(data, 255, (gsize)plane->stride_bytes * (SURFACE - 1) + 4 * SURFACE);
	for (gsize y = EDGE; y < SURFACE; y++)
		for (gsize x = EDGE; x < SURFACE; x++)
			memcpy(data + y * plane->stride_bytes + 4 * x, red, 4);
}

static void is_of_one_colour(GstSample *sample)
{
	GstVideoInfo info;
	GstVideoFrame frame;
	assert_true(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
	assert_true(
		gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ));
	const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(&frame, 0);
	for (gsize y = 0; y < INNER; y++)
		for (gsize x = 0; x < INNER; x++)
			if (memcmp(data + y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) +
					    4 * x,
				    data, 4) != 0)
				fail_msg("%zu,%zu is not as the corner", x, y);
	gst_video_frame_unmap(&frame);
}

/* Wherever a producer begins its pictures, elements that change them hit these and nothing else. */
static void a_picture_is_changed_where_it_is(void **state)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = SURFACE,
		.height_px = SURFACE,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct producer producer = producer_begin(
		"edge", &desc, "gst 2,2 video/x-raw,format=RGBA,width=62,height=62,framerate=30/1");
	GstElement *back =
		pipeline_play("xfsrc name=in domain=edge ! videobalance saturation=0.3 ! "
			      "videoconvert ! video/x-raw,format=BGRx ! "
			      "appsink name=out sync=false");
	producer_wait_for_reader(&producer);
	for (int i = 0; i < 3; i++) {
		producer_publish(&producer, paint, NULL);
		GstSample *sample = pipeline_pull(back);
		assert_non_null(sample);
		is_of_one_colour(sample);
		gst_sample_unref(sample);
	}
	assert_int_equal(pipeline_get(back, "in", "copied"), 0);
	pipeline_end(back);
	producer_end(&producer);
}

/* ---- large ones ---- */

#define SOURCE(BYTES) "fakesrc num-buffers=2 sizetype=fixed filltype=nothing sizemax=" #BYTES " ! "
#define ARGB64	      SOURCE(66355200) "video/x-raw,format=ARGB64,width=3840,height=2160,framerate=30/1"
#define BLOBS(BYTES)  SOURCE(BYTES) "application/x-what"

static void large_buffers_arrive(void **state)
{
	static const struct {
		const char *source, *more;
		gsize size;
	} cases[] = {
		{ ARGB64, "", 3840 * 2160 * 8 },
		{ ARGB64, "surfaces=3", 3840 * 2160 * 8 },
		{ BLOBS(140000000), "surfaces=3", 140000000 },
	};
	/* Of a name each: who comes before the last one has left finds a stream that has ended. */
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		GstElement *back = pipeline_play("xfsrc domain=large%d ! appsink name=out "
						 "sync=false enable-last-sample=false",
			(int)i);
		GstElement *in = pipeline_play("%s ! xfsink domain=large%d sync=false "
					       "wait-for-connection=true %s",
			cases[i].source, (int)i, cases[i].more);
		for (int n = 0; n < 2; n++) {
			GstSample *sample = pipeline_pull(back);
			assert_non_null(sample);
			assert_int_equal(
				gst_buffer_get_size(gst_sample_get_buffer(sample)), cases[i].size);
			gst_sample_unref(sample);
		}
		pipeline_wait_eos(in);
		pipeline_end(in);
		pipeline_end(back);
	}
}

/* What is said then is what helps, above. */
static void too_large_is_an_error_with_advice(void **state)
{
	GError *error;
	GstElement *in = pipeline_play(BLOBS(100000000) " ! xfsink domain=huge sync=false");
	GstMessage *message = pipeline_message(in, GST_MESSAGE_ERROR);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
	assert_non_null(strstr(error->message, "fewer \"surfaces\""));
	g_error_free(error);
	gst_message_unref(message);
	pipeline_end(in);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_are_as_long_as_elsewhere),
		cmocka_unit_test(a_picture_is_changed_where_it_is),
		cmocka_unit_test(large_buffers_arrive),
		cmocka_unit_test(too_large_is_an_error_with_advice),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
