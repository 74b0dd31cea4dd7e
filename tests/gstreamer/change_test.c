/* SPDX-License-Identifier: MIT */
/* xfsink changes the format while a reader keeps frames of the formats before: nothing is lost. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstharness.h>
#include <string.h>

#define SECOND	INT64_C(1000000000)
#define IN_USE	4 /* formats at a time; the next waits */
#define FORMATS (IN_USE + 2)

/* ---- a reader that keeps what it gets ---- */

struct reader {
	struct xf_domain *domain;
	struct xf_stream *stream;
	struct xf_frame held[IN_USE];
	int n_held;
};

static struct reader join(const char *domain)
{
	struct reader reader = { .n_held = 0 };
	const int64_t end = xf_deadline(30 * SECOND);
	assert_int_equal(xf_domain_open(domain, 0, end, &reader.domain), 0);
	assert_int_equal(xf_stream_open(reader.domain, "frames", end, &reader.stream), 0);
	assert_int_equal(xf_stream_subscribe(reader.stream, XF_STREAM_EVERY, IN_USE + 1), 0);
	return reader;
}

static void leave(struct reader *reader)
{
	xf_stream_close(reader->stream);
	xf_domain_leave(reader->domain);
}

static void take(struct reader *reader, int value)
{
	guint8 *data;
	struct xf_frame *frame = &reader->held[reader->n_held++];
	*frame = (struct xf_frame){ .size = sizeof(*frame) };
	assert_int_equal(xf_stream_next(reader->stream, xf_deadline(30 * SECOND), frame), 0);
	assert_int_equal(xf_surface_begin(frame->surface, XF_ACCESS_READ, (void **)&data), 0);
	assert_int_equal(data[0], value);
	assert_int_equal(xf_surface_end(frame->surface), 0);
}

static void nothing_comes(struct reader *reader)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(
		xf_stream_next(reader->stream, xf_deadline(SECOND / 10), &frame), XF_TIMEOUT);
}

static void give_all_back(struct reader *reader)
{
	while (reader->n_held)
		assert_int_equal(
			xf_stream_done(reader->stream, &reader->held[--reader->n_held]), 0);
}

/* ---- a producer of ever new formats ---- */

static GstCaps *caps_of(gboolean pictures, int i)
{
	if (!pictures)
		return gst_caps_new_empty_simple("application/x-what");
	return gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "GRAY8", "width",
		G_TYPE_INT, 64 + 16 * i, "height", G_TYPE_INT, 64, "framerate", GST_TYPE_FRACTION,
		25, 1, NULL);
}

/* A wider picture, or bytes for which there was no room, each; all of them `i`. */
static GstBuffer *buffer_of(gboolean pictures, int i)
{
	gsize size = pictures ? (gsize)(64 + 16 * i) * 64 : (gsize)100000 << i;
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);
	gst_buffer_memset(buffer, 0, (guint8)i, size);
	return buffer;
}

static void push(GstElement *pipeline, gboolean pictures, int i)
{
	GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
	GstCaps *caps = caps_of(pictures, i);
	GstBuffer *buffer = buffer_of(pictures, i);
	GstSample *sample = gst_sample_new(buffer, caps, NULL, NULL);
	assert_int_equal(gst_app_src_push_sample(GST_APP_SRC(in), sample), GST_FLOW_OK);
	gst_sample_unref(sample);
	gst_buffer_unref(buffer);
	gst_caps_unref(caps);
	gst_object_unref(in);
}

/* The reader keeps as many formats as there can be, and the next waits for it. */
static GstElement *fill(const char *domain, gboolean pictures, struct reader *ret_reader)
{
	GstElement *in = pipeline_play("appsrc name=in format=time ! "
				       "xfsink domain=%s sync=false",
		domain);
	push(in, pictures, 0);
	*ret_reader = join(domain);
	for (int i = 1; i < FORMATS; i++)
		push(in, pictures, i);
	for (int i = 0; i < IN_USE; i++)
		take(ret_reader, i);
	nothing_comes(ret_reader);
	return in;
}

