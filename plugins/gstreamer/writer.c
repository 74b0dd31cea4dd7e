/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include "category.h"
#include "complain.h"
#include "making.h"
#include "opening.h"
#include "portable.h"
#include "waits.h"

#include <errno.h>

#define PAYLOAD_BYTES (UINT64_C(4) << 30) /* of a domain that we make: costs what is touched */
#define FIRST_BYTES   65536 /* room for bytes that are no picture, until more are seen */
#define SLICE_NS      INT64_C(20000000) /* between looks whether to stop waiting for the domain */
#define DRAIN_NS      INT64_C(2000000000) /* at the end, for readers to take what came last */

struct link *writer_link(struct writer *writer)
{
	GST_OBJECT_LOCK(writer->sink);
	struct link *link = writer->link ? link_ref(writer->link) : NULL;
	GST_OBJECT_UNLOCK(writer->sink);
	return link;
}

/* The object's lock. */
static void tell(struct writer *writer)
{
	if (!writer->link)
		return;
	link_tell(writer->link, LINK_PAUSED, writer->paused);
	link_tell(writer->link, LINK_UNLOCKED, g_atomic_int_get(&writer->flushing));
}

/* The new one may be NULL; the old one's buffers keep it for as long as they are somewhere. */
static void set_link(struct writer *writer, struct link *link)
{
	GST_OBJECT_LOCK(writer->sink);
	struct link *old = writer->link;
	writer->link = link;
	tell(writer);
	GST_OBJECT_UNLOCK(writer->sink);
	link_unref(old);
}

static void set_flushing(struct writer *writer, gboolean flushing)
{
	GST_OBJECT_LOCK(writer->sink);
	g_atomic_int_set(&writer->flushing, flushing);
	tell(writer);
	GST_OBJECT_UNLOCK(writer->sink);
}

/* Those upstream who wait for a frame, and cannot be told to stop before they have come back. */
static void stop_upstream(struct writer *writer, gboolean stop)
{
	struct link *link = writer_link(writer);
	if (link)
		link_tell(link, LINK_STOPPED, stop);
	link_unref(link);
}

/* Upstream may try again with other caps, and the same ones. TRUE: nobody was told yet. */
static gboolean is_news(struct writer *writer)
{
	gboolean told = writer->told;
	writer->told = TRUE;
	return !told;
}

gboolean writer_complain(struct writer *writer, const gchar *what, int r)
{
	if (is_news(writer))
		complain_write(GST_ELEMENT_CAST(writer->sink), writer->address, what, r);
	return FALSE;
}

static struct address address_now(struct writer *writer)
{
	return address_of(GST_ELEMENT_CAST(writer->sink), writer->address);
}

/* ---- the stream ---- */

/* Told to stop, as by a pause it is not. */
static gboolean is_wanted(gpointer arg)
{
	const struct writer *writer = arg;
	return !GST_PAD_IS_FLUSHING(GST_BASE_SINK_PAD(writer->sink));
}

/* XF_TIMEOUT: it is not wanted any more. */
static int open_domain(
	struct writer *writer, const struct address *address, struct xf_domain **ret_domain)
{
	const struct xf_domain_params params = { .size = sizeof(params),
		.payload_bytes = PAYLOAD_BYTES };
	struct opening *opening = opening_begin(address, &params);
	if (!opening)
		return xf_fail(-EAGAIN, "there is no thread to be had");
	while (!opening_wait(opening, SLICE_NS / 1000) && is_wanted(writer))
		;
	return opening_end(opening, ret_domain);
}

static struct link *join(struct writer *writer)
{
	struct xf_domain *domain = NULL;
	struct address address = address_now(writer);
	int r = open_domain(writer, &address, &domain);
	address_clear(&address);
	if (!r)
		return link_new(domain);
	if (r != XF_TIMEOUT)
		writer_complain(writer, "join", r);
	return NULL;
}

/* Of bytes, while they seem few and nobody said how many, as many as can be: fewer waits. */
static guint frames_of(const struct writer *writer)
{
	return writer->format.picture.is || writer->counted || writer->format.bytes > FIRST_BYTES
		       ? writer->surfaces
		       : XF_POOL_MAX;
}

static gboolean make_stream(struct writer *writer, struct link *link)
{
	guint frames = frames_of(writer);
	struct address address = address_now(writer);
	int r = making_do(link, &writer->format, frames, address.label, is_wanted, writer);
	if (!r)
		GST_INFO_OBJECT(writer->sink,
			"produces %s of %s, with %u surfaces of %" G_GSIZE_FORMAT
			" bytes: %" GST_PTR_FORMAT,
			address.label, address.domain, frames, writer->format.bytes, writer->caps);
	address_clear(&address);
	if (r && r != XF_TIMEOUT)
		writer_complain(writer, "produce", r);
	return r == 0;
}

/*
 * Readers may still hold frames of too many formats before. They are not waited for with an event
 * in hand: it would be lost, if a pause came between, or caps be refused.
 */
static gboolean change_format(struct writer *writer)
{
	int r = xf_stream_set_format_until(writer->link->stream, &writer->format.stream, 0);
	writer->pending = r != 0;
	return r == 0 || r == XF_TIMEOUT || writer_complain(writer, "change the format of", r);
}

static gboolean find_format(struct writer *writer, struct link *link, gsize capacity)
{
	if (format_from_caps(&writer->format, link, writer->caps, NULL, capacity))
		return TRUE;
	if (is_news(writer))
		GST_ELEMENT_ERROR(writer->sink, STREAM, FORMAT,
			("These caps cannot travel: %" GST_PTR_FORMAT, writer->caps),
			("an impossible picture, buffers of %" G_GSIZE_FORMAT
			 " bytes, or caps for which the domain has no room",
				capacity));
	return FALSE;
}

