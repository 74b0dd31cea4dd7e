/* SPDX-License-Identifier: MIT */
/*
 * A process that has several handles of one pool, as its parts may without knowing of each other:
 * closing one of them gives up what came through it, and nothing else.
 */
#include "harness.h"

#define COUNT 4

static const struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

struct scene {
	struct xf_domain *other; /* another member */
	struct xf_pool *theirs; /* its handle */
	struct xf_pool *a, *b; /* ours */
};

static struct scene begin(struct xf_domain *domain, uint32_t flags)
{
	struct scene s;
	int fd;
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &s.other), 0);
	close(fd);
	assert_int_equal(xf_pool_create(domain, &desc, COUNT, flags, NULL, &s.a), 0);
	assert_int_equal(xf_pool_open(domain, xf_pool_id(s.a), &s.b), 0);
	assert_int_equal(xf_pool_open(s.other, xf_pool_id(s.a), &s.theirs), 0);
	return s;
}

static void end(struct scene *s)
{
	xf_pool_close(s->a);
	xf_pool_close(s->b);
	xf_pool_close(s->theirs);
	xf_domain_leave(s->other);
}

static void close_one(struct xf_pool **pool)
{
	xf_pool_close(*pool);
	*pool = NULL;
}

static uint32_t hold(struct xf_pool *pool)
{
	uint32_t i;
	assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
	return i;
}

/* What nobody holds, as the other member sees it. */
static uint64_t free_ones(struct scene *s)
{
	uint64_t set = 0;
	uint32_t i;
	while (xf_pool_hold(s->theirs, 0, &i) == 0)
		set |= UINT64_C(1) << i;
	for (i = 0; i < COUNT; i++)
		if (set & UINT64_C(1) << i)
			assert_int_equal(xf_pool_give(s->theirs, i), 0);
	return set;
}

static uint64_t all_but(uint32_t i)
{
	return ((UINT64_C(1) << COUNT) - 1) & ~(UINT64_C(1) << i);
}

#define ALL ((UINT64_C(1) << COUNT) - 1)

static void each_gives_up_its_own(void **state)
{
	for (int which = 0; which < 2; which++) {
		struct scene s = begin(*state, 0);
		uint32_t of_a = hold(s.a), of_b = hold(s.b);
		assert_true(free_ones(&s) == (all_but(of_a) & all_but(of_b)));
		close_one(which ? &s.a : &s.b);
		assert_true(free_ones(&s) == all_but(which ? of_b : of_a));
		close_one(which ? &s.b : &s.a);
		assert_true(free_ones(&s) == ALL);
		end(&s);
	}
}

static void what_both_have_stays_with_the_last(void **state)
{
	for (int which = 0; which < 2; which++) {
		struct scene s = begin(*state, 0);
		uint32_t i = hold(s.a);
		assert_int_equal(xf_pool_rejoin(s.b, i), 0);
		close_one(which ? &s.a : &s.b);
		assert_true(free_ones(&s) == all_but(i));
		close_one(which ? &s.b : &s.a);
		assert_true(free_ones(&s) == ALL);
		end(&s);
	}
}

static void hold_that(struct xf_pool *pool, uint32_t wanted)
{
	uint32_t i;
	while ((i = hold(pool)) != wanted) /* until it comes round */
		assert_int_equal(xf_pool_give(pool, i), 0);
}

/* To give up is the member's, and is known to all of its handles. */
static void what_was_given_up_is_nobodys(void **state)
{
	for (int which = 0; which < 2; which++) {
		struct scene s = begin(*state, 0);
		uint32_t i = hold(s.a);
		assert_int_equal(xf_pool_rejoin(s.b, i), 0);
		assert_int_equal(xf_pool_give(s.b, i), 0);
		assert_true(free_ones(&s) == ALL);
		hold_that(s.b, i);
		close_one(which ? &s.a : &s.b);
		assert_true(free_ones(&s) == (which ? all_but(i) : ALL));
		end(&s);
	}
}

static uint32_t readers_of(struct scene *s, uint32_t i)
{
	uint32_t readers;
	assert_int_equal(xf_pool_share(s->theirs, i, &readers), 0);
	return readers;
}

/* The other member shares one with us. */
static uint32_t be_given_one(struct scene *s)
{
	uint32_t i = hold(s->theirs);
	assert_int_equal(readers_of(s, i), 1);
	assert_int_equal(xf_pool_give(s->theirs, i), 0);
	return i;
}

