/* SPDX-License-Identifier: MIT */
/*
 * The bare mechanisms that crossfence is measured against, as small as they can be written. None
 * has keys, abandonment, rights, deadlines or ids.
 */
#ifndef CROSSFENCE_MEASURE_BARE_H
#define CROSSFENCE_MEASURE_BARE_H

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"

static inline void bare_wait(_Atomic uint32_t *word, uint32_t expected)
{
	syscall(SYS_futex, word, FUTEX_WAIT, expected, NULL, NULL, 0);
}

static inline void bare_wake(_Atomic uint32_t *word, int count)
{
	syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

/*
 * A word that says whose turn it is, and in its top bit whether somebody sleeps. Looks `spins`
 * times before it sleeps.
 */
#define BARE_WAITER UINT32_C(0x80000000)
void bare_turn_wait(_Atomic uint32_t *word, uint32_t turn, unsigned spins);
void bare_turn_pass(_Atomic uint32_t *word, uint32_t turn);

/* A process-shared robust mutex, and one with a condition variable. */
void bare_robust_init(pthread_mutex_t *mutex);
struct bare_cond {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	uint32_t turn;
};
void bare_cond_init(struct bare_cond *cond);

/* Uncontended. */
extern const struct bench_contender bare_cas_pair, bare_robust_timed;

/* Round trips. */
extern const struct bench_contender bare_futex, bare_futex_spin, bare_spin, bare_robust_cond;

#endif