static gboolean change_room(struct writer *writer, gsize capacity)
{
	gboolean done = find_format(writer, writer->link, capacity) && change_format(writer);
	writer->told = writer->told && !done;
	return done;
}

gboolean writer_make_room(struct writer *writer, gsize capacity)
{
	if (writer->link && !writer->ended)
		return change_room(writer, capacity);
	struct link *link = join(writer);
	if (!link || !find_format(writer, link, capacity) || !make_stream(writer, link)) {
		link_unref(link);
		return FALSE;
	}
	set_link(writer, link);
	writer->pending = writer->told = FALSE;
	if (writer->ended) /* who has the old one's pool asks for another */
		gst_pad_push_event(GST_BASE_SINK_PAD(writer->sink), gst_event_new_reconfigure());
	writer->ended = FALSE;
	return TRUE;
}

/* What buffers of such caps have at least, if they are no pictures of ours. */
static gsize bytes_of(const GstCaps *caps)
{
	GstVideoInfo info;
	if (!gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw"))
		return FIRST_BYTES;
	GstCaps *mended = portable_mend(gst_caps_copy(caps));
	gsize known = gst_video_info_from_caps(&info, mended) ? GST_VIDEO_INFO_SIZE(&info) : 0;
	gst_caps_unref(mended);
	return MAX(known, FIRST_BYTES);
}

gboolean writer_use_caps(struct writer *writer, GstCaps *caps)
{
	GST_INFO_OBJECT(writer->sink, "caps %" GST_PTR_FORMAT, caps);
	gst_caps_replace(&writer->caps, caps);
	return writer_make_room(writer, bytes_of(caps));
}

static void end_or_leave(struct writer *writer)
{
	gboolean failed = g_atomic_int_get(&writer->failed.told);
	gboolean leave = writer->more || failed;
	if (leave)
		(void)xf_stream_set_policy(writer->link->stream, XF_STREAM_NOTHING);
	else
		xf_stream_end(writer->link->stream);
	GST_INFO_OBJECT(writer->sink, "has %s the stream%s", leave ? "left" : "ended",
		failed ? ", for its pipeline failed" : "");
	writer->ended = TRUE;
}

/* Surfaces that a reader has not met would go with us; one that is stopped is not waited for long.
 */
void writer_end(struct writer *writer)
{
	if (!writer->link || writer->ended)
		return;
	waits_for_end(writer, xf_deadline(DRAIN_NS));
	end_or_leave(writer);
}

GstFlowReturn writer_begin(struct writer *writer)
{
	if (writer->ended && !writer_make_room(writer, bytes_of(writer->caps)))
		return GST_FLOW_ERROR;
	GstFlowReturn flow = waits_for_change(writer);
	return flow ? flow : waits_for_client(writer);
}

/* ---- states ---- */

void writer_start(struct writer *writer)
{
	set_flushing(writer, FALSE);
	failed_start(&writer->failed, GST_ELEMENT_CAST(writer->sink));
	writer->clients = 0;
	writer->joined = FALSE;
	writer->ended = writer->pending = writer->told = FALSE;
	writer->told_of_surfaces = FALSE;
}

void writer_stop(struct writer *writer)
{
	stop_upstream(writer, TRUE);
	failed_stop(&writer->failed);
	if (writer->link && !writer->ended) { /* buffers may keep the link for longer */
		(void)xf_stream_set_policy(writer->link->stream, XF_STREAM_NOTHING);
		GST_INFO_OBJECT(writer->sink, "has left the stream");
	}
	set_link(writer, NULL);
	gst_caps_replace(&writer->caps, NULL);
}

void writer_set_paused(struct writer *writer, gboolean paused)
{
	if (paused)
		g_atomic_int_set(&writer->playing, FALSE);
	GST_OBJECT_LOCK(writer->sink);
	writer->paused = paused;
	tell(writer);
	GST_OBJECT_UNLOCK(writer->sink);
}

void writer_set_wait(struct writer *writer, gboolean wait)
{
	writer->wait_for_connection = wait;
	struct link *link = writer_link(writer);
	if (link)
		waits_again(link);
	link_unref(link);
}

/*
 * With the lock that the streaming thread has while it waits, as the base class does for a pause:
 * so that thread goes on only when nothing of the change is left that would want the lock.
 */
void writer_play(struct writer *writer)
{
	set_flushing(writer, TRUE);
	GST_BASE_SINK_PREROLL_LOCK(writer->sink);
	set_flushing(writer, FALSE);
	g_atomic_int_set(&writer->playing, TRUE);
	GST_BASE_SINK_PREROLL_SIGNAL(writer->sink);
	GST_BASE_SINK_PREROLL_UNLOCK(writer->sink);
}

/* After a pause those upstream who wait may go on waiting. */
void writer_unlock(struct writer *writer, gboolean flushing)
{
	set_flushing(writer, TRUE);
	if (flushing)
		stop_upstream(writer, TRUE);
}

/*
 * With the lock that the streaming thread has when it complains. The base class calls it as soon as
 * it has that lock; whoever waits upstream may not have looked yet.
 */
void writer_unlock_stop(struct writer *writer)
{
	set_flushing(writer, FALSE);
	writer->told = FALSE; /* whoever tries anew wants to know */
	if (!GST_PAD_IS_FLUSHING(GST_BASE_SINK_PAD(writer->sink)))
		stop_upstream(writer, FALSE);
}

void writer_flushed(struct writer *writer)
{
	stop_upstream(writer, FALSE);
}
