/* SPDX-License-Identifier: MIT */
/*
 * Domains that somebody may look at through a read-only descriptor. Such a holder can make no
 * store, but the kernel lets it do to any futex word it can read what needs no store: sleep there
 * and take a wake-up meant for another, or move the sleepers to a word of its own. The first is
 * answered by waking all instead of one, the second by sleeping a second at most before looking
 * again. It is paid where such a descriptor was handed out, and only there.
 */
#ifndef XFI_SHM_LOOKED_H
#define XFI_SHM_LOOKED_H

#include "base/time.h"
#include "shm/domain.h"

static inline bool xfi_looked_at(const struct xf_domain *domain)
{
	return atomic_load(&domain->header->looked_at);
}

/*
 * Until when to sleep before looking again. To be read after the futex word whose value the sleep
 * expects: whoever sets looked_at changes all those words afterwards (domain.c).
 */
static inline int64_t xfi_nap(const struct xf_domain *domain, int64_t deadline_ns)
{
	if (!xfi_looked_at(domain))
		return deadline_ns;
	int64_t soon = xf_deadline(XFI_SECOND);
	return soon < deadline_ns ? soon : deadline_ns;
}

#endif
