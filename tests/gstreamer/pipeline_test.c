/* SPDX-License-Identifier: MIT */
/* xfsink and xfsrc in real pipelines, in one process and in several, some of which are killed. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <gst/app/gstappsrc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PICTURES                                                                                   \
	"videotestsrc num-buffers=3 pattern=ball ! "                                               \
	"video/x-raw,format=%s,width=%d,height=%d ! %s"
#define SOUND                                                                                      \
	"audiotestsrc num-buffers=30 samplesperbuffer=%d ! "                                       \
	"audio/x-raw,format=S16LE,channels=1,rate=48000 ! %s"
#define OUT "appsink name=out sync=false max-buffers=2"

/* XF_KILLS: how many of each side, by default few. */
static int kills(void)
{
	const char *text = g_getenv("XF_KILLS");
	return text ? atoi(text) : 10;
}

static void skip_to_end_of(GstElement *source)
{
	pipeline_wait_eos(source);
	pipeline_end(source);
}

/* Each format there is, with sizes that do not divide: what arrives is what was sent. */
static void pictures_arrive_as_they_were(void **state)
{
	static const char *const formats[] = { "NV12", "I420", "YV12", "NV21", "NV16", "NV24",
		"Y42B", "Y444", "YUY2", "UYVY", "RGBA", "BGRx", "ARGB", "RGB", "BGR", "RGB16",
		"GRAY8", "GRAY16_LE", "P010_10LE", "P016_LE", "I420_10LE", "I422_10LE", "Y444_10LE",
		"Y210", "Y410", "VUYA", "v308", "RGB10A2_LE" };
	static const int sizes[][2] = { { 320, 240 }, { 101, 51 } };
	for (gsize f = 0; f < G_N_ELEMENTS(formats); f++)
		for (gsize s = 0; s < G_N_ELEMENTS(sizes); s++) {
			GstElement *there =
				pipeline_play(PICTURES, formats[f], sizes[s][0], sizes[s][1], OUT);
			GstElement *in =
				pipeline_play(PICTURES, formats[f], sizes[s][0], sizes[s][1],
					"xfsink name=pictures sync=false wait-for-connection=true");
			GstElement *back = pipeline_play("xfsrc domain=pictures ! " OUT);
			GstSample *want;
			while ((want = pipeline_pull(there))) {
				GstSample *got = pipeline_pull(back);
				assert_non_null(got);
				if (pipeline_sum(got) != pipeline_sum(want))
					fail_msg("%s of %dx%d", formats[f], sizes[s][0],
						sizes[s][1]);
				gst_sample_unref(got);
				gst_sample_unref(want);
			}
			assert_null(pipeline_pull(back));
			assert_int_equal(pipeline_get(in, "pictures", "copied"), 0);
			pipeline_end(there);
			pipeline_end(back);
			skip_to_end_of(in);
		}
}

/* Neither of them is pictures: buffers of different sizes keep theirs. */
static void anything_else_arrives_as_bytes(void **state)
{
	for (int size = 1; size < 100000; size = size * 7 + 3) {
		GstElement *there = pipeline_play(SOUND, size, OUT);
		GstElement *in = pipeline_play(
			SOUND, size, "xfsink name=bytes sync=false wait-for-connection=true");
		GstElement *back = pipeline_play("xfsrc domain=bytes ! " OUT);
		GstSample *want;
		while ((want = pipeline_pull(there))) {
			GstSample *got = pipeline_pull(back);
			assert_non_null(got);
			assert_int_equal(gst_buffer_get_size(gst_sample_get_buffer(got)),
				gst_buffer_get_size(gst_sample_get_buffer(want)));
			assert_true(pipeline_sum(got) == pipeline_sum(want));
			assert_true(gst_caps_is_equal(
				gst_sample_get_caps(got), gst_sample_get_caps(want)));
			gst_sample_unref(got);
			gst_sample_unref(want);
		}
		assert_null(pipeline_pull(back));
		pipeline_end(there);
		pipeline_end(back);
		skip_to_end_of(in);
	}
}

