/* SPDX-License-Identifier: MIT */
/* The rows of waiters.h that hand frames on: pools and streams. */
#include <string.h>

#include "waiters.h"

#define LABEL	"waited for"
#define FORMATS 4 /* of a stream at a time */

static const struct xf_surface_desc surface = {
	.size = sizeof(surface), .width_px = 16, .height_px = 4, .fourcc = XF_FORMAT_ABGR8888
};

/* ---- Pools of one surface ---- */

static void make_pool_of(struct side *side, uint32_t flags)
{
	struct xf_pool *pool;
	EXPECT(0, xf_pool_create(side->domain, &surface, 1, flags, NULL, &pool));
	side->object = pool;
	waiters_share(WAITERS_ID, xf_pool_id(pool));
	uint32_t i;
	EXPECT(0, xf_pool_hold(pool, 0, &i));
}

static void make_pool(struct side *side)
{
	make_pool_of(side, 0);
}

static void make_sync_pool(struct side *side)
{
	make_pool_of(side, XF_SURFACE_SYNC);
}

static void make_keyed_pool(struct side *side)
{
	struct xf_keyed_mutex *mutex, *own;
	make_pool_of(side, XF_SURFACE_KEYED);
	EXPECT(0, xf_surface_mutex(xf_pool_surface(side->object, 0), &mutex));
	EXPECT(0, xf_keyed_mutex_open(side->domain, xf_keyed_mutex_id(mutex), &own));
	side->more = own;
	EXPECT(0, xf_keyed_mutex_acquire(own, 0, 0, NULL));
	EXPECT(0, xf_pool_give(side->object, 0));
}

static void open_pool(struct side *side)
{
	struct xf_pool *pool;
	EXPECT(0, xf_pool_open(side->domain, waiters_shared(WAITERS_ID), &pool));
	side->object = pool;
}

static int wait_pool(struct side *side, int64_t deadline_ns)
{
	uint32_t i;
	return xf_pool_hold(side->object, deadline_ns, &i);
}

static void give(struct side *side)
{
	EXPECT(0, xf_pool_give(side->object, 0));
}

static void pool_ready(struct side *side)
{
	struct xf_sync *sync;
	EXPECT(0, xf_surface_sync(xf_pool_surface(side->object, 0), &sync));
	EXPECT(0, xf_sync_ready(sync, NULL));
}

static void release_more(struct side *side)
{
	EXPECT(0, xf_keyed_mutex_release(side->more, 0, 0));
}

static void revoke_more(struct side *side)
{
	EXPECT(0, xf_keyed_mutex_revoke(side->more));
}

static void close_more(struct side *side)
{
	xf_keyed_mutex_close(side->more);
	side->more = NULL;
}

static void close_pool(struct side *side)
{
	close_more(side);
	xf_pool_close(side->object);
	side->object = NULL;
}

#define POOL_WAITER .open = open_pool, .wait = wait_pool, .pass_on = give, .shut = close_pool

const struct kind waiters_pool = { POOL_WAITER, .make = make_pool, .untold = { "unpark:bumped" },
	.tell = give, .close = close_pool };

const struct kind waiters_sync_pool = { POOL_WAITER, .make = make_sync_pool,
	.untold = { "sync:ready" }, .tell = pool_ready, .close = close_pool, .give_up = give };

const struct kind waiters_keyed_pool = { POOL_WAITER, .make = make_keyed_pool,
	.untold = { "release:released" }, .tell = release_more, .close = close_more,
	.give_up = revoke_more };

/* ---- Streams ---- */

static void make_stream(struct side *side)
{
	struct xf_stream *stream;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &surface };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 6 };
	EXPECT(0, xf_stream_create(side->domain, &params, LABEL, &stream));
	side->object = stream;
	waiters_share(WAITERS_ID, xf_stream_id(stream));
}

static void open_stream(struct side *side)
{
	struct xf_stream *stream;
	EXPECT(0, xf_stream_open_id(side->domain, waiters_shared(WAITERS_ID), &stream));
	side->object = stream;
}

