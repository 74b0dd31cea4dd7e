/* SPDX-License-Identifier: MIT */
/* xfsink and xfsrc alone, each in a GstHarness: what they say, ask, answer and keep. */
#include "pipeline.h"

#include <gst/check/gstharness.h>
#include <string.h>

#define GRAY "video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1"

static GstHarness *sink_of(const char *domain, const char *caps)
{
	GstHarness *h = gst_harness_new("xfsink");
	g_object_set(h->element, "domain", domain, "sync", FALSE, NULL);
	gst_harness_set_src_caps_str(h, caps);
	return h;
}

static GstHarness *source_of(const char *domain)
{
	GstHarness *h = gst_harness_new("xfsrc");
	g_object_set(h->element, "domain", domain, NULL);
	gst_harness_play(h);
	return h;
}

static guint64 number(GstHarness *h, const char *name)
{
	GValue value = G_VALUE_INIT, number = G_VALUE_INIT;
	g_value_init(&number, G_TYPE_UINT64);
	g_object_get_property(G_OBJECT(h->element), name, &value);
	assert_true(g_value_transform(&value, &number));
	guint64 result = g_value_get_uint64(&number);
	g_value_unset(&value);
	return result;
}

static void wait_for_clients(GstHarness *sink, guint64 clients)
{
	for (int tries = 0; number(sink, "num-clients") != clients; tries++) {
		assert_true(tries < 3000);
		g_usleep(10000);
	}
}

static GstBuffer *gray(guint8 value)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 64 * 64, NULL);
	gst_buffer_memset(buffer, 0, value, 64 * 64);
	return buffer;
}

static void push(GstHarness *h, GstBuffer *buffer)
{
	assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
}

static GstBuffer *pull(GstHarness *h)
{
	GstBuffer *buffer = NULL;
	for (int tries = 0; !buffer && tries < 30; tries++)
		buffer = gst_harness_pull(h); /* waits for a minute at most */
	assert_non_null(buffer);
	return buffer;
}

static GstBufferPool *pool_of(GstHarness *h, const char *text)
{
	GstCaps *caps = gst_caps_from_string(text);
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	GstBufferPool *pool = NULL;
	assert_true(gst_pad_peer_query(h->srcpad, query));
	if (gst_query_get_n_allocation_pools(query))
		gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
	assert_true(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL));
	gst_query_unref(query);
	gst_caps_unref(caps);
	return pool;
}

static void align(GstBufferPool *pool, const GstVideoAlignment *alignment)
{
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
	gst_buffer_pool_config_set_video_alignment(config, alignment);
	assert_true(gst_buffer_pool_set_config(pool, config));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
}

/* All that the pool gave, also what is around the picture, which upstream writes to. */
static void paint(GstBuffer *buffer, const GstVideoInfo *info, guint8 value)
{
	GstVideoFrame frame;
	gst_buffer_memset(buffer, 0, 0xee, gst_buffer_get_size(buffer));
	assert_true(gst_video_frame_map(&frame, info, buffer, GST_MAP_WRITE));
	for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&frame); c++)
		for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c); y++)
			for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&frame, c); x++)
				GST_VIDEO_FRAME_COMP_DATA(&frame, c)
	[y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c) + x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c)] =
		value;
	gst_video_frame_unmap(&frame);
}

static void is_painted(GstBuffer *buffer, const GstVideoInfo *info, guint8 value)
{
	GstVideoFrame frame;
	assert_true(gst_video_frame_map(&frame, info, buffer, GST_MAP_READ));
	for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&frame); c++)
		for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, c); y++)
			for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&frame, c); x++)
				assert_int_equal(
					GST_VIDEO_FRAME_COMP_DATA(&frame,
						c)[y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c) +
						   x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c)],
					value);
	gst_video_frame_unmap(&frame);
}

