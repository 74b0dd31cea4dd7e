/* SPDX-License-Identifier: MIT */
/* What a change of format, or an end, does to those who wait, and to what is held. */
#include "harness.h"

#define FRAMES 3
#define LONG   (30000 * MS) /* nobody waits so long unless a wake-up is missing */
#define SHORT  (10000 * MS)

static int make(struct xf_domain *domain, uint32_t frames, uint32_t surface_flags,
	struct xf_stream **ret_stream)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	const struct xf_stream_params params = { .size = sizeof(params),
		.format = &format,
		.frames = frames,
		.surface_flags = surface_flags };
	return xf_stream_create(domain, &params, "cam", ret_stream);
}

static int resize(struct xf_stream *stream, uint32_t width_px)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = width_px, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	return xf_stream_set_format(stream, &format);
}

static struct xf_stream *read_as(
	struct xf_domain *domain, enum xf_stream_policy policy, uint32_t max_held)
{
	struct xf_stream *stream;
	assert_int_equal(xf_stream_open(domain, "cam", 0, &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, policy, max_held), 0);
	return stream;
}

static struct xf_domain *join_again(struct xf_domain *domain)
{
	struct xf_domain *again;
	int fd;
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &again), 0);
	close(fd);
	return again;
}

static int put(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_hold(stream, 0, &frame);
	return r ? r : xf_stream_publish(stream, &frame, NULL);
}

static void take(struct xf_stream *stream, struct xf_frame *ret_frame)
{
	*ret_frame = (struct xf_frame){ .size = sizeof(*ret_frame) };
	assert_int_equal(xf_stream_next(stream, 0, ret_frame), 0);
}

/* With three formats in use the fourth is the only one whose place a fifth could take. */
static void a_change_that_fails_changes_nothing(void **state)
{
	struct xf_frame held[4];
	struct xf_stream *producer, *reader;
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_EVERY, 4);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(resize(producer, 64 * (i + 1)), 0);
		assert_int_equal(put(producer), 0);
		take(reader, &held[i]);
	}
	assert_int_equal(resize(producer, 256), 0);
	assert_int_equal(resize(producer, UINT32_MAX - 4096), -ENOSPC);
	assert_int_equal(put(producer), 0);
	take(reader, &held[3]);
	assert_int_equal(held[3].format->desc->width_px, 256);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

struct call {
	struct xf_stream *stream;
	int (*make)(struct xf_stream *stream);
	int result;
	int64_t took_ns;
};

static void *run(void *arg)
{
	struct call *call = arg;
	int64_t before = xf_now();
	call->result = call->make(call->stream);
	call->took_ns = xf_now() - before;
	return NULL;
}

/* It sleeps, most probably, when this returns; a test must not fail where it does not. */
static pthread_t begin(struct call *call)
{
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, run, call), 0);
	usleep(50000);
	return thread;
}

static void expect_woken(pthread_t thread, const struct call *call)
{
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(call->result, 0);
	assert_true(call->took_ns < SHORT);
}

static int hold(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_hold(stream, xf_deadline(LONG * slow()), &frame);
	return r ? r : xf_stream_publish(stream, &frame, NULL);
}

static void who_waits_for_a_surface_gets_one_of_the_new_format(void **state)
{
	struct xf_stream *producer;
	struct xf_frame frames[FRAMES];
	assert_int_equal(make(*state, FRAMES, 0, &producer), 0);
	for (int i = 0; i < FRAMES; i++) {
		frames[i] = (struct xf_frame){ .size = sizeof(frames[i]) };
		assert_int_equal(xf_stream_hold(producer, 0, &frames[i]), 0);
	}
	struct call call = { .stream = producer, .make = hold };
	pthread_t thread = begin(&call);
	assert_int_equal(resize(producer, 128), 0);
	expect_woken(thread, &call);
	xf_stream_close(producer);
}

/* A reader of the newest frame keeps what it was promised; whoever produces next goes on. */
static void a_successor_has_room_for_the_readers_that_are_there(void **state)
{
	struct xf_stream *producer, *reader;
	struct xf_stream_info info = { .size = sizeof(info) };
	struct xf_frame held[5];
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_LATEST, 5);
	xf_stream_close(producer);
	assert_int_equal(make(*state, 3, 0, &producer), 0);
	assert_int_equal(xf_stream_info(producer, &info), 0);
	assert_int_equal(info.frames, 5 + 2);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(put(producer), 0);
		take(reader, &held[i]);
	}
	for (int i = 0; i < 20; i++)
		assert_int_equal(put(producer), 0);
	xf_stream_close(producer);
	xf_stream_close(reader);
}

