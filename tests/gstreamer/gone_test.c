/* SPDX-License-Identifier: MIT */
/* The other side is gone, or stands still: whoever is left goes on. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define OUT    "appsink name=out sync=false max-buffers=2"
#define LEFT   5 /* frames that a producer leaves unfinished */

struct member {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

static const struct xf_surface_desc gray = {
	.size = sizeof(gray), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
};

static struct member produce(const char *domain)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &gray };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = 12
	};
	struct member member;
	assert_int_equal(xf_domain_open_or_create(domain, NULL, &member.domain), 0);
	assert_int_equal(xf_stream_create(member.domain, &params, "frames", &member.stream), 0);
	return member;
}

static struct member look_at(const char *domain)
{
	const int64_t end = xf_deadline(30 * SECOND);
	struct member member;
	assert_int_equal(xf_domain_open(domain, 0, end, &member.domain), 0);
	assert_int_equal(xf_stream_open(member.domain, "frames", end, &member.stream), 0);
	return member;
}

static void leave(struct member *member)
{
	xf_stream_close(member->stream);
	xf_domain_leave(member->domain);
}

static struct xf_stream_info info_of(struct member *member)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	assert_int_equal(xf_stream_info(member->stream, &info), 0);
	return info;
}

/* Complete when `fence` has the value 1; 0: it is. */
static void publish(struct member *member, guint8 value, xf_id fence)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = XF_NO_TIME,
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.fence = fence,
		.fence_value = 1 };
	void *data;
	assert_int_equal(xf_stream_hold(member->stream, xf_deadline(30 * SECOND), &frame), 0);
	assert_int_equal(xf_surface_begin(frame.surface, XF_ACCESS_WRITE, &data), 0);
	memset(data, value, 64 * 64);
	xf_surface_end(frame.surface);
	assert_int_equal(xf_stream_publish(member->stream, &frame, &info), 0);
}

static guint8 pull_value(GstElement *pipeline)
{
	GstSample *sample = pipeline_pull(pipeline);
	guint8 value;
	assert_non_null(sample);
	gst_buffer_extract(gst_sample_get_buffer(sample), 0, &value, 1);
	gst_sample_unref(sample);
	return value;
}

/* ---- producers ---- */

/*
 * A process that publishes one frame, and LEFT more which nobody has finished yet: what the fence
 * of that number waits for, or one of its own. Then it stays.
 */
static int leave_frames_unfinished(const char *fence)
{
	struct member member = produce("gone");
	struct xf_timeline *own;
	xf_id id = strtoull(fence, NULL, 16);
	if (xf_stream_wait_readers(member.stream, 1, xf_deadline(30 * SECOND)))
		return 1;
	if (!id && xf_timeline_create(member.domain, 0, 0, NULL, &own))
		return 1;
	publish(&member, 1, 0);
	for (int i = 0; i < LEFT; i++)
		publish(&member, (guint8)(2 + i), id ? id : xf_timeline_id(own));
	for (;;)
		pause();
}

static void wait_for_frames(struct member *member, guint64 frames)
{
	for (int tries = 0; info_of(member).sequence < frames; tries++) {
		assert_true(tries < 3000);
		g_usleep(10000);
	}
}

/* It dies while the reader waits for the fence, or before it does; a successor comes, or is late.
 */
static void what_a_dead_producer_left_undone_is_lost(void **state)
{
	for (int i = 0; i < 3; i++) {
		GPid pid = pipeline_spawn("0");
		GstElement *back = pipeline_play("xfsrc name=in domain=gone ! " OUT);
		struct member member = look_at("gone");
		assert_int_equal(pull_value(back), 1);
		wait_for_frames(&member, 1 + LEFT);
		g_usleep(i == 0 ? 100000 : 0); /* it waits by then, most likely */
		pipeline_kill(pid);
		g_usleep(i == 1 ? 300000 : 0);
		struct member next = produce("gone");
		publish(&next, 100, 0);
		assert_int_equal(pull_value(back), 100);
		assert_int_equal(pipeline_get(back, "in", "lost"), LEFT);
		pipeline_end(back);
		leave(&next);
		leave(&member);
	}
}

