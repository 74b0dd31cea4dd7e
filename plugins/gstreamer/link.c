/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <sys/eventfd.h>
#include <unistd.h>

struct link *link_new(struct xf_domain *domain)
{
	struct link *link = g_new0(struct link, 1);
	link->refs = 1;
	link->domain = domain;
	link->given_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
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
	if (link->given_fd >= 0)
		close(link->given_fd);
	g_free(link);
}

void link_given(struct link *link)
{
	if (g_atomic_int_compare_and_exchange(&link->waits, TRUE, FALSE) && link->given_fd >= 0)
		(void)eventfd_write(link->given_fd, 1); /* it cannot be full */
}
