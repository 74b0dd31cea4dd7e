/* SPDX-License-Identifier: MIT */
/*
 * xfsrc beside a member that says what it likes, and domains that can only be looked at: errors
 * with a domain, a code and a sentence, or frames; never a crash, or a state that cannot be left.
 */
#include "liar.h"
#include "pipeline.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
			struct liar liar = liar_lie(blobs[b], (uint32_t)i * 7, (uint32_t)i % 3);
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
			liar_wait_for_reader(&liar);
			liar_publish(&liar, &info);
			info.fence = 0; /* what comes next, in case that one is never complete */
			liar_publish(&liar, &info);
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
			liar_come_clean(&liar);
		}
	g_rand_free(rand);
}

/* Reference times are of a clock that is named by caps; what names none is left out. */
static void clocks_of_any_name_are_named_or_left_out(void **state)
{
	static const char *const names[] = { "timestamp/x-ntp", "ANY", "a/b,c=(int)[1,2]",
		"a/b,c=(GstSample)AAA:AAA:AAA:AAA", "a/b; c/d", "a/b,c={", "\xff",
		"a/b,c=(buffer)zz" };
	struct liar liar = liar_lie("gst 0,0 audio/x-what", 0, 0);
	GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
	liar_wait_for_reader(&liar);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		struct xf_frame_info info = { .size = sizeof(info) };
		gsize size = strlen(names[i]);
		memcpy(info.data, "GX02\5\0\0\0", 8);
		info.data[32] = 1;
		info.data[33] = (uint8_t)(16 + size);
		memcpy(info.data + 50, names[i], size);
		info.data_size = (uint32_t)(50 + size);
		liar_publish(&liar, &info);
		GstSample *sample = pipeline_pull(back);
		GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta(
			gst_sample_get_buffer(sample), NULL);
		assert_true(i ? !meta : meta && gst_caps_is_fixed(meta->reference));
		gst_sample_unref(sample);
	}
	pipeline_end(back);
	liar_come_clean(&liar);
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
	struct liar liar = liar_lie("", 25, 1);
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
	liar_wait_for_reader(&liar);
	liar_publish(&liar, NULL);
	gst_sample_unref(pipeline_pull(back));
	pipeline_end(back);
	close(fd);
	liar_come_clean(&liar);
}

static void is_told_by_its_number(int fd, const char *said)
{
	char line[100];
	snprintf(line, sizeof(line), "xfsrc fd=%d ! fakesink", fd);
	fails_with(line, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, said);
	snprintf(line, sizeof(line), "videotestsrc ! xfsink fd=%d", fd);
	fails_with(line, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, said);
}

/* Not by that of the copy that we keep. */
static void a_wrong_descriptor_is_told_by_its_number(void **state)
{
	char said[100];
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	snprintf(said, sizeof(said), "descriptor %d: descriptor %d is", fd, fd);
	is_told_by_its_number(fd, said);
	is_told_by_its_number(12345, "descriptor 12345: 12345 is no open descriptor");
	close(fd);
}

static void errors_have_a_code_and_an_address(void **state)
{
	struct liar liar = liar_lie("", 25, 1);
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
	liar_publish(&liar, NULL);
	fails_with("xfsrc domain=liar ! audio/x-raw ! fakesink", GST_CORE_ERROR,
		GST_CORE_ERROR_NEGOTIATION, "xf://liar/frames: video/x-raw");
	liar_come_clean(&liar);
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
	struct liar liar = liar_lie("", 25, 1);
	GstElement *back = pipeline_play("xfsrc domain=liar ! appsink name=out sync=false");
	liar_wait_for_reader(&liar);
	liar_publish(&liar, NULL);
	gst_sample_unref(pipeline_pull(back));
	liar_come_clean(&liar);
	g_usleep(50000);
	liar = liar_lie("", 25, 1);
	liar_publish(&liar, NULL);
	gst_sample_unref(pipeline_pull(back));
	liar_come_clean(&liar);
	gint64 start = g_get_monotonic_time();
	pipeline_end(back);
	assert_in_range(g_get_monotonic_time() - start, 0, 10000000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_never_promises_what_is_not_there),
		cmocka_unit_test(clocks_of_any_name_are_named_or_left_out),
		cmocka_unit_test(a_read_only_descriptor_is_an_error),
		cmocka_unit_test(a_wrong_descriptor_is_told_by_its_number),
		cmocka_unit_test(errors_have_a_code_and_an_address),
		cmocka_unit_test(raw_frames_without_a_shape_are_an_error),
		cmocka_unit_test(a_domain_that_ends_is_waited_for),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