/* The reader's pipeline sees producers come and be killed, and goes on. */
static void producers_are_killed(void **state)
{
	GstElement *back = pipeline_play("xfsrc domain=mortal ! " OUT);
	for (int i = 0; i < kills(); i++) {
		GPid producer =
			pipeline_spawn("videotestsrc is-live=true ! "
				       "video/x-raw,format=NV12,width=%d,height=48,framerate=200/1 "
				       "! xfsink name=mortal",
				64 + i % 2 * 32);
		int width = 0, discontinuous = 0;
		while (width != 64 + i % 2 * 32 || !discontinuous) {
			GstSample *got = pipeline_pull(back);
			assert_non_null(got);
			discontinuous |= GST_BUFFER_FLAG_IS_SET(
				gst_sample_get_buffer(got), GST_BUFFER_FLAG_DISCONT);
			gst_structure_get_int(gst_caps_get_structure(gst_sample_get_caps(got), 0),
				"width", &width);
			gst_sample_unref(got);
		}
		pipeline_kill(producer);
	}
	pipeline_end(back);
}

/* A producer's pipeline goes on whatever becomes of those who read with either policy. */
static void readers_are_killed(void **state)
{
	GstElement *in = pipeline_play("videotestsrc is-live=true ! "
				       "video/x-raw,format=I420,width=64,height=48,framerate=200/1 "
				       "! xfsink name=mourner surfaces=16");
	for (int i = 0; i < kills(); i++) {
		GPid reader = pipeline_spawn(
			"xfsrc domain=mourner policy=%s ! fakesink", i % 2 ? "latest" : "every");
		for (int tries = 0; !pipeline_get(in, "mourner", "num-clients"); tries++) {
			assert_true(tries < 3000);
			g_usleep(10000);
		}
		pipeline_kill(reader);
		for (int tries = 0; pipeline_get(in, "mourner", "num-clients"); tries++) {
			assert_true(tries < 3000);
			g_usleep(10000);
		}
	}
	pipeline_end(in);
}

static void push(GstElement *pipeline, GstBuffer *buffer)
{
	GstElement *source = gst_bin_get_by_name(GST_BIN(pipeline), "in");
	assert_int_equal(gst_app_src_push_buffer(GST_APP_SRC(source), buffer), GST_FLOW_OK);
	gst_object_unref(source);
}

/* What detectors say of a region, and what encoders are asked to do with it. */
static void fields_arrived(GstVideoRegionOfInterestMeta *region)
{
	gint64 track = 0;
	gdouble confidence = 0, delta = 0;
	const GstStructure *said = gst_video_region_of_interest_meta_get_param(region, "detection");
	assert_non_null(said);
	assert_int_equal(gst_structure_n_fields(said), 3);
	assert_true(gst_structure_get_double(said, "confidence", &confidence));
	assert_true(gst_structure_get_int64(said, "track", &track));
	assert_true(confidence == 0.75 && track == -5000000000);
	assert_string_equal(
		gst_structure_get_string(said, "class"), "one who \"smiles\", a\xc3\xb6");
	said = gst_video_region_of_interest_meta_get_param(region, "roi/x264");
	assert_true(said && gst_structure_get_double(said, "delta-qp", &delta) && delta == -0.5);
}

