/* SPDX-License-Identifier: MIT */
/* Pipelines that are paused, sought, stopped and started while somebody waits for somebody. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT    "appsink name=out sync=false max-buffers=2"
#define FILM   80 /* frames */
#define SECOND INT64_C(1000000000)

/* ---- a film ---- */

static gchar *path;
static guint64 sums[FILM];

/* Encoded to a file, and decoded once without us: no two of its pictures are the same. */
static int make_film(void **state)
{
	if (pipeline_setup(state))
		return -1;
	path = g_build_filename(g_getenv("XDG_RUNTIME_DIR"), "film.webm", NULL);
	GstElement *encoder = pipeline_play(
		"videotestsrc pattern=ball num-buffers=%d ! "
		"video/x-raw,format=I420,width=160,height=120,framerate=25/1 ! "
		"vp8enc deadline=1 keyframe-max-dist=10 ! webmmux ! filesink location=%s",
		FILM, path);
	pipeline_wait_eos(encoder);
	pipeline_end(encoder);
	GstElement *direct =
		pipeline_play("filesrc location=%s ! matroskademux ! vp8dec ! " OUT, path);
	for (int i = 0; i < FILM; i++) {
		GstSample *sample = pipeline_pull(direct);
		assert_non_null(sample);
		sums[i] = pipeline_sum(sample);
		for (int k = 0; k < i; k++)
			assert_true(sums[k] != sums[i]);
		gst_sample_unref(sample);
	}
	pipeline_end(direct);
	return 0;
}

static int remove_film(void **state)
{
	(void)g_unlink(path);
	g_free(path);
	return pipeline_teardown(state);
}

static GstElement *play_film(const char *more)
{
	return pipeline_play("filesrc location=%s ! matroskademux ! queue ! vp8dec ! "
			     "xfsink name=film %s",
		path, more);
}

/* Which frame of the film comes next, and when it is shown; -1: the end. */
static int next_of(GstElement *back, GstClockTime *ret_pts)
{
	GstSample *sample = pipeline_pull(back);
	int i = -1;
	if (!sample)
		return -1;
	guint64 sum = pipeline_sum(sample);
	*ret_pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
	for (int k = 0; k < FILM; k++)
		if (sums[k] == sum)
			i = k;
	assert_true(i >= 0);
	gst_sample_unref(sample);
	return i;
}

static void seek(GstElement *pipeline, GstClockTime to)
{
	assert_true(gst_element_seek_simple(
		pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, to));
}

static void wait_state(GstElement *pipeline, GstState wanted)
{
	gst_element_set_state(pipeline, wanted);
	assert_int_equal(gst_element_get_state(pipeline, NULL, NULL, 30 * GST_SECOND),
		GST_STATE_CHANGE_SUCCESS);
}

/* After a pause it goes on where it was, and time has passed. */
static void a_film_is_paused(void **state)
{
	GstElement *in = play_film("wait-for-connection=true"), *back;
	back = pipeline_play("xfsrc domain=film ! " OUT);
	GstClockTime before = 0, pts = 0;
	int last = -1;
	for (int pauses = 0; pauses < 3; pauses++) {
		for (int i = 0; i < 5; i++) {
			int frame = next_of(back, &pts);
			assert_int_equal(frame, last + 1);
			assert_true(pts >= before);
			last = frame, before = pts;
		}
		wait_state(in, GST_STATE_PAUSED);
		g_usleep(300000);
		wait_state(in, GST_STATE_PLAYING);
	}
	while (last < FILM - 1)
		assert_int_equal(next_of(back, &pts), ++last);
	assert_int_equal(next_of(back, &pts), -1);
	/* Three pauses that nobody was shown anything in. */
	assert_true(pts > (FILM - 5) * (GST_SECOND / 25) + 3 * 250 * GST_MSECOND);
	pipeline_end(back);
	pipeline_end(in);
}

/* The stream of a film that was ended is no longer. */
static void wait_until_it_goes_on(void)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	assert_int_equal(xf_domain_open("film", 0, xf_deadline(30 * SECOND), &domain), 0);
	assert_int_equal(xf_stream_open(domain, "frames", 0, &stream), 0);
	for (int tries = 0; tries == 0 || info.ended; tries++) {
		assert_in_range(tries, 0, 3000);
		g_usleep(10000);
		assert_int_equal(xf_stream_info(stream, &info), 0);
	}
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

