/* SPDX-License-Identifier: MIT */
/* Waiting until a frame is complete: what ends it, what does not, and what it costs meanwhile. */
#include <sys/resource.h>

#include "asleep.h"
#include "harness.h"

#define GRACE_NS (500 * MS) /* of who has left frames unfinished */

struct scene {
	struct xf_domain *producers; /* another member */
	struct xf_timeline *fence;
	struct xf_stream *producer, *reader;
};

static struct xf_domain *join_again(struct xf_domain *domain, uint32_t flags)
{
	struct xf_domain *again;
	int fd;
	assert_int_equal(xf_domain_export(domain, flags, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &again), 0);
	close(fd);
	return again;
}

static struct xf_stream *produce(struct xf_domain *domain)
{
	static const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *stream;
	assert_int_equal(xf_stream_create(domain, &params, "cam", &stream), 0);
	return stream;
}

static struct scene begin(struct xf_domain *domain)
{
	struct scene s = { .producers = join_again(domain, 0) };
	assert_int_equal(xf_timeline_create(domain, 0, 0, NULL, &s.fence), 0);
	s.producer = produce(s.producers);
	assert_int_equal(xf_stream_open(domain, "cam", 0, &s.reader), 0);
	assert_int_equal(xf_stream_subscribe(s.reader, XF_STREAM_EVERY, 3), 0);
	return s;
}

static void end(struct scene *s)
{
	xf_stream_close(s->reader);
	xf_stream_close(s->producer);
	xf_timeline_close(s->fence);
	xf_domain_leave(s->producers);
}

static void publish(struct xf_stream *stream, xf_id fence, uint64_t value)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info), .fence = fence, .fence_value = value };
	assert_int_equal(xf_stream_hold(stream, 0, &frame), 0);
	assert_int_equal(xf_stream_publish(stream, &frame, &info), 0);
}

/* What the reader has of a frame with that fence. */
static struct xf_frame_info pass(struct scene *s, xf_id fence, uint64_t value)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	publish(s->producer, fence, value);
	assert_int_equal(xf_stream_next(s->reader, 0, &frame), 0);
	struct xf_frame_info info = *frame.info;
	assert_int_equal(xf_stream_done(s->reader, &frame), 0);
	return info;
}

static struct xf_frame_info pass_unfinished(struct scene *s)
{
	return pass(s, xf_timeline_id(s->fence), 7);
}

/* ---- somebody waits, and something happens ---- */

struct waiter {
	struct scene *scene;
	struct xf_frame_info info;
	struct xf_event *cancel;
	pthread_t thread;
	_Atomic pid_t tid; /* 0: not yet */
	int result;
	int64_t took_ns;
};

static void *wait_for_it(void *arg)
{
	struct waiter *w = arg;
	int64_t start = xf_now();
	w->tid = gettid();
	w->result = xf_stream_wait_complete(w->scene->reader, &w->info, w->cancel, patience(30000));
	w->took_ns = xf_now() - start;
	return NULL;
}

/* Returns when it sleeps. */
static void start(struct waiter *w)
{
	assert_int_equal(pthread_create(&w->thread, NULL, wait_for_it, w), 0);
	while (!w->tid || !is_asleep(w->tid))
		usleep(1000);
}

static void expect(struct waiter *w, int result)
{
	pthread_join(w->thread, NULL);
	assert_int_equal(w->result, result);
}

static void a_fence_is_waited_for(void **state)
{
	struct scene s = begin(*state);
	struct waiter w = { .scene = &s, .info = pass_unfinished(&s) };
	start(&w);
	assert_int_equal(xf_timeline_signal(s.fence, 6), 0);
	assert_int_equal(xf_stream_wait_complete(s.reader, &w.info, NULL, 0), XF_TIMEOUT);
	assert_int_equal(xf_timeline_signal(s.fence, 7), 0);
	expect(&w, 0);
	assert_int_equal(xf_stream_wait_complete(s.reader, &w.info, NULL, 0), 0);
	end(&s);
}

static void what_has_no_fence_is_complete(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass(&s, 0, 7);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, 0), 0);
	xf_stream_close(s.producer);
	s.producer = NULL;
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, 0), 0);
	end(&s);
}

/* A producer that is there may take its time, and nobody looks up meanwhile. */
static void a_deadline_is_slept_through(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass_unfinished(&s);
	struct rusage before, after;
	int64_t deadline = xf_deadline(1000 * MS);
	getrusage(RUSAGE_THREAD, &before);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, deadline), XF_TIMEOUT);
	getrusage(RUSAGE_THREAD, &after);
	assert_true(xf_now() >= deadline);
	assert_in_range(after.ru_nvcsw - before.ru_nvcsw, 1, 3);
	end(&s);
}

