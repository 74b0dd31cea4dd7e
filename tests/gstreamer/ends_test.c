/* SPDX-License-Identifier: MIT */
/* What ends a reader: that all was shown, and nothing else that becomes of its producer. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <gst/check/gstharness.h>
#include <string.h>
#include <unistd.h>

#define PICTURES "video/x-raw,format=NV12,width=%d,height=48,framerate=200/1"
#define OUT	 "appsink name=out sync=false max-buffers=2"

/* Its frames come next, without an end before. */
static void goes_on_with(GstElement *back, int wanted)
{
	int width = 0;
	while (width != wanted) {
		GstSample *got = pipeline_pull(back);
		if (!got)
			fail_msg("the reader has ended");
		gst_structure_get_int(
			gst_caps_get_structure(gst_sample_get_caps(got), 0), "width", &width);
		gst_sample_unref(got);
	}
}

static void ends(GstElement *back)
{
	GstSample *got;
	while ((got = pipeline_pull(back)) != NULL)
		gst_sample_unref(got);
}

static GstElement *play(int width, const char *sink)
{
	return pipeline_play(
		"videotestsrc is-live=true ! " PICTURES " ! xfsink domain=ends %s", width, sink);
}

static void a_successor_goes_on(GstElement *back)
{
	GstElement *next = play(96, "");
	goes_on_with(back, 96);
	assert_true(gst_element_send_event(next, gst_event_new_eos()));
	pipeline_wait_eos(next);
	ends(back);
	pipeline_end(next);
}

static void who_stops_leaves_readers_to_a_successor(void **state)
{
	GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT);
	GstElement *in = play(64, "");
	goes_on_with(back, 64);
	pipeline_end(in);
	a_successor_goes_on(back);
	pipeline_end(back);
}

static void is_told(GstElement *pipeline, const char *words)
{
	gboolean is = FALSE;
	while (!is) {
		GError *error;
		GstMessage *message = pipeline_message(pipeline, GST_MESSAGE_INFO);
		gst_message_parse_info(message, &error, NULL);
		is = strstr(error->message, words) != NULL;
		g_error_free(error);
		gst_message_unref(message);
	}
}

/* By whatever way it went. */
static void who_waits_for_a_successor_is_told(void **state)
{
	GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT " drop=true");
	for (int i = 0; i < 2; i++) {
		GstElement *in = i ? play(64 + i, "") : NULL;
		GPid pid = i ? getpid()
			     : pipeline_spawn("videotestsrc is-live=true ! " PICTURES
					      " ! xfsink domain=ends",
				       64 + i);
		gchar *comes = g_strdup_printf("xf://ends/frames goes on, with process %d", pid);
		goes_on_with(back, 64 + i);
		if (i) {
			is_told(back, comes);
			pipeline_end(in);
		} else {
			pipeline_kill(pid);
		}
		is_told(back, "Waiting for xf://ends/frames: its producer is gone");
		g_free(comes);
	}
	a_successor_goes_on(back);
	pipeline_end(back);
}

/* Frames are held back then, and whoever sees nothing happen knows why. */
static void who_waits_for_readers_says_so(void **state)
{
	GstElement *in = play(64, "wait-for-connection=true");
	is_told(in, "Waiting for somebody to read xf://ends/frames");
	pipeline_end(in);
}

static void with_more_to_come_an_end_is_none(void **state)
{
	GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT);
	GstElement *in = play(64, "more=true");
	goes_on_with(back, 64);
	assert_true(gst_element_send_event(in, gst_event_new_eos()));
	pipeline_wait_eos(in);
	a_successor_goes_on(back);
	pipeline_end(in);
	pipeline_end(back);
}

static void wait_for_end_after_error(GstElement *in)
{
	GstMessageType type;
	GstBus *bus = gst_element_get_bus(in);
	gst_message_unref(pipeline_message(in, GST_MESSAGE_ERROR));
	do {
		GstMessage *message = gst_bus_timed_pop_filtered(
			bus, 30 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
		assert_non_null(message);
		type = GST_MESSAGE_TYPE(message);
		gst_message_unref(message);
	} while (type != GST_MESSAGE_EOS);
	gst_object_unref(bus);
}

/* In the line before it, or in another branch: the source sends an end after it. */
static void what_failed_does_not_look_complete(void **state)
{
	static const char *const lines[] = {
		"videotestsrc is-live=true ! video/x-raw,format=NV12,width=64,height=48,"
		"framerate=200/1 ! identity error-after=5 ! xfsink domain=ends "
		"wait-for-connection=true",
		"videotestsrc is-live=true ! video/x-raw,format=NV12,width=64,height=48,"
		"framerate=200/1 ! tee name=t ! xfsink domain=ends wait-for-connection=true "
		"t. ! identity name=fails error-after=5 ! fakesink async=false",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT);
		GstElement *in = pipeline_play("%s", lines[i]);
		goes_on_with(back, 64);
		wait_for_end_after_error(in);
		a_successor_goes_on(back);
		pipeline_end(in);
		pipeline_end(back);
	}
}

