/* SPDX-License-Identifier: MIT */
/* Keyed mutex: the rows of the behaviour tables for DXGI (A1) and D3DKMT (A3) that apply to it. */
#include <poll.h>
#include <sched.h>

#include "harness.h"

static struct xf_keyed_mutex *create(void **state, uint64_t key)
{
	struct xf_keyed_mutex *mutex;
	assert_int_equal(xf_keyed_mutex_create(*state, key, NULL, &mutex), 0);
	return mutex;
}

static struct xf_keyed_mutex *open_again(void **state, struct xf_keyed_mutex *mutex)
{
	struct xf_keyed_mutex *other;
	assert_int_equal(xf_keyed_mutex_open(*state, xf_keyed_mutex_id(mutex), &other), 0);
	return other;
}

/* The first acquire must ask with the initial key. */
static void starts_with_its_initial_key(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 7);
	uint64_t fence = 99;
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, &fence), XF_TIMEOUT);
	assert_int_equal(fence, 0); /* a timeout writes fence 0 */
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 7, 0, &fence), 0);
	assert_int_equal(fence, 0); /* 0 at first */
	assert_int_equal(xf_keyed_mutex_release(mutex, 7, 0), 0);
	xf_keyed_mutex_close(mutex);
}

/* Released with key 1 it is taken with key 1 and no other; with 0 likewise. */
static void is_handed_on_by_key(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 2, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	xf_keyed_mutex_close(mutex);
}

/* Keys whose lower halves are the same are different keys (in Wine they are not). */
static void keys_have_64_bits(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, UINT64_C(1) << 32);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, UINT64_C(1) << 33, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, UINT64_C(1) << 32, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, UINT64_MAX, 0), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, UINT32_MAX, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, UINT64_MAX, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	xf_keyed_mutex_close(mutex);
}

/* At once, also with a long deadline, and still owned once. */
static void refuses_recursion_at_once(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, XF_NEVER, NULL), -EDEADLK);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, XF_NEVER, NULL), -EDEADLK);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), -EPERM);
	xf_keyed_mutex_close(mutex);
}

/* The owner is the handle; others change nothing. */
static void belongs_to_the_handle(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0), *b = open_again(state, a);
	assert_int_equal(xf_keyed_mutex_release(a, 5, 5), -EPERM);
	assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_acquire(b, 0, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_acquire(b, 1, 0, NULL), XF_TIMEOUT);
	assert_int_equal(xf_keyed_mutex_release(b, 1, 77), -EPERM);
	assert_int_equal(xf_keyed_mutex_release(a, 3, 8), 0);
	uint64_t fence;
	assert_int_equal(xf_keyed_mutex_acquire(b, 3, 0, &fence), 0);
	assert_int_equal(fence, 8);
	assert_int_equal(xf_keyed_mutex_release(b, 0, 0), 0);
	xf_keyed_mutex_close(a);
	xf_keyed_mutex_close(b);
}

/* Any value, lower ones too. */
static void carries_the_fence(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 0);
	const uint64_t fences[] = { 1234, 0, UINT64_MAX, 5 };
	uint64_t fence;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
		assert_int_equal(xf_keyed_mutex_release(mutex, 0, fences[i]), 0);
		assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, &fence), 0);
		assert_int_equal(fence, fences[i]);
		assert_int_equal(xf_keyed_mutex_release(mutex, 0, fence), 0);
	}
	xf_keyed_mutex_close(mutex);
}

static void data_goes_from_owner_to_owner(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0), *b = open_again(state, a);
	char data[32] = "";
	size_t size;
	assert_int_equal(xf_keyed_mutex_set_data(a, "x", 1), -EPERM);
	assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_set_data(a, data, 17), -EMSGSIZE);
	assert_int_equal(xf_keyed_mutex_set_data(a, "hello", 6), 0);
	assert_int_equal(xf_keyed_mutex_release(a, 1, 0), 0);
	assert_int_equal(xf_keyed_mutex_acquire(b, 1, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_get_data(b, data, sizeof(data), &size), 0);
	assert_int_equal(size, 6);
	assert_string_equal(data, "hello");
	/* Exactly what fits; and a short buffer gets the beginning of it. */
	assert_int_equal(xf_keyed_mutex_set_data(b, "0123456789abcdef", 16), 0);
	assert_int_equal(xf_keyed_mutex_release(b, 0, 0), 0);
	assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
	memset(data, 'x', sizeof(data));
	assert_int_equal(xf_keyed_mutex_get_data(a, data, 5, &size), 0);
	assert_int_equal(size, 16);
	assert_memory_equal(data, "01234xxx", 8);
	assert_int_equal(xf_keyed_mutex_get_data(a, data, 16, &size), 0);
	assert_memory_equal(data, "0123456789abcdefxx", 18);
	assert_int_equal(xf_keyed_mutex_set_data(a, NULL, 0), 0);
	assert_int_equal(xf_keyed_mutex_get_data(a, data, 16, &size), 0);
	assert_int_equal(size, 0);
	xf_keyed_mutex_close(b);
	xf_keyed_mutex_close(a);
}

