/* SPDX-License-Identifier: MIT */
/* The CPU the calling thread runs on, as cheaply as the system tells: a hint, stale at once. */
#ifndef XFI_BASE_CPU_H
#define XFI_BASE_CPU_H

#include <sched.h>
#include <stdint.h>
#include <sys/rseq.h>

static inline uint32_t xfi_cpu(void)
{
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
	/* glibc registers a restartable-sequence area in which the kernel keeps the number. */
	if (__rseq_size) {
		const struct rseq *area =
			(const struct rseq *)((const char *)__builtin_thread_pointer() +
					      __rseq_offset);
		return *(const volatile uint32_t *)&area->cpu_id;
	}
#endif
	return (uint32_t)sched_getcpu();
}

static inline void xfi_cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory"); /* yield is a no-op on most cores */
#endif
}

#endif
