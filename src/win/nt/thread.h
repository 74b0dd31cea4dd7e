/* SPDX-License-Identifier: MIT */
/*
 * Thread: every thread of this process, made by CreateThread or not, is an object whose handles can
 * be waited for: it is satisfied when the thread has ended.
 */
#ifndef XFI_WIN_THREAD_H
#define XFI_WIN_THREAD_H

#include "win/nt/object.h"

extern const struct xfi_object_type xfi_thread_type;

/* The kernel's number of this thread, without a system call. */
DWORD xfi_thread_id(void);

/* The object of this thread, which it has from the first time it is asked for. -ENOMEM, as the
 * core. */
int xfi_thread_self(struct xfi_object **ret_object);

/*
 * Calls `fn` once, when this thread ends, however it does; the latest first. `call` must stay until
 * then or until xfi_thread_forget_end(). -ENOMEM, as the core.
 */
struct xfi_thread_end {
	void (*fn)(struct xfi_thread_end *call);
	struct xfi_thread_end *next; /* thread.ends */
};
int xfi_thread_at_end(struct xfi_thread_end *call);
void xfi_thread_forget_end(struct xfi_thread_end *call);

#endif
