/* SPDX-License-Identifier: MIT */
/* The locks that are plain memory: critical sections, SRW locks, condition variables, InitOnce. */
#include "harness.h"

#include <sched.h>

#include <windows.h>

#include <crossfence/result.h>

#define THREADS 4
#define ROUNDS	20000

struct shared {
	CRITICAL_SECTION section;
	SRWLOCK srw;
	CONDITION_VARIABLE changed;
	INIT_ONCE once;
	unsigned value, torn[2];
	LONG inside, initialized;
	bool ready;
};

static HANDLE start(LPTHREAD_START_ROUTINE fn, void *arg)
{
	HANDLE thread = CreateThread(NULL, 0, fn, arg, 0, NULL);
	assert_non_null(thread);
	return thread;
}

static DWORD join(HANDLE thread)
{
	DWORD code;
	assert_int_equal(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
	assert_true(GetExitCodeThread(thread, &code));
	assert_true(CloseHandle(thread));
	return code;
}

static void run(LPTHREAD_START_ROUTINE fn, struct shared *s)
{
	HANDLE threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		threads[i] = start(fn, s);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(join(threads[i]), 0);
}

static DWORD WINAPI count_in_section(void *arg)
{
	struct shared *s = arg;
	for (int i = 0; i < ROUNDS; i++) {
		EnterCriticalSection(&s->section);
		EnterCriticalSection(&s->section);
		s->value++;
		LeaveCriticalSection(&s->section);
		if (i % 64 == 0)
			SwitchToThread();
		LeaveCriticalSection(&s->section);
	}
	return 0;
}

static DWORD WINAPI try_section(void *arg)
{
	struct shared *s = arg;
	return (DWORD)TryEnterCriticalSection(&s->section);
}

static void critical_sections_exclude(void **state)
{
	struct shared s = { 0 };
	CRITICAL_SECTION fresh = { NULL, -1, 0, NULL, NULL, 0 };
	assert_true(InitializeCriticalSectionAndSpinCount(&s.section, 400));
	assert_int_equal(SetCriticalSectionSpinCount(&s.section, 7), 400);
	run(count_in_section, &s);
	assert_int_equal(s.value, THREADS * ROUNDS);
	assert_true(TryEnterCriticalSection(&s.section));
	assert_true(TryEnterCriticalSection(&s.section));
	assert_int_equal(join(start(try_section, &s)), FALSE);
	LeaveCriticalSection(&s.section);
	assert_int_equal(join(start(try_section, &s)), FALSE);
	LeaveCriticalSection(&s.section);
	assert_int_equal(join(start(try_section, &s)), TRUE);
	DeleteCriticalSection(&s.section);
	EnterCriticalSection(&fresh); /* as static initializers have it */
	LeaveCriticalSection(&fresh);
	DeleteCriticalSection(&fresh);
}

static DWORD WINAPI enter_once(void *arg)
{
	struct shared *s = arg;
	EnterCriticalSection(&s->section);
	s->value++;
	LeaveCriticalSection(&s->section);
	return 0;
}

/* Nobody comes later and wakes those who sleep: whoever leaves does, one after the other. */
static void leaving_wakes_who_sleeps(void **state)
{
	struct shared s = { 0 };
	HANDLE sleepers[3];
	InitializeCriticalSection(&s.section);
	EnterCriticalSection(&s.section);
	for (int i = 0; i < 3; i++) {
		sleepers[i] = start(enter_once, &s);
		assert_int_equal(WaitForSingleObject(sleepers[i], 20), WAIT_TIMEOUT);
	}
	LeaveCriticalSection(&s.section);
	for (int i = 0; i < 3; i++)
		assert_int_equal(join(sleepers[i]), 0);
	assert_int_equal(s.value, 3);
	DeleteCriticalSection(&s.section);
}

/* Half of the time they write two equal numbers, half of it they look that these are equal. */
static DWORD WINAPI read_and_write(void *arg)
{
	struct shared *s = arg;
	DWORD bad = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i % 2) {
			AcquireSRWLockShared(&s->srw);
			bad += s->torn[0] != s->torn[1];
			ReleaseSRWLockShared(&s->srw);
		} else {
			AcquireSRWLockExclusive(&s->srw);
			bad += InterlockedIncrement(&s->inside) != 1;
			s->torn[0] = s->torn[1] + 1;
			if (i % 64 == 0)
				SwitchToThread();
			s->torn[1]++;
			InterlockedDecrement(&s->inside);
			ReleaseSRWLockExclusive(&s->srw);
		}
	}
	return bad;
}

