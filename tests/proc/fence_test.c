/* SPDX-License-Identifier: MIT */
/*
 * Keyed mutexes handed on before their owner's work is done: what the next owner learns, and what
 * becomes of them when the last one dies before, or after, its fence is passed.
 */
#include "fixture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READY, GO, SEEN }; /* steps */
#define PATIENCE proc_patience(10000)

static struct xf_timeline *make_work(struct xf_domain *domain)
{
	struct xf_timeline *work;
	EXPECT(0, xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, "work", &work));
	return work;
}

static void the_next_owner_is_told(void)
{
	struct fixture f;
	xf_id id = 7;
	uint64_t value = 7, fence;
	fixture_make(&f);
	struct xf_timeline *work = make_work(f.domain);
	EXPECT(-EPERM, xf_keyed_mutex_fence(f.mutex, &id, &value));
	EXPECT(-EPERM, xf_keyed_mutex_release_after(f.mutex, 1, work, 5));
	EXPECT(-EPERM, xf_keyed_mutex_give_back(f.mutex));
	EXPECT(-EINVAL, xf_keyed_mutex_fence(NULL, &id, &value));
	EXPECT(-EINVAL, xf_keyed_mutex_release_after(NULL, 1, work, 5));
	EXPECT(-EINVAL, xf_keyed_mutex_give_back(NULL));
	CHECK(id == 7 && value == 7);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_fence(f.mutex, &id, &value));
	CHECK(id == 0 && value == 0);
	EXPECT(-EINVAL, xf_keyed_mutex_release_after(f.mutex, 1, f.timeline, 5)); /* unowned */
	EXPECT(-EINVAL, xf_keyed_mutex_release_after(f.mutex, 1, NULL, 5));
	EXPECT(-EINVAL, xf_keyed_mutex_release_after(f.mutex, 1, work, XF_TIMELINE_RELEASED));
	EXPECT(0, xf_keyed_mutex_set_data(f.mutex, "abc", 3));
	EXPECT(0, xf_keyed_mutex_release_after(f.mutex, 1, work, 5));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 1, 0, &fence));
	EXPECT(5, fence);
	EXPECT(0, xf_keyed_mutex_fence(f.mutex, &id, &value));
	CHECK(id == xf_timeline_id(work) && value == 5);
	/* Data goes with it, before and after. */
	char data[4] = "";
	size_t size;
	EXPECT(0, xf_keyed_mutex_get_data(f.mutex, data, 4, &size));
	CHECK(size == 3 && strcmp(data, "abc") == 0);
	EXPECT(0, xf_keyed_mutex_set_data(f.mutex, "de", 2));
	/* An acquire that is taken back leaves key and fence as they were. */
	EXPECT(0, xf_keyed_mutex_give_back(f.mutex));
	EXPECT(XF_TIMEOUT, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 1, 0, NULL));
	EXPECT(0, xf_keyed_mutex_fence(f.mutex, &id, &value));
	CHECK(id == xf_timeline_id(work) && value == 5);
	EXPECT(0, xf_keyed_mutex_get_data(f.mutex, data, 4, &size));
	CHECK(size == 2);
	/* A plain release publishes a number. */
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 3));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_fence(f.mutex, &id, &value));
	CHECK(id == 0 && value == 3);
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 0));
	xf_timeline_close(work);
	fixture_close(&f);
	close(f.fd);
}

/* Taken and given back by a wait for all, which gets only one of them. */
static void waiting_for_all_changes_nothing(void)
{
	struct fixture f;
	xf_id id;
	uint64_t value;
	fixture_make(&f);
	struct xf_timeline *work = make_work(f.domain);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release_after(f.mutex, 0, work, 5));
	struct xf_wait_item items[] = { { .type = XF_KEYED_MUTEX, .object = f.mutex },
		{ .type = XF_EVENT, .object = f.event } };
	EXPECT(XF_TIMEOUT, xf_wait_all(items, 2, xf_deadline(5 * MS)));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_fence(f.mutex, &id, &value));
	CHECK(id == xf_timeline_id(work) && value == 5);
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 0));
	xf_timeline_close(work);
	fixture_close(&f);
	close(f.fd);
}

