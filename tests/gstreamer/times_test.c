/* SPDX-License-Identifier: MIT */
/*
 * Time stamps say when a frame is due at its producer. Of those that cannot be none is waited for,
 * and whoever comes after them is shown.
 */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <gst/app/gstappsrc.h>
#include <inttypes.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define MS     INT64_C(1000000)
#define YEAR   (UINT64_C(365) * 24 * 3600 * UINT64_C(1000000000))

struct liar {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

static struct liar lie(const char *blob)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.blob = blob,
		.blob_size = (uint32_t)strlen(blob) };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct liar liar;
	assert_int_equal(xf_domain_open_or_create("liar", NULL, &liar.domain), 0);
	assert_int_equal(xf_stream_create(liar.domain, &params, "frames", &liar.stream), 0);
	return liar;
}

static void publish(struct liar *liar, uint64_t time_ns, uint64_t duration_ns)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = time_ns,
		.dts_ns = time_ns,
		.duration_ns = duration_ns };
	/* What GStreamer's streams say of a buffer: its size, no offsets, no flags. */
	memset(info.data, 0xff, 28);
	memcpy(info.data, "GX02\0\020\0\0\0\0\0\0", 12);
	info.data_size = 32;
	assert_int_equal(xf_stream_hold(liar->stream, xf_deadline(30 * SECOND), &frame), 0);
	assert_int_equal(xf_stream_publish(liar->stream, &frame, &info), 0);
}

static gboolean is_sensible(GstClockTime time)
{
	return !GST_CLOCK_TIME_IS_VALID(time) || time <= YEAR + 3600 * GST_SECOND;
}

/* What was published is shown, at a time that there is. */
static void is_shown(GstElement *pipeline)
{
	GstSample *sample = pipeline_pull(pipeline);
	assert_non_null(sample);
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	assert_true(is_sensible(GST_BUFFER_PTS(buffer)));
	assert_true(is_sensible(GST_BUFFER_DTS(buffer)));
	assert_true(is_sensible(GST_BUFFER_DURATION(buffer)));
	gst_sample_unref(sample);
}

static void goes_to(GstElement *pipeline, GstState state)
{
	gint64 start = g_get_monotonic_time();
	gst_element_set_state(pipeline, state);
	assert_in_range(g_get_monotonic_time() - start, 0, 10000000);
}

/* Of GStreamer's streams, whose times are clock times, and of others', of which distances count. */
static void times_that_cannot_be_are_none(void **state)
{
	static const uint64_t lies[] = { INT64_MAX, INT64_MAX - 1, (uint64_t)INT64_MAX + 1,
		(uint64_t)INT64_MAX + 5, UINT64_MAX - 1, UINT64_MAX - 2000000000, 3 * YEAR,
		UINT64_MAX / 4 };
	static const char *const blobs[] = { "",
		"gst 0,0 video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1" };
	for (gsize b = 0; b < G_N_ELEMENTS(blobs); b++) {
		struct liar liar = lie(blobs[b]);
		GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=true");
		assert_int_equal(
			xf_stream_wait_readers(liar.stream, 1, xf_deadline(30 * SECOND)), 0);
		for (gsize i = 0; i < G_N_ELEMENTS(lies); i++) {
			publish(&liar, (uint64_t)xf_now(), 1000000);
			is_shown(back);
			publish(&liar, lies[i], lies[G_N_ELEMENTS(lies) - 1 - i]);
			is_shown(back);
			publish(&liar, (uint64_t)xf_now(), lies[i]);
			is_shown(back);
			publish(&liar, lies[i], lies[i]);
			goes_to(back, GST_STATE_PAUSED);
			goes_to(back, GST_STATE_PLAYING);
		}
		publish(&liar, lies[0], lies[0]);
		goes_to(back, GST_STATE_PAUSED);
		goes_to(back, GST_STATE_NULL);
		pipeline_end(back);
		xf_stream_close(liar.stream);
		xf_domain_leave(liar.domain);
	}
}

/* ---- when frames are due ---- */

#define PICTURES "video/x-raw,format=GRAY8,width=16,height=16,framerate=0/1"
#define SOUND	 "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved"

struct due {
	const char *caps;
	gboolean live, sync;
	gint64 upstream_ms, pipeline_ms; /* latency of the source; what is set for all, or -1 */
	gint64 deadline_ms, render_ms, offset_ms; /* properties of the sink */
	gint64 later_ms; /* than the running time */
};

static GstElement *play_due(const struct due *due)
{
	GstElement *in = pipeline_play("appsrc name=in format=time is-live=%s min-latency=%" PRId64
				       " caps=\"%s\" ! xfsink domain=due sync=%s ts-offset=%" PRId64
				       " render-delay=%" PRId64 " processing-deadline=%" PRId64,
		due->live ? "true" : "false", due->upstream_ms * MS, due->caps,
		due->sync ? "true" : "false", due->offset_ms * MS, due->render_ms * MS,
		due->deadline_ms * MS);
	if (due->pipeline_ms >= 0)
		gst_pipeline_set_latency(GST_PIPELINE(in), (GstClockTime)(due->pipeline_ms * MS));
	return in;
}

