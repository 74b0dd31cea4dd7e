/* SPDX-License-Identifier: MIT */
/*
 * Beside a member that writes into the stream's memory itself (forge.c): what is written in one
 * place contradicts what is written in another, and nobody reads or writes where nothing is.
 */
#include "pipeline.h"
#include "producer.h"

#include <gst/app/gstappsrc.h>
#include <gst/check/gstharness.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRAY "video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1"

static char *program; /* forge.c */

static void forge_number(const char *domain)
{
	int status;
	gchar *argv[] = { program, "number", (gchar *)domain, NULL };
	assert_true(g_spawn_sync(NULL, argv, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL));
	assert_int_equal(status, 0);
}

static GstHarness *source_of(const char *domain)
{
	GstHarness *h = gst_harness_new("xfsrc");
	g_object_set(h->element, "domain", domain, NULL);
	gst_harness_add_propose_allocation_meta(h, GST_VIDEO_META_API_TYPE, NULL);
	gst_harness_play(h);
	return h;
}

static GstBuffer *pull(GstHarness *h)
{
	GstBuffer *buffer = gst_harness_pull(h); /* waits for a minute at most */
	assert_non_null(buffer);
	return buffer;
}

/* ---- two formats of one number ---- */

/* Pictures of so many bytes, as wide as that says. */
static struct xf_surface_desc so_wide(uint32_t width_px)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = width_px,
		.height_px = 4096 / width_px,
		.fourcc = XF_FORMAT_R8 };
}

static gchar *blob_of(const struct xf_surface_desc *desc)
{
	return g_strdup_printf("gst 0,0 video/x-raw,format=GRAY8,width=%u,height=%u,framerate=1/1",
		desc->width_px, desc->height_px);
}

/* What a video meta says is in the buffer, and the caps are its. */
static void is_so_wide(GstHarness *h, int wanted)
{
	gint width = 0;
	GstBuffer *buffer = pull(h);
	const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	GstCaps *caps = gst_pad_get_current_caps(h->sinkpad);
	assert_true(gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width));
	assert_int_equal(width, wanted);
	assert_int_equal(meta->width, wanted);
	assert_true(meta->offset[0] + (meta->height - 1) * (gsize)meta->stride[0] + meta->width <=
		    gst_buffer_get_size(buffer));
	gst_caps_unref(caps);
	gst_buffer_unref(buffer);
}

static void a_reader_sees_a_format_by_what_it_is(void **state)
{
	static const uint32_t widths[] = { 64, 4096, 64, 1024 };
	struct producer producer;
	GstHarness *back = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(widths); i++) {
		const struct xf_surface_desc desc = so_wide(widths[i]);
		gchar *blob = blob_of(&desc);
		if (i) {
			forge_number("twice");
			producer_change(&producer, &desc, blob);
		} else {
			producer = producer_begin("twice", &desc, blob);
			back = source_of("twice");
			producer_wait_for_reader(&producer);
		}
		producer_publish(&producer, NULL, NULL);
		is_so_wide(back, (int)widths[i]);
		g_free(blob);
	}
	gst_harness_teardown(back);
	producer_end(&producer);
}

/* ---- the same, at the producer ---- */

static GstBufferPool *pool_of(GstHarness *h, const GstVideoAlignment *alignment)
{
	GstCaps *caps = gst_caps_from_string(GRAY);
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	GstBufferPool *pool = NULL;
	assert_true(gst_pad_peer_query(h->srcpad, query));
	gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
	gst_buffer_pool_config_set_video_alignment(config, alignment);
	assert_true(gst_buffer_pool_set_config(pool, config));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	gst_query_unref(query);
	gst_caps_unref(caps);
	return pool;
}

static void paint(GstBuffer *buffer, const GstVideoInfo *info, guint8 value)
{
	GstVideoFrame frame;
	assert_true(gst_video_frame_map(&frame, info, buffer, GST_MAP_WRITE));
	for (gint y = 0; y < 64; y++)
		memset((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame, 0) +
				y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
			value, 64);
	gst_video_frame_unmap(&frame);
}

