/* SPDX-License-Identifier: MIT */
#include "harness.h"

static void lowest_ready_item_wins_and_only_that_is_taken(void **state)
{
	struct xf_event *a, *b;
	struct xf_keyed_mutex *mutex;
	struct xf_timeline *timeline;
	uint32_t index = 9;
	assert_int_equal(xf_event_create(*state, 0, NULL, &a), 0);
	assert_int_equal(xf_event_create(*state, 0, NULL, &b), 0);
	assert_int_equal(xf_keyed_mutex_create(*state, 4, NULL, &mutex), 0);
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = a },
		{ .type = XF_TIMELINE, .object = timeline, .value = 1 },
		{ .type = XF_KEYED_MUTEX, .object = mutex, .value = 5 },
		{ .type = XF_EVENT, .object = b } };
	assert_int_equal(xf_wait_any(items, 4, 0, &index), XF_TIMEOUT);
	assert_int_equal(xf_wait_any(items, 4, xf_deadline(20 * MS), &index), XF_TIMEOUT);
	assert_int_equal(xf_event_set(a), 0);
	assert_int_equal(xf_event_set(b), 0);
	assert_int_equal(xf_wait_any(items, 4, XF_NEVER, &index), 0);
	assert_int_equal(index, 0);
	assert_int_equal(xf_wait_any(items, 4, XF_NEVER, &index), 0);
	assert_int_equal(index, 3);
	items[2].value = 4;
	assert_int_equal(xf_wait_any(items, 4, XF_NEVER, &index), 0);
	assert_int_equal(index, 2);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	assert_int_equal(xf_timeline_signal(timeline, 1), 0);
	assert_int_equal(xf_wait_any(items, 4, XF_NEVER, &index), 0);
	assert_int_equal(index, 1);
	xf_event_close(a);
	xf_event_close(b);
	xf_keyed_mutex_close(mutex);
	xf_timeline_close(timeline);
}

struct all {
	struct xf_wait_item items[3];
	int result;
	_Atomic int done;
};

static void *wait_all(void *arg)
{
	struct all *all = arg;
	all->result = xf_wait_all(all->items, 3, patience(10000));
	all->done = 1;
	return NULL;
}

/* Nothing stays taken until everything is ready. */
static void all_or_nothing(void **state)
{
	struct xf_event *a, *b;
	struct xf_keyed_mutex *mutex, *other;
	pthread_t thread;
	assert_int_equal(xf_event_create(*state, 0, NULL, &a), 0);
	assert_int_equal(xf_event_create(*state, 0, NULL, &b), 0);
	assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_open(*state, xf_keyed_mutex_id(mutex), &other), 0);
	struct all all = { .items = { { .type = XF_EVENT, .object = a },
				   { .type = XF_KEYED_MUTEX, .object = mutex },
				   { .type = XF_EVENT, .object = b } } };
	pthread_create(&thread, NULL, wait_all, &all);
	assert_int_equal(xf_event_set(a), 0);
	usleep(20000);
	assert_false(all.done);
	/* The others can still be had: the waiter holds none of them. */
	assert_int_equal(xf_event_wait(a, 0), 0);
	assert_int_equal(xf_keyed_mutex_acquire(other, 0, 0, NULL), 0);
	assert_int_equal(xf_event_set(b), 0);
	assert_int_equal(xf_event_set(a), 0);
	usleep(20000);
	assert_false(all.done);
	assert_int_equal(xf_keyed_mutex_release(other, 0, 6), 0);
	pthread_join(thread, NULL);
	assert_int_equal(all.result, 0);
	assert_int_equal(all.items[1].fence, 6);
	assert_int_equal(xf_event_wait(a, 0), XF_TIMEOUT);
	assert_int_equal(xf_event_wait(b, 0), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(other, 0, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	xf_event_close(a);
	xf_event_close(b);
	xf_keyed_mutex_close(mutex);
	xf_keyed_mutex_close(other);
}

static void what_is_taken_once_is_refused_twice(void **state)
{
	struct xf_event *event, *again, *manual;
	struct xf_keyed_mutex *mutex, *other;
	assert_int_equal(xf_event_create(*state, 0, NULL, &event), 0);
	assert_int_equal(xf_event_open(*state, xf_event_id(event), &again), 0);
	assert_int_equal(xf_event_create(*state, XF_EVENT_MANUAL_RESET, NULL, &manual), 0);
	assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_open(*state, xf_keyed_mutex_id(mutex), &other), 0);
	assert_int_equal(xf_event_set(event), 0);
	assert_int_equal(xf_event_set(manual), 0);
	struct xf_wait_item events[] = { { .type = XF_EVENT, .object = event },
		{ .type = XF_EVENT, .object = again } };
	struct xf_wait_item manuals[] = { { .type = XF_EVENT, .object = manual },
		{ .type = XF_EVENT, .object = manual } };
	struct xf_wait_item mutexes[] = { { .type = XF_KEYED_MUTEX, .object = mutex },
		{ .type = XF_KEYED_MUTEX, .object = other } };
	assert_int_equal(xf_wait_all(events, 2, xf_deadline(1000 * MS)), -EINVAL);
	assert_int_equal(xf_wait_all(mutexes, 2, xf_deadline(1000 * MS)), -EINVAL);
	assert_int_equal(xf_wait_all(manuals, 2, 0), 0);
	assert_int_equal(xf_event_wait(event, 0), 0); /* nothing was taken */
	xf_event_close(event);
	xf_event_close(again);
	xf_event_close(manual);
	xf_keyed_mutex_close(mutex);
	xf_keyed_mutex_close(other);
}

