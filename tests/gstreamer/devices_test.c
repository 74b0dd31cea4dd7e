/* SPDX-License-Identifier: MIT */
/* A device monitor is told of streams that come, change and go, by whatever end. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define SOON_US 30000000 /* what takes a second may take longer on a busy machine */

static GstDeviceMonitor *monitor_new(void)
{
	GstDeviceMonitor *monitor = gst_device_monitor_new();
	GstCaps *any = gst_caps_new_any();
	assert_int_not_equal(gst_device_monitor_add_filter(monitor, "Video/Source", any), 0);
	gst_caps_unref(any);
	return monitor;
}

static gboolean is_called(GstDevice *device, const char *name)
{
	gchar *shown = gst_device_get_display_name(device);
	gboolean is = !strcmp(shown, name);
	g_free(shown);
	return is;
}

static GstDevice *device_of(GstMessage *message)
{
	GstDevice *device;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_ADDED)
		gst_message_parse_device_added(message, &device);
	else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_CHANGED)
		gst_message_parse_device_changed(message, &device, NULL);
	else
		gst_message_parse_device_removed(message, &device);
	return device;
}

static GstMessage *next_message(GstDeviceMonitor *monitor)
{
	GstBus *bus = gst_device_monitor_get_bus(monitor);
	GstMessage *message =
		gst_bus_timed_pop_filtered(bus, SOON_US * GST_USECOND, GST_MESSAGE_DEVICE_ADDED);
	gst_object_unref(bus);
	return message; /* of any type that is an extended one */
}

/* The device of the next such message that tells of `name`. Transfer full. */
static GstDevice *told(GstDeviceMonitor *monitor, GstMessageType type, const char *name)
{
	for (;;) {
		GstMessage *message = next_message(monitor);
		if (!message)
			fail_msg("nothing was told of %s", name);
		GstDevice *device = device_of(message);
		gboolean is = GST_MESSAGE_TYPE(message) == type && is_called(device, name);
		gst_message_unref(message);
		if (is)
			return device;
		gst_object_unref(device);
	}
}

static gboolean is_listed(GstDeviceMonitor *monitor, const char *name)
{
	GList *devices = gst_device_monitor_get_devices(monitor);
	gboolean is = FALSE;
	for (GList *each = devices; each; each = each->next)
		is = is || is_called(each->data, name);
	g_list_free_full(devices, gst_object_unref);
	return is;
}

static GPid produce(const char *domain, int width)
{
	return pipeline_spawn("videotestsrc ! video/x-raw,format=NV12,width=%d,height=64,"
			      "framerate=30/1 ! xfsink sync=true domain=%s",
		width, domain);
}

static void has_width(GstDevice *device, int wanted)
{
	GstCaps *caps = gst_device_get_caps(device);
	gint width = 0;
	gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
	assert_int_equal(width, wanted);
	gst_caps_unref(caps);
}

static void streams_come_and_go(void **state)
{
	GstDeviceMonitor *monitor = monitor_new();
	assert_true(gst_device_monitor_start(monitor));
	GPid pid = produce("comes", 64);
	GstDevice *device = told(monitor, GST_MESSAGE_DEVICE_ADDED, "comes/frames");
	has_width(device, 64);
	assert_true(is_listed(monitor, "comes/frames"));
	pipeline_kill(pid);
	gst_object_unref(device);
	gst_object_unref(told(monitor, GST_MESSAGE_DEVICE_REMOVED, "comes/frames"));
	assert_false(is_listed(monitor, "comes/frames"));
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
}

/* With a stream that goes on, for a reader is there. */
static void a_stream_changes(void **state)
{
	GstDeviceMonitor *monitor = monitor_new();
	GPid pid = produce("changes", 64);
	GstElement *back = pipeline_play("xfsrc domain=changes ! appsink name=out");
	gst_sample_unref(pipeline_pull(back));
	assert_true(gst_device_monitor_start(monitor));
	assert_true(is_listed(monitor, "changes/frames"));
	pipeline_kill(pid);
	pid = produce("changes", 128);
	GstDevice *device = told(monitor, GST_MESSAGE_DEVICE_CHANGED, "changes/frames");
	has_width(device, 128);
	gst_object_unref(device);
	pipeline_end(back);
	pipeline_kill(pid);
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
}

