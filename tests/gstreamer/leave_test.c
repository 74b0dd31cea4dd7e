/* SPDX-License-Identifier: MIT */
/*
 * A member stands still while it has the domain's lock, or the door that whoever joins or leaves
 * passes. The library waits two seconds for it; nobody who changes a state or frees a buffer does.
 */
#include "pipeline.h"

#include <crossfence/domain.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES	 5 /* each is a member or more, of 64 */
#define LEAST_US 50000 /* of all tries */
#define MOST_US	 500000 /* of each, on a machine that has other work */

static char *program; /* still.c */

static const char *const points[] = { "lock:taken", "leave:marked", "join:lifeline" };

/* Comes back when it stands still. */
static GPid stand_still_at(const char *point)
{
	int status;
	GPid pid;
	gchar *argv[] = { program, "leave", NULL }, **env = g_get_environ();
	gchar *where = g_strdup_printf("%s/1/stop", point);
	env = g_environ_setenv(env, "XF_KILL_POINT", where, TRUE);
	g_free(where);
	assert_true(
		g_spawn_async(NULL, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));
	g_strfreev(env);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

#define SINK "videotestsrc is-live=true ! video/x-raw,width=64,height=64 ! xfsink label=frames%d "

static GstElement *play_sink(int number)
{
	return pipeline_play(SINK "domain=leave", number);
}

static GstElement *play_source(int number)
{
	GstElement *source =
		pipeline_play("xfsrc domain=leave label=frames%d ! appsink name=out sync=false "
			      "max-buffers=2",
			number);
	gst_message_unref(pipeline_message(source, GST_MESSAGE_ASYNC_DONE));
	return source;
}

static void change(GstElement *const pipelines[TRIES], GstState state)
{
	gint64 least = G_MAXINT64;
	for (int i = 0; i < TRIES; i++) {
		gint64 start = g_get_monotonic_time();
		assert_int_not_equal(
			gst_element_set_state(pipelines[i], state), GST_STATE_CHANGE_FAILURE);
		gint64 took = g_get_monotonic_time() - start;
		assert_in_range(took, 0, MOST_US);
		least = MIN(least, took);
	}
	assert_in_range(least, 0, LEAST_US);
}

static void change_all(GstElement *const pipelines[TRIES])
{
	static const GstState states[] = { GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED,
		GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL };
	for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
		change(pipelines, states[i]);
	for (int i = 0; i < TRIES; i++)
		gst_object_unref(pipelines[i]);
}

static void no_change_of_state_waits_for_who_stands_still(void **state)
{
	for (gsize p = 0; p < G_N_ELEMENTS(points); p++) {
		GstElement *sinks[TRIES], *sources[TRIES];
		for (int i = 0; i < TRIES; i++)
			sinks[i] = play_sink(i);
		for (int i = 0; i < TRIES; i++)
			sources[i] = play_source(i);
		GPid pid = stand_still_at(points[p]);
		change_all(sources);
		change_all(sinks);
		pipeline_kill(pid);
	}
}

/* It has begun to join when it is told to stop. */
static void nor_does_who_joins(void **state)
{
	GstElement *sinks[TRIES];
	struct xf_domain *domain;
	int fd;
	for (int i = 0; i < TRIES; i++)
		sinks[i] = play_sink(i);
	assert_int_equal(xf_domain_open("leave", 0, xf_deadline(INT64_C(30000000000)), &domain), 0);
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	for (gsize p = 0; p < G_N_ELEMENTS(points); p++) {
		GstElement *sources[TRIES], *others[TRIES];
		for (int i = 0; i < TRIES; i++) {
			sources[i] = play_source(i);
			gst_element_set_state(sources[i], GST_STATE_READY);
		}
		GPid pid = stand_still_at(points[p]);
		for (int i = 0; i < TRIES; i++)
			gst_element_set_state(sources[i], GST_STATE_PLAYING);
		for (int i = 0; i < TRIES; i++)
			others[i] = i % 2 ? play_sink(TRIES + i)
					  : pipeline_play(SINK "fd=%d", TRIES + i, fd);
		g_usleep(200000);
		change(sources, GST_STATE_READY);
		change(others, GST_STATE_READY);
		for (int i = 0; i < TRIES; i++) {
			pipeline_end(sources[i]);
			pipeline_end(others[i]);
		}
		pipeline_kill(pid);
	}
	for (int i = 0; i < TRIES; i++)
		pipeline_end(sinks[i]);
	close(fd);
	xf_domain_leave(domain);
}

static void nor_does_who_frees_the_last_buffer(void **state)
{
	for (gsize p = 0; p < G_N_ELEMENTS(points); p++) {
		GstElement *sink = play_sink(0);
		gint64 least = G_MAXINT64;
		GstSample *kept[TRIES];
		for (int i = 0; i < TRIES; i++) {
			GstElement *source = play_source(0);
			kept[i] = pipeline_pull(source);
			pipeline_end(source);
		}
		GPid pid = stand_still_at(points[p]);
		for (int i = 0; i < TRIES; i++) {
			gint64 start = g_get_monotonic_time();
			gst_sample_unref(kept[i]);
			gint64 took = g_get_monotonic_time() - start;
			assert_in_range(took, 0, MOST_US);
			least = MIN(least, took);
		}
		assert_in_range(least, 0, LEAST_US);
		pipeline_kill(pid);
		pipeline_end(sink);
	}
}

/* What it had before is still being given up. */
static void who_starts_again_meanwhile_goes_on(void **state)
{
	for (gsize p = 0; p < G_N_ELEMENTS(points); p++) {
		GstElement *sink = play_sink(0), *source = play_source(0);
		GPid pid = stand_still_at(points[p]);
		gst_element_set_state(source, GST_STATE_NULL);
		gst_element_set_state(source, GST_STATE_PLAYING);
		pipeline_kill(pid);
		gst_sample_unref(pipeline_pull(source));
		pipeline_end(source);
		pipeline_end(sink);
	}
}

/* A process that ends while a thread of it still waits; with GST_TRACERS=leaks it warns of leaks.
 */
static gboolean ends_soon_enough(const char *point)
{
	gst_init(NULL, NULL);
	GstElement *source = play_source(0);
	(void)stand_still_at(point); /* it dies with this process */
	gint64 start = g_get_monotonic_time();
	pipeline_end(source);
	gst_deinit();
	gint64 took = g_get_monotonic_time() - start;
	return took <= MOST_US;
}

static void who_ends_meanwhile_ends_well(void **state)
{
	GstElement *sink = play_sink(0);
	for (gsize p = 0; p < G_N_ELEMENTS(points); p++) {
		int status;
		GPid pid = pipeline_spawn("%s %s", points[p], program);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	pipeline_end(sink);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_change_of_state_waits_for_who_stands_still),
		cmocka_unit_test(nor_does_who_joins),
		cmocka_unit_test(nor_does_who_frees_the_last_buffer),
		cmocka_unit_test(who_starts_again_meanwhile_goes_on),
		cmocka_unit_test(who_ends_meanwhile_ends_well),
	};
	if (argc == 3 && (program = strchr(argv[2], ' '))) {
		*program++ = 0;
		return ends_soon_enough(argv[2]) ? 0 : 1;
	}
	if (argc != 2)
		return 1;
	program = argv[1];
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
