/* SPDX-License-Identifier: MIT */
/*
 * xfsrc beside a member that says what it likes, and domains that can only be looked at: errors
 * with a domain, a code and a sentence, or frames; never a crash, or a state that cannot be left.
 */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

struct liar {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

/* A stream of 64 x 64 grey pixels whose format's own bytes are `blob`. */
static struct liar lie(const char *blob, uint32_t rate_num, uint32_t rate_den)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.blob = blob,
		.blob_size = (uint32_t)strlen(blob),
		.rate_num = rate_num,
		.rate_den = rate_den };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct liar liar;
	assert_int_equal(xf_domain_open_or_create("liar", NULL, &liar.domain), 0);
	assert_int_equal(xf_stream_create(liar.domain, &params, "frames", &liar.stream), 0);
	return liar;
}

static void publish(struct liar *liar, const struct xf_frame_info *info)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_hold(liar->stream, xf_deadline(30 * SECOND), &frame);
	assert_int_equal(r, 0);
	assert_int_equal(xf_stream_publish(liar->stream, &frame, info), 0);
}

static void come_clean(struct liar *liar)
{
	xf_stream_close(liar->stream);
	xf_domain_leave(liar->domain);
}

static void wait_for_reader(struct liar *liar)
{
	assert_int_equal(xf_stream_wait_readers(liar->stream, 1, xf_deadline(30 * SECOND)), 0);
}

static void caps_that_contradict_the_surface_are_an_error(void **state)
{
	static const char *const blobs[] = {
		"gst 0,0 video/x-raw,format=GRAY8,width=4096,height=4096,framerate=1/1",
		"gst 0,0 video/x-raw,format=RGBA,width=64,height=64,framerate=1/1",
		"gst 0,0 video/x-raw,format=I420,width=32,height=32,framerate=1/1",
		"gst 60,60 video/x-raw,format=GRAY8,width=64,height=64,framerate=1/1",
		"gst 99999,99999 video/x-raw,format=GRAY8,width=1,height=1,framerate=1/1",
		"gst 0,0 video/x-raw,format=v210,width=4000,height=4000,framerate=1/1",
		"gst 0,0 video/x-raw,format=GRAY8,width=-5,height=64",
		"gst 0,0 video/x-raw,format=[1,2],width=64,height=64",
		"gst 0,0 video/x-raw",
		"gst 0,0 ANY",
		"gst 0,0 NONE",
		"gst 0,0 ",
		"gst 0,0 ((((((((({{{{{{{{{[[[[[[",
		"gst 123456,0 video/x-raw",
		"gst ,",
		"gst -1,-1 x/y",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(blobs); i++) {
		struct liar liar = lie(blobs[i], 0, 0);
		GstElement *back = pipeline_play("xfsrc domain=liar ! fakesink");
		GError *error;
		wait_for_reader(&liar);
		publish(&liar, NULL);
		GstMessage *message = pipeline_message(back, GST_MESSAGE_ERROR);
		gst_message_parse_error(message, &error, NULL);
		if (!g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE))
			fail_msg("%s: %s", blobs[i], error->message);
		assert_non_null(strstr(error->message, "xf://liar/frames"));
		g_error_free(error);
		gst_message_unref(message);
		pipeline_end(back);
		come_clean(&liar);
	}
}

/* The caps that xfsrc makes of what a liar says; NULL: an error, as the other test has it. */
static GstCaps *caps_of(const char *blob)
{
	struct liar liar = lie(blob, 0, 0);
	struct xf_frame_info info = { .size = sizeof(info), .data_size = 32 };
	memcpy(info.data, "GX02\5\0\0\0", 8);
	GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
	GstBus *bus = gst_element_get_bus(back);
	GstElement *out = gst_bin_get_by_name(GST_BIN(back), "out");
	GstSample *sample = NULL;
	GstMessage *error = NULL;
	wait_for_reader(&liar);
	publish(&liar, &info);
	for (int tries = 0; !sample && !error && tries < 1500; tries++) {
		g_signal_emit_by_name(out, "try-pull-sample", 20 * GST_MSECOND, &sample);
		error = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	}
	GstCaps *caps = sample ? gst_caps_ref(gst_sample_get_caps(sample)) : NULL;
	if (!sample && !error)
		fail_msg("%s: neither frames nor an error", blob);
	if (sample)
		gst_sample_unref(sample);
	if (error)
		gst_message_unref(error);
	gst_object_unref(out);
	gst_object_unref(bus);
	pipeline_end(back);
	come_clean(&liar);
	return caps;
}

