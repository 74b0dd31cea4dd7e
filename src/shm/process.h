/* SPDX-License-Identifier: MIT */
/* Which process is which: what is written down about oneself, to be recognised by. */
#ifndef XFI_SHM_PROCESS_H
#define XFI_SHM_PROCESS_H

#include <stdint.h>

/* Start time in clock ticks since boot; 0: no such process. */
uint64_t xfi_process_born(int32_t pid);

/* A number that only those of our PID namespace have; UINT64_MAX: /proc does not say. */
uint64_t xfi_pid_namespace(void);

#endif