/* Somebody else works on it, and has not died. */
static void what_somebody_else_finishes_is_not(void **state)
{
	struct member here;
	struct xf_timeline *timeline;
	assert_int_equal(xf_domain_open_or_create("gone", NULL, &here.domain), 0);
	assert_int_equal(xf_timeline_create(here.domain, 0, 0, NULL, &timeline), 0);
	GPid pid = pipeline_spawn("%llx", (unsigned long long)xf_timeline_id(timeline));
	GstElement *back = pipeline_play("xfsrc name=in domain=gone ! " OUT);
	assert_int_equal(pull_value(back), 1);
	assert_int_equal(xf_stream_open(here.domain, "frames", 0, &here.stream), 0);
	wait_for_frames(&here, 1 + LEFT);
	pipeline_kill(pid);
	assert_int_equal(xf_timeline_signal(timeline, 1), 0);
	for (int i = 0; i < LEFT; i++)
		assert_int_equal(pull_value(back), 2 + i);
	assert_int_equal(pipeline_get(back, "in", "lost"), 0);
	pipeline_end(back);
	xf_timeline_close(timeline);
	leave(&here);
}

/* A producer that lives may take its time: but nobody who stops waits for it. */
static void a_frame_that_is_not_finished_holds_up_no_stop(void **state)
{
	gint64 least = G_MAXINT64;
	struct member member = produce("gone");
	struct xf_timeline *timeline;
	assert_int_equal(xf_timeline_create(member.domain, 0, 0, NULL, &timeline), 0);
	for (int i = 0; i < 5; i++) {
		GstElement *back = pipeline_play("xfsrc domain=gone ! fakesink");
		assert_int_equal(
			xf_stream_wait_readers(member.stream, 1, xf_deadline(30 * SECOND)), 0);
		publish(&member, 1, xf_timeline_id(timeline));
		g_usleep(20000);
		gint64 start = g_get_monotonic_time();
		pipeline_end(back);
		least = MIN(least, g_get_monotonic_time() - start);
	}
	assert_in_range(least, 0, 50000);
	xf_timeline_close(timeline);
	leave(&member);
}

/* Nobody answers to the name for longer than the library waits for an answer. */
static void who_stands_still_is_waited_for(void **state)
{
	GPid pid = pipeline_spawn("0");
	struct member member = look_at("gone");
	leave(&member);
	kill(pid, SIGSTOP);
	GstElement *back = pipeline_play("xfsrc domain=gone ! " OUT);
	GstBus *bus = gst_element_get_bus(back);
	assert_null(gst_bus_timed_pop_filtered(bus, 4 * GST_SECOND, GST_MESSAGE_ERROR));
	kill(pid, SIGCONT);
	assert_int_equal(pull_value(back), 1);
	gst_object_unref(bus);
	pipeline_end(back);
	pipeline_kill(pid);
}

/* But for who is told to stop: neither side waits until the library does no more. */
static void who_stands_still_holds_up_no_stop(void **state)
{
	static const char *const lines[] = { "xfsrc domain=gone ! fakesink",
		"videotestsrc ! xfsink domain=gone name=other sync=false" };
	GPid pid = pipeline_spawn("0");
	struct member member = look_at("gone");
	leave(&member);
	kill(pid, SIGSTOP);
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		gint64 least = G_MAXINT64;
		for (int tries = 0; tries < 5; tries++) {
			GstElement *pipeline = pipeline_play("%s", lines[i]);
			g_usleep(60000);
			gint64 start = g_get_monotonic_time();
			pipeline_end(pipeline);
			least = MIN(least, g_get_monotonic_time() - start);
		}
		assert_in_range(least, 0, 50000);
	}
	kill(pid, SIGCONT);
	pipeline_kill(pid);
	g_usleep(1100000); /* what was begun ends by itself, and what it had goes with it */
}

