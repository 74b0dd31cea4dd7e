/* SPDX-License-Identifier: MIT */
/*
 * Upstream is offered buffers that are frames of the stream already (pool.h); such a one is
 * published as it is, unless somebody else keeps a hand on it, who could then look at the next
 * picture in it. Whatever else comes is copied into a frame, and counted.
 *
 * Every wait of a buffer's is one for readers, and ends when the element is told to unlock: for a
 * pause it goes on afterwards, where it was.
 */
#include "sink.h"

#include "address.h"
#include "category.h"
#include "complain.h"
#include "fill.h"
#include "memory.h"
#include "meta.h"
#include "pool.h"
#include "when.h"

#include <errno.h>

#define PAYLOAD_BYTES (UINT64_C(4) << 30) /* of a domain that we make: costs what is touched */
#define FIRST_BYTES   65536 /* room for bytes that are no picture, until more are seen */
#define SURFACES      16
#define SLICE_NS      INT64_C(20000000) /* between looks whether to stop waiting for readers */
#define DRAIN_NS      INT64_C(2000000000) /* at the end, for readers to take what came last */

enum {
	ADDRESS = 1,
	SURFACE_COUNT = ADDRESS + ADDRESS_PROPERTIES,
	WAIT_FOR_CONNECTION,
	NUM_CLIENTS,
	COPIED,
	LOST,
	STATS,
};

struct _GstXfSink {
	GstBaseSink base;
	struct address address; /* the object's lock */
	guint surfaces;
	gboolean wait_for_connection;

	struct link
		*link; /* the streaming thread's; set and read elsewhere under the object's lock */
	struct format format;
	GstCaps *caps;
	gboolean ended; /* the stream was, and begins anew with the next buffer */
	gboolean told_of_copies, told_of_metas;
	gint flushing; /* atomic */
	gboolean paused; /* the object's lock */
	guint clients; /* that were told of */
	guint64 copied;
};

G_DEFINE_TYPE_WITH_CODE(GstXfSink, gst_xf_sink, GST_TYPE_BASE_SINK,
	G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, address_uri_sink))

static gboolean not_flushing(gpointer arg)
{
	return !g_atomic_int_get(&GST_XF_SINK(arg)->flushing);
}

static struct link *get_link(GstXfSink *sink)
{
	GST_OBJECT_LOCK(sink);
	struct link *link = sink->link ? link_ref(sink->link) : NULL;
	GST_OBJECT_UNLOCK(sink);
	return link;
}

/* The new one may be NULL; the old one's buffers keep it for as long as they are somewhere. */
static void set_link(GstXfSink *sink, struct link *link)
{
	GST_OBJECT_LOCK(sink);
	struct link *old = sink->link;
	sink->link = link;
	if (link)
		g_atomic_int_set(&link->paused, sink->paused);
	GST_OBJECT_UNLOCK(sink);
	link_unref(old);
}

/* Those upstream who wait for a frame, and cannot be told to stop before they have come back. */
static void stop_upstream(GstXfSink *sink, gboolean stop)
{
	struct link *link = get_link(sink);
	if (link)
		g_atomic_int_set(&link->stopped, stop);
	link_unref(link);
}

/* ---- the stream ---- */

static gboolean complain(GstXfSink *sink, const gchar *what, int r)
{
	complain_write(GST_ELEMENT_CAST(sink), &sink->address, what, r);
	return FALSE;
}

static struct link *join(GstXfSink *sink)
{
	struct xf_domain_params params = { .size = sizeof(params), .payload_bytes = PAYLOAD_BYTES };
	struct xf_domain *domain = NULL;
	struct address address = address_of(GST_ELEMENT_CAST(sink), &sink->address);
	int r = address.fd ? xf_domain_join(address.fd - 1, &domain)
			   : xf_domain_open_or_create(address.domain, &params, &domain);
	address_clear(&address);
	if (!r)
		return link_new(domain);
	complain(sink, "join", r);
	return NULL;
}

static gboolean make_stream(GstXfSink *sink, struct link *link)
{
	struct xf_stream_params params = { .size = sizeof(params),
		.format = &sink->format.stream,
		/* Of bytes, where little is touched, as many as can be: fewer waits. */
		.frames = sink->format.picture.is ? sink->surfaces : XF_POOL_MAX };
	struct address address = address_of(GST_ELEMENT_CAST(sink), &sink->address);
	int r = xf_stream_create(link->domain, &params, address.label, &link->stream);
	address_clear(&address);
	return r == 0 || complain(sink, "produce", r);
}

