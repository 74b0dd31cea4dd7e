/* SPDX-License-Identifier: MIT */
/*
 * The domain's lock, for what is rare and changes several words: sweeping, leaving, names,
 * payload. All on the helper thread.
 */
#ifndef XFI_SHM_LOCK_H
#define XFI_SHM_LOCK_H

#include "base/time.h"
#include "shm/domain.h"

/*
 * -ETIMEDOUT: its owner is stopped, or nobody at all and the word was scribbled over. An honest
 * owner that runs needs microseconds, for a domain full of objects some milliseconds.
 */
#define XFI_LOCK_WAIT_NS (2 * XFI_SECOND)
int xfi_lock(struct xf_domain *domain);
void xfi_unlock(struct xf_domain *domain);

/* How long one sleeps at most before one looks again. */
#define XFI_LOCK_LOOK_NS (10 * XFI_MS)

#endif
