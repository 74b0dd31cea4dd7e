/* SPDX-License-Identifier: MIT */
/* How soon a thread gets the CPU when it wakes. */
#ifndef XFI_BASE_SLICE_H
#define XFI_BASE_SLICE_H

#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Asks for slices of 0.1 ms, the shortest there are, for the calling thread. Whoever runs for so
 * short a time comes first when it wakes, ahead of those that compute, and gets no more CPU time
 * than before. Needs no privilege. Kernels before 6.12 take it and change nothing; where it is
 * refused, and under a real-time policy, the thread is as it was.
 */
static inline void xfi_short_slices(void)
{
	struct { /* sched_attr, which the C library of Debian 12 does not declare */
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime_ns, deadline_ns, period_ns;
	} attr = { .size = sizeof(attr) };
	if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) || attr.policy != SCHED_OTHER)
		return;
	attr.runtime_ns = 100000;
	(void)syscall(SYS_sched_setattr, 0, &attr, 0);
}

#endif