static void expect_caps(
	GstDeviceProvider *provider, const char *name, const char *class, const char *text)
{
	GList *devices = gst_device_provider_get_devices(provider);
	guint found = 0;
	for (GList *each = devices; each; each = each->next) {
		if (!is_called(each->data, name))
			continue;
		GstCaps *caps = gst_device_get_caps(each->data);
		GstCaps *wanted = gst_caps_from_string(text);
		assert_true(gst_device_has_classes(each->data, class));
		if (!gst_caps_is_fixed(caps) || !gst_caps_is_subset(caps, wanted))
			fail_msg("%s, not %s", gst_caps_to_string(caps), text);
		gst_caps_unref(caps);
		gst_caps_unref(wanted);
		found++;
	}
	g_list_free_full(devices, gst_object_unref);
	assert_int_equal(found, 1);
}

/* Whatever travels: not what its surfaces look like. */
static void devices_have_the_caps_of_their_streams(void **state)
{
	static const char *const streams[][3] = {
		{ "video/x-raw,format=I420,width=63,height=17,framerate=25/2,"
		  "colorimetry=bt709,pixel-aspect-ratio=2/1",
			"Video/Source", "videotestsrc" },
		{ "audio/x-raw,format=S16LE,rate=8000,channels=2", "Audio/Source", "audiotestsrc" },
		{ "video/x-vp8,width=64,height=32", "Video/Source",
			"videotestsrc ! video/x-raw,width=64,height=32 ! vp8enc" },
		{ "image/jpeg,width=64,height=32", "Video/Source",
			"videotestsrc ! video/x-raw,width=64,height=32 ! jpegenc" },
		{ "text/x-raw,format=utf8", "Source", "fakesrc sizetype=fixed" },
	};
	GstDeviceProvider *provider = gst_device_provider_factory_get_by_name("xfdeviceprovider");
	for (gsize i = 0; i < G_N_ELEMENTS(streams); i++) {
		GstElement *in = pipeline_play("%s ! %s ! xfsink domain=said label=s%u",
			streams[i][2], streams[i][0], (unsigned)i);
		gchar *name = g_strdup_printf("said/s%u", (unsigned)i);
		gst_message_unref(pipeline_message(in, GST_MESSAGE_ASYNC_DONE));
		expect_caps(provider, name, streams[i][1], streams[i][0]);
		g_free(name);
		pipeline_end(in);
	}
	gst_object_unref(provider);
}

static gboolean lists(const char *class, const char *name)
{
	GstDeviceMonitor *monitor = gst_device_monitor_new();
	assert_int_not_equal(gst_device_monitor_add_filter(monitor, class, NULL), 0);
	gboolean is = gst_device_monitor_start(monitor) && is_listed(monitor, name);
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
	return is;
}

/* A monitor asks only the providers that say that they may have what it looks for. */
static void each_class_of_devices_is_found(void **state)
{
	static const char *const streams[][2] = { { "audiotestsrc", "Audio/Source" },
		{ "videotestsrc", "Video/Source" },
		{ "fakesrc sizetype=fixed ! text/x-raw,format=utf8", "Source" } };
	g_setenv("PULSE_RUNTIME_PATH", "/dev/null/none",
		TRUE); /* its provider would make a folder */
	for (gsize i = 0; i < G_N_ELEMENTS(streams); i++) {
		GstElement *in = pipeline_play("%s ! xfsink domain=found", streams[i][0]);
		gst_message_unref(pipeline_message(in, GST_MESSAGE_ASYNC_DONE));
		if (!lists(streams[i][1], "found/frames"))
			fail_msg("no %s", streams[i][1]);
		assert_true(lists("Source", "found/frames"));
		pipeline_end(in);
	}
}

