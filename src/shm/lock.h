/* SPDX-License-Identifier: MIT */
/*
 * The domain's lock, for what is rare and changes several words: joining, leaving, sweeping,
 * names, payload. All on the helper thread.
 */
#ifndef XFI_SHM_LOCK_H
#define XFI_SHM_LOCK_H

#include <linux/futex.h>

#include "base/time.h"
#include "shm/domain.h"

/*
 * -ETIMEDOUT: its owner is stopped, or nobody at all and the word a liar's work. An honest owner
 * that runs needs microseconds, for a domain full of objects some milliseconds.
 */
#define XFI_LOCK_WAIT_NS (2 * XFI_SECOND)
int xfi_cold_lock(struct xf_domain *domain);
void xfi_cold_unlock(struct xf_domain *domain);

/* The robust list's "pending" entry while the lock is taken or held. */
struct robust_list *xfi_lock_node(struct xf_domain *domain, struct robust_list_head *head);

#endif