/* What a buffer says of itself beside its bytes. */
static void what_a_frame_says_of_itself_arrives(void **state)
{
	GstElement *in =
		pipeline_play("appsrc name=in format=time "
			      "caps=video/x-raw,format=GRAY8,width=64,height=64,framerate=1/1 ! "
			      "xfsink name=metas sync=false wait-for-connection=true");
	GstElement *back = pipeline_play("xfsrc domain=metas ! " OUT);
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 64 * 64, NULL);
	GstCaps *unix_time = gst_caps_new_empty_simple("timestamp/x-unix");
	gst_buffer_memset(buffer, 0, 7, 64 * 64);
	GST_BUFFER_PTS(buffer) = 0;
	GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
	GST_BUFFER_OFFSET(buffer) = 123;
	GST_BUFFER_OFFSET_END(buffer) = 124;
	GST_BUFFER_FLAG_SET(buffer,
		GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_CORRUPTED | GST_BUFFER_FLAG_GAP);
	gst_buffer_add_reference_timestamp_meta(buffer, unix_time, 12345, 67);
	GstVideoRegionOfInterestMeta *region =
		gst_buffer_add_video_region_of_interest_meta(buffer, "face", 1, 2, 3, 4);
	region->id = 9;
	gst_video_region_of_interest_meta_add_param(
		region, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, 0.75, "class",
				G_TYPE_STRING, "one who \"smiles\", a\xc3\xb6", "track",
				G_TYPE_INT64, G_GINT64_CONSTANT(-5000000000), NULL));
	gst_video_region_of_interest_meta_add_param(
		region, gst_structure_new("roi/x264", "delta-qp", G_TYPE_DOUBLE, -0.5, NULL));
	GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);
	crop->x = 5, crop->y = 6, crop->width = 7, crop->height = 8;
	push(in, buffer);
	GstSample *got = pipeline_pull(back);
	buffer = gst_sample_get_buffer(got);
	crop = gst_buffer_get_video_crop_meta(buffer);
	GstReferenceTimestampMeta *time =
		gst_buffer_get_reference_timestamp_meta(buffer, unix_time);
	region = (GstVideoRegionOfInterestMeta *)gst_buffer_get_meta(
		buffer, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
	assert_int_equal(GST_BUFFER_DURATION(buffer), 40 * GST_MSECOND);
	assert_int_equal(GST_BUFFER_OFFSET(buffer), 123);
	assert_int_equal(GST_BUFFER_OFFSET_END(buffer), 124);
	assert_true(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT));
	assert_true(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED));
	assert_true(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP));
	assert_true(time && time->timestamp == 12345 && time->duration == 67);
	assert_true(region && region->x == 1 && region->y == 2 && region->w == 3 && region->h == 4);
	assert_string_equal(g_quark_to_string(region->roi_type), "face");
	assert_int_equal(region->id, 9);
	fields_arrived(region);
	assert_true(crop && crop->x == 5 && crop->y == 6 && crop->width == 7 && crop->height == 8);
	gst_sample_unref(got);
	gst_caps_unref(unix_time);
	pipeline_end(back);
	pipeline_end(in);
}

/* Old pictures stay what they were while new ones of another size come. */
static void sizes_change_between_frames(void **state)
{
	GstElement *in = pipeline_play("appsrc name=in format=time ! xfsink name=sizes sync=false "
				       "wait-for-connection=true surfaces=8");
	GstElement *back = pipeline_play("xfsrc domain=sizes max-held=4 ! " OUT);
	GstElement *source = gst_bin_get_by_name(GST_BIN(in), "in");
	GstSample *kept = NULL;
	for (int i = 0; i < 12; i++) {
		gint width = 16 + i / 2 * 4, seen;
		GstCaps *caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "GRAY8",
			"width", G_TYPE_INT, width, "height", G_TYPE_INT, 16, "framerate",
			GST_TYPE_FRACTION, 25, 1, NULL);
		gst_app_src_set_caps(GST_APP_SRC(source), caps);
		GstBuffer *buffer = gst_buffer_new_allocate(NULL, (gsize)width * 16, NULL);
		gst_buffer_memset(buffer, 0, (guint8)i, (gsize)width * 16);
		push(in, buffer);
		GstSample *got = pipeline_pull(back);
		guint8 first;
		assert_true(gst_structure_get_int(
			gst_caps_get_structure(gst_sample_get_caps(got), 0), "width", &seen));
		assert_int_equal(seen, width);
		assert_int_equal(gst_buffer_extract(gst_sample_get_buffer(got), 0, &first, 1), 1);
		assert_int_equal(first, i);
		if (kept) {
			assert_int_equal(
				gst_buffer_extract(gst_sample_get_buffer(kept), 0, &first, 1), 1);
			assert_int_equal(first, i - 1);
			gst_sample_unref(kept);
		}
		kept = got;
		gst_caps_unref(caps);
	}
	gst_object_unref(source);
	pipeline_end(back);
	/* It outlives the element that it came from. */
	guint8 first;
	assert_int_equal(gst_buffer_extract(gst_sample_get_buffer(kept), 0, &first, 1), 1);
	assert_int_equal(first, 11);
	gst_sample_unref(kept);
	pipeline_end(in);
}

