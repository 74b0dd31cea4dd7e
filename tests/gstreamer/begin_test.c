/* SPDX-License-Identifier: MIT */
/* What a reader's pipeline is told of the first frames: times that fit together, each its own. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <gst/app/gstappsrc.h>

#define PACKETS 7
#define FRAME	(40 * GST_MSECOND)
#define START	(2 * FRAME) /* of the segment: so much earlier is decoded than shown */

/* In the order of decoding; shown are I P B B P B B. */
static const guint shown[PACKETS] = { 2, 6, 4, 3, 5, 9, 7 };

static GstSample *packet(guint i)
{
	GstSegment segment;
	gst_segment_init(&segment, GST_FORMAT_TIME);
	segment.start = START;
	GstCaps *caps = gst_caps_from_string("video/x-h264,stream-format=byte-stream,alignment=au");
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 100, NULL);
	gst_buffer_memset(buffer, 0, (guint8)i, 100);
	GST_BUFFER_DTS(buffer) = i * FRAME;
	GST_BUFFER_PTS(buffer) = shown[i] * FRAME;
	GST_BUFFER_DURATION(buffer) = FRAME;
	GstSample *sample = gst_sample_new(buffer, caps, &segment, NULL);
	gst_buffer_unref(buffer);
	gst_caps_unref(caps);
	return sample;
}

static GstElement *send_packets(const char *sync)
{
	GstElement *in = pipeline_play("appsrc name=in format=time handle-segment-change=true ! "
				       "xfsink name=film wait-for-connection=true sync=%s",
		sync);
	GstElement *src = gst_bin_get_by_name(GST_BIN(in), "in");
	for (guint i = 0; i < PACKETS; i++) {
		GstSample *sample = packet(i);
		assert_int_equal(gst_app_src_push_sample(GST_APP_SRC(src), sample), GST_FLOW_OK);
		gst_sample_unref(sample);
	}
	assert_int_equal(gst_app_src_end_of_stream(GST_APP_SRC(src)), GST_FLOW_OK);
	gst_object_unref(src);
	return in;
}

static GstElement *read_packets(const char *live)
{
	return pipeline_play("xfsrc domain=film is-live=%s ! appsink name=out sync=false", live);
}

static void packets_are_as_sent(GstElement *back)
{
	GstClockTime first = GST_CLOCK_TIME_NONE;
	for (guint i = 0; i < PACKETS; i++) {
		GstSample *sample = pipeline_pull(back);
		assert_non_null(sample);
		GstBuffer *buffer = gst_sample_get_buffer(sample);
		GstClockTime pts = GST_BUFFER_PTS(buffer), dts = GST_BUFFER_DTS(buffer);
		assert_true(GST_CLOCK_TIME_IS_VALID(pts));
		assert_true(GST_CLOCK_TIME_IS_VALID(dts));
		if (!i)
			first = dts;
		assert_int_equal(dts - first, i * FRAME);
		assert_int_equal(pts - first, shown[i] * FRAME);
		gst_sample_unref(sample);
	}
	assert_null(pipeline_pull(back));
}

/* Whoever comes first, and as fast as can be or not. */
static void what_is_decoded_before_the_segment_keeps_its_times(void **state)
{
	static const char *const yes_no[] = { "true", "false" };
	for (guint i = 0; i < 8; i++) {
		const char *sync = yes_no[i & 1], *live = yes_no[i >> 1 & 1];
		GstElement *back = i & 4 ? read_packets(live) : NULL;
		GstElement *in = send_packets(sync);
		if (!back)
			back = read_packets(live);
		packets_are_as_sent(back);
		pipeline_wait_eos(in);
		pipeline_end(in);
		pipeline_end(back);
	}
}

/* From 0 on without a hole, as they left. */
static void follow_each_other_from_0(GstElement *back, guint frames)
{
	GstClockTime end = 0;
	for (guint i = 0; i < frames; i++) {
		GstSample *sample = pipeline_pull(back);
		assert_non_null(sample);
		GstBuffer *buffer = gst_sample_get_buffer(sample);
		assert_true(GST_BUFFER_PTS_IS_VALID(buffer));
		assert_in_range(GST_BUFFER_PTS(buffer) + 10, end, end + 20); /* rounded */
		end = GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer);
		gst_sample_unref(sample);
	}
}

