/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include "address.h"
#include "category.h"
#include "key_unit.h"
#include "offer.h"
#include "portable.h"
#include "render.h"
#include "settable.h"
#include "uri.h"
#include "writer.h"

#define SURFACES 16

enum {
	ADDRESS = 1,
	SURFACE_COUNT = ADDRESS + ADDRESS_PROPERTIES,
	WAIT_FOR_CONNECTION,
	MORE,
	NUM_CLIENTS,
	COPIED,
	LOST,
	STATS,
};

struct _GstXfSink {
	GstBaseSink base;
	struct address address; /* the object's lock */
	struct writer writer;
	struct rendering rendering;
	guint key_units; /* that were asked for */
};

G_DEFINE_TYPE_WITH_CODE(GstXfSink, gst_xf_sink, GST_TYPE_BASE_SINK,
	G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, uri_handler_of_sink))

static gboolean set_caps(GstBaseSink *base, GstCaps *caps)
{
	GstXfSink *sink = GST_XF_SINK(base);
	const gchar *lacking = portable_lacks(caps);
	if (lacking) {
		GST_ELEMENT_ERROR(sink, STREAM, FORMAT,
			("Raw frames without %s cannot be understood by who reads them: "
			 "%" GST_PTR_FORMAT,
				lacking, caps),
			("put it into a capsfilter, or a parser before this element"));
		return FALSE;
	}
	sink->rendering.sound = sound_of(caps);
	return writer_use_caps(&sink->writer, caps);
}

static GstCaps *get_caps(GstBaseSink *base, GstCaps *filter)
{
	return offer_caps(filter);
}

static gboolean query(GstBaseSink *base, GstQuery *query)
{
	GstCaps *caps;
	if (GST_QUERY_TYPE(query) != GST_QUERY_ACCEPT_CAPS)
		return GST_BASE_SINK_CLASS(gst_xf_sink_parent_class)->query(base, query);
	gst_query_parse_accept_caps(query, &caps);
	gst_query_set_accept_caps_result(query, portable_is(caps));
	return TRUE;
}

static gboolean query_element(GstElement *element, GstQuery *query)
{
	return GST_QUERY_TYPE(query) == GST_QUERY_LATENCY
		       ? delay_answer(GST_BASE_SINK_CAST(element), query)
		       : GST_ELEMENT_CLASS(gst_xf_sink_parent_class)->query(element, query);
}

static gboolean propose_allocation(GstBaseSink *base, GstQuery *query)
{
	offer_buffers(&GST_XF_SINK(base)->writer, query);
	return TRUE;
}

static GstFlowReturn render(GstBaseSink *base, GstBuffer *buffer)
{
	GstXfSink *sink = GST_XF_SINK(base);
	if (!sink->writer.caps) {
		GST_ELEMENT_ERROR(sink, CORE, NEGOTIATION,
			("Buffers without caps cannot be understood by who reads them"),
			("put a capsfilter or a parser before this element"));
		return GST_FLOW_NOT_NEGOTIATED;
	}
	GstFlowReturn flow = writer_begin(&sink->writer);
	if (flow)
		return flow;
	if (sink->writer.joined)
		sink->key_units +=
			(guint)key_unit_ask(base, sink->writer.caps, buffer, sink->key_units + 1);
	sink->writer.joined = FALSE;
	return render_buffer(&sink->rendering, buffer);
}

/*
 * What is to be decoded before the segment begins is due when it does. To the base class it would
 * be nothing with a time: published at once, without the clock that the pipeline has not got yet.
 */
static void get_times(
	GstBaseSink *base, GstBuffer *buffer, GstClockTime *ret_start, GstClockTime *ret_end)
{
	const GstSegment *segment = &base->segment;
	GST_BASE_SINK_CLASS(gst_xf_sink_parent_class)->get_times(base, buffer, ret_start, ret_end);
	if (!GST_CLOCK_TIME_IS_VALID(*ret_start) || segment->format != GST_FORMAT_TIME ||
		segment->rate < 0 || *ret_start >= segment->start)
		return;
	*ret_start = segment->start;
	if (GST_CLOCK_TIME_IS_VALID(*ret_end))
		*ret_end = MAX(*ret_end, segment->start);
}

/* ---- states ---- */

