/* SPDX-License-Identifier: MIT */
/*
 * Upstream is offered buffers that are frames of the stream already (pool.h); such a one is
 * published as it is, unless somebody else keeps a hand on it, who could then look at the next
 * picture in it. Whatever else comes is copied into a frame, and counted.
 */
#include "sink.h"

#include "address.h"
#include "category.h"
#include "complain.h"
#include "describe.h"
#include "fill.h"
#include "key_unit.h"
#include "memory.h"
#include "pool.h"
#include "portable.h"
#include "settable.h"
#include "sound.h"
#include "uri.h"
#include "writer.h"

#include <errno.h>

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
	struct delay delay;
	struct sound sound; /* what the caps say of that */
	gboolean told_of_copies, told_of_metas;
	guint64 copied;
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
	sink->sound = sound_of(caps);
	return writer_use_caps(&sink->writer, caps);
}

/* Anything in memory of processes; of what upstream can make first what is a picture for others
 * too, and not copied. */
static GstCaps *get_caps(GstBaseSink *base, GstCaps *filter)
{
	if (!filter || gst_caps_is_any(filter))
		return gst_caps_new_any();
	return portable_part(gst_caps_merge(format_pictures_of(filter), gst_caps_ref(filter)));
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
	GstXfSink *sink = GST_XF_SINK(base);
	GstCaps *caps;
	gboolean wants_pool;
	gst_query_parse_allocation(query, &caps, &wants_pool);
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	gst_query_add_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, NULL);
	struct writer *writer = &sink->writer;
	if (!wants_pool || !caps || !writer->link || writer->ended || writer->pending ||
		!writer->format.picture.is || !gst_caps_is_equal(caps, writer->caps))
		return TRUE;
	/* One is the newest, one may be on its way here. */
	guint size = (guint)writer->format.bytes, most = writer->surfaces - 2;
	GstBufferPool *pool = pool_new(writer->link, &writer->format, writer->caps, most);
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_set_params(config, caps, size, 0, most);
	/* Where it has planes that only a video meta tells of this needs the option, not yet known.
	 */
	(void)gst_buffer_pool_set_config(pool, config);
	gst_query_add_allocation_pool(query, pool, size, 0, most);
	gst_object_unref(pool);
	return TRUE;
}

/* ---- frames ---- */

static void tell_of_copies(GstXfSink *sink)
{
	sink->copied++;
	GST_LOG_OBJECT(sink, "copied a frame, that makes %" G_GUINT64_FORMAT, sink->copied);
	if (sink->told_of_copies)
		return;
	sink->told_of_copies = TRUE;
	gchar *caps = gst_caps_to_string(sink->writer.caps);
	complain_tell(GST_ELEMENT_CAST(sink), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
		g_strdup_printf("Frames of %s are copied, for upstream does not use this element's "
				"buffers, or keeps them",
			caps));
	g_free(caps);
}

/* `picture` is in the frame. */
static void describe(GstXfSink *sink, GstBuffer *buffer, const struct picture *picture,
	struct xf_frame_info *info)
{
	if (describe_frame(GST_BASE_SINK_CAST(sink), &sink->delay, buffer, picture, info) ||
		sink->told_of_metas)
		return;
	sink->told_of_metas = TRUE;
	GST_WARNING_OBJECT(sink, "metas beyond %d bytes do not travel", XF_FRAME_DATA_MAX);
}

static GstFlowReturn not_as_said(GstXfSink *sink, GstBuffer *buffer)
{
	GST_ELEMENT_ERROR(sink, STREAM, FORMAT,
		("A buffer is not what its caps say: %" GST_PTR_FORMAT, sink->writer.caps),
		("%" G_GSIZE_FORMAT " bytes", gst_buffer_get_size(buffer)));
	return GST_FLOW_ERROR;
}

