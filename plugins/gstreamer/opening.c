/* SPDX-License-Identifier: MIT */
#include "opening.h"

#include "aside.h"
#include "descriptor.h"
#include "leaving.h"

#include <unistd.h>

#define LEAVING_NS INT64_C(3000000000) /* longer than whoever stands still holds up a leaving */

struct opening {
	struct aside aside;
	gchar *name; /* NULL: it has a descriptor */
	int fd, given; /* a copy of it, which may be closed meanwhile, and its own number */
	gboolean looks; /* only, at one that is there */
	struct xf_domain_params params;
	gboolean done; /* its lock's, and what follows is the thread's until then */
	int r;
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
	if (o->fd >= 0)
		(void)close(o->fd);
	g_free(o->message);
	g_free(o->name);
	g_free(o);
}

static int open_or_make(struct opening *o)
{
	(void)leaving_await(xf_deadline(LEAVING_NS));
	return o->name ? xf_domain_open_or_create(o->name, &o->params, &o->domain)
		       : xf_domain_join(o->fd, &o->domain);
}

static void run(struct aside *aside)
{
	struct opening *o = (struct opening *)aside;
	o->r = o->looks ? xf_domain_open(o->name, XF_OPEN_LOOK_ONLY, 0, &o->domain)
			: open_or_make(o);
	if (o->r < 0)
		o->message = descriptor_told(xf_last_message(o->r), o->fd, o->given);
	aside_say(aside, &o->done);
}

static struct opening *begin(struct opening *o)
{
	if (aside_start(&o->aside, "xf-opening", run, free_opening))
		return o;
	aside_unref(&o->aside);
	return NULL;
}

struct opening *opening_begin(const struct address *address, const struct xf_domain_params *params)
{
	struct opening *o = g_new0(struct opening, 1);
	o->given = address->fd - 1;
	o->fd = descriptor_copy(o->given);
	if (!address->fd)
		o->name = g_strdup(address->domain);
	o->params = *params;
	return begin(o);
}

struct opening *opening_begin_look(const gchar *name)
{
	struct opening *o = g_new0(struct opening, 1);
	o->fd = -1;
	o->name = g_strdup(name);
	o->looks = TRUE;
	return begin(o);
}

gboolean opening_wait(struct opening *o, gint64 slice_us)
{
	return aside_wait(&o->aside, &o->done, slice_us);
}

int opening_end(struct opening *o, struct xf_domain **ret_domain)
{
	int r = XF_TIMEOUT;
	if (aside_wait(&o->aside, &o->done, 0)) {
		r = o->r < 0 ? xf_fail(o->r, "%s", o->message) : o->r;
		*ret_domain = g_steal_pointer(&o->domain);
	}
	aside_unref(&o->aside);
	return r;
}
