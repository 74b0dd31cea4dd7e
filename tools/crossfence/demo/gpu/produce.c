/* SPDX-License-Identifier: MIT */
/*
 * The producer: takes a free surface from the stream, has its device make the next frame in it, and
 * publishes it at once: the surface's key goes on with a fence, for which the consumers' queues
 * wait. Nobody waits for a frame to be done: some are in the making, some with the consumers.
 *
 *	hold -> submit: key 0, make the frame, key 1 -> are both consumers done with all but the
 *	last few? -> publish ... (device done) -> report
 *
 * A process that dies while its queue works on a frame leaves the surface's mutex abandoned, and
 * nobody gets that frame any more. Consumers say of each frame that they are done with it, or that
 * it came to nothing, and the producer sends those again: same number, same picture, another
 * surface, the stream's next sequence. No more frames are published than have room in the notes
 * (notes.h), from which a successor goes on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo/ledger.h"
#include "demo/report.h"
#include "demo/sheet.h"
#include "demo/show.h"
#include "notes.h"
#include "process.h"
#include "produce.h"

/* A frame in the making. */
struct making {
	struct xf_frame frame;
	struct note note;
	struct report report;
	uint64_t number; /* of the device's work */
};

struct producer {
	const struct demo_options *options;
	struct gpu gpu;
	struct stage stage;
	struct gpu_surfaces surfaces;
	struct process process;
	struct show show;
	struct notes *notes;
	struct note last; /* what was published last */
	uint32_t uploaded; /* picture, plus one; 0: none */
	struct making makings[STAGE_SURFACES_MAX]; /* a ring, the oldest at `first` */
	uint32_t first, n_makings;
	bool halts; /* is to stand still with the next one */
};

/* Says that it owns a surface, half made, and waits for the end. */
static void stand_still(struct report report)
{
	report.kind = REPORT_OWNS;
	report_send(FD_REPORTS, &report);
	for (;;)
		pause();
}

static bool told_to_halt(struct producer *p, uint64_t frame)
{
	return frame == p->options->halt_at || xf_event_wait(p->stage.halt[PRODUCER], 0) == 0;
}

/* The blur alone, for which the surface is taken and not given on. */
static int make_half(struct producer *p, struct making *m)
{
	int r = gpu_begin(&p->gpu, m->report.surface);
	if (r)
		return r;
	process_blur(&p->gpu, &p->process);
	r = gpu_end(&p->gpu);
	if (!r)
		r = gpu_submit(&p->gpu, m->frame.surface, KEY_WRITE, GPU_KEEP, &m->number);
	if (!r)
		stand_still(m->report);
	return r;
}

static int make_frame(struct producer *p, struct making *m)
{
	int r = gpu_begin(&p->gpu, m->report.surface);
	if (r)
		return r;
	process_blur(&p->gpu, &p->process);
	r = process_convert(&p->gpu, &p->process, &p->surfaces, m->report.surface, m->note.frame,
		m->note.picture);
	if (!r)
		r = gpu_end(&p->gpu);
	return r ? r : gpu_submit(&p->gpu, m->frame.surface, KEY_WRITE, KEY_READ, &m->number);
}

static struct making *oldest(struct producer *p)
{
	return &p->makings[p->first % STAGE_SURFACES_MAX];
}

/*
 * Tells of the oldest, when the device is done with it. XF_TIMEOUT. Whether its work came to an end
 * only the device knows: if it did not, the consumers find the surface abandoned.
 */
static int collect(struct producer *p, int64_t deadline_ns)
{
	struct making *m = oldest(p);
	int r = gpu_wait(&p->gpu, m->number, deadline_ns);
	if (r && r != XF_ABANDONED)
		return r;
	m->report.checksum = process_checksum(&p->process, m->report.surface);
	if (!r)
		report_send(FD_REPORTS, &m->report);
	p->first++;
	p->n_makings--;
	return 0;
}

/* All that are done by now, or, with XF_NEVER, all. */
static int collect_all(struct producer *p, int64_t deadline_ns)
{
	int r = 0;
	while (!r && p->n_makings)
		r = collect(p, deadline_ns);
	return r == XF_TIMEOUT ? 0 : r;
}

