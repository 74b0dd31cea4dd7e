/* SPDX-License-Identifier: MIT */
/* Frames in order: policies, late and slow readers, gaps, formats, successors, looking only. */
#include <poll.h>
#include <stdio.h>

#include "harness.h"

#define FRAMES 5

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

static struct xf_stream *produce(struct xf_domain *domain, uint32_t flags)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = FRAMES, .flags = flags
	};
	struct xf_stream *stream;
	assert_int_equal(xf_stream_create(domain, &params, "cam", &stream), 0);
	return stream;
}

static struct xf_stream *read_as(
	struct xf_domain *domain, enum xf_stream_policy policy, uint32_t max_held)
{
	struct xf_stream *stream;
	assert_int_equal(xf_stream_open(domain, "cam", 0, &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, policy, max_held), 0);
	return stream;
}

/* A second member in this process. */
static struct xf_domain *join_again(struct xf_domain *domain)
{
	struct xf_domain *again;
	int fd;
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &again), 0);
	close(fd);
	return again;
}

static int put_until(struct xf_stream *stream, uint8_t value, int64_t deadline_ns)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	uint8_t *data;
	int r = xf_stream_hold(stream, deadline_ns, &frame);
	if (r)
		return r;
	assert_int_equal(xf_surface_begin(frame.surface, XF_ACCESS_WRITE, (void **)&data), 0);
	memset(data, value, 64);
	assert_int_equal(xf_surface_end(frame.surface), 0);
	return xf_stream_publish(stream, &frame, NULL);
}

static void put(struct xf_stream *stream, uint8_t value)
{
	assert_int_equal(put_until(stream, value, 0), 0);
}

static uint8_t value_of(const struct xf_frame *frame)
{
	uint8_t *data, value;
	assert_int_equal(xf_surface_begin(frame->surface, XF_ACCESS_READ, (void **)&data), 0);
	value = data[0];
	for (int i = 1; i < 64; i++)
		assert_int_equal(data[i], value);
	assert_int_equal(xf_surface_end(frame->surface), 0);
	return value;
}

static struct xf_frame get(struct xf_stream *stream, uint8_t value)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(xf_stream_next(stream, 0, &frame), 0);
	assert_int_equal(value_of(&frame), value);
	return frame;
}

static void get_and_done(struct xf_stream *stream, uint8_t value)
{
	struct xf_frame frame = get(stream, value);
	assert_int_equal(xf_stream_done(stream, &frame), 0);
	assert_int_equal(xf_stream_done(stream, &frame), -EPERM);
}

static void get_none(struct xf_stream *stream, int result)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(xf_stream_next(stream, 0, &frame), result);
}

static void every_gets_each_and_the_producer_waits(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	get_none(reader, XF_TIMEOUT);
	for (int i = 1; i <= FRAMES; i++)
		put(producer, (uint8_t)i);
	assert_int_equal(put_until(producer, 9, 0), XF_TIMEOUT);
	assert_int_equal(put_until(producer, 9, xf_deadline(20 * MS)), XF_TIMEOUT);
	get_and_done(reader, 1);
	put(producer, 6);
	for (int i = 2; i <= 6; i++)
		get_and_done(reader, (uint8_t)i);
	get_none(reader, XF_TIMEOUT);
	xf_stream_close(reader);
	for (int i = 0; i < 20; i++)
		put(producer, 7); /* nobody to wait for */
	xf_stream_close(producer);
}