/* ---- readers ---- */

static void wait_until_it_left(struct member *member)
{
	struct xf_stream_info info;
	int tries = 0;
	do {
		assert_true(tries++ < 3000);
		g_usleep(tries == 1 ? 0 : 10000);
		info = info_of(member);
	} while (info.every); /* what downstream still has is another thing */
}

/* More than there are surfaces: whoever has stopped to take them would be waited for. */
static void nobody_is_waited_for(struct member *member)
{
	for (int i = 0; i < 30; i++)
		publish(member, 9, 0);
}

static void who_takes_no_more_holds_up_nobody(void **state)
{
	static const char *const lines[] = {
		"xfsrc domain=gone ! fakesink sync=false num-buffers=3 "
		"enable-last-sample=false",
		"xfsrc domain=gone ! identity error-after=3 ! fakesink sync=false "
		"enable-last-sample=false",
		"xfsrc domain=gone is-live=false ! identity eos-after=3 ! fakesink "
		"sync=false",
		"xfsrc domain=gone", /* linked to nothing */
		"xfsrc domain=gone ! audio/x-raw ! fakesink sync=false "
		"enable-last-sample=false", /* and not to this */
	};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct member member = produce("gone"); /* nothing yet that a reader could have */
		GstElement *pipeline = pipeline_play("%s", lines[i]);
		assert_int_equal(
			xf_stream_wait_readers(member.stream, 1, xf_deadline(30 * SECOND)), 0);
		nobody_is_waited_for(&member);
		wait_until_it_left(&member);
		pipeline_end(pipeline);
		leave(&member);
	}
}

/* ---- ends that nobody tells the source ---- */

static GstElement *element_of(GstElement *pipeline, const char *name)
{
	GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), name);
	assert_non_null(element);
	return element;
}

static void down_to_ready(GstElement *pipeline)
{
	GstElement *element = element_of(pipeline, "end");
	gst_element_set_state(element, GST_STATE_READY);
	gst_object_unref(element);
}

static void down_flushes(GstElement *pipeline)
{
	GstElement *element = element_of(pipeline, "end");
	GstPad *pad = gst_element_get_static_pad(element, "sink");
	gst_pad_send_event(pad, gst_event_new_flush_start());
	gst_object_unref(pad);
	gst_object_unref(element);
}

static void end_at_pad(GstElement *pipeline)
{
	GstElement *element = element_of(pipeline, "in");
	GstPad *pad = gst_element_get_static_pad(element, "src");
	gst_pad_push_event(pad, gst_event_new_eos());
	gst_object_unref(pad);
	gst_object_unref(element);
}

static void no_untold_end_holds_up_anybody(void **state)
{
	static const char *const lines[] = {
		"xfsrc name=in domain=gone ! fakesink name=end sync=false "
		"enable-last-sample=false",
		"xfsrc name=in domain=gone ! queue ! fakesink name=end sync=false "
		"enable-last-sample=false",
	};
	static void (*const ends[])(
		GstElement * pipeline) = { down_to_ready, down_flushes, end_at_pad };
	for (gsize i = 0; i < G_N_ELEMENTS(lines) * G_N_ELEMENTS(ends); i++) {
		struct member member = produce("gone");
		GstElement *pipeline = pipeline_play("%s", lines[i % 2]);
		assert_int_equal(
			xf_stream_wait_readers(member.stream, 1, xf_deadline(30 * SECOND)), 0);
		publish(&member, 1, 0);
		ends[i / 2](pipeline);
		nobody_is_waited_for(&member);
		pipeline_end(pipeline);
		leave(&member);
	}
}