/* Readers may still hold frames of the formats before; nothing but looking tells of the last. */
static gboolean change_format(GstXfSink *sink)
{
	int r;
	while ((r = xf_stream_set_format(sink->link->stream, &sink->format.stream)) == -EBUSY &&
		not_flushing(sink))
		g_usleep(5000);
	return r == 0 || (r == -EBUSY ? FALSE : complain(sink, "change the format of", r));
}

static gboolean find_format(GstXfSink *sink, struct link *link, gsize capacity)
{
	if (format_from_caps(&sink->format, link, sink->caps, NULL, capacity))
		return TRUE;
	GST_ELEMENT_ERROR(sink, STREAM, FORMAT,
		("These caps cannot travel: %" GST_PTR_FORMAT, sink->caps),
		("an impossible picture, buffers of %" G_GSIZE_FORMAT
		 " bytes, or caps for which the domain has no room",
			capacity));
	return FALSE;
}

/* For frames of `capacity` bytes, if they are no pictures. */
static gboolean use_format(GstXfSink *sink, gsize capacity)
{
	if (sink->link && !sink->ended)
		return find_format(sink, sink->link, capacity) && change_format(sink);
	struct link *link = join(sink);
	if (!link || !find_format(sink, link, capacity) || !make_stream(sink, link)) {
		link_unref(link);
		return FALSE;
	}
	set_link(sink, link);
	if (sink->ended) /* who has the old one's pool asks for another */
		gst_pad_push_event(GST_BASE_SINK_PAD(sink), gst_event_new_reconfigure());
	sink->ended = FALSE;
	return TRUE;
}

static gboolean set_caps(GstBaseSink *base, GstCaps *caps)
{
	GstXfSink *sink = GST_XF_SINK(base);
	gst_caps_replace(&sink->caps, caps);
	return use_format(sink, FIRST_BYTES);
}

/* Anything; of what upstream can make first what is a picture for others too, and not copied. */
static GstCaps *get_caps(GstBaseSink *base, GstCaps *filter)
{
	if (!filter || gst_caps_is_any(filter))
		return gst_caps_new_any();
	GstCaps *pictures = format_video_caps();
	GstCaps *best = gst_caps_intersect_full(filter, pictures, GST_CAPS_INTERSECT_FIRST);
	gst_caps_unref(pictures);
	return gst_caps_merge(best, gst_caps_ref(filter));
}

static gboolean propose_allocation(GstBaseSink *base, GstQuery *query)
{
	GstXfSink *sink = GST_XF_SINK(base);
	GstCaps *caps;
	gboolean wants_pool;
	gst_query_parse_allocation(query, &caps, &wants_pool);
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	gst_query_add_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, NULL);
	if (!wants_pool || !caps || !sink->link || sink->ended || !sink->format.picture.is ||
		!gst_caps_is_equal(caps, sink->caps))
		return TRUE;
	guint size = (guint)sink->format.bytes;
	GstBufferPool *pool = pool_new(sink->link, &sink->format);
	GstStructure *config = gst_buffer_pool_get_config(pool);
	/* One is the newest, one may be on its way here. */
	gst_buffer_pool_config_set_params(config, caps, size, 0, sink->surfaces - 2);
	/* Where it has planes that only a video meta tells of this needs the option, not yet known.
	 */
	(void)gst_buffer_pool_set_config(pool, config);
	gst_query_add_allocation_pool(query, pool, size, 0, sink->surfaces - 2);
	gst_object_unref(pool);
	return TRUE;
}

/* ---- frames ---- */

/* Told to unlock: waits for what comes then. FLUSHING, or it was a pause. */
static GstFlowReturn after_pause(GstXfSink *sink)
{
	return gst_base_sink_wait_preroll(GST_BASE_SINK_CAST(sink));
}

/* How many read; whoever listens is told of changes. */
static guint look_for_clients(GstXfSink *sink)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	(void)xf_stream_info(sink->link->stream, &info); /* all zero then */
	guint now = info.every + info.latest;
	if (now != sink->clients) {
		sink->clients = now;
		g_object_notify(G_OBJECT(sink), "num-clients");
	}
	return now;
}

static GstFlowReturn wait_for_client(GstXfSink *sink)
{
	while (!look_for_clients(sink) && sink->wait_for_connection) {
		int r = xf_stream_wait_readers(sink->link->stream, 1, xf_deadline(SLICE_NS));
		GstFlowReturn flow =
			r == XF_TIMEOUT && !not_flushing(sink) ? after_pause(sink) : GST_FLOW_OK;
		if (r && r != XF_TIMEOUT) {
			complain(sink, "wait for readers of", r);
			flow = GST_FLOW_ERROR;
		}
		if (flow)
			return flow;
	}
	return GST_FLOW_OK;
}

