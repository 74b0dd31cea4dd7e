/* SPDX-License-Identifier: MIT */
/*
 * The one domain that all processes of this user share for Windows objects, published as "win".
 * Joined at the first need, left when the process ends.
 */
#ifndef XFI_WIN_DOMAIN_H
#define XFI_WIN_DOMAIN_H

#include <crossfence/domain.h>
#include <stdbool.h>

/* Blocks for some milliseconds the first time. Thread-safety: safe. Errors as xf_domain_*(). */
int xfi_win_domain(struct xf_domain **ret_domain);

/*
 * Where objects without a name are made: the same one, or, when that has no room for one more
 * process, a domain of this process's own. *ret_own says which.
 */
int xfi_unnamed_domain(struct xf_domain **ret_domain, bool *ret_own);

/*
 * Excludes every other thread and process from between the two calls, so that "find this name,
 * else create it" is one step. A process that dies in between lets go.
 */
int xfi_names_lock(void);
void xfi_names_unlock(void);

#endif
