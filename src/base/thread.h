/* SPDX-License-Identifier: MIT */
/* Threads of our own inside somebody else's program. */
#ifndef XFI_BASE_THREAD_H
#define XFI_BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

/*
 * Starts a thread with all signals blocked, so that no handler of the application ever runs on it.
 * `stack_bytes` 0: the usual stack. 0; -EAGAIN: no thread to be had; -ENOSYS: nor ever, for a
 * filter forbids what it takes.
 */
int xfi_thread_start(
	pthread_t *ret_thread, size_t stack_bytes, void *(*main)(void *arg), void *arg);

/* Waits for its end, also where a filter has taken away what the C library waits with. */
void xfi_thread_join(pthread_t thread);

#endif
