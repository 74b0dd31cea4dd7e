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
#include "show.h"
#include "stamp.h"

struct producer {
	const struct demo_options *options;
	struct stage stage;
	struct show show;
};

static int newest(struct producer *p, uint64_t *ret_frame)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	int r = xf_stream_info(p->stage.stream, &info);
	*ret_frame = info.sequence;
	return r;
}

/* Says that it holds a surface, half painted, and waits for the end. */
static void stand_still(struct report report)
{
	report.kind = REPORT_OWNS;
	report_send(FD_REPORTS, &report);
	for (;;)
		pause();
}

static int paint(struct producer *p, struct xf_frame *frame, const struct slide *slide,
	const struct report *report)
{
	void *data;
	int r = xf_surface_begin(frame->surface, XF_ACCESS_WRITE, &data);
	if (r)
		return r;
	stamp_paint(data, slide, report->frame, 0, FRAME_HEIGHT_PX / 2);
	if (report->frame == p->options->halt_at || xf_event_wait(p->stage.halt[PRODUCER], 0) == 0)
		stand_still(*report);
	stamp_paint(data, slide, report->frame, FRAME_HEIGHT_PX / 2, FRAME_HEIGHT_PX);
	show_count(&p->show);
	return xf_surface_end(frame->surface);
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
	int r = stage_wait_done(&p->stage, report->frame - 1);
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
	const struct slide *slide;
	int r = show_next(&p->show, &slide);
	if (!r)
		r = xf_stream_hold(p->stage.stream, XF_NEVER, &frame);
	if (r)
		return r;
	struct report report = { .kind = REPORT_FRAME,
		.frame = number,
		.surface = frame.slot % XF_POOL_MAX,
		.picture = slide->picture,
		.checksum = slide->checksum,
		.acquired_ns = xf_now() };
	r = paint(p, &frame, slide, &report);
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
	int r = stage_wait_done(&p->stage, last);
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
	uint64_t last = 0;
	report_send(FD_REPORTS, &ready);
	int r = p->options->successor ? 0 : xf_stream_wait_readers(p->stage.stream, 2, XF_NEVER);
	if (!r)
		r = show_open(&p->show, p->options, &p->stage);
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
					     sheet_size_bytes(options->pictures.count), NULL);
	if (!r)
		r = work(&p);
	if (r == -ENODATA)
		report_text(FD_REPORTS, &failed, "none of the pictures could be decoded");
	else if (r)
		report_text(FD_REPORTS, &failed, "%s", xf_last_message(r));
	show_close(&p.show);
	stage_leave(&p.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
