/* SPDX-License-Identifier: MIT */
/* A picture with something around it, as play hands it on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "play.h"

#define SECOND INT64_C(1000000000)
#define WIDTH  10
#define HEIGHT 6

struct feeder {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

static struct feeder feed(uint32_t fourcc)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = WIDTH, .height_px = HEIGHT, .fourcc = fourcc
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct feeder feeder;
	assert_int_equal(xf_domain_open_or_create("cam", NULL, &feeder.domain), 0);
	assert_int_equal(xf_stream_create(feeder.domain, &params, "frames", &feeder.stream), 0);
	return feeder;
}

/* Each byte of the first plane is 'A' and its row and column, of others 'a' and those. */
static void publish(struct feeder *feeder, struct xf_rect crop)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = {
		.size = sizeof(info), .crop = crop, .pts_ns = XF_NO_TIME, .dts_ns = XF_NO_TIME
	};
	void *data;
	assert_int_equal(xf_stream_hold(feeder->stream, xf_deadline(30 * SECOND), &frame), 0);
	assert_int_equal(xf_surface_begin(frame.surface, XF_ACCESS_WRITE, &data), 0);
	const struct xf_surface_desc *desc = frame.format->desc;
	for (uint32_t i = 0; i < desc->n_planes; i++)
		for (uint32_t y = 0; y < desc->planes[i].rows; y++)
			for (uint32_t x = 0; x < WIDTH; x++)
				((char *)data)[desc->planes[i].offset_bytes +
					       y * desc->planes[i].stride_bytes + x] =
					(char)((i ? 'a' : 'A') + y * 3 + x);
	assert_int_equal(xf_surface_end(frame.surface), 0);
	assert_int_equal(xf_stream_publish(feeder->stream, &frame, &info), 0);
}

static void stop(struct feeder *feeder)
{
	xf_stream_close(feeder->stream);
	xf_domain_leave(feeder->domain);
}

/* What play writes of one frame with that crop. */
static void plays(uint32_t fourcc, struct xf_rect crop, const char *bytes)
{
	struct feeder feeder = feed(fourcc);
	publish(&feeder, crop);
	struct play *p = tool("play", "--raw", "--frames", "1", "--timeout", "60", "cam", NULL);
	assert_int_equal(p->status, 0);
	assert_string_equal(p->stdout_text, bytes);
	play_free(p);
	stop(&feeder);
}

static void only_what_is_meant_is_written(void **state)
{
	plays(XF_FORMAT_R8, (struct xf_rect){ 3, 2, 4, 2 }, "JKLMMNOP");
	/* Chroma has a quarter of the pixels, as pairs: a part grows to begin with one. */
	plays(XF_FORMAT_NV12, (struct xf_rect){ 2, 2, 4, 2 }, "IJKLLMNOfghi");
	plays(XF_FORMAT_NV12, (struct xf_rect){ 3, 3, 3, 1 }, "IJKLLMNOfghi");
	plays(XF_FORMAT_YUV420, (struct xf_rect){ 2, 2, 4, 2 }, "IJKLLMNOefef");
}

static void a_crop_that_is_not_in_the_picture_is_none(void **state)
{
	static const struct xf_rect crops[] = { { 0, 0, 0, 0 }, { 3, 2, 0, 2 }, { 3, 2, 8, 2 },
		{ 3, 2, 4, 5 }, { 10, 0, 1, 1 }, { UINT32_MAX, 0, 2, 1 }, { 1, 1, UINT32_MAX, 1 },
		{ 0, 0, WIDTH, HEIGHT } };
	for (size_t i = 0; i < sizeof(crops) / sizeof(crops[0]); i++) {
		struct feeder feeder = feed(XF_FORMAT_R8);
		publish(&feeder, crops[i]);
		struct play *p =
			tool("play", "--raw", "--frames", "1", "--timeout", "60", "cam", NULL);
		assert_int_equal(p->n_out, WIDTH * HEIGHT);
		play_free(p);
		stop(&feeder);
	}
}

static void the_size_that_is_told_is_what_is_seen(void **state)
{
	struct feeder feeder = feed(XF_FORMAT_YUV420);
	publish(&feeder, (struct xf_rect){ 2, 2, 6, 4 });
	struct play *p = tool("play", "--y4m", "--frames", "1", "--timeout", "60", "cam", NULL);
	assert_non_null(strstr(p->stdout_text, " W6 H4 "));
	play_free(p);
	stop(&feeder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		play_test(only_what_is_meant_is_written),
		play_test(a_crop_that_is_not_in_the_picture_is_none),
		play_test(the_size_that_is_told_is_what_is_seen),
	};
	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
