/* SPDX-License-Identifier: MIT */
/* What a forked child has to know and to close. */
#ifndef XFI_SHM_FORK_H
#define XFI_SHM_FORK_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * A number that differs in every process of a fork family. In a child that has not joined anything
 * yet the shared page reads 0, which no domain carries.
 */
extern __attribute__((visibility("hidden"))) const _Atomic uint32_t *xfi_fork_page;
int xfi_fork_generation(uint32_t *ret_generation); /* -ENOMEM, -ENOSYS */

/*
 * A descriptor that a forked child does not keep: what it holds (the claim of a name, a domain's
 * memory) would last as long as the child, who uses none of it. get() returns it, or -errno. Close
 * it with xfi_fork_close(), which closes nothing in such a child; -1 is allowed. Not for a bare
 * clone(), which runs no fork handlers.
 */
int xfi_fork_get(int (*get)(const void *arg), const void *arg);
int xfi_fork_open(const char *path, int flags);
void xfi_fork_close(int *fd);

#endif