static GstFlowReturn hold(GstXfSink *sink, struct xf_frame *frame)
{
	int r;
	while ((r = pool_hold(sink->link, not_flushing, sink, frame)) == XF_TIMEOUT) {
		GstFlowReturn flow = after_pause(sink);
		if (flow)
			return flow;
	}
	if (r)
		complain(sink, "get a frame of", r);
	return r ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static void tell_of_copies(GstXfSink *sink)
{
	sink->copied++;
	if (sink->told_of_copies)
		return;
	sink->told_of_copies = TRUE;
	GST_ELEMENT_INFO(sink, RESOURCE, SETTINGS,
		("Frames are copied, for upstream does not use this element's buffers, or keeps "
		 "them"),
		("caps %" GST_PTR_FORMAT, sink->caps));
}

/* Of segments in bytes, for example, there is none. */
static GstClockTime running_time(GstXfSink *sink, GstClockTime time)
{
	const GstSegment *segment = &GST_BASE_SINK_CAST(sink)->segment;
	return segment->format == GST_FORMAT_TIME
		       ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, time)
		       : GST_CLOCK_TIME_NONE;
}

static void tell_times(GstXfSink *sink, GstBuffer *buffer, struct xf_frame_info *info)
{
	GstClockTime pts = running_time(sink, GST_BUFFER_PTS(buffer));
	GstClockTime dts = running_time(sink, GST_BUFFER_DTS(buffer));
	struct when when = { FALSE, 0 };
	if (GST_CLOCK_TIME_IS_VALID(pts) || GST_CLOCK_TIME_IS_VALID(dts))
		when = when_look(GST_ELEMENT_CAST(sink));
	info->pts_ns = when_to_monotonic(&when, pts);
	info->dts_ns = when_to_monotonic(&when, dts);
	info->duration_ns =
		GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : XF_NO_TIME;
}

static void describe(GstXfSink *sink, GstBuffer *buffer, const struct xf_stream_format *format,
	struct xf_frame_info *info)
{
	struct picture picture = sink->format.picture;
	info->size = sizeof(*info);
	info->fence = 0;
	info->reserved = 0;
	if (picture.is)
		format_place(&picture, format);
	tell_times(sink, buffer, info);
	if (meta_to_info(buffer, &picture, info) || sink->told_of_metas)
		return;
	sink->told_of_metas = TRUE;
	GST_WARNING_OBJECT(sink, "metas beyond %d bytes do not travel", XF_FRAME_DATA_MAX);
}

static GstFlowReturn not_as_said(GstXfSink *sink, GstBuffer *buffer)
{
	GST_ELEMENT_ERROR(sink, STREAM, FORMAT,
		("A buffer is not what its caps say: %" GST_PTR_FORMAT, sink->caps),
		("%" G_GSIZE_FORMAT " bytes", gst_buffer_get_size(buffer)));
	return GST_FLOW_ERROR;
}