/* For every key, for good. */
static void closing_while_owned_abandons(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0), *b = open_again(state, a);
	uint64_t fence = 1;
	assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
	xf_keyed_mutex_close(a);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(xf_keyed_mutex_acquire(b, 0, 0, &fence), XF_ABANDONED);
		assert_int_equal(fence, 0);
		assert_int_equal(
			xf_keyed_mutex_acquire(b, 0xdeadbeef, XF_NEVER, NULL), XF_ABANDONED);
		assert_int_equal(xf_keyed_mutex_release(b, 0, 0), XF_ABANDONED);
	}
	xf_keyed_mutex_close(b);
}

static void closing_unowned_changes_nothing(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0), *b = open_again(state, a);
	xf_keyed_mutex_close(a);
	assert_int_equal(xf_keyed_mutex_acquire(b, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(b, 0, 0), 0);
	xf_keyed_mutex_close(b);
}

struct waiter {
	struct xf_keyed_mutex *mutex;
	uint64_t key;
	int64_t deadline_ns;
	int result;
	_Atomic int done;
};

static void *wait_for_key(void *arg)
{
	struct waiter *waiter = arg;
	waiter->result =
		xf_keyed_mutex_acquire(waiter->mutex, waiter->key, waiter->deadline_ns, NULL);
	waiter->done = 1;
	return NULL;
}

/* The waiter of another handle wakes at once. */
static void abandoning_wakes_waiters_of_every_key(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0);
	struct waiter waiters[8];
	pthread_t threads[8];
	assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
	for (int i = 0; i < 8; i++) {
		waiters[i] =
			(struct waiter){ open_again(state, a), (uint64_t)i * 1000003, XF_NEVER };
		pthread_create(&threads[i], NULL, wait_for_key, &waiters[i]);
	}
	usleep(20000);
	xf_keyed_mutex_close(a);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(waiters[i].result, XF_ABANDONED);
		xf_keyed_mutex_close(waiters[i].mutex);
	}
}

static void waits_until_its_deadline_not_longer(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 0);
	int64_t before = xf_now();
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, before + 50 * MS, NULL), XF_TIMEOUT);
	assert_in_range(xf_now() - before, 50 * MS, 1000 * MS);
	xf_keyed_mutex_close(mutex);
}

static void run_on(int cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(pthread_setaffinity_np(pthread_self(), sizeof(one), &one), 0);
}

struct distant {
	struct waiter waiter;
	int cpu;
};

static int64_t best; /* of the waits below */

#ifdef __SANITIZE_THREAD__
#define SHORT INT64_C(40000)
#else
#define SHORT INT64_C(8000)
#endif

static void *wait_there(void *arg)
{
	struct distant *distant = arg;
	run_on(distant->cpu);
	return wait_for_key(&distant->waiter);
}

/* Two CPUs that we may run on; false: there is one. */
static bool two_cpus(const cpu_set_t *allowed, int cpus[2])
{
	int n = 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
		if (CPU_ISSET(cpu, allowed))
			cpus[n++] = cpu;
	return n == 2;
}

static void wait_shortly(struct xf_keyed_mutex *mutex)
{
	for (int i = 0; i < 100; i++) {
		int64_t begin = xf_now();
		assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, begin + 1000, NULL), XF_TIMEOUT);
		assert_true(xf_now() - begin >= 1000);
		if (xf_now() - begin < best)
			best = xf_now() - begin;
	}
}

static int64_t cpu_now(void)
{
	struct timespec now;
	assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
	return now.tv_sec * 1000 * MS + now.tv_nsec;
}

/* However long the owner takes, elsewhere: half a wait spun through is a hundred times too much. */
static void wait_asleep(struct xf_keyed_mutex *mutex)
{
	int64_t begin = cpu_now();
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, xf_now() + 200 * MS, NULL), XF_TIMEOUT);
	assert_in_range(cpu_now() - begin, 0, 100 * MS);
}