/* The surface has what upstream wants around the picture; readers get the picture, uncopied. */
static void room_around_pictures(void **state)
{
	static const char *const formats[] = { "I420", "NV12", "RGBA", "YUY2", "Y444", "GRAY8" };
	static const GstVideoAlignment alignments[] = {
		{ .padding_top = 16,
			.padding_bottom = 16,
			.padding_left = 32,
			.padding_right = 32 },
		{ .padding_bottom = 4, .stride_align = { 63, 63, 63, 63 } },
		{ .padding_right = 14, .stride_align = { 31, 31, 31, 31 } },
		{ .padding_left = 2, .padding_top = 2 },
	};
	for (gsize f = 0; f < G_N_ELEMENTS(formats); f++)
		for (gsize a = 0; a < G_N_ELEMENTS(alignments); a++) {
			gchar *text = g_strdup_printf("video/x-raw,format=%s,width=98,height=50,"
						      "framerate=25/1",
				formats[f]);
			GstCaps *caps = gst_caps_from_string(text);
			GstVideoInfo info;
			GstHarness *in = sink_of("padded", text), *back = source_of("padded");
			GstBuffer *buffer;
			assert_true(gst_video_info_from_caps(&info, caps));
			gst_harness_add_propose_allocation_meta(
				back, GST_VIDEO_META_API_TYPE, NULL);
			wait_for_clients(in, 1);
			GstBufferPool *pool = pool_of(in, text);
			assert_non_null(pool);
			align(pool, &alignments[a]);
			for (guint8 i = 1; i < 4; i++) {
				assert_int_equal(
					gst_buffer_pool_acquire_buffer(pool, &buffer, NULL),
					GST_FLOW_OK);
				const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
				assert_int_equal(
					meta->stride[0] & (gint)alignments[a].stride_align[0], 0);
				assert_true(meta->offset[0] >=
					    alignments[a].padding_top * (gsize)meta->stride[0] +
						    alignments[a].padding_left);
				paint(buffer, &info, i);
				push(in, buffer);
				buffer = pull(back);
				is_painted(buffer, &info, i);
				assert_null(gst_buffer_get_video_crop_meta(buffer));
				gst_buffer_unref(buffer);
			}
			/* What is not the pool's is copied into such a surface. */
			buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
			paint(buffer, &info, 77);
			push(in, buffer);
			buffer = pull(back);
			is_painted(buffer, &info, 77);
			gst_buffer_unref(buffer);
			assert_int_equal(number(in, "copied"), 1);
			assert_int_equal(number(back, "copied"), 0);
			gst_buffer_pool_set_active(pool, FALSE);
			gst_object_unref(pool);
			gst_harness_teardown(back);
			gst_harness_teardown(in);
			gst_caps_unref(caps);
			g_free(text);
		}
}

/* A crop counts from the picture's corner, wherever that is in the surface. */
static void crops_in_padded_pictures(void **state)
{
	const GstVideoAlignment alignment = { .padding_top = 8, .padding_left = 16 };
	GstHarness *in = sink_of("cropped", GRAY), *back = source_of("cropped");
	GstBuffer *buffer;
	gst_harness_add_propose_allocation_meta(back, GST_VIDEO_META_API_TYPE, NULL);
	wait_for_clients(in, 1);
	GstBufferPool *pool = pool_of(in, GRAY);
	align(pool, &alignment);
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);
	crop->x = 3, crop->y = 4, crop->width = 20, crop->height = 30;
	push(in, buffer);
	buffer = pull(back);
	crop = gst_buffer_get_video_crop_meta(buffer);
	assert_non_null(crop);
	assert_true(crop->x == 3 && crop->y == 4 && crop->width == 20 && crop->height == 30);
	gst_buffer_unref(buffer);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