static GstFlowReturn published(GstXfSink *sink, int r)
{
	if (r)
		complain(sink, "publish a frame of", r);
	return r ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static GstFlowReturn render_bytes(GstXfSink *sink, GstBuffer *buffer)
{
	struct xf_frame frame;
	struct xf_frame_info info;
	gsize size = gst_buffer_get_size(buffer);
	if (size > sink->format.bytes && !use_format(sink, size + size / 2))
		return not_flushing(sink) ? GST_FLOW_ERROR : GST_FLOW_FLUSHING;
	GstFlowReturn flow = hold(sink, &frame);
	if (flow)
		return flow;
	if (!fill_bytes(buffer, &frame, sink->format.bytes)) {
		xf_stream_drop(sink->link->stream, &frame);
		return not_as_said(sink, buffer);
	}
	describe(sink, buffer, frame.format, &info);
	return published(sink, xf_stream_publish(sink->link->stream, &frame, &info));
}

/* A frame with the picture in it; NULL and why. */
static GstMemory *copy(GstXfSink *sink, GstBuffer *buffer, GstFlowReturn *ret_flow)
{
	struct xf_frame frame;
	*ret_flow = hold(sink, &frame);
	if (*ret_flow)
		return NULL;
	GstMemory *memory;
	int r = memory_wrap(sink->link, &frame, format_size(frame.format->desc), TRUE, &memory);
	if (r) {
		*ret_flow = published(sink, r);
		return NULL;
	}
	if (fill_picture(buffer, &sink->format.picture, &frame, memory)) {
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
	GstMemory *memory = fill_not_needed(buffer, sink->link, &sink->format);
	if (!memory)
		memory = copy(sink, buffer, &flow);
	if (!memory)
		return flow;
	describe(sink, buffer, memory_frame(memory)->format, &info);
	int r = memory_publish(memory, &info);
	gst_memory_unref(memory);
	return published(sink, r);
}

static GstFlowReturn render(GstBaseSink *base, GstBuffer *buffer)
{
	GstXfSink *sink = GST_XF_SINK(base);
	if (!sink->caps) {
		GST_ELEMENT_ERROR(sink, CORE, NEGOTIATION,
			("Buffers without caps cannot be understood by who reads them"),
			("put a capsfilter or a parser before this element"));
		return GST_FLOW_NOT_NEGOTIATED;
	}
	if (sink->ended && !use_format(sink, FIRST_BYTES))
		return GST_FLOW_ERROR;
	GstFlowReturn flow = wait_for_client(sink);
	if (flow)
		return flow;
	return sink->format.picture.is ? render_picture(sink, buffer) : render_bytes(sink, buffer);
}

/* ---- states ---- */

/* Surfaces that a reader has not met would go with us; one that is stopped is not waited for long.
 */
static void end_stream(GstXfSink *sink)
{
	int64_t end = xf_deadline(DRAIN_NS);
	while (xf_stream_drain(sink->link->stream, MIN(xf_deadline(SLICE_NS), end)) == XF_TIMEOUT &&
		not_flushing(sink) && xf_now() < end)
		;
	xf_stream_end(sink->link->stream);
	sink->ended = TRUE;
}

static gboolean sink_event(GstBaseSink *base, GstEvent *event)
{
	GstXfSink *sink = GST_XF_SINK(base);
	if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && sink->link && !sink->ended)
		end_stream(sink);
	return GST_BASE_SINK_CLASS(gst_xf_sink_parent_class)->event(base, event);
}

/* Before it is: whoever has to give us a buffer for it may be waiting for one of ours. */
static void set_paused(GstXfSink *sink, gboolean paused)
{
	GST_OBJECT_LOCK(sink);
	sink->paused = paused;
	if (sink->link)
		g_atomic_int_set(&sink->link->paused, paused);
	GST_OBJECT_UNLOCK(sink);
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange change)
{
	if (change == GST_STATE_CHANGE_READY_TO_PAUSED ||
		change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
		set_paused(GST_XF_SINK(element), TRUE);
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
		set_paused(GST_XF_SINK(element), FALSE);
	return GST_ELEMENT_CLASS(gst_xf_sink_parent_class)->change_state(element, change);
}

static gboolean start(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	g_atomic_int_set(&sink->flushing, FALSE);
	sink->copied = 0;
	sink->clients = 0;
	sink->ended = sink->told_of_copies = sink->told_of_metas = FALSE;
	return TRUE;
}

static gboolean stop(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	stop_upstream(sink, TRUE);
	if (sink->link)
		xf_stream_end(sink->link->stream);
	set_link(sink, NULL);
	gst_caps_replace(&sink->caps, NULL);
	return TRUE;
}

/* For a pause too; then those upstream who wait may go on waiting. */
static gboolean unlock(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	g_atomic_int_set(&sink->flushing, TRUE);
	if (GST_PAD_IS_FLUSHING(GST_BASE_SINK_PAD(base)))
		stop_upstream(sink, TRUE);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	g_atomic_int_set(&sink->flushing, FALSE);
	stop_upstream(sink, FALSE);
	return TRUE;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstXfSink *sink = GST_XF_SINK(object);
	switch (id) {
	case SURFACE_COUNT:
		sink->surfaces = g_value_get_uint(value);
		break;
	case WAIT_FOR_CONNECTION:
		sink->wait_for_connection = g_value_get_boolean(value);
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
	struct link *link = get_link(sink);
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
		G_TYPE_UINT, info.every, "latest", G_TYPE_UINT, info.latest, NULL);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	GstXfSink *sink = GST_XF_SINK(object);
	struct xf_stream_info info = info_of(sink);
	switch (id) {
	case SURFACE_COUNT:
		g_value_set_uint(value, sink->surfaces);
		break;
	case WAIT_FOR_CONNECTION:
		g_value_set_boolean(value, sink->wait_for_connection);
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
	gst_caps_replace(&sink->caps, NULL);
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
			"written, and the newest",
			3, XF_POOL_MAX, SURFACES, rw));
	g_object_class_install_property(object, WAIT_FOR_CONNECTION,
		g_param_spec_boolean("wait-for-connection", "Wait for a connection",
			"Hold frames back while nobody reads", FALSE, rw));
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
	base->start = start;
	base->stop = stop;
	base->get_caps = get_caps;
	base->set_caps = set_caps;
	base->propose_allocation = propose_allocation;
	base->event = sink_event;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->render = render;
}

static void gst_xf_sink_init(GstXfSink *sink)
{
	sink->surfaces = SURFACES;
	/* A buffer that the element itself keeps could not be handed on without copying it. */
	gst_base_sink_set_last_sample_enabled(GST_BASE_SINK_CAST(sink), FALSE);
}