/* Whatever those of the one before carried. */
static void a_successor_gets_the_surfaces_that_it_asks_for(void **state)
{
	const uint32_t asked[] = { 0, XF_SURFACE_SYNC, XF_SURFACE_KEYED, 0 };
	struct xf_stream *producer, *reader = NULL;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_sync *sync;
	struct xf_keyed_mutex *mutex;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(make(*state, 8, asked[i], &producer), 0);
		if (!reader)
			reader = read_as(*state, XF_STREAM_LATEST, 1);
		assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
		assert_true((xf_surface_sync(frame.surface, &sync) == 0) ==
			    (asked[i] == XF_SURFACE_SYNC));
		assert_true((xf_surface_mutex(frame.surface, &mutex) == 0) ==
			    (asked[i] == XF_SURFACE_KEYED));
		xf_stream_close(producer);
	}
	xf_stream_close(reader);
}

/* With surfaces of its own it brings enough or is refused, and changes nothing. */
static void a_pool_too_small_for_the_readers_is_refused(void **state)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *producer, *reader;
	struct xf_pool *pool;
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_LATEST, 5);
	xf_stream_close(producer);
	assert_int_equal(xf_pool_create(*state, &desc, 3, 0, NULL, &pool), 0);
	params.pool = pool;
	assert_int_equal(xf_stream_create(*state, &params, "cam", &producer), -ENOSPC);
	assert_non_null(strstr(xf_last_message(-ENOSPC), "needs 7"));
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	assert_int_equal(put(producer), 0);
	xf_pool_close(pool);
	xf_stream_close(producer);
	xf_stream_close(reader);
}

static struct xf_domain *look_at(struct xf_domain *domain)
{
	struct xf_domain *viewer;
	int fd;
	assert_int_equal(xf_domain_export(domain, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &viewer), 0);
	close(fd);
	return viewer;
}

/* What a viewer has opened may end, and its memory be somebody else's. */
static void a_viewer_sees_nothing_of_what_came_after(void **state)
{
	struct xf_domain *viewer = look_at(*state);
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct xf_stream_info info = { .size = sizeof(info) };
	struct xf_stream *producer, *seen;
	struct xf_surface *others[16];
	uint8_t copy[64];
	size_t bytes;
	void *data;
	assert_int_equal(make(*state, FRAMES, 0, &producer), 0);
	assert_int_equal(xf_stream_open(viewer, "cam", 0, &seen), 0);
	assert_int_equal(put(producer), 0);
	assert_int_equal(xf_stream_peek(seen, 0, 0, copy, 64, &bytes, NULL, NULL), 0);
	xf_stream_close(producer);
	for (int i = 0; i < 16; i++) {
		assert_int_equal(xf_surface_create(*state, &desc, 0, &others[i]), 0);
		assert_int_equal(xf_surface_begin(others[i], XF_ACCESS_WRITE, &data), 0);
		memset(data, 0x55, 64);
		assert_int_equal(xf_surface_end(others[i]), 0);
	}
	assert_int_equal(xf_stream_peek(seen, 0, 0, copy, 64, &bytes, NULL, NULL), -ESTALE);
	assert_int_equal(xf_stream_info(seen, &info), -ESTALE);
	for (int i = 0; i < 16; i++)
		xf_surface_close(others[i]);
	xf_stream_close(seen);
	xf_domain_leave(viewer);
}

/* The stream lives by its readers; its producer's surfaces of a format that none has met do not. */
static void a_viewer_sees_nothing_of_a_format_that_is_gone(void **state)
{
	struct xf_domain *viewer = look_at(*state), *reading = join_again(*state);
	struct xf_stream *producer, *reader, *seen;
	uint8_t copy[4096];
	size_t bytes;
	assert_int_equal(make(*state, FRAMES, 0, &producer), 0);
	reader = read_as(reading, XF_STREAM_LATEST, 1);
	assert_int_equal(xf_stream_open(viewer, "cam", 0, &seen), 0);
	assert_int_equal(resize(producer, 4096), 0);
	assert_int_equal(put(producer), 0);
	assert_int_equal(xf_stream_peek(seen, 0, 0, copy, 4096, &bytes, NULL, NULL), 0);
	xf_stream_close(producer);
	assert_int_equal(xf_stream_peek(seen, 0, 0, copy, 4096, &bytes, NULL, NULL), -EAGAIN);
	xf_stream_close(seen);
	xf_stream_close(reader);
	xf_domain_leave(reading);
	xf_domain_leave(viewer);
}