static void subscribe(struct side *side)
{
	EXPECT(0, xf_stream_subscribe(side->object, XF_STREAM_EVERY, 1));
}

static void open_and_subscribe(struct side *side)
{
	open_stream(side);
	subscribe(side);
}

static void publish(struct side *side)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	EXPECT(0, xf_stream_hold(side->object, 0, &frame));
	EXPECT(0, xf_stream_publish(side->object, &frame, NULL));
}

static void end(struct side *side)
{
	EXPECT(0, xf_stream_end(side->object));
}

static void close_stream(struct side *side)
{
	xf_stream_close(side->object);
	side->object = NULL;
}

/* Each of them gets the same frame, and keeps it: it is the last one that it wants. */
static int wait_frame(struct side *side, int64_t deadline_ns)
{
	side->frame = (struct xf_frame){ .size = sizeof(side->frame) };
	return xf_stream_next(side->object, deadline_ns, &side->frame);
}

static void stream_item(struct side *side, struct xf_wait_item *ret_item)
{
	*ret_item = (struct xf_wait_item){ .type = XF_STREAM, .object = side->object };
}

static int stream_fd(struct side *side, int *ret_fd)
{
	return xf_stream_fd(side->object, ret_fd);
}

const struct kind waiters_reader = { .make = make_stream,
	.take_up = make_stream,
	.untold = { "stream:published" },
	.tell = publish,
	.close = close_stream,
	.give_up = end,
	.open = open_and_subscribe,
	.wait = wait_frame,
	.item = stream_item,
	.fd = stream_fd,
	.shut = close_stream,
	.own_members = true };

/* The tests' library does not count from 1. */
static int wait_look(struct side *side, int64_t deadline_ns)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	char pixels[4096];
	size_t bytes;
	EXPECT(0, xf_stream_info(side->object, &info));
	return xf_stream_peek(side->object, info.sequence, deadline_ns, pixels, sizeof(pixels),
		&bytes, NULL, NULL);
}

const struct kind waiters_peeker = { .make = make_stream,
	.take_up = make_stream,
	.untold = { "stream:published" },
	.tell = publish,
	.close = close_stream,
	.give_up = end,
	.open = open_stream,
	.wait = wait_look,
	.shut = close_stream };

/* Nobody owns the fence. */
static void make_unfinished(struct side *side)
{
	struct xf_timeline *fence;
	struct xf_frame frame = { .size = sizeof(frame) };
	EXPECT(0, xf_timeline_create(side->domain, 0, 0, NULL, &fence));
	side->more = fence;
	make_stream(side);
	struct xf_frame_info info = {
		.size = sizeof(info), .fence = xf_timeline_id(fence), .fence_value = 1
	};
	EXPECT(0, xf_stream_hold(side->object, 0, &frame));
	EXPECT(0, xf_stream_publish(side->object, &frame, &info));
}

static void open_and_take(struct side *side)
{
	open_and_subscribe(side);
	EXPECT(0, wait_frame(side, 0));
}

static int wait_complete(struct side *side, int64_t deadline_ns)
{
	return xf_stream_wait_complete(side->object, side->frame.info, NULL, deadline_ns);
}

static void finish_it(struct side *side)
{
	EXPECT(0, xf_timeline_signal(side->more, 1));
}

static void close_stream_and_fence(struct side *side)
{
	close_stream(side);
	xf_timeline_close(side->more);
	side->more = NULL;
}

const struct kind waiters_completer = { .make = make_unfinished,
	.untold = { "timeline:signalled" },
	.tell = finish_it,
	.close = close_stream,
	.open = open_and_take,
	.wait = wait_complete,
	.shut = close_stream_and_fence,
	.own_members = true };

/* Here the first waiter produces, and the other one reads. */
static void use_up(struct side *side)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	while (xf_stream_hold(side->object, 0, &frame) == 0)
		EXPECT(0, xf_stream_publish(side->object, &frame, NULL));
}