static void an_abandoned_item_ends_the_wait(void **state)
{
	struct xf_event *event;
	struct xf_keyed_mutex *mutex, *other;
	uint32_t index;
	assert_int_equal(xf_event_create(*state, 0, NULL, &event), 0);
	assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_open(*state, xf_keyed_mutex_id(mutex), &other), 0);
	assert_int_equal(xf_keyed_mutex_acquire(other, 0, 0, NULL), 0);
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event },
		{ .type = XF_KEYED_MUTEX, .object = mutex } };
	xf_keyed_mutex_close(other);
	assert_int_equal(xf_wait_any(items, 2, XF_NEVER, &index), XF_ABANDONED);
	assert_int_equal(index, 1);
	assert_int_equal(xf_event_set(event), 0);
	assert_int_equal(xf_wait_all(items, 2, XF_NEVER), XF_ABANDONED);
	assert_int_equal(xf_event_wait(event, 0), 0); /* given back */
	xf_event_close(event);
	xf_keyed_mutex_close(mutex);
}

/* Owns both, and dies when somebody has had time to go to sleep. */
static pid_t spawn_owner(struct xf_domain *domain, struct xf_keyed_mutex *mutex, xf_id *ret_promise)
{
	int fd, ends[2];
	xf_id which = xf_keyed_mutex_id(mutex);
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		struct xf_domain *d;
		struct xf_keyed_mutex *m;
		struct xf_timeline *promise;
		if (xf_domain_join(fd, &d) || xf_keyed_mutex_open(d, which, &m) ||
			xf_keyed_mutex_acquire(m, 0, 0, NULL) ||
			xf_timeline_create(d, 0, XF_TIMELINE_OWNED, NULL, &promise))
			_exit(1);
		xf_id id = xf_timeline_id(promise);
		(void)!write(ends[1], &id, sizeof(id));
		usleep(100000);
		raise(SIGKILL);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], ret_promise, sizeof(*ret_promise)), sizeof(*ret_promise));
	close(ends[0]);
	close(fd);
	return child;
}

/* Whatever the others do: here nobody will ever set the event. */
static void a_death_ends_a_wait_for_all(void **state)
{
	for (int round = 0; round < 4; round++) {
		const bool first = round % 2, by_timeline = round / 2;
		struct xf_event *event;
		struct xf_keyed_mutex *mutex;
		struct xf_timeline *promise;
		xf_id id;
		assert_int_equal(xf_event_create(*state, 0, NULL, &event), 0);
		assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
		pid_t owner = spawn_owner(*state, mutex, &id);
		assert_int_equal(xf_timeline_open(*state, id, &promise), 0);
		struct xf_wait_item items[2];
		items[first] = (struct xf_wait_item){ .type = XF_EVENT, .object = event };
		items[!first] = by_timeline ? (struct xf_wait_item){ .type = XF_TIMELINE,
			.object = promise,
			.value = 1 }
					    : (struct xf_wait_item){ .type = XF_KEYED_MUTEX,
						      .object = mutex,
						      .value = 1 };
		assert_int_equal(xf_wait_all(items, 2, patience(10000)), XF_ABANDONED);
		assert_int_equal(items[!first].result, XF_ABANDONED);
		assert_int_equal(items[first].result, XF_TIMEOUT);
		assert_int_equal(xf_wait_all(items, 2, 0), XF_ABANDONED);
		assert_int_equal(waitpid(owner, NULL, 0), owner);
		xf_timeline_close(promise);
		xf_keyed_mutex_close(mutex);
		xf_event_close(event);
	}
}

/* Nor is one's own mutex to be had, whatever the others do. */
static void an_own_mutex_is_refused_at_once(void **state)
{
	struct xf_event *event;
	struct xf_keyed_mutex *mutex;
	assert_int_equal(xf_event_create(*state, 0, NULL, &event), 0);
	assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event },
		{ .type = XF_KEYED_MUTEX, .object = mutex } };
	assert_int_equal(xf_wait_all(items, 2, patience(10000)), -EDEADLK);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	assert_int_equal(xf_wait_all(items, 2, 0), XF_TIMEOUT);
	xf_keyed_mutex_close(mutex);
	xf_event_close(event);
}