/* Forwards and back, playing and paused, and after the end. */
static void a_film_is_sought(void **state)
{
	GstElement *in = play_film("wait-for-connection=true"), *back;
	back = pipeline_play("xfsrc domain=film ! " OUT);
	GstClockTime before = 0, pts = 0;
	static const int targets[] = { 50, 10, 70, 0 };
	assert_int_equal(next_of(back, &pts), 0);
	for (gsize t = 0; t < G_N_ELEMENTS(targets); t++) {
		int frame;
		if (t % 2)
			wait_state(in, GST_STATE_PAUSED);
		seek(in, (GstClockTime)targets[t] * (GST_SECOND / 25));
		if (t % 2)
			wait_state(in, GST_STATE_PLAYING);
		do { /* what was on its way */
			frame = next_of(back, &pts);
			assert_true(pts >= before);
			before = pts;
		} while (frame != targets[t]);
		for (int i = 1; i < 5; i++)
			assert_int_equal(next_of(back, &pts), targets[t] + i);
	}
	for (int i = 5; i < FILM; i++)
		assert_int_equal(next_of(back, &pts), i);
	assert_int_equal(next_of(back, &pts), -1);
	pipeline_wait_eos(in);
	pipeline_end(back);
	/* The same pipeline from the beginning, for whoever comes now. */
	seek(in, 0);
	wait_until_it_goes_on();
	back = pipeline_play("xfsrc domain=film ! " OUT);
	int first = next_of(back, &pts);
	while (first ==
		FILM - 1) /* whoever comes late gets what is newest, and that was the last */
		first = next_of(back, &pts);
	assert_in_range(first, 0, 10);
	for (int i = first + 1; i < FILM; i++)
		assert_int_equal(next_of(back, &pts), i);
	assert_int_equal(next_of(back, &pts), -1);
	pipeline_end(back);
	pipeline_end(in);
}

/* A sink that waits for readers is paused, and goes on when they let go. */
static void a_pause_while_readers_are_waited_for(void **state)
{
	GstElement *in = play_film("surfaces=4 sync=false wait-for-connection=true"), *back;
	back = pipeline_play("xfsrc domain=film max-held=1 ! appsink name=out sync=false "
			     "max-buffers=1");
	GstClockTime pts;
	assert_int_equal(next_of(back, &pts), 0);
	for (int i = 1; i < FILM; i++) {
		if (i % 20 == 5) {
			g_usleep(100000); /* now it waits */
			wait_state(in, GST_STATE_PAUSED);
			wait_state(in, GST_STATE_PLAYING);
		}
		assert_int_equal(next_of(back, &pts), i);
	}
	assert_int_equal(next_of(back, &pts), -1);
	pipeline_end(back);
	pipeline_end(in);
}

/* ---- who does not take what comes ---- */

struct stuck {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

/* A reader of every frame that takes none. */
static struct stuck get_stuck(const char *name)
{
	struct stuck stuck;
	const int64_t end = xf_deadline(30 * SECOND);
	assert_int_equal(xf_domain_open(name, 0, end, &stuck.domain), 0);
	assert_int_equal(xf_stream_open(stuck.domain, "frames", end, &stuck.stream), 0);
	assert_int_equal(xf_stream_subscribe(stuck.stream, XF_STREAM_EVERY, 1), 0);
	return stuck;
}

static void come_loose(struct stuck *stuck)
{
	xf_stream_close(stuck->stream);
	xf_domain_leave(stuck->domain);
}

static guint64 frames_of(struct stuck *stuck)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	assert_int_equal(xf_stream_info(stuck->stream, &info), 0);
	return info.sequence;
}

/* Until nothing more comes: the producer waits. */
static void wait_until_full(struct stuck *stuck)
{
	guint64 before;
	do {
		before = frames_of(stuck);
		g_usleep(150000);
	} while (!before || frames_of(stuck) != before);
}

static gint64 stop_ms(GstElement *pipeline)
{
	gint64 start = g_get_monotonic_time();
	pipeline_end(pipeline);
	return (g_get_monotonic_time() - start) / 1000;
}

static int compare(const void *a, const void *b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
	return x < y ? -1 : x > y;
}

#define TRIES 7

/* 50 ms are ours; on a busy machine some tries take longer, for want of a CPU. */
static void judge(const char *what, gint64 ms[TRIES])
{
	qsort(ms, TRIES, sizeof(ms[0]), compare);
	if (ms[TRIES / 3] > 50 || ms[TRIES - 1] > 10000)
		fail_msg("%s: %d, %d, ... %d ms", what, (int)ms[0], (int)ms[1], (int)ms[TRIES - 1]);
}

static void waits_for_others_end(const char *what, const char *line)
{
	gint64 ms[TRIES];
	for (int i = 0; i < TRIES; i++) {
		GstElement *pipeline = pipeline_play("%s", line);
		g_usleep(60000);
		ms[i] = stop_ms(pipeline);
	}
	judge(what, ms);
}

