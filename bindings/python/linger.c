/* SPDX-License-Identifier: MIT */
#include "linger.h"

#include <unistd.h>

void xfp_linger(struct xfp_handle *domain, struct xfp_linger *l)
{
	l->next = domain->lingering;
	domain->lingering = l;
}

/* Each time from the start: what ends one may change the list. */
void xfp_linger_look(struct xfp_handle *domain)
{
	struct xfp_linger **link = &domain->lingering, *l;
	while ((l = *link)) {
		if (l->arrays(domain, l)) {
			link = &l->next;
			continue;
		}
		*link = l->next;
		l->end(l, domain->pid == getpid());
		link = &domain->lingering;
	}
}