static void overrun_is_seen_as_a_gap(void **state)
{
	struct xf_stream *producer = produce(*state, XF_STREAM_OVERRUN), *reader;
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	for (int i = 1; i <= FRAMES + 3; i++)
		put(producer, (uint8_t)i);
	struct xf_frame frame = get(reader, 4);
	assert_int_equal(frame.info->sequence, 4);
	assert_int_equal(frame.info->missed, 3);
	assert_true(frame.info->flags & XF_FRAME_GAP);
	assert_false(frame.info->flags & XF_FRAME_DISCONT);
	/* What is held is never written, however far the producer goes. */
	for (int i = 9; i <= 40; i++)
		put(producer, (uint8_t)i);
	assert_int_equal(value_of(&frame), 4);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	frame = get(reader, 37);
	assert_int_equal(frame.info->missed, 32);
	struct xf_stream_info info = { .size = sizeof(info) };
	assert_int_equal(xf_stream_info(reader, &info), 0);
	assert_int_equal(info.lost, 35);
	assert_int_equal(info.sequence, 40);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void latest_gets_the_newest_and_never_slows(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	put(producer, 1);
	put(producer, 2);
	reader = read_as(*state, XF_STREAM_LATEST, 2);
	struct xf_frame held = get(reader, 2); /* late: the newest, at once */
	get_none(reader, XF_TIMEOUT);
	for (int i = 3; i < 100; i++)
		put(producer, (uint8_t)i);
	struct xf_frame other = get(reader, 99);
	assert_int_equal(other.info->missed, 96);
	assert_false(other.info->flags & XF_FRAME_GAP);
	get_none(reader, -EBUSY);
	for (int i = 100; i < 200; i++)
		put(producer, (uint8_t)i);
	assert_int_equal(value_of(&held), 2);
	assert_int_equal(value_of(&other), 99);
	assert_int_equal(xf_stream_done(reader, &held), 0);
	get_and_done(reader, 199);
	xf_stream_close(reader); /* gives the other one back */
	xf_stream_close(producer);
}

static void readers_that_do_not_fit_are_refused(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	struct xf_domain *again = join_again(*state);
	assert_int_equal(xf_stream_open(again, "cam", 0, &reader), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_LATEST, 4), -ENOSPC);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_LATEST, 2), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 1), -EBUSY);
	assert_int_equal(xf_stream_subscribe(producer, XF_STREAM_EVERY, 2), -ENOSPC);
	assert_int_equal(xf_stream_subscribe(producer, XF_STREAM_EVERY, 1), 0);
	/* A handle may do both. */
	put(producer, 5);
	get_and_done(producer, 5);
	get_and_done(reader, 5);
	assert_int_equal(xf_stream_unsubscribe(reader), 0);
	assert_int_equal(xf_stream_unsubscribe(reader), -EPERM);
	get_none(reader, -EPERM);
	xf_stream_close(reader);
	xf_domain_leave(again);
	xf_stream_close(producer);
}

/* A producer that could not begin has promised nobody its frames. */
static void a_producer_that_fails_leaves_what_there_was(void **state)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 4, .height_px = 4, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface_desc bad = desc;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 4 };
	struct xf_stream *first, *reader, *next;
	assert_int_equal(xf_stream_create(*state, &params, "tries", &first), 0);
	assert_int_equal(xf_stream_open(*state, "tries", 0, &reader), 0);
	xf_stream_close(first);
	bad.fourcc = XF_FOURCC('n', 'o', 'n', 'e');
	format.desc = &bad;
	params.frames = 20;
	assert_int_equal(xf_stream_create(*state, &params, "tries", &next), -EINVAL);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 10), -ENOSPC);
	format.desc = &desc;
	assert_int_equal(xf_stream_create(*state, &params, "tries", &next), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 10), 0);
	xf_stream_close(next);
	xf_stream_close(reader);
}