/* Hands both on, of which one fence is passed, and waits to be killed. */
static void hand_on(void *arg)
{
	struct fixture *f = arg, v;
	fixture_join(&v, f->fd);
	struct xf_timeline *work = make_work(v.domain);
	EXPECT(0, xf_keyed_mutex_acquire(v.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_acquire(v.doomed, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release_after(v.mutex, 1, work, 1));
	EXPECT(0, xf_keyed_mutex_release_after(v.doomed, 1, work, 2));
	EXPECT(0, xf_timeline_signal(work, 1));
	proc_tell(READY);
	for (;;)
		pause();
}

static void check_after_death(struct fixture *f, bool held)
{
	pid_t pid = proc_spawn(hand_on, f);
	struct xf_timeline *work;
	xf_id id;
	uint64_t value;
	proc_await(READY, 1, 10000);
	if (held)
		EXPECT(0, xf_keyed_mutex_acquire(f->doomed, 1, 0, NULL));
	proc_kill(pid);
	EVENTUALLY(10000, proc_members(f->domain) == 1);
	if (held)
		EXPECT(XF_ABANDONED, xf_keyed_mutex_release(f->doomed, 0, 0));
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f->doomed, 1, PATIENCE, NULL));
	/* Gone, and the mutex is not abandoned: it was passed. */
	EXPECT(0, xf_keyed_mutex_acquire(f->mutex, 1, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_fence(f->mutex, &id, &value));
	EXPECT(1, value);
	EXPECT(-ESTALE, xf_timeline_open(f->domain, id, &work));
	EXPECT(0, xf_keyed_mutex_release(f->mutex, 0, 0));
}

static void an_owner_dies_before_its_fence(void)
{
	struct fixture f;
	fixture_make(&f);
	check_after_death(&f, false);
	fixture_close(&f);
	close(f.fd);
}

static void whoever_owns_it_then_is_told(void)
{
	struct fixture f;
	fixture_make(&f);
	check_after_death(&f, true);
	fixture_close(&f);
	close(f.fd);
}

static void hand_on_and_close(void *arg)
{
	struct fixture *f = arg, v;
	fixture_join(&v, f->fd);
	struct xf_timeline *work = make_work(v.domain);
	EXPECT(0, xf_keyed_mutex_acquire(v.mutex, 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release_after(v.mutex, 1, work, 1));
	xf_keyed_mutex_close(v.mutex);
	proc_await(GO, 1, 10000);
	_exit(0);
}

static void wait_for_key(void *arg)
{
	struct fixture *f = arg, v;
	fixture_join(&v, f->fd);
	proc_tell(SEEN);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(v.mutex, 2, PATIENCE, NULL));
	fixture_close(&v);
}

/* Who sleeps for the mutex hears of it, also where the dead one had closed it by then. */
static void sleepers_are_told(void)
{
	struct fixture f;
	fixture_make(&f);
	pid_t sleeper = proc_spawn(wait_for_key, &f);
	proc_await(SEEN, 1, 10000);
	for (int i = 0; i < 50; i++)
		proc_pause(); /* so that it sleeps, most probably; else it is told all the same */
	pid_t pid = proc_spawn(hand_on_and_close, &f);
	EVENTUALLY(10000, proc_members(f.domain) == 3);
	proc_tell(GO);
	EXPECT(0, proc_wait(pid, 10000));
	EXPECT(0, proc_wait(sleeper, 20000));
	fixture_close(&f);
	close(f.fd);
}

/* A living owner that will not get there says so. */
static void an_owner_gives_up(void)
{
	struct fixture f;
	fixture_make(&f);
	struct xf_timeline *work = make_work(f.domain);
	EXPECT(0, xf_timeline_signal(work, 3));
	EXPECT(-EPERM, xf_timeline_abandon(f.timeline));
	EXPECT(-EINVAL, xf_timeline_abandon(NULL));
	EXPECT(0, xf_timeline_abandon(work));
	EXPECT(0, xf_timeline_abandon(work));
	EXPECT(0, xf_timeline_wait(work, 3, 0));
	EXPECT(XF_ABANDONED, xf_timeline_wait(work, 4, PATIENCE));
	EXPECT(XF_ABANDONED, xf_timeline_signal(work, 4));
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	EXPECT(-EINVAL, xf_keyed_mutex_release_after(f.mutex, 1, work, 4));
	EXPECT(0, xf_keyed_mutex_release(f.mutex, 0, 0));
	xf_timeline_close(work);
	fixture_close(&f);
	close(f.fd);
}

static const struct proc_test tests[] = {
	{ "the_next_owner_is_told", the_next_owner_is_told, 30 },
	{ "waiting_for_all_changes_nothing", waiting_for_all_changes_nothing, 30 },
	{ "an_owner_dies_before_its_fence", an_owner_dies_before_its_fence, 60 },
	{ "whoever_owns_it_then_is_told", whoever_owns_it_then_is_told, 60 },
	{ "sleepers_are_told", sleepers_are_told, 60 },
	{ "an_owner_gives_up", an_owner_gives_up, 30 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
