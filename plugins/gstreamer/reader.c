/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include "await.h"
#include "complain.h"
#include "join.h"

#include <crossfence/inspect.h>
#include <errno.h>

#define TELL_NS                                                                                    \
	INT64_C(1000000000) /* without a frame, until it is looked whether anybody produces */

gboolean reader_is_flushing(struct reader *reader)
{
	return g_atomic_int_get(&reader->flushing);
}

/* The object's lock: whoever reads is told, and looks at what was set before. */
static void tell(struct reader *reader)
{
	gboolean paused = g_atomic_int_get(&reader->paused);
	if (!reader->link)
		return;
	/* -EPERM: it has left already. */
	(void)xf_stream_set_policy(reader->link->stream,
		paused ? XF_STREAM_LATEST : (enum xf_stream_policy)reader->options->policy);
	link_tell(reader->link, LINK_PAUSED, paused);
	link_tell(reader->link, LINK_UNLOCKED, g_atomic_int_get(&reader->flushing));
}

/* Who pauses meanwhile finds the link, or is found here: nobody is to wait for who is paused. */
static struct link *swap_link(struct reader *reader, struct link *link)
{
	GST_OBJECT_LOCK(reader->element);
	struct link *old = reader->link;
	reader->link = link;
	tell(reader);
	GST_OBJECT_UNLOCK(reader->element);
	return old;
}

GstFlowReturn reader_join(struct reader *reader)
{
	if (reader->link)
		return GST_FLOW_OK;
	const struct options *options = reader->options;
	const struct join how = { .element = reader->element,
		.address = reader->address,
		.wait = options->wait_for_connection,
		.timeout_ns = options->connection_timeout,
		.policy = (enum xf_stream_policy)options->policy,
		.max_held = options->max_held,
		.flushing = &reader->flushing };
	struct joined joined;
	int r = join_stream(&how, &joined);
	gboolean stopped = r && reader_is_flushing(reader);
	if (!r) {
		reader->holds = joined.holds;
		reader->newest = joined.newest;
		swap_link(reader, joined.link);
	} else if (!stopped) {
		complain_read(reader->element, reader->address, "read", r);
	}
	return stopped ? GST_FLOW_FLUSHING : r ? GST_FLOW_ERROR : GST_FLOW_OK;
}

/* ---- frames ---- */

/* As await_frame(); what came before a pause was noticed is stale after it. */
static int next_unless_paused(struct reader *reader, int64_t deadline, struct xf_frame *frame)
{
	int r = await_frame(reader->link, deadline, frame);
	if (r == -ETIMEDOUT) /* who has to hand surfaces over stands still; nothing is lost */
		r = XF_TIMEOUT;
	if (!g_atomic_int_get(&reader->paused))
		return r;
	reader->discontinuous = TRUE;
	if (r == 0)
		xf_stream_done(reader->link->stream, frame);
	return r == 0 ? XF_TIMEOUT : r;
}

/*
 * Whoever was given a descriptor may have given it to others. But nobody can look for a domain
 * without a name, and most that know of one are in it.
 */
static gboolean is_alone(struct reader *reader)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	return !xf_inspect_domain(reader->link->domain, &info) && !*info.name && info.members == 1;
}

static void tell_of_producer(struct reader *reader, const struct xf_stream_info *info)
{
	struct address address = address_of(reader->element, reader->address);
	gchar *uri = address_uri(&address);
	/* The kernel cuts names off anywhere. */
	gchar *name = g_utf8_make_valid(info->producer_name,
		(gssize)strnlen(info->producer_name, sizeof(info->producer_name)));
	gchar *sentence =
		info->producer
			? g_strdup_printf(
				  "%s goes on, with process %d (%s)", uri, info->producer_pid, name)
			: g_strdup_printf("Waiting for %s: its producer is gone, and %s", uri,
				  is_alone(reader) ? "nobody else is left in the domain"
						   : "the next one has not come yet");
	complain_tell(reader->element, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, sentence);
	g_free(name);
	g_free(uri);
	address_clear(&address);
}