static void push(GstElement *pipeline, GstClockTime time)
{
	GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 256, NULL);
	GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = time;
	assert_int_equal(gst_app_src_push_buffer(GST_APP_SRC(in), buffer), GST_FLOW_OK);
	gst_object_unref(in);
}

/* The first one makes it play, and only then all know of latency: what says the second. */
static struct xf_frame_info second_of(GstElement *in, GstClockTime *ret_time)
{
	struct xf_domain *domain;
	struct xf_stream *stream;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .sequence = 0 };
	const int64_t end = xf_deadline(30 * SECOND);
	push(in, 0);
	assert_int_equal(
		gst_element_get_state(in, NULL, NULL, 30 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
	assert_true(gst_bin_recalculate_latency(GST_BIN(in)));
	assert_int_equal(xf_domain_open("due", 0, end, &domain), 0);
	assert_int_equal(xf_stream_open(domain, "frames", end, &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, XF_STREAM_EVERY, 1), 0);
	*ret_time = gst_element_get_current_running_time(in);
	push(in, *ret_time);
	while (info.sequence != 2) {
		assert_int_equal(xf_stream_next(stream, end, &frame), 0);
		info = *frame.info;
		assert_int_equal(xf_stream_done(stream, &frame), 0);
	}
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return info;
}

/* Where a sink of the same pipeline would show it; and it is published then, not before. */
static void times_are_when_a_frame_is_due(void **state)
{
	static const struct due cases[] = {
		{ PICTURES, TRUE, TRUE, 200, -1, 20, 0, 0, 220 },
		{ SOUND, TRUE, TRUE, 200, -1, 20, 0, 0, 220 },
		{ PICTURES, TRUE, TRUE, 200, -1, 0, 0, 0, 200 },
		{ PICTURES, TRUE, TRUE, 100, 300, 0, 0, 0, 300 },
		{ PICTURES, TRUE, TRUE, 200, -1, 0, 50, 0, 250 },
		{ PICTURES, TRUE, TRUE, 200, -1, 0, 0, 30, 230 },
		{ PICTURES, TRUE, TRUE, 200, -1, 0, 0, -150, 50 },
		{ PICTURES, TRUE, FALSE, 200, -1, 20, 0, 0, 200 },
		{ PICTURES, TRUE, FALSE, 200, -1, 20, 0, 30, 230 },
		{ PICTURES, FALSE, FALSE, 0, -1, 20, 0, 0, 0 },
		{ SOUND, FALSE, TRUE, 200, -1, 20, 0, 0, 0 },
		{ PICTURES, FALSE, TRUE, 0, -1, 20, 30, 0, 30 },
		{ PICTURES, FALSE, TRUE, 0, -1, 20, 0, 40, 40 },
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		GstClockTime time;
		GstElement *in = play_due(&cases[i]);
		const struct xf_frame_info info = second_of(in, &time);
		gint64 now = xf_now(), base = (gint64)gst_element_get_base_time(in);
		gint64 later = (gint64)info.pts_ns - base - (gint64)time;
		if (later != cases[i].later_ms * MS)
			fail_msg("case %zu: %" PRId64 " ns later", i, later);
		assert_int_equal(info.dts_ns, info.pts_ns);
		assert_true(!cases[i].sync || now >= (gint64)info.pts_ns - cases[i].render_ms * MS);
		pipeline_end(in);
	}
}

static guint64 stat_of(GstElement *pipeline, const char *name)
{
	GstStructure *stats;
	guint64 value = 0;
	GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
	g_object_get(out, "stats", &stats, NULL);
	assert_true(gst_structure_get_uint64(stats, name, &value));
	gst_structure_free(stats);
	gst_object_unref(out);
	return value;
}

/* However long that one takes itself. */
static void frames_of_a_pipeline_with_latency_are_shown(void **state)
{
	GstElement *out = pipeline_play("xfsrc domain=slow ! fakesink name=out sync=true qos=true "
					"max-lateness=100000000");
	GstElement *in = pipeline_play(
		"videotestsrc is-live=true num-buffers=30 ! "
		"video/x-raw,format=I420,width=64,height=64,framerate=25/1 ! "
		"queue min-threshold-time=400000000 max-size-buffers=0 max-size-bytes=0 "
		"max-size-time=0 ! xfsink domain=slow surfaces=40");
	pipeline_wait_eos(out);
	guint64 shown = stat_of(out, "rendered");
	if (shown <= 15)
		fail_msg("%" PRIu64 " of 30 frames were shown", shown);
	pipeline_end(in);
	pipeline_end(out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_when_a_frame_is_due),
		cmocka_unit_test(frames_of_a_pipeline_with_latency_are_shown),
		cmocka_unit_test(times_that_cannot_be_are_none),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