static void state_is_reached(GstElement *pipeline, GstState state)
{
	gst_element_set_state(pipeline, state);
	assert_int_equal(gst_element_get_state(pipeline, NULL, NULL, 30 * GST_SECOND),
		GST_STATE_CHANGE_SUCCESS);
}

static void nothing_is_wrong(GstElement *pipeline)
{
	GstBus *bus = gst_element_get_bus(pipeline);
	assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR));
	gst_object_unref(bus);
}

/* ---- tests ---- */

static void pauses_lose_nothing(const char *domain, gboolean pictures)
{
	struct reader reader;
	GstElement *in = fill(domain, pictures, &reader);
	state_is_reached(in, GST_STATE_PAUSED);
	give_all_back(&reader);
	nothing_comes(&reader);
	state_is_reached(in, GST_STATE_PLAYING);
	for (int i = IN_USE; i < FORMATS; i++)
		take(&reader, i);
	nothing_is_wrong(in);
	leave(&reader);
	pipeline_end(in);
}

static void a_pause_loses_no_picture(void **state)
{
	pauses_lose_nothing("pictures", TRUE);
}

static void a_pause_loses_no_bytes(void **state)
{
	pauses_lose_nothing("bytes", FALSE);
}

/* What waits is given up then, as it should be; and what comes later is not. */
static void a_stop_is_no_error(void **state)
{
	for (int pictures = 0; pictures <= 1; pictures++) {
		struct reader reader;
		GstElement *in = fill(pictures ? "stop" : "halt", pictures, &reader);
		state_is_reached(in, GST_STATE_READY);
		nothing_is_wrong(in);
		give_all_back(&reader);
		gst_element_set_state(in, GST_STATE_PLAYING);
		push(in, pictures, FORMATS);
		take(&reader, FORMATS);
		nothing_is_wrong(in);
		leave(&reader);
		pipeline_end(in);
	}
}

/* That it waits, for whom and for what: once. */
static void is_told(GstElement *pipeline, const char *uri)
{
	GError *error = NULL;
	GstBus *bus = gst_element_get_bus(pipeline);
	while (!g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY)) {
		GstMessage *message = pipeline_message(pipeline, GST_MESSAGE_INFO);
		g_clear_error(&error);
		gst_message_parse_info(message, &error, NULL);
		gst_message_unref(message);
	}
	assert_non_null(strstr(error->message, uri));
	assert_non_null(strstr(error->message, "readers"));
	g_error_free(error);
	assert_null(gst_bus_timed_pop_filtered(bus, 3 * GST_SECOND / 2, GST_MESSAGE_INFO));
	gst_object_unref(bus);
}

/* Whoever looks at a producer that stands still learns why, each time. */
static void who_waits_for_readers_says_so(void **state)
{
	for (int pictures = 0; pictures <= 1; pictures++) {
		struct reader reader;
		GstElement *in = fill(pictures ? "waits" : "awaits", pictures, &reader);
		is_told(in, pictures ? "xf://waits/frames" : "xf://awaits/frames");
		give_all_back(&reader);
		for (int i = IN_USE; i < FORMATS; i++)
			take(&reader, i);
		for (int i = 0; pictures && i < IN_USE - 1; i++)
			push(in, pictures, FORMATS + i);
		for (int i = 0; pictures && i < IN_USE - 2; i++)
			take(&reader, FORMATS + i);
		if (pictures)
			is_told(in, "xf://waits/frames");
		nothing_is_wrong(in);
		leave(&reader);
		pipeline_end(in);
	}
}

/* A reader that takes nothing: whoever looks learns whom all wait for, once. */
static void who_waits_for_surfaces_says_so(void **state)
{
	enum { SURFACES = 8, FRAMES = 2 * SURFACES };
	GstElement *in = pipeline_play("appsrc name=in format=time ! "
				       "xfsink domain=slow sync=false surfaces=%d",
		SURFACES);
	push(in, TRUE, 0);
	struct reader reader = join("slow");
	for (int i = 0; i < FRAMES; i++)
		push(in, TRUE, 0);
	is_told(in, "xf://slow/frames");
	for (int i = 0; i < FRAMES; i++) {
		take(&reader, 0);
		give_all_back(&reader);
	}
	nothing_is_wrong(in);
	leave(&reader);
	pipeline_end(in);
}

