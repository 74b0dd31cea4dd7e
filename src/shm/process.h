/* SPDX-License-Identifier: MIT */
/* Which process is which: what is written down about oneself, to be recognised by. */
#ifndef XFI_SHM_PROCESS_H
#define XFI_SHM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "shm/domain.h"

/*
 * A number that only those of our PID namespace have in this domain. Where neither the kernel nor
 * /proc says which one it is: a number that nobody else has, as if it were a namespace of our own.
 */
uint64_t xfi_pid_namespace(struct xf_domain *domain);

/* Fills in what tells this process, `pid`, from all others. */
void xfi_process_describe_self(struct xf_domain *domain, pid_t pid, struct xfi_member *record);

/* The number in the record is of another PID namespace, or may be: it says nothing here. */
bool xfi_process_foreign(const struct xf_domain *domain, const struct xfi_member *member);

/*
 * Does the kernel say that the process of a record that is not foreign is gone? If not, *ret_fd
 * (yours) is a pidfd, or left alone when none is to be had.
 */
bool xfi_process_gone(const struct xfi_member *member, int *ret_fd);

#endif
