/* SPDX-License-Identifier: MIT */
/*
 * Both consumers: take every frame of the stream, have their device look at it as soon as the
 * producer's is done with it, give it back, and tell the producer.
 *
 *	next -> submit: key 1, look, key 1 ... (device done) -> done -> "done": its sequence
 *
 * Several frames are between submit and done at a time, in order. Both consumers have a frame one
 * after the other, whoever comes first, and a successor gets it with the same key. Where somebody
 * died in the work on it, or died before having told of it, it came to nothing, and will come
 * again; see notes.h.
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

/* A frame in our hands. */
struct look {
	struct xf_frame frame;
	struct note note;
	struct report report;
	bool draws; /* its part of the contact sheet */
	bool spoiled; /* known to come to nothing */
	uint64_t number; /* of the device's work */
};

struct consumer {
	const struct demo_options *options;
	enum role role;
	struct gpu gpu;
	struct stage stage;
	struct gpu_surfaces surfaces;
	struct check check;
	struct card card; /* consumer B */
	struct sheet *sheet; /* consumer B */
	struct notes *notes;
	uint64_t sequence; /* of the frame taken last */
	struct look looks[STAGE_SURFACES_MAX]; /* a ring, the oldest at `first` */
	uint32_t first, n_looks, most;
	bool halts; /* is to stand still with the next one */
	bool broken; /* the queue may take no more work */
};

static struct look *oldest(struct consumer *c)
{
	return &c->looks[c->first % STAGE_SURFACES_MAX];
}

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
	int r = gpu_begin(&c->gpu, index);
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
static int submit(struct consumer *c, struct look *look)
{
	c->halts |= told_to_halt(c, look->note.frame);
	int r = record(c, look);
	if (!r)
		r = gpu_submit(&c->gpu, look->frame.surface, KEY_READ,
			c->halts ? GPU_KEEP : KEY_READ, &look->number);
	if (!r && c->halts)
		stand_still(look->report);
	if (r != XF_ABANDONED)
		return r;
	look->spoiled = c->broken = true;
	return 0;
}

static void take_results(struct consumer *c, struct look *look)
{
	struct report *report = &look->report;
	check_read(&c->check, report->surface, &report->bad_rows, &report->checksum);
	if (c->sheet && !report->bad_rows)
		sheet_put(c->sheet, report->picture, look->draws ? c->card.pixels.data : NULL,
			report->checksum);
	report->released_ns = xf_now();
	report_send(FD_REPORTS, report);
}

/* The oldest, when the device is done with it. */
static int collect(struct consumer *c)
{
	struct look *look = oldest(c);
	uint64_t sequence = look->frame.info->sequence;
	int r = look->spoiled ? XF_ABANDONED : gpu_wait(&c->gpu, look->number, XF_NEVER);
	if (!r) {
		take_results(c, look);
	} else if (r == XF_ABANDONED) {
		notes_came_to_nothing(c->notes, sequence);
		c->broken = true;
		r = 0;
	}
	if (!r)
		r = xf_stream_done(c->stage.stream, &look->frame);
	c->first++;
	c->n_looks--;
	return r ? r : stage_tell_done(&c->stage, c->role, sequence);
}

static int collect_all(struct consumer *c)
{
	int r = 0;
	while (!r && c->n_looks)
		r = collect(c);
	return r;
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
	return look->report.surface < c->surfaces.count ? 0 : -EPROTO;
}

/*
 * One part of the contact sheet is drawn at a time, and only a result says that it is there: so
 * those of the frames before are had first.
 */
static int decide_to_draw(struct consumer *c, struct look *look)
{
	int r = 0;
	if (c->sheet && sheet_lacks(c->sheet, look->note.picture))
		r = collect_all(c);
	look->draws = c->sheet && sheet_lacks(c->sheet, look->note.picture);
	return r;
}

/* What a predecessor did not tell of passed by while nobody read in its place. */
static void note_missed(struct consumer *c, uint64_t sequence)
{
	for (uint64_t s = c->sequence + 1; s < sequence; s++)
		notes_came_to_nothing(c->notes, s);
	c->sequence = sequence;
}

/* The next one, which is there; or is not, if it went with its producer meanwhile. */
static int take(struct consumer *c, int64_t since_ns)
{
	struct look *look = &c->looks[(c->first + c->n_looks) % STAGE_SURFACES_MAX];
	*look = (struct look){ .frame = { .size = sizeof(look->frame) } };
	int r = xf_stream_next(c->stage.stream, 0, &look->frame);
	if (r == XF_TIMEOUT)
		return 0;
	if (!r)
		r = read_look(c, look, since_ns);
	if (!r)
		r = decide_to_draw(c, look);
	if (r)
		return r;
	note_missed(c, look->frame.info->sequence);
	r = submit(c, look);
	c->n_looks += !r;
	return r;
}

/* Waits for whichever is first: that the oldest is done, or that there is another one. */
static int go_on(struct consumer *c)
{
	struct xf_wait_item items[] = {
		{ .type = XF_STREAM, .object = c->stage.stream },
		{ .type = XF_TIMELINE, .object = c->gpu.progress, .value = oldest(c)->number },
	};
	uint32_t first = c->n_looks < c->most ? 0 : 1, count = c->n_looks ? 2 - first : 1, ready;
	int64_t since_ns = xf_now();
	int r = xf_wait_any(items + first, count, XF_NEVER, &ready);
	if (r && r != XF_ABANDONED)
		return r;
	r = first + ready == 0 ? take(c, since_ns) : collect(c);
	if (r || !c->broken)
		return r;
	r = collect_all(c);
	c->broken = false;
	return r ? r : gpu_renew(&c->gpu);
}

static int consume_all(struct consumer *c)
{
	struct report ready = { .kind = REPORT_READY };
	int r = xf_timeline_value(c->stage.done[c->role], &c->sequence);
	if (!r)
		r = xf_stream_subscribe(c->stage.stream, XF_STREAM_EVERY, c->most);
	report_send(FD_REPORTS, &ready);
	while (!r)
		r = go_on(c);
	return r == XF_ENDED ? collect_all(c) : r;
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
		r = notes_find(&c->stage, sheet_size_bytes(c->options->pictures.count), &c->notes);
	if (!r)
		r = gpu_surfaces_open(&c->gpu, c->stage.pool, &c->surfaces);
	if (!r)
		r = check_make(&c->gpu, &c->surfaces, &c->check);
	c->most = gpu_surfaces_of_reader(&c->surfaces);
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
		gpu_stop(&c.gpu);
		card_finish(&c.gpu, &c.card);
		check_finish(&c.gpu, &c.check);
		gpu_surfaces_close(&c.gpu, &c.surfaces);
	}
	gpu_close(&c.gpu);
	sheet_destroy(c.sheet);
	stage_leave(&c.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