/* Downstream that keeps more than its part gets the rest as copies, and nobody waits for it. */
static void what_is_kept_costs_no_more_than_max_held(void **state)
{
	GstHarness *in = sink_of("keeper", GRAY), *back = gst_harness_new("xfsrc");
	GstBuffer *kept[40];
	g_object_set(back->element, "domain", "keeper", "max-held", 3, NULL);
	gst_harness_play(back);
	g_object_set(in->element, "wait-for-connection", TRUE, NULL);
	for (guint8 i = 0; i < 40; i++) {
		push(in, gray(i));
		kept[i] = pull(back);
	}
	assert_int_equal(number(back, "copied"), 38);
	for (guint8 i = 0; i < 40; i++) {
		guint8 first;
		assert_int_equal(gst_buffer_extract(kept[i], 0, &first, 1), 1);
		assert_int_equal(first, i);
		gst_buffer_unref(kept[i]);
	}
	/* Afterwards there is no need to copy. */
	push(in, gray(1));
	gst_buffer_unref(pull(back));
	assert_int_equal(number(back, "copied"), 38);
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

/* Whoever keeps a buffer of an element that is gone holds up neither the producer nor others. */
static void kept_buffers_of_a_stopped_element_hold_up_nobody(void **state)
{
	GstHarness *in = sink_of("gone", GRAY), *back = source_of("gone");
	g_object_set(in->element, "wait-for-connection", TRUE, NULL);
	push(in, gray(9));
	GstBuffer *kept = pull(back);
	gst_harness_teardown(back);
	for (int i = 0; i < 100; i++)
		push(in, gray(1));
	guint8 first;
	assert_int_equal(gst_buffer_extract(kept, 0, &first, 1), 1);
	assert_int_equal(first, 9);
	gst_buffer_unref(kept);
	gst_harness_teardown(in);
}

/* A live source that is paused has no past: the producer goes on, and it comes back to the newest.
 */
static void a_paused_reader_holds_up_nobody(void **state)
{
	GstHarness *in = sink_of("paused", GRAY), *back = source_of("paused");
	g_object_set(in->element, "wait-for-connection", TRUE, NULL);
	push(in, gray(0));
	gst_buffer_unref(pull(back));
	assert_int_equal(gst_element_set_state(back->element, GST_STATE_PAUSED),
		GST_STATE_CHANGE_NO_PREROLL);
	while (gst_harness_buffers_in_queue(back))
		gst_buffer_unref(pull(back));
	for (guint8 i = 1; i < 100; i++)
		push(in, gray(i));
	assert_int_equal(
		gst_element_set_state(back->element, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
	guint8 first = 0;
	GstBuffer *buffer = pull(back);
	gst_buffer_extract(buffer, 0, &first, 1);
	assert_int_equal(first, 99);
	gst_buffer_unref(buffer);
	assert_int_equal(number(back, "lost"), 0);
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

static void count(GObject *object, GParamSpec *spec, gpointer arg)
{
	g_atomic_int_inc((gint *)arg);
}

static void clients_are_told_of(void **state)
{
	gint told = 0;
	GstHarness *in = sink_of("crowd", GRAY);
	g_signal_connect(in->element, "notify::num-clients", G_CALLBACK(count), &told);
	push(in, gray(0));
	assert_int_equal(told, 0);
	for (guint64 i = 1; i <= 3; i++) {
		GstHarness *back[3];
		for (guint64 k = 0; k < i; k++) {
			back[k] = source_of("crowd");
			wait_for_clients(in, k + 1);
			g_atomic_int_set(&told, 0);
			push(in, gray(1));
			assert_int_equal(told, 1);
			push(in, gray(2));
			assert_int_equal(told, 1);
		}
		for (guint64 k = 0; k < i; k++)
			gst_harness_teardown(back[k]);
		wait_for_clients(in, 0);
		g_atomic_int_set(&told, 0);
		push(in, gray(3));
		assert_int_equal(told, 1);
	}
	gst_harness_teardown(in);
}

static void copies_are_told_once(void **state)
{
	GstHarness *in = sink_of("copies", GRAY);
	GstBus *bus = gst_bus_new();
	gst_element_set_bus(in->element, bus);
	for (guint8 i = 0; i < 5; i++)
		push(in, gray(i));
	GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_INFO);
	assert_non_null(message);
	gst_message_unref(message);
	assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_INFO | GST_MESSAGE_WARNING));
	assert_int_equal(number(in, "copied"), 5);
	gst_element_set_bus(in->element, NULL);
	gst_object_unref(bus);
	gst_harness_teardown(in);
}

static void latency_is_answered(void **state)
{
	GstHarness *back = gst_harness_new("xfsrc");
	g_object_set(back->element, "processing-deadline", 70 * GST_MSECOND, NULL);
	GstQuery *query = gst_query_new_latency();
	gboolean live;
	GstClockTime least, most;
	assert_true(gst_element_query(back->element, query));
	gst_query_parse_latency(query, &live, &least, &most);
	assert_true(live);
	assert_int_equal(least, 70 * GST_MSECOND);
	assert_false(GST_CLOCK_TIME_IS_VALID(most));
	g_object_set(back->element, "is-live", FALSE, NULL);
	assert_true(gst_element_query(back->element, query));
	gst_query_parse_latency(query, &live, NULL, NULL);
	assert_false(live);
	gst_query_unref(query);
	gst_harness_teardown(back);
}

/* What would be shown too late is not sent; and what upstream of the sink is told to leave out. */
static void lateness_is_heard_of(void **state)
{
	GstHarness *in = sink_of("late", GRAY), *back = source_of("late");
	GstBus *bus = gst_bus_new();
	gst_element_set_bus(back->element, bus);
	g_object_set(in->element, "wait-for-connection", TRUE, NULL);
	push(in, gray(1));
	gst_buffer_unref(pull(back));
	/* Whatever comes now is an hour late. */
	assert_true(gst_harness_push_upstream_event(
		back, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.5,
			      3600 * (GstClockTimeDiff)GST_SECOND, GST_SECOND)));
	for (guint8 i = 2; i < 5; i++) {
		GstBuffer *buffer = gray(i);
		GST_BUFFER_PTS(buffer) = i * GST_SECOND;
		push(in, buffer);
	}
	GstMessage *message = NULL;
	guint64 dropped = 0;
	while (dropped < 3) {
		message = gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, GST_MESSAGE_QOS);
		assert_non_null(message);
		gst_message_parse_qos_stats(message, NULL, NULL, &dropped);
		gst_message_unref(message);
	}
	/* Somebody is in time again. */
	assert_true(gst_harness_push_upstream_event(
		back, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.0, -1, GST_SECOND)));
	GstBuffer *buffer = gray(5);
	GST_BUFFER_PTS(buffer) = 5 * GST_SECOND;
	push(in, buffer);
	buffer = pull(back);
	guint8 first;
	assert_int_equal(gst_buffer_extract(buffer, 0, &first, 1), 1);
	assert_int_equal(first, 5);
	assert_true(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT));
	gst_buffer_unref(buffer);
	gst_element_set_bus(back->element, NULL);
	gst_object_unref(bus);
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

