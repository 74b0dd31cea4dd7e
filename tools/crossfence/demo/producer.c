/* SPDX-License-Identifier: MIT */
/*
 * The producer: takes a free surface from the stream, paints the next frame, publishes it.
 *
 *	hold -> paint -> are both consumers done with the frame before? -> publish
 *
 * A stream gives a reader that comes late, a successor too, the newest frame, and whatever is
 * published while nobody reads in its place is lost to it. By waiting for both the newest frame is
 * the one that a dead consumer had not finished, and nothing is lost.
 *
 * It keeps nothing in its own memory that a successor would miss: the number of a frame is its
 * sequence in the stream, and a frame that was not published never was.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "producer.h"
#include "report.h"
#include "sheet.h"
#include "slides.h"
#include "stamp.h"

struct producer {
	const struct demo_options *options;
	struct stage stage;
	struct slides *slides;
	const struct slide *slide; /* what is being sent */
	uint64_t frames_of_slide; /* sent of it so far */
	int64_t slide_until_ns;
};

static int newest(struct producer *p, uint64_t *ret_frame)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	int r = xf_stream_info(p->stage.stream, &info);
	*ret_frame = info.sequence;
	return r;
}

static int change_slide(struct producer *p)
{
	const struct demo_options *o = p->options;
	uint64_t number;
	int r = slides_next(p->slides, &p->slide, &number);
	if (r)
		return r;
	p->frames_of_slide = 0;
	/* Time lost to decoding or a restart is made up for, so that the last picture gets its
	 * share. */
	int64_t each = (int64_t)(o->seconds / o->pictures.count * 1e9), now = xf_now();
	p->slide_until_ns = p->slide_until_ns ? p->slide_until_ns + each : now + each;
	if (p->slide_until_ns < now + each / 4)
		p->slide_until_ns = now + each / 4;
	return xf_timeline_signal(p->stage.slide, number);
}

static bool slide_is_over(const struct producer *p)
{
	const struct demo_options *o = p->options;
	uint64_t per_slide = o->frames / o->pictures.count;
	if (!p->slide)
		return true;
	if (o->frames)
		return p->frames_of_slide >= (per_slide ? per_slide : 1);
	return xf_now() >= p->slide_until_ns;
}

/* Says that it holds a surface, half painted, and waits for the end. */
static void stand_still(struct report report)
{
	report.kind = REPORT_OWNS;
	report_send(FD_REPORTS, &report);
	for (;;)
		pause();
}

static int paint(struct producer *p, struct xf_frame *frame, const struct report *report)
{
	void *data;
	int r = xf_surface_begin(frame->surface, XF_ACCESS_WRITE, &data);
	if (r)
		return r;
	stamp_paint(data, p->slide, report->frame, 0, FRAME_HEIGHT_PX / 2);
	if (report->frame == p->options->halt_at || xf_event_wait(p->stage.halt[PRODUCER], 0) == 0)
		stand_still(*report);
	stamp_paint(data, p->slide, report->frame, FRAME_HEIGHT_PX / 2, FRAME_HEIGHT_PX);
	p->frames_of_slide++;
	return xf_surface_end(frame->surface);
}

/* Until both consumers are done with `number`; one that dies has a successor. */
static int wait_for_consumers(struct producer *p, uint64_t number)
{
	struct xf_wait_item items[2];
	for (int i = 0; i < 2; i++)
		items[i] = (struct xf_wait_item){ .type = XF_TIMELINE,
			.object = p->stage.done[CONSUMER_A + i],
			.value = number };
	return xf_wait_all(items, 2, XF_NEVER);
}

/*
 * Told after it is done: who dies in between has told too little, and two consumers tell of the
 * frame all the same. The other way round the successor would paint another picture as that frame.
 */
static int publish(struct producer *p, struct xf_frame *frame, struct report *report)
{
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = XF_NO_TIME,
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.data_size = sizeof(report->released_ns) };
	int r = wait_for_consumers(p, report->frame - 1);
	if (r)
		return r;
	report->released_ns = xf_now();
	memcpy(info.data, &report->released_ns, sizeof(report->released_ns));
	r = xf_stream_publish(p->stage.stream, frame, &info);
	if (!r)
		report_send(FD_REPORTS, report);
	return r;
}

static int send_one(struct producer *p, uint64_t number)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = slide_is_over(p) ? change_slide(p) : 0;
	if (!r)
		r = xf_stream_hold(p->stage.stream, XF_NEVER, &frame);
	if (r)
		return r;
	struct report report = { .kind = REPORT_FRAME,
		.frame = number,
		.surface = frame.slot % XF_POOL_MAX,
		.picture = p->slide->picture,
		.checksum = p->slide->checksum,
		.acquired_ns = xf_now() };
	r = paint(p, &frame, &report);
	return r ? r : publish(p, &frame, &report);
}

static int send_all(struct producer *p, uint64_t *ret_last)
{
	int r = newest(p, ret_last);
	while (!r) {
		if (p->options->frames && *ret_last >= p->options->frames)
			return 0;
		if (xf_event_wait(p->stage.stop, 0) == 0)
			return 0;
		r = send_one(p, *ret_last + 1);
		*ret_last += !r;
	}
	return r;
}

static int finish(struct producer *p, uint64_t last)
{
	struct report report = { .kind = REPORT_ALL_SENT, .frame = last };
	int r = wait_for_consumers(p, last);
	if (!r)
		r = xf_stream_end(p->stage.stream);
	if (!r)
		report_send(FD_REPORTS, &report);
	return r;
}

/*
 * Both consumers shall be there first: should the first producer fail at once, for want of
 * pictures, they keep the domain until the supervisor has joined it and hears why. A successor may
 * find that they have had everything and are gone.
 */
static int work(struct producer *p)
{
	struct report ready = { .kind = REPORT_READY };
	uint64_t first, last = 0;
	report_send(FD_REPORTS, &ready);
	int r = p->options->successor ? 0 : xf_stream_wait_readers(p->stage.stream, 2, XF_NEVER);
	if (!r)
		r = xf_timeline_value(p->stage.slide, &first);
	if (!r)
		r = slides_open(
			p->stage.domain, &p->options->pictures, first, FD_REPORTS, &p->slides);
	if (!r)
		r = send_all(p, &last);
	return r ? r : finish(p, last);
}

int producer_main(const struct demo_options *options)
{
	struct producer p = { .options = options };
	struct report failed = { .kind = REPORT_FAILED };
	int r = options->successor ? stage_join(&p.stage, options->name, PRODUCER)
				   : stage_create(&p.stage, options->name, options->surfaces,
					     sheet_size_bytes(options->pictures.count));
	if (!r)
		r = work(&p);
	if (r == -ENODATA)
		report_text(FD_REPORTS, &failed, "none of the pictures could be decoded");
	else if (r)
		report_text(FD_REPORTS, &failed, "%s", xf_last_message(r));
	slides_close(p.slides);
	stage_leave(&p.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
