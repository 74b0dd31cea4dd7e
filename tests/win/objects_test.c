/* SPDX-License-Identifier: MIT */
/* Threads, processes, mutexes, semaphores and timers, waited for alone and together. */
#include "harness.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include <windows.h>

#include <crossfence/result.h>

#define LONG_MS	 20000
#define SHORT_MS 30

static void assert_error(BOOL result, DWORD error)
{
	assert_false(result);
	assert_int_equal(GetLastError(), error);
}

static DWORD poll_one(HANDLE handle)
{
	return WaitForSingleObject(handle, 0);
}

static HANDLE start(LPTHREAD_START_ROUTINE fn, void *arg)
{
	HANDLE thread = CreateThread(NULL, 0, fn, arg, 0, NULL);
	assert_non_null(thread);
	return thread;
}

static DWORD join(HANDLE thread)
{
	DWORD code;
	assert_int_equal(WaitForSingleObject(thread, LONG_MS), WAIT_OBJECT_0);
	assert_true(GetExitCodeThread(thread, &code));
	assert_true(CloseHandle(thread));
	return code;
}

/* threads and processes */

static void leave(DWORD code)
{
	ExitThread(code);
}

static DWORD WINAPI exit_or_return(void *arg)
{
	if (arg)
		leave(77);
	return GetCurrentThreadId();
}

static void threads_have_codes(void **state)
{
	HANDLE thread, copy;
	DWORD id, code;
	assert_int_equal(join(start(exit_or_return, (void *)1)), 77);
	thread = CreateThread(NULL, 2 << 20, exit_or_return, NULL, CREATE_SUSPENDED, &id);
	assert_non_null(thread);
	assert_int_equal(WaitForSingleObject(thread, SHORT_MS), WAIT_TIMEOUT);
	assert_true(GetExitCodeThread(thread, &code));
	assert_int_equal(code, STILL_ACTIVE);
	assert_int_equal(GetThreadId(thread), id);
	assert_true(DuplicateHandle(
		GetCurrentProcess(), thread, GetCurrentProcess(), &copy, SYNCHRONIZE, FALSE, 0));
	assert_error(GetExitCodeThread(copy, &code), ERROR_ACCESS_DENIED);
	assert_int_equal(ResumeThread(copy), (DWORD)-1);
	assert_int_equal(ResumeThread(thread), 1);
	assert_int_equal(ResumeThread(thread), 0);
	assert_int_equal(join(thread), id);
	assert_int_equal(poll_one(copy), WAIT_OBJECT_0);
	assert_int_equal(poll_one(copy), WAIT_OBJECT_0);
	CloseHandle(copy);
	assert_error(CreateThread(NULL, 0, NULL, NULL, 0, NULL) != NULL, ERROR_INVALID_PARAMETER);
	assert_error(CreateThread(NULL, 0, exit_or_return, NULL, 0x80, NULL) != NULL,
		ERROR_INVALID_PARAMETER);
}

static void *a_plain_pthread(void *arg)
{
	HANDLE *ret_self = arg;
	assert_true(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(),
		ret_self, 0, FALSE, DUPLICATE_SAME_ACCESS));
	assert_int_equal(poll_one(*ret_self), WAIT_TIMEOUT);
	assert_int_equal(GetThreadId(*ret_self), (DWORD)gettid());
	return NULL;
}