/*
 * Types, values and brackets that GStreamer's own reader reports as faults of the program that lets
 * it read them: here they would end the test.
 */
static void caps_of_any_text_are_caps_or_an_error(void **state)
{
	static const char *const types[] = { "", "(int)", "(fraction)", "(string)", "(buffer)",
		"(structure)", "(GstCaps)", "(taglist)", "(GstSample)", "(void)", "(GValueArray)" };
	static const char *const values[] = { "[1,2]", "[1,10,0]", "[2,1]", "{1,2}", "{}", "<1,x>",
		"<NULL,a>", "1/0", "-1", "\"\\377\"", "\"x", "1;2", "[ANY]", "[x/y, z=[1,2]]", "zz",
		"99999999999999999999", "" };
	static const char *const texts[] = { "a/b; c/d", "a/b(ANY)", "a/b(x)", "a/b()", "a", "ANY;",
		"EMPTY", "video/x-raw-yuv", "a/b(memory:1)", "a/b, =1", "a/b, c",
		"a/b, c=", "a/b,,", "\xff\xff", "a/b, c=\xff", "a/b, c\xff=1",
		"a/b, c=(string)\"\xff\"", "video/x-raw, format=(int)5, width=64, height=64",
		"video/x-raw, format=GRAY8, width=1/2, height=true",
		("video/x-raw, format=GRAY8, width=64, height=64, interlace-mode=7, views=x, "
		 "colorimetry=1, chroma-site=(int)1, field-order=(fraction)1/2") };
	/* Each type and each value, a third of the pairs. */
	for (gsize i = 0; i < G_N_ELEMENTS(types) * G_N_ELEMENTS(values); i += 3) {
		char blob[200];
		snprintf(blob, sizeof(blob), "gst 0,0 a/b, c=%s%s", types[i / G_N_ELEMENTS(values)],
			values[i % G_N_ELEMENTS(values)]);
		GstCaps *caps = caps_of(blob);
		assert_true(!caps || gst_caps_is_fixed(caps));
		gst_clear_caps(&caps);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		char blob[300];
		snprintf(blob, sizeof(blob), "gst 0,0 %s", texts[i]);
		GstCaps *caps = caps_of(blob);
		assert_true(!caps || gst_caps_is_fixed(caps));
		gst_clear_caps(&caps);
	}
}

#define PICTURE "video/x-raw,format=GRAY8,width=64,height=64"

/* Elements reckon with a picture's rate and shape as they come. */
static void rates_and_shapes_that_cannot_be_say_nothing(void **state)
{
	static const char *const said[][2] = {
		{ ",framerate=(fraction)-1/1", ",framerate=0/1" },
		{ ",framerate=(int)5", ",framerate=0/1" },
		{ ",framerate=30/1,pixel-aspect-ratio=0/1",
			",framerate=30/1,pixel-aspect-ratio=1/1" },
		{ ",pixel-aspect-ratio=(fraction)-4/3", ",pixel-aspect-ratio=1/1" },
		{ ",pixel-aspect-ratio=(string)x", ",pixel-aspect-ratio=1/1" },
		{ ",framerate=0/1,max-framerate=(fraction)-5/1",
			",framerate=0/1,max-framerate=0/1" },
		{ ",framerate=1/1,multiview-mode=(string)x", ",framerate=1/1" },
	};
	for (gsize i = 0; i < G_N_ELEMENTS(said); i++) {
		char blob[200];
		snprintf(blob, sizeof(blob), "gst 0,0 " PICTURE "%s", said[i][0]);
		GstCaps *got = caps_of(blob);
		snprintf(blob, sizeof(blob), PICTURE "%s", said[i][1]);
		GstCaps *want = gst_caps_from_string(blob);
		if (!got || !gst_caps_is_equal(got, want))
			fail_msg("%s: %" GST_PTR_FORMAT, said[i][0], got);
		gst_caps_unref(got);
		gst_caps_unref(want);
	}
}