static void what_is_said_of_a_frame_arrives(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = 40,
		.dts_ns = XF_NO_TIME,
		.duration_ns = 20,
		.flags = XF_FRAME_KEY | XF_FRAME_DISCONT,
		.fence_value = 8,
		.crop = { 1, 2, 3, 4 },
		.data_size = 5,
		.data = "four" };
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	put(producer, 1);
	get_and_done(reader, 1);
	assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
	info.data_size = 257;
	assert_int_equal(xf_stream_publish(producer, &frame, &info), -EINVAL);
	info.data_size = 5;
	assert_int_equal(xf_stream_publish(producer, &frame, &info), 0);
	assert_int_equal(xf_stream_publish(producer, &frame, &info), -EPERM);
	assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
	assert_int_equal(frame.info->pts_ns, 40);
	assert_true(frame.info->dts_ns == XF_NO_TIME);
	assert_int_equal(frame.info->flags, XF_FRAME_KEY | XF_FRAME_DISCONT);
	assert_int_equal(frame.info->crop.height_px, 4);
	assert_int_equal(frame.info->data_size, 5);
	assert_string_equal((const char *)frame.info->data, "four");
	assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
	assert_int_equal(xf_stream_drop(producer, &frame), 0);
	assert_int_equal(xf_stream_drop(producer, &frame), -EPERM);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void a_new_format_comes_between_two_frames(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	struct xf_surface_desc desc = small;
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.rate_num = 25,
		.rate_den = 1,
		.blob = "blob",
		.blob_size = 5 };
	reader = read_as(*state, XF_STREAM_EVERY, 3);
	put(producer, 1);
	put(producer, 2);
	for (int round = 0; round < 20; round++) {
		desc.width_px = 64 + 64 * (uint32_t)(round % 5);
		format.rate_num++;
		assert_int_equal(xf_stream_set_format(producer, &format), 0);
		put(producer, (uint8_t)(3 + round));
		struct xf_frame old = get(reader, (uint8_t)(1 + round));
		struct xf_frame older = get(reader, (uint8_t)(2 + round));
		struct xf_frame frame = get(reader, (uint8_t)(3 + round));
		assert_int_equal(frame.format->desc->width_px, desc.width_px);
		assert_int_equal(frame.format->rate_num, format.rate_num);
		assert_string_equal(frame.format->blob, "blob");
		assert_int_equal(frame.format->generation, round + 2);
		assert_int_equal(frame.info->generation, round + 2);
		assert_int_equal(value_of(&old), 1 + round);
		assert_int_equal(xf_stream_done(reader, &old), 0);
		assert_int_equal(xf_stream_done(reader, &older), 0);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
		xf_stream_unsubscribe(reader);
		put(producer, (uint8_t)(2 + round));
		put(producer, (uint8_t)(3 + round));
		assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 3), 0);
		get_and_done(reader, (uint8_t)(3 + round));
		put(producer, (uint8_t)(2 + round));
		put(producer, (uint8_t)(3 + round));
	}
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void formats_in_use_are_kept(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	struct xf_surface_desc desc = small;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_frame frames[4];
	reader = read_as(*state, XF_STREAM_LATEST, 3);
	for (int i = 0; i < 3; i++) {
		put(producer, (uint8_t)i);
		frames[i] = get(reader, (uint8_t)i);
		desc.width_px += 64;
		assert_int_equal(xf_stream_set_format(producer, &format), 0);
	}
	assert_int_equal(xf_stream_set_format(producer, &format), 0); /* the same: nothing */
	put(producer, 3);
	desc.width_px += 64;
	assert_int_equal(xf_stream_set_format(producer, &format), -EBUSY);
	for (int i = 0; i < 3; i++)
		assert_int_equal(value_of(&frames[i]), i);
	assert_int_equal(xf_stream_done(reader, &frames[1]), 0);
	assert_int_equal(xf_stream_set_format(producer, &format), 0);
	assert_int_equal(value_of(&frames[0]), 0);
	put(producer, 4);
	get_and_done(reader, 4);
	assert_int_equal(xf_stream_done(reader, &frames[0]), 0);
	assert_int_equal(xf_stream_done(reader, &frames[2]), 0);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

/* Which producer there is; 0: none. */
static uint32_t producer_of(struct xf_stream *stream)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	assert_int_equal(xf_stream_info(stream, &info), 0);
	return info.producer;
}

