/* SPDX-License-Identifier: MIT */
/* Waits of a stream's that are told to end: each kind, asleep already or not yet. */

#include "asleep.h"
#include "harness.h"

struct scene {
	struct xf_domain *producers; /* another member */
	struct xf_stream *producer, *reader, *idle; /* the last has no frames */
	struct xf_stream *idle_producer;
	struct xf_timeline *fence;
	struct xf_frame_info info; /* of a frame that waits for it */
	uint32_t width_px; /* of the last format that was set */
};

static struct xf_domain *join_again(struct xf_domain *domain)
{
	struct xf_domain *again;
	int fd;
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &again), 0);
	close(fd);
	return again;
}

static struct xf_surface_desc desc_of(uint32_t width_px)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = width_px,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
}

static struct xf_stream *produce(struct xf_domain *domain, const char *label)
{
	struct xf_surface_desc desc = desc_of(64);
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *stream;
	assert_int_equal(xf_stream_create(domain, &params, label, &stream), 0);
	return stream;
}

static struct xf_stream *subscribe(struct xf_domain *domain, const char *label, uint32_t held)
{
	struct xf_stream *stream;
	assert_int_equal(xf_stream_open(domain, label, 0, &stream), 0);
	assert_int_equal(xf_stream_subscribe(stream, XF_STREAM_EVERY, held), 0);
	return stream;
}

static struct scene begin(struct xf_domain *domain)
{
	struct scene s = { .producers = join_again(domain), .width_px = 64 };
	s.producer = produce(s.producers, "cam");
	s.reader = subscribe(domain, "cam", 5);
	s.idle_producer = produce(s.producers, "idle");
	s.idle = subscribe(domain, "idle", 1);
	assert_int_equal(xf_timeline_create(domain, 0, 0, NULL, &s.fence), 0);
	s.info = (struct xf_frame_info){
		.size = sizeof(s.info), .fence = xf_timeline_id(s.fence), .fence_value = 7
	};
	return s;
}

static void end(struct scene *s)
{
	xf_stream_close(s->reader);
	xf_stream_close(s->idle);
	xf_stream_close(s->producer);
	xf_stream_close(s->idle_producer);
	xf_timeline_close(s->fence);
	xf_domain_leave(s->producers);
}

static int publish(struct xf_stream *stream, const struct xf_frame_info *info)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_hold(stream, 0, &frame);
	return r ? r : xf_stream_publish(stream, &frame, info);
}

/* ---- what is waited for in vain ---- */

static struct xf_stream *fill(struct scene *s)
{
	while (publish(s->producer, NULL) == 0)
		;
	return s->producer;
}

static int hold(struct scene *s, int64_t deadline_ns)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	return xf_stream_hold(s->producer, deadline_ns, &frame);
}

static int drain(struct scene *s, int64_t deadline_ns)
{
	return xf_stream_drain(s->producer, deadline_ns);
}

static int change_until(struct scene *s, int64_t deadline_ns)
{
	struct xf_surface_desc desc = desc_of(s->width_px + 64);
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	return xf_stream_set_format_until(s->producer, &format, deadline_ns);
}

/* The reader keeps a frame of each format. */
static struct xf_stream *use_up_formats(struct scene *s)
{
	do {
		struct xf_frame frame = { .size = sizeof(frame) };
		assert_int_equal(publish(s->producer, NULL), 0);
		assert_int_equal(xf_stream_next(s->reader, 0, &frame), 0);
	} while (change_until(s, 0) == 0 && (s->width_px += 64));
	return s->producer;
}

static struct xf_stream *nothing_but_producer(struct scene *s)
{
	return s->producer;
}

static int wait_readers(struct scene *s, int64_t deadline_ns)
{
	return xf_stream_wait_readers(s->producer, 2, deadline_ns);
}

static struct xf_stream *nothing(struct scene *s)
{
	return s->idle;
}

static int next(struct scene *s, int64_t deadline_ns)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	return xf_stream_next(s->idle, deadline_ns, &frame);
}

static int peek(struct scene *s, int64_t deadline_ns)
{
	size_t bytes;
	return xf_stream_peek(s->idle, 0, deadline_ns, NULL, 0, &bytes, NULL, NULL);
}

static int any(struct scene *s, int64_t deadline_ns)
{
	struct xf_wait_item items[] = { { .type = XF_STREAM, .object = s->idle },
		{ .type = XF_TIMELINE, .object = s->fence, .value = 9 } };
	uint32_t which;
	return xf_wait_any(items, 2, deadline_ns, &which);
}