static int drain(struct xf_stream *stream)
{
	return xf_stream_drain(stream, xf_deadline(LONG * slow()));
}

/*
 * The reader takes the last frame and keeps it. `changed`: that is of the format before. `shared`:
 * somebody else holds it, too.
 */
static void drained(struct xf_domain *domain, bool changed, bool shared)
{
	struct xf_domain *again = join_again(domain);
	struct xf_stream *producer, *reader, *other;
	struct xf_frame frame, theirs;
	assert_int_equal(make(domain, 8, 0, &producer), 0);
	reader = read_as(domain, XF_STREAM_EVERY, 1);
	other = read_as(again, XF_STREAM_LATEST, 1);
	assert_int_equal(put(producer), 0);
	if (shared)
		take(other, &theirs);
	if (changed)
		assert_int_equal(resize(producer, 128), 0);
	struct call call = { .stream = producer, .make = drain };
	pthread_t thread = begin(&call);
	take(reader, &frame);
	expect_woken(thread, &call);
	xf_stream_close(other);
	xf_stream_close(reader);
	xf_stream_close(producer);
	xf_domain_leave(again);
}

static void draining_ends_with_the_last_reader_to_take(void **state)
{
	drained(*state, false, false);
	drained(*state, true, false);
	drained(*state, false, true);
	drained(*state, true, true);
}