/* As it was said, also what is longer than a format has room for, and with what is ours left out.
 */
static void caps_arrive_as_they_were_said(void **state)
{
	gchar *headers = g_malloc0(40000);
	memset(headers, 'a', 30000);
	gchar *many[] = {
		g_strdup(GRAY ",colorimetry=bt2100-pq,chroma-site=mpeg2,"
			      "mastering-display-info=(string)35400:14600:8500:39850:6550:2300:"
			      "15635:16450:"
			      "10000000:50,content-light-level=(string)1000:400"),
		g_strdup("video/x-raw,format=P010_10LE,width=320,height=240,framerate=60/1,"
			 "interlace-mode=mixed,pixel-aspect-ratio=4/3"),
		g_strdup("audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved"),
		g_strdup("video/x-h264,stream-format=avc,alignment=au,codec_data=(buffer)01640028"),
		g_strdup_printf(
			"audio/x-vorbis,streamheader=<(buffer)%s,(buffer)%s>", headers, headers),
		g_strdup("text/x-raw,format=utf8"),
		g_strdup("application/x-rtp,media=video,clock-rate=90000,encoding-name=H264"),
	};
	for (gsize i = 0; i < G_N_ELEMENTS(many); i++) {
		GstHarness *in = sink_of("caps", many[i]), *back = source_of("caps");
		wait_for_clients(in, 1);
		GstBuffer *buffer = gst_buffer_new_allocate(NULL, 320 * 240 * 3, NULL);
		gst_buffer_memset(buffer, 0, 5, 320 * 240 * 3);
		push(in, buffer);
		gst_buffer_unref(pull(back));
		GstCaps *want = gst_caps_from_string(many[i]);
		GstCaps *got = gst_pad_get_current_caps(back->sinkpad);
		assert_true(gst_caps_is_equal(want, got));
		gst_caps_unref(want);
		gst_caps_unref(got);
		gst_harness_teardown(back);
		gst_harness_teardown(in);
		g_free(many[i]);
	}
	g_free(headers);
}

