/* SPDX-License-Identifier: MIT */
/* What upstream asks of xfsink's pool, too much and too late: buffers are what they say. */
#include "pipeline.h"

#include <gst/check/gstharness.h>

static GstCaps *gray(gint width, gint height)
{
	return gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "GRAY8", "width",
		G_TYPE_INT, width, "height", G_TYPE_INT, height, "framerate", GST_TYPE_FRACTION, 25,
		1, NULL);
}

static GstHarness *sink_of(const char *domain)
{
	GstHarness *h = gst_harness_new("xfsink");
	g_object_set(h->element, "domain", domain, "sync", FALSE, NULL);
	return h;
}

static GstBufferPool *pool_of(GstHarness *h, GstCaps *caps)
{
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	GstBufferPool *pool;
	assert_true(gst_pad_peer_query(h->srcpad, query));
	assert_int_equal(gst_query_get_n_allocation_pools(query), 1);
	gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
	gst_query_unref(query);
	return pool;
}

/* Whether the pool takes it; `caps` may be NULL: those that it has. */
static gboolean align(GstBufferPool *pool, GstCaps *caps, const GstVideoAlignment *alignment)
{
	GstCaps *before;
	guint size, least, most;
	GstStructure *config = gst_buffer_pool_get_config(pool);
	assert_true(gst_buffer_pool_config_get_params(config, &before, &size, &least, &most));
	if (caps)
		gst_buffer_pool_config_set_params(config, caps, size, least, most);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
	gst_buffer_pool_config_set_video_alignment(config, alignment);
	return gst_buffer_pool_set_config(pool, config);
}

/* All rows that its meta names. */
static void is_what_it_says(GstBuffer *buffer)
{
	const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	assert_non_null(meta);
	assert_true(meta->offset[0] + (gsize)meta->stride[0] * (meta->height - 1) + meta->width <=
		    gst_buffer_get_size(buffer));
}

/* A buffer of nobody's pool, and one of the pool, if there is one. */
static void pictures_travel(GstHarness *in, GstBufferPool *pool, gint width, gint height)
{
	GstBuffer *buffer;
	for (int i = 0; i < 3; i++) {
		buffer = gst_buffer_new_allocate(
			NULL, (gsize)GST_ROUND_UP_4(width) * (gsize)height, NULL);
		gst_buffer_memset(buffer, 0, 0x41, (gsize)-1);
		assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
	}
	if (!pool)
		return;
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	is_what_it_says(buffer);
	assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
	assert_true(gst_buffer_pool_set_active(pool, FALSE));
}

/* ---- tests ---- */

static void room_beyond_any_surface_is_refused(void **state)
{
	static const guint much[] = { G_MAXUINT, G_MAXINT, 1u << 31, (1u << 31) - 64, 1 << 20,
		40000 };
	GstHarness *in = sink_of("much");
	GstCaps *caps = gray(64, 64);
	gst_harness_set_src_caps(in, gst_caps_ref(caps));
	GstBufferPool *pool = pool_of(in, caps);
	/* One side, and both, whose sum may be nothing. */
	for (gsize i = 0; i < G_N_ELEMENTS(much); i++) {
		const GstVideoAlignment all[] = { { .padding_top = much[i] },
			{ .padding_bottom = much[i] }, { .padding_left = much[i] },
			{ .padding_right = much[i] },
			{ .padding_left = much[i], .padding_right = much[i] },
			{ .padding_top = much[i], .padding_bottom = much[i] },
			{ .padding_right = much[i], .padding_left = 1 },
			{ .stride_align = { much[i] } },
			{ .stride_align = { much[i] }, .padding_left = 1 } };
		for (gsize k = 0; k < G_N_ELEMENTS(all); k++)
			if (align(pool, NULL, &all[k]))
				fail_msg("%u, %zu is taken", much[i], k);
	}
	pictures_travel(in, pool, 64, 64);
	gst_object_unref(pool);
	gst_caps_unref(caps);
	gst_harness_teardown(in);
}

static const gint sizes[][2] = { { 64, 64 }, { 1920, 1080 }, { 64, 512 }, { 512, 64 } };