#define EVENTS 16
static struct xf_event *events[2][EVENTS];

static void *answer(void *arg)
{
	struct xf_wait_item items[EVENTS] = { 0 };
	uint32_t index;
	for (int i = 0; i < EVENTS; i++)
		items[i] = (struct xf_wait_item){ .type = XF_EVENT, .object = events[0][i] };
	for (int n = 0; n < 2000; n++)
		if (xf_wait_any(items, EVENTS, patience(10000), &index) ||
			xf_event_set(events[1][index]))
			return arg;
	return NULL;
}

/* No wake-up is lost among many objects, and two domains can be waited for at once. */
static void many_objects_of_two_domains(void **state)
{
	struct xf_domain *second;
	pthread_t thread;
	void *failed;
	assert_int_equal(xf_domain_create(NULL, &second), 0);
	for (int i = 0; i < EVENTS; i++) {
		struct xf_domain *d = i % 2 ? second : *state;
		assert_int_equal(xf_event_create(d, 0, NULL, &events[0][i]), 0);
		assert_int_equal(xf_event_create(d, 0, NULL, &events[1][i]), 0);
	}
	pthread_create(&thread, NULL, answer, state);
	for (int n = 0; n < 2000; n++) {
		assert_int_equal(xf_event_set(events[0][n * 7 % EVENTS]), 0);
		assert_int_equal(xf_event_wait(events[1][n * 7 % EVENTS], patience(5000)), 0);
	}
	pthread_join(thread, &failed);
	assert_null(failed);
	for (int i = 0; i < EVENTS; i++) {
		xf_event_close(events[0][i]);
		xf_event_close(events[1][i]);
	}
	xf_domain_leave(second);
}

struct anywhere {
	struct xf_wait_item items[XF_WAIT_MAX];
	uint32_t index;
	int result;
};

static void *wait_anywhere(void *arg)
{
	struct anywhere *a = arg;
	a->result = xf_wait_any(a->items, XF_WAIT_MAX, patience(10000), &a->index);
	return NULL;
}

/* Each in a domain of its own, asleep on as many words. */
static void as_many_domains_as_items(void **state)
{
	struct xf_domain *domains[XF_WAIT_MAX];
	static struct anywhere a;
	pthread_t thread;
	for (uint32_t i = 0; i < XF_WAIT_MAX; i++) {
		struct xf_event *event;
		assert_int_equal(xf_domain_create(NULL, &domains[i]), 0);
		assert_int_equal(xf_event_create(domains[i], 0, NULL, &event), 0);
		a.items[i] = (struct xf_wait_item){ .type = XF_EVENT, .object = event };
	}
	assert_int_equal(xf_wait_any(a.items, XF_WAIT_MAX, xf_deadline(MS), &a.index), XF_TIMEOUT);
	assert_int_equal(pthread_create(&thread, NULL, wait_anywhere, &a), 0);
	usleep(10000);
	assert_int_equal(xf_event_set(a.items[XF_WAIT_MAX - 1].object), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(a.result, 0);
	assert_int_equal(a.index, XF_WAIT_MAX - 1);
	for (uint32_t i = 0; i < XF_WAIT_MAX; i++) {
		xf_event_close(a.items[i].object);
		xf_domain_leave(domains[i]);
	}
}

static void bad_items_are_refused(void **state)
{
	struct xf_event *event;
	struct xf_timeline *timeline;
	uint32_t index;
	assert_int_equal(xf_event_create(*state, 0, NULL, &event), 0);
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	struct xf_wait_item none = { 0 }, wrong = { .type = XF_POOL, .object = event };
	assert_int_equal(xf_wait_any(&none, 1, 0, &index), -EINVAL);
	assert_int_equal(xf_wait_any(&wrong, 1, 0, &index), -EINVAL);
	assert_int_equal(xf_wait_any(NULL, 1, 0, &index), -EINVAL);
	assert_int_equal(xf_wait_any(&wrong, 0, 0, &index), -EINVAL);
	assert_int_equal(xf_wait_any(&wrong, XF_WAIT_MAX + 1, 0, &index), -EINVAL);
	xf_event_close(event);
	xf_timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(lowest_ready_item_wins_and_only_that_is_taken),
		test_with_domain(all_or_nothing),
		test_with_domain(what_is_taken_once_is_refused_twice),
		test_with_domain(an_abandoned_item_ends_the_wait),
		test_with_domain(a_death_ends_a_wait_for_all),
		test_with_domain(an_own_mutex_is_refused_at_once),
		test_with_domain(many_objects_of_two_domains),
		test_with_domain(as_many_domains_as_items),
		test_with_domain(bad_items_are_refused),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