static DWORD WINAPI try_shared(void *arg)
{
	struct shared *s = arg;
	if (!TryAcquireSRWLockShared(&s->srw))
		return FALSE;
	ReleaseSRWLockShared(&s->srw);
	return TRUE;
}

static DWORD WINAPI try_exclusive(void *arg)
{
	struct shared *s = arg;
	if (!TryAcquireSRWLockExclusive(&s->srw))
		return FALSE;
	ReleaseSRWLockExclusive(&s->srw);
	return TRUE;
}

static DWORD WINAPI write_once(void *arg)
{
	struct shared *s = arg;
	AcquireSRWLockExclusive(&s->srw);
	s->value++;
	ReleaseSRWLockExclusive(&s->srw);
	return 0;
}

static void srw_locks_share_and_exclude(void **state)
{
	struct shared s = { .srw = SRWLOCK_INIT };
	HANDLE writer;
	run(read_and_write, &s);
	assert_int_equal(s.torn[0], THREADS * ROUNDS / 2);
	assert_null(s.srw.Ptr);
	AcquireSRWLockShared(&s.srw);
	assert_int_equal(join(start(try_shared, &s)), TRUE);
	assert_int_equal(join(start(try_exclusive, &s)), FALSE);
	writer = start(write_once, &s);
	assert_int_equal(WaitForSingleObject(writer, 20), WAIT_TIMEOUT);
	assert_int_equal(join(start(try_shared, &s)), FALSE); /* the writer is next */
	ReleaseSRWLockShared(&s.srw);
	assert_int_equal(join(writer), 0);
	assert_int_equal(s.value, 1);
	AcquireSRWLockExclusive(&s.srw);
	assert_int_equal(join(start(try_shared, &s)), FALSE);
	ReleaseSRWLockExclusive(&s.srw);
	assert_int_equal(join(start(try_exclusive, &s)), TRUE);
}

/* They hand a number round: each waits until it is its turn. */
static DWORD WINAPI take_turns(void *arg)
{
	struct shared *s = arg;
	unsigned mine = (unsigned)InterlockedIncrement(&s->inside) - 1;
	for (int i = 0; i < 500; i++) {
		EnterCriticalSection(&s->section);
		while (s->value % THREADS != mine)
			SleepConditionVariableCS(
				&s->changed, &s->section, mine % 2 ? INFINITE : 10000);
		s->value++;
		LeaveCriticalSection(&s->section);
		WakeAllConditionVariable(&s->changed);
	}
	return 0;
}

static DWORD WINAPI wait_until_ready(void *arg)
{
	struct shared *s = arg;
	BOOL woken = TRUE;
	AcquireSRWLockShared(&s->srw);
	while (!s->ready && woken)
		woken = SleepConditionVariableSRW(
			&s->changed, &s->srw, 20000, CONDITION_VARIABLE_LOCKMODE_SHARED);
	ReleaseSRWLockShared(&s->srw);
	return !woken;
}

static void condition_variables_lose_no_wake_up(void **state)
{
	struct shared s = { 0 };
	HANDLE sleeper;
	InitializeCriticalSection(&s.section);
	InitializeConditionVariable(&s.changed);
	InitializeSRWLock(&s.srw);
	run(take_turns, &s);
	assert_int_equal(s.value, THREADS * 500);
	EnterCriticalSection(&s.section);
	assert_false(SleepConditionVariableCS(&s.changed, &s.section, 10));
	assert_int_equal(GetLastError(), ERROR_TIMEOUT);
	LeaveCriticalSection(&s.section);
	AcquireSRWLockExclusive(&s.srw);
	assert_false(SleepConditionVariableSRW(&s.changed, &s.srw, 10, 0));
	assert_int_equal(GetLastError(), ERROR_TIMEOUT);
	assert_false(SleepConditionVariableSRW(&s.changed, &s.srw, 0, 8));
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	sleeper = start(wait_until_ready, &s);
	s.ready = true;
	ReleaseSRWLockExclusive(&s.srw);
	WakeConditionVariable(&s.changed);
	assert_int_equal(join(sleeper), 0);
	DeleteCriticalSection(&s.section);
}

