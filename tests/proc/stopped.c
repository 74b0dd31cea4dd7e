/* SPDX-License-Identifier: MIT */
#include "stopped.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READY = 8, END }; /* board steps */

#define ROUNDS	 10
#define PATIENCE proc_patience(10000)

/* Beside a next set or release by anybody, which everybody can make: what takes its continuing. */
enum { NOTHING = 0, MUTEX = 1, JOINS = 2, PERHAPS = 4 };

/*
 * As in docs/architecture.md, and tests/proc/stopped-rows compares them. NAME:... means all
 * points of that name that have no row of their own.
 */
static const struct row {
	const char *points, *delays;
	unsigned what;
} rows[] = {
	{ "event:before-set", "nobody", NOTHING },
	{ "event:set", "this event, until the next set", NOTHING },
	{ "timeline:...", "values passed, until the next signal", NOTHING },
	{ "release:released", "sleepers for that key, until the next release", NOTHING },
	{ "rekey:released", "the same", NOTHING },
	{ "unpark:bumped", "the same of either", NOTHING },
	{ "ring:looked", "bells and descriptors of this one, until the next change", NOTHING },
	{ "takers:chosen", "the same", NOTHING },
	{ "watch:left", "the mutex, if it had to wait for it", PERHAPS },
	{ "park:...", "whoever sleeps for the same, until the next", NOTHING },
	{ "acquire:before", "nobody", NOTHING },
	{ "acquire:fast", "nobody", NOTHING },
	{ "acquire:taken", "the mutex", MUTEX },
	{ "acquire:fast-taken", "the mutex", MUTEX },
	{ "release:before", "the mutex", MUTEX },
	{ "rekey:taken", "the mutex", MUTEX },
	{ "fence:named", "a mutex of its own", NOTHING },
	{ "sweep:...", "what needs the lock", JOINS },
	{ "lock:...", "what needs the lock", JOINS },
	{ "payload:marked", "what needs the lock", JOINS },
	{ "lend:abandoned", "what needs the lock", JOINS },
	{ "fence:abandoned", "what needs the lock", JOINS },
	{ "device:half", "what needs the lock", JOINS },
	{ "stream:publish", "what needs the lock", JOINS },
	{ "stream:subscrib...", "what needs the lock", JOINS },
	{ "stream:keep", "what needs the lock", JOINS },
	{ "change:...", "news of members", JOINS },
	{ "join:...", "joins", JOINS },
	{ "leave:...", "joins", JOINS },
	{ "door:entered", "joins", JOINS },
	{ "door:looked", "nobody", NOTHING },
	{ "door:going", "nobody", NOTHING },
	{ "serve:swept", "nobody", NOTHING },
	{ "create:...", "nobody", NOTHING },
	{ "open:...", "nobody", NOTHING },
	{ "close:abandoned", "sleepers on that mutex", NOTHING },
	{ "close:...", "whoever opens that very object", NOTHING },
	{ "directory:...", "nobody; looking for that label takes longer", NOTHING },
	{ "abandon:told", "nobody", NOTHING },
	{ "pool:...", "that surface", NOTHING },
	{ "keeper:...", "that surface's memory", NOTHING },
	{ "sync:...", "that use", NOTHING },
	{ "stream:...", "its own frames", NOTHING },
};

/* The most exact one; NULL: none. */
static const struct row *row_of(const char *point)
{
	const struct row *found = NULL;
	size_t best = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *dots = strstr(rows[i].points, "...");
		size_t length = dots ? (size_t)(dots - rows[i].points) : strlen(rows[i].points) + 1;
		if (length > best && strncmp(rows[i].points, point, length) == 0) {
			best = length;
			found = &rows[i];
		}
	}
	return found;
}

bool stopped_known(const char *point)
{
	return row_of(point);
}

static void hand_on(void *arg)
{
	struct fixture *f = arg;
	struct xf_keyed_mutex *between;
	struct xf_domain *d;
	xf_id id;
	EXPECT(0, xf_domain_join(f->fd, &d));
	EXPECT(0, xf_domain_find(d, XF_KEYED_MUTEX, "between", &id));
	EXPECT(0, xf_keyed_mutex_open(d, id, &between));
	proc_tell(READY);
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT(0, xf_keyed_mutex_acquire(between, 1, proc_patience(40000), NULL));
		EXPECT(0, xf_keyed_mutex_release(between, 0, 0));
	}
	proc_await(END, 1, 40000);
	xf_keyed_mutex_close(between);
	xf_domain_leave(d);
}

