/* SPDX-License-Identifier: MIT */
#include "link.h"

struct link *link_new(struct xf_domain *domain)
{
	struct link *link = g_new0(struct link, 1);
	link->refs = 1;
	link->domain = domain;
	return link;
}

struct link *link_ref(struct link *link)
{
	g_atomic_int_inc(&link->refs);
	return link;
}

void link_unref(struct link *link)
{
	if (!link || !g_atomic_int_dec_and_test(&link->refs))
		return;
	xf_stream_close(link->stream);
	xf_domain_leave(link->domain);
	g_free(link);
}
