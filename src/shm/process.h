/* SPDX-License-Identifier: MIT */
/* Which process is which: what is written down about oneself, to be recognised by. */
#ifndef XFI_SHM_PROCESS_H
#define XFI_SHM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When the process began, as the reader's time namespace counts clock ticks since boot, and in the
 * upper half which namespace that is; 0: no such process.
 */
uint64_t xfi_process_born(int32_t pid);

/* Is the one that has the number now the one that was born then? Also when that cannot be told. */
bool xfi_process_is(int32_t pid, uint64_t born);

/* A number that only those of our PID namespace have; UINT64_MAX: /proc does not say. */
uint64_t xfi_pid_namespace(void);

#endif