/* A pause at any moment of a live source's joining: whoever is paused holds up nobody. */
static void who_joins_in_a_pause_holds_up_nobody(void **state)
{
	for (int i = 0; i < 40; i++) {
		struct member member = produce("gone");
		GstElement *pipeline = pipeline_play("xfsrc domain=gone ! fakesink sync=false");
		if (i % 2)
			assert_int_equal(
				xf_stream_wait_readers(member.stream, 1, xf_deadline(30 * SECOND)),
				0);
		else
			g_usleep((gulong)i * 50);
		gst_element_set_state(pipeline, GST_STATE_PAUSED);
		nobody_is_waited_for(&member);
		pipeline_end(pipeline);
		leave(&member);
	}
}

static void send(GstElement *pipeline, const char *name, GstEvent *event)
{
	GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), name);
	assert_true(gst_element_send_event(element, event));
	gst_object_unref(element);
}

/* What downstream has stays as it is, and after a flush it goes on. */
static void who_has_ended_may_go_on(void **state)
{
	struct member member = produce("gone");
	GstElement *back = pipeline_play("xfsrc name=in domain=gone ! " OUT);
	assert_int_equal(xf_stream_wait_readers(member.stream, 1, xf_deadline(30 * SECOND)), 0);
	for (int i = 1; i < 5; i++) {
		guint8 value;
		publish(&member, (guint8)i, 0);
		GstSample *kept = pipeline_pull(back);
		send(back, "in", gst_event_new_eos());
		assert_null(pipeline_pull(back));
		nobody_is_waited_for(&member);
		gst_buffer_extract(gst_sample_get_buffer(kept), 0, &value, 1);
		assert_int_equal(value, i);
		gst_sample_unref(kept);
		wait_until_it_left(&member);
		send(back, "in", gst_event_new_flush_start());
		send(back, "in", gst_event_new_flush_stop(TRUE));
		assert_int_equal(
			pull_value(back), 9); /* the newest, as for any reader that comes */
	}
	pipeline_end(back);
	leave(&member);
}

/* Each start of a pipeline costs the stream what was kept of the starts before, and not more. */
static void what_is_kept_over_many_starts_is_all_that_it_costs(void **state)
{
	enum { STARTS = 8 };
	struct member member = produce("gone");
	GstElement *back = pipeline_play("xfsrc name=in domain=gone max-held=3 ! " OUT);
	GstSample *kept[STARTS];
	for (int i = 0; i < STARTS; i++) {
		publish(&member, (guint8)i, 0);
		kept[i] = pipeline_pull(back);
		assert_int_equal(pipeline_get(back, "in", "copied"), 0);
		gst_element_set_state(back, GST_STATE_NULL);
		nobody_is_waited_for(&member);
		gst_element_set_state(back, GST_STATE_PLAYING);
		assert_int_equal(pull_value(back), 9);
	}
	for (int i = 0; i < STARTS; i++) {
		guint8 value;
		gst_buffer_extract(gst_sample_get_buffer(kept[i]), 0, &value, 1);
		assert_int_equal(value, i);
		gst_sample_unref(kept[i]);
	}
	pipeline_end(back);
	leave(&member);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_dead_producer_left_undone_is_lost),
		cmocka_unit_test(what_somebody_else_finishes_is_not),
		cmocka_unit_test(a_frame_that_is_not_finished_holds_up_no_stop),
		cmocka_unit_test(who_stands_still_is_waited_for),
		cmocka_unit_test(who_stands_still_holds_up_no_stop),
		cmocka_unit_test(who_takes_no_more_holds_up_nobody),
		cmocka_unit_test(no_untold_end_holds_up_anybody),
		cmocka_unit_test(who_joins_in_a_pause_holds_up_nobody),
		cmocka_unit_test(who_has_ended_may_go_on),
		cmocka_unit_test(what_is_kept_over_many_starts_is_all_that_it_costs),
	};
	if (argc == 3 && !strcmp(argv[1], "--child"))
		return leave_frames_unfinished(argv[2]);
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
