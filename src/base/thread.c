/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>

#include <crossfence/result.h>

#include "base/call.h"
#include "base/futex.h"
#include "base/thread.h"

int xfi_thread_start(pthread_t *ret_thread, size_t stack_bytes, void *(*main)(void *arg), void *arg)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int r = xfi_call_futex(); /* the C library ends the process without */
	if (r)
		return r;
	pthread_attr_init(&attr);
	if (stack_bytes)
		pthread_attr_setstacksize(&attr, stack_bytes);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	errno = pthread_create(ret_thread, &attr, main, arg);
	r = errno ? xfi_call_failed("clone3 or mmap") : 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return r && r != -ENOSYS ? -EAGAIN : r;
}

/* The C library ends the process when the call that it sleeps by is denied. */
void xfi_thread_join(pthread_t thread)
{
	if (xfi_call_futex())
		while (pthread_tryjoin_np(thread, NULL) == EBUSY)
			(void)xfi_futex_rest(XF_NEVER);
	else
		(void)pthread_join(thread, NULL); /* a thread of ours, once */
}