static void waits_for_surfaces_end(const char *what, const char *line)
{
	gint64 ms[TRIES];
	for (int i = 0; i < TRIES; i++) {
		GstElement *pipeline = pipeline_play("%s", line);
		struct stuck stuck = get_stuck("full");
		wait_until_full(&stuck);
		ms[i] = stop_ms(pipeline);
		come_loose(&stuck);
	}
	judge(what, ms);
}

static void every_wait_ends(void **state)
{
	struct xf_domain *domain;
	assert_int_equal(xf_domain_open_or_create("empty", NULL, &domain), 0);
	waits_for_others_end("a name", "xfsrc domain=nobody ! fakesink");
	waits_for_others_end("a stream", "xfsrc domain=empty ! fakesink");
	waits_for_others_end(
		"a reader", "videotestsrc ! xfsink name=alone sync=false wait-for-connection=true");
	GstElement *in = pipeline_play("videotestsrc num-buffers=2 ! xfsink name=still sync=false");
	waits_for_others_end("a frame", "xfsrc domain=empty label=none ! fakesink");
	pipeline_end(in);
	waits_for_surfaces_end("a surface, upstream",
		"videotestsrc ! video/x-raw,width=32,height=32 ! "
		"xfsink name=full sync=false surfaces=4");
	waits_for_surfaces_end("a surface, in the sink",
		"fakesrc sizetype=fixed sizemax=64 ! xf/bytes ! xfsink name=full sync=false");
	/* It waits in its chain function, where nobody but the sink can reach it. */
	waits_for_surfaces_end("a surface, in between",
		"videotestsrc ! video/x-raw,format=I420,width=32,height=32 ! videoconvert ! "
		"video/x-raw,format=RGBA ! xfsink name=full sync=false surfaces=4");
	xf_domain_leave(domain);
}

/* A seek flushes: who waits for a surface in its chain function is in the way of that. */
static void no_wait_holds_up_a_seek(void **state)
{
	gint64 ms[TRIES];
	GstElement *in = pipeline_play(
		"videotestsrc ! video/x-raw,format=I420,width=32,height=32 ! videoconvert ! "
		"video/x-raw,format=RGBA ! xfsink name=full sync=false surfaces=4");
	struct stuck stuck = get_stuck("full");
	(void)alarm(60); /* a seek that hangs cannot be ended */
	for (int i = 0; i < TRIES; i++) {
		wait_until_full(&stuck);
		gint64 start = g_get_monotonic_time();
		seek(in, 0);
		ms[i] = (g_get_monotonic_time() - start) / 1000;
	}
	(void)alarm(0);
	judge("a seek", ms);
	guint64 before = frames_of(&stuck);
	come_loose(&stuck);
	stuck = get_stuck("full");
	wait_until_full(&stuck);
	assert_true(frames_of(&stuck) > before); /* and goes on after that */
	come_loose(&stuck);
	pipeline_end(in);
}

/*
 * A sink that waits for a reader is paused and played faster than its thread comes to run: no
 * change hangs, and what is paused shows nothing to who comes meanwhile.
 */
