/* SPDX-License-Identifier: MIT */
/* The CPU the calling thread runs on, in three loads: a hint, stale at once. */
#ifndef XFI_BASE_CPU_H
#define XFI_BASE_CPU_H

#include <stdint.h>

#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>

static inline const char *xfi_thread_pointer(void)
{
#if defined(__x86_64__)
	const char *pointer; /* clang 14 has no builtin for it here */
	__asm__("mov %%fs:0, %0" : "=r"(pointer));
	return pointer;
#else
	return (const char *)__builtin_thread_pointer();
#endif
}

/*
 * 1 + the CPU's number, 16 bits; 0: unknown. glibc registers a restartable-sequence area in which
 * the kernel keeps the number; a system call instead would cost more than what it is for.
 */
static inline uint32_t xfi_cpu(void)
{
	if (__builtin_expect(__rseq_size == 0, 0))
		return 0;
	const struct rseq *area = (const struct rseq *)(xfi_thread_pointer() + __rseq_offset);
	return (*(const volatile uint32_t *)&area->cpu_id + 1) & 0xffff;
}
#else /* musl: nobody spins */
static inline uint32_t xfi_cpu(void)
{
	return 0;
}
#endif

static inline void xfi_cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory"); /* yield is a no-op on most cores */
#endif
}

#endif