static void an_event_ends_the_wait(void **state)
{
	struct scene s = begin(*state);
	for (uint32_t manual = 0; manual < 2; manual++) {
		struct waiter w = { .scene = &s, .info = pass_unfinished(&s) };
		assert_int_equal(xf_event_create(*state, manual ? XF_EVENT_MANUAL_RESET : 0, NULL,
					 &w.cancel),
			0);
		start(&w);
		assert_int_equal(xf_event_set(w.cancel), 0);
		expect(&w, -ECANCELED);
		/* It is taken, unless it stays set by itself. */
		assert_int_equal(xf_event_wait(w.cancel, 0), manual ? 0 : XF_TIMEOUT);
		/* Set before, and after all of it. */
		assert_int_equal(xf_event_set(w.cancel), 0);
		assert_int_equal(
			xf_stream_wait_complete(s.reader, &w.info, w.cancel, XF_NEVER), -ECANCELED);
		xf_event_close(w.cancel);
	}
	end(&s);
}

/* What is complete is so, whoever wants to stop; and the event is left to who it is for. */
static void what_is_complete_takes_no_event(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass_unfinished(&s);
	struct xf_event *cancel;
	assert_int_equal(xf_event_create(*state, XF_EVENT_SIGNALLED, NULL, &cancel), 0);
	assert_int_equal(xf_timeline_signal(s.fence, 7), 0);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, cancel, 0), 0);
	assert_int_equal(xf_event_wait(cancel, 0), 0);
	xf_event_close(cancel);
	end(&s);
}

static volatile sig_atomic_t caught;
static struct xf_event *to_set;

static void note(int number)
{
	(void)number;
	caught++;
	if (to_set)
		(void)xf_event_set(to_set);
}

static void a_signal_does_not_end_it_but_its_handler_may(void **state)
{
	struct scene s = begin(*state);
	struct waiter w = { .scene = &s, .info = pass_unfinished(&s) };
	struct sigaction action = { .sa_handler = note }, old; /* no SA_RESTART */
	assert_int_equal(xf_event_create(*state, 0, NULL, &w.cancel), 0);
	assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
	start(&w);
	for (int i = 0; i < 5; i++) {
		int before = caught;
		pthread_kill(w.thread, SIGUSR1);
		while (caught == before)
			usleep(1000);
	}
	struct timespec soon;
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 20 * MS;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	assert_int_equal(pthread_timedjoin_np(w.thread, NULL, &soon), ETIMEDOUT);
	to_set = w.cancel;
	pthread_kill(w.thread, SIGUSR1);
	expect(&w, -ECANCELED);
	to_set = NULL;
	sigaction(SIGUSR1, &old, NULL);
	xf_event_close(w.cancel);
	end(&s);
}

/* ---- the producer goes ---- */

static void close_it(struct scene *s)
{
	xf_stream_close(s->producer);
	s->producer = NULL;
}

static void end_it(struct scene *s)
{
	assert_int_equal(xf_stream_end(s->producer), 0);
}

static void replace_it(struct scene *s)
{
	close_it(s);
	s->producer = produce(s->producers);
}

static void leave(struct scene *s)
{
	close_it(s);
	xf_domain_leave(s->producers);
	s->producers = NULL;
}

static void (*const ways_to_go[])(struct scene *) = { close_it, end_it, replace_it, leave };
#define WAYS (sizeof(ways_to_go) / sizeof(ways_to_go[0]))

/* Woken by that, it waits for the rest of the time and no longer, though the fence has no owner. */
static void what_a_producer_leaves_undone_is_abandoned(void **state)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct scene s = begin(*state);
		struct waiter w = { .scene = &s, .info = pass_unfinished(&s) };
		start(&w);
		ways_to_go[i](&s);
		expect(&w, XF_ABANDONED);
		assert_true(w.took_ns >= GRACE_NS);
		/* That was its time, for all that it has left. */
		assert_int_equal(xf_stream_wait_complete(s.reader, &w.info, NULL, 0), XF_ABANDONED);
		assert_int_equal(
			xf_stream_wait_complete(s.reader, &w.info, NULL, XF_NEVER), XF_ABANDONED);
		/* Not for who comes after it. */
		if (ways_to_go[i] == replace_it) {
			struct xf_frame_info next = pass_unfinished(&s);
			assert_int_equal(xf_stream_wait_complete(
						 s.reader, &next, NULL, xf_deadline(20 * MS)),
				XF_TIMEOUT);
		}
		end(&s);
	}
}

static void somebody_else_may_finish_it(void **state)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct scene s = begin(*state);
		struct waiter w = { .scene = &s, .info = pass_unfinished(&s) };
		start(&w);
		ways_to_go[i](&s);
		assert_int_equal(xf_timeline_signal(s.fence, 7), 0);
		expect(&w, 0);
		end(&s);
	}
}