/* A death wakes nobody who waits for what comes next; and a successor mostly comes with a frame. */
static void look_for_producer(struct reader *reader)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	if (xf_stream_info(reader->link->stream, &info) || info.ended ||
		reader->orphaned == !info.producer)
		return;
	reader->orphaned = !info.producer;
	tell_of_producer(reader, &info);
}

/* As for the first producer, see join.h. -ENOENT: that wait is over. */
static int look_for_others(struct reader *reader)
{
	const struct options *options = reader->options;
	if (!reader->orphaned || !is_alone(reader)) {
		reader->lonely_until = 0;
		return 0;
	}
	int64_t end = join_end_of_wait(options->wait_for_connection, options->connection_timeout);
	if (!reader->lonely_until)
		reader->lonely_until = MAX(end, 1);
	return xf_now() < reader->lonely_until
		       ? 0
		       : xf_fail(-ENOENT, "nobody else is left in its domain, which has no name");
}

/* Nobody tells of those who leave. */
static int64_t next_look(const struct reader *reader)
{
	int64_t look = xf_deadline(TELL_NS);
	return reader->lonely_until ? MIN(look, reader->lonely_until) : look;
}

/* Nothing came for a while. -ENOENT: and nothing will. */
static int look_around(struct reader *reader)
{
	look_for_producer(reader);
	return look_for_others(reader);
}

int reader_next(struct reader *reader, struct xf_frame *ret_frame)
{
	*ret_frame = (struct xf_frame){ .size = sizeof(*ret_frame) };
	while (!reader_is_flushing(reader)) {
		int64_t look = next_look(reader);
		int r = next_unless_paused(reader, look, ret_frame);
		if (r == 0 && reader->orphaned)
			look_for_producer(reader);
		if (r != XF_TIMEOUT)
			return r;
		if (xf_now() >= look && look_around(reader))
			return -ENOENT;
	}
	return XF_TIMEOUT;
}

gboolean reader_may_have_one(struct reader *reader, guint32 generation)
{
	guint may_have = reader->holds - 1;
	guint has = (guint)g_atomic_int_get(&reader->link->held);
	if (has && reader->kept != generation)
		return FALSE;
	if (has >= may_have && !reader->keeps && may_have) {
		await_return(reader->link, may_have);
		has = (guint)g_atomic_int_get(&reader->link->held);
	}
	reader->keeps = has >= may_have;
	if (!reader->keeps)
		reader->kept = generation;
	return !reader->keeps;
}

/* ---- states ---- */

void reader_start(struct reader *reader)
{
	g_atomic_int_set(&reader->paused, FALSE);
	reader->discontinuous = TRUE;
}

void reader_stop(struct reader *reader)
{
	struct link *link = swap_link(reader, NULL);
	reader->discontinuous = TRUE;
	reader->orphaned = reader->keeps = FALSE;
	reader->lonely_until = 0;
	if (link)
		(void)xf_stream_set_policy(link->stream, XF_STREAM_NOTHING);
	link_unref(link);
}

static void set_and_tell(struct reader *reader, gint *what, gboolean value)
{
	GST_OBJECT_LOCK(reader->element);
	g_atomic_int_set(what, value);
	tell(reader);
	GST_OBJECT_UNLOCK(reader->element);
}

void reader_unlock(struct reader *reader)
{
	set_and_tell(reader, &reader->flushing, TRUE);
}

void reader_unlock_stop(struct reader *reader)
{
	set_and_tell(reader, &reader->flushing, FALSE);
}

void reader_notice_pause(struct reader *reader)
{
	gint pauses = g_atomic_int_get(&reader->pauses);
	if (pauses != reader->noticed)
		reader->discontinuous = TRUE;
	reader->noticed = pauses;
}

void reader_set_paused(struct reader *reader, gboolean paused)
{
	if (paused)
		g_atomic_int_inc(&reader->pauses);
	set_and_tell(reader, &reader->paused, paused);
}