static void is_said_or_not(const char *caps, gboolean said)
{
	char blob[300];
	snprintf(blob, sizeof(blob), "gst 0,0 %s", caps);
	GstCaps *got = caps_of(blob);
	if (said != (got != NULL))
		fail_msg("%s: %" GST_PTR_FORMAT, caps, got);
	gst_clear_caps(&got);
}

/* Of -2147483648 and of what is more digits than an int GStreamer says that the program is wrong.
 */
static void fractions_are_those_of_an_int(void **state)
{
	static const char *const none[] = { "1/-2147483648", "-2147483648/1", "1/2147483648",
		"2147483648/1", "1/4294967296", "9223372034707292160/1",
		"1/99999999999999999999999", "+2147483648/3" };
	static const char *const forms[] = { "x/y,a=(fraction)FRACTION", "x/y,a=FRACTION",
		"x/y,a=(fraction)<1/2,FRACTION>", "x/y,a=(structure)[z,b=(fraction)FRACTION]",
		"x/y,a=(fraction)\"FRACTION\"", PICTURE ",framerate=FRACTION",
		PICTURE ",pixel-aspect-ratio=FRACTION" };
	for (gsize i = 0; i < G_N_ELEMENTS(none) * G_N_ELEMENTS(forms); i++) {
		gchar **around = g_strsplit(forms[i % G_N_ELEMENTS(forms)], "FRACTION", 2);
		gchar *caps = g_strjoinv(none[i / G_N_ELEMENTS(forms)], around);
		is_said_or_not(caps, FALSE);
		g_free(caps);
		g_strfreev(around);
	}
	is_said_or_not("x/y,a=(fraction)-2147483648", FALSE);
	is_said_or_not("x/y,a=(fraction)\"\\061/-2147483648\"", FALSE);
	is_said_or_not("x/y,a=(fraction)-2147483647/2147483647,b=2147483647/-2", TRUE);
	is_said_or_not("x/y,a=(fraction)5,b=(string)1/-2147483648,c=(string)99999999999/1", TRUE);
}

static void channels_are_where_they_can_be(void **state)
{
	static const struct {
		const char *channels;
		gboolean are;
	} all[] = {
		{ "channels=2,channel-mask=(bitmask)0x8000000000000001", FALSE },
		{ "channels=64,channel-mask=(bitmask)0xffffffffffffffff", FALSE },
		{ "channels=1,channel-mask=(bitmask)0x8000000000000000", FALSE },
		{ "channels=29,channel-mask=(bitmask)0x1fffffff", FALSE },
		{ "channels=3,channel-mask=(bitmask)3", FALSE },
		{ "channels=0,channel-mask=(bitmask)0", FALSE },
		{ "channels=0", FALSE },
		{ "channels=-1,channel-mask=(bitmask)1", FALSE },
		{ "channels=2147483647,channel-mask=(bitmask)0xf", FALSE },
		{ "channels=1", TRUE },
		{ "channels=2", TRUE },
		{ "channels=2,channel-mask=(bitmask)3", TRUE },
		{ "channels=1,channel-mask=(bitmask)4", TRUE },
		{ "channels=28,channel-mask=(bitmask)0xfffffff", TRUE },
		{ "channels=100,channel-mask=(bitmask)0", TRUE },
	};
	static const char *const layouts[] = { "interleaved", "non-interleaved" };
	char caps[200];
	for (gsize i = 0; i < G_N_ELEMENTS(all) * G_N_ELEMENTS(layouts); i++) {
		snprintf(caps, sizeof(caps), "audio/x-raw,format=S16LE,rate=8000,layout=%s,%s",
			layouts[i % 2], all[i / 2].channels);
		is_said_or_not(caps, all[i / 2].are);
	}
}