static void pauses_come_faster_than_they_are_noticed(void **state)
{
	GstElement *in = pipeline_play("fakesrc sizetype=fixed sizemax=64 ! xf/bytes ! "
				       "xfsink name=hasty sync=false wait-for-connection=true");
	GstElement *sink = gst_bin_get_by_name(GST_BIN(in), "hasty");
	gst_element_set_locked_state(sink, TRUE);
	assert_int_equal(
		gst_element_get_state(sink, NULL, NULL, 30 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
	(void)alarm(20);
	for (int i = 0; i < 200; i++) {
		gst_element_set_state(sink, GST_STATE_PAUSED);
		gst_element_set_state(sink, GST_STATE_PLAYING);
		if (i % 4 == 0)
			g_usleep(50); /* and some later */
	}
	gst_element_set_state(sink, GST_STATE_PAUSED);
	struct stuck reader = get_stuck("hasty");
	g_usleep(100000);
	assert_int_equal(frames_of(&reader), 0);
	gst_element_set_state(sink, GST_STATE_PLAYING);
	wait_until_full(&reader);
	(void)alarm(0);
	come_loose(&reader);
	gst_element_set_locked_state(sink, FALSE);
	gst_object_unref(sink);
	pipeline_end(in);
}

/* One that is slow does not slow the other, where a queue may leak. */
static void several_sinks_and_leaky_queues(void **state)
{
	GstElement *in = pipeline_play(
		"videotestsrc is-live=true ! video/x-raw,format=I420,width=32,height=32,"
		"framerate=100/1 ! tee name=t  t. ! queue leaky=downstream max-size-buffers=2 ! "
		"xfsink domain=full sync=false surfaces=4  "
		"t. ! queue leaky=downstream max-size-buffers=2 ! xfsink domain=free sync=false");
	struct stuck stuck = get_stuck("full");
	GstElement *back = pipeline_play("xfsrc domain=free ! queue leaky=upstream ! " OUT);
	for (int i = 0; i < 100; i++)
		gst_sample_unref(pipeline_pull(back));
	pipeline_end(back);
	come_loose(&stuck);
	pipeline_end(in);
}

/* ---- clocks ---- */

/* What one pipeline shows at a time, another one does at the same: whenever it was started. */
static void two_pipelines_are_in_sync(void **state)
{
	GstElement *in = pipeline_play(
		"videotestsrc is-live=true ! video/x-raw,format=GRAY8,width=16,height=16,"
		"framerate=50/1 ! xfsink name=both");
	GstElement *back[2];
	GstClockTime base[2], when[2][1000] = { 0 };
	for (int i = 0; i < 2; i++) {
		back[i] = pipeline_play("xfsrc domain=both ! appsink name=out sync=false");
		g_usleep(200000);
	}
	for (int i = 0; i < 2; i++)
		base[i] = gst_element_get_base_time(back[i]);
	assert_true(base[0] != base[1]);
	for (int n = 0; n < 50; n++)
		for (int i = 0; i < 2; i++) {
			GstSample *sample = pipeline_pull(back[i]);
			GstBuffer *buffer = gst_sample_get_buffer(sample);
			if (GST_BUFFER_PTS(buffer) &&
				GST_BUFFER_OFFSET(buffer) < 1000) /* 0: before it began */
				when[i][GST_BUFFER_OFFSET(buffer)] =
					GST_BUFFER_PTS(buffer) + base[i];
			gst_sample_unref(sample);
		}
	int both = 0;
	for (int n = 0; n < 1000; n++)
		if (when[0][n] && when[1][n]) {
			both++;
			assert_in_range(
				when[0][n], when[1][n] - GST_MSECOND, when[1][n] + GST_MSECOND);
		}
	assert_in_range(both, 10, 1000);
	for (int i = 0; i < 2; i++)
		pipeline_end(back[i]);
	pipeline_end(in);
}

/* ---- many changes at once ---- */

struct changes {
	GstElement *pipeline;
	guint32 seed;
};

static gpointer change_states(gpointer arg)
{
	static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED,
		GST_STATE_PLAYING, GST_STATE_PLAYING };
	struct changes *changes = arg;
	GRand *rand = g_rand_new_with_seed(changes->seed);
	for (int i = 0; i < 60; i++) {
		gst_element_set_state(
			changes->pipeline, states[g_rand_int_range(rand, 0, G_N_ELEMENTS(states))]);
		g_usleep((gulong)g_rand_int_range(rand, 0, 15000));
	}
	g_rand_free(rand);
	return NULL;
}

static void states_change_from_many_threads(void **state)
{
	enum { THREADS = 2 };
	const char *lines[] = {
		"videotestsrc ! video/x-raw,width=32,height=32,framerate=200/1 ! "
		"xfsink name=wild surfaces=6",
		"xfsrc domain=wild max-held=2 ! fakesink sync=true",
	};
	GThread *threads[2][THREADS];
	struct changes changes[2][THREADS];
	GstElement *pipelines[2];
	for (guint p = 0; p < 2; p++) {
		pipelines[p] = pipeline_play("%s", lines[p]);
		for (guint t = 0; t < THREADS; t++) {
			changes[p][t] = (struct changes){ pipelines[p], p * 10 + t };
			threads[p][t] = g_thread_new("states", change_states, &changes[p][t]);
		}
	}
	for (guint p = 0; p < 2; p++)
		for (guint t = 0; t < THREADS; t++)
			g_thread_join(threads[p][t]);
	pipeline_end(pipelines[0]);
	pipeline_end(pipelines[1]);
	/* And both still work. */
	GstElement *in = pipeline_play("%s", lines[0]);
	GstElement *back = pipeline_play("xfsrc domain=wild ! " OUT);
	gst_sample_unref(pipeline_pull(back));
	pipeline_end(back);
	pipeline_end(in);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_film_is_paused),
		cmocka_unit_test(a_film_is_sought),
		cmocka_unit_test(a_pause_while_readers_are_waited_for),
		cmocka_unit_test(every_wait_ends),
		cmocka_unit_test(no_wait_holds_up_a_seek),
		cmocka_unit_test(pauses_come_faster_than_they_are_noticed),
		cmocka_unit_test(several_sinks_and_leaky_queues),
		cmocka_unit_test(two_pipelines_are_in_sync),
		cmocka_unit_test(states_change_from_many_threads),
	};
	return cmocka_run_group_tests(tests, make_film, remove_film);
}