static gboolean sink_event(GstBaseSink *base, GstEvent *event)
{
	GstXfSink *sink = GST_XF_SINK(base);
	if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
		writer_flushed(&sink->writer);
	return GST_BASE_SINK_CLASS(gst_xf_sink_parent_class)->event(base, event);
}

/* An end that comes while it is paused is none yet: a seek may come before it would be shown. */
static GstFlowReturn wait_event(GstBaseSink *base, GstEvent *event)
{
	GstFlowReturn flow = GST_BASE_SINK_CLASS(gst_xf_sink_parent_class)->wait_event(base, event);
	if (!flow && GST_EVENT_TYPE(event) == GST_EVENT_EOS)
		writer_end(&GST_XF_SINK(base)->writer);
	return flow;
}

/* The base class has what it says before we go by it. */
static gboolean send_event(GstElement *element, GstEvent *event)
{
	gst_event_ref(event);
	gboolean sent = GST_ELEMENT_CLASS(gst_xf_sink_parent_class)->send_event(element, event);
	delay_hear(&GST_XF_SINK(element)->rendering.delay, event);
	gst_event_unref(event);
	return sent;
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange change)
{
	if (change == GST_STATE_CHANGE_READY_TO_PAUSED ||
		change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
		writer_set_paused(&GST_XF_SINK(element)->writer, TRUE);
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
		writer_set_paused(&GST_XF_SINK(element)->writer, FALSE);
	GstStateChangeReturn changed =
		GST_ELEMENT_CLASS(gst_xf_sink_parent_class)->change_state(element, change);
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING && changed != GST_STATE_CHANGE_FAILURE)
		writer_play(&GST_XF_SINK(element)->writer);
	return changed;
}

static gboolean start(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	writer_start(&sink->writer);
	render_start(&sink->rendering);
	sink->key_units = 0;
	return TRUE;
}

static gboolean stop(GstBaseSink *base)
{
	writer_stop(&GST_XF_SINK(base)->writer);
	return TRUE;
}

/* For a pause too. */
static gboolean unlock(GstBaseSink *base)
{
	writer_unlock(&GST_XF_SINK(base)->writer, GST_PAD_IS_FLUSHING(GST_BASE_SINK_PAD(base)));
	return TRUE;
}

static gboolean unlock_stop(GstBaseSink *base)
{
	writer_unlock_stop(&GST_XF_SINK(base)->writer);
	return TRUE;
}

/* ---- properties ---- */