static void a_frame_says_which_producer_published_it(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	reader = read_as(*state, XF_STREAM_EVERY, 2);
	put(producer, 1);
	put(producer, 2);
	uint32_t first = producer_of(reader);
	assert_int_not_equal(first, 0);
	struct xf_frame frame = get(reader, 1);
	assert_int_equal(frame.info->producer, first);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	xf_stream_close(producer);
	assert_int_equal(producer_of(reader), 0);
	producer = produce(*state, 0);
	assert_int_not_equal(producer_of(reader), first); /* before it has published anything */
	frame = get(reader, 2);
	assert_int_equal(frame.info->producer, first);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	put(producer, 3);
	frame = get(reader, 3);
	assert_int_equal(frame.info->producer, producer_of(reader));
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	struct xf_frame_info info = { .size = sizeof(info) };
	uint8_t data[4096];
	size_t bytes;
	assert_int_equal(xf_stream_peek(reader, 0, 0, data, sizeof(data), &bytes, &info, NULL), 0);
	assert_int_equal(info.producer, producer_of(reader));
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void the_second_producer_is_refused_and_the_next_goes_on(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader, *second;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = FRAMES
	};
	char pid[16];
	assert_int_equal(xf_stream_create(*state, &params, "cam", &second), -EBUSY);
	snprintf(pid, sizeof(pid), "process %d", getpid());
	assert_non_null(strstr(xf_last_message(-EBUSY), pid));
	reader = read_as(*state, XF_STREAM_EVERY, 2);
	put(producer, 1);
	put(producer, 2);
	struct xf_frame held = get(reader, 1);
	xf_stream_close(producer);
	assert_int_equal(value_of(&held), 1);
	producer = produce(*state, 0);
	put(producer, 3);
	get_and_done(reader, 2); /* of the one before */
	struct xf_frame frame = get(reader, 3);
	assert_int_equal(frame.info->flags, XF_FRAME_DISCONT);
	assert_int_equal(frame.info->sequence, 3);
	assert_int_equal(frame.info->generation, 1); /* the same format, the same surfaces */
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	put(producer, 4);
	frame = get(reader, 4);
	assert_int_equal(frame.info->flags, 0); /* once */
	assert_int_equal(xf_stream_end(producer), 0);
	assert_int_equal(put_until(producer, 1, 0), -EPERM);
	assert_int_equal(xf_stream_done(reader, &frame), 0);
	get_none(reader, XF_ENDED);
	assert_int_equal(xf_stream_done(reader, &held), 0);
	xf_stream_close(producer);
	producer = produce(*state, 0);
	get_none(reader, XF_TIMEOUT);
	put(producer, 5);
	get_and_done(reader, 5);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static int produce_and_hang(struct xf_domain *domain, xf_id id)
{
	struct xf_stream *producer = produce(domain, 0);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_event *go;
	put(producer, 1);
	put(producer, 2);
	if (xf_stream_hold(producer, 0, &frame) || xf_event_open(domain, id, &go))
		return 1;
	xf_event_set(go);
	pause();
	return 0;
}

/* Killed with a frame in its hands; the successor is there before anybody has swept. */
static void a_killed_producer_has_a_successor(void **state)
{
	needs_processes();
	struct xf_stream *reader = NULL, *producer;
	struct xf_event *go;
	assert_int_equal(xf_event_create(*state, 0, NULL, &go), 0);
	for (int round = 0; round < 10; round++) {
		pid_t child = in_child(*state, xf_event_id(go), produce_and_hang);
		assert_int_equal(xf_event_wait(go, patience(5000)), 0);
		if (!reader)
			reader = read_as(*state, XF_STREAM_LATEST, 1);
		get_and_done(reader, 2);
		kill(child, SIGKILL);
		assert_int_equal(wait_child(child), 128 + SIGKILL);
		producer = produce(*state, 0);
		put(producer, 3);
		struct xf_frame frame = get(reader, 3);
		assert_int_equal(frame.info->flags, XF_FRAME_DISCONT);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
		for (int i = 0; i < 3 * FRAMES; i++)
			assert_int_equal(put_until(producer, 4, xf_deadline(2000 * MS)), 0);
		get_and_done(reader, 4);
		xf_stream_close(producer);
	}
	xf_stream_close(reader);
	xf_event_close(go);
}

static void *wait_for_frame(void *arg)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_next(arg, patience(5000), &frame);
	if (!r)
		r = xf_stream_done(arg, &frame);
	return (void *)(intptr_t)r;
}

static void sleepers_are_woken(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	pthread_t thread;
	void *result;
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(pthread_create(&thread, NULL, wait_for_frame, reader), 0);
		if (i % 2)
			usleep(200);
		assert_int_equal(put_until(producer, 1, patience(5000)), 0);
		pthread_join(thread, &result);
		assert_null(result);
	}
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void *put_five(void *arg)
{
	for (int i = 0; i < FRAMES + 5; i++)
		if (put_until(arg, 1, patience(5000)))
			return arg;
	return NULL;
}