/* What it drains may be its predecessor's. */
static void a_successor_drains_what_it_found(void **state)
{
	struct xf_stream *producer, *reader;
	struct xf_frame frame;
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	assert_int_equal(put(producer), 0);
	xf_stream_close(producer);
	assert_int_equal(make(*state, 8, XF_SURFACE_SYNC, &producer), 0);
	assert_int_equal(resize(producer, 128), 0);
	struct call call = { .stream = producer, .make = drain };
	pthread_t thread = begin(&call);
	take(reader, &frame);
	expect_woken(thread, &call);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

/* A frame keeps the format that it was held in, whatever came between. */
static void frames_of_formats_may_change_places(void **state)
{
	struct xf_stream *producer, *reader;
	struct xf_frame first = { .size = sizeof(first) }, second = first, frame;
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	assert_int_equal(xf_stream_hold(producer, 0, &first), 0);
	assert_int_equal(resize(producer, 128), 0);
	assert_int_equal(xf_stream_hold(producer, 0, &second), 0);
	assert_int_equal(xf_stream_publish(producer, &second, NULL), 0);
	assert_int_equal(xf_stream_publish(producer, &first, NULL), 0);
	take(reader, &frame);
	assert_int_equal(frame.format->desc->width_px, 128);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	xf_stream_close(producer); /* the reader has not closed what it wants still */
	take(reader, &frame);
	assert_int_equal(frame.format->desc->width_px, 64);
	assert_int_equal(frame.info->missed, 0);
	xf_stream_close(reader);
}

/* The last one to have its surfaces was this process, and its reader had not met them. */
static void what_is_missing_is_counted_though_nothing_follows(void **state)
{
	struct xf_stream *producer, *reader;
	struct xf_stream_info info = { .size = sizeof(info) };
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	assert_int_equal(put(producer), 0);
	take(reader, &frame);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	assert_int_equal(resize(producer, 128), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(put(producer), 0);
	assert_int_equal(xf_stream_end(producer), 0);
	xf_stream_close(producer);
	assert_int_equal(xf_stream_next(reader, 0, &frame), XF_ENDED);
	assert_int_equal(xf_stream_info(reader, &info), 0);
	assert_int_equal(info.lost, 3);
	assert_int_equal(info.missed, 3);
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	assert_int_equal(put(producer), 0);
	take(reader, &frame);
	assert_int_equal(frame.info->missed, 3);
	assert_int_equal(frame.info->flags, XF_FRAME_GAP | XF_FRAME_DISCONT);
	assert_int_equal(xf_stream_info(producer, &info), 0);
	assert_int_equal(info.lost, 3);
	assert_int_equal(info.missed, 0);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static int change(struct xf_stream *stream)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 320, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	return xf_stream_set_format_until(stream, &format, xf_deadline(LONG * slow()));
}

/* All four formats in use, of three of which `reader` holds a frame; the newest has one, too. */
static void use_all_formats(
	struct xf_stream *producer, struct xf_stream *reader, struct xf_frame held[3])
{
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(resize(producer, 64 * (i + 1)), 0);
		assert_int_equal(put(producer), 0);
		if (i < 3)
			take(reader, &held[i]);
	}
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 320, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	assert_int_equal(xf_stream_set_format(producer, &format), -EBUSY);
	assert_int_equal(xf_stream_set_format_until(producer, &format, 0), XF_TIMEOUT);
	assert_int_equal(
		xf_stream_set_format_until(producer, &format, xf_deadline(20 * MS)), XF_TIMEOUT);
}

static void give_one_back(struct xf_stream *reader, struct xf_frame held[3])
{
	assert_int_equal(xf_stream_done(reader, &held[1]), 0);
}

static void unsubscribe(struct xf_stream *reader, struct xf_frame held[3])
{
	(void)held;
	assert_int_equal(xf_stream_unsubscribe(reader), 0);
}

static void a_change_waits_for_readers(void **state)
{
	void (*const ways[])(
		struct xf_stream *, struct xf_frame *) = { give_one_back, unsubscribe };
	for (int i = 0; i < 2; i++) {
		struct xf_stream *producer, *reader;
		struct xf_frame held[3];
		assert_int_equal(make(*state, 8, 0, &producer), 0);
		reader = read_as(*state, XF_STREAM_EVERY, 4);
		use_all_formats(producer, reader, held);
		struct call call = { .stream = producer, .make = change };
		pthread_t thread = begin(&call);
		ways[i](reader, held);
		expect_woken(thread, &call);
		assert_int_equal(put(producer), 0);
		xf_stream_close(reader);
		xf_stream_close(producer);
	}
}

static void put_ready(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_sync *sync;
	assert_int_equal(xf_stream_hold(stream, 0, &frame), 0);
	assert_int_equal(xf_surface_sync(frame.surface, &sync), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_stream_publish(stream, &frame, NULL), 0);
}

/* A format may be looked at while one of its surfaces is free, and another one is not. */
static void surfaces_with_sync_objects_are_given_up(void **state)
{
	struct xf_stream *producer, *reader;
	struct xf_frame held[4];
	assert_int_equal(make(*state, 8, XF_SURFACE_SYNC, &producer), 0);
	reader = read_as(*state, XF_STREAM_EVERY, 5);
	for (uint32_t i = 0; i < 4; i++) {
		struct xf_frame frame;
		assert_int_equal(resize(producer, 64 * (i + 1)), 0);
		put_ready(producer);
		put_ready(producer);
		take(reader, &frame);
		take(reader, &held[i]);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(resize(producer, 320), -EBUSY);
	assert_int_equal(xf_stream_done(reader, &held[1]), 0);
	assert_int_equal(resize(producer, 320), 0);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

/* Whoever goes on in this process finds all surfaces, whatever they carry. */
static void an_end_gives_up_what_is_held(void **state)
{
	struct xf_stream *first, *next;
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(make(*state, FRAMES, XF_SURFACE_SYNC, &first), 0);
	assert_int_equal(xf_stream_hold(first, 0, &frame), 0);
	assert_int_equal(xf_stream_end(first), 0);
	assert_int_equal(make(*state, FRAMES, XF_SURFACE_SYNC, &next), 0);
	for (int i = 0; i < FRAMES; i++)
		assert_int_equal(xf_stream_hold(next, 0, &frame), 0);
	xf_stream_close(next);
	xf_stream_close(first);
}

static _Atomic bool over;

static void *hold_and_drop(void *arg)
{
	struct xf_frame frames[FRAMES];
	while (!over) {
		int n = 0;
		for (; n < FRAMES; n++) {
			frames[n] = (struct xf_frame){ .size = sizeof(frames[n]) };
			if (xf_stream_hold(arg, xf_deadline(MS / 50), &frames[n]))
				break;
		}
		while (n-- > 0)
			if (xf_stream_drop(arg, &frames[n]))
				return arg;
	}
	return NULL;
}

/* A sanitizer sees where one touches what the other has closed. */
static void threads_hold_while_another_changes_the_format(void **state)
{
	struct xf_stream *producer;
	pthread_t threads[3];
	assert_int_equal(make(*state, FRAMES, 0, &producer), 0);
	over = false;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_and_drop, producer), 0);
	int64_t until = xf_deadline(1000 * MS);
	for (uint32_t n = 0; xf_now() < until; n++) {
		int r = resize(producer, 64 + 64 * (n % 5));
		assert_true(r == 0 || r == -EBUSY);
	}
	over = true;
	for (int i = 0; i < 3; i++) {
		void *result;
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	xf_stream_close(producer);
}

/* Of large surfaces no more are written than are in use, so that these are in the caches. */
static void large_surfaces_do_not_go_round(void **state)
{
	struct xf_stream *producer, *reader;
	struct xf_frame frame;
	uint64_t slots[2] = { 0, 0 };
	const uint32_t widths[] = { 64, 1024 * 1024 };
	assert_int_equal(make(*state, 8, 0, &producer), 0);
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	for (int w = 0; w < 2; w++) {
		assert_int_equal(resize(producer, widths[w]), 0);
		for (int i = 0; i < 32; i++) {
			assert_int_equal(put(producer), 0);
			take(reader, &frame);
			if (i > 8) /* from here on none of the format before is left */
				slots[w] |= UINT64_C(1) << frame.slot % XF_POOL_MAX;
			assert_int_equal(xf_stream_done(reader, &frame), 0);
		}
	}
	assert_int_equal(__builtin_popcountll(slots[0]), 8);
	assert_in_range(__builtin_popcountll(slots[1]), 2, 3);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void *change_policy(void *arg)
{
	usleep(50000);
	return (void *)(intptr_t)xf_stream_set_policy(arg, XF_STREAM_LATEST);
}

/* With a frame in its hands a reader lets the producer go on, and later follows it again. */
static void a_reader_that_pauses_holds_up_nobody(void **state)
{
	struct xf_domain *other = join_again(*state);
	struct xf_stream *producer, *reader;
	struct xf_frame kept, frame = { .size = sizeof(frame) };
	pthread_t thread;
	void *result;
	assert_int_equal(make(*state, FRAMES, 0, &producer), 0);
	assert_int_equal(xf_stream_open(other, "cam", 0, &reader), 0);
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_LATEST), -EPERM);
	assert_int_equal(xf_stream_set_policy(NULL, XF_STREAM_LATEST), -EINVAL);
	xf_stream_close(reader);
	reader = read_as(other, XF_STREAM_EVERY, 1);
	assert_int_equal(xf_stream_set_policy(reader, 4), -EINVAL);
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_EVERY), 0);
	assert_int_equal(put(producer), 0);
	take(reader, &kept);
	while (put(producer) == 0)
		;
	assert_int_equal(pthread_create(&thread, NULL, change_policy, reader), 0);
	assert_int_equal(xf_stream_hold(producer, xf_deadline(LONG * slow()), &frame), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_null(result);
	assert_int_equal(xf_stream_publish(producer, &frame, NULL), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(put(producer), 0);
	uint64_t skipped = kept.info->sequence;
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_EVERY), 0);
	assert_int_equal(xf_stream_done(reader, &kept), 0);
	take(reader, &frame);
	assert_true(frame.info->sequence > skipped + 20);
	assert_int_equal(frame.info->missed, 0);
	assert_false(frame.info->flags & XF_FRAME_GAP);
	uint64_t last = frame.info->sequence;
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	/* It has had the newest: nothing comes twice, and from here on nothing is left out. */
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_LATEST), 0);
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_EVERY), 0);
	assert_int_equal(xf_stream_next(reader, 0, &frame), XF_TIMEOUT);
	assert_int_equal(put(producer), 0);
	take(reader, &frame);
	assert_int_equal(frame.info->sequence, last + 1);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	while (put(producer) == 0) /* the producer waits for it again */
		last++;
	assert_in_range(last, 1, skipped + 40);
	xf_stream_close(reader);
	xf_stream_close(producer);
	xf_domain_leave(other);
}