static GstFlowReturn published(GstXfSink *sink, int r)
{
	if (r)
		writer_complain(&sink->writer, "publish a frame of", r);
	return r ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static GstFlowReturn render_bytes(GstXfSink *sink, GstBuffer *buffer)
{
	struct xf_frame frame;
	struct xf_frame_info info;
	gsize size = gst_buffer_get_size(buffer);
	gsize more = MAX(size, MIN(size + size / 2, FORMAT_BYTES_MAX)); /* the next may be larger */
	if (size > sink->writer.format.bytes && !writer_make_room(&sink->writer, more))
		return GST_FLOW_ERROR;
	GstFlowReturn flow = writer_finish_change(&sink->writer);
	if (!flow)
		flow = writer_hold(&sink->writer, &frame);
	if (flow)
		return flow;
	int r = fill_bytes(buffer, &frame, sink->writer.format.bytes);
	if (r) {
		(void)xf_stream_drop(sink->writer.link->stream, &frame);
		return r == -EINVAL ? not_as_said(sink, buffer) : published(sink, r);
	}
	describe(sink, buffer, &sink->writer.format.picture, &info);
	GST_LOG_OBJECT(sink, "publishes %" GST_PTR_FORMAT, buffer);
	return published(sink, xf_stream_publish(sink->writer.link->stream, &frame, &info));
}

/* Not copied, but where its channels lie apart. */
static GstFlowReturn render_sound(GstXfSink *sink, GstBuffer *buffer)
{
	GstBuffer *packed = sound_pack(&sink->sound, buffer);
	if (!packed)
		return not_as_said(sink, buffer);
	GstFlowReturn flow = render_bytes(sink, packed);
	gst_buffer_unref(packed);
	return flow;
}

/* A frame with the picture in it; NULL and why. */
static GstMemory *copy(GstXfSink *sink, GstBuffer *buffer, GstFlowReturn *ret_flow)
{
	struct xf_frame frame;
	*ret_flow = writer_hold(&sink->writer, &frame);
	if (*ret_flow)
		return NULL;
	GstMemory *memory;
	const struct placement *there = format_placement(&sink->writer.format, frame.format);
	int r = memory_wrap(sink->writer.link, &frame, there->bytes, TRUE, &memory);
	if (r) {
		*ret_flow = published(sink, r);
		return NULL;
	}
	if (fill_picture(buffer, there, &frame, memory)) {
		tell_of_copies(sink);
		return memory;
	}
	gst_memory_unref(memory);
	*ret_flow = not_as_said(sink, buffer);
	return NULL;
}

static GstFlowReturn render_picture(GstXfSink *sink, GstBuffer *buffer)
{
	struct xf_frame_info info;
	GstFlowReturn flow;
	struct format *format = &sink->writer.format;
	GstMemory *memory = fill_not_needed(buffer, sink->writer.link, format);
	if (!memory)
		memory = copy(sink, buffer, &flow);
	if (!memory)
		return flow;
	describe(sink, buffer, &format_placement(format, memory_frame(memory)->format)->picture,
		&info);
	GST_LOG_OBJECT(sink, "publishes %" GST_PTR_FORMAT, buffer);
	int r = memory_publish(memory, &info);
	gst_memory_unref(memory);
	return published(sink, r);
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
	if (sink->writer.format.picture.is && !gst_buffer_get_size(buffer))
		return GST_FLOW_OK; /* a gap: the picture before stays */
	return sink->writer.format.picture.is ? render_picture(sink, buffer)
					      : render_sound(sink, buffer);
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
	delay_hear(&GST_XF_SINK(element)->delay, event);
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
	delay_start(&sink->delay);
	sink->copied = 0;
	sink->key_units = 0;
	sink->told_of_copies = sink->told_of_metas = FALSE;
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
		sink->writer.wait_for_connection = g_value_get_boolean(value);
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
		"copied", G_TYPE_UINT64, sink->copied, "lost", G_TYPE_UINT64, info.lost, "every",
		G_TYPE_UINT, info.every, "latest", G_TYPE_UINT, info.latest, "key-units",
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
		g_value_set_uint64(value, sink->copied);
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
	GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
	GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
	address_install(object, ADDRESS);
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
	gst_element_class_set_static_metadata(element, "Crossfence sink", "Sink/Video",
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
	/* A buffer that the element itself keeps could not be handed on without copying it. */
	gst_base_sink_set_last_sample_enabled(GST_BASE_SINK_CAST(sink), FALSE);
}