/* What is recorded for a surface, and what the device says of its rows, is of one frame. */
static int collect_surface(struct producer *p, uint32_t surface)
{
	uint32_t before = 0;
	for (uint32_t i = 0; i < p->n_makings; i++)
		if (p->makings[(p->first + i) % STAGE_SURFACES_MAX].report.surface == surface)
			before = i + 1;
	int r = 0;
	for (; !r && before; before--)
		r = collect(p, XF_NEVER);
	return r;
}

/* `slide`: what is shown now; that picture, or one that was shown before. */
static int upload(struct producer *p, const struct slide *slide, uint32_t picture)
{
	struct image box = { 0 };
	char reason[REASON_MAX];
	int r = 0;
	if (p->uploaded == picture + 1)
		return 0;
	r = collect_all(p, XF_NEVER);
	if (r)
		return r;
	if (slide && slide->picture == picture) {
		process_show(&p->process, slide->rgba);
	} else {
		r = slides_load(p->options->pictures.paths[picture], &box, reason);
		if (!r)
			process_show(&p->process, box.rgba);
	}
	image_finish(&box);
	p->uploaded = r ? 0 : picture + 1;
	return r;
}

static int take_surface(struct producer *p, struct making *m)
{
	m->frame = (struct xf_frame){ .size = sizeof(m->frame) };
	int r = xf_stream_hold(p->stage.stream, XF_NEVER, &m->frame);
	m->report = (struct report){ .kind = REPORT_FRAME,
		.frame = m->note.frame,
		.surface = m->frame.slot % XF_POOL_MAX,
		.picture = m->note.picture,
		.acquired_ns = xf_now() };
	if (r || m->report.surface >= p->surfaces.count)
		return r ? r : -EPROTO;
	return collect_surface(p, m->report.surface);
}

/* A surface that somebody's death has spoiled in the meantime goes, for another one. */
static int make(struct producer *p, struct making *m)
{
	int r = upload(p, p->show.slide, m->note.picture);
	while (!r) {
		r = take_surface(p, m);
		if (r)
			return r;
		p->halts |= told_to_halt(p, m->note.frame);
		r = p->halts ? make_half(p, m) : make_frame(p, m);
		if (r != XF_ABANDONED)
			return r;
		p->process.fresh = true; /* the upload was not submitted */
		r = xf_stream_drop(p->stage.stream, &m->frame);
		if (!r)
			r = collect_all(p, XF_NEVER);
		if (!r)
			r = gpu_renew(&p->gpu);
	}
	return r;
}

/* What both consumers are done with, as far as we know. */
static int settle(struct producer *p)
{
	uint64_t a, b;
	int r = xf_timeline_value(p->stage.done[CONSUMER_A], &a);
	if (!r)
		r = xf_timeline_value(p->stage.done[CONSUMER_B], &b);
	if (r)
		return r;
	uint64_t both = a < b ? a : b;
	return both > p->last.sequence ? -EPROTO : notes_settle(p->notes, both);
}

/* Waits until both are done with `sequence`, which a successor may come for. */
static int wait_settled(struct producer *p, uint64_t sequence)
{
	int r = stage_wait_done(&p->stage, sequence);
	return r ? r : settle(p);
}

/* Readers have so many at most; more could pass them by when one dies. */
static int wait_for_room(struct producer *p)
{
	uint64_t next = p->last.sequence + 1, most = p->surfaces.count - 1;
	return next > most ? wait_settled(p, next - most) : 0;
}

static int publish(struct producer *p, struct making *m)
{
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = XF_NO_TIME,
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.data_size = sizeof(m->note) };
	int r = wait_for_room(p);
	if (r)
		return r;
	m->report.released_ns = m->note.published_ns = xf_now();
	m->note.sequence = p->last.sequence + 1;
	m->note.newest = m->note.frame > p->last.newest ? m->note.frame : p->last.newest;
	notes_write(p->notes, &m->note);
	memcpy(info.data, &m->note, sizeof(m->note));
	r = xf_stream_publish(p->stage.stream, &m->frame, &info);
	if (!r)
		p->last = m->note;
	return r;
}

/* Told of after it is done, by collect(); see the other producer. */
static int send(struct producer *p, const struct note *note)
{
	struct making *m = &p->makings[(p->first + p->n_makings) % STAGE_SURFACES_MAX];
	*m = (struct making){ .note = *note };
	int r = make(p, m);
	if (!r)
		r = publish(p, m);
	p->n_makings += !r;
	return r;
}