/* Of all that it was promised it costs what others still have in their hands. */
static void a_reader_that_goes_needs_what_it_holds(void **state)
{
	enum { MANY = 6 };
	struct xf_domain *other = join_again(*state);
	struct xf_stream *producer, *reader, *next;
	struct xf_frame kept[2], frame = { .size = sizeof(frame) };
	assert_int_equal(make(*state, MANY, 0, &producer), 0);
	reader = read_as(other, XF_STREAM_EVERY, MANY - 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(put(producer), 0);
		take(reader, &kept[i]);
	}
	assert_int_equal(xf_stream_open(*state, "cam", 0, &next), 0);
	assert_int_equal(xf_stream_subscribe(next, XF_STREAM_EVERY, 1), -ENOSPC);
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_NOTHING), 0);
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_NOTHING), 0);
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_EVERY), -EPERM);
	assert_int_equal(xf_stream_next(reader, 0, &frame), -EPERM);
	for (int i = 0; i < 20; i++) /* and holds up nobody */
		assert_int_equal(put(producer), 0);
	assert_int_equal(xf_stream_subscribe(next, XF_STREAM_EVERY, MANY - 3), -ENOSPC);
	assert_int_equal(xf_stream_subscribe(next, XF_STREAM_EVERY, MANY - 4), 0);
	assert_int_equal(xf_stream_unsubscribe(next), 0);
	assert_int_equal(xf_stream_done(reader, &kept[0]), 0);
	assert_int_equal(xf_stream_subscribe(next, XF_STREAM_EVERY, MANY - 3), 0);
	assert_int_equal(xf_stream_unsubscribe(next), 0);
	/* With the last one it is no reader any more, and may become one again. */
	assert_int_equal(xf_stream_done(reader, &kept[1]), 0);
	assert_int_equal(xf_stream_wait_readers(producer, 1, 0), XF_TIMEOUT);
	assert_int_equal(xf_stream_unsubscribe(reader), -EPERM);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, MANY - 2), 0);
	/* One that holds nothing is gone at once; and one may go by unsubscribing, as ever. */
	assert_int_equal(xf_stream_set_policy(reader, XF_STREAM_NOTHING), 0);
	assert_int_equal(xf_stream_subscribe(next, XF_STREAM_EVERY, MANY - 2), 0);
	assert_int_equal(put(producer), 0);
	take(next, &frame);
	assert_int_equal(xf_stream_set_policy(next, XF_STREAM_NOTHING), 0);
	assert_int_equal(xf_stream_unsubscribe(next), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_LATEST, MANY - 2), 0);
	xf_stream_close(next);
	xf_stream_close(reader);
	xf_stream_close(producer);
	xf_domain_leave(other);
}