#define SOUND "audio/x-raw,format=S16LE,layout="

/* GStreamer takes a rate for granted, and that channels can be counted and their bytes too. */
static void sound_has_a_rate_and_channels_that_can_be_found(void **state)
{
	static const char *const none[] = { SOUND "interleaved,channels=2,rate=0",
		SOUND "non-interleaved,channels=2,rate=0", SOUND "interleaved,channels=2,rate=-1",
		SOUND "interleaved,channels=1,rate=-2147483648",
		SOUND "interleaved,channels=2147483647,rate=1,channel-mask=(bitmask)0",
		SOUND "interleaved,channels=1073741824,rate=1,channel-mask=(bitmask)0",
		SOUND "non-interleaved,channels=257,rate=1,channel-mask=(bitmask)0",
		SOUND "non-interleaved,channels=99999,rate=1,channel-mask=(bitmask)0" };
	for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
		is_said_or_not(none[i], FALSE);
	is_said_or_not(SOUND "interleaved,channels=99999,rate=1,channel-mask=(bitmask)0", TRUE);
	is_said_or_not(SOUND "non-interleaved,channels=256,rate=1,channel-mask=(bitmask)0", TRUE);
	is_said_or_not(SOUND "interleaved,channels=2,rate=2147483647", TRUE);
}

/* GStreamer reckons with sides in int; so does whoever adds where a picture begins. */
static void sides_beyond_all_reckoning_are_no_picture(void **state)
{
	static const int sides[] = { 1 << 16, 1 << 30, G_MAXINT - 4095, G_MAXINT - 47, G_MAXINT };
	static const int edges[] = { 0, 64, 99999 };
	static const char *const shapes[] = { "video/x-raw,height=1,width=",
		"video/x-raw,width=1,height=",
		"video/x-raw(format:Interlaced),interlace-mode=alternate,width=1,height=" };
	static const char *const formats[] = { "GRAY8", "v210" };
	char blob[200];
	for (gsize i = 0; i < G_N_ELEMENTS(sides) * G_N_ELEMENTS(edges); i++)
		for (gsize k = 0; k < G_N_ELEMENTS(shapes) * G_N_ELEMENTS(formats); k++) {
			int edge = edges[i % G_N_ELEMENTS(edges)];
			snprintf(blob, sizeof(blob), "gst %d,%d %s%d,format=%s,framerate=1/1",
				k % 3 ? 0 : edge, k % 3 ? edge : 0, shapes[k % 3],
				sides[i / G_N_ELEMENTS(edges)], formats[k / G_N_ELEMENTS(shapes)]);
			GstCaps *caps = caps_of(blob);
			if (caps)
				fail_msg("%s is a picture", blob);
		}
}

/* Whoever says so means memory of its own. */
static void memory_of_devices_is_no_memory_here(void **state)
{
	static const char *const features[] = { "memory:GLMemory", "memory:DMABuf",
		"memory:CUDAMemory", "meta:GstVideoOverlayComposition",
		"memory:SystemMemory, meta:GstVideoOverlayComposition" };
	char blob[200];
	for (gsize i = 0; i < G_N_ELEMENTS(features); i++) {
		snprintf(blob, sizeof(blob),
			"gst 0,0 video/x-raw(%s),format=GRAY8,width=64,height=64", features[i]);
		assert_null(caps_of(blob));
	}
	GstCaps *caps = caps_of("gst 0,0 video/x-raw(memory:SystemMemory),format=GRAY8,width=64,"
				"height=64");
	assert_non_null(caps);
	gst_caps_unref(caps);
}