static int all(struct scene *s, int64_t deadline_ns)
{
	struct xf_wait_item items[] = { { .type = XF_TIMELINE, .object = s->fence, .value = 9 },
		{ .type = XF_STREAM, .object = s->idle } };
	return xf_wait_all(items, 2, deadline_ns);
}

static struct xf_stream *unfinished(struct scene *s)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(publish(s->producer, &s->info), 0);
	assert_int_equal(xf_stream_next(s->reader, 0, &frame), 0);
	s->info = *frame.info;
	return s->reader;
}

static int complete(struct scene *s, int64_t deadline_ns)
{
	return xf_stream_wait_complete(s->reader, &s->info, NULL, deadline_ns);
}

static const struct kind {
	struct xf_stream *(*prepare)(struct scene *s); /* whose handle it is */
	int (*wait)(struct scene *s, int64_t deadline_ns);
} kinds[] = {
	{ fill, hold },
	{ fill, drain },
	{ use_up_formats, change_until },
	{ nothing_but_producer, wait_readers },
	{ nothing, next },
	{ nothing, peek },
	{ nothing, any },
	{ nothing, all },
	{ unfinished, complete },
};

/* ---- tests ---- */

struct waiter {
	const struct kind *kind;
	struct scene *scene;
	pthread_t thread;
	_Atomic pid_t tid; /* 0: not yet */
	int result;
};

static void *wait_for_it(void *arg)
{
	struct waiter *w = arg;
	w->tid = gettid();
	w->result = w->kind->wait(w->scene, patience(30000));
	return NULL;
}

static void start(struct waiter *w)
{
	assert_int_equal(pthread_create(&w->thread, NULL, wait_for_it, w), 0);
	while (!w->tid || !is_asleep(w->tid))
		usleep(1000);
}

static void who_sleeps_is_woken(void **state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct scene s = begin(*state);
		struct xf_stream *stream = kinds[i].prepare(&s);
		struct waiter w = { .kind = &kinds[i], .scene = &s };
		start(&w);
		assert_int_equal(xf_stream_interrupt(stream, 1), 0);
		pthread_join(w.thread, NULL);
		assert_int_equal(w.result, -ECANCELED);
		end(&s);
	}
}

static void who_would_sleep_does_not_until_it_may(void **state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct scene s = begin(*state);
		struct xf_stream *stream = kinds[i].prepare(&s);
		assert_int_equal(xf_stream_interrupt(stream, 1), 0);
		assert_int_equal(kinds[i].wait(&s, XF_NEVER), -ECANCELED);
		assert_int_equal(kinds[i].wait(&s, XF_NEVER), -ECANCELED);
		assert_int_equal(xf_stream_interrupt(stream, 0), 0);
		assert_int_equal(kinds[i].wait(&s, xf_deadline(MS)), XF_TIMEOUT);
		end(&s);
	}
}

static void what_is_there_is_given(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame frame = { .size = sizeof(frame) };
	assert_int_equal(xf_stream_interrupt(s.reader, 1), 0);
	assert_int_equal(xf_stream_interrupt(s.producer, 1), 0);
	assert_int_equal(publish(s.producer, NULL), 0);
	assert_int_equal(xf_stream_next(s.reader, XF_NEVER, &frame), 0);
	assert_int_equal(xf_stream_drain(s.producer, XF_NEVER), 0);
	assert_int_equal(xf_stream_wait_readers(s.producer, 1, XF_NEVER), 0);
	end(&s);
}

/* Neither another handle of this process nor another member. */
static void nobody_else_is_interrupted(void **state)
{
	struct scene s = begin(*state);
	assert_int_equal(xf_stream_interrupt(s.idle_producer, 1), 0);
	assert_int_equal(next(&s, xf_deadline(MS)), XF_TIMEOUT);
	assert_int_equal(publish(s.idle_producer, NULL), 0);
	assert_int_equal(next(&s, XF_NEVER), 0);
	end(&s);
}

static void only_what_makes_sense_is_taken(void **state)
{
	struct scene s = begin(*state);
	assert_int_equal(xf_stream_interrupt(NULL, 1), -EINVAL);
	assert_int_equal(xf_stream_interrupt(s.reader, 2), -EINVAL);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(who_sleeps_is_woken),
		test_with_domain(who_would_sleep_does_not_until_it_may),
		test_with_domain(what_is_there_is_given),
		test_with_domain(nobody_else_is_interrupted),
		test_with_domain(only_what_makes_sense_is_taken),
	};
	limit(100);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