/* With the first caps, which may come long after a start. */
static gboolean has_begun(GstXfSink *sink)
{
	struct link *link = writer_link(&sink->writer);
	link_unref(link);
	return link != NULL;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstXfSink *sink = GST_XF_SINK(object);
	if (!settable_now(GST_ELEMENT_CAST(sink), spec, has_begun(sink)))
		return;
	switch (id) {
	case SURFACE_COUNT:
		sink->writer.surfaces = g_value_get_uint(value);
		sink->writer.counted = TRUE;
		break;
	case WAIT_FOR_CONNECTION:
		writer_set_wait(&sink->writer, g_value_get_boolean(value));
		break;
	case MORE:
		sink->writer.more = g_value_get_boolean(value);
		break;
	case ADDRESS ... ADDRESS + ADDRESS_PROPERTIES - 1:
		address_set(GST_ELEMENT_CAST(sink), &sink->address, id - ADDRESS, value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static struct xf_stream_info info_of(GstXfSink *sink)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	struct link *link = writer_link(&sink->writer);
	if (link)
		(void)xf_stream_info(link->stream, &info); /* all zero then */
	link_unref(link);
	return info;
}

static GstStructure *stats_of(GstXfSink *sink)
{
	struct xf_stream_info info = info_of(sink);
	return gst_structure_new("application/x-xf-stats", "frames", G_TYPE_UINT64, info.sequence,
		"copied", G_TYPE_UINT64, sink->rendering.copied, "lost", G_TYPE_UINT64, info.lost,
		"every", G_TYPE_UINT, info.every, "latest", G_TYPE_UINT, info.latest, "key-units",
		G_TYPE_UINT, sink->key_units, NULL);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	GstXfSink *sink = GST_XF_SINK(object);
	struct xf_stream_info info = info_of(sink);
	switch (id) {
	case SURFACE_COUNT:
		g_value_set_uint(value, sink->writer.surfaces);
		break;
	case WAIT_FOR_CONNECTION:
		g_value_set_boolean(value, sink->writer.wait_for_connection);
		break;
	case MORE:
		g_value_set_boolean(value, sink->writer.more);
		break;
	case NUM_CLIENTS:
		g_value_set_uint(value, info.every + info.latest);
		break;
	case COPIED:
		g_value_set_uint64(value, sink->rendering.copied);
		break;
	case LOST:
		g_value_set_uint64(value, info.lost);
		break;
	case STATS:
		g_value_take_boxed(value, stats_of(sink));
		break;
	case ADDRESS ... ADDRESS + ADDRESS_PROPERTIES - 1:
		address_get(GST_ELEMENT_CAST(sink), &sink->address, id - ADDRESS, value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void finalize(GObject *object)
{
	GstXfSink *sink = GST_XF_SINK(object);
	address_clear(&sink->address);
	gst_caps_replace(&sink->writer.caps, NULL);
	G_OBJECT_CLASS(gst_xf_sink_parent_class)->finalize(object);
}

static void install_properties(GObjectClass *object)
{
	/* What has no flag can be set until the first caps come, in whatever state; none says so.
	 */
	GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
	GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
	address_install(object, ADDRESS, 0);
	g_object_class_install_property(object, SURFACE_COUNT,
		g_param_spec_uint("surfaces", "Surfaces",
			"Frames that exist: for each reader as many as it holds, one that is "
			"written, and the newest (of sound and other bytes 64 unless set)",
			3, XF_POOL_MAX, SURFACES, rw));
	g_object_class_install_property(object, WAIT_FOR_CONNECTION,
		g_param_spec_boolean("wait-for-connection", "Wait for a connection",
			"Hold frames back while nobody reads", FALSE,
			rw | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(object, MORE,
		g_param_spec_boolean("more", "More comes",
			"At the end readers wait for the next producer, instead of ending", FALSE,
			rw | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(object, NUM_CLIENTS,
		g_param_spec_uint("num-clients", "Number of clients", "Readers of the stream", 0,
			G_MAXUINT, 0, ro));
	g_object_class_install_property(object, COPIED,
		g_param_spec_uint64(
			"copied", "Copied", "Frames that had to be copied", 0, G_MAXUINT64, 0, ro));
	g_object_class_install_property(object, LOST,
		g_param_spec_uint64("lost", "Lost",
			"Frames that readers missed which should have had each", 0, G_MAXUINT64, 0,
			ro));
	g_object_class_install_property(object, STATS,
		g_param_spec_boxed("stats", "Statistics", "All counters", GST_TYPE_STRUCTURE, ro));
}

static void gst_xf_sink_class_init(GstXfSinkClass *class)
{
	static GstStaticPadTemplate any =
		GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
	GObjectClass *object = G_OBJECT_CLASS(class);
	GstElementClass *element = GST_ELEMENT_CLASS(class);
	GstBaseSinkClass *base = GST_BASE_SINK_CLASS(class);
	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	install_properties(object);
	gst_element_class_add_static_pad_template(element, &any);
	gst_element_class_set_static_metadata(element, "Crossfence sink", "Sink",
		"Hands frames to other processes without copying them", "crossfence");
	element->change_state = change_state;
	element->query = query_element;
	element->send_event = send_event;
	base->start = start;
	base->stop = stop;
	base->get_caps = get_caps;
	base->set_caps = set_caps;
	base->query = query;
	base->propose_allocation = propose_allocation;
	base->event = sink_event;
	base->wait_event = wait_event;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->get_times = get_times;
	base->render = render;
}

static void gst_xf_sink_init(GstXfSink *sink)
{
	sink->writer.sink = GST_BASE_SINK_CAST(sink);
	sink->writer.address = &sink->address;
	sink->writer.surfaces = SURFACES;
	sink->rendering.sink = GST_BASE_SINK_CAST(sink);
	sink->rendering.writer = &sink->writer;
	/* A buffer that the element itself keeps could not be handed on without copying it. */
	gst_base_sink_set_last_sample_enabled(GST_BASE_SINK_CAST(sink), FALSE);
}