/* Nobody waits for a process that does not answer; what was told of its streams stays. */
static void a_stopped_process_is_not_waited_for(void **state)
{
	GstDeviceMonitor *monitor = monitor_new();
	GPid pid = produce("stands", 64), other;
	assert_true(gst_device_monitor_start(monitor));
	gst_object_unref(told(monitor, GST_MESSAGE_DEVICE_ADDED, "stands/frames"));
	assert_int_equal(kill(pid, SIGSTOP), 0);
	other = produce("other", 64);
	gst_object_unref(told(monitor, GST_MESSAGE_DEVICE_ADDED, "other/frames"));
	assert_true(is_listed(monitor, "stands/frames"));
	pipeline_kill(other);
	gst_object_unref(told(monitor, GST_MESSAGE_DEVICE_REMOVED, "other/frames"));
	assert_true(is_listed(monitor, "stands/frames"));
	gint64 ms[3];
	for (int i = 0; i < 3; i++) {
		gint64 begin = g_get_monotonic_time();
		gst_device_monitor_stop(monitor);
		assert_true(gst_device_monitor_start(monitor));
		ms[i] = (g_get_monotonic_time() - begin) / 1000;
	}
	gint64 least = ms[0];
	for (int i = 1; i < 3; i++)
		least = MIN(least, ms[i]);
	assert_in_range(least, 0, 700); /* 500 are ours */
	assert_int_equal(kill(pid, SIGCONT), 0);
	gst_device_monitor_stop(monitor);
	pipeline_kill(pid);
	gst_object_unref(monitor);
}

/* ---- beside a process that stands still ---- */

static gboolean has_thread(const char *name)
{
	gboolean has = FALSE;
	GDir *threads = g_dir_open("/proc/self/task", 0, NULL);
	assert_non_null(threads);
	for (const char *each; (each = g_dir_read_name(threads));) {
		gchar *path = g_strdup_printf("/proc/self/task/%s/comm", each), *comm = NULL;
		has = has || (g_file_get_contents(path, &comm, NULL, NULL) &&
				     g_str_has_prefix(comm, name));
		g_free(comm);
		g_free(path);
	}
	g_dir_close(threads);
	return has;
}

#define STILL 3 /* of them */

static void stand_still(GPid pids[STILL])
{
	GstDeviceMonitor *monitor = monitor_new();
	for (int i = 0; i < STILL; i++) {
		gchar *domain = g_strdup_printf("still%d", i);
		gchar *name = g_strdup_printf("%s/frames", domain);
		pids[i] = produce(domain, 64);
		if (i == 0)
			assert_true(gst_device_monitor_start(monitor));
		gst_object_unref(told(monitor, GST_MESSAGE_DEVICE_ADDED, name));
		assert_int_equal(kill(pids[i], SIGSTOP), 0);
		g_free(name);
		g_free(domain);
	}
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
}

static gboolean provides(GstDeviceProvider *provider, const char *name)
{
	GList *devices = gst_device_provider_get_devices(provider);
	gboolean is = FALSE;
	for (GList *each = devices; each; each = each->next)
		is = is || is_called(each->data, name);
	g_list_free_full(devices, gst_object_unref);
	return is;
}

/* And what looked is gone when it was told to stop: GStreamer may be deinitialized then. */
static void who_asks_at_once_is_told_what_is_there(void **state)
{
	GPid pids[STILL], other;
	GstDeviceProvider *provider = gst_device_provider_factory_get_by_name("xfdeviceprovider");
	stand_still(pids);
	other = produce("there", 64);
	GstElement *back = pipeline_play("xfsrc domain=there ! appsink name=out");
	gst_sample_unref(pipeline_pull(back));
	pipeline_end(back);
	gint64 least = G_MAXINT64;
	for (int i = 0; i < 3; i++) {
		gint64 begin = g_get_monotonic_time();
		assert_true(provides(provider, "there/frames"));
		gint64 took = g_get_monotonic_time() - begin;
		least = MIN(least, took);
		assert_true(lists("Video/Source", "there/frames"));
		assert_false(has_thread("xf-devices"));
	}
	assert_in_range(least, 0, 500000);
	gst_object_unref(provider);
	pipeline_kill(other);
	for (int i = 0; i < STILL; i++)
		pipeline_kill(pids[i]);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_come_and_go),
		cmocka_unit_test(a_stream_changes),
		cmocka_unit_test(devices_have_the_caps_of_their_streams),
		cmocka_unit_test(each_class_of_devices_is_found),
		cmocka_unit_test(a_stopped_process_is_not_waited_for),
		cmocka_unit_test(who_asks_at_once_is_told_what_is_there),
	};
	if (argc == 3 && !strcmp(argv[1], "--child"))
		return pipeline_child(argv[2]);
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
