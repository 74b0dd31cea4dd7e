/* SPDX-License-Identifier: MIT */
#include "link.h"

#include "leaving.h"

#include <crossfence/surface.h>

struct link *link_new(struct xf_domain *domain)
{
	struct link *link = g_new0(struct link, 1);
	link->refs = 1;
	link->domain = domain;
	g_mutex_init(&link->lock);
	g_cond_init(&link->back);
	return link;
}

struct link *link_ref(struct link *link)
{
	g_atomic_int_inc(&link->refs);
	return link;
}

static void free_link(gpointer arg)
{
	struct link *link = arg;
	for (guint i = 0; i < LINK_TEXTS; i++)
		xf_surface_close(link->texts[i]);
	g_free(link->text);
	xf_event_close(link->poke);
	xf_stream_close(link->stream);
	xf_domain_leave(link->domain);
	g_cond_clear(&link->back);
	g_mutex_clear(&link->lock);
	g_free(link);
}

void link_unref(struct link *link)
{
	if (!link || !g_atomic_int_dec_and_test(&link->refs))
		return;
	if (link->domain)
		leaving_do(free_link, link);
	else
		free_link(link);
}

void link_poke(struct link *link)
{
	(void)xf_event_set(link->poke); /* -EINVAL: nobody can wait yet; -ECHILD: not here */
}

void link_taken(struct link *link)
{
	g_atomic_int_inc(&link->held);
}

/* First the count, then the look: whoever waits says so, then looks at the count. */
void link_given(struct link *link)
{
	(void)g_atomic_int_add(&link->held, -1);
	if (g_atomic_int_compare_and_exchange(&link->wanted, TRUE, FALSE))
		link_poke(link);
}

void link_lent(struct link *link)
{
	g_atomic_int_inc(&link->out);
}

/* First the count, then the look, as above. */
void link_back(struct link *link)
{
	(void)g_atomic_int_add(&link->out, -1);
	if (!g_atomic_int_get(&link->short_of))
		return;
	g_mutex_lock(&link->lock);
	g_cond_broadcast(&link->back);
	g_mutex_unlock(&link->lock);
}
