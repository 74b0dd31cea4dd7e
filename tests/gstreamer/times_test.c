/* SPDX-License-Identifier: MIT */
/* Time stamps that cannot be: nobody waits for them, and whoever comes after them is shown. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_that_cannot_be_are_none),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