static gboolean is_offered_a_pool(GstHarness *h, GstCaps *caps)
{
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	assert_true(gst_pad_peer_query(h->srcpad, query));
	gboolean offered = gst_query_get_n_allocation_pools(query) != 0;
	gst_query_unref(query);
	return offered;
}

static guint asked_to_reconfigure(GstHarness *h)
{
	guint count = 0;
	for (GstEvent *event; (event = gst_harness_try_pull_upstream_event(h)) != NULL;) {
		count += GST_EVENT_TYPE(event) == GST_EVENT_RECONFIGURE;
		gst_event_unref(event);
	}
	return count;
}

/* There are no surfaces to offer before, and whoever asked for them is told when there are. */
static void a_pool_is_offered_when_it_has_changed(void **state)
{
	GstHarness *in = gst_harness_new("xfsink");
	struct reader reader;
	g_object_set(in->element, "domain", "offer", "sync", FALSE, NULL);
	for (int i = 0; i < IN_USE; i++) {
		GstCaps *caps = caps_of(TRUE, i);
		gst_harness_set_src_caps(in, gst_caps_ref(caps));
		assert_true(is_offered_a_pool(in, caps));
		gst_caps_unref(caps);
		assert_int_equal(gst_harness_push(in, buffer_of(TRUE, i)), GST_FLOW_OK);
		if (i == 0)
			reader = join("offer");
		take(&reader, i);
	}
	(void)asked_to_reconfigure(in); /* by whoever linked it */
	GstCaps *caps = caps_of(TRUE, IN_USE);
	gst_harness_set_src_caps(in, gst_caps_ref(caps)); /* does not wait */
	assert_false(is_offered_a_pool(in, caps));
	assert_int_equal(asked_to_reconfigure(in), 0);
	give_all_back(&reader);
	assert_int_equal(gst_harness_push(in, buffer_of(TRUE, IN_USE)), GST_FLOW_OK);
	take(&reader, IN_USE);
	assert_int_equal(asked_to_reconfigure(in), 1);
	assert_true(is_offered_a_pool(in, caps));
	gst_caps_unref(caps);
	leave(&reader);
	gst_harness_teardown(in);
}

/* How many of the sink, until the source has given up. */
static guint errors_of_sink(GstElement *pipeline)
{
	guint count = 0;
	gboolean source = FALSE;
	while (!source) {
		GstMessage *message = pipeline_message(pipeline, GST_MESSAGE_ERROR);
		source = g_str_has_prefix(GST_MESSAGE_SRC_NAME(message), "videotestsrc");
		count += !source;
		gst_message_unref(message);
	}
	return count;
}

/* Upstream tries again, with other caps and the same; who looks at the bus sees one cause. */
static void an_error_is_told_once(void **state)
{
	gchar *folder = g_strdup(g_getenv("XDG_RUNTIME_DIR"));
	gchar *none = g_build_filename(folder, "none", NULL);
	g_setenv("XDG_RUNTIME_DIR", none, TRUE);
	GstElement *in = pipeline_play("videotestsrc ! xfsink domain=told sync=false");
	assert_int_equal(errors_of_sink(in), 1);
	/* Whoever tries again is told again. */
	gst_element_set_state(in, GST_STATE_READY);
	gst_element_set_state(in, GST_STATE_PLAYING);
	assert_int_equal(errors_of_sink(in), 1);
	gst_element_set_state(in, GST_STATE_READY);
	g_setenv("XDG_RUNTIME_DIR", folder, TRUE);
	state_is_reached(in, GST_STATE_PLAYING);
	nothing_is_wrong(in);
	pipeline_end(in);
	g_free(none);
	g_free(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_loses_no_picture),
		cmocka_unit_test(a_pause_loses_no_bytes),
		cmocka_unit_test(a_stop_is_no_error),
		cmocka_unit_test(who_waits_for_readers_says_so),
		cmocka_unit_test(who_waits_for_surfaces_says_so),
		cmocka_unit_test(a_pool_is_offered_when_it_has_changed),
		cmocka_unit_test(an_error_is_told_once),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
