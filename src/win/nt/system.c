/* SPDX-License-Identifier: MIT */
/* The few process and clock calls without which no Windows program links. */
#include "win/prelude.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <crossfence/result.h>

static _Thread_local DWORD last_error;

DWORD WINAPI GetLastError(void)
{
	return last_error;
}

void WINAPI SetLastError(DWORD error)
{
	last_error = error;
}

HANDLE WINAPI GetCurrentProcess(void)
{
	return (HANDLE)(intptr_t)-1;
}

HANDLE WINAPI GetCurrentThread(void)
{
	return (HANDLE)(intptr_t)-2;
}

DWORD WINAPI GetCurrentProcessId(void)
{
	return (DWORD)getpid();
}

DWORD WINAPI GetCurrentThreadId(void)
{
	return (DWORD)gettid();
}

void WINAPI Sleep(DWORD ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	if (!ms) {
		(void)sched_yield();
		return;
	}
	do {
		while (nanosleep(&left, &left) && errno == EINTR)
			;
	} while (ms == INFINITE);
}

ULONGLONG WINAPI GetTickCount64(void)
{
	return (ULONGLONG)xf_now() / 1000000;
}

DWORD WINAPI GetTickCount(void)
{
	return (DWORD)GetTickCount64();
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *ret_count)
{
	ret_count->QuadPart = xf_now() / 100;
	return TRUE;
}

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *ret_frequency)
{
	ret_frequency->QuadPart = 10000000;
	return TRUE;
}