/* Whoever keeps a buffer that we published must not see the next picture in it. */
static void what_others_keep_is_copied(void **state)
{
	GstElement *in = pipeline_play(
		"videotestsrc num-buffers=20 pattern=ball ! "
		"video/x-raw,format=RGBA,width=64,height=64 ! identity name=id ! tee name=t  t. ! "
		"queue ! xfsink name=kept sync=false wait-for-connection=true  t. ! queue "
		"max-size-buffers=40 ! appsink name=out sync=false");
	GstElement *back = pipeline_play("xfsrc domain=kept ! " OUT);
	GstSample *want, *got;
	int frames = 0;
	while ((got = pipeline_pull(back))) {
		want = pipeline_pull(in);
		assert_true(pipeline_sum(got) == pipeline_sum(want));
		gst_sample_unref(want);
		gst_sample_unref(got);
		frames++;
	}
	assert_int_equal(frames, 20);
	assert_int_equal(pipeline_get(in, "kept", "copied"), 20);
	pipeline_end(back);
	pipeline_end(in);
}

/* A decoder with reference pictures, an encoder that looks ahead: more than there are surfaces. */
static void who_keeps_more_than_there_is_goes_on(void **state)
{
	GstElement *in = pipeline_play(
		"videotestsrc num-buffers=40 pattern=ball ! "
		"video/x-raw,format=RGBA,width=64,height=64 ! queue min-threshold-buffers=12 "
		"max-size-buffers=20 ! xfsink name=hoard sync=false surfaces=6 "
		"wait-for-connection=true");
	GstElement *back = pipeline_play("xfsrc domain=hoard ! " OUT);
	GstSample *got;
	int frames = 0, told = 0;
	while ((got = pipeline_pull(back))) {
		assert_int_equal(GST_BUFFER_OFFSET(gst_sample_get_buffer(got)), frames);
		gst_sample_unref(got);
		frames++;
	}
	assert_int_equal(frames, 40);
	assert_in_range(pipeline_get(in, "hoard", "copied"), 1, 39);
	GstBus *bus = gst_element_get_bus(in);
	GstMessage *message;
	while ((message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING | GST_MESSAGE_INFO))) {
		gst_message_unref(message);
		told++;
	}
	assert_int_equal(told, 1);
	gst_object_unref(bus);
	pipeline_end(back);
	pipeline_end(in);
}

static gint64 stop_ms(GstElement *pipeline)
{
	gint64 start = g_get_monotonic_time();
	pipeline_end(pipeline);
	return (g_get_monotonic_time() - start) / 1000;
}

