/* SPDX-License-Identifier: MIT */
/*
 * A camera: hands pictures to any number of viewers (viewer.c), none, slow ones or dead ones.
 *
 *	camera [FRAMES [EACH]]
 *
 * After EACH frames (90) its pictures have another size. Kill it with kill -9 at any time and start
 * it again: while a viewer lives, it goes on in the domain that is still there.
 */
#include <string.h>
#include <time.h>

#include "camera.h"

static const struct xf_surface_desc large = {
	.size = sizeof(large), .width_px = 640, .height_px = 480, .fourcc = XF_FORMAT_ABGR8888
};
static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 320, .height_px = 240, .fourcc = XF_FORMAT_ABGR8888
};
static const struct xf_stream_format formats[] = {
	{ .size = sizeof(formats[0]), .desc = &large },
	{ .size = sizeof(formats[0]), .desc = &small },
};
static const struct xf_stream_params params = { .size = sizeof(params), .format = &formats[0] };
static uint64_t each = 90;

/* What a camera's user chooses, or a window that is made larger. */
static const struct xf_stream_format *format_now(uint64_t number)
{
	return &formats[number / each % 2];
}

/* Thirty pictures a second; real cameras have a clock of their own. */
static void wait_for_shutter(void)
{
	static struct timespec shutter;
	if (!shutter.tv_sec)
		clock_gettime(CLOCK_MONOTONIC, &shutter);
	shutter.tv_nsec += 1000000000 / 30;
	shutter.tv_sec += shutter.tv_nsec / 1000000000;
	shutter.tv_nsec %= 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &shutter, NULL);
}

static void draw(const struct xf_frame *frame, uint64_t number)
{
	const struct xf_surface_desc *desc = frame->format->desc;
	void *pixels;
	wait_for_shutter();
	must(xf_surface_begin(frame->surface, XF_ACCESS_WRITE, &pixels), "begin");
	memset(pixels, (int)(number & 0xff), (size_t)desc->width_px * desc->height_px * 4);
	must(xf_surface_end(frame->surface), "end");
}

/* So that the number of a picture is its sequence in the stream, also after a restart. */
static uint64_t newest(struct xf_stream *stream)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	must(xf_stream_info(stream, &info), "info");
	return info.sequence;
}

#define USAGE "camera [FRAMES [EACH]]"

int main(int argc, char **argv)
{
	uint64_t frames = argc > 1 ? number_of(argv[1], USAGE) : UINT64_MAX, number;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *stream;
	struct xf_domain *domain;
	if (argc > 2)
		each = number_of(argc == 3 ? argv[2] : "", USAGE);
	each = each ? each : 1;
	/* README.md: */
	/* What viewers of a killed predecessor keep alive, or a new one. */
	must(xf_domain_open_or_create("camera", NULL, &domain), "camera");
	must(xf_stream_create(domain, &params, "frames", &stream), "stream");
	for (number = newest(stream); frames--;) {
		/* The same again changes nothing; viewers see another one with its first frame. */
		must(xf_stream_set_format(stream, format_now(++number)), "format");
		must(xf_stream_hold(stream, XF_NEVER, &frame), "hold");
		draw(&frame, number);
		must(xf_stream_publish(stream, &frame, NULL), "publish");
	}
	/* README.md. */
	xf_stream_close(stream);
	xf_domain_leave(domain);
	return 0;
}