void partner_begin(struct partner *p, struct fixture *f)
{
	p->f = f;
	atomic_store(&proc_board->step[READY], 0);
	atomic_store(&proc_board->step[END], 0);
	EXPECT(0, xf_keyed_mutex_create(f->domain, 0, "between", &p->between));
	p->pid = proc_spawn(hand_on, f);
	proc_await(READY, 1, 10000);
}

void partner_end(struct partner *p)
{
	proc_tell(END);
	EXPECT(0, proc_wait(p->pid, 20000));
	xf_keyed_mutex_close(p->between);
}

static void say(const char *point, const char *what, int r)
{
	proc_fail(__FILE__, __LINE__, "stopped at %s: %s: %d", point, what, r);
}

/* Both ways, each of them asleep now and then. */
static void check_hand_on(struct partner *p, const char *point)
{
	for (int i = 0; i < ROUNDS; i++) {
		int r = xf_keyed_mutex_acquire(p->between, 0, PATIENCE, NULL);
		if (!r)
			r = xf_keyed_mutex_release(p->between, 1, 0);
		if (r)
			say(point, "no hand-on between the living", r);
	}
}

/* It carries one of two keys; whoever comes takes it, unless it is owned. */
static void check_mutex(struct fixture *f, const char *point, bool owns, bool perhaps)
{
	struct xf_wait_item items[] = { { .type = XF_KEYED_MUTEX, .object = f->mutex, .value = 0 },
		{ .type = XF_KEYED_MUTEX, .object = f->mutex, .value = 5 } };
	uint32_t index;
	int r = xf_wait_any(items, 2, owns || perhaps ? xf_deadline(20 * MS) : PATIENCE, &index);
	if (r != (owns ? XF_TIMEOUT : 0) && !(perhaps && r == XF_TIMEOUT))
		say(point, owns ? "its mutex" : "a mutex that nobody owns", r);
	if (!r)
		EXPECT(0, xf_keyed_mutex_release(f->mutex, items[index].value, 0));
}

/* Of two surfaces one at least is not its. */
static void check_pool(struct fixture *f, const char *point)
{
	uint32_t index;
	for (uint32_t i = 0; i < FIXTURE_SURFACES; i++)
		(void)xf_pool_give(f->pool, i); /* shared with us, perhaps */
	int r = xf_pool_hold(f->pool, PATIENCE, &index);
	if (r)
		say(point, "a surface that it does not hold", r);
	EXPECT(0, xf_pool_give(f->pool, index));
}

static bool bounded(int r)
{
	return r == 0 || r == -ETIMEDOUT;
}

/* Comes, makes something, goes; where it may be held up, at each step within the bound. */
static void newcomer(void *arg)
{
	struct fixture *f = arg;
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface *surface = NULL;
	struct xf_event *event;
	struct xf_domain *d;
	xf_id id;
	int r = xf_domain_join(f->fd, &d);
	CHECK(bounded(r));
	if (r)
		_exit(2);
	EXPECT(0, xf_domain_find(d, XF_EVENT, "event", &id));
	EXPECT(0, xf_event_open(d, id, &event));
	EXPECT(0, xf_event_set(event));
	r = xf_surface_create(d, &desc, 0, &surface);
	CHECK(bounded(r));
	xf_surface_close(surface);
	xf_event_close(event);
	xf_domain_leave(d);
	_exit(r ? 2 : 0);
}

static void check_newcomer(struct fixture *f, const char *point, bool held_up)
{
	int status = proc_wait(proc_spawn(newcomer, f), 20000);
	if (status != 0 && !(held_up && status == 2))
		say(point, "whoever comes", status);
}

/* The lock, and the door, are one each: the bound is waited for at one point of each. */
static bool bound_tried(const char *point)
{
	return strcmp(point, "lock:taken") == 0 || strcmp(point, "door:entered") == 0;
}

void stopped_check(struct partner *p, const char *point, bool owns)
{
	const struct row *row = row_of(point);
	bool joins = row->what & JOINS;
	check_hand_on(p, point);
	check_mutex(p->f, point, owns && row->what & MUTEX, row->what & PERHAPS);
	check_pool(p->f, point);
	if (!joins || bound_tried(point))
		check_newcomer(p->f, point, joins);
}
