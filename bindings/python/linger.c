/* SPDX-License-Identifier: MIT */
#include "linger.h"

#include <unistd.h>

#include "surface.h"

uint32_t xfp_linger_arrays(const struct xfp_handle *domain, struct xf_pool *pool, uint64_t held)
{
	uint32_t count = 0, n = xf_pool_count(pool);
	for (uint32_t i = 0; domain->exports && i < n; i++)
		if (held >> i & 1)
			count += xfp_surface_arrays_in(
				domain, xf_surface_id(xf_pool_surface(pool, i)));
	return count;
}

void xfp_linger(struct xfp_handle *domain, struct xfp_linger *l)
{
	l->next = domain->lingering;
	domain->lingering = l;
}

void xfp_linger_look(struct xfp_handle *domain)
{
	struct xfp_linger **link = &domain->lingering, *l;
	while ((l = *link)) {
		if (xfp_linger_arrays(domain, l->pool, l->held)) {
			link = &l->next;
			continue;
		}
		*link = l->next;
		if (domain->pid == getpid())
			xf_pool_close(l->pool);
		PyMem_Free(l);
	}
}