/* Rows that begin at multiples of 64 bytes, as upstream asks. */
static void rows_lie_as_upstream_asks(void **state)
{
	GstCaps *caps =
		gst_caps_from_string("video/x-raw,format=I420,width=112,height=40,framerate=25/1");
	GstElement *in = pipeline_play("appsrc name=in format=time ! xfsink name=rows sync=false "
				       "wait-for-connection=true");
	GstElement *back = pipeline_play("xfsrc name=from domain=rows ! " OUT);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(in), "rows");
	GstElement *source = gst_bin_get_by_name(GST_BIN(in), "in");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	GstVideoAlignment alignment;
	GstBufferPool *pool;
	GstBuffer *buffer;
	guint8 nines[112];
	memset(nines, 99, sizeof(nines));
	gst_app_src_set_caps(GST_APP_SRC(source), caps);
	for (int tries = 0; !gst_pad_has_current_caps(pad); tries++) {
		push(in, gst_buffer_new_allocate(
				 NULL, 112 * 40 * 3 / 2, NULL)); /* caps come with it */
		gst_sample_unref(pipeline_pull(back));
		assert_true(tries < 10);
	}
	assert_true(gst_pad_query(pad, query));
	gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
	assert_non_null(pool);
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
	gst_video_alignment_reset(&alignment);
	for (int i = 0; i < 3; i++)
		alignment.stride_align[i] = 63;
	gst_buffer_pool_config_set_video_alignment(config, &alignment);
	assert_true(gst_buffer_pool_set_config(pool, config));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	guint64 before = pipeline_get(in, "rows", "copied");
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	assert_int_equal(gst_buffer_get_video_meta(buffer)->stride[0], 128);
	gst_buffer_memset(buffer, 0, 99, gst_buffer_get_size(buffer));
	push(in, buffer);
	GstSample *got = pipeline_pull(back);
	/* An appsink does not say that it takes such rows: for it they are laid together. */
	assert_int_equal(gst_buffer_get_size(gst_sample_get_buffer(got)), 112 * 40 * 3 / 2);
	assert_int_equal(gst_buffer_memcmp(gst_sample_get_buffer(got), 0, nines, 112), 0);
	assert_int_equal(pipeline_get(back, "from", "copied"), 1);
	assert_int_equal(pipeline_get(in, "rows", "copied"), before);
	gst_sample_unref(got);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	gst_query_unref(query);
	gst_object_unref(pad);
	gst_object_unref(source);
	gst_object_unref(sink);
	gst_caps_unref(caps);
	pipeline_end(back);
	pipeline_end(in);
}

static gint64 shift_of(GstSample *sample, gint64 original)
{
	gint64 shift = (gint64)GST_BUFFER_PTS(gst_sample_get_buffer(sample)) - original;
	gst_sample_unref(sample);
	return shift;
}

/* Two streams of one pipeline, played by another one: what belonged together still does. */
static void sound_and_pictures_stay_together(void **state)
{
	enum { FRAMES = 25 };
	const gint64 frame = GST_SECOND / 25;
	GstElement *in = pipeline_play(
		"videotestsrc ! video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1 ! "
		"xfsink domain=film label=pictures wait-for-connection=true "
		"audiotestsrc samplesperbuffer=1920 ! "
		"audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
		"xfsink domain=film label=sound wait-for-connection=true");
	GstElement *pictures = pipeline_play("xfsrc domain=film label=pictures ! " OUT);
	GstElement *sound = pipeline_play("xfsrc domain=film label=sound ! " OUT);
	gst_element_set_start_time(sound, GST_CLOCK_TIME_NONE);
	gst_element_set_base_time(sound, gst_element_get_base_time(pictures));
	for (gint64 i = 0; i < FRAMES; i++) {
		gint64 a = shift_of(pipeline_pull(pictures), i * frame);
		gint64 b = shift_of(pipeline_pull(sound), i * frame);
		/* The first may have come before the pipelines had the same base time. */
		if (i && ABS(a - b) > frame)
			fail_msg("frame %d is %d ms off", (int)i, (int)((a - b) / 1000000));
	}
	pipeline_end(pictures);
	pipeline_end(sound);
	pipeline_end(in);
}

