/* SPDX-License-Identifier: MIT */
/* What xfsrc makes of a stranger's caps: caps that elements can take, or an error. */
#include "liar.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>

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
		struct liar liar = liar_lie(blobs[i], 0, 0);
		GstElement *back = pipeline_play("xfsrc domain=liar ! fakesink");
		GError *error;
		liar_wait_for_reader(&liar);
		liar_publish(&liar, NULL);
		GstMessage *message = pipeline_message(back, GST_MESSAGE_ERROR);
		gst_message_parse_error(message, &error, NULL);
		if (!g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE))
			fail_msg("%s: %s", blobs[i], error->message);
		assert_non_null(strstr(error->message, "xf://liar/frames"));
		g_error_free(error);
		gst_message_unref(message);
		pipeline_end(back);
		liar_come_clean(&liar);
	}
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
		GstCaps *caps = liar_caps_of(blob);
		assert_true(!caps || gst_caps_is_fixed(caps));
		gst_clear_caps(&caps);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		char blob[300];
		snprintf(blob, sizeof(blob), "gst 0,0 %s", texts[i]);
		GstCaps *caps = liar_caps_of(blob);
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
		GstCaps *got = liar_caps_of(blob);
		snprintf(blob, sizeof(blob), PICTURE "%s", said[i][1]);
		GstCaps *want = gst_caps_from_string(blob);
		if (!got || !gst_caps_is_equal(got, want))
			fail_msg("%s: %" GST_PTR_FORMAT, said[i][0], got);
		gst_caps_unref(got);
		gst_caps_unref(want);
	}
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
		liar_is_said(caps, FALSE);
		g_free(caps);
		g_strfreev(around);
	}
	liar_is_said("x/y,a=(fraction)-2147483648", FALSE);
	liar_is_said("x/y,a=(fraction)\"\\061/-2147483648\"", FALSE);
	liar_is_said("x/y,a=(fraction)-2147483647/2147483647,b=2147483647/-2", TRUE);
	liar_is_said("x/y,a=(fraction)5,b=(string)1/-2147483648,c=(string)99999999999/1", TRUE);
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
		liar_is_said(caps, all[i / 2].are);
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
		liar_is_said(none[i], FALSE);
	liar_is_said(SOUND "interleaved,channels=99999,rate=1,channel-mask=(bitmask)0", TRUE);
	liar_is_said(SOUND "non-interleaved,channels=256,rate=1,channel-mask=(bitmask)0", TRUE);
	liar_is_said(SOUND "interleaved,channels=2,rate=2147483647", TRUE);
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
			GstCaps *caps = liar_caps_of(blob);
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
		assert_null(liar_caps_of(blob));
	}
	GstCaps *caps =
		liar_caps_of("gst 0,0 video/x-raw(memory:SystemMemory),format=GRAY8,width=64,"
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
		struct liar liar = liar_lie(blobs[i], 0, 0);
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
		liar_wait_for_reader(&liar);
		liar_publish(&liar, NULL);
		assert_int_equal(xf_stream_set_format(liar.stream, &format), 0);
		memcpy(info.data, "GX02\5\0\0\0", 8);
		liar_publish(&liar, &info);
		GstSample *sample = pipeline_pull(back);
		assert_int_equal(gst_buffer_get_size(gst_sample_get_buffer(sample)), 5);
		gst_sample_unref(sample);
		pipeline_end(back);
		liar_come_clean(&liar);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_that_contradict_the_surface_are_an_error),
		cmocka_unit_test(caps_of_any_text_are_caps_or_an_error),
		cmocka_unit_test(rates_and_shapes_that_cannot_be_say_nothing),
		cmocka_unit_test(fractions_are_those_of_an_int),
		cmocka_unit_test(channels_are_where_they_can_be),
		cmocka_unit_test(sound_has_a_rate_and_channels_that_can_be_found),
		cmocka_unit_test(sides_beyond_all_reckoning_are_no_picture),
		cmocka_unit_test(memory_of_devices_is_no_memory_here),
		cmocka_unit_test(caps_that_are_gone_are_passed_over),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
