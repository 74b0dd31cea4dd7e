/* SPDX-License-Identifier: MIT */
/*
 * The producer: takes a free surface from the pool, paints the next frame, hands it to consumer A.
 *
 *	hold -> acquire(key 0) -> paint -> share -> release(key 1, fence: frame) -> give
 *
 * It keeps nothing in its own memory that a successor would miss. What is in flight can be read off
 * the surfaces: consumer B releases with the frame's number as fence, so a surface that comes back
 * with another fence than the stamp in it was cut off by a death. Its frame is whole, since it
 * was handed on once, and is handed on again as it is.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
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
	xf_id mutexes[STAGE_SURFACES_MAX]; /* as last seen, to tell the consumers of new ones */
};

/* A surface taken from the pool, and owned. */
struct turn {
	uint32_t index;
	struct xf_surface *surface;
	struct xf_keyed_mutex *mutex;
	uint64_t key, fence; /* as it came back */
	int64_t acquired_ns;
	void *data;
};

/* Consumers leave out surfaces whose owner died until there is news of a new mutex. */
static int tell_renewed(struct producer *p, uint32_t index, struct xf_keyed_mutex *mutex)
{
	uint64_t count;
	if (p->mutexes[index] == xf_keyed_mutex_id(mutex))
		return 0;
	p->mutexes[index] = xf_keyed_mutex_id(mutex);
	int r = xf_timeline_value(p->stage.renewed, &count);
	return r ? r : xf_timeline_signal(p->stage.renewed, count + 1);
}

/*
 * A free surface normally carries our key. When a consumer died before its turn the surface carries
 * the dead one's key; then it goes to whoever is first, its successor or us.
 */
static int acquire(struct turn *turn)
{
	struct xf_wait_item items[N_KEYS];
	uint32_t key;
	for (uint32_t i = 0; i < N_KEYS; i++)
		items[i] = (struct xf_wait_item){
			.type = XF_KEYED_MUTEX, .object = turn->mutex, .value = i
		};
	int r = xf_wait_any(items, N_KEYS, XF_NEVER, &key);
	if (r)
		return r;
	turn->acquired_ns = xf_now();
	turn->key = items[key].value;
	turn->fence = items[key].fence;
	return 0;
}

static int take_once(struct producer *p, struct turn *turn)
{
	struct xf_pool_use use = { .size = sizeof(use) };
	int r = xf_pool_hold_use(p->stage.pool, XF_NEVER, &use);
	if (r)
		return r;
	turn->index = use.index;
	turn->surface = xf_pool_surface(p->stage.pool, turn->index);
	r = xf_surface_mutex(turn->surface, &turn->mutex);
	if (!r)
		r = tell_renewed(p, turn->index, turn->mutex);
	if (!r)
		r = acquire(turn);
	if (!r)
		r = xf_surface_begin(turn->surface, XF_ACCESS_READ | XF_ACCESS_WRITE, &turn->data);
	if (r)
		(void)xf_pool_give(p->stage.pool, turn->index); /* cannot fail: held */
	return r;
}

static int take(struct producer *p, struct turn *turn)
{
	int r;
	do
		r = take_once(p, turn);
	while (r == XF_ABANDONED); /* somebody died on it just now: the pool mends it */
	return r;
}

/*
 * To consumer A. Told before it is done: who dies in between has told too much, the frame is cut
 * off and comes again; the other way round a frame would have passed that nobody told of.
 */
static int hand_on(struct producer *p, struct turn *turn, struct report *report)
{
	int r = xf_surface_end(turn->surface);
	if (!r)
		r = xf_pool_share(p->stage.pool, turn->index, NULL);
	if (r)
		return r;
	report->kind = REPORT_FRAME;
	report->surface = turn->index;
	report->acquired_ns = turn->acquired_ns;
	report->released_ns = xf_now();
	report_send(FD_REPORTS, report);
	r = stage_release(turn->mutex, KEY_A, report->frame);
	return r ? r : xf_pool_give(p->stage.pool, turn->index);
}