static DWORD WINAPI wake_once(void *arg)
{
	struct shared *s = arg;
	EnterCriticalSection(&s->section);
	s->ready = true;
	LeaveCriticalSection(&s->section);
	WakeConditionVariable(&s->changed);
	return 0;
}

/*
 * On one processor a thread that waits for the section mostly runs as soon as it is let go of, and
 * has woken everybody before whoever let go sleeps.
 */
static void wakes_between_leaving_and_sleeping(void **state)
{
	struct shared s = { 0 };
	cpu_set_t before, one;
	HANDLE waker;
	InitializeCriticalSection(&s.section);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	for (int i = 0; i < 50; i++) {
		EnterCriticalSection(&s.section);
		s.ready = false;
		waker = start(wake_once, &s);
		Sleep(2);
		while (!s.ready)
			assert_true(SleepConditionVariableCS(&s.changed, &s.section, 10000));
		LeaveCriticalSection(&s.section);
		assert_int_equal(join(waker), 0);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	DeleteCriticalSection(&s.section);
}

static BOOL WINAPI initialize(INIT_ONCE *once, void *parameter, void **context)
{
	struct shared *s = parameter;
	Sleep(5);
	if (InterlockedIncrement(&s->initialized) == 1) {
		SetLastError(1234);
		return FALSE; /* the first does not succeed */
	}
	*context = s->torn;
	return TRUE;
}

static DWORD WINAPI initialize_once(void *arg)
{
	struct shared *s = arg;
	void *context = NULL;
	if (!InitOnceExecuteOnce(&s->once, initialize, s, &context))
		return GetLastError() == 1234 ? 0 : 1;
	return context != s->torn;
}

static void once_is_once(void **state)
{
	struct shared s = { .once = INIT_ONCE_STATIC_INIT };
	BOOL pending;
	void *context;
	run(initialize_once, &s);
	assert_int_equal(s.initialized, 2); /* one that failed, and one */
	assert_true(InitOnceBeginInitialize(&s.once, INIT_ONCE_CHECK_ONLY, &pending, &context));
	assert_false(pending);
	assert_ptr_equal(context, s.torn);
	InitOnceInitialize(&s.once);
	assert_false(InitOnceBeginInitialize(&s.once, INIT_ONCE_CHECK_ONLY, &pending, &context));
	assert_int_equal(GetLastError(), ERROR_GEN_FAILURE);
	assert_false(InitOnceComplete(&s.once, 0, NULL));
	assert_int_equal(GetLastError(), ERROR_GEN_FAILURE);
	assert_false(InitOnceBeginInitialize(&s.once, 7, &pending, &context));
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	/* Several may begin asynchronously; the first to complete wins. */
	assert_true(InitOnceBeginInitialize(&s.once, INIT_ONCE_ASYNC, &pending, &context));
	assert_true(pending);
	assert_true(InitOnceBeginInitialize(&s.once, INIT_ONCE_ASYNC, &pending, &context));
	assert_true(pending);
	assert_false(InitOnceBeginInitialize(&s.once, 0, &pending, &context));
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	assert_false(InitOnceComplete(&s.once, INIT_ONCE_ASYNC, (void *)1));
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	assert_true(InitOnceComplete(&s.once, INIT_ONCE_ASYNC, (void *)8));
	assert_false(InitOnceComplete(&s.once, INIT_ONCE_ASYNC, (void *)16));
	assert_int_equal(GetLastError(), ERROR_GEN_FAILURE);
	assert_true(InitOnceBeginInitialize(&s.once, 0, &pending, &context));
	assert_false(pending);
	assert_ptr_equal(context, (void *)8);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(critical_sections_exclude),
		cmocka_unit_test(leaving_wakes_who_sleeps),
		cmocka_unit_test(srw_locks_share_and_exclude),
		cmocka_unit_test(condition_variables_lose_no_wake_up),
		cmocka_unit_test(wakes_between_leaving_and_sleeping),
		cmocka_unit_test(once_is_once),
	};
	harness_start(argc, argv, &none);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