/* What is in a device, or travels beside a picture, is not asked for, and refused. */
static void memory_of_devices_is_not_negotiated(void **state)
{
	static const char *const features[] = { "memory:GLMemory", "memory:DMABuf",
		"memory:SystemMemory, meta:GstVideoOverlayComposition" };
	for (gsize i = 0; i < G_N_ELEMENTS(features); i++) {
		gchar *text = g_strdup_printf(
			"video/x-raw(%s),format=RGBA,width=8,height=8,framerate=25/1", features[i]);
		GstHarness *in = gst_harness_new("xfsink");
		GstCaps *device = gst_caps_from_string(text);
		GstCaps *both = gst_caps_merge(gst_caps_ref(device), gst_caps_from_string(GRAY));
		assert_false(gst_pad_peer_query_accept_caps(in->srcpad, device));
		GstCaps *left = gst_pad_peer_query_caps(in->srcpad, both);
		GstCaps *gray = gst_caps_from_string(GRAY);
		assert_true(gst_caps_is_equal(left, gray));
		gst_harness_set_src_caps(in, gst_caps_ref(device));
		assert_int_equal(
			gst_harness_push(in, gst_buffer_new_allocate(NULL, 8 * 8 * 4, NULL)),
			GST_FLOW_NOT_NEGOTIATED);
		gst_caps_unref(device);
		gst_caps_unref(both);
		gst_caps_unref(left);
		gst_caps_unref(gray);
		gst_harness_teardown(in);
		g_free(text);
	}
}

/* What applications say of rates and shapes; and fields that could not be read again. */
static void caps_that_cannot_be_are_mended_or_refused(void **state)
{
	GstHarness *in = sink_of("mended", GRAY ",pixel-aspect-ratio=(fraction)0/1"
						",multiview-mode=(string)x");
	GstHarness *back = source_of("mended");
	wait_for_clients(in, 1);
	push(in, gray(1));
	gst_buffer_unref(pull(back));
	GstCaps *want = gst_caps_from_string(GRAY ",pixel-aspect-ratio=1/1");
	GstCaps *got = gst_pad_get_current_caps(back->sinkpad);
	assert_true(gst_caps_is_equal(want, got));
	gst_caps_unref(want);
	gst_caps_unref(got);
	GstBus *bus = gst_bus_new();
	gst_element_set_bus(in->element, bus);
	GstCaps *odd = gst_caps_new_simple("a/b", "type", G_TYPE_GTYPE, G_TYPE_INT, NULL);
	(void)gst_harness_push_event(in, gst_event_new_caps(odd));
	GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	GError *error;
	assert_non_null(message);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT));
	g_error_free(error);
	gst_message_unref(message);
	gst_caps_unref(odd);
	gst_element_set_bus(in->element, NULL);
	gst_object_unref(bus);
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

