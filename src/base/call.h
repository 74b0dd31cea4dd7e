/* SPDX-License-Identifier: MIT */
/*
 * System calls that a filter (seccomp) may forbid. Filters answer ENOSYS, or, those that do not
 * know a call, EPERM: both mean that the call is not to be had.
 */
#ifndef XFI_BASE_CALL_H
#define XFI_BASE_CALL_H

/*
 * What `call` failed with, as a result: -errno; -ENOSYS, and a message that names it, where it is
 * not to be had. Not for calls that say EPERM of their own accord.
 */
int xfi_call_failed(const char *call);
int xfi_call_by_proc_failed(const char *call); /* its path led through /proc/self/fd */

/*
 * 0, or as xfi_call_failed(): asked beforehand and without any effect, where the call itself is
 * made when it is too late to say that it failed.
 */
int xfi_call_futex(void); /* every thread sleeps and is woken by it */
int xfi_call_server(void); /* what answers questions, on a thread that has nobody to tell */
int xfi_call_unlink(void); /* what is made must be removed */

/* A new eventfd that can be written and read; yours. Else as xfi_call_failed(). */
int xfi_call_eventfd(int *ret_fd);

#endif
