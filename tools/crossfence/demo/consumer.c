/* SPDX-License-Identifier: MIT */
/*
 * Both consumers: wait for one's key on any surface, check the frame, hand the surface on.
 *
 *	wait_any(key) -> rejoin -> read -> release(next key, fence: frame) -> give
 *
 * A surface is read while we own its mutex, and that alone keeps others out of it. The pool's hold
 * is what keeps it from being recycled between the two consumers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consumer.h"
#include "report.h"
#include "output.h"
#include "sheet.h"
#include "stamp.h"

struct consumer {
	const struct demo_options *options;
	enum role role;
	struct stage stage;
	uint32_t n_surfaces, last; /* the surface we had last: the next one is looked at first */
	xf_id abandoned[STAGE_SURFACES_MAX]; /* mutexes whose owner died */
	struct sheet *sheet; /* consumer B */
};

static uint64_t own_key(const struct consumer *c)
{
	return c->role == CONSUMER_A ? KEY_A : KEY_B;
}

static uint64_t next_key(const struct consumer *c)
{
	return c->role == CONSUMER_A ? KEY_B : KEY_PRODUCER;
}

/* What one round waits for. */
enum { ITEM_FINISHED, ITEM_RENEWED, ITEM_SURFACES };

struct round {
	struct xf_wait_item items[ITEM_SURFACES + STAGE_SURFACES_MAX];
	uint32_t surfaces[ITEM_SURFACES + STAGE_SURFACES_MAX]; /* [item]: index in the pool */
	uint32_t n_items;
	int64_t since_ns; /* when we began to wait */
};

/*
 * Beginning behind the surface we had last keeps frames in order: the lowest item wins. A surface
 * whose mutex is abandoned, or gone with the last who had it open, is left out until "renewed"
 * tells that somebody gave it a new one.
 */
static int prepare(struct consumer *c, struct round *round)
{
	uint64_t renewed;
	int r = xf_timeline_value(c->stage.renewed, &renewed);
	if (r)
		return r;
	round->items[ITEM_FINISHED] =
		(struct xf_wait_item){ .type = XF_EVENT, .object = c->stage.finished };
	round->items[ITEM_RENEWED] = (struct xf_wait_item){
		.type = XF_TIMELINE, .object = c->stage.renewed, .value = renewed + 1
	};
	round->n_items = ITEM_SURFACES;
	for (uint32_t i = 1; i <= c->n_surfaces; i++) {
		uint32_t index = (c->last + i) % c->n_surfaces;
		struct xf_keyed_mutex *mutex;
		r = xf_surface_mutex(xf_pool_surface(c->stage.pool, index), &mutex);
		if (r == -ESTALE || (!r && xf_keyed_mutex_id(mutex) == c->abandoned[index]))
			continue;
		if (r)
			return r;
		round->items[round->n_items] = (struct xf_wait_item){
			.type = XF_KEYED_MUTEX, .object = mutex, .value = own_key(c)
		};
		round->surfaces[round->n_items++] = index;
	}
	round->since_ns = xf_now();
	return 0;
}

/* How long we slept after the release; -1 when the surface was there before we asked. */
static int64_t hand_off_ns(const struct round *round, struct xf_keyed_mutex *mutex, int64_t now_ns)
{
	int64_t released_ns = stage_released_ns(mutex);
	return released_ns < round->since_ns || released_ns > now_ns ? -1 : now_ns - released_ns;
}

static int look(struct consumer *c, struct xf_surface *surface, struct report *report)
{
	struct stamp_result found;
	void *data;
	int r = xf_surface_begin(surface, XF_ACCESS_READ, &data);
	if (r)
		return r;
	stamp_check(data, &found);
	if (found.frame != report->frame) /* as the fence says */
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

static int hand_on(struct consumer *c, struct xf_keyed_mutex *mutex, struct report *report)
{
	report->released_ns = xf_now();
	report_send(FD_REPORTS, report); /* before it is done; see the producer's hand_on() */
	int r = stage_release(mutex, next_key(c), report->frame);
	if (!r)
		r = xf_pool_give(c->stage.pool, report->surface);
	return r == -EPERM ? 0 : r; /* nobody held it when we rejoined: the mutex was enough */
}

/* We own the surface's mutex now. */
static int consume(struct consumer *c, const struct round *round, uint32_t item)
{
	struct xf_keyed_mutex *mutex = round->items[item].object;
	struct report report = { .kind = REPORT_FRAME,
		.surface = round->surfaces[item],
		.frame = round->items[item].fence,
		.acquired_ns = xf_now() };
	report.hand_off_ns = hand_off_ns(round, mutex, report.acquired_ns);
	c->last = report.surface;
	/* A successor is no holder yet of what was shared before it came. */
	int r = xf_pool_rejoin(c->stage.pool, report.surface);
	if (r && r != -EAGAIN)
		return r;
	r = look(c, xf_pool_surface(c->stage.pool, report.surface), &report);
	if (r)
		return r;
	stand_still_if_told(c, &report);
	return hand_on(c, mutex, &report);
}

/* Its owner died, and our turn will not come: let go, so that the pool can mend it. */
static void let_go(struct consumer *c, const struct round *round, uint32_t item)
{
	uint32_t index = round->surfaces[item];
	c->abandoned[index] = xf_keyed_mutex_id(round->items[item].object);
	(void)xf_pool_give(c->stage.pool, index); /* -EPERM: we did not hold it */
}

/* 0: go on; 1: finished; negative: failed. */
static int step(struct consumer *c)
{
	struct round round;
	uint32_t item;
	int r = prepare(c, &round);
	if (!r)
		r = xf_wait_any(round.items, round.n_items, XF_NEVER, &item);
	if (r < 0)
		return r;
	if (r == XF_ABANDONED && item >= ITEM_SURFACES)
		let_go(c, &round, item);
	else if (item >= ITEM_SURFACES)
		return consume(c, &round, item);
	return item == ITEM_FINISHED;
}

static int work(struct consumer *c)
{
	struct report ready = { .kind = REPORT_READY };
	int r = xf_pool_subscribe(c->stage.pool);
	if (!r)
		r = xf_event_set(c->stage.ready[c->role]);
	report_send(FD_REPORTS, &ready);
	while (!r)
		r = step(c);
	return r < 0 ? r : 0;
}

static int write_sheet(struct consumer *c)
{
	struct report failed = { .kind = REPORT_NO_SHEET };
	char path[OUTPUT_PATH_MAX];
	int r = sheet_write(c->sheet, output_path(path, c->options->out, "contact-sheet.png"));
	if (r) /* the supervisor keeps the first reason it hears */
		report_text(FD_REPORTS, &failed, "%s", strerror(-r));
	return r;
}

/* What a predecessor drew is still there. */
static int open_sheet(struct consumer *c)
{
	struct xf_surface *surface = xf_pool_surface(c->stage.sheet, 0);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	void *memory;
	xf_surface_desc(surface, &desc, NULL);
	if (desc.width_px < sheet_size_bytes(c->options->pictures.count))
		return -EPROTO;
	int r = xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, &memory);
	return r ? r : sheet_create(&c->options->pictures, memory, &c->sheet);
}

static int run(struct consumer *c)
{
	int r = stage_join(&c->stage, c->options->name);
	if (!r && c->role == CONSUMER_B)
		r = open_sheet(c);
	if (r)
		return r;
	c->n_surfaces = xf_pool_count(c->stage.pool);
	if (c->n_surfaces > STAGE_SURFACES_MAX)
		return -EPROTO;
	r = work(c);
	if (!r && c->sheet)
		r = write_sheet(c);
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