/* Upstream that can make many formats makes one that others see as a picture too. */
static void pictures_are_preferred_to_bytes(void **state)
{
	GstHarness *in = gst_harness_new("xfsink");
	GstCaps *filter = gst_caps_from_string("video/x-raw,format={v210,AYUV64,NV12,RGBA};"
					       "audio/x-raw");
	GstCaps *caps = gst_pad_peer_query_caps(in->srcpad, filter);
	gchar *text = gst_caps_to_string(caps);
	if (!g_str_has_prefix(text, "video/x-raw, format=(string){ NV12, RGBA }"))
		fail_msg("%s", text);
	assert_non_null(strstr(text, "v210"));
	assert_non_null(strstr(text, "audio/x-raw"));
	g_free(text);
	gst_caps_unref(caps);
	gst_caps_unref(filter);
	gst_harness_teardown(in);
}

static guint asked_for_key_units(GstHarness *in)
{
	guint asked = 0;
	for (GstEvent *event; (event = gst_harness_try_pull_upstream_event(in)) != NULL;) {
		asked += gst_video_event_is_force_key_unit(event);
		gst_event_unref(event);
	}
	return asked;
}

static guint key_units_in_stats(GstHarness *in)
{
	GstStructure *stats;
	guint asked = 99;
	g_object_get(in->element, "stats", &stats, NULL);
	assert_true(gst_structure_get_uint(stats, "key-units", &asked));
	gst_structure_free(stats);
	return asked;
}

static void push_unit(GstHarness *in, gboolean key)
{
	GstBuffer *buffer = gray(0);
	if (!key)
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
	push(in, buffer);
}

/* Who comes to encoded video between two key units would wait for the second one. */
static void a_key_unit_is_asked_for_each_reader(void **state)
{
	static const char *const not_encoded[] = { GRAY, "audio/x-opus,channels=1,rate=48000" };
	GstHarness *in = sink_of("keys", "video/x-vp8,width=64,height=64"), *back[3];
	push_unit(in, TRUE);
	push_unit(in, FALSE);
	assert_int_equal(asked_for_key_units(in), 0);
	for (guint i = 0; i < 3; i++) {
		back[i] = source_of("keys");
		wait_for_clients(in, i + 1);
		/* It gets a key unit anyway where that comes next. */
		push_unit(in, i == 1);
		push_unit(in, FALSE);
		assert_int_equal(asked_for_key_units(in), i != 1);
		assert_int_equal(key_units_in_stats(in), 1 + i / 2);
	}
	for (int i = 0; i < 3; i++)
		gst_harness_teardown(back[i]);
	push_unit(in, FALSE);
	assert_int_equal(asked_for_key_units(in), 0);
	gst_harness_teardown(in);
	for (gsize i = 0; i < G_N_ELEMENTS(not_encoded); i++) {
		in = sink_of("keys", not_encoded[i]);
		back[0] = source_of("keys");
		wait_for_clients(in, 1);
		push_unit(in, FALSE);
		assert_int_equal(asked_for_key_units(in), 0);
		gst_harness_teardown(back[0]);
		gst_harness_teardown(in);
	}
}

/* Whoever can make anything makes what most can read. */
static void eight_bits_are_preferred_where_anything_goes(void **state)
{
	GstElement *in = pipeline_play("videotestsrc num-buffers=1 ! xfsink name=sink");
	pipeline_wait_eos(in);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(in), "sink");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");
	GstCaps *caps = gst_pad_get_current_caps(pad);
	assert_string_equal(
		gst_structure_get_string(gst_caps_get_structure(caps, 0), "format"), "I420");
	gst_caps_unref(caps);
	gst_object_unref(pad);
	gst_object_unref(sink);
	pipeline_end(in);
}