/* Owned by a thread on that CPU, which has most likely waited for it, and noted where it runs. */
static void hand_over(
	void **state, struct xf_keyed_mutex *mutex, int cpu, void (*wait)(struct xf_keyed_mutex *))
{
	struct distant owner = { .waiter = { open_again(state, mutex), 1, XF_NEVER }, .cpu = cpu };
	pthread_t thread;
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	pthread_create(&thread, NULL, wait_there, &owner);
	usleep(10000);
	assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0);
	pthread_join(thread, NULL);
	assert_int_equal(owner.waiter.result, 0);
	wait(mutex);
	assert_int_equal(xf_keyed_mutex_release(owner.waiter.mutex, 0, 0), 0);
	xf_keyed_mutex_close(owner.waiter.mutex);
}

/*
 * While the owner runs on another CPU whoever waits spins first, for some 50 us, and a sleep ends
 * up to 50 us after its deadline. The best of many, since others may run too.
 */
static void a_spin_ends_with_its_deadline(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 0);
	int cpus[2];
	cpu_set_t allowed;
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	if (!two_cpus(&allowed, cpus))
		skip();
	best = INT64_MAX;
	run_on(cpus[0]);
	for (int i = 0; i < 100 && best >= SHORT * slow(); i++)
		hand_over(state, mutex, cpus[1], wait_shortly);
	print_message("a wait of 1 us took %d ns at best\n", (int)best);
	assert_true(best < SHORT * slow());
	assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
	xf_keyed_mutex_close(mutex);
}

static void a_spin_gives_up_and_sleeps(void **state)
{
	struct xf_keyed_mutex *mutex = create(state, 0);
	int cpus[2];
	cpu_set_t allowed;
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	if (!two_cpus(&allowed, cpus))
		skip();
	run_on(cpus[0]);
	for (int i = 0; i < 20; i++)
		hand_over(state, mutex, cpus[1], wait_asleep);
	assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
	xf_keyed_mutex_close(mutex);
}

/* A release wakes whoever waits for its key and leaves the others asleep. */
static void release_wakes_its_key_only(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0);
	struct waiter one = { open_again(state, a), 1, XF_NEVER },
		      two = { open_again(state, a), 2, XF_NEVER };
	pthread_t threads[2];
	assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
	pthread_create(&threads[0], NULL, wait_for_key, &one);
	pthread_create(&threads[1], NULL, wait_for_key, &two);
	usleep(20000);
	assert_int_equal(xf_keyed_mutex_release(a, 2, 0), 0);
	pthread_join(threads[1], NULL);
	assert_int_equal(two.result, 0);
	assert_false(one.done);
	assert_int_equal(xf_keyed_mutex_release(two.mutex, 1, 0), 0);
	pthread_join(threads[0], NULL);
	assert_int_equal(one.result, 0);
	xf_keyed_mutex_close(a);
	xf_keyed_mutex_close(one.mutex);
	xf_keyed_mutex_close(two.mutex);
}

static void *release_it(void *arg)
{
	return (void *)(intptr_t)xf_keyed_mutex_release(arg, 4, 0);
}

/* Acquire in one thread, release in another; a thread's exit changes nothing. */
static void any_thread_may_release(void **state)
{
	struct waiter waiter = { create(state, 0), 0, XF_NEVER };
	pthread_t thread;
	void *result;
	pthread_create(&thread, NULL, wait_for_key, &waiter);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, release_it, waiter.mutex);
	pthread_join(thread, &result);
	assert_null(result);
	assert_int_equal(xf_keyed_mutex_acquire(waiter.mutex, 4, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(waiter.mutex, 4, 0), 0);
	xf_keyed_mutex_close(waiter.mutex);
}

static int take_and_die(struct xf_domain *domain, xf_id id)
{
	struct xf_keyed_mutex *mutex;
	if (xf_keyed_mutex_open(domain, id, &mutex) ||
		xf_keyed_mutex_acquire(mutex, 0, XF_NEVER, NULL))
		return 1;
	kill(getpid(), SIGKILL);
	return 2;
}

static void a_killed_owner_abandons(void **state)
{
	needs_processes();
	struct xf_keyed_mutex *mutex = create(state, 0);
	struct waiter waiter = { open_again(state, mutex), 1, XF_NEVER };
	struct pollfd fd = { .events = POLLIN };
	pthread_t thread;
	pthread_create(&thread, NULL, wait_for_key, &waiter);
	assert_int_equal(xf_keyed_mutex_fd(mutex, 9, &fd.fd), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	pid_t child = in_child(*state, xf_keyed_mutex_id(mutex), take_and_die);
	pthread_join(thread, NULL);
	assert_int_equal(waiter.result, XF_ABANDONED);
	assert_int_equal(poll(&fd, 1, 1000), 1); /* pollers learn of it too */
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 9, 0, NULL), XF_ABANDONED);
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	xf_keyed_mutex_close(mutex);
	xf_keyed_mutex_close(waiter.mutex);
}