static void pseudo_handles_are_handles(void **state)
{
	HANDLE self = GetCurrentProcess(), copy, thread;
	pthread_t pthread;
	DWORD code;
	assert_int_equal(poll_one(GetCurrentThread()), WAIT_TIMEOUT);
	assert_int_equal(WaitForSingleObject(self, 1), WAIT_TIMEOUT);
	assert_int_equal(
		WaitForMultipleObjects(2, (HANDLE[]){ self, GetCurrentThread() }, FALSE, 1),
		WAIT_TIMEOUT);
	assert_int_equal(GetProcessId(self), GetCurrentProcessId());
	assert_int_equal(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
	assert_true(GetExitCodeThread(GetCurrentThread(), &code));
	assert_int_equal(code, STILL_ACTIVE);
	assert_true(GetExitCodeProcess(self, &code));
	assert_int_equal(code, STILL_ACTIVE);
	assert_true(DuplicateHandle(self, self, self, &copy, SYNCHRONIZE, FALSE, 0));
	assert_true(CompareObjectHandles(self, copy));
	assert_int_equal(poll_one(copy), WAIT_TIMEOUT);
	assert_error(GetProcessId(copy), ERROR_ACCESS_DENIED);
	CloseHandle(copy);
	pthread_create(&pthread, NULL, a_plain_pthread, &thread);
	pthread_join(pthread, NULL);
	assert_int_equal(join(thread), 0);
}

static int wait_for_word(int socket, const char *arg)
{
	return parent_hear(socket) == 'q' ? 3 : 9;
}

static void processes_can_be_waited_for(void **state)
{
	struct child child = child_start("wait-for-word", NULL);
	HANDLE process =
		OpenProcess(SYNCHRONIZE | PROCESS_QUERY_INFORMATION, FALSE, (DWORD)child.pid);
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
	HANDLE both[] = { event, process };
	DWORD code;
	assert_non_null(process);
	assert_int_equal(GetProcessId(process), (DWORD)child.pid);
	assert_int_equal(WaitForSingleObject(process, SHORT_MS), WAIT_TIMEOUT);
	assert_true(GetExitCodeProcess(process, &code));
	assert_int_equal(code, STILL_ACTIVE);
	child_tell(&child, 'q');
	assert_int_equal(WaitForMultipleObjects(2, both, FALSE, LONG_MS), WAIT_OBJECT_0 + 1);
	assert_true(GetExitCodeProcess(process, &code));
	assert_int_equal(code, 3);
	assert_int_equal(child_end(&child), 3);
	assert_int_equal(poll_one(process), WAIT_OBJECT_0);
	CloseHandle(process);
	CloseHandle(event);
	assert_error(OpenProcess(SYNCHRONIZE, FALSE, 0) != NULL, ERROR_INVALID_PARAMETER);
	assert_error(OpenProcess(SYNCHRONIZE, FALSE, 0x7ffffffe) != NULL, ERROR_INVALID_PARAMETER);
	assert_error(OpenProcess(0, FALSE, GetCurrentProcessId()) != NULL, ERROR_ACCESS_DENIED);
}

/* mutexes */

static DWORD WINAPI take_and_end(void *arg)
{
	return WaitForSingleObject(arg, 0);
}

static DWORD WINAPI take_and_release(void *arg)
{
	DWORD r = WaitForSingleObject(arg, LONG_MS);
	if (r == WAIT_OBJECT_0 || r == WAIT_ABANDONED)
		ReleaseMutex(arg);
	return r;
}

static DWORD WINAPI only_release(void *arg)
{
	return ReleaseMutex(arg) ? 0 : GetLastError();
}

static void mutexes_belong_to_threads(void **state)
{
	HANDLE mutex = CreateMutexA(NULL, TRUE, NULL), waiter;
	assert_non_null(mutex);
	assert_int_equal(poll_one(mutex), WAIT_OBJECT_0); /* again: it is ours */
	assert_int_equal(join(start(take_and_end, mutex)), WAIT_TIMEOUT);
	assert_int_equal(join(start(only_release, mutex)), ERROR_NOT_OWNER);
	assert_true(ReleaseMutex(mutex));
	assert_int_equal(join(start(take_and_end, mutex)), WAIT_TIMEOUT);
	waiter = start(take_and_release, mutex);
	assert_int_equal(WaitForSingleObject(waiter, SHORT_MS), WAIT_TIMEOUT);
	assert_true(ReleaseMutex(mutex));
	assert_int_equal(join(waiter), WAIT_OBJECT_0);
	assert_error(ReleaseMutex(mutex), ERROR_NOT_OWNER);
	CloseHandle(mutex);
	assert_error(ReleaseMutex(mutex), ERROR_INVALID_HANDLE);
	assert_error(
		CreateMutexExA(NULL, NULL, 6, MUTEX_ALL_ACCESS) != NULL, ERROR_INVALID_PARAMETER);
}

/* Told once, then the mutex is as good as new: also when this goes on and on. */
static void an_ended_thread_abandons(void **state)
{
	HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(
			join(start(take_and_end, mutex)), i ? WAIT_ABANDONED : WAIT_OBJECT_0);
		assert_int_equal(poll_one(mutex), WAIT_ABANDONED);
		assert_true(ReleaseMutex(mutex));
		assert_int_equal(poll_one(mutex), WAIT_OBJECT_0);
		assert_true(ReleaseMutex(mutex));
		assert_int_equal(join(start(take_and_end, mutex)), WAIT_OBJECT_0);
	}
	assert_int_equal(WaitForMultipleObjects(1, &mutex, TRUE, 0), WAIT_ABANDONED_0);
	assert_true(ReleaseMutex(mutex));
	CloseHandle(mutex);
}

