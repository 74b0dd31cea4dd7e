/* SPDX-License-Identifier: MIT */
/*
 * Condition variables: the first half of the pointer counts wake-ups, the second those who sleep or
 * are about to. A sleeper reads the first before it lets go of the lock, so that no wake-up passes
 * it.
 */
#include "win/nt/codes.h"
#include "win/nt/word.h"

struct condition {
	_Atomic uint32_t wakes, sleepers;
};

_Static_assert(sizeof(struct condition) == sizeof(CONDITION_VARIABLE), "in place");

static struct condition *of(CONDITION_VARIABLE *variable)
{
	return (struct condition *)(void *)variable;
}

void WINAPI InitializeConditionVariable(CONDITION_VARIABLE *variable)
{
	variable->Ptr = NULL;
}

static void wake(struct condition *condition, int count)
{
	atomic_fetch_add(&condition->wakes, 1);
	if (atomic_load(&condition->sleepers))
		xfi_word_wake(&condition->wakes, count);
}

void WINAPI WakeConditionVariable(CONDITION_VARIABLE *variable)
{
	wake(of(variable), 1);
}

void WINAPI WakeAllConditionVariable(CONDITION_VARIABLE *variable)
{
	wake(of(variable), INT_MAX);
}

/* With the lock held; returns what end_sleep() needs. */
static uint32_t begin_sleep(struct condition *condition)
{
	atomic_fetch_add(&condition->sleepers, 1);
	return atomic_load(&condition->wakes);
}

/* With the lock let go. */
static BOOL end_sleep(struct condition *condition, uint32_t seen, DWORD ms)
{
	bool late = xfi_word_wait(&condition->wakes, seen, xfi_deadline_ms(ms));
	atomic_fetch_sub(&condition->sleepers, 1);
	if (late)
		SetLastError(ERROR_TIMEOUT);
	return !late;
}

BOOL WINAPI SleepConditionVariableCS(
	CONDITION_VARIABLE *variable, CRITICAL_SECTION *section, DWORD ms)
{
	uint32_t seen = begin_sleep(of(variable));
	BOOL woken;
	LeaveCriticalSection(section);
	woken = end_sleep(of(variable), seen, ms);
	EnterCriticalSection(section);
	return woken;
}

BOOL WINAPI SleepConditionVariableSRW(
	CONDITION_VARIABLE *variable, SRWLOCK *lock, DWORD ms, ULONG flags)
{
	bool shared = flags & CONDITION_VARIABLE_LOCKMODE_SHARED;
	uint32_t seen;
	BOOL woken;
	if (flags & ~(ULONG)CONDITION_VARIABLE_LOCKMODE_SHARED)
		return xfi_fail(-EINVAL);
	seen = begin_sleep(of(variable));
	if (shared)
		ReleaseSRWLockShared(lock);
	else
		ReleaseSRWLockExclusive(lock);
	woken = end_sleep(of(variable), seen, ms);
	if (shared)
		AcquireSRWLockShared(lock);
	else
		AcquireSRWLockExclusive(lock);
	return woken;
}