/* Each of these lets a waiting producer go on: done, unsubscribe. */
static void a_waiting_producer_is_woken(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	pthread_t thread;
	void *result;
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	assert_int_equal(pthread_create(&thread, NULL, put_five, producer), 0);
	usleep(20000);
	get_and_done(reader, 1);
	usleep(20000);
	assert_int_equal(xf_stream_unsubscribe(reader), 0);
	pthread_join(thread, &result);
	assert_null(result);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void it_waits_beside_others_and_polls(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	struct pollfd fd = { .events = POLLIN };
	struct xf_wait_item item = { .type = XF_STREAM, .object = producer };
	uint32_t which;
	assert_int_equal(xf_wait_any(&item, 1, 0, &which), -EPERM);
	item.object = reader;
	assert_int_equal(xf_stream_fd(reader, &fd.fd), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(poll(&fd, 1, 0), 0);
		assert_int_equal(xf_wait_any(&item, 1, 0, &which), XF_TIMEOUT);
		put(producer, 1);
		assert_int_equal(xf_wait_all(&item, 1, patience(5000)), 0);
		assert_int_equal(poll(&fd, 1, 5000), 1);
		get_and_done(reader, 1);
		get_none(reader, XF_TIMEOUT);
	}
	xf_stream_end(producer);
	assert_int_equal(poll(&fd, 1, 5000), 1);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void all_of_several_may_be_streams(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *reader;
	struct xf_event *event;
	reader = read_as(*state, XF_STREAM_EVERY, 1);
	assert_int_equal(xf_event_create(*state, XF_EVENT_MANUAL_RESET, NULL, &event), 0);
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event },
		{ .type = XF_STREAM, .object = reader }, { .type = XF_STREAM, .object = reader } };
	assert_int_equal(xf_wait_all(items, 3, 0), XF_TIMEOUT);
	assert_int_equal(xf_event_set(event), 0);
	assert_int_equal(xf_wait_all(items, 3, xf_deadline(MS)), XF_TIMEOUT);
	put(producer, 1);
	assert_int_equal(xf_wait_all(items, 3, patience(5000)), 0);
	xf_event_close(event);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void viewers_look_and_hold_nothing(void **state)
{
	struct xf_stream *producer = produce(*state, 0), *viewer, *refused;
	struct xf_frame_info info = { .size = sizeof(info) };
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_domain *reader;
	uint8_t copy[4096];
	size_t bytes;
	int fd;
	assert_int_equal(xf_domain_export(*state, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &reader), 0);
	close(fd);
	assert_int_equal(xf_stream_open(reader, "cam", 0, &viewer), 0);
	assert_int_equal(xf_stream_subscribe(viewer, XF_STREAM_LATEST, 1), -EACCES);
	assert_int_equal(
		xf_stream_peek(viewer, 0, 0, copy, sizeof(copy), &bytes, NULL, NULL), XF_TIMEOUT);
	for (int i = 1; i < 20; i++) {
		put(producer, (uint8_t)i);
		assert_int_equal(xf_stream_peek(viewer, info.sequence, 0, copy, sizeof(copy),
					 &bytes, &info, &desc),
			0);
		assert_int_equal(info.sequence, i);
		assert_int_equal(bytes, 64);
		assert_int_equal(desc.width_px, 64);
		assert_int_equal(copy[63], i);
	}
	assert_int_equal(xf_stream_peek(viewer, 0, 0, copy, 63, &bytes, NULL, NULL), -EOVERFLOW);
	assert_int_equal(bytes, 64);
	xf_stream_end(producer);
	assert_int_equal(
		xf_stream_peek(viewer, 19, XF_NEVER, copy, 64, &bytes, NULL, NULL), XF_ENDED);
	struct xf_stream_params params = { .size = sizeof(params) };
	assert_int_equal(xf_stream_create(reader, &params, "cam", &refused), -EACCES);
	xf_stream_close(viewer);
	xf_domain_leave(reader);
	xf_stream_close(producer);
}

static void queues_count_where_surfaces_have_sync_objects(void **state)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = { .size = sizeof(params),
		.format = &format,
		.frames = 3,
		.surface_flags = XF_SURFACE_SYNC };
	struct xf_stream *producer, *reader;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_sync *sync;
	assert_int_equal(xf_stream_create(*state, &params, "cam", &producer), 0);
	reader = read_as(*state, XF_STREAM_LATEST, 1);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
		assert_int_equal(xf_surface_sync(frame.surface, &sync), 0);
		assert_int_equal(xf_sync_ready(sync, NULL), 0);
		assert_int_equal(xf_stream_publish(producer, &frame, NULL), 0);
		assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
		assert_int_equal(xf_surface_sync(frame.surface, &sync), 0);
		assert_int_equal(xf_sync_ready_wait(sync, NULL, 0), 0);
		assert_int_equal(xf_sync_release(sync, NULL), 0);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
	}
	assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
	assert_int_equal(xf_stream_drop(producer, &frame), 0);
	xf_stream_close(reader);
	xf_stream_close(producer);
}