static void is_painted(GstBuffer *buffer, const GstVideoInfo *info, guint8 value)
{
	GstVideoFrame frame;
	assert_true(gst_video_frame_map(&frame, info, buffer, GST_MAP_READ));
	for (gint y = 0; y < 64; y++)
		for (gint x = 0; x < 64; x++)
			assert_int_equal(
				((const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame,
					0))[y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) + x],
				value);
	gst_video_frame_unmap(&frame);
	gst_buffer_unref(buffer);
}

/* A surface, and what is copied into one. */
static void pictures_travel(GstHarness *in, GstHarness *back, GstBufferPool *pool, guint8 value)
{
	GstVideoInfo info;
	GstBuffer *buffer;
	gst_video_info_set_format(&info, GST_VIDEO_FORMAT_GRAY8, 64, 64);
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	paint(buffer, &info, value);
	assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
	is_painted(pull(back), &info, value);
	buffer = gst_buffer_new_allocate(NULL, 64 * 64, NULL);
	paint(buffer, &info, (guint8)(value + 1));
	assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
	is_painted(pull(back), &info, (guint8)(value + 1));
}

/* Rows lie far apart, where there was room around pictures before. */
static void so_does_a_producer(void **state)
{
	static const GstVideoAlignment alignments[] = {
		{ .padding_top = 16, .padding_left = 32 },
		{ .stride_align = { 4095, 4095, 4095, 4095 } },
		{ .padding_bottom = 8, .padding_right = 64 },
	};
	GstHarness *in = gst_harness_new("xfsink");
	g_object_set(
		in->element, "domain", "again", "sync", FALSE, "wait-for-connection", TRUE, NULL);
	gst_harness_set_src_caps_str(in, GRAY);
	GstHarness *back = source_of("again");
	for (gsize i = 0; i < G_N_ELEMENTS(alignments); i++) {
		if (i)
			forge_number("again");
		GstBufferPool *pool = pool_of(in, &alignments[i]);
		pictures_travel(in, back, pool, (guint8)(10 * i + 1));
		gst_buffer_pool_set_active(pool, FALSE);
		gst_object_unref(pool);
	}
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

/* ---- surfaces that are smaller than their format says ---- */

static GPid forge_surfaces(const char *domain, gint *ret_end)
{
	char line[8] = { 0 };
	GPid pid;
	gint out;
	gchar *argv[] = { program, "surfaces", (gchar *)domain, NULL };
	assert_true(g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
		NULL, &pid, ret_end, &out, NULL, NULL));
	assert_int_equal(read(out, line, sizeof(line) - 1), 5);
	close(out);
	return pid;
}

static void push_bytes(GstElement *source, guint8 value)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 60000, NULL);
	gst_buffer_memset(buffer, 0, value, 60000);
	assert_int_equal(gst_app_src_push_buffer(GST_APP_SRC(source), buffer), GST_FLOW_OK);
}

static void are_bytes(GstSample *sample, guint8 value)
{
	GstMapInfo map;
	assert_non_null(sample);
	assert_true(gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ));
	assert_int_equal(map.size, 60000);
	for (gsize i = 0; i < map.size; i++)
		assert_int_equal(map.data[i], value);
	gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
	gst_sample_unref(sample);
}

/*
 * More bytes than a surface has, fewer than its format says; the first surface is as it says. Such
 * a pool is nobody's, and the next producer makes one of its own.
 */
static void no_surface_is_written_beyond_its_end(void **state)
{
	gint end;
	GPid pid = forge_surfaces("small", &end);
	GstElement *in = pipeline_play(
		"appsrc name=in format=time caps=application/x-what ! xfsink domain=small "
		"sync=false wait-for-connection=true");
	GstElement *source = gst_bin_get_by_name(GST_BIN(in), "in");
	push_bytes(source, 1);
	GstElement *back = pipeline_play("xfsrc domain=small ! appsink name=out sync=false");
	are_bytes(pipeline_pull(back), 1);
	for (guint8 i = 2; i < 2 * XF_POOL_MAX; i++) {
		push_bytes(source, i);
		are_bytes(pipeline_pull(back), i);
	}
	gst_object_unref(source);
	pipeline_end(back);
	pipeline_end(in);
	close(end);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_sees_a_format_by_what_it_is),
		cmocka_unit_test(so_does_a_producer),
		cmocka_unit_test(no_surface_is_written_beyond_its_end),
	};
	if (argc != 2)
		return 1;
	program = argv[1];
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