/* Each size before each other one. */
static void change_caps(
	const char *domain, void (*change)(GstHarness *in, GstBufferPool *pool, const gint now[2]))
{
	for (gsize i = 0; i < G_N_ELEMENTS(sizes) * G_N_ELEMENTS(sizes); i++) {
		const gint *before = sizes[i / G_N_ELEMENTS(sizes)],
			   *now = sizes[i % G_N_ELEMENTS(sizes)];
		if (before == now)
			continue;
		GstHarness *in = sink_of(domain);
		GstCaps *caps = gray(before[0], before[1]);
		gst_harness_set_src_caps(in, gst_caps_ref(caps));
		GstBufferPool *pool = pool_of(in, caps);
		change(in, pool, now);
		gst_object_unref(pool);
		gst_caps_unref(caps);
		gst_harness_teardown(in);
	}
}

static void configure_late(GstHarness *in, GstBufferPool *pool, const gint now[2])
{
	const GstVideoAlignment alignment = { .stride_align = { 15 } };
	gst_harness_set_src_caps(in, gray(now[0], now[1]));
	assert_false(align(pool, NULL, &alignment));
	pictures_travel(in, NULL, now[0], now[1]);
}

static void a_pool_of_other_caps_lays_out_nothing(void **state)
{
	change_caps("late", configure_late);
}

static void configure_otherwise(GstHarness *in, GstBufferPool *pool, const gint now[2])
{
	const GstVideoAlignment alignment = { .stride_align = { 15 } };
	GstCaps *caps = gray(now[0], now[1]);
	assert_false(align(pool, caps, &alignment));
	gst_caps_unref(caps);
	assert_true(align(pool, NULL, &alignment));
}

static void a_pool_has_the_caps_of_the_sink_only(void **state)
{
	change_caps("other", configure_otherwise);
}

/* Upstream has not asked yet for a pool of the caps that there are. */
static void acquire_late(GstHarness *in, GstBufferPool *pool, const gint now[2])
{
	GstBuffer *buffer;
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	assert_true(gst_buffer_pool_set_config(pool, config));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	gst_harness_set_src_caps(in, gray(now[0], now[1]));
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	is_what_it_says(buffer);
	gst_buffer_unref(buffer);
	assert_true(gst_buffer_pool_set_active(pool, FALSE));
	pictures_travel(in, NULL, now[0], now[1]);
}

static void a_buffer_has_room_for_what_it_says(void **state)
{
	change_caps("ago", acquire_late);
}

/* ---- of odd sizes ---- */

/* Who does not look for a video meta has planes where GStreamer lays them out, and all bytes. */
static void who_looks_at_no_meta_has_all_bytes(void **state)
{
	GstCaps *caps =
		gst_caps_from_string("video/x-raw,format=I420,width=322,height=242,framerate=25/1");
	GstHarness *in = sink_of("blind");
	GstVideoInfo info;
	GstBuffer *buffer;
	gst_harness_set_src_caps(in, gst_caps_ref(caps));
	GstBufferPool *pool = pool_of(in, caps);
	assert_true(gst_buffer_pool_set_config(pool, gst_buffer_pool_get_config(pool)));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	assert_true(gst_video_info_from_caps(&info, caps));
	assert_int_equal(gst_buffer_get_size(buffer), GST_VIDEO_INFO_SIZE(&info));
	assert_null(gst_buffer_get_video_meta(buffer));
	gst_buffer_memset(buffer, 0, 0x41, (gsize)-1);
	assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	gst_harness_teardown(in);
	gst_caps_unref(caps);
}

/* They ask as if they looked at none, and then with all that they want. */
static void decoders_decode_into_surfaces(void **state)
{
	static const char *const coders[][2] = { { "vp8enc deadline=1", "vp8dec" },
		{ "jpegenc", "jpegdec" }, { "theoraenc", "theoradec" } };
	static const guint odd[][2] = { { 322, 242 }, { 321, 241 } };
	for (gsize c = 0; c < G_N_ELEMENTS(coders); c++)
		for (gsize s = 0; s < G_N_ELEMENTS(odd); s++) {
			GstElement *in = pipeline_play(
				"videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=%u,"
				"height=%u ! %s ! %s ! xfsink name=sink domain=odd sync=false",
				odd[s][0], odd[s][1], coders[c][0], coders[c][1]);
			pipeline_wait_eos(in);
			if (c != 0) /* which keeps pictures that it refers to */
				assert_int_equal(pipeline_get(in, "sink", "copied"), 0);
			pipeline_end(in);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_beyond_any_surface_is_refused),
		cmocka_unit_test(a_pool_has_the_caps_of_the_sink_only),
		cmocka_unit_test(a_buffer_has_room_for_what_it_says),
		cmocka_unit_test(a_pool_of_other_caps_lays_out_nothing),
		cmocka_unit_test(who_looks_at_no_meta_has_all_bytes),
		cmocka_unit_test(decoders_decode_into_surfaces),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