/* Whoever wants a frame for itself goes by keys; one that nobody wanted comes back with key 0, too.
 */
static void keyed_surfaces_come_back_ready(void **state)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = { .size = sizeof(params),
		.format = &format,
		.frames = 3,
		.surface_flags = XF_SURFACE_KEYED };
	struct xf_stream *producer, *reader;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_keyed_mutex *mutex;
	assert_int_equal(xf_stream_create(*state, &params, "cam", &producer), 0);
	reader = read_as(*state, XF_STREAM_LATEST, 1);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
		assert_int_equal(xf_surface_mutex(frame.surface, &mutex), 0);
		assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
		assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0);
		assert_int_equal(xf_stream_publish(producer, &frame, NULL), 0);
		if (i % 4) /* the others are skipped */
			continue;
		assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
		assert_int_equal(xf_surface_mutex(frame.surface, &mutex), 0);
		assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, 0, NULL), 0);
		assert_int_equal(xf_keyed_mutex_release(mutex, 2, 0), 0);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
	}
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static void nonsense_is_refused(void **state)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *stream;
	params.frames = 2;
	assert_int_equal(xf_stream_create(*state, &params, NULL, &stream), -EINVAL);
	params.frames = 65;
	assert_int_equal(xf_stream_create(*state, &params, NULL, &stream), -EINVAL);
	params.frames = 0;
	params.flags = 1u << 31;
	assert_int_equal(xf_stream_create(*state, &params, NULL, &stream), -EINVAL);
	params.flags = 0;
	format.blob_size = 4097;
	assert_int_equal(xf_stream_create(*state, &params, "x", &stream), -EINVAL);
	format.blob_size = 0;
	params.format = NULL;
	assert_int_equal(xf_stream_create(*state, &params, "x", &stream), -EINVAL);
	assert_int_equal(xf_stream_open(*state, "x", 0, &stream), XF_TIMEOUT);
	assert_int_equal(xf_stream_open(*state, "x", xf_deadline(5 * MS), &stream), XF_TIMEOUT);
	xf_stream_close(NULL);
}

static void *open_late(void *arg)
{
	struct xf_stream *stream = NULL;
	(void)xf_stream_open(arg, "cam", patience(5000), &stream);
	return stream;
}

static void opening_waits_for_the_label(void **state)
{
	pthread_t thread;
	void *opened;
	assert_int_equal(pthread_create(&thread, NULL, open_late, *state), 0);
	usleep(20000);
	struct xf_stream *producer = produce(*state, 0);
	pthread_join(thread, &opened);
	assert_non_null(opened);
	assert_int_equal(xf_stream_id(opened), xf_stream_id(producer));
	xf_stream_close(opened);
	xf_stream_close(producer);
}

static void *wait_for_two(void *arg)
{
	return (void *)(intptr_t)xf_stream_wait_readers(arg, 2, patience(5000));
}

static void a_producer_waits_for_its_readers(void **state)
{
	struct xf_domain *again = join_again(*state);
	struct xf_stream *producer = produce(*state, 0);
	pthread_t thread;
	void *result;
	assert_int_equal(xf_stream_wait_readers(NULL, 0, 0), -EINVAL);
	assert_int_equal(xf_stream_wait_readers(producer, 0, 0), 0);
	assert_int_equal(xf_stream_wait_readers(producer, 1, 0), XF_TIMEOUT);
	assert_int_equal(xf_stream_wait_readers(producer, 1, xf_deadline(20 * MS)), XF_TIMEOUT);
	struct xf_stream *first = read_as(again, XF_STREAM_EVERY, 1);
	assert_int_equal(xf_stream_wait_readers(producer, 1, 0), 0);
	assert_int_equal(xf_stream_wait_readers(producer, 2, 0), XF_TIMEOUT);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_two, producer), 0);
	usleep(20000);
	struct xf_stream *second = read_as(*state, XF_STREAM_LATEST, 1);
	pthread_join(thread, &result);
	assert_null(result);
	xf_stream_close(second);
	assert_int_equal(xf_stream_wait_readers(producer, 2, 0), XF_TIMEOUT);
	xf_stream_close(first);
	xf_stream_close(producer);
	xf_domain_leave(again);
}

