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

static void wake(struct link *link)
{
	g_mutex_lock(&link->lock);
	g_cond_broadcast(&link->back);
	g_mutex_unlock(&link->lock);
}

void link_tell(struct link *link, gint what, gboolean on)
{
	g_mutex_lock(&link->lock);
	gint told = on ? link->told | what : link->told & ~what;
	if (told != link->told) {
		g_atomic_int_set(&link->told, told);
		g_atomic_int_inc(&link->changes);
		(void)xf_stream_interrupt(link->stream, told != 0); /* as long as it may be used */
		g_cond_broadcast(&link->back);
	}
	g_mutex_unlock(&link->lock);
}

gboolean link_is_told(const struct link *link, gint what)
{
	return (g_atomic_int_get(&link->told) & what) != 0;
}

gint link_changes(const struct link *link)
{
	return g_atomic_int_get(&link->changes);
}

void link_sleep(struct link *link, int64_t deadline_ns)
{
	/* g_get_monotonic_time() is CLOCK_MONOTONIC, as xf_now(). */
	if (deadline_ns == XF_NEVER)
		g_cond_wait(&link->back, &link->lock);
	else
		(void)g_cond_wait_until(&link->back, &link->lock, deadline_ns / 1000 + 1);
}

void link_await_change(struct link *link, gint seen, int64_t deadline_ns)
{
	g_mutex_lock(&link->lock);
	while (link->changes == seen && xf_now() < deadline_ns)
		link_sleep(link, deadline_ns);
	g_mutex_unlock(&link->lock);
}

void link_taken(struct link *link)
{
	g_atomic_int_inc(&link->held);
}

/* First the count, then the look: whoever waits says so, then looks at the count. */
void link_given(struct link *link)
{
	(void)g_atomic_int_add(&link->held, -1);
	if (g_atomic_int_get(&link->short_of))
		wake(link);
}

void link_lent(struct link *link)
{
	g_atomic_int_inc(&link->out);
	g_atomic_int_inc(&link->moves);
}

/* First the count, then the look, as above. */
void link_back(struct link *link)
{
	(void)g_atomic_int_add(&link->out, -1);
	g_atomic_int_inc(&link->moves);
	if (g_atomic_int_get(&link->short_of))
		wake(link);
}