#define ROUNDS 2000

static int pong(struct xf_domain *domain, xf_id id)
{
	struct xf_keyed_mutex *mutex;
	uint64_t fence;
	if (xf_keyed_mutex_open(domain, id, &mutex))
		return 1;
	for (uint64_t i = 0; i < ROUNDS; i++)
		if (xf_keyed_mutex_acquire(mutex, 1, patience(5000), &fence) || fence != i ||
			xf_keyed_mutex_release(mutex, 0, ~i))
			return 2;
	xf_keyed_mutex_close(mutex);
	xf_domain_leave(domain);
	return 0;
}

static void goes_back_and_forth_between_processes(void **state)
{
	needs_processes();
	struct xf_keyed_mutex *mutex = create(state, 0);
	pid_t child = in_child(*state, xf_keyed_mutex_id(mutex), pong);
	uint64_t fence;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, patience(5000), &fence), 0);
		assert_true(fence == (i ? ~(i - 1) : 0));
		assert_int_equal(xf_keyed_mutex_release(mutex, 1, i), 0);
	}
	assert_int_equal(wait_child(child), 0);
	xf_keyed_mutex_close(mutex);
}

static void descriptor_follows_the_key(void **state)
{
	struct xf_keyed_mutex *a = create(state, 0), *b = open_again(state, a);
	struct pollfd fd = { .events = POLLIN };
	assert_int_equal(xf_keyed_mutex_fd(b, 1, &fd.fd), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(xf_keyed_mutex_acquire(a, 0, 0, NULL), 0);
		assert_int_equal(xf_keyed_mutex_release(a, 1, 0), 0);
		assert_int_equal(poll(&fd, 1, 2000), 1);
		assert_int_equal(xf_keyed_mutex_acquire(b, 1, 0, NULL), 0);
		assert_int_equal(poll(&fd, 1, 0), 0);
		assert_int_equal(xf_keyed_mutex_release(b, 0, 0), 0);
	}
	xf_keyed_mutex_close(a);
	xf_keyed_mutex_close(b);
}

/* Eight threads, one key: a counter that only the owner touches. */
#define CROWD 8
static struct xf_keyed_mutex *crowd[CROWD];
static int counter;

static void *count_up(void *arg)
{
	struct xf_keyed_mutex *mutex = arg;
	for (int i = 0; i < 3000; i++) {
		if (xf_keyed_mutex_acquire(mutex, 0, patience(10000), NULL))
			return mutex;
		counter++;
		xf_keyed_mutex_release(mutex, 0, 0);
	}
	return NULL;
}

static void excludes_under_contention(void **state)
{
	pthread_t threads[CROWD];
	void *failed;
	counter = 0;
	crowd[0] = create(state, 0);
	for (int i = 1; i < CROWD; i++)
		crowd[i] = open_again(state, crowd[0]);
	for (int i = 0; i < CROWD; i++)
		pthread_create(&threads[i], NULL, count_up, crowd[i]);
	for (int i = 0; i < CROWD; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(counter, CROWD * 3000);
	for (int i = 0; i < CROWD; i++)
		xf_keyed_mutex_close(crowd[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(starts_with_its_initial_key),
		test_with_domain(is_handed_on_by_key),
		test_with_domain(keys_have_64_bits),
		test_with_domain(refuses_recursion_at_once),
		test_with_domain(belongs_to_the_handle),
		test_with_domain(carries_the_fence),
		test_with_domain(data_goes_from_owner_to_owner),
		test_with_domain(closing_while_owned_abandons),
		test_with_domain(closing_unowned_changes_nothing),
		test_with_domain(abandoning_wakes_waiters_of_every_key),
		test_with_domain(waits_until_its_deadline_not_longer),
		test_with_domain(a_spin_ends_with_its_deadline),
		test_with_domain(a_spin_gives_up_and_sleeps),
		test_with_domain(release_wakes_its_key_only),
		test_with_domain(any_thread_may_release),
		test_with_domain(a_killed_owner_abandons),
		test_with_domain(goes_back_and_forth_between_processes),
		test_with_domain(descriptor_follows_the_key),
		test_with_domain(excludes_under_contention),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