/* Frames whose caps lie nowhere are left out; those that follow are not. */
static void caps_that_are_gone_are_passed_over(void **state)
{
	static const char *const blobs[] = { "gst 0,0 @ffffffffffffffff 99999999", "gst 0,0 @0 10",
		"gst 0,0 @", "gst 0,0 @zz 1", "gst 0,0 @4000001 18446744073709551615" };
	static const char good[] = "gst 0,0 audio/x-what";
	for (gsize i = 0; i < G_N_ELEMENTS(blobs); i++) {
		struct liar liar = lie(blobs[i], 0, 0);
		struct xf_surface_desc desc = { .size = sizeof(desc),
			.width_px = 64,
			.height_px = 64,
			.fourcc = XF_FORMAT_R8 };
		struct xf_stream_format format = { .size = sizeof(format),
			.desc = &desc,
			.blob = good,
			.blob_size = sizeof(good) - 1 };
		struct xf_frame_info info = { .size = sizeof(info), .data_size = 32 };
		GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
		wait_for_reader(&liar);
		publish(&liar, NULL);
		assert_int_equal(xf_stream_set_format(liar.stream, &format), 0);
		memcpy(info.data, "GX02\5\0\0\0", 8);
		publish(&liar, &info);
		GstSample *sample = pipeline_pull(back);
		assert_int_equal(gst_buffer_get_size(gst_sample_get_buffer(sample)), 5);
		gst_sample_unref(sample);
		pipeline_end(back);
		come_clean(&liar);
	}
}

/* A stream whose caps lie elsewhere. */
static struct liar lie_at_length(const char *caps, struct xf_surface **ret_text)
{
	char blob[100];
	void *data;
	size_t size = strlen(caps);
	const struct xf_surface_desc there = { .size = sizeof(there),
		.width_px = (uint32_t)size,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct liar liar = lie("first", 0, 0);
	assert_int_equal(xf_surface_create(liar.domain, &there, 0, ret_text), 0);
	assert_int_equal(xf_surface_begin(*ret_text, XF_ACCESS_WRITE, &data), 0);
	memcpy(data, caps, size);
	xf_surface_end(*ret_text);
	snprintf(blob, sizeof(blob), "gst 0,0 @%llx %zu",
		(unsigned long long)xf_surface_id(*ret_text), size);
	const struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.blob = blob,
		.blob_size = (uint32_t)strlen(blob) };
	assert_int_equal(xf_stream_set_format(liar.stream, &format), 0);
	return liar;
}

/* A reader has taken a frame of such caps, whatever became of it. */
static void read_at_length(const char *caps)
{
	struct xf_surface *text;
	struct liar liar = lie_at_length(caps, &text);
	GstElement *back = pipeline_play("xfsrc domain=liar ! fakesink");
	wait_for_reader(&liar);
	publish(&liar, NULL);
	publish(&liar, NULL); /* taken, when what came before has been looked at */
	assert_int_equal(xf_stream_drain(liar.stream, xf_deadline(30 * SECOND)), 0);
	pipeline_end(back);
	xf_surface_close(text);
	come_clean(&liar);
}

/* GStreamer reads one bracket within another by calling itself. */
static void caps_nested_without_end_are_no_caps(void **state)
{
	enum { DEPTH = 1 << 20 };
	static const char *const begins[] = { "x/y, a={", "x/y, a=[", "x/y, a=<",
		"x/y, a=(structure)[b, c=" };
	for (gsize i = 0; i < G_N_ELEMENTS(begins); i++) {
		gsize repeated = i < 3 ? strlen(begins[i]) - 1 : strlen("x/y, a=");
		GString *caps = g_string_new_len(begins[i], (gssize)repeated);
		while (caps->len < DEPTH)
			g_string_append(caps, begins[i] + repeated);
		g_string_truncate(caps, DEPTH);
		read_at_length(caps->str);
		g_string_free(caps, TRUE);
	}
}

/* ---- names, which GLib keeps for ever ---- */

