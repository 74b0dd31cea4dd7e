/* SPDX-License-Identifier: MIT */
/* The few calls on the process, its threads and clocks without which no Windows program links. */
#include "win/nt/pseudo.h"
#include "win/nt/thread.h"

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
	return XFI_PSEUDO_PROCESS;
}

HANDLE WINAPI GetCurrentThread(void)
{
	return XFI_PSEUDO_THREAD;
}

DWORD WINAPI GetCurrentProcessId(void)
{
	return (DWORD)getpid();
}

DWORD WINAPI GetCurrentThreadId(void)
{
	return xfi_thread_id();
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

/* There are no asynchronous procedure calls that could end it. */
DWORD WINAPI SleepEx(DWORD ms, BOOL alertable)
{
	Sleep(ms);
	return 0;
}

BOOL WINAPI SwitchToThread(void)
{
	return !sched_yield();
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
