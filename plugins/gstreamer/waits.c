/* SPDX-License-Identifier: MIT */
#include "waits.h"

#include "category.h"
#include "complain.h"
#include "pool.h"

#define TELL_NS INT64_C(1000000000) /* until it is said what is waited for */

gboolean waits_on(const struct writer *writer)
{
	return !g_atomic_int_get(&writer->flushing);
}

/*
 * What became of a call that waited. It may have been ended by what others are told: upstream by a
 * pause, before we are. Then, as when its time is over, XF_TIMEOUT.
 */
static int waited(struct writer *writer, gint seen, int r, int64_t deadline)
{
	if (r == -ECANCELED && waits_on(writer))
		link_await_change(writer->link, seen, deadline);
	return r == -ECANCELED ? XF_TIMEOUT : r;
}

/* When to tell what is waited for, of a wait that begins now; and whether that time has come. */
static int64_t begin_to_wait(void)
{
	return xf_deadline(TELL_NS);
}

static gboolean is_time_to_tell(int64_t *tell)
{
	if (xf_now() < *tell)
		return FALSE;
	*tell = XF_NEVER; /* once */
	return TRUE;
}

/*
 * Told to unlock: waits for what comes then. FLUSHING, or it was a pause. Whoever pauses again
 * before this thread has come to run sees it wait still, and does not tell it to unlock again.
 */
static GstFlowReturn after_pause(struct writer *writer)
{
	GstFlowReturn flow;
	do
		flow = gst_base_sink_wait_preroll(writer->sink);
	while (!flow && !g_atomic_int_get(&writer->playing));
	return flow;
}

/* How many read; whoever listens is told of changes. */
static guint look_for_clients(struct writer *writer)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	(void)xf_stream_info(writer->link->stream, &info); /* all zero then */
	guint now = info.every + info.latest;
	g_atomic_int_set(&writer->link->clients, (gint)now);
	if (now != writer->clients) {
		GST_INFO_OBJECT(writer->sink, "%u readers, that was %u", now, writer->clients);
		writer->joined = writer->joined || now > writer->clients;
		writer->clients = now;
		g_object_notify(G_OBJECT(writer->sink), "num-clients");
	}
	return now;
}

static void tell_of_waiting(struct writer *writer, gint code, const char *for_whom, const char *why)
{
	struct address address = address_of(GST_ELEMENT_CAST(writer->sink), writer->address);
	gchar *uri = address_uri(&address);
	complain_tell(GST_ELEMENT_CAST(writer->sink), GST_RESOURCE_ERROR, code,
		g_strdup_printf("Waiting for %s %s%s", for_whom, uri, why));
	g_free(uri);
	address_clear(&address);
}

/* For a reader, until `tell`, or something is told. */
static GstFlowReturn wait_for_reader(struct writer *writer, gint seen, int64_t tell)
{
	int r = xf_stream_wait_readers(writer->link->stream, 1, tell);
	r = waited(writer, seen, r, tell);
	if (r == XF_TIMEOUT && !waits_on(writer))
		return after_pause(writer);
	if (!r || r == XF_TIMEOUT)
		return GST_FLOW_OK;
	writer_complain(writer, "wait for readers of", r);
	return GST_FLOW_ERROR;
}

static GstFlowReturn until_somebody_reads(struct writer *writer)
{
	GstFlowReturn flow = GST_FLOW_OK;
	int64_t tell = begin_to_wait();
	while (!flow && !look_for_clients(writer)) {
		link_tell(writer->link, LINK_LOOK, FALSE);
		gint seen = link_changes(writer->link);
		if (!writer->wait_for_connection)
			break;
		flow = wait_for_reader(writer, seen, tell);
		if (!flow && is_time_to_tell(&tell))
			tell_of_waiting(
				writer, GST_RESOURCE_ERROR_NOT_FOUND, "somebody to read", "");
	}
	return flow;
}

