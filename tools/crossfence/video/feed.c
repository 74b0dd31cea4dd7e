/* SPDX-License-Identifier: MIT */
/*
 * hold, read the input right into the surface, publish. Signals do what they always do: to the
 * readers that is one more death of a producer.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "exit_status.h"
#include "complain.h"
#include "feed.h"
#include "json_out.h"
#include "target.h"
#include "text.h"

#define PAYLOAD_BYTES (UINT64_C(1) << 30)
#define FORMATS	      3 /* that readers may still have frames of, see xf_stream_set_format() */

static int64_t time_of(const struct xf_stream_format *format, uint64_t n_frames)
{
	return (int64_t)((__int128)n_frames * format->rate_den * 1000000000 / format->rate_num);
}

static bool regular(const struct feed *feed)
{
	return feed->source.format.rate_num != 0;
}

/* What is there already has the room that it has. */
static int join(struct feed *feed)
{
	struct xf_domain_params params = { .size = sizeof(params), .payload_bytes = PAYLOAD_BYTES };
	uint64_t bytes = 0;
	(void)xf_surface_layout(&feed->source.desc, &bytes); /* it was laid out before */
	bytes = (bytes + 4096) * feed->surfaces * FORMATS;
	if (bytes > params.payload_bytes)
		params.payload_bytes = bytes;
	int r = xf_domain_open_or_create(feed->name, &params, &feed->domain);
	return r ? target_complain(feed->name, r) : EXIT_DONE;
}

static int open_stream(struct feed *feed)
{
	struct xf_stream_params params = { .size = sizeof(params),
		.format = &feed->source.format,
		.frames = feed->surfaces,
		.flags = feed->overrun ? XF_STREAM_OVERRUN : 0 };
	int r = xf_stream_create(feed->domain, &params, feed->label, &feed->stream);
	if (!r)
		return EXIT_DONE;
	return complain(EXIT_FAILED, "cannot feed '%s' in '%s': %s", feed->label, feed->name,
		xf_last_message(r));
}

static int failed(struct feed *feed, const char *what, int r)
{
	return complain(EXIT_FAILED, "cannot %s of '%s': %s", what, feed->name, xf_last_message(r));
}

/* Waits while readers hold frames of three formats before. */
static int change_format(struct feed *feed)
{
	int r = xf_stream_set_format_until(feed->stream, &feed->source.format, XF_NEVER);
	return r ? failed(feed, "change the format", r) : EXIT_DONE;
}

/* Until the next frame is due. */
static void wait_for_clock(const struct feed *feed)
{
	if (!feed->pace || !regular(feed))
		return;
	int64_t at = feed->began_ns + time_of(&feed->source.format, feed->n_frames);
	struct timespec time = { .tv_sec = at / 1000000000, .tv_nsec = at % 1000000000 };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

/* Without a rate a frame's time is when it came. */
static void describe(const struct feed *feed, int64_t came_ns, struct xf_frame_info *ret_info)
{
	const struct xf_stream_format *format = &feed->source.format;
	*ret_info = (struct xf_frame_info){ .size = sizeof(*ret_info),
		.pts_ns = (uint64_t)(came_ns - feed->began_ns),
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.flags = XF_FRAME_KEY };
	if (!regular(feed))
		return;
	ret_info->pts_ns = (uint64_t)time_of(format, feed->n_frames);
	ret_info->duration_ns = (uint64_t)time_of(format, feed->n_frames + 1) - ret_info->pts_ns;
}

static int fill(struct feed *feed, struct xf_frame *frame)
{
	void *data;
	int r = xf_surface_begin(frame->surface, XF_ACCESS_WRITE, &data);
	if (r)
		return failed(feed, "write to a surface", r);
	r = feed->source.fill(&feed->source, data);
	(void)xf_surface_end(frame->surface); /* it was begun */
	return r ? complain(EXIT_FAILED, "%s", feed->source.why) : EXIT_DONE;
}

static int feed_one(struct feed *feed)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info;
	int r = xf_stream_hold(feed->stream, feed->overrun ? 0 : XF_NEVER, &frame);
	if (r)
		return failed(feed, "get a surface", r);
	int status = fill(feed, &frame);
	if (status) {
		(void)xf_stream_drop(feed->stream, &frame);
		return status;
	}
	int64_t came_ns = xf_now();
	if (!feed->n_frames)
		feed->began_ns = came_ns;
	wait_for_clock(feed);
	describe(feed, came_ns, &info);
	r = xf_stream_publish(feed->stream, &frame, &info);
	feed->n_frames += !r;
	return r ? failed(feed, "publish a frame", r) : EXIT_DONE;
}

/* The first frame is what the stream was made for. */
static int feed_all(struct feed *feed)
{
	int r = 0, status = EXIT_DONE;
	while (!status && !r) {
		status = change_format(feed);
		if (!status)
			status = feed_one(feed);
		if (!status)
			r = feed->source.next(&feed->source);
	}
	return status || r == SOURCE_END ? status : complain(EXIT_FAILED, "%s", feed->source.why);
}

static int report(const struct feed *feed)
{
	char fourcc[TEXT_SIZE];
	const struct xf_surface_desc *desc = &feed->source.desc;
	double seconds = (double)(xf_now() - feed->began_ns) / 1e9;
	text_fourcc(fourcc, desc->fourcc);
	if (!feed->json) {
		printf("fed %" PRIu64 " frame%s of %ux%u %s to '%s'\n", feed->n_frames,
			feed->n_frames == 1 ? "" : "s", desc->width_px, desc->height_px, fourcc,
			feed->name);
		return finish_output(EXIT_DONE);
	}
	struct json_object *all = json_object_new_object();
	json_add_string(all, "name", feed->name);
	json_add_string(all, "stream", feed->label);
	json_add_u64(all, "frames", feed->n_frames);
	json_add_u64(all, "width_px", desc->width_px);
	json_add_u64(all, "height_px", desc->height_px);
	json_add_string(all, "fourcc", fourcc);
	json_object_object_add(all, "seconds", json_object_new_double(seconds));
	return json_print(all, true);
}

static int work(struct feed *feed)
{
	int status = join(feed);
	if (!status)
		status = open_stream(feed);
	if (status)
		return status;
	int r = xf_stream_wait_readers(feed->stream, feed->readers, XF_NEVER);
	if (r)
		return failed(feed, "wait for readers", r);
	status = feed_all(feed);
	if (!status)
		wait_for_clock(feed); /* the last one is seen as long as the others */
	if (!feed->overrun) /* a reader that nobody waits for may lose the last ones */
		(void)xf_stream_drain(feed->stream, XF_NEVER);
	if (!feed->more)
		(void)xf_stream_end(feed->stream); /* what was published is still read */
	return status ? status : report(feed);
}

int feed_run(struct feed *feed)
{
	(void)prctl(PR_SET_NAME, "xf-feed"); /* what lists show */
	int r = feed->source.next(&feed->source);
	if (r == SOURCE_END)
		return complain(EXIT_FAILED, "the input has no frame");
	int status = r ? complain(EXIT_FAILED, "%s", feed->source.why) : work(feed);
	xf_stream_close(feed->stream);
	xf_domain_leave(feed->domain);
	return status;
}
