/* SPDX-License-Identifier: MIT */
/*
 * Both consumers: take every frame of the stream, have their device look at it as soon as the
 * producer's is done with it, give it back, and tell the producer.
 *
 *	next -> submit: key 1, look, key 1 -> (device done) -> done -> "done": its sequence
 *
 * They have it one after the other, in any order, and a successor gets it with the same key. Where
 * somebody died in the work on it, it is spoiled, and will come again; see produce.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card.h"
#include "check.h"
#include "compare.h"
#include "consume.h"
#include "demo/consumer.h"
#include "demo/report.h"
#include "demo/sheet.h"
#include "notes.h"

struct consumer {
	const struct demo_options *options;
	enum role role;
	struct gpu gpu;
	struct stage stage;
	struct gpu_surfaces surfaces;
	struct check check;
	struct card card; /* consumer B */
	struct sheet *sheet; /* consumer B */
};

/* A frame in our hands. */
struct look {
	struct xf_frame frame;
	struct note note;
	struct report report;
	bool draws; /* its part of the contact sheet */
};

static bool told_to_halt(struct consumer *c, uint64_t frame)
{
	return frame == c->options->halt_at || xf_event_wait(c->stage.halt[c->role], 0) == 0;
}

static void stand_still(struct report report)
{
	report.kind = REPORT_OWNS;
	report_send(FD_REPORTS, &report);
	for (;;)
		pause();
}

static int record(struct consumer *c, const struct look *look)
{
	uint32_t index = look->report.surface;
	VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT |
				      (look->draws ? VK_PIPELINE_STAGE_FRAGMENT_SHADER_BIT : 0);
	int r = gpu_begin(&c->gpu);
	if (!r)
		r = gpu_surface_begin(&c->gpu, &c->surfaces, index, stages, false);
	if (r)
		return r;
	check_run(&c->gpu, &c->check, index, look->note.frame, look->note.picture);
	if (look->draws)
		card_draw(&c->gpu, &c->card, index);
	r = gpu_surface_end(&c->gpu, &c->surfaces, index, stages, false);
	return r ? r : gpu_end(&c->gpu);
}

/* Who is to be killed keeps the surface, with its device at work. */
static int run(struct consumer *c, struct look *look)
{
	bool halts = told_to_halt(c, look->note.frame);
	int r = record(c, look);
	if (!r)
		r = gpu_submit(&c->gpu, look->frame.surface, KEY_READ, halts ? GPU_KEEP : KEY_READ);
	if (!r && halts)
		stand_still(look->report);
	return r ? r : gpu_finish(&c->gpu);
}

static void take_results(struct consumer *c, struct look *look)
{
	struct report *report = &look->report;
	check_read(&c->check, &report->bad_rows, &report->checksum);
	if (c->sheet && !report->bad_rows)
		sheet_put(c->sheet, report->picture, look->draws ? c->card.pixels.data : NULL,
			report->checksum);
	report->released_ns = xf_now();
	report_send(FD_REPORTS, report);
}

/* As published by the producer, whom nobody trusts. */
static int read_look(struct consumer *c, struct look *look, int64_t since_ns)
{
	const struct xf_frame_info *info = look->frame.info;
	if (info->data_size != sizeof(look->note))
		return -EPROTO;
	memcpy(&look->note, info->data, sizeof(look->note));
	look->report = (struct report){ .kind = REPORT_FRAME,
		.frame = look->note.frame,
		.surface = look->frame.slot % XF_POOL_MAX,
		.picture = look->note.picture,
		.acquired_ns = xf_now() };
	look->report.hand_off_ns =
		report_hand_off_ns(look->note.published_ns, since_ns, look->report.acquired_ns);
	look->draws = c->sheet && sheet_lacks(c->sheet, look->note.picture);
	return look->report.surface < c->surfaces.count ? 0 : -EPROTO;
}

static int tell_spoiled(struct consumer *c, uint64_t sequence)
{
	uint64_t told;
	int r = xf_timeline_value(c->stage.spoiled, &told);
	if (r || told >= sequence)
		return r;
	return xf_timeline_signal(c->stage.spoiled, sequence);
}

static int consume(struct consumer *c, struct look *look, int64_t since_ns)
{
	uint64_t sequence = look->frame.info->sequence;
	int r = read_look(c, look, since_ns);
	if (!r)
		r = run(c, look);
	if (!r)
		take_results(c, look);
	else if (r == XF_ABANDONED)
		r = tell_spoiled(c, sequence);
	if (!r)
		r = xf_stream_done(c->stage.stream, &look->frame);
	return r ? r : stage_tell_done(&c->stage, c->role, sequence);
}

static int consume_all(struct consumer *c)
{
	struct report ready = { .kind = REPORT_READY };
	int r = xf_stream_subscribe(c->stage.stream, XF_STREAM_EVERY, 1);
	report_send(FD_REPORTS, &ready);
	while (!r) {
		struct look look = { .frame = { .size = sizeof(look.frame) } };
		int64_t since_ns = xf_now();
		r = xf_stream_next(c->stage.stream, XF_NEVER, &look.frame);
		if (!r)
			r = consume(c, &look, since_ns);
	}
	return r == XF_ENDED ? 0 : r;
}

static int open_sheet(struct consumer *c)
{
	const struct pictures *pictures = &c->options->pictures;
	uint32_t width_px, height_px;
	void *memory;
	int r = stage_sheet(&c->stage, sheet_size_bytes(pictures->count), &memory);
	if (!r)
		r = sheet_create(pictures, memory, &c->sheet);
	if (r)
		return r;
	sheet_part_size(c->sheet, &width_px, &height_px);
	return card_make(&c->gpu, &c->surfaces, width_px, height_px, &c->card);
}

static int open_all(struct consumer *c)
{
	int r = gpu_open(&c->gpu);
	if (!r)
		r = stage_join(&c->stage, c->options->name, c->role);
	if (!r)
		r = gpu_start(&c->gpu, c->stage.domain);
	if (!r)
		r = gpu_surfaces_open(&c->gpu, c->stage.pool, &c->surfaces);
	if (!r)
		r = check_make(&c->gpu, &c->surfaces, &c->check);
	return r || c->role != CONSUMER_B ? r : open_sheet(c);
}

static int work(struct consumer *c)
{
	int r = open_all(c);
	if (!r)
		r = consume_all(c);
	if (!r && c->sheet)
		r = consumer_write_sheet(c->options, c->sheet);
	return r || !c->sheet ? r : compare_sheet(c->options, c->sheet);
}

int gpu_consume(const struct demo_options *options, enum role role)
{
	struct consumer c = { .options = options, .role = role };
	struct report failed = { .kind = REPORT_FAILED };
	int r = work(&c);
	if (r)
		report_text(FD_REPORTS, &failed, "%s", xf_last_message(r));
	if (c.gpu.vulkan) {
		xf_queue_destroy(c.gpu.queue);
		c.gpu.queue = NULL;
		card_finish(&c.gpu, &c.card);
		check_finish(&c.gpu, &c.check);
		gpu_surfaces_close(&c.gpu, &c.surfaces);
	}
	gpu_close(&c.gpu);
	sheet_destroy(c.sheet);
	stage_leave(&c.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
