/* SPDX-License-Identifier: MIT */
#include "waits.h"

#include "category.h"
#include "complain.h"
#include "pool.h"

#define SLICE_NS INT64_C(20000000) /* between looks whether to stop waiting for readers */
#define TELL_NS	 INT64_C(1000000000) /* until it is said what is waited for */

gboolean waits_on(gpointer arg)
{
	const struct writer *writer = arg;
	return !g_atomic_int_get(&writer->flushing);
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

static GstFlowReturn until_somebody_reads(struct writer *writer)
{
	int64_t tell = xf_deadline(TELL_NS);
	while (!look_for_clients(writer) && writer->wait_for_connection) {
		int r = xf_stream_wait_readers(writer->link->stream, 1, xf_deadline(SLICE_NS));
		GstFlowReturn flow =
			r == XF_TIMEOUT && !waits_on(writer) ? after_pause(writer) : GST_FLOW_OK;
		if (r && r != XF_TIMEOUT) {
			writer_complain(writer, "wait for readers of", r);
			flow = GST_FLOW_ERROR;
		}
		if (flow)
			return flow;
		if (r == XF_TIMEOUT && tell && xf_now() > tell) {
			tell_of_waiting(
				writer, GST_RESOURCE_ERROR_NOT_FOUND, "somebody to read", "");
			tell = 0;
		}
	}
	return GST_FLOW_OK;
}

/* Meanwhile those upstream may wait for frames, however many they have. */
GstFlowReturn waits_for_client(struct writer *writer)
{
	g_atomic_int_set(&writer->link->awaits, TRUE);
	GstFlowReturn flow = until_somebody_reads(writer);
	g_atomic_int_set(&writer->link->awaits, FALSE);
	return flow;
}

/* Upstream found no pool of ours for these caps: now there is one. */
static void has_changed(struct writer *writer)
{
	writer->pending = FALSE;
	gst_pad_push_event(GST_BASE_SINK_PAD(writer->sink), gst_event_new_reconfigure());
}

/* Waits for a moment. */
static GstFlowReturn go_on_with_change(struct writer *writer)
{
	int r = xf_stream_set_format_until(
		writer->link->stream, &writer->format.stream, xf_deadline(SLICE_NS));
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
	int64_t tell = xf_deadline(TELL_NS);
	while (writer->pending && !flow) {
		flow = go_on_with_change(writer);
		/* Whoever keeps those frames may not even know that it does. */
		if (tell && writer->pending && !flow && xf_now() > tell) {
			tell_of_waiting(writer, GST_RESOURCE_ERROR_BUSY, "readers of",
				": they keep frames of the formats before, for which there is no "
				"more room beside the new one");
			tell = 0;
		}
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

static void begin_to_wait(struct writer *writer)
{
	if (writer->tell_of_surfaces)
		writer->tell_of_surfaces = xf_deadline(TELL_NS);
}

static gboolean may_hold_on(gpointer arg)
{
	struct writer *writer = arg;
	if (writer->tell_of_surfaces && xf_now() > writer->tell_of_surfaces) {
		tell_of_surfaces(writer);
		writer->tell_of_surfaces = 0;
	}
	return waits_on(writer);
}

GstFlowReturn waits_for_surface(struct writer *writer, struct xf_frame *ret_frame)
{
	int r;
	begin_to_wait(writer);
	while ((r = pool_hold(writer->link, may_hold_on, writer, ret_frame)) == XF_TIMEOUT) {
		GstFlowReturn flow = after_pause(writer);
		if (flow)
			return flow;
		begin_to_wait(writer);
	}
	if (r)
		writer_complain(writer, "get a frame of", r);
	return r ? GST_FLOW_ERROR : GST_FLOW_OK;
}