static const char *const named[] = { "x/y,%s=1", "%s,a=1", "x/y(%s:a),b=1", "x/y(a:%s),b=1",
	"x/y,a=(structure)[%s,b=1]", "x/y,a=(structure)[b,%s=1]" };

static void no_name_is_longer_than_names_are(void **state)
{
	for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
		gchar *name = g_strnfill(100000, (gchar)('a' + (gchar)i));
		gchar **around = g_strsplit(named[i], "%s", 2);
		gchar *caps = g_strjoinv(name, around);
		read_at_length(caps);
		assert_int_equal(g_quark_try_string(name), 0);
		g_strfreev(around);
		g_free(caps);
		g_free(name);
	}
}

static gchar *nth_name(guint place, guint n)
{
	return g_strdup_printf(
		"name%c%c%c%c", 'a' + place, 'a' + n / 26 / 26, 'a' + n / 26 % 26, 'a' + n % 26);
}

/* Caps each with hundreds of names that nobody had before, in all places where names are. */
static void names_do_not_grow_without_bound(void **state)
{
	enum { NAMES = 700 };
	guint known = 0;
	for (guint i = 0; i < 3; i++) {
		GString *caps = g_string_new("x/y");
		for (guint n = 0; n < NAMES; n++) {
			gchar *name = nth_name(i, n);
			g_string_append_printf(
				caps, n % 2 ? ",%s=1" : ",a=(structure)[b,%s=1]", name);
			g_free(name);
		}
		read_at_length(caps->str);
		g_string_free(caps, TRUE);
		for (guint n = 0; n < NAMES; n++) {
			gchar *name = nth_name(i, n);
			known += g_quark_try_string(name) != 0;
			g_free(name);
		}
		assert_in_range(known, NAMES, 1100);
	}
	/* Of names that are known there may be caps, still. */
	is_said_or_not(PICTURE ",framerate=1/1", TRUE);
}

/* Elements believe what buffers say. */
static void a_buffer_never_promises_what_is_not_there(void **state)
{
	static const char *const blobs[] = {
		"gst 8,8 video/x-raw,format=GRAY8,width=48,height=48,framerate=25/1",
		"gst 0,0 audio/x-raw,format=S16LE,rate=8000,channels=1", ""
	};
	GRand *rand = g_rand_new_with_seed(17);
	for (gsize b = 0; b < G_N_ELEMENTS(blobs); b++)
		for (int i = 0; i < 150; i++) {
			struct liar liar = lie(blobs[b], (uint32_t)i * 7, (uint32_t)i % 3);
			GstElement *back = pipeline_play(
				"xfsrc domain=liar is-live=false ! appsink name=out sync=false");
			struct xf_frame_info info = { .size = sizeof(info) };
			info.pts_ns = g_rand_boolean(rand) ? G_MAXUINT64 - 1 : g_rand_int(rand);
			info.dts_ns = info.duration_ns = info.pts_ns ^ g_rand_int(rand);
			info.flags = g_rand_int(rand) & (XF_FRAME_KEY | XF_FRAME_DISCONT);
			info.fence = i % 10 ? 0 : g_rand_int(rand);
			info.crop = (struct xf_rect){ g_rand_int(rand) % 70, g_rand_int(rand) % 70,
				g_rand_int(rand), i % 2 ? 20 : g_rand_int(rand) };
			for (gsize k = 0; k < sizeof(info.data); k++)
				info.data[k] = (uint8_t)g_rand_int_range(rand, 0, 256);
			info.data_size = (uint32_t)g_rand_int_range(rand, 0, 257);
			if (i % 4) {
				memcpy(info.data, "GX02", 4);
				memset(info.data + 5, 0, i % 4 == 3 ? 7 : 3);
			}
			/* Records of a kind that there is. */
			for (gsize k = 32; k + 40 < sizeof(info.data); k += 2 + info.data[k + 1]) {
				info.data[k] = (uint8_t)(1 + i % 2);
				info.data[k + 1] %= 64;
			}
			wait_for_reader(&liar);
			publish(&liar, &info);
			info.fence = 0; /* what comes next, in case that one is never complete */
			publish(&liar, &info);
			GstBus *bus = gst_element_get_bus(back);
			GstElement *out = gst_bin_get_by_name(GST_BIN(back), "out");
			GstSample *sample = NULL;
			GstMessage *error = NULL;
			while (!sample && !error) {
				g_signal_emit_by_name(
					out, "try-pull-sample", 20 * GST_MSECOND, &sample);
				error = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
			}
			if (sample) {
				GstBuffer *buffer = gst_sample_get_buffer(sample);
				GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
				(void)pipeline_sum(sample); /* reads it all */
				if (crop)
					assert_true(crop->x + crop->width <= 64 &&
						    crop->y + crop->height <= 64);
				gst_sample_unref(sample);
			}
			if (error)
				gst_message_unref(error);
			gst_object_unref(out);
			gst_object_unref(bus);
			pipeline_end(back);
			come_clean(&liar);
		}
	g_rand_free(rand);
}