/* Looking now and then is enough: each look is not the first. */
static void who_only_looks_is_told_as_well(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass_unfinished(&s);
	int64_t start = xf_now();
	int r;
	close_it(&s);
	do {
		usleep(5000);
		r = xf_stream_wait_complete(s.reader, &info, NULL, 0);
	} while (r == XF_TIMEOUT);
	assert_int_equal(r, XF_ABANDONED);
	assert_true(xf_now() - start >= GRACE_NS);
	end(&s);
}

/* ---- fences that are none, or are owned by somebody ---- */

static void an_owner_that_gives_up_is_believed(void **state)
{
	struct scene s = begin(*state);
	struct xf_timeline *owned;
	assert_int_equal(xf_timeline_create(*state, 0, XF_TIMELINE_OWNED, NULL, &owned), 0);
	struct xf_frame_info info = pass(&s, xf_timeline_id(owned), 1);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, 0), XF_TIMEOUT);
	assert_int_equal(xf_timeline_abandon(owned), 0);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), XF_ABANDONED);
	xf_timeline_close(owned);
	end(&s);
}

/* Who has ended the stream had finished before; of anybody else nobody knows. */
static void a_fence_that_is_gone_went_with_its_producer(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass_unfinished(&s);
	xf_timeline_close(s.fence);
	s.fence = NULL;
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), XF_ABANDONED);
	end_it(&s);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), 0);
	replace_it(&s);
	end_it(&s);
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), XF_ABANDONED);
	end(&s);
}

static void nonsense_is_no_fence(void **state)
{
	struct scene s = begin(*state);
	const xf_id ids[] = { 1, UINT64_MAX, xf_stream_id(s.producer), 77 };
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct xf_frame_info info = pass(&s, ids[i], 1);
		assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), -EPROTO);
	}
	struct xf_frame_info info = pass_unfinished(&s);
	info.size = 1;
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, 0), -EINVAL);
	assert_int_equal(xf_stream_wait_complete(s.reader, NULL, NULL, 0), -EINVAL);
	assert_int_equal(xf_stream_wait_complete(NULL, &info, NULL, 0), -EINVAL);
	end(&s);
}

/* A producer's name that nobody has had: such a frame has the time of any that is left behind. */
static void an_unknown_producer_is_gone(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass_unfinished(&s);
	info.producer += 5;
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), XF_ABANDONED);
	info.producer = 0;
	assert_int_equal(xf_stream_wait_complete(s.reader, &info, NULL, XF_NEVER), XF_ABANDONED);
	end(&s);
}

/* ---- who may ask ---- */

static void a_read_only_member_asks_and_does_not_sleep(void **state)
{
	struct scene s = begin(*state);
	struct xf_frame_info info = pass_unfinished(&s);
	struct xf_domain *viewer = join_again(*state, XF_OPEN_READ_ONLY);
	struct xf_stream *stream;
	assert_int_equal(xf_stream_open(viewer, "cam", 0, &stream), 0);
	assert_int_equal(xf_stream_wait_complete(stream, &info, NULL, 0), XF_TIMEOUT);
	assert_int_equal(xf_stream_wait_complete(stream, &info, NULL, XF_NEVER), -EACCES);
	assert_int_equal(xf_timeline_signal(s.fence, 7), 0);
	assert_int_equal(xf_stream_wait_complete(stream, &info, NULL, XF_NEVER), 0);
	end(&s); /* and with it the stream, which a viewer does not keep */
	assert_int_equal(xf_stream_wait_complete(stream, &info, NULL, 0), -ESTALE);
	xf_stream_close(stream);
	xf_domain_leave(viewer);
}

static struct scene *inherited;
static struct xf_frame_info known;

static void a_fork_is_refused(void **state)
{
	needs_processes();
	struct scene s = begin(*state);
	known = pass_unfinished(&s);
	inherited = &s;
	pid_t pid = fork();
	if (pid == 0)
		_exit(xf_stream_wait_complete(inherited->reader, &known, NULL, XF_NEVER) == -ECHILD
				? 0
				: 1);
	assert_int_equal(wait_child(pid), 0);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(a_fence_is_waited_for),
		test_with_domain(what_has_no_fence_is_complete),
		test_with_domain(a_deadline_is_slept_through),
		test_with_domain(an_event_ends_the_wait),
		test_with_domain(what_is_complete_takes_no_event),
		test_with_domain(a_signal_does_not_end_it_but_its_handler_may),
		test_with_domain(what_a_producer_leaves_undone_is_abandoned),
		test_with_domain(somebody_else_may_finish_it),
		test_with_domain(who_only_looks_is_told_as_well),
		test_with_domain(an_owner_that_gives_up_is_believed),
		test_with_domain(a_fence_that_is_gone_went_with_its_producer),
		test_with_domain(nonsense_is_no_fence),
		test_with_domain(an_unknown_producer_is_gone),
		test_with_domain(a_read_only_member_asks_and_does_not_sleep),
		test_with_domain(a_fork_is_refused),
	};
	limit(100);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
