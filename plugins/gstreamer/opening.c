/* SPDX-License-Identifier: MIT */
#include "opening.h"

#include "aside.h"
#include "leaving.h"

#include <errno.h>

#define LOOK_NS INT64_C(20000000) /* between looks for the name */

struct opening {
	struct aside aside; /* its lock is that of what is not set at the beginning */
	gchar *name;
	gboolean create;
	struct xf_domain_params params;
	int64_t end;
	gboolean done, left; /* nobody waits any more */
	int r; /* of the last attempt */
	gchar *message;
	struct xf_domain *domain;
};

static void leave(gpointer domain)
{
	xf_domain_leave(domain);
}

static void free_opening(struct aside *aside)
{
	struct opening *o = (struct opening *)aside;
	if (o->domain)
		leaving_do(leave, o->domain);
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
	g_mutex_lock(&o->aside.lock);
	g_free(o->message);
	o->message = r < 0 ? g_strdup(xf_last_message(r)) : NULL;
	o->r = r;
	o->domain = r ? NULL : domain;
	o->done = !may_come(o, r) || o->left || xf_now() >= o->end;
	gboolean go_on = !o->done;
	g_cond_broadcast(&o->aside.changed);
	g_mutex_unlock(&o->aside.lock);
	return go_on;
}

static void run(struct aside *aside)
{
	struct opening *o = (struct opening *)aside;
	struct xf_domain *domain = NULL;
	int r;
	do
		r = try_once(o, &domain);
	while (note(o, r, domain));
}

struct opening *opening_begin(const gchar *name, const struct xf_domain_params *create, int64_t end)
{
	struct opening *o = g_new0(struct opening, 1);
	o->name = g_strdup(name);
	o->create = create != NULL;
	if (create)
		o->params = *create;
	o->end = end;
	o->r = XF_TIMEOUT;
	if (aside_start(&o->aside, "xf-opening", run, free_opening))
		return o;
	aside_unref(&o->aside);
	return NULL;
}

gboolean opening_wait(struct opening *o, gint64 slice_us)
{
	return aside_wait(&o->aside, &o->done, slice_us);
}

static int last_locked(const struct opening *o)
{
	return o->r < 0 ? xf_fail(o->r, "%s", o->message) : o->r;
}

int opening_last(struct opening *o)
{
	g_mutex_lock(&o->aside.lock);
	int r = last_locked(o);
	g_mutex_unlock(&o->aside.lock);
	return r;
}

int opening_end(struct opening *o, struct xf_domain **ret_domain)
{
	int r = XF_TIMEOUT;
	g_mutex_lock(&o->aside.lock);
	o->left = TRUE;
	if (o->done) {
		r = last_locked(o);
		*ret_domain = o->domain;
		o->domain = NULL;
	}
	g_mutex_unlock(&o->aside.lock);
	aside_unref(&o->aside);
	return r;
}
