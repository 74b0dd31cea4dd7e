/* SPDX-License-Identifier: MIT */
/*
 * The producer: takes a free surface from the stream, has its device make the next frame in it, and
 * publishes it at once: the surface's key goes on with a fence, for which the consumers' queues
 * wait.
 *
 *	hold -> submit: key 0, make the frame, key 1 -> are both consumers done with the frame
 *	before? -> publish -> (device done) -> report
 *
 * A process that dies while its queue works on a frame leaves the surface's mutex abandoned, and
 * nobody gets that frame any more. A consumer that finds it so says "spoiled", and the producer
 * sends the frame again: same number, same picture, another surface, the stream's next sequence.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo/report.h"
#include "demo/sheet.h"
#include "demo/show.h"
#include "notes.h"
#include "process.h"
#include "produce.h"

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
};

/* A frame in the making. */
struct making {
	struct xf_frame frame;
	struct note note;
	struct report report;
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
	int r = gpu_begin(&p->gpu);
	if (r)
		return r;
	process_blur(&p->gpu, &p->process);
	r = gpu_end(&p->gpu);
	if (!r)
		r = gpu_submit(&p->gpu, m->frame.surface, KEY_WRITE, GPU_KEEP);
	if (!r)
		stand_still(m->report);
	return r;
}

static int make_frame(struct producer *p, struct making *m)
{
	int r = gpu_begin(&p->gpu);
	if (r)
		return r;
	process_blur(&p->gpu, &p->process);
	r = process_convert(&p->gpu, &p->process, &p->surfaces, m->report.surface, m->note.frame,
		m->note.picture);
	if (!r)
		r = gpu_end(&p->gpu);
	return r ? r : gpu_submit(&p->gpu, m->frame.surface, KEY_WRITE, KEY_READ);
}

/* `slide`: what is shown now; that picture, or one that was shown before. */
static int upload(struct producer *p, const struct slide *slide, uint32_t picture)
{
	struct image box = { 0 };
	char reason[REASON_MAX];
	int r = 0;
	if (p->uploaded == picture + 1)
		return 0;
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
	return r ? r : m->report.surface < p->surfaces.count ? 0 : -EPROTO;
}

/* A surface that somebody's death has spoiled in the meantime goes, for another one. */
static int make(struct producer *p, struct making *m)
{
	int r = upload(p, p->show.slide, m->note.picture);
	while (!r) {
		r = take_surface(p, m);
		if (r)
			return r;
		r = told_to_halt(p, m->note.frame) ? make_half(p, m) : make_frame(p, m);
		if (r != XF_ABANDONED)
			return r;
		r = xf_stream_drop(p->stage.stream, &m->frame);
		p->process.fresh = true; /* the upload was not submitted */
	}
	return r;
}

/*
 * Told after it is done, see the other producer. Whether its own work came to an end only the
 * device knows: if it did not, the consumers find the surface abandoned.
 */
static int publish(struct producer *p, struct making *m)
{
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = XF_NO_TIME,
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.data_size = sizeof(m->note) };
	m->report.released_ns = m->note.published_ns = xf_now();
	m->note.sequence = p->last.sequence + 1;
	notes_write(p->notes, &m->note);
	memcpy(info.data, &m->note, sizeof(m->note));
	int r = xf_stream_publish(p->stage.stream, &m->frame, &info);
	if (r)
		return r;
	p->last = m->note;
	r = gpu_finish(&p->gpu);
	if (r == XF_ABANDONED)
		return 0;
	m->report.checksum = process_checksum(&p->process);
	if (!r)
		report_send(FD_REPORTS, &m->report);
	return r;
}

/* Waits until both consumers are done with what was published last. */
static int settle(struct producer *p, bool *ret_spoiled)
{
	uint64_t spoiled;
	int r = stage_wait_done(&p->stage, p->last.sequence);
	if (!r)
		r = xf_timeline_value(p->stage.spoiled, &spoiled);
	*ret_spoiled = !r && p->last.sequence && spoiled >= p->last.sequence;
	return r;
}

static int send_again(struct producer *p)
{
	struct making m = { .note = { .frame = p->last.frame, .picture = p->last.picture } };
	int r = make(p, &m);
	return r ? r : publish(p, &m);
}

/* The next frame is made while the consumers have the one before. */
static int send_one(struct producer *p)
{
	struct making m = { .note = { .frame = p->last.frame + 1 } };
	const struct slide *slide;
	bool spoiled;
	int r = show_next(&p->show, &slide);
	if (r)
		return r;
	m.note.picture = slide->picture;
	r = make(p, &m);
	if (!r)
		r = settle(p, &spoiled);
	if (r)
		return r;
	if (!spoiled) {
		show_count(&p->show);
		return publish(p, &m);
	}
	r = gpu_finish(&p->gpu);
	if (!r || r == XF_ABANDONED)
		r = xf_stream_drop(p->stage.stream, &m.frame);
	return r ? r : send_again(p);
}

static bool is_over(struct producer *p)
{
	const struct demo_options *o = p->options;
	return o->frames ? p->last.frame >= o->frames : xf_event_wait(p->stage.stop, 0) == 0;
}

static int send_all(struct producer *p)
{
	bool spoiled = true;
	int r = 0;
	while (!r && spoiled) {
		while (!r && !is_over(p))
			r = send_one(p);
		if (!r)
			r = settle(p, &spoiled);
		if (!r && spoiled)
			r = send_again(p);
	}
	return r;
}

/* Where a predecessor was. */
static int find_last(struct producer *p)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	int r = xf_stream_info(p->stage.stream, &info);
	if (!r && info.sequence)
		r = notes_read(p->notes, info.sequence, &p->last);
	return !r && p->last.picture >= p->options->pictures.count ? -EPROTO : r;
}

static int send_and_end(struct producer *p)
{
	struct report report = { .kind = REPORT_ALL_SENT };
	int r = find_last(p);
	if (!r)
		r = send_all(p);
	if (!r)
		r = xf_stream_end(p->stage.stream);
	report.frame = p->last.frame;
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
		xf_queue_destroy(p.gpu.queue);
		p.gpu.queue = NULL;
		process_finish(&p.gpu, &p.process);
		gpu_surfaces_close(&p.gpu, &p.surfaces);
	}
	gpu_close(&p.gpu);
	stage_leave(&p.stage);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
