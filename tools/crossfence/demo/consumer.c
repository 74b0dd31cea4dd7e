/* SPDX-License-Identifier: MIT */
/*
 * Both consumers: take every frame of the stream, check it, give it back, and tell the producer.
 *
 *	next -> read -> done -> "done": the frame's number
 *
 * While a consumer has a frame nobody writes its surface. Both read it at the same time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consumer.h"
#include "output.h"
#include "report.h"
#include "sheet.h"
#include "stamp.h"

struct consumer {
	const struct demo_options *options;
	enum role role;
	struct stage stage;
	struct sheet *sheet; /* consumer B */
};

/* How long we slept after the frame was published; -1 when it was there before we asked. */
static int64_t hand_off_ns(const struct xf_frame_info *info, int64_t since_ns, int64_t now_ns)
{
	int64_t released_ns = 0;
	if (info->data_size == sizeof(released_ns))
		memcpy(&released_ns, info->data, sizeof(released_ns));
	return report_hand_off_ns(released_ns, since_ns, now_ns);
}

static int look(struct consumer *c, struct xf_surface *surface, struct report *report)
{
	struct stamp_result found;
	void *data;
	int r = xf_surface_begin(surface, XF_ACCESS_READ, &data);
	if (r)
		return r;
	stamp_check(data, &found);
	if (found.frame != report->frame) /* as the stream says */
		found.bad_rows = FRAME_HEIGHT_PX;
	report->picture = found.picture;
	report->bad_rows = found.bad_rows;
	report->checksum = found.checksum;
	if (c->sheet && !found.bad_rows)
		r = sheet_add(c->sheet, found.picture, data);
	int ended = xf_surface_end(surface);
	return r ? r : ended;
}

static void stand_still_if_told(struct consumer *c, struct report *report)
{
	if (report->frame != c->options->halt_at && xf_event_wait(c->stage.halt[c->role], 0) != 0)
		return;
	report->kind = REPORT_OWNS;
	report_send(FD_REPORTS, report);
	for (;;)
		pause();
}

/*
 * Reported before it is done: who dies in between has told of a frame that comes again to its
 * successor; the other way round a frame would have passed that nobody told of.
 */
static int consume(struct consumer *c, struct xf_frame *frame, int64_t since_ns)
{
	struct report report = { .kind = REPORT_FRAME,
		.frame = frame->info->sequence,
		.surface = frame->slot % XF_POOL_MAX,
		.acquired_ns = xf_now() };
	report.hand_off_ns = hand_off_ns(frame->info, since_ns, report.acquired_ns);
	int r = look(c, frame->surface, &report);
	if (r)
		return r;
	stand_still_if_told(c, &report);
	report.released_ns = xf_now();
	report_send(FD_REPORTS, &report);
	r = xf_stream_done(c->stage.stream, frame);
	return r ? r : stage_tell_done(&c->stage, c->role, report.frame);
}

static int work(struct consumer *c)
{
	struct report ready = { .kind = REPORT_READY };
	int r = xf_stream_subscribe(c->stage.stream, XF_STREAM_EVERY, 1);
	report_send(FD_REPORTS, &ready);
	while (!r) {
		struct xf_frame frame = { .size = sizeof(frame) };
		int64_t since_ns = xf_now();
		r = xf_stream_next(c->stage.stream, XF_NEVER, &frame);
		if (!r)
			r = consume(c, &frame, since_ns);
	}
	return r == XF_ENDED ? 0 : r;
}

int consumer_write_sheet(const struct demo_options *options, const struct sheet *sheet)
{
	struct report failed = { .kind = REPORT_NO_SHEET };
	char path[OUTPUT_PATH_MAX];
	int r = sheet_write(sheet, output_path(path, options->out, "contact-sheet.png"));
	if (r) /* the supervisor keeps the first reason it hears */
		report_text(FD_REPORTS, &failed, "%s", strerror(-r));
	return r;
}

/* What a predecessor drew is still there. */
static int open_sheet(struct consumer *c)
{
	void *memory;
	int r = stage_sheet(&c->stage, sheet_size_bytes(c->options->pictures.count), &memory);
	return r ? r : sheet_create(&c->options->pictures, memory, &c->sheet);
}

static int run(struct consumer *c)
{
	int r = stage_join(&c->stage, c->options->name, c->role);
	if (!r && c->role == CONSUMER_B)
		r = open_sheet(c);
	if (!r)
		r = work(c);
	if (!r && c->sheet)
		r = consumer_write_sheet(c->options, c->sheet);
	return r;
}

int consumer_main(const struct demo_options *options, enum role role)
{
	struct consumer c = { .options = options, .role = role };
	struct report failed = { .kind = REPORT_FAILED };
	int r = run(&c);
	if (r)
		report_text(FD_REPORTS, &failed, "%s", xf_last_message(r));
	sheet_destroy(c.sheet);
	stage_leave(&c.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