static int wait_hold(struct side *side, int64_t deadline_ns)
{
	side->frame = (struct xf_frame){ .size = sizeof(side->frame) };
	return xf_stream_hold(side->object, deadline_ns, &side->frame);
}

static int wait_drain(struct side *side, int64_t deadline_ns)
{
	return xf_stream_drain(side->object, deadline_ns);
}

static int wait_readers(struct side *side, int64_t deadline_ns)
{
	return xf_stream_wait_readers(side->object, 1, deadline_ns);
}

static void take_frame(struct side *side)
{
	EXPECT(0, wait_frame(side, 0));
}

static void finish_frame(struct side *side)
{
	take_frame(side);
	EXPECT(0, xf_stream_done(side->object, &side->frame));
}

static void unsubscribe(struct side *side)
{
	EXPECT(0, xf_stream_unsubscribe(side->object));
}

static void only_latest(struct side *side)
{
	EXPECT(0, xf_stream_set_policy(side->object, XF_STREAM_LATEST));
}

static void nothing(struct side *side)
{
	(void)side;
}

const struct kind waiters_producer = { .before = make_stream,
	.make = open_and_subscribe,
	.untold = { "stream:done" },
	.tell = finish_frame,
	.close = close_stream,
	.give_up = unsubscribe,
	.other = only_latest,
	.open = use_up,
	.wait = wait_hold,
	.shut = close_stream };

/* Of another size than the one before. */
static void next_format(struct xf_stream *stream, uint32_t width_px)
{
	struct xf_surface_desc desc = surface;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	desc.width_px = width_px;
	EXPECT(0, xf_stream_set_format(stream, &format));
}

/* All formats that there may be are what the reader has still to get. */
static void use_up_formats(struct side *side)
{
	for (uint32_t i = 0; i < FORMATS; i++) {
		next_format(side->object, 16 + 16 * i);
		publish(side);
	}
}

static int wait_format(struct side *side, int64_t deadline_ns)
{
	struct xf_surface_desc desc = surface;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	desc.width_px = 16 + 16 * FORMATS;
	return xf_stream_set_format_until(side->object, &format, deadline_ns);
}

const struct kind waiters_changer = { .before = make_stream,
	.make = open_and_subscribe,
	.untold = { "stream:done" },
	.tell = finish_frame,
	.close = close_stream,
	.give_up = unsubscribe,
	.other = only_latest,
	.open = use_up_formats,
	.wait = wait_format,
	.shut = close_stream };

static struct xf_stream *producing; /* the waiter's handle, for another thread */

static void use_up_and_show(struct side *side)
{
	use_up(side);
	producing = side->object;
}

static void renew_format(struct side *side)
{
	(void)side;
	next_format(producing, 32);
}

const struct kind waiters_renewed = { .before = make_stream,
	.make = open_and_subscribe,
	.tell = renew_format,
	.open = use_up_and_show,
	.wait = wait_hold,
	.shut = close_stream,
	.threads_only = true };

const struct kind waiters_drainer = { .before = make_stream,
	.make = open_and_subscribe,
	.untold = { "stream:got" },
	.tell = take_frame,
	.close = close_stream,
	.give_up = unsubscribe,
	.other = only_latest,
	.open = publish,
	.wait = wait_drain,
	.shut = close_stream };

const struct kind waiters_counter = { .before = make_stream,
	.make = open_stream,
	.tell = subscribe,
	.open = nothing,
	.wait = wait_readers,
	.shut = close_stream };

static int wait_label(struct side *side, int64_t deadline_ns)
{
	struct xf_stream *stream;
	int r = xf_stream_open(side->domain, LABEL, deadline_ns, &stream);
	if (!r)
		side->object = stream;
	return r;
}

const struct kind waiters_opener = { .make = nothing,
	.tell = make_stream,
	.open = nothing,
	.wait = wait_label,
	.shut = close_stream };