static DWORD WINAPI count_with_mutex(void *arg)
{
	HANDLE *mutex = arg;
	volatile unsigned *count = (volatile unsigned *)&mutex[1];
	for (int i = 0; i < 1000; i++) {
		if (WaitForSingleObject(mutex[0], LONG_MS) != WAIT_OBJECT_0)
			return 1;
		(*count)++;
		ReleaseMutex(mutex[0]);
	}
	return 0;
}

static void mutexes_exclude_each_other(void **state)
{
	HANDLE mutex[2] = { CreateMutexA(NULL, FALSE, NULL), NULL }, threads[4];
	for (int i = 0; i < 4; i++)
		threads[i] = start(count_with_mutex, mutex);
	for (int i = 0; i < 4; i++)
		assert_int_equal(join(threads[i]), 0);
	assert_int_equal((uintptr_t)mutex[1], 4000);
	CloseHandle(mutex[0]);
}

static int hold_mutex(int socket, const char *arg)
{
	HANDLE mutex = CreateMutexA(NULL, FALSE, arg);
	if (!mutex || WaitForSingleObject(mutex, LONG_MS) == WAIT_TIMEOUT)
		return 1;
	parent_tell(socket, 'h');
	return parent_hear(socket) == 'q' ? 0 : 2;
}

/* Killed owners, one after the other; and one that dies while nobody else has the mutex open. */
static void a_killed_process_abandons(void **state)
{
	HANDLE mutex = CreateMutexA(NULL, FALSE, "Local\\killed"), again;
	struct child child;
	for (int i = 0; i < 5; i++) {
		child = child_start("hold-mutex", "killed");
		assert_int_equal(child_hear(&child), 'h');
		assert_int_equal(poll_one(mutex), WAIT_TIMEOUT);
		child_kill(&child);
		assert_int_equal(WaitForSingleObject(mutex, LONG_MS), WAIT_ABANDONED);
		again = OpenMutexA(SYNCHRONIZE, FALSE, "killed");
		assert_non_null(again);
		assert_int_equal(poll_one(again), WAIT_OBJECT_0); /* the same thread's */
		assert_true(ReleaseMutex(again));
		assert_true(ReleaseMutex(mutex));
		assert_error(ReleaseMutex(mutex), ERROR_NOT_OWNER);
		CloseHandle(again);
	}
	/* What another put in the place of the old one goes with it: there is always a next one. */
	child = child_start("hold-mutex", "killed");
	assert_int_equal(child_hear(&child), 'h');
	child_tell(&child, 'q');
	assert_int_equal(child_end(&child), 0); /* ended in order, and still without releasing */
	assert_int_equal(WaitForSingleObject(mutex, LONG_MS), WAIT_ABANDONED);
	assert_true(ReleaseMutex(mutex));
	CloseHandle(mutex);
}