/* Waiting for a name, for a frame, and for a reader to let go. The bound is a loaded machine's. */
static void every_wait_ends_when_told(void **state)
{
	GstElement *alone = pipeline_play("xfsrc domain=nobody ! fakesink");
	g_usleep(100000);
	assert_in_range(stop_ms(alone), 0, 1000);
	GstElement *in = pipeline_play("videotestsrc ! video/x-raw,format=GRAY8,width=64,height=64 "
				       "! xfsink name=full sync=false surfaces=4");
	GstElement *back = pipeline_play(
		"xfsrc domain=full max-held=1 ! appsink name=out sync=false max-buffers=1");
	GstSample *first = pipeline_pull(back);
	g_usleep(200000); /* now the sink waits for the reader, which waits for the application */
	assert_in_range(stop_ms(in), 0, 1000);
	assert_in_range(stop_ms(back), 0, 1000);
	gst_sample_unref(first);
}

static void errors_name_what_is_missing(void **state)
{
	GError *error;
	GstElement *alone =
		pipeline_play("xfsrc domain=nobody-there wait-for-connection=false ! fakesink");
	GstMessage *message = pipeline_message(alone, GST_MESSAGE_ERROR);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND));
	assert_non_null(strstr(error->message, "xf://nobody-there/frames"));
	g_error_free(error);
	gst_message_unref(message);
	pipeline_end(alone);
	GstElement *one =
		pipeline_play("videotestsrc ! xfsink name=two sync=false wait-for-connection=true");
	g_usleep(100000);
	GstElement *other = pipeline_play("videotestsrc ! xfsink domain=two sync=false");
	message = pipeline_message(other, GST_MESSAGE_ERROR);
	gst_message_parse_error(message, &error, NULL);
	assert_non_null(strstr(error->message, "xf://two/frames"));
	g_error_free(error);
	gst_message_unref(message);
	pipeline_end(other);
	pipeline_end(one);
}

static void expect_no_caps(const struct xf_surface_desc *desc)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 3 };
	const struct xf_domain_params room = { .size = sizeof(room),
		.payload_bytes = UINT64_C(16) << 30 }; /* most of it never touched */
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	GError *error;
	assert_int_equal(xf_domain_open_or_create("numbers", &room, &domain), 0);
	assert_int_equal(xf_stream_create(domain, &params, "frames", &stream), 0);
	GstElement *back = pipeline_play("xfsrc domain=numbers ! fakesink");
	assert_int_equal(xf_stream_wait_readers(stream, 1, xf_deadline(INT64_C(30000000000))), 0);
	assert_int_equal(xf_stream_hold(stream, XF_NEVER, &frame), 0);
	assert_int_equal(xf_stream_publish(stream, &frame, NULL), 0);
	GstMessage *message = pipeline_message(back, GST_MESSAGE_ERROR);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE));
	assert_non_null(strstr(error->message, "xf://numbers/frames"));
	g_error_free(error);
	gst_message_unref(message);
	pipeline_end(back);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

/* Numbers, which are no picture; and rows so far apart that GStreamer would go backwards. */
static void what_has_no_caps_is_an_error(void **state)
{
	const struct xf_surface_desc numbers = { .size = sizeof(numbers),
		.fourcc = XF_FORMAT_TENSOR,
		.tensor = { .dtype = XF_DTYPE_F32, .n_dims = 2, .dims = { 3, 4 } } };
	const struct xf_surface_desc far_apart = { .size = sizeof(far_apart),
		.fourcc = XF_FORMAT_R8,
		.width_px = 64,
		.height_px = 2,
		.n_planes = 1,
		.planes = { { .stride_bytes = 0x80000040 } } };
	expect_no_caps(&numbers);
	expect_no_caps(&far_apart);
}