/* Reference times are of a clock that is named by caps; what names none is left out. */
static void clocks_of_any_name_are_named_or_left_out(void **state)
{
	static const char *const names[] = { "timestamp/x-ntp", "ANY", "a/b,c=(int)[1,2]",
		"a/b,c=(GstSample)AAA:AAA:AAA:AAA", "a/b; c/d", "a/b,c={", "\xff",
		"a/b,c=(buffer)zz" };
	struct liar liar = lie("gst 0,0 audio/x-what", 0, 0);
	GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
	wait_for_reader(&liar);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		struct xf_frame_info info = { .size = sizeof(info) };
		gsize size = strlen(names[i]);
		memcpy(info.data, "GX02\5\0\0\0", 8);
		info.data[32] = 1;
		info.data[33] = (uint8_t)(16 + size);
		memcpy(info.data + 50, names[i], size);
		info.data_size = (uint32_t)(50 + size);
		publish(&liar, &info);
		GstSample *sample = pipeline_pull(back);
		GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta(
			gst_sample_get_buffer(sample), NULL);
		assert_true(i ? !meta : meta && gst_caps_is_fixed(meta->reference));
		gst_sample_unref(sample);
	}
	pipeline_end(back);
	come_clean(&liar);
}

static void fails_with(const char *line, GQuark domain, gint code, const char *said)
{
	GstElement *pipeline = pipeline_play("%s", line);
	GstMessage *message = pipeline_message(pipeline, GST_MESSAGE_ERROR);
	GError *error;
	gst_message_parse_error(message, &error, NULL);
	if (!g_error_matches(error, domain, code) || !strstr(error->message, said))
		fail_msg("%s: %s, %d", line, error->message, error->code);
	g_error_free(error);
	gst_message_unref(message);
	pipeline_end(pipeline);
}

/* One that may be written to works as the name does. */
static void a_read_only_descriptor_is_an_error(void **state)
{
	struct liar liar = lie("", 25, 1);
	char line[100];
	int fd;
	assert_int_equal(xf_domain_export(liar.domain, XF_OPEN_LOOK_ONLY, &fd), 0);
	snprintf(line, sizeof(line), "xfsrc fd=%d ! fakesink", fd);
	fails_with(line, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "descriptor");
	snprintf(line, sizeof(line), "videotestsrc ! xfsink fd=%d", fd);
	fails_with(line, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "descriptor");
	close(fd);
	assert_int_equal(xf_domain_export(liar.domain, 0, &fd), 0);
	GstElement *back = pipeline_play("xfsrc fd=%d ! appsink name=out sync=false", fd);
	wait_for_reader(&liar);
	publish(&liar, NULL);
	gst_sample_unref(pipeline_pull(back));
	pipeline_end(back);
	close(fd);
	come_clean(&liar);
}

