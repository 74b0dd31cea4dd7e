/* SPDX-License-Identifier: MIT */
#include "aside.h"

static gpointer run(gpointer arg)
{
	struct aside *aside = arg;
	aside->run(aside);
	aside_unref(aside);
	return NULL;
}

gboolean aside_start(struct aside *aside, const gchar *name, void (*what)(struct aside *aside),
	void (*free)(struct aside *aside))
{
	aside->refs = 2;
	aside->run = what;
	aside->free = free;
	g_mutex_init(&aside->lock);
	g_cond_init(&aside->changed);
	GThread *thread = g_thread_try_new(name, run, aside, NULL);
	aside->thread = thread;
	if (!thread)
		aside_unref(aside);
	return thread != NULL;
}

void aside_unref(struct aside *aside)
{
	if (!g_atomic_int_dec_and_test(&aside->refs))
		return;
	g_mutex_clear(&aside->lock);
	g_cond_clear(&aside->changed);
	if (aside->thread)
		g_thread_unref(aside->thread);
	aside->free(aside);
}

void aside_join(struct aside *aside)
{
	g_thread_join(g_steal_pointer(&aside->thread));
	aside_unref(aside);
}

void aside_say(struct aside *aside, gboolean *what)
{
	g_mutex_lock(&aside->lock);
	*what = TRUE;
	g_cond_broadcast(&aside->changed);
	g_mutex_unlock(&aside->lock);
}

gboolean aside_wait(struct aside *aside, const gboolean *what, gint64 patience_us)
{
	gint64 end = g_get_monotonic_time() + patience_us;
	g_mutex_lock(&aside->lock);
	while (!*what && g_cond_wait_until(&aside->changed, &aside->lock, end))
		;
	gboolean set = *what;
	g_mutex_unlock(&aside->lock);
	return set;
}
