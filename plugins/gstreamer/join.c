/* SPDX-License-Identifier: MIT */
#include "join.h"

#include "category.h"
#include "complain.h"
#include "opening.h"

#include <errno.h>

#define LOOK_NS INT64_C(20000000) /* between looks whether to stop, until somebody has the name */
#define TELL_NS INT64_C(1000000000) /* until it is said what is waited for */

struct joining {
	const struct join *how;
	struct link *link;
	struct address address;
	guint holds;
};

static gboolean flushing(const struct joining *joining)
{
	return g_atomic_int_get(joining->how->flushing);
}

static int join_descriptor(struct joining *joining, int64_t deadline)
{
	(void)deadline; /* waits for nobody but the domain's lock */
	return xf_domain_join(joining->address.fd - 1, &joining->link->domain);
}

static int open_stream(struct joining *joining, int64_t deadline)
{
	return xf_stream_open(
		joining->link->domain, joining->address.label, deadline, &joining->link->stream);
}

/* A name that is misspelt is waited for like any other: whoever looks is told what for, and why. */
static void tell_of_waiting(struct joining *joining, int r)
{
	gchar *uri = address_uri(&joining->address);
	complain_tell(joining->how->element, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
		g_strdup_printf("Waiting for %s: %s", uri,
			r == XF_TIMEOUT ? "nobody produces it yet" : xf_last_message(r)));
	g_free(uri);
}

/* Whoever serves the name or has the domain's lock may stand still for a while. */
static gboolean may_come(int r)
{
	return r == XF_TIMEOUT || r == -ENOENT || r == -ETIMEDOUT;
}

/* Calls open() until it is done, the time is up or somebody flushes. */
static int wait_for(struct joining *joining, int (*open)(struct joining *joining, int64_t deadline),
	int64_t end)
{
	int r;
	int64_t tell = xf_deadline(TELL_NS);
	do {
		r = open(joining, MIN(xf_deadline(LOOK_NS), end));
		if (r && tell && xf_now() > tell) {
			tell_of_waiting(joining, r);
			tell = 0;
		}
	} while (may_come(r) && !flushing(joining) && xf_now() < end);
	return r;
}

static int open_domain(struct joining *joining, int64_t end)
{
	struct opening *opening = opening_begin(joining->address.domain, NULL, end);
	int64_t tell = xf_deadline(TELL_NS);
	if (!opening)
		return xf_fail(-EAGAIN, "there is no thread to be had");
	while (!opening_wait(opening, LOOK_NS / 1000) && !flushing(joining))
		if (tell && xf_now() > tell) {
			tell_of_waiting(joining, opening_last(opening));
			tell = 0;
		}
	return opening_end(opening, &joining->link->domain);
}

static int make_poke(struct joining *joining, int64_t deadline)
{
	(void)deadline; /* both of these wait for nobody but the domain's lock */
	return xf_event_create(joining->link->domain, 0, NULL, &joining->link->poke);
}

static int subscribe(struct joining *joining, int64_t deadline)
{
	int r = -ENOSPC;
	(void)deadline;
	joining->holds = joining->how->max_held + 1;
	while (r == -ENOSPC && --joining->holds)
		r = xf_stream_subscribe(
			joining->link->stream, joining->how->policy, joining->holds);
	return r;
}

static int join(struct joining *joining)
{
	const struct join *how = joining->how;
	int64_t end = 0;
	if (how->wait)
		end = how->timeout_ns > G_MAXINT64 ? XF_NEVER
						   : xf_deadline((int64_t)how->timeout_ns);
	int r = joining->address.fd ? wait_for(joining, join_descriptor, end)
				    : open_domain(joining, end);
	if (!r)
		r = wait_for(joining, open_stream, end);
	if (!r)
		r = wait_for(joining, make_poke, end);
	return r ? r : wait_for(joining, subscribe, end);
}

int join_stream(const struct join *how, struct link **ret_link, guint *ret_holds)
{
	struct joining joining = { .how = how,
		.link = link_new(NULL),
		.address = address_of(how->element, how->address) };
	int r = join(&joining);
	if (r) {
		link_unref(joining.link);
	} else {
		*ret_link = joining.link;
		*ret_holds = joining.holds;
	}
	address_clear(&joining.address);
	return r;
}
