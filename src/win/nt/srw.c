/* SPDX-License-Identifier: MIT */
/*
 * SRW locks in the first half of their pointer: WRITER, or the number of readers, and WAITERS when
 * somebody sleeps. Whoever frees a lock with WAITERS clears the mark and wakes all sleepers.
 * Readers come after a writer that already sleeps, so that it gets its turn.
 */
#include "win/nt/word.h"

#define WRITER	0x80000000u
#define WAITERS 0x40000000u
#define READERS 0x3fffffffu

static _Atomic uint32_t *word_of(SRWLOCK *lock)
{
	return (_Atomic uint32_t *)(void *)&lock->Ptr;
}

static bool try_exclusive(_Atomic uint32_t *word, uint32_t *seen)
{
	while (!(*seen & ~WAITERS))
		if (atomic_compare_exchange_weak_explicit(
			    word, seen, *seen | WRITER, memory_order_acquire, memory_order_relaxed))
			return true;
	return false;
}

static bool try_shared(_Atomic uint32_t *word, uint32_t *seen)
{
	while (!(*seen & WRITER) && !(*seen & WAITERS && *seen & READERS))
		if (atomic_compare_exchange_weak_explicit(
			    word, seen, *seen + 1, memory_order_acquire, memory_order_relaxed))
			return true;
	return false;
}

static void acquire(SRWLOCK *lock, bool (*try)(_Atomic uint32_t *word, uint32_t *seen))
{
	_Atomic uint32_t *word = word_of(lock);
	uint32_t seen = atomic_load_explicit(word, memory_order_relaxed);
	while (!try(word, &seen)) {
		if (seen & WAITERS ||
			atomic_compare_exchange_weak_explicit(word, &seen, seen | WAITERS,
				memory_order_relaxed, memory_order_relaxed)) {
			(void)xfi_word_wait(word, seen | WAITERS, XF_NEVER);
			seen = atomic_load_explicit(word, memory_order_relaxed);
		}
	}
}

void WINAPI InitializeSRWLock(SRWLOCK *lock)
{
	lock->Ptr = NULL;
}

void WINAPI AcquireSRWLockExclusive(SRWLOCK *lock)
{
	acquire(lock, try_exclusive);
}

void WINAPI AcquireSRWLockShared(SRWLOCK *lock)
{
	acquire(lock, try_shared);
}

BOOLEAN WINAPI TryAcquireSRWLockExclusive(SRWLOCK *lock)
{
	uint32_t seen = atomic_load_explicit(word_of(lock), memory_order_relaxed);
	return try_exclusive(word_of(lock), &seen);
}

BOOLEAN WINAPI TryAcquireSRWLockShared(SRWLOCK *lock)
{
	uint32_t seen = atomic_load_explicit(word_of(lock), memory_order_relaxed);
	return try_shared(word_of(lock), &seen);
}

void WINAPI ReleaseSRWLockExclusive(SRWLOCK *lock)
{
	if (atomic_exchange_explicit(word_of(lock), 0, memory_order_release) & WAITERS)
		xfi_word_wake(word_of(lock), INT_MAX);
}

void WINAPI ReleaseSRWLockShared(SRWLOCK *lock)
{
	_Atomic uint32_t *word = word_of(lock);
	uint32_t left = atomic_fetch_sub_explicit(word, 1, memory_order_release) - 1;
	/* Another may have taken the lock meanwhile: then it is its release that wakes. */
	if (left == WAITERS && atomic_compare_exchange_strong(word, &left, 0))
		xfi_word_wake(word, INT_MAX);
}
