/* SPDX-License-Identifier: MIT */
#include "opening.h"

#include <errno.h>

#define LOOK_NS INT64_C(20000000) /* between looks for the name */

struct opening {
	gint refs; /* atomic: the thread's and the waiter's */
	gchar *name;
	gboolean create;
	struct xf_domain_params params;
	int64_t end;
	GMutex lock; /* of what follows */
	GCond changed;
	gboolean done, left; /* nobody waits any more */
	int r; /* of the last attempt */
	gchar *message;
	struct xf_domain *domain;
};

static void unref(struct opening *o)
{
	if (!g_atomic_int_dec_and_test(&o->refs))
		return;
	if (o->domain)
		xf_domain_leave(o->domain);
	g_mutex_clear(&o->lock);
	g_cond_clear(&o->changed);
	g_free(o->message);
	g_free(o->name);
	g_free(o);
}

static int try_once(const struct opening *o, struct xf_domain **ret_domain)
{
	return o->create
		       ? xf_domain_open_or_create(o->name, &o->params, ret_domain)
		       : xf_domain_open(o->name, 0, MIN(xf_deadline(LOOK_NS), o->end), ret_domain);
}

/* Whoever serves the name or has the domain's lock may stand still for a while. */
static gboolean may_come(const struct opening *o, int r)
{
	return !o->create && (r == XF_TIMEOUT || r == -ENOENT || r == -ETIMEDOUT);
}

/* FALSE: that was the last attempt. */
static gboolean note(struct opening *o, int r, struct xf_domain *domain)
{
	g_mutex_lock(&o->lock);
	g_free(o->message);
	o->message = r < 0 ? g_strdup(xf_last_message(r)) : NULL;
	o->r = r;
	o->domain = r ? NULL : domain;
	o->done = !may_come(o, r) || o->left || xf_now() >= o->end;
	gboolean go_on = !o->done;
	g_cond_broadcast(&o->changed);
	g_mutex_unlock(&o->lock);
	return go_on;
}

static gpointer run(gpointer arg)
{
	struct opening *o = arg;
	struct xf_domain *domain = NULL;
	int r;
	do
		r = try_once(o, &domain);
	while (note(o, r, domain));
	unref(o);
	return NULL;
}

struct opening *opening_begin(const gchar *name, const struct xf_domain_params *create, int64_t end)
{
	struct opening *o = g_new0(struct opening, 1);
	o->refs = 2;
	o->name = g_strdup(name);
	o->create = create != NULL;
	if (create)
		o->params = *create;
	o->end = end;
	o->r = XF_TIMEOUT;
	g_mutex_init(&o->lock);
	g_cond_init(&o->changed);
	GThread *thread = g_thread_try_new("xf-opening", run, o, NULL);
	if (!thread) {
		unref(o);
		unref(o);
		return NULL;
	}
	g_thread_unref(thread);
	return o;
}

gboolean opening_wait(struct opening *o, gint64 slice_us)
{
	gint64 end = g_get_monotonic_time() + slice_us;
	g_mutex_lock(&o->lock);
	while (!o->done && g_cond_wait_until(&o->changed, &o->lock, end))
		;
	gboolean done = o->done;
	g_mutex_unlock(&o->lock);
	return done;
}

static int last_locked(const struct opening *o)
{
	return o->r < 0 ? xf_fail(o->r, "%s", o->message) : o->r;
}

int opening_last(struct opening *o)
{
	g_mutex_lock(&o->lock);
	int r = last_locked(o);
	g_mutex_unlock(&o->lock);
	return r;
}

int opening_end(struct opening *o, struct xf_domain **ret_domain)
{
	int r = XF_TIMEOUT;
	g_mutex_lock(&o->lock);
	o->left = TRUE;
	if (o->done) {
		r = last_locked(o);
		*ret_domain = o->domain;
		o->domain = NULL;
	}
	g_mutex_unlock(&o->lock);
	unref(o);
	return r;
}
