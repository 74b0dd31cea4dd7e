/* SPDX-License-Identifier: MIT */
/*
 * Who waits sleeps until somebody wakes it: nobody looks now and then whether to stop, and nobody
 * else in the domain can keep it from being told.
 */
#include "pipeline.h"

#include <crossfence/domain.h>
#include <crossfence/event.h>
#include <crossfence/inspect.h>
#include <crossfence/stream.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define TRIES	   3
#define LEAST_US   50000 /* of all tries */
#define MOST_US	   500000 /* of each, on a machine that has other work */
#define WATCH_US   1000000
#define WAKES_MOST 20 /* meanwhile, of all threads: who looks every 20 ms wakes 50 times */

/* ---- how often threads of this process slept ---- */

static guint64 sleeps_of(const char *thread)
{
	char path[300], line[200];
	unsigned long long sleeps = 0;
	snprintf(path, sizeof(path), "/proc/self/task/%s/status", thread);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		(void)sscanf(line, "voluntary_ctxt_switches: %llu", &sleeps);
	if (file)
		fclose(file);
	return sleeps;
}

static guint64 sleeps_of_all(void)
{
	guint64 sum = 0;
	DIR *threads = opendir("/proc/self/task");
	assert_non_null(threads);
	for (const struct dirent *each; (each = readdir(threads));)
		if (each->d_name[0] != '.')
			sum += sleeps_of(each->d_name);
	closedir(threads);
	return sum;
}

static guint64 wakes(void)
{
	guint64 before = sleeps_of_all();
	g_usleep(WATCH_US);
	return sleeps_of_all() - before;
}

static void expect_rest(void)
{
	guint64 least = G_MAXUINT64;
	for (int i = 0; i < TRIES && least > WAKES_MOST; i++) {
		guint64 now = wakes();
		least = MIN(least, now); /* something may have begun just now */
	}
	assert_in_range(least, 0, WAKES_MOST);
}