static void what_was_published_outlives_its_producer(void **state)
{
	struct xf_domain *again = join_again(*state);
	struct xf_stream *producer = produce(*state, 0);
	struct xf_stream *reader = read_as(again, XF_STREAM_EVERY, 1);
	put(producer, 1);
	put(producer, 2);
	assert_int_equal(xf_stream_end(producer), 0);
	xf_stream_close(producer);
	get_and_done(reader, 1);
	get_and_done(reader, 2);
	get_none(reader, XF_ENDED);
	xf_stream_close(reader);
	xf_domain_leave(again);
}

static void *drain(void *arg)
{
	return (void *)(intptr_t)xf_stream_drain(arg, patience(5000));
}

/* Of a format, too, that the reader has not met yet. */
static void a_producer_that_goes_waits_for_those_who_want_every_frame(void **state)
{
	struct xf_domain *again = join_again(*state);
	struct xf_stream *producer = produce(*state, 0);
	struct xf_stream *reader = read_as(again, XF_STREAM_EVERY, 2);
	struct xf_surface_desc desc = small;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	pthread_t thread;
	void *result;
	desc.width_px = 128;
	assert_int_equal(xf_stream_drain(reader, 0), -EPERM);
	assert_int_equal(xf_stream_drain(producer, 0), 0);
	put(producer, 1);
	assert_int_equal(xf_stream_set_format(producer, &format), 0);
	put(producer, 2);
	assert_int_equal(xf_stream_drain(producer, 0), XF_TIMEOUT);
	assert_int_equal(xf_stream_drain(producer, xf_deadline(20 * MS)), XF_TIMEOUT);
	get_and_done(reader, 1);
	assert_int_equal(xf_stream_drain(producer, 0), XF_TIMEOUT);
	assert_int_equal(pthread_create(&thread, NULL, drain, producer), 0);
	usleep(20000);
	get_and_done(reader, 2);
	pthread_join(thread, &result);
	assert_null(result);
	put(producer, 3);
	assert_int_equal(pthread_create(&thread, NULL, drain, producer), 0);
	usleep(20000);
	xf_stream_close(reader);
	pthread_join(thread, &result);
	assert_null(result);
	xf_stream_close(producer);
	xf_domain_leave(again);
}

/* Each refusal says what was wrong with this call, and how much is missing. */
static void refusals_say_why(void **state)
{
	struct xf_stream *producer = produce(*state, 0);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_domain *other, *looker;
	struct xf_stream *opened;
	size_t bytes;
	char byte;
	int fd;
	assert_int_equal(xf_stream_subscribe(producer, XF_STREAM_EVERY, 60), -ENOSPC);
	assert_non_null(strstr(xf_last_message(-ENOSPC), "it needs 62"));
	assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
	assert_int_equal(xf_stream_publish(producer, &frame, NULL), 0);
	assert_int_equal(xf_stream_publish(producer, &frame, NULL), -EPERM);
	assert_non_null(strstr(xf_last_message(-EPERM), "not held"));
	assert_int_equal(xf_stream_peek(producer, 0, 0, &byte, 1, &bytes, NULL, NULL), -EOVERFLOW);
	assert_non_null(strstr(xf_last_message(-EOVERFLOW), "the buffer has 1 bytes"));
	assert_int_equal(xf_domain_export(*state, XF_OPEN_LOOK_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &looker), 0);
	close(fd);
	assert_int_equal(xf_stream_open(looker, "cam", 0, &opened), 0);
	xf_stream_close(opened);
	xf_domain_leave(looker);
	assert_int_equal(xf_stream_end(producer), 0);
	assert_int_equal(xf_stream_hold(producer, 0, &frame), -EPERM);
	assert_non_null(strstr(xf_last_message(-EPERM), "ended"));
	assert_int_equal(xf_stream_publish(producer, &frame, NULL), -EPERM);
	assert_non_null(strstr(xf_last_message(-EPERM), "ended"));
	assert_int_equal(xf_stream_set_format(producer, NULL), -EPERM);
	assert_non_null(strstr(xf_last_message(-EPERM), "ended"));
	xf_stream_close(producer);
	assert_int_equal(xf_domain_open("a b", 0, 0, &other), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "a name has"));
}