/* Meanwhile those upstream may wait for frames, however many they have. */
GstFlowReturn waits_for_client(struct writer *writer)
{
	g_atomic_int_set(&writer->link->awaits, TRUE);
	GstFlowReturn flow = until_somebody_reads(writer);
	g_atomic_int_set(&writer->link->awaits, FALSE);
	link_tell(writer->link, LINK_LOOK, FALSE);
	return flow;
}

void waits_again(struct link *link)
{
	if (g_atomic_int_get(&link->awaits))
		link_tell(link, LINK_LOOK, TRUE);
	if (!g_atomic_int_get(&link->awaits))
		link_tell(link, LINK_LOOK, FALSE);
}

/* Upstream found no pool of ours for these caps: now there is one. */
static void has_changed(struct writer *writer)
{
	writer->pending = FALSE;
	gst_pad_push_event(GST_BASE_SINK_PAD(writer->sink), gst_event_new_reconfigure());
}

/* Until `tell`, or something is told. */
static GstFlowReturn go_on_with_change(struct writer *writer, int64_t tell)
{
	gint seen = link_changes(writer->link);
	int r = xf_stream_set_format_until(writer->link->stream, &writer->format.stream, tell);
	r = waited(writer, seen, r, tell);
	if (r == 0)
		has_changed(writer);
	else if (r == XF_TIMEOUT && !waits_on(writer))
		return after_pause(writer);
	else if (r != XF_TIMEOUT && !writer_complain(writer, "change the format of", r))
		return GST_FLOW_ERROR;
	return GST_FLOW_OK;
}

GstFlowReturn waits_for_change(struct writer *writer)
{
	GstFlowReturn flow = GST_FLOW_OK;
	int64_t tell = begin_to_wait();
	while (writer->pending && !flow) {
		flow = go_on_with_change(writer, tell);
		/* Whoever keeps those frames may not even know that it does. */
		if (writer->pending && !flow && is_time_to_tell(&tell))
			tell_of_waiting(writer, GST_RESOURCE_ERROR_BUSY, "readers of",
				": they keep frames of the formats before, for which there is no "
				"more room beside the new one");
	}
	return flow;
}

/* Those that upstream keeps may be for frames that come after this one. */
static void tell_of_surfaces(struct writer *writer)
{
	gint out = g_atomic_int_get(&writer->link->out);
	gchar *kept = out ? g_strdup_printf(", and upstream keeps %d", out) : g_strdup("");
	gchar *why = g_strdup_printf(
		": they have all surfaces%s; more \"surfaces\" of xfsink let both go on", kept);
	tell_of_waiting(writer, GST_RESOURCE_ERROR_BUSY, "readers of", why);
	g_free(why);
	g_free(kept);
}

static gboolean may_hold_on(gpointer arg, int64_t *ret_ask_again)
{
	struct writer *writer = arg;
	if (!writer->told_of_surfaces && is_time_to_tell(&writer->tell_of_surfaces)) {
		tell_of_surfaces(writer);
		writer->told_of_surfaces = TRUE;
	}
	*ret_ask_again = writer->told_of_surfaces ? XF_NEVER : writer->tell_of_surfaces;
	return waits_on(writer);
}

GstFlowReturn waits_for_surface(struct writer *writer, struct xf_frame *ret_frame)
{
	int r;
	writer->tell_of_surfaces = begin_to_wait();
	while ((r = pool_hold(writer->link, may_hold_on, writer, ret_frame)) == XF_TIMEOUT) {
		GstFlowReturn flow = after_pause(writer);
		if (flow)
			return flow;
		writer->tell_of_surfaces = begin_to_wait();
	}
	if (r)
		writer_complain(writer, "get a frame of", r);
	return r ? GST_FLOW_ERROR : GST_FLOW_OK;
}

void waits_for_end(struct writer *writer, int64_t deadline)
{
	int r;
	do {
		gint seen = link_changes(writer->link);
		r = waited(writer, seen, xf_stream_drain(writer->link->stream, deadline), deadline);
	} while (r == XF_TIMEOUT && waits_on(writer) && xf_now() < deadline);
}
