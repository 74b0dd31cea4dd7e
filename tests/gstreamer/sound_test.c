/* SPDX-License-Identifier: MIT */
/* Sound whose channels lie one after another arrives with each where it says. */
#include "pipeline.h"

#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>

#define CHANNELS 3
#define PLANAR                                                                                     \
	"audio/x-raw,format=S16LE,rate=48000,channels=3,channel-mask=(bitmask)7,"                  \
	"layout=non-interleaved"

/* Of each channel `samples`, after `before` others; the value says which channel and which one. */
static GstBuffer *buffer_of(const GstAudioInfo *info, gsize samples, gsize before)
{
	gsize room = before + samples;
	gint16 *data = g_new(gint16, CHANNELS * room);
	for (gsize c = 0; c < CHANNELS; c++)
		for (gsize i = 0; i < room; i++)
			data[c * room + i] = (gint16)(10000 * c + i);
	GstBuffer *buffer = gst_buffer_new_wrapped(data, CHANNELS * room * sizeof(*data));
	gst_buffer_add_audio_meta(buffer, info, room, NULL);
	return gst_audio_buffer_truncate(buffer, GST_AUDIO_INFO_BPF(info), before, samples);
}

static void is_as_sent(GstBuffer *buffer, const GstAudioInfo *info, gsize samples, gsize before)
{
	GstAudioBuffer sound;
	assert_true(gst_audio_buffer_map(&sound, info, buffer, GST_MAP_READ));
	assert_int_equal(GST_AUDIO_BUFFER_N_SAMPLES(&sound), samples);
	assert_int_equal(GST_AUDIO_BUFFER_N_PLANES(&sound), CHANNELS);
	for (gsize c = 0; c < CHANNELS; c++)
		for (gsize i = 0; i < samples; i++)
			assert_int_equal(((gint16 *)GST_AUDIO_BUFFER_PLANE_DATA(&sound, c))[i],
				(gint16)(10000 * c + before + i));
	gst_audio_buffer_unmap(&sound);
}

/* In buffers that are copied and in such as are the frame's memory; whole and cut off. */
static void planar_sound_arrives(void **state)
{
	static const gsize cases[][2] = { { 100, 0 }, { 5000, 0 }, { 100, 7 }, { 5000, 99 },
		{ 1, 5000 } };
	GstAudioInfo info;
	GstCaps *caps = gst_caps_from_string(PLANAR);
	assert_true(gst_audio_info_from_caps(&info, caps));
	gst_caps_unref(caps);
	GstHarness *in = gst_harness_new("xfsink"), *back = gst_harness_new("xfsrc");
	g_object_set(
		in->element, "domain", "sound", "sync", FALSE, "wait-for-connection", TRUE, NULL);
	g_object_set(back->element, "domain", "sound", NULL);
	gst_harness_set_src_caps_str(in, PLANAR);
	gst_harness_play(back);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		GstBuffer *buffer = buffer_of(&info, cases[i][0], cases[i][1]);
		GST_BUFFER_OFFSET(buffer) = 77 + i;
		GstCaps *clock = gst_caps_new_empty_simple("timestamp/x-ntp");
		gst_buffer_add_reference_timestamp_meta(buffer, clock, i, GST_CLOCK_TIME_NONE);
		gst_caps_unref(clock);
		assert_int_equal(gst_harness_push(in, buffer), GST_FLOW_OK);
		buffer = gst_harness_pull(back);
		assert_non_null(buffer);
		is_as_sent(buffer, &info, cases[i][0], cases[i][1]);
		assert_int_equal(GST_BUFFER_OFFSET(buffer), 77 + i);
		GstReferenceTimestampMeta *meta =
			gst_buffer_get_reference_timestamp_meta(buffer, NULL);
		assert_true(meta && meta->timestamp == i);
		gst_buffer_unref(buffer);
	}
	gst_harness_teardown(back);
	gst_harness_teardown(in);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(planar_sound_arrives),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