/* One picture in memory, however many read it. */
static void three_readers_and_no_copy(void **state)
{
	GstElement *back[3];
	int frames[3] = { 0 };
	GstElement *in = pipeline_play("videotestsrc is-live=true num-buffers=50 pattern=ball ! "
				       "video/x-raw,format=NV12,width=64,height=64,framerate=50/1 "
				       "! xfsink name=three surfaces=32");
	for (int i = 0; i < 3; i++)
		back[i] = pipeline_play("xfsrc name=from domain=three max-held=8 ! " OUT);
	for (int active = 7, i = 0; active; i = (i + 1) % 3) { /* in turns: each waits for all */
		GstSample *got = active & 1 << i ? pipeline_pull(back[i]) : NULL;
		if (got)
			frames[i]++, gst_sample_unref(got);
		else
			active &= ~(1 << i);
	}
	for (int i = 0; i < 3; i++) {
		assert_true(frames[i] > 0);
		assert_int_equal(pipeline_get(back[i], "from", "copied"), 0);
	}
	assert_int_equal(pipeline_get(in, "three", "copied"), 0);
	for (int i = 0; i < 3; i++)
		pipeline_end(back[i]);
	pipeline_end(in);
}

static void streams_are_listed_as_devices(void **state)
{
	GstElement *in = pipeline_play("videotestsrc is-live=true ! xfsink name=shown");
	GstDeviceProvider *provider = gst_device_provider_factory_get_by_name("xfdeviceprovider");
	GList *devices = NULL;
	for (int tries = 0; !devices; tries++) {
		assert_true(tries < 1000);
		g_usleep(10000);
		devices = gst_device_provider_get_devices(provider);
	}
	gchar *name = gst_device_get_display_name(devices->data);
	assert_string_equal(name, "shown/frames");
	g_free(name);
	assert_true(gst_device_has_classes(devices->data, "Video/Source"));
	GstCaps *caps = gst_device_get_caps(devices->data);
	assert_string_equal(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video/x-raw");
	gst_caps_unref(caps);
	g_list_free_full(devices, gst_object_unref);
	gst_object_unref(provider);
	pipeline_end(in);
}

/* An encoder that makes one key unit by itself makes another one for who comes late. */
static void a_late_reader_of_encoded_video_sees_something(void **state)
{
	GstElementFactory *encoder = gst_element_factory_find("vp8enc");
	if (!encoder)
		skip(); /* of gstreamer1.0-plugins-good */
	gst_object_unref(encoder);
	GstElement *in = pipeline_play("videotestsrc is-live=true ! "
				       "video/x-raw,format=I420,width=64,height=64,framerate=50/1 "
				       "! vp8enc deadline=1 keyframe-max-dist=100000 ! "
				       "xfsink name=sink domain=late sync=false");
	GstElement *first = pipeline_play("xfsrc domain=late policy=latest ! appsink name=out "
					  "sync=false max-buffers=1 drop=true");
	gst_sample_unref(pipeline_pull(first)); /* the key unit, or what comes after it */
	GstElement *late = pipeline_play("xfsrc domain=late ! vp8dec ! "
					 "appsink name=out sync=false");
	gst_sample_unref(pipeline_pull(late));
	pipeline_end(late);
	pipeline_end(first);
	pipeline_end(in);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_arrive_as_they_were),
		cmocka_unit_test(anything_else_arrives_as_bytes),
		cmocka_unit_test(producers_are_killed),
		cmocka_unit_test(readers_are_killed),
		cmocka_unit_test(what_a_frame_says_of_itself_arrives),
		cmocka_unit_test(sizes_change_between_frames),
		cmocka_unit_test(what_others_keep_is_copied),
		cmocka_unit_test(who_keeps_more_than_there_is_goes_on),
		cmocka_unit_test(rows_lie_as_upstream_asks),
		cmocka_unit_test(sound_and_pictures_stay_together),
		cmocka_unit_test(every_wait_ends_when_told),
		cmocka_unit_test(errors_name_what_is_missing),
		cmocka_unit_test(what_has_no_caps_is_an_error),
		cmocka_unit_test(three_readers_and_no_copy),
		cmocka_unit_test(streams_are_listed_as_devices),
		cmocka_unit_test(a_late_reader_of_encoded_video_sees_something),
	};
	if (argc == 3 && !strcmp(argv[1], "--child"))
		return pipeline_child(argv[2]);
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