static int release_and_stay(int socket, const char *arg)
{
	HANDLE mutex = OpenMutexA(SYNCHRONIZE, FALSE, arg);
	if (WaitForSingleObject(mutex, LONG_MS) != WAIT_ABANDONED || !ReleaseMutex(mutex))
		return 1;
	parent_tell(socket, 'r');
	return parent_hear(socket) == 'q' ? 0 : 2;
}

/* What was told to somebody and released is not told again, though that one is killed afterwards.
 */
static void a_released_mutex_is_not_abandoned(void **state)
{
	HANDLE mutex = CreateMutexA(NULL, FALSE, "released");
	for (int i = 0; i < 5; i++) {
		struct child owner = child_start("hold-mutex", "released"), heir;
		assert_int_equal(child_hear(&owner), 'h');
		heir = child_start("release-and-stay", "released");
		child_kill(&owner);
		assert_int_equal(child_hear(&heir), 'r');
		child_kill(&heir);
		Sleep(SHORT_MS); /* its members' handles are closed by then; else nothing is shown
				  */
		assert_int_equal(WaitForSingleObject(mutex, LONG_MS), WAIT_OBJECT_0);
		assert_true(ReleaseMutex(mutex));
	}
	CloseHandle(mutex);
}

static int contend(int socket, const char *arg)
{
	HANDLE mutex = CreateMutexA(NULL, FALSE, arg), one = OpenMutexA(SYNCHRONIZE, FALSE, "one");
	parent_tell(socket, 's');
	for (;;) {
		if (WaitForSingleObject(mutex, LONG_MS) == WAIT_TIMEOUT)
			return 1;
		/* Whoever has the mutex finds the other one free. */
		if (WaitForSingleObject(one, 0) == WAIT_TIMEOUT)
			return 2;
		ReleaseMutex(one);
		ReleaseMutex(mutex);
	}
}

static void kills_under_contention(void **state)
{
	HANDLE mutex = CreateMutexA(NULL, FALSE, "contended"),
	       one = CreateMutexA(NULL, FALSE, "one");
	struct child children[3];
	for (int i = 0; i < 3; i++)
		children[i] = child_start("contend", "contended");
	for (int i = 0; i < 3; i++)
		assert_int_equal(child_hear(&children[i]), 's');
	for (int i = 0; i < 30; i++) {
		Sleep(3);
		child_kill(&children[i % 3]); /* fails if it had ended by itself */
		children[i % 3] = child_start("contend", "contended");
		assert_int_equal(child_hear(&children[i % 3]), 's');
	}
	for (int i = 0; i < 3; i++)
		child_kill(&children[i]);
	assert_int_not_equal(WaitForSingleObject(mutex, LONG_MS), WAIT_TIMEOUT);
	assert_int_not_equal(WaitForSingleObject(one, LONG_MS), WAIT_TIMEOUT);
	ReleaseMutex(one);
	ReleaseMutex(mutex);
	CloseHandle(one);
	CloseHandle(mutex);
}

/* semaphores */

static DWORD WINAPI take_one(void *arg)
{
	return WaitForSingleObject(arg, LONG_MS);
}