/* What failed once may be complete the next time. */
static void a_new_start_is_a_new_film(void **state)
{
	GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT);
	GstElement *in =
		pipeline_play("videotestsrc is-live=true ! video/x-raw,format=NV12,width=64,"
			      "height=48,framerate=200/1 ! identity name=fails error-after=5 ! "
			      "xfsink domain=ends wait-for-connection=true");
	goes_on_with(back, 64);
	wait_for_end_after_error(in);
	gst_element_set_state(in, GST_STATE_NULL);
	pipeline_set(in, "fails", "error-after", (guint64)-1);
	gst_element_set_state(in, GST_STATE_PLAYING);
	goes_on_with(back, 64);
	assert_true(gst_element_send_event(in, gst_event_new_eos()));
	pipeline_wait_eos(in);
	ends(back);
	pipeline_end(in);
	pipeline_end(back);
}

static GstBuffer *buffer_of(GstHarness *in)
{
	GstBuffer *buffer;
	GstBufferPool *pool;
	GstCaps *caps = gst_pad_get_current_caps(in->srcpad);
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	assert_true(gst_pad_peer_query(in->srcpad, query));
	gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	gst_query_unref(query);
	gst_caps_unref(caps);
	return buffer;
}

static void who_keeps_its_buffers_keeps_no_successor_out(void **state)
{
	GstHarness *in = gst_harness_new("xfsink");
	g_object_set(in->element, "domain", "ends", NULL);
	gst_harness_set_src_caps_str(
		in, "video/x-raw,format=GRAY8,width=64,height=64,framerate=50/1");
	GstBuffer *kept = buffer_of(in);
	gst_element_set_state(in->element, GST_STATE_NULL);
	GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT);
	a_successor_goes_on(back);
	pipeline_end(back);
	gst_buffer_unref(kept);
	gst_harness_teardown(in);
}

static gboolean has_ended(void)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	assert_int_equal(xf_domain_open("ends", 0, 0, &domain), 0);
	assert_int_equal(xf_stream_open(domain, "frames", 0, &stream), 0);
	assert_int_equal(xf_stream_info(stream, &info), 0);
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return info.ended != 0;
}

static gpointer push_end(gpointer in)
{
	(void)gst_harness_push_event(in, gst_event_new_eos());
	return NULL;
}

static void push_and_pull(GstHarness *in, GstElement *back)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 100, NULL);
	assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
	GstSample *got = pipeline_pull(back);
	assert_non_null(got);
	gst_sample_unref(got);
}

/* Paused before the last frame was over, and sought in: there is no end yet. */
static void an_end_is_none_before_it_is_shown(void **state)
{
	GstSegment segment;
	GstHarness *in = gst_harness_new("xfsink");
	g_object_set(
		in->element, "domain", "ends", "sync", FALSE, "wait-for-connection", TRUE, NULL);
	gst_harness_set_src_caps_str(in, "application/x-what");
	GstElement *back = pipeline_play("xfsrc domain=ends ! " OUT);
	push_and_pull(in, back);
	gst_element_set_state(in->element, GST_STATE_PAUSED);
	GThread *thread = g_thread_new("end", push_end, in);
	assert_int_equal(gst_element_get_state(in->element, NULL, NULL, 30 * GST_SECOND),
		GST_STATE_CHANGE_SUCCESS);
	assert_false(has_ended());
	assert_true(gst_harness_push_event(in, gst_event_new_flush_start()));
	g_thread_join(thread);
	assert_true(gst_harness_push_event(in, gst_event_new_flush_stop(TRUE)));
	gst_segment_init(&segment, GST_FORMAT_TIME);
	assert_true(gst_harness_push_event(in, gst_event_new_segment(&segment)));
	gst_element_set_state(in->element, GST_STATE_PLAYING);
	push_and_pull(in, back);
	(void)push_end(in);
	assert_null(pipeline_pull(back));
	assert_true(has_ended());
	pipeline_end(back);
	gst_harness_teardown(in);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_stops_leaves_readers_to_a_successor),
		cmocka_unit_test(who_waits_for_a_successor_is_told),
		cmocka_unit_test(who_waits_for_readers_says_so),
		cmocka_unit_test(with_more_to_come_an_end_is_none),
		cmocka_unit_test(what_failed_does_not_look_complete),
		cmocka_unit_test(a_new_start_is_a_new_film),
		cmocka_unit_test(who_keeps_its_buffers_keeps_no_successor_out),
		cmocka_unit_test(an_end_is_none_before_it_is_shown),
	};
	if (argc == 3 && !strcmp(argv[1], "--child"))
		return pipeline_child(argv[2]);
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