/* All that elements look at, those of video too. */
static void all_flags_arrive_with_a_buffer(void **state)
{
	const guint flags = GST_BUFFER_FLAG_HEADER | GST_BUFFER_FLAG_MARKER |
			    GST_BUFFER_FLAG_DROPPABLE | GST_BUFFER_FLAG_GAP |
			    GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_RESYNC |
			    GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF;
	GstHarness *in = sink_of("flags", GRAY), *back = source_of("flags");
	gst_harness_add_propose_allocation_meta(back, GST_VIDEO_META_API_TYPE, NULL);
	wait_for_clients(in, 1);
	push(in, gray(0));
	gst_buffer_unref(pull(back));
	GstBuffer *buffer = gray(1);
	GST_BUFFER_FLAG_SET(buffer, flags);
	push(in, buffer);
	buffer = pull(back);
	assert_int_equal(GST_BUFFER_FLAGS(buffer) & flags, flags);
	assert_false(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT));
	assert_int_equal(gst_buffer_get_video_meta(buffer)->flags,
		GST_VIDEO_FRAME_FLAG_INTERLACED | GST_VIDEO_FRAME_FLAG_TFF);
	gst_buffer_unref(buffer);
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

/* More readers than there are surfaces for: the last ones hold fewer, and one too many is told. */
static void there_is_room_for_several_readers(void **state)
{
	enum { READERS = 6 };
	GstHarness *in = sink_of("many", GRAY), *back[READERS];
	GstBus *bus = gst_bus_new();
	for (guint64 i = 0; i < READERS - 1; i++) {
		back[i] = source_of("many");
		wait_for_clients(in, i + 1);
	}
	back[READERS - 1] = gst_harness_new("xfsrc");
	g_object_set(back[READERS - 1]->element, "domain", "many", NULL);
	gst_element_set_bus(back[READERS - 1]->element, bus);
	gst_harness_play(back[READERS - 1]);
	GstMessage *message = gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
	GError *error;
	assert_non_null(message);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
	assert_non_null(strstr(error->message, "xf://many/frames"));
	assert_non_null(strstr(error->message, "surfaces"));
	g_error_free(error);
	gst_message_unref(message);
	for (guint8 i = 0; i < 20; i++) {
		push(in, gray(i));
		for (int r = 0; r < READERS - 1; r++) {
			guint8 first;
			GstBuffer *buffer = pull(back[r]);
			assert_int_equal(gst_buffer_extract(buffer, 0, &first, 1), 1);
			assert_int_equal(first, i);
			gst_buffer_unref(buffer);
		}
	}
	gst_element_set_bus(back[READERS - 1]->element, NULL);
	gst_object_unref(bus);
	for (int i = 0; i < READERS; i++)
		gst_harness_teardown(back[i]);
	gst_harness_teardown(in);
}

/* A buffer may have no bytes, and mean something all the same; where a picture is due there is
 * none. */
static void buffers_without_bytes_are_no_error(void **state)
{
	static const gsize sizes[] = { 0, 5, 0, 6000, 0 };
	GstHarness *sink = sink_of("none", "application/x-what"), *source = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		GstBuffer *buffer = gst_buffer_new_allocate(NULL, sizes[i], NULL);
		push(sink, buffer);
		if (!source)
			source = source_of("none");
		buffer = pull(source);
		assert_int_equal(gst_buffer_get_size(buffer), sizes[i]);
		gst_buffer_unref(buffer);
	}
	gst_harness_teardown(source);
	gst_harness_teardown(sink);
	sink = sink_of("gap", GRAY);
	push(sink, gray(1));
	source = source_of("gap");
	gst_buffer_unref(pull(source));
	GstBuffer *gap = gst_buffer_new();
	GST_BUFFER_FLAG_SET(gap, GST_BUFFER_FLAG_GAP);
	push(sink, gap);
	push(sink, gray(2));
	GstBuffer *buffer = pull(source);
	assert_int_equal(gst_buffer_memcmp(buffer, 0, "\2\2", 2), 0);
	gst_buffer_unref(buffer);
	gst_harness_teardown(source);
	gst_harness_teardown(sink);
}

