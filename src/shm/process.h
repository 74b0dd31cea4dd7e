/* SPDX-License-Identifier: MIT */
/* Which process is which: what is written down about oneself, to be recognised by. */
#ifndef XFI_SHM_PROCESS_H
#define XFI_SHM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/layout.h"

/*
 * When the process began, as the reader's time namespace counts clock ticks since boot; 0: no such
 * process, or /proc does not say.
 */
uint64_t xfi_process_born(int32_t pid);

/* A number that only those of our PID namespace have; UINT64_MAX: /proc does not say. */
uint64_t xfi_pid_namespace(void);

/* Likewise of our time namespace, in which start times are comparable; 0: there is none. */
uint32_t xfi_time_namespace(void);

/* The number in the record is of another PID namespace: it says nothing here. */
bool xfi_process_foreign(const struct xfi_member *member);

/*
 * Does the kernel say that the process of a record that is not foreign is gone? If not, *ret_fd
 * (yours) is a pidfd, or left alone when none is to be had.
 */
bool xfi_process_gone(const struct xfi_member *member, int *ret_fd);

#endif