/* More come before the pipeline plays, and has a clock, than a queue after the reader holds. */
static void who_is_not_live_begins_at_the_first_frame(void **state)
{
	static const char *const producers[] = {
		"videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=64,height=64,"
		"framerate=50/1 ! xfsink name=film wait-for-connection=true",
		"audiotestsrc num-buffers=20 samplesperbuffer=960 ! "
		"audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
		"xfsink name=film wait-for-connection=true",
	};
	for (guint i = 0; i < G_N_ELEMENTS(producers); i++) {
		GstElement *in = pipeline_play("%s", producers[i]);
		GstElement *back = pipeline_play(
			"xfsrc domain=film is-live=false ! queue ! appsink name=out sync=false");
		follow_each_other_from_0(back, 20);
		pipeline_end(back);
		pipeline_end(in);
	}
}

static void who_was_waited_for_has_all(void **state)
{
	GstElement *in = pipeline_play("audiotestsrc num-buffers=20 samplesperbuffer=960 ! "
				       "audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
				       "xfsink name=film wait-for-connection=true");
	gst_element_get_state(in, NULL, NULL, GST_CLOCK_TIME_NONE);
	g_usleep(150000); /* its first seven are late then */
	GstElement *back = pipeline_play("xfsrc domain=film ! appsink name=out sync=false");
	follow_each_other_from_0(back, 20);
	pipeline_end(back);
	pipeline_end(in);
}

/* None begins before the one before has ended. */
static void do_not_overlap(GstElement *back, guint frames, GstClockTime *end)
{
	for (guint i = 0; i < frames; i++) {
		GstSample *sample = pipeline_pull(back);
		assert_non_null(sample);
		GstBuffer *buffer = gst_sample_get_buffer(sample);
		assert_true(GST_BUFFER_PTS_IS_VALID(buffer));
		GstClockTime pts = GST_BUFFER_PTS(buffer);
		if (pts + 2 * GST_MSECOND < *end)
			fail_msg("frame %u at %" G_GUINT64_FORMAT ", before %" G_GUINT64_FORMAT, i,
				pts, *end);
		GstClockTime duration = GST_BUFFER_DURATION(buffer);
		*end = pts + (GST_CLOCK_TIME_IS_VALID(duration) ? duration : 3 * GST_MSECOND);
		gst_sample_unref(sample);
	}
}

/* And one who has paused. */
static void who_comes_late_has_no_two_at_once(void **state)
{
	static const char *const policies[] = { "every", "latest" };
	static const char *const producers[] = {
		"audiotestsrc is-live=true samplesperbuffer=960 ! "
		"audio/x-raw,format=S16LE,rate=48000,channels=1 ! xfsink name=film",
		"videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=64,"
		"framerate=50/1 ! xfsink name=film",
	};
	for (guint i = 0; i < 16; i++) {
		GstElement *in = pipeline_play("%s", producers[i >> 1 & 1]);
		GstElement *there =
			pipeline_play("xfsrc domain=film ! appsink name=out sync=false");
		gst_sample_unref(pipeline_pull(there));
		gst_sample_unref(pipeline_pull(there));
		pipeline_end(there);
		GstClockTime end = 0;
		GstElement *back =
			pipeline_play("xfsrc domain=film policy=%s ! appsink name=out sync=false",
				policies[i & 1]);
		do_not_overlap(back, 4, &end);
		gst_element_set_state(back, GST_STATE_PAUSED);
		gst_element_set_state(back, GST_STATE_PLAYING);
		do_not_overlap(back, 4, &end);
		pipeline_end(back);
		pipeline_end(in);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_decoded_before_the_segment_keeps_its_times),
		cmocka_unit_test(who_is_not_live_begins_at_the_first_frame),
		cmocka_unit_test(who_was_waited_for_has_all),
		cmocka_unit_test(who_comes_late_has_no_two_at_once),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