static void what_was_shared_is_with_those_who_subscribed(void **state)
{
	for (int which = 0; which < 2; which++) {
		struct scene s = begin(*state, 0);
		assert_int_equal(xf_pool_subscribe(s.a), 0);
		assert_int_equal(xf_pool_subscribe(s.b), 0);
		uint32_t i = be_given_one(&s);
		close_one(which ? &s.a : &s.b);
		assert_true(free_ones(&s) == all_but(i));
		uint32_t next = be_given_one(&s); /* and we are readers still */
		assert_true(free_ones(&s) == (all_but(i) & all_but(next)));
		struct xf_pool *late; /* that has nothing to do with it */
		assert_int_equal(xf_pool_open(*state, xf_pool_id(s.theirs), &late), 0);
		uint32_t own = hold(late);
		close_one(which ? &s.b : &s.a);
		assert_true(free_ones(&s) == all_but(own));
		uint32_t mine = hold(s.theirs);
		assert_int_equal(readers_of(&s, mine), 0);
		xf_pool_close(late);
		end(&s);
	}
}

static void one_that_did_not_subscribe_ends_nothing(void **state)
{
	struct scene s = begin(*state, 0);
	assert_int_equal(xf_pool_subscribe(s.a), 0);
	uint32_t i = be_given_one(&s);
	close_one(&s.b);
	assert_true(free_ones(&s) == all_but(i));
	be_given_one(&s);
	end(&s);
}

static void each_unsubscribes_for_itself(void **state)
{
	struct scene s = begin(*state, 0);
	assert_int_equal(xf_pool_subscribe(s.a), 0);
	assert_int_equal(xf_pool_subscribe(s.a), 0);
	assert_int_equal(xf_pool_subscribe(s.b), 0);
	assert_int_equal(xf_pool_unsubscribe(s.a), 0);
	assert_int_equal(xf_pool_unsubscribe(s.a), 0);
	uint32_t i = be_given_one(&s);
	assert_int_equal(xf_pool_unsubscribe(s.b), 0);
	uint32_t mine = hold(s.theirs);
	assert_int_equal(readers_of(&s, mine), 0);
	assert_int_equal(xf_pool_give(s.theirs, mine), 0);
	assert_true(free_ones(&s) == all_but(i)); /* what was shared before stays */
	close_one(&s.b);
	assert_true(free_ones(&s) == all_but(i)); /* A had subscribed as well */
	close_one(&s.a);
	assert_true(free_ones(&s) == ALL);
	end(&s);
}

/* What nobody knows whose it is: with the last handle nothing is left. */
static void the_last_gives_up_all(void **state)
{
	struct scene s = begin(*state, 0);
	assert_int_equal(xf_pool_subscribe(s.a), 0);
	assert_int_equal(xf_pool_subscribe(s.b), 0);
	be_given_one(&s);
	be_given_one(&s);
	hold(s.a);
	close_one(&s.b);
	close_one(&s.a);
	assert_true(free_ones(&s) == ALL);
	end(&s);
}

/* A stream has a handle of its own, and keeps account of its frames by itself. */
static void a_streams_frames_are_the_streams(void **state)
{
	struct scene s = begin(*state, 0);
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .pool = s.a };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *stream;
	assert_int_equal(xf_stream_create(*state, &params, "cam", &stream), 0);
	assert_int_equal(xf_stream_hold(stream, 0, &frame), 0);
	close_one(&s.a);
	close_one(&s.b);
	assert_true(free_ones(&s) == all_but(frame.slot % XF_POOL_MAX));
	assert_int_equal(xf_stream_publish(stream, &frame, NULL), 0);
	xf_stream_close(stream);
	assert_true(free_ones(&s) == ALL);
	end(&s);
}

static void a_use_that_was_begun_is_its_handles(void **state)
{
	struct scene s = begin(*state, XF_SURFACE_SYNC);
	uint32_t i = hold(s.a);
	struct xf_sync *sync;
	close_one(&s.b);
	assert_int_equal(xf_surface_sync(xf_pool_surface(s.a, i), &sync), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_pool_open(*state, xf_pool_id(s.a), &s.b), 0);
	i = hold(s.b);
	close_one(&s.b);
	/* Its use came to nothing, so that it is free. */
	for (int n = 0; n < COUNT; n++)
		hold(s.a);
	end(&s);
}