static void the_newest_format_is_seen_by_looking(void **state)
{
	struct xf_surface_desc desc = small, seen = { .size = sizeof(seen) };
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.rate_num = 25,
		.rate_den = 1,
		.blob = "words",
		.blob_size = 5 };
	struct xf_stream_format got = { .size = sizeof(got) };
	struct xf_domain *looker;
	struct xf_stream *producer = produce(*state, 0), *viewer;
	char blob[XF_FORMAT_BLOB_MAX] = "";
	int fd;
	assert_int_equal(xf_domain_export(*state, XF_OPEN_LOOK_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &looker), 0);
	close(fd);
	assert_int_equal(xf_stream_open(looker, "cam", 0, &viewer), 0);
	assert_int_equal(xf_stream_format(viewer, &got, &seen, blob), 0);
	assert_int_equal(got.generation, 1);
	assert_null(got.blob);
	assert_int_equal(seen.width_px, small.width_px);
	for (uint32_t i = 2; i < 12; i++) {
		desc.width_px = 16 * i;
		assert_int_equal(xf_stream_set_format(producer, &format), 0);
		assert_int_equal(xf_stream_format(viewer, &got, &seen, blob), 0);
		assert_int_equal(got.generation, i);
		assert_int_equal(got.rate_num, 25);
		assert_ptr_equal(got.desc, &seen);
		assert_ptr_equal(got.blob, blob);
		assert_int_equal(got.blob_size, 5);
		assert_memory_equal(blob, "words", 5);
		assert_int_equal(seen.width_px, 16 * i);
	}
	assert_int_equal(xf_stream_format(producer, &got, NULL, NULL), 0);
	assert_null(got.desc);
	assert_null(got.blob);
	assert_int_equal(got.blob_size, 5);
	got.size = 0;
	assert_int_equal(xf_stream_format(viewer, &got, NULL, NULL), -EINVAL);
	got.size = sizeof(got);
	assert_int_equal(xf_stream_format(viewer, NULL, NULL, NULL), -EINVAL);
	xf_stream_close(producer);
	assert_int_equal(xf_stream_format(viewer, &got, NULL, NULL), -ESTALE);
	xf_stream_close(viewer);
	xf_domain_leave(looker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(refusals_say_why),
		test_with_domain(every_gets_each_and_the_producer_waits),
		test_with_domain(overrun_is_seen_as_a_gap),
		test_with_domain(latest_gets_the_newest_and_never_slows),
		test_with_domain(readers_that_do_not_fit_are_refused),
		test_with_domain(a_producer_that_fails_leaves_what_there_was),
		test_with_domain(what_is_said_of_a_frame_arrives),
		test_with_domain(a_frame_says_which_producer_published_it),
		test_with_domain(a_new_format_comes_between_two_frames),
		test_with_domain(formats_in_use_are_kept),
		test_with_domain(the_second_producer_is_refused_and_the_next_goes_on),
		test_with_domain(a_killed_producer_has_a_successor),
		test_with_domain(sleepers_are_woken),
		test_with_domain(a_waiting_producer_is_woken),
		test_with_domain(it_waits_beside_others_and_polls),
		test_with_domain(all_of_several_may_be_streams),
		test_with_domain(the_newest_format_is_seen_by_looking),
		test_with_domain(viewers_look_and_hold_nothing),
		test_with_domain(queues_count_where_surfaces_have_sync_objects),
		test_with_domain(keyed_surfaces_come_back_ready),
		test_with_domain(nonsense_is_refused),
		test_with_domain(opening_waits_for_the_label),
		test_with_domain(a_producer_waits_for_its_readers),
		test_with_domain(what_was_published_outlives_its_producer),
		test_with_domain(a_producer_that_goes_waits_for_those_who_want_every_frame),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
