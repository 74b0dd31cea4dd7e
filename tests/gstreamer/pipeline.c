/* SPDX-License-Identifier: MIT */
#include "pipeline.h"

#include <glib/gstdio.h>
#include <gst/app/gstappsink.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE (30 * GST_SECOND)

static gchar *folder;

int pipeline_setup(void **state)
{
	folder = g_dir_make_tmp("crossfence-gst-XXXXXX", NULL);
	assert_non_null(folder);
	g_setenv("XDG_RUNTIME_DIR", folder, TRUE);
	gchar *registry = g_build_filename(folder, "registry", NULL);
	g_setenv("GST_REGISTRY", registry, TRUE);
	g_free(registry);
	gst_init(NULL, NULL);
	return 0;
}

int pipeline_teardown(void **state)
{
	gst_deinit(); /* with GST_TRACERS=leaks it warns of what is left */
	gchar *registry = g_build_filename(folder, "registry", NULL);
	(void)g_unlink(registry);
	g_free(registry);
	/* Nothing else may be left in it. */
	assert_int_equal(g_rmdir(folder), 0);
	g_free(folder);
	return 0;
}

GstElement *pipeline_play(const char *format, ...)
{
	va_list arguments;
	GError *error = NULL;
	va_start(arguments, format);
	gchar *line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	GstElement *pipeline = gst_parse_launch(line, &error);
	if (error)
		fail_msg("%s: %s", line, error->message);
	g_free(line);
	assert_int_not_equal(
		gst_element_set_state(pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
	return pipeline;
}

static void fail_on_error(GstElement *pipeline)
{
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	GError *error;
	gchar *more;
	gst_object_unref(bus);
	if (!message)
		return;
	gst_message_parse_error(message, &error, &more);
	fail_msg("%s (%s)", error->message, more);
}

GstMessage *pipeline_message(GstElement *pipeline, GstMessageType types)
{
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message = gst_bus_timed_pop_filtered(bus, PATIENCE, types | GST_MESSAGE_ERROR);
	gst_object_unref(bus);
	if (!message)
		fail_msg("no such message came");
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && !(types & GST_MESSAGE_ERROR)) {
		GError *error;
		gst_message_parse_error(message, &error, NULL);
		fail_msg("%s", error->message);
	}
	return message;
}

void pipeline_wait_eos(GstElement *pipeline)
{
	gst_message_unref(pipeline_message(pipeline, GST_MESSAGE_EOS));
}

void pipeline_end(GstElement *pipeline)
{
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

GstSample *pipeline_pull(GstElement *pipeline)
{
	GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
	GstSample *sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), PATIENCE);
	if (!sample && !gst_app_sink_is_eos(GST_APP_SINK(out)))
		fail_msg("no frame came");
	if (!sample)
		fail_on_error(pipeline);
	gst_object_unref(out);
	return sample;
}

void pipeline_set(GstElement *pipeline, const char *element, const char *property, guint64 value)
{
	GstElement *found = gst_bin_get_by_name(GST_BIN(pipeline), element);
	g_object_set(found, property, value, NULL);
	gst_object_unref(found);
}

guint64 pipeline_get(GstElement *pipeline, const char *element, const char *property)
{
	GstElement *found = gst_bin_get_by_name(GST_BIN(pipeline), element);
	GValue value = G_VALUE_INIT, number = G_VALUE_INIT;
	g_value_init(&number, G_TYPE_UINT64);
	g_object_get_property(G_OBJECT(found), property, &value);
	assert_true(g_value_transform(&value, &number));
	gst_object_unref(found);
	guint64 result = g_value_get_uint64(&number);
	g_value_unset(&value);
	return result;
}

static guint64 add(guint64 sum, const guint8 *bytes, gsize size)
{
	for (gsize i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * G_GUINT64_CONSTANT(1099511628211);
	return sum;
}

static guint64 sum_of_picture(GstVideoFrame *frame)
{
	guint64 sum = 1;
	for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(frame); c++)
		for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(frame, c); y++) {
			const guint8 *row = GST_VIDEO_FRAME_COMP_DATA(frame, c);
			row += y * GST_VIDEO_FRAME_COMP_STRIDE(frame, c);
			for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(frame, c); x++)
				sum = add(sum, row + x * GST_VIDEO_FRAME_COMP_PSTRIDE(frame, c), 1);
		}
	return sum;
}

guint64 pipeline_sum(GstSample *sample)
{
	GstVideoInfo info;
	GstVideoFrame frame;
	GstMapInfo map;
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) &&
		gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ)) {
		guint64 sum = sum_of_picture(&frame);
		gst_video_frame_unmap(&frame);
		return sum;
	}
	assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
	guint64 sum = add(1, map.data, map.size);
	gst_buffer_unmap(buffer, &map);
	return sum;
}

static void die_with_parent(gpointer arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

GPid pipeline_spawn(const char *format, ...)
{
	va_list arguments;
	GPid pid;
	GError *error = NULL;
	va_start(arguments, format);
	gchar *line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	gchar *argv[] = { "/proc/self/exe", "--child", line, NULL };
	if (!g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL, &pid,
		    &error))
		fail_msg("%s", error->message);
	g_free(line);
	return pid;
}

void pipeline_kill(GPid pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int pipeline_child(const char *line)
{
	gst_init(NULL, NULL);
	GstElement *pipeline = gst_parse_launch(line, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message = gst_bus_timed_pop_filtered(
		bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	return GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS ? 0 : 1;
}