/* True: `report` describes a frame that must go round again. */
static bool cut_off(struct producer *p, const struct turn *turn, struct report *report)
{
	struct stamp_result found;
	uint64_t sent, frame = stamp_peek(turn->data);
	if (!frame || (turn->key == KEY_PRODUCER && turn->fence == frame))
		return false;
	if (xf_timeline_value(p->stage.sent, &sent) || frame > sent)
		return false; /* its painter died: it was never handed on, and will be painted */
	stamp_check(turn->data, &found);
	*report = (struct report){ .kind = REPORT_DAMAGED,
		.frame = frame,
		.sent_again = 1,
		.picture = found.picture,
		.bad_rows = found.bad_rows,
		.checksum = found.checksum };
	if (found.bad_rows)
		report_send(FD_REPORTS, report);
	return !found.bad_rows;
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

/* Says that it owns a surface, half painted, and waits for the end. */
static void stand_still(const struct turn *turn, uint64_t frame)
{
	struct report report = { .kind = REPORT_OWNS,
		.surface = turn->index,
		.frame = frame,
		.acquired_ns = turn->acquired_ns };
	report_send(FD_REPORTS, &report);
	for (;;)
		pause();
}

static int paint(struct producer *p, struct turn *turn, uint64_t frame)
{
	struct report report = { .frame = frame };
	stamp_paint(turn->data, p->slide, frame, 0, FRAME_HEIGHT_PX / 2);
	if (frame == p->options->halt_at || xf_event_wait(p->stage.halt[PRODUCER], 0) == 0)
		stand_still(turn, frame);
	stamp_paint(turn->data, p->slide, frame, FRAME_HEIGHT_PX / 2, FRAME_HEIGHT_PX);
	p->frames_of_slide++;
	report.picture = p->slide->picture;
	report.checksum = p->slide->checksum;
	/* While we own it: a successor finds a number that is not too low. */
	int r = xf_timeline_signal(p->stage.sent, frame);
	return r ? r : hand_on(p, turn, &report);
}

/*
 * Waits until both consumers are there: a frame nobody holds would come straight back. And should
 * this producer fail at once, for want of pictures, they keep the domain until the supervisor has
 * joined it and hears why.
 */
static int wait_for_consumers(struct producer *p)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = p->stage.ready[CONSUMER_A] },
		{ .type = XF_EVENT, .object = p->stage.ready[CONSUMER_B] } };
	return xf_wait_all(items, 2, XF_NEVER);
}

static int send_one(struct producer *p, uint64_t frame)
{
	struct turn turn;
	struct report report;
	int r = wait_for_consumers(p);
	if (!r && slide_is_over(p))
		r = change_slide(p);
	if (!r)
		r = take(p, &turn);
	if (r)
		return r;
	return cut_off(p, &turn, &report) ? hand_on(p, &turn, &report) : paint(p, &turn, frame);
}

static int send_all(struct producer *p)
{
	uint64_t sent;
	for (;;) {
		int r = xf_timeline_value(p->stage.sent, &sent);
		if (r)
			return r;
		if (p->options->frames && sent >= p->options->frames)
			return 0;
		if (xf_event_wait(p->stage.stop, 0) == 0)
			return 0;
		r = send_one(p, sent + 1);
		if (r)
			return r;
	}
}

/* Waits until every surface is back and none was cut off, and keeps them. */
static int collect(struct producer *p)
{
	for (uint32_t back = 0; back < xf_pool_count(p->stage.pool);) {
		struct turn turn;
		struct report report;
		int r = wait_for_consumers(p);
		if (!r)
			r = take(p, &turn);
		if (r)
			return r;
		if (cut_off(p, &turn, &report)) {
			r = hand_on(p, &turn, &report);
		} else {
			r = xf_surface_end(turn.surface);
			if (!r)
				r = xf_keyed_mutex_release(turn.mutex, KEY_PRODUCER, turn.fence);
			back++;
		}
		if (r)
			return r;
	}
	return 0;
}

static int finish(struct producer *p)
{
	struct report report = { .kind = REPORT_ALL_SENT };
	int r = xf_timeline_value(p->stage.sent, &report.frame);
	if (r)
		return r;
	report_send(FD_REPORTS, &report);
	return xf_event_set(p->stage.finished);
}

static int work(struct producer *p)
{
	struct report ready = { .kind = REPORT_READY };
	uint64_t first;
	report_send(FD_REPORTS, &ready);
	int r = xf_timeline_value(p->stage.slide, &first);
	if (!r)
		r = slides_open(
			p->stage.domain, &p->options->pictures, first, FD_REPORTS, &p->slides);
	if (!r)
		r = send_all(p);
	if (!r)
		r = collect(p);
	return r ? r : finish(p);
}

int producer_main(const struct demo_options *options)
{
	struct producer p = { .options = options };
	struct report failed = { .kind = REPORT_FAILED };
	int r = options->successor ? stage_join(&p.stage, options->name)
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