static gint64 stop(GstElement *pipeline)
{
	gint64 start = g_get_monotonic_time();
	assert_int_equal(gst_element_set_state(pipeline, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
	gint64 took = g_get_monotonic_time() - start;
	assert_in_range(took, 0, MOST_US);
	gst_object_unref(pipeline);
	return took;
}

/* ---- a member that reads nothing ---- */

static struct xf_domain *join(const char *name)
{
	struct xf_domain *domain;
	assert_int_equal(xf_domain_open(name, 0, xf_deadline(INT64_C(10000000000)), &domain), 0);
	return domain;
}

static struct xf_stream *stand_still(struct xf_domain *domain)
{
	struct xf_stream *stream;
	assert_int_equal(
		xf_stream_open(domain, "frames", xf_deadline(INT64_C(10000000000)), &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, XF_STREAM_EVERY, 1), 0);
	return stream;
}

static void until_it_waits(struct xf_stream *stream)
{
	struct xf_stream_info info = { .size = sizeof(info) }, before = info;
	do {
		before = info;
		g_usleep(200000);
		assert_int_equal(xf_stream_info(stream, &info), 0);
	} while (!info.sequence || info.sequence != before.sequence);
}

static void rest_behind(const char *line)
{
	gint64 least = G_MAXINT64;
	for (int i = 0; i < TRIES; i++) {
		GstElement *sink = pipeline_play("%s ! xfsink domain=woken sync=false", line);
		struct xf_domain *domain = join("woken");
		struct xf_stream *stream = stand_still(domain);
		until_it_waits(stream);
		if (i == 0)
			expect_rest();
		gint64 took = stop(sink);
		least = MIN(least, took);
		xf_stream_close(stream);
		xf_domain_leave(domain);
	}
	assert_in_range(least, 0, LEAST_US);
}

static void a_sink_rests_while_it_waits_for_a_surface(void **state)
{
	rest_behind("audiotestsrc");
}

static void upstream_rests_while_it_waits_for_a_surface(void **state)
{
	rest_behind("videotestsrc ! video/x-raw,width=64,height=64");
}

static void a_sink_rests_while_nobody_reads(void **state)
{
	gint64 least = G_MAXINT64;
	for (int i = 0; i < TRIES; i++) {
		GstElement *sink = pipeline_play(
			"audiotestsrc ! xfsink domain=lonely wait-for-connection=true");
		gst_message_unref(pipeline_message(sink, GST_MESSAGE_INFO)); /* it waits */
		if (i == 0)
			expect_rest();
		gint64 took = stop(sink);
		least = MIN(least, took);
	}
	assert_in_range(least, 0, LEAST_US);
}

/* ---- a member that takes what is not meant for it ---- */

struct thief {
	struct xf_domain *domain;
	struct xf_event *events[64];
	guint n;
	gint over;
};

static int visit(const struct xf_object_info *info, void *arg)
{
	struct thief *thief = arg;
	if (info->type == XF_EVENT && thief->n < G_N_ELEMENTS(thief->events) &&
		!xf_event_open(thief->domain, info->id, &thief->events[thief->n]))
		thief->n++;
	return 0;
}

static gpointer take_all(gpointer arg)
{
	struct thief *thief = arg;
	while (!g_atomic_int_get(&thief->over))
		for (guint i = 0; i < thief->n; i++)
			(void)xf_event_wait(thief->events[i], 0);
	return NULL;
}

static gint64 stop_beside_a_thief(GstElement *source)
{
	struct thief thief = { .domain = join("robbed") };
	assert_int_equal(xf_inspect_objects(thief.domain, visit, &thief), 0);
	GThread *thread = thief.n ? g_thread_new("thief", take_all, &thief) : NULL;
	gint64 took = stop(source);
	g_atomic_int_set(&thief.over, TRUE);
	if (thread)
		g_thread_join(thread);
	for (guint i = 0; i < thief.n; i++)
		xf_event_close(thief.events[i]);
	xf_domain_leave(thief.domain);
	return took;
}

static void no_member_keeps_a_source_from_stopping(void **state)
{
	GPid producer = pipeline_spawn(
		"videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=1/60 "
		"! xfsink domain=robbed sync=false");
	gint64 least = G_MAXINT64;
	for (int i = 0; i < TRIES; i++) {
		GstElement *source =
			pipeline_play("xfsrc domain=robbed ! appsink name=out sync=false");
		gst_sample_unref(pipeline_pull(source));
		gint64 took = stop_beside_a_thief(source);
		least = MIN(least, took);
	}
	assert_in_range(least, 0, LEAST_US);
	pipeline_kill(producer);
}

/* ---- a frame that comes later ---- */

/* Of the thread that reads. */
static guint64 sleeps_of_source(void)
{
	guint64 sum = 0;
	GDir *threads = g_dir_open("/proc/self/task", 0, NULL);
	assert_non_null(threads);
	for (const char *each; (each = g_dir_read_name(threads));) {
		gchar *path = g_strdup_printf("/proc/self/task/%s/comm", each), *comm = NULL;
		if (g_file_get_contents(path, &comm, NULL, NULL) &&
			g_str_has_prefix(comm, "xfsrc") && strstr(comm, ":src"))
			sum += sleeps_of(each);
		g_free(comm);
		g_free(path);
	}
	g_dir_close(threads);
	return sum;
}

static guint64 sleeps_for(GstElement *source, int frames)
{
	guint64 before = sleeps_of_source();
	for (int i = 0; i < frames; i++)
		gst_sample_unref(pipeline_pull(source));
	return sleeps_of_source() - before;
}

#define FRAMES 50

static void a_source_sleeps_once_for_a_frame(void **state)
{
	GPid producer = pipeline_spawn(
		"videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=50/1 "
		"! xfsink domain=steady");
	GstElement *source = pipeline_play("xfsrc domain=steady ! appsink name=out sync=false");
	guint64 least = G_MAXUINT64;
	for (int i = 0; i < TRIES; i++) {
		guint64 now = sleeps_for(source, FRAMES);
		least = MIN(least, now);
	}
	assert_in_range(least, 1, FRAMES * 3 / 2);
	pipeline_end(source);
	pipeline_kill(producer);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sink_rests_while_it_waits_for_a_surface),
		cmocka_unit_test(upstream_rests_while_it_waits_for_a_surface),
		cmocka_unit_test(a_sink_rests_while_nobody_reads),
		cmocka_unit_test(no_member_keeps_a_source_from_stopping),
		cmocka_unit_test(a_source_sleeps_once_for_a_frame),
	};
	if (argc == 3)
		return pipeline_child(argv[2]);
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