static void a_producer_that_goes_leaves_the_stream_to_a_successor(void **state)
{
	struct xf_domain *other = join_again(*state);
	struct xf_stream *producer, *reader, *next;
	struct xf_frame held = { .size = sizeof(held) }, frame = { .size = sizeof(frame) };
	assert_int_equal(make(*state, 4, 0, &producer), 0);
	reader = read_as(other, XF_STREAM_EVERY, 1);
	assert_int_equal(put(producer), 0);
	assert_int_equal(xf_stream_hold(producer, 0, &held), 0);
	assert_int_equal(make(*state, 4, 0, &next), -EBUSY);
	assert_int_equal(xf_stream_set_policy(producer, XF_STREAM_NOTHING), 0);
	assert_int_equal(xf_stream_set_policy(producer, XF_STREAM_NOTHING), -EPERM);
	assert_int_equal(xf_stream_publish(producer, &held, NULL), -EPERM);
	take(reader, &frame);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	assert_int_equal(xf_stream_next(reader, 0, &frame), XF_TIMEOUT); /* not ended */
	assert_int_equal(make(*state, 4, 0, &next), 0);
	assert_int_equal(put(next), 0);
	take(reader, &frame);
	assert_true(frame.info->flags & XF_FRAME_DISCONT);
	xf_stream_close(next);
	xf_stream_close(reader);
	xf_stream_close(producer);
	xf_domain_leave(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(a_change_that_fails_changes_nothing),
		test_with_domain(a_producer_that_goes_leaves_the_stream_to_a_successor),
		test_with_domain(who_waits_for_a_surface_gets_one_of_the_new_format),
		test_with_domain(a_successor_has_room_for_the_readers_that_are_there),
		test_with_domain(a_successor_gets_the_surfaces_that_it_asks_for),
		test_with_domain(a_pool_too_small_for_the_readers_is_refused),
		test_with_domain(a_viewer_sees_nothing_of_what_came_after),
		test_with_domain(a_viewer_sees_nothing_of_a_format_that_is_gone),
		test_with_domain(draining_ends_with_the_last_reader_to_take),
		test_with_domain(a_successor_drains_what_it_found),
		test_with_domain(frames_of_formats_may_change_places),
		test_with_domain(what_is_missing_is_counted_though_nothing_follows),
		test_with_domain(a_change_waits_for_readers),
		test_with_domain(surfaces_with_sync_objects_are_given_up),
		test_with_domain(an_end_gives_up_what_is_held),
		test_with_domain(threads_hold_while_another_changes_the_format),
		test_with_domain(large_surfaces_do_not_go_round),
		test_with_domain(a_reader_that_pauses_holds_up_nobody),
		test_with_domain(a_reader_that_goes_needs_what_it_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