/* ---- threads ---- */

struct worker {
	struct xf_domain *domain;
	xf_id pool;
	uint32_t ours; /* that the main thread holds */
	bool shares;
	pthread_t thread;
	int failed;
};

#define TURNS 400

/* Two that close without having given it up, beside others that do the same. */
static void *come_and_go(void *arg)
{
	struct worker *w = arg;
	for (int n = 0; n < TURNS && !w->failed; n++) {
		struct xf_pool *pool;
		uint32_t i = UINT32_MAX;
		if (xf_pool_open(w->domain, w->pool, &pool)) {
			w->failed = 1;
			break;
		}
		if ((w->shares && xf_pool_subscribe(pool)) ||
			xf_pool_hold(pool, patience(20000), &i) || i == w->ours)
			w->failed = 2;
		else if (n % 3 == 0 && xf_pool_give(pool, i))
			w->failed = 3;
		else if (n % 3 == 1 && xf_pool_rejoin(pool, w->ours))
			w->failed = 4;
		xf_pool_close(pool);
	}
	return NULL;
}

static void threads_close_in_the_midst_of_each_other(void **state)
{
	struct scene s = begin(*state, 0);
	struct worker workers[3];
	uint32_t ours = hold(s.a);
	for (int i = 0; i < 3; i++) {
		workers[i] = (struct worker){ *state, xf_pool_id(s.a), ours, .shares = i == 0 };
		assert_int_equal(
			pthread_create(&workers[i].thread, NULL, come_and_go, &workers[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].failed, 0);
	}
	assert_true(free_ones(&s) == all_but(ours));
	close_one(&s.b);
	assert_true(free_ones(&s) == all_but(ours));
	close_one(&s.a);
	assert_true(free_ones(&s) == ALL);
	end(&s);
}

/* ---- processes ---- */

static void a_forks_handles_give_up_nothing(void **state)
{
	needs_processes();
	struct scene s = begin(*state, 0);
	uint32_t of_a = hold(s.a), of_b = hold(s.b);
	pid_t pid = fork();
	if (pid == 0) {
		xf_pool_close(s.a);
		xf_pool_close(s.b);
		_exit(0);
	}
	assert_int_equal(wait_child(pid), 0);
	assert_true(free_ones(&s) == (all_but(of_a) & all_but(of_b)));
	close_one(&s.b);
	assert_true(free_ones(&s) == all_but(of_a));
	end(&s);
}

/* With two handles, one of which it closes, each having held one. */
static int hold_two_and_die(struct xf_domain *domain, xf_id id)
{
	struct xf_pool *a, *b, *c;
	uint32_t i;
	if (xf_pool_open(domain, id, &a) || xf_pool_open(domain, id, &b) ||
		xf_pool_open(domain, id, &c) || xf_pool_hold(a, 0, &i) || xf_pool_hold(b, 0, &i) ||
		xf_pool_hold(c, 0, &i))
		return 1;
	xf_pool_close(c);
	kill(getpid(), SIGKILL);
	return 2;
}

static void a_death_gives_up_all(void **state)
{
	needs_processes();
	struct scene s = begin(*state, 0);
	uint64_t reclaimed;
	uint32_t i;
	assert_int_equal(
		wait_child(in_child(*state, xf_pool_id(s.a), hold_two_and_die)), 128 + SIGKILL);
	for (int n = 0; n < COUNT; n++)
		assert_int_equal(xf_pool_hold(s.a, patience(10000), &i), 0);
	assert_int_equal(xf_pool_reclaimed(s.a, &reclaimed), 0);
	assert_int_equal(reclaimed, 2);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(each_gives_up_its_own),
		test_with_domain(what_both_have_stays_with_the_last),
		test_with_domain(what_was_given_up_is_nobodys),
		test_with_domain(what_was_shared_is_with_those_who_subscribed),
		test_with_domain(one_that_did_not_subscribe_ends_nothing),
		test_with_domain(each_unsubscribes_for_itself),
		test_with_domain(the_last_gives_up_all),
		test_with_domain(a_streams_frames_are_the_streams),
		test_with_domain(a_use_that_was_begun_is_its_handles),
		test_with_domain(threads_close_in_the_midst_of_each_other),
		test_with_domain(a_forks_handles_give_up_nothing),
		test_with_domain(a_death_gives_up_all),
	};
	limit(100);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