/* Where a picture lies says its sender; what does not lie in the buffer is refused, not read. */
static void what_a_video_meta_says_is_looked_at(void **state)
{
	static const struct {
		guint width, height, planes;
		gsize offset;
		gint stride;
		GstVideoFormat format;
		gboolean right;
	} metas[] = {
		{ 64, 64, 1, 0, 64, GST_VIDEO_FORMAT_GRAY8, TRUE },
		{ 80, 70, 1, 5 * 80 + 7, 80, GST_VIDEO_FORMAT_GRAY8, TRUE },
		{ 64, 64, 1, 63 * 64, -64, GST_VIDEO_FORMAT_GRAY8, TRUE },
		{ 32, 64, 1, 0, 64, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 32, 1, 0, 64, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 62 * 64, -64, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 0, 63, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 0, 128, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 0, G_MAXINT, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 0, G_MININT, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 80 * 70 - 64, 64, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, G_MAXSIZE, 64, GST_VIDEO_FORMAT_GRAY8, FALSE },
		{ 64, 64, 1, 0, 64, GST_VIDEO_FORMAT_RGBA, FALSE },
		{ 64, 64, 2, 0, 64, GST_VIDEO_FORMAT_GRAY8, FALSE },
	};
	for (gsize i = 0; i < G_N_ELEMENTS(metas); i++) {
		GstHarness *sink = sink_of("meta", GRAY);
		GstBus *bus = gst_bus_new();
		gst_element_set_bus(sink->element, bus);
		GstBuffer *buffer = gst_buffer_new_allocate(NULL, 80 * 70, NULL);
		gst_buffer_memset(buffer, 0, 1, 80 * 70);
		GstVideoMeta *meta = gst_buffer_add_video_meta(
			buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 64, 64);
		meta->format = metas[i].format;
		meta->width = metas[i].width, meta->height = metas[i].height;
		meta->n_planes = metas[i].planes;
		meta->offset[0] = metas[i].offset, meta->stride[0] = metas[i].stride;
		assert_int_equal(gst_harness_push(sink, buffer),
			metas[i].right ? GST_FLOW_OK : GST_FLOW_ERROR);
		GstMessage *error = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
		assert_int_equal(error == NULL, metas[i].right);
		gst_clear_message(&error);
		gst_element_set_bus(sink->element, NULL);
		gst_object_unref(bus);
		gst_harness_teardown(sink);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_around_pictures),
		cmocka_unit_test(crops_in_padded_pictures),
		cmocka_unit_test(what_is_kept_costs_no_more_than_max_held),
		cmocka_unit_test(kept_buffers_of_a_stopped_element_hold_up_nobody),
		cmocka_unit_test(a_paused_reader_holds_up_nobody),
		cmocka_unit_test(clients_are_told_of),
		cmocka_unit_test(copies_are_told_once),
		cmocka_unit_test(latency_is_answered),
		cmocka_unit_test(lateness_is_heard_of),
		cmocka_unit_test(caps_arrive_as_they_were_said),
		cmocka_unit_test(memory_of_devices_is_not_negotiated),
		cmocka_unit_test(caps_that_cannot_be_are_mended_or_refused),
		cmocka_unit_test(pictures_are_preferred_to_bytes),
		cmocka_unit_test(a_key_unit_is_asked_for_each_reader),
		cmocka_unit_test(eight_bits_are_preferred_where_anything_goes),
		cmocka_unit_test(all_flags_arrive_with_a_buffer),
		cmocka_unit_test(there_is_room_for_several_readers),
		cmocka_unit_test(buffers_without_bytes_are_no_error),
		cmocka_unit_test(what_a_video_meta_says_is_looked_at),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
