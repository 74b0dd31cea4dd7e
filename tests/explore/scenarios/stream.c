/* SPDX-License-Identifier: MIT */
/*
 * Streams: a producer of a few frames, readers of both policies, late ones, ones past their time,
 * a producer that dies and one that follows. Nobody writes what somebody reads, sequences grow, and
 * what is missed is said.
 */
#include "explore.h"

enum { P, E, L, Q };

static struct xf_stream *stream[4];
static struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = 8, .height_px = 1, .fourcc = XF_FORMAT_R8
};

/* xp_value[m]: the last sequence that m had; [8 + frame]: how many read it; [12 + frame]: what is
 * in it. */
static int *readers_of(const struct xf_frame *frame)
{
	return &xp_value[8 + frame->slot % XF_POOL_MAX];
}

static int *content_of(const struct xf_frame *frame)
{
	return &xp_value[12 + frame->slot % XF_POOL_MAX];
}

static int make(int m, uint32_t frames, uint32_t flags)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = frames, .flags = flags
	};
	return xf_stream_create(xp_domain(m), &params, "s", &stream[m]);
}

static void put(int m)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream_info info = { .size = sizeof(info) };
	if (xf_stream_hold(stream[m], XP_LATER, &frame))
		return;
	if (*readers_of(&frame))
		xp_fail("written while somebody reads it");
	xf_stream_info(stream[m], &info);
	*content_of(&frame) = (int)info.sequence + 1;
	xp_here();
	xf_stream_publish(stream[m], &frame, NULL);
}

static void put_two(int m)
{
	put(m);
	put(m);
}

static void put_four(int m)
{
	put_two(m);
	put_two(m);
}

/* With three frames: so many that one that was the newest is written again. */
static void put_five(int m)
{
	put_four(m);
	put(m);
}

static void get(int m, int64_t deadline_ns)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	if (xf_stream_next(stream[m], deadline_ns, &frame))
		return;
	(*readers_of(&frame))++;
	uint64_t sequence = frame.info->sequence;
	if (sequence <= (uint64_t)xp_value[m])
		xp_fail("a sequence goes back");
	if (m == E && sequence != (uint64_t)xp_value[m] + 1 && xp_value[m] &&
		!(frame.info->flags & XF_FRAME_GAP))
		xp_fail("a frame is missing, and nobody says so");
	xp_value[m] = (int)sequence;
	xp_here();
	if (*content_of(&frame) != (int)sequence)
		xp_fail("another frame's content");
	(*readers_of(&frame))--;
	xf_stream_done(stream[m], &frame);
}

static void get_two(int m)
{
	get(m, XF_NEVER);
	get(m, XF_NEVER);
}

static void get_one(int m)
{
	get(m, XF_NEVER);
}

static void subscribe_and_get(int m)
{
	if (xf_stream_subscribe(stream[m], XF_STREAM_LATEST, 1))
		xp_fail("not subscribed");
	get(m, XP_LATER);
}

static void open_for(int m, uint32_t policy)
{
	if (xf_stream_open(xp_domain(m), "s", 0, &stream[m]))
		xp_fail("setup: open");
	if (policy && xf_stream_subscribe(stream[m], policy, 1))
		xp_fail("setup: subscribe");
}

static void begin(uint32_t frames, uint32_t flags)
{
	if (make(P, frames, flags))
		xp_fail("setup: create");
}

static const char *every_had_both(void)
{
	return xp_value[E] == 2 ? NULL : "a reader of every frame did not get both";
}

static void setup_every(void)
{
	begin(4, 0);
	open_for(E, XF_STREAM_EVERY);
	open_for(L, XF_STREAM_LATEST);
	xp_thread("E", get_two, E);
	xp_thread("P", put_two, P);
	xp_thread("L", get_one, L);
}
XP_SCENARIO(stream_both, "two frames, a reader of each policy", .setup = setup_every,
	.check = every_had_both);

static void setup_late(void)
{
	begin(3, 0);
	open_for(L, 0);
	xp_thread("P", put_five, P);
	xp_thread("L", subscribe_and_get, L);
}
XP_SCENARIO(stream_late, "a reader comes while frames go round", .setup = setup_late);

static void setup_overrun(void)
{
	begin(4, XF_STREAM_OVERRUN);
	open_for(E, XF_STREAM_EVERY);
	xp_thread("P", put_four, P);
	xp_thread("E", get_two, E);
}
XP_SCENARIO(
	stream_overrun, "a reader past its time loses frames, and is told", .setup = setup_overrun);

static void follow(int m)
{
	xp_idle(m); /* until the producer has died */
	if (make(m, 4, 0))
		xp_fail("the successor does not get the stream");
	put(m);
}

static const char *went_on(void)
{
	return xp_value[E] || !xp_died() ? NULL : "a reader got nothing from the successor";
}

static void setup_successor(void)
{
	begin(4, 0);
	open_for(E, XF_STREAM_EVERY);
	xp_thread("P", put_two, P)->may_die = true;
	xp_thread("E", get_one, E);
	xp_thread("Q", follow, Q);
}
XP_SCENARIO(stream_successor, "the producer dies at any step, another one follows",
	.setup = setup_successor, .check = went_on, .sweeper = true, .usually = 1);

static void setup_reader_dies(void)
{
	begin(4, 0);
	open_for(E, XF_STREAM_EVERY);
	open_for(L, XF_STREAM_LATEST);
	xp_thread("E", get_two, E)->may_die = true;
	xp_thread("P", put_four, P);
	xp_thread("L", get_one, L);
}
XP_SCENARIO(stream_reader_dies, "a reader dies; the frames come back", .setup = setup_reader_dies,
	.sweeper = true, .usually = 1);