static void errors_have_a_code_and_an_address(void **state)
{
	struct liar liar = lie("", 25, 1);
	fails_with("xfsrc domain=cma connection-timeout=30000000 ! fakesink", GST_RESOURCE_ERROR,
		GST_RESOURCE_ERROR_NOT_FOUND, "xf://cma/frames");
	fails_with("xfsrc domain=liar label=no wait-for-connection=false ! fakesink",
		GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "xf://liar/no");
	fails_with("videotestsrc ! xfsink domain=liar", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
		"xf://liar/frames");
	fails_with("videotestsrc ! xfsink domain=a/b", GST_RESOURCE_ERROR,
		GST_RESOURCE_ERROR_OPEN_WRITE, "xf://a%2Fb/frames");
	fails_with(
		"fakesrc ! xfsink domain=mute", GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "caps");
	fails_with("fakesrc ! video/x-raw,format=RGBA,width=16384,height=16384,framerate=30/1 ! "
		   "xfsink domain=big",
		GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "fewer \"surfaces\"");
	publish(&liar, NULL);
	fails_with("xfsrc domain=liar ! audio/x-raw ! fakesink", GST_CORE_ERROR,
		GST_CORE_ERROR_NEGOTIATION, "xf://liar/frames: video/x-raw");
	come_clean(&liar);
}

/* What no reader could make anything of is not carried as bytes. */
static void raw_frames_without_a_shape_are_an_error(void **state)
{
	static const char *const caps[][2] = {
		{ "video/x-raw,format=I420", "width" },
		{ "video/x-raw,format=I420,width=64", "height" },
		{ "video/x-raw,width=64,height=64", "format" },
		{ "audio/x-raw,format=S16LE,rate=8000", "channels" },
		{ "audio/x-raw,format=S16LE,channels=1", "rate" },
	};
	for (gsize i = 0; i < G_N_ELEMENTS(caps); i++) {
		gchar *line = g_strdup_printf(
			"fakesrc sizetype=fixed sizemax=100 ! %s ! xfsink domain=bare", caps[i][0]);
		fails_with(line, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, caps[i][1]);
		g_free(line);
	}
}

/* Nobody but the reader is left of a domain: it waits, for whoever comes, and can be stopped. */
static void a_domain_that_ends_is_waited_for(void **state)
{
	struct liar liar = lie("", 25, 1);
	GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
	wait_for_reader(&liar);
	publish(&liar, NULL);
	gst_sample_unref(pipeline_pull(back));
	come_clean(&liar);
	g_usleep(50000);
	liar = lie("", 25, 1);
	publish(&liar, NULL);
	gst_sample_unref(pipeline_pull(back));
	come_clean(&liar);
	gint64 start = g_get_monotonic_time();
	pipeline_end(back);
	assert_in_range(g_get_monotonic_time() - start, 0, 10000000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_that_contradict_the_surface_are_an_error),
		cmocka_unit_test(caps_of_any_text_are_caps_or_an_error),
		cmocka_unit_test(rates_and_shapes_that_cannot_be_say_nothing),
		cmocka_unit_test(sides_beyond_all_reckoning_are_no_picture),
		cmocka_unit_test(fractions_are_those_of_an_int),
		cmocka_unit_test(channels_are_where_they_can_be),
		cmocka_unit_test(sound_has_a_rate_and_channels_that_can_be_found),
		cmocka_unit_test(memory_of_devices_is_no_memory_here),
		cmocka_unit_test(clocks_of_any_name_are_named_or_left_out),
		cmocka_unit_test(caps_that_are_gone_are_passed_over),
		cmocka_unit_test(caps_nested_without_end_are_no_caps),
		cmocka_unit_test(a_buffer_never_promises_what_is_not_there),
		cmocka_unit_test(a_read_only_descriptor_is_an_error),
		cmocka_unit_test(errors_have_a_code_and_an_address),
		cmocka_unit_test(raw_frames_without_a_shape_are_an_error),
		cmocka_unit_test(a_domain_that_ends_is_waited_for),
		cmocka_unit_test(no_name_is_longer_than_names_are),
		cmocka_unit_test(names_do_not_grow_without_bound), /* the last: for later ones are
								      too many */
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
