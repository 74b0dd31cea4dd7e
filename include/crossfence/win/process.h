/* SPDX-License-Identifier: MIT */
/*
 * Threads by the names of Microsoft's C library. They are those of CreateThread and ExitThread, as
 * this C library needs nothing of its own to be set up for a thread.
 */
#ifndef CROSSFENCE_WIN_PROCESS_H
#define CROSSFENCE_WIN_PROCESS_H

#pragma GCC system_header
#include <windows.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A handle that the caller closes; 0: no thread was started, GetLastError() says why. */
static inline uintptr_t _beginthreadex(void *security, unsigned stack_bytes,
	unsigned(WINAPI *start)(void *), void *arg, unsigned flags, unsigned *ret_id)
{
	DWORD id = 0;
	HANDLE thread = CreateThread((SECURITY_ATTRIBUTES *)security, stack_bytes,
		(LPTHREAD_START_ROUTINE)start, arg, flags, &id);

	if (thread && ret_id)
		*ret_id = id;
	return (uintptr_t)thread;
}

/* Ends the calling thread. Unwinds nothing. */
static inline void _endthreadex(unsigned code)
{
	ExitThread(code);
}

#ifdef __cplusplus
}
#endif
#endif