static void semaphores_count_up_to_their_limit(void **state)
{
	HANDLE semaphore = CreateSemaphoreA(NULL, 2, 3, NULL), threads[3];
	LONG before = -1;
	assert_int_equal(poll_one(semaphore), WAIT_OBJECT_0);
	assert_int_equal(poll_one(semaphore), WAIT_OBJECT_0);
	assert_int_equal(poll_one(semaphore), WAIT_TIMEOUT);
	assert_error(ReleaseSemaphore(semaphore, 0, NULL), ERROR_INVALID_PARAMETER);
	assert_error(ReleaseSemaphore(semaphore, 4, &before), ERROR_TOO_MANY_POSTS);
	assert_int_equal(before, -1);
	assert_true(ReleaseSemaphore(semaphore, 2, &before));
	assert_int_equal(before, 0);
	assert_error(ReleaseSemaphore(semaphore, 2, &before), ERROR_TOO_MANY_POSTS);
	assert_true(ReleaseSemaphore(semaphore, 1, &before));
	assert_int_equal(before, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(poll_one(semaphore), WAIT_OBJECT_0);
	for (int i = 0; i < 3; i++)
		threads[i] = start(take_one, semaphore);
	Sleep(SHORT_MS);
	assert_true(ReleaseSemaphore(semaphore, 3, NULL));
	for (int i = 0; i < 3; i++)
		assert_int_equal(join(threads[i]), WAIT_OBJECT_0);
	assert_int_equal(poll_one(semaphore), WAIT_TIMEOUT);
	CloseHandle(semaphore);
	assert_error(CreateSemaphoreA(NULL, 2, 1, NULL) != NULL, ERROR_INVALID_PARAMETER);
	assert_error(CreateSemaphoreA(NULL, -1, 1, NULL) != NULL, ERROR_INVALID_PARAMETER);
	assert_error(CreateSemaphoreA(NULL, 0, 0, NULL) != NULL, ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI release_many(void *arg)
{
	for (int i = 0; i < 5000; i++)
		if (!ReleaseSemaphore(arg, 1, NULL))
			return 1;
	return 0;
}

static void releases_at_the_same_time_all_count(void **state)
{
	HANDLE semaphore = CreateSemaphoreA(NULL, 0, 20001, NULL), threads[4];
	LONG before;
	for (int i = 0; i < 4; i++)
		threads[i] = start(release_many, semaphore);
	for (int i = 0; i < 4; i++)
		assert_int_equal(join(threads[i]), 0);
	assert_true(ReleaseSemaphore(semaphore, 1, &before));
	assert_int_equal(before, 20000);
	CloseHandle(semaphore);
}

static int echo(int socket, const char *arg)
{
	HANDLE in = OpenSemaphoreA(SYNCHRONIZE, FALSE, "there");
	HANDLE out = OpenSemaphoreW(SEMAPHORE_MODIFY_STATE, FALSE, L"back");
	for (int i = 0; i < 1000; i++)
		if (WaitForSingleObject(in, LONG_MS) || !ReleaseSemaphore(out, 1, NULL))
			return 1;
	return 0;
}

static void semaphores_reach_other_processes(void **state)
{
	HANDLE there = CreateSemaphoreW(NULL, 0, 1, L"there"),
	       back = CreateSemaphoreA(NULL, 0, 1, "back");
	struct child child = child_start("echo", NULL);
	for (int i = 0; i < 1000; i++) {
		assert_true(ReleaseSemaphore(there, 1, NULL));
		assert_int_equal(WaitForSingleObject(back, LONG_MS), WAIT_OBJECT_0);
	}
	assert_int_equal(child_end(&child), 0);
	/* One space of names for all types. */
	assert_error(CreateMutexA(NULL, FALSE, "there") != NULL, ERROR_INVALID_HANDLE);
	assert_error(CreateEventA(NULL, FALSE, FALSE, "there") != NULL, ERROR_INVALID_HANDLE);
	assert_error(OpenWaitableTimerA(SYNCHRONIZE, FALSE, "there") != NULL, ERROR_INVALID_HANDLE);
	assert_non_null(CreateSemaphoreA(NULL, 1, 1, "there"));
	assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
	/* What exists is opened for something; what is new may be without any right. */
	assert_error(OpenSemaphoreA(0, FALSE, "there") != NULL, ERROR_ACCESS_DENIED);
	assert_error(CreateSemaphoreExA(NULL, 1, 1, "there", 0, 0) != NULL, ERROR_ACCESS_DENIED);
	assert_error(OpenMutexA(0, FALSE, "nowhere") != NULL, ERROR_FILE_NOT_FOUND);
	assert_non_null(CreateMutexExA(NULL, "new", 0, 0));
	CloseHandle(there);
	CloseHandle(back);
}

/* timers */

static LARGE_INTEGER in_ms(int ms)
{
	return (LARGE_INTEGER){ .QuadPart = -(LONGLONG)ms * 10000 };
}

static void timers_are_due(void **state)
{
	HANDLE once = CreateWaitableTimerA(NULL, FALSE, NULL),
	       stays = CreateWaitableTimerW(NULL, TRUE, NULL);
	LARGE_INTEGER due = in_ms(20), past = { .QuadPart = 1 }, distant = in_ms(1 << 30);
	int64_t begin = xf_now();
	assert_int_equal(poll_one(once), WAIT_TIMEOUT);
	assert_true(SetWaitableTimer(once, &due, 0, NULL, NULL, FALSE));
	assert_int_equal(poll_one(once), WAIT_TIMEOUT);
	assert_int_equal(WaitForSingleObject(once, LONG_MS), WAIT_OBJECT_0);
	assert_true(xf_now() - begin >= 20000000);
	assert_int_equal(poll_one(once), WAIT_TIMEOUT);
	assert_true(SetWaitableTimer(stays, &past, 0, NULL, NULL, FALSE));
	assert_int_equal(poll_one(stays), WAIT_OBJECT_0);
	assert_int_equal(poll_one(stays), WAIT_OBJECT_0);
	assert_true(CancelWaitableTimer(stays)); /* what is due stays due */
	assert_int_equal(poll_one(stays), WAIT_OBJECT_0);
	assert_true(SetWaitableTimer(stays, &distant, 0, NULL, NULL, FALSE));
	assert_int_equal(poll_one(stays), WAIT_TIMEOUT);
	assert_true(SetWaitableTimer(once, &due, 10, NULL, NULL, FALSE));
	begin = xf_now();
	for (int i = 0; i < 4; i++)
		assert_int_equal(WaitForSingleObject(once, LONG_MS), WAIT_OBJECT_0);
	assert_true(xf_now() - begin >= 30000000);
	assert_true(CancelWaitableTimer(once));
	(void)poll_one(once); /* may have been due just then */
	assert_int_equal(WaitForSingleObject(once, SHORT_MS), WAIT_TIMEOUT);
	assert_error(SetWaitableTimer(once, NULL, 0, NULL, NULL, FALSE), ERROR_INVALID_PARAMETER);
	assert_error(SetWaitableTimer(once, &due, -1, NULL, NULL, FALSE), ERROR_INVALID_PARAMETER);
	assert_error(SetWaitableTimer(once, &due, 0, (PTIMERAPCROUTINE)1, NULL, FALSE),
		ERROR_NOT_SUPPORTED);
	CloseHandle(once);
	CloseHandle(stays);
}

/* Whoever takes an expiry late is not told later of the next. */
static void periods_do_not_drift(void **state)
{
	HANDLE timer = CreateWaitableTimerA(NULL, FALSE, NULL);
	LARGE_INTEGER due = in_ms(0);
	int64_t begin = xf_now(), taken;
	assert_true(SetWaitableTimer(timer, &due, 400, NULL, NULL, FALSE));
	Sleep(300);
	assert_int_equal(poll_one(timer), WAIT_OBJECT_0);
	taken = xf_now() - begin;
	assert_int_equal(WaitForSingleObject(timer, LONG_MS), WAIT_OBJECT_0);
	assert_in_range(
		(xf_now() - begin) / 1000000, (taken / 400000000 + 1) * 400, taken / 1000000 + 380);
	CloseHandle(timer);
}

static int set_timer_and_die(int socket, const char *arg)
{
	HANDLE timer = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, arg);
	LARGE_INTEGER due = in_ms(50);
	return timer && SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE) ? 0 : 1;
}

/* Whoever sleeps learns of a new time; and the timer outlives the process that set it. */
static void timers_outlive_who_set_them(void **state)
{
	HANDLE timer = CreateWaitableTimerA(NULL, FALSE, "set elsewhere");
	HANDLE sleeper = start(take_one, timer);
	struct child child = child_start("set-timer", "set elsewhere");
	assert_int_equal(child_end(&child), 0);
	assert_int_equal(join(sleeper), WAIT_OBJECT_0);
	assert_int_equal(poll_one(timer), WAIT_TIMEOUT); /* one took it */
	CloseHandle(timer);
}

/* together */

static void any_of_all_kinds(void **state)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL),
	       mutex = CreateMutexA(NULL, FALSE, NULL);
	HANDLE semaphore = CreateSemaphoreA(NULL, 0, 1, NULL);
	HANDLE timer = CreateWaitableTimerA(NULL, FALSE, NULL);
	HANDLE all[] = { event, semaphore, timer, mutex };
	LARGE_INTEGER due = in_ms(10);
	assert_int_equal(WaitForMultipleObjects(4, all, FALSE, 0), WAIT_OBJECT_0 + 3);
	assert_int_equal(WaitForMultipleObjects(4, all, FALSE, 0), WAIT_OBJECT_0 + 3);
	assert_true(ReleaseMutex(mutex));
	assert_true(ReleaseMutex(mutex));
	assert_true(ReleaseSemaphore(semaphore, 1, NULL));
	SetEvent(event);
	assert_int_equal(WaitForMultipleObjects(4, all, FALSE, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForMultipleObjects(4, all, FALSE, 0), WAIT_OBJECT_0 + 1);
	assert_true(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
	assert_int_equal(WaitForMultipleObjects(3, all, FALSE, LONG_MS), WAIT_OBJECT_0 + 2);
	assert_int_equal(WaitForMultipleObjects(3, all, FALSE, 1), WAIT_TIMEOUT);
	for (int i = 0; i < 4; i++)
		CloseHandle(all[i]);
}

struct set {
	HANDLE all[4];
	DWORD result;
};

static DWORD WINAPI wait_for_set(void *arg)
{
	struct set *set = arg;
	set->result = WaitForMultipleObjects(4, set->all, TRUE, LONG_MS);
	ReleaseMutex(set->all[3]);
	return 0;
}

/* All or nothing: what is there while something lacks stays there for others. */
static void all_of_all_kinds(void **state)
{
	struct set set = {
		{ CreateEventA(NULL, FALSE, TRUE, NULL), CreateSemaphoreA(NULL, 1, 1, NULL),
			CreateWaitableTimerA(NULL, FALSE, NULL), CreateMutexA(NULL, TRUE, NULL) },
		0
	};
	LARGE_INTEGER due = in_ms(0);
	HANDLE waiter;
	assert_int_equal(WaitForMultipleObjects(4, set.all, TRUE, 10), WAIT_TIMEOUT);
	assert_int_equal(poll_one(set.all[0]), WAIT_OBJECT_0);
	assert_int_equal(poll_one(set.all[1]), WAIT_OBJECT_0);
	waiter = start(wait_for_set, &set);
	assert_true(SetWaitableTimer(set.all[2], &due, 0, NULL, NULL, FALSE));
	SetEvent(set.all[0]);
	assert_true(ReleaseSemaphore(set.all[1], 1, NULL));
	assert_int_equal(WaitForSingleObject(waiter, SHORT_MS), WAIT_TIMEOUT);
	assert_true(ReleaseMutex(set.all[3]));
	assert_int_equal(join(waiter), 0);
	assert_int_equal(set.result, WAIT_OBJECT_0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(poll_one(set.all[i]), WAIT_TIMEOUT);
	assert_int_equal(poll_one(set.all[3]), WAIT_OBJECT_0);
	assert_true(ReleaseMutex(set.all[3]));
	for (int i = 0; i < 4; i++)
		CloseHandle(set.all[i]);
}

/* Whoever could not have all of a set has not been told that an owner died: the next one is. */
static void abandonment_is_given_back(void **state)
{
	HANDLE pair[] = { CreateMutexA(NULL, FALSE, NULL), CreateSemaphoreA(NULL, 0, 1, NULL) };
	assert_int_equal(join(start(take_and_end, pair[0])), WAIT_OBJECT_0);
	assert_int_equal(WaitForMultipleObjects(2, pair, TRUE, 10), WAIT_TIMEOUT);
	assert_true(ReleaseSemaphore(pair[1], 1, NULL));
	assert_int_equal(WaitForMultipleObjects(2, pair, TRUE, LONG_MS), WAIT_ABANDONED_0);
	assert_int_equal(poll_one(pair[1]), WAIT_TIMEOUT);
	assert_true(ReleaseMutex(pair[0]));
	CloseHandle(pair[1]);
	/* The same object twice is refused, whatever it is. */
	assert_true(DuplicateHandle(GetCurrentProcess(), pair[0], GetCurrentProcess(), &pair[1], 0,
		FALSE, DUPLICATE_SAME_ACCESS));
	assert_int_equal(WaitForMultipleObjects(2, pair, TRUE, 0), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	assert_error(ReleaseMutex(pair[0]), ERROR_NOT_OWNER);
	for (int i = 0; i < 2; i++)
		CloseHandle(pair[i]);
}

static DWORD WINAPI answer(void *arg)
{
	HANDLE *pair = arg;
	return SignalObjectAndWait(pair[0], pair[1], LONG_MS, FALSE);
}

static void signal_and_wait(void **state)
{
	HANDLE mutex = CreateMutexA(NULL, TRUE, NULL),
	       event = CreateEventA(NULL, FALSE, FALSE, NULL);
	HANDLE semaphore = CreateSemaphoreA(NULL, 0, 1, NULL), look;
	HANDLE pair[] = { event, semaphore }, thread;
	thread = start(answer, pair);
	assert_int_equal(SignalObjectAndWait(mutex, event, LONG_MS, FALSE), WAIT_OBJECT_0);
	assert_error(ReleaseMutex(mutex), ERROR_NOT_OWNER);
	assert_int_equal(SignalObjectAndWait(semaphore, thread, LONG_MS, FALSE), WAIT_OBJECT_0);
	assert_int_equal(join(thread), WAIT_OBJECT_0);
	assert_int_equal(SignalObjectAndWait(mutex, event, 0, FALSE), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_NOT_OWNER);
	assert_true(ReleaseSemaphore(semaphore, 1, NULL));
	assert_int_equal(SignalObjectAndWait(semaphore, event, 0, FALSE), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_TOO_MANY_POSTS);
	assert_int_equal(SignalObjectAndWait(event, NULL, 0, FALSE), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
	assert_int_equal(poll_one(event), WAIT_TIMEOUT); /* not set, for nobody would have waited */
	assert_true(DuplicateHandle(
		GetCurrentProcess(), event, GetCurrentProcess(), &look, SYNCHRONIZE, FALSE, 0));
	assert_int_equal(SignalObjectAndWait(look, event, 0, FALSE), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(look);
	CloseHandle(mutex);
	CloseHandle(event);
	CloseHandle(semaphore);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = {
		{ "wait-for-word", wait_for_word },
		{ "hold-mutex", hold_mutex },
		{ "release-and-stay", release_and_stay },
		{ "contend", contend },
		{ "echo", echo },
		{ "set-timer", set_timer_and_die },
		{ NULL, NULL },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_have_codes),
		cmocka_unit_test(pseudo_handles_are_handles),
		cmocka_unit_test(processes_can_be_waited_for),
		cmocka_unit_test(mutexes_belong_to_threads),
		cmocka_unit_test(an_ended_thread_abandons),
		cmocka_unit_test(mutexes_exclude_each_other),
		cmocka_unit_test(a_killed_process_abandons),
		cmocka_unit_test(a_released_mutex_is_not_abandoned),
		cmocka_unit_test(kills_under_contention),
		cmocka_unit_test(semaphores_count_up_to_their_limit),
		cmocka_unit_test(releases_at_the_same_time_all_count),
		cmocka_unit_test(semaphores_reach_other_processes),
		cmocka_unit_test(timers_are_due),
		cmocka_unit_test(periods_do_not_drift),
		cmocka_unit_test(timers_outlive_who_set_them),
		cmocka_unit_test(any_of_all_kinds),
		cmocka_unit_test(all_of_all_kinds),
		cmocka_unit_test(abandonment_is_given_back),
		cmocka_unit_test(signal_and_wait),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
