/* SPDX-License-Identifier: MIT */
/* A trap that `step` recognises; nothing happens when nobody traces. */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#include <signal.h>
#include <stdlib.h>

#if defined(__x86_64__) || defined(__i386__)
#define MARK_TRAP() __asm__ volatile("int3" : : : "memory")
#else
#define MARK_TRAP() raise(SIGTRAP)
#endif

/* Set by `step`, so that an untraced run does not die of the trap. */
#define MARK_VARIABLE "CROSSFENCE_BENCH_MARKS"
#define MARK()                                                                                     \
	do {                                                                                       \
		if (getenv(MARK_VARIABLE))                                                         \
			MARK_TRAP();                                                               \
	} while (0)

#endif
