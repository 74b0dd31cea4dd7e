/* SPDX-License-Identifier: MIT */
#include "join.h"

#include "aside.h"
#include "category.h"
#include "complain.h"
#include "descriptor.h"
#include "leaving.h"

#include <errno.h>
#include <unistd.h>

#define LOOK_NS INT64_C(20000000) /* between looks whether to stop */
#define TELL_NS INT64_C(1000000000) /* until it is said what is waited for */

/* What the thread works on that joins. */
struct joining {
	struct aside aside; /* its lock is that of what is not set at the beginning */
	struct address address;
	int fd; /* a copy of its descriptor */
	int64_t end;
	enum xf_stream_policy policy;
	guint holds;
	guint64 newest;
	struct link *link; /* the thread's until it is done */
	gboolean done, left; /* nobody waits any more */
	int r; /* of the last attempt */
	gchar *message;
};

static void free_joining(struct aside *aside)
{
	struct joining *joining = (struct joining *)aside;
	link_unref(joining->link);
	if (joining->fd >= 0)
		(void)close(joining->fd);
	address_clear(&joining->address);
	g_free(joining->message);
	g_free(joining);
}

/* ---- the thread ---- */

/* As long as there is time: who leaves may be held up by others, and be in another domain. */
static int let_leave(struct joining *joining, int64_t deadline)
{
	return leaving_await(deadline) && xf_now() < joining->end ? XF_TIMEOUT : 0;
}

static int open_domain(struct joining *joining, int64_t deadline)
{
	struct xf_domain **domain = &joining->link->domain;
	return joining->address.fd ? xf_domain_join(joining->fd, domain)
				   : xf_domain_open(joining->address.domain, 0, deadline, domain);
}

static int open_stream(struct joining *joining, int64_t deadline)
{
	return xf_stream_open(
		joining->link->domain, joining->address.label, deadline, &joining->link->stream);
}

static int subscribe(struct joining *joining, int64_t deadline)
{
	int r = -ENOSPC;
	(void)deadline; /* it waits for nobody but the domain's lock */
	struct xf_stream_info info = { .size = sizeof(info) };
	(void)xf_stream_info(joining->link->stream, &info); /* all zero then */
	joining->newest = info.sequence;
	for (guint holds = joining->holds; r == -ENOSPC && holds; holds--) {
		joining->holds = holds;
		r = xf_stream_subscribe(joining->link->stream, joining->policy, holds);
	}
	return r;
}

/* Whoever serves the name or has the domain's lock may stand still for a while. */
static gboolean may_come(int r)
{
	return r == XF_TIMEOUT || r == -ENOENT || r == -ETIMEDOUT;
}

/* FALSE: that was the last attempt. */
static gboolean note(struct joining *joining, int r)
{
	g_mutex_lock(&joining->aside.lock);
	g_free(joining->message);
	joining->message =
		r < 0 ? descriptor_told(xf_last_message(r), joining->fd, joining->address.fd - 1)
		      : NULL;
	joining->r = r;
	gboolean go_on = may_come(r) && !joining->left && xf_now() < joining->end;
	g_mutex_unlock(&joining->aside.lock);
	return go_on;
}

static gboolean is_wanted(struct joining *joining)
{
	g_mutex_lock(&joining->aside.lock);
	gboolean left = joining->left;
	g_mutex_unlock(&joining->aside.lock);
	return !left;
}

static void run(struct aside *aside)
{
	static int (*const steps[])(struct joining * joining, int64_t deadline) = { let_leave,
		open_domain, open_stream, subscribe };
	struct joining *joining = (struct joining *)aside;
	int r = 0;
	for (gsize i = 0; !r && is_wanted(joining) && i < G_N_ELEMENTS(steps); i++)
		do
			r = steps[i](joining, MIN(xf_deadline(LOOK_NS), joining->end));
		while (note(joining, r));
	aside_say(aside, &joining->done);
}

/* ---- who waits ---- */

/* A name that is misspelt is waited for like any other: whoever looks is told what for, and why. */
static void tell_of_waiting(const struct join *how, struct joining *joining)
{
	gchar *uri = address_uri(&joining->address);
	g_mutex_lock(&joining->aside.lock);
	gchar *why = g_strdup(joining->message ? joining->message : "nobody produces it yet");
	g_mutex_unlock(&joining->aside.lock);
	complain_tell(how->element, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
		g_strdup_printf("Waiting for %s: %s", uri, why));
	g_free(why);
	g_free(uri);
}

/* Whoever is told to stop goes at once, and the thread when it can. */
static void wait_for(const struct join *how, struct joining *joining)
{
	int64_t tell = xf_deadline(TELL_NS);
	while (!aside_wait(&joining->aside, &joining->done, LOOK_NS / 1000) &&
		!g_atomic_int_get(how->flushing))
		if (tell && xf_now() > tell) {
			tell_of_waiting(how, joining);
			tell = 0;
		}
}

/* XF_TIMEOUT: it is not done, and nothing comes of it any more. */
static int end(struct joining *joining, struct joined *ret_joined)
{
	int r = XF_TIMEOUT;
	g_mutex_lock(&joining->aside.lock);
	joining->left = TRUE;
	if (joining->done)
		r = joining->r < 0 ? xf_fail(joining->r, "%s", joining->message) : joining->r;
	if (!r)
		*ret_joined = (struct joined){ g_steal_pointer(&joining->link), joining->holds,
			joining->newest };
	g_mutex_unlock(&joining->aside.lock);
	aside_unref(&joining->aside);
	return r;
}

int64_t join_end_of_wait(gboolean wait, guint64 timeout_ns)
{
	if (!wait)
		return 0;
	return timeout_ns > G_MAXINT64 ? XF_NEVER : xf_deadline((int64_t)timeout_ns);
}

static struct joining *joining_new(const struct join *how)
{
	struct joining *joining = g_new0(struct joining, 1);
	joining->address = address_of(how->element, how->address);
	joining->fd = descriptor_copy(joining->address.fd - 1);
	joining->end = join_end_of_wait(how->wait, how->timeout_ns);
	joining->policy = how->policy;
	joining->holds = how->max_held;
	joining->link = link_new(NULL);
	joining->r = XF_TIMEOUT;
	return joining;
}

int join_stream(const struct join *how, struct joined *ret_joined)
{
	struct joining *joining = joining_new(how);
	if (!aside_start(&joining->aside, "xf-joining", run, free_joining)) {
		aside_unref(&joining->aside);
		return xf_fail(-EAGAIN, "there is no thread to be had");
	}
	wait_for(how, joining);
	return end(joining, ret_joined);
}
