/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "bare.h"
#include "pair.h"
#include "share.h"

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

void bare_turn_wait(_Atomic uint32_t *word, uint32_t turn, unsigned spins)
{
	for (;;) {
		uint32_t seen = atomic_load_explicit(word, memory_order_acquire);
		if ((seen & ~BARE_WAITER) == turn)
			return;
		if (spins) {
			spins--;
			relax();
			continue;
		}
		if (seen & BARE_WAITER ||
			atomic_compare_exchange_strong(word, &seen, seen | BARE_WAITER))
			bare_wait(word, seen | BARE_WAITER);
	}
}

void bare_turn_pass(_Atomic uint32_t *word, uint32_t turn)
{
	if (atomic_exchange(word, turn) & BARE_WAITER)
		bare_wake(word, 1);
}

static int open_nothing(struct bench_side *side)
{
	return 0;
}

static void run_cas_pair(struct bench_side *side, uint64_t count)
{
	_Atomic uint32_t *word = side->shared;
	for (; count; count--) {
		uint32_t free = 0, mine = 1;
		atomic_compare_exchange_strong(word, &free, 1);
		atomic_compare_exchange_strong(word, &mine, 0);
	}
}

const struct bench_contender bare_cas_pair = {
	.open = open_nothing,
	.run = run_cas_pair,
	.alone = true,
};

void bare_robust_init(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(mutex, &attr);
	pthread_mutexattr_destroy(&attr);
}

static int open_robust(struct bench_side *side)
{
	bare_robust_init(side->shared);
	return 0;
}

/* With a deadline, as crossfence has one; the deadline itself is not read each time. */
static void run_robust_timed(struct bench_side *side, uint64_t count)
{
	pthread_mutex_t *mutex = side->shared;
	const struct timespec far = { .tv_sec = INT32_MAX };
	for (; count; count--) {
		pthread_mutex_timedlock(mutex, &far);
		pthread_mutex_unlock(mutex);
	}
}

const struct bench_contender bare_robust_timed = {
	.open = open_robust,
	.run = run_robust_timed,
	.alone = true,
};

/* The word is turn 0 at first: side 0's. */
static void run_turns(struct bench_side *side, uint64_t count, unsigned spins)
{
	for (; count; count--) {
		bare_turn_wait(side->shared, side->self, spins);
		bare_turn_pass(side->shared, !side->self);
	}
}

static void run_futex(struct bench_side *side, uint64_t count)
{
	run_turns(side, count, 0);
}

static void run_futex_spin(struct bench_side *side, uint64_t count)
{
	run_turns(side, count, 2000);
}

const struct bench_contender bare_futex = { .open = open_nothing, .run = run_futex };
const struct bench_contender bare_futex_spin = { .open = open_nothing, .run = run_futex_spin };

void bare_cond_init(struct bare_cond *cond)
{
	pthread_condattr_t attr;
	bare_robust_init(&cond->mutex);
	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&cond->changed, &attr);
	pthread_condattr_destroy(&attr);
	cond->turn = 0;
}

static int open_cond(struct bench_side *side)
{
	char ready = 0;
	if (side->self == 0)
		bare_cond_init(side->shared);
	return bench_share_bytes(side, &ready, 1);
}

static void run_cond(struct bench_side *side, uint64_t count)
{
	struct bare_cond *cond = side->shared;
	for (; count; count--) {
		pthread_mutex_lock(&cond->mutex);
		while (cond->turn != side->self)
			pthread_cond_wait(&cond->changed, &cond->mutex);
		cond->turn = !side->self;
		pthread_cond_signal(&cond->changed);
		pthread_mutex_unlock(&cond->mutex);
	}
}

const struct bench_contender bare_robust_cond = { .open = open_cond, .run = run_cond };