static int send_new(struct producer *p)
{
	struct note note = { .frame = p->last.newest + 1 };
	const struct slide *slide;
	int r = show_next(&p->show, &slide);
	if (r)
		return r;
	note.picture = slide->picture;
	r = send(p, &note);
	if (!r)
		show_count(&p->show);
	return r;
}

static int send_again(struct producer *p, const struct note *note)
{
	if (note->picture >= p->options->pictures.count)
		return -EPROTO;
	int r = send(p, note);
	if (!r)
		notes_sent_again(p->notes, note->frame);
	return r;
}

static bool is_over(struct producer *p)
{
	const struct demo_options *o = p->options;
	uint64_t last = o->frames ? o->frames : FRAMES_MAX;
	return p->last.newest >= last || (!o->frames && xf_event_wait(p->stage.stop, 0) == 0);
}

/* One more frame; or, when all were sent, waits whether one has to come again. */
static int send_one(struct producer *p, bool *ret_more)
{
	struct note note;
	bool again = notes_again(p->notes, &note);
	*ret_more = true;
	if (again)
		return send_again(p, &note);
	if (!is_over(p))
		return send_new(p);
	int r = wait_settled(p, p->last.sequence);
	*ret_more = !r && notes_again(p->notes, &note);
	return r;
}

static int send_all(struct producer *p)
{
	bool more = true;
	int r = settle(p);
	while (!r && more) {
		r = send_one(p, &more);
		if (!r)
			r = collect_all(p, 0);
		if (!r)
			r = settle(p);
	}
	return r ? r : collect_all(p, XF_NEVER);
}

/* Where a predecessor was. */
static int find_last(struct producer *p)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	int r = xf_stream_info(p->stage.stream, &info);
	if (!r && info.sequence)
		r = notes_read(p->notes, info.sequence, &p->last);
	return r;
}

static int send_and_end(struct producer *p)
{
	struct report report = { .kind = REPORT_ALL_SENT };
	int r = find_last(p);
	if (!r)
		r = send_all(p);
	if (!r)
		r = xf_stream_end(p->stage.stream);
	report.frame = p->last.newest;
	if (!r)
		report_send(FD_REPORTS, &report);
	return r;
}

/* The device is started before there is a stage: it says what the surfaces are made of. */
static int open_stage(struct producer *p)
{
	const struct demo_options *o = p->options;
	const struct stage_surfaces surfaces = { gpu_surfaces_create, &p->gpu };
	size_t sheet_bytes = sheet_size_bytes(o->pictures.count);
	int r = gpu_open(&p->gpu);
	if (r)
		return r;
	r = o->successor ? stage_join(&p->stage, o->name, PRODUCER)
			 : stage_create(&p->stage, o->name, o->surfaces,
				   sheet_bytes + sizeof(struct notes), &surfaces);
	if (!r)
		r = notes_find(&p->stage, sheet_bytes, &p->notes);
	if (!r)
		r = gpu_start(&p->gpu, p->stage.domain);
	if (!r)
		r = gpu_surfaces_open(&p->gpu, p->stage.pool, &p->surfaces);
	return r ? r : process_make(&p->gpu, &p->surfaces, &p->process);
}

static int work(struct producer *p)
{
	struct report ready = { .kind = REPORT_READY }, device = { .kind = REPORT_DEVICE };
	int r = open_stage(p);
	if (r)
		return r;
	report_send(FD_REPORTS, &ready);
	report_text(FD_REPORTS, &device, "%s", p->gpu.h.name);
	if (!p->options->successor) /* both see the first frame */
		r = xf_stream_wait_readers(p->stage.stream, 2, XF_NEVER);
	if (!r)
		r = show_open(&p->show, p->options, &p->stage);
	return r ? r : send_and_end(p);
}

int gpu_produce(const struct demo_options *options)
{
	struct producer p = { .options = options };
	struct report failed = { .kind = REPORT_FAILED };
	int r = work(&p);
	if (r == -ENODATA)
		report_text(FD_REPORTS, &failed, "none of the pictures could be decoded");
	else if (r)
		report_text(FD_REPORTS, &failed, "%s", xf_last_message(r));
	show_close(&p.show);
	if (p.gpu.vulkan) {
		gpu_stop(&p.gpu);
		process_finish(&p.gpu, &p.process);
		gpu_surfaces_close(&p.gpu, &p.surfaces);
	}
	gpu_close(&p.gpu);
	stage_leave(&p.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
