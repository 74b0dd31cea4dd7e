/* SPDX-License-Identifier: MIT */
/*
 * Upstream is offered buffers that are frames of the stream already (pool.h); such a one is
 * published as it is, unless somebody else keeps a hand on it, who could then look at the next
 * picture in it. Whatever else comes is copied into a frame, and counted.
 */
#include "sink.h"

#include "address.h"
#include "category.h"
#include "format.h"
#include "link.h"
#include "memory.h"
#include "meta.h"
#include "pool.h"
#include "when.h"

#include <errno.h>

#define PAYLOAD_BYTES (UINT64_C(4) << 30) /* of a domain that we make: costs what is touched */
#define FIRST_BYTES   65536 /* room for bytes that are no picture, until more are seen */
#define SURFACES      8

enum {
	DOMAIN = 1,
	LABEL,
	SURFACE_COUNT,
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
	gboolean told_of_copies, told_of_metas;
	gint flushing; /* atomic */
	guint clients;
	guint64 frames, copied;
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

static struct link *swap_link(GstXfSink *sink, struct link *link)
{
	GST_OBJECT_LOCK(sink);
	struct link *old = sink->link;
	sink->link = link;
	GST_OBJECT_UNLOCK(sink);
	return old;
}

/* ---- the stream ---- */

static gboolean complain(GstXfSink *sink, const gchar *what, int r)
{
	gchar *uri = address_uri(&sink->address, GST_ELEMENT_CAST(sink));
	GST_ELEMENT_ERROR(sink, RESOURCE, OPEN_WRITE,
		("Cannot %s %s: %s", what, uri, xf_last_message(r)), ("result %d", r));
	g_free(uri);
	return FALSE;
}

static struct link *join(GstXfSink *sink)
{
	struct xf_domain_params params = { .size = sizeof(params), .payload_bytes = PAYLOAD_BYTES };
	struct xf_domain *domain;
	gchar *name = address_domain(&sink->address, GST_ELEMENT_CAST(sink));
	int r = xf_domain_open_or_create(name, &params, &domain);
	g_free(name);
	if (!r)
		return link_new(domain);
	complain(sink, "join", r);
	return NULL;
}

static gboolean make_stream(GstXfSink *sink)
{
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &sink->format.stream, .frames = sink->surfaces
	};
	struct link *link = join(sink);
	if (!link)
		return FALSE;
	int r = xf_stream_create(
		link->domain, &params, address_label(&sink->address), &link->stream);
	if (r) {
		link_unref(link);
		return complain(sink, "produce", r);
	}
	swap_link(sink, link);
	return TRUE;
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

static gboolean use_format(GstXfSink *sink, gsize capacity)
{
	if (!format_from_caps(&sink->format, sink->caps, NULL, capacity)) {
		GST_ELEMENT_ERROR(sink, STREAM, FORMAT,
			("These caps cannot travel: %" GST_PTR_FORMAT, sink->caps),
			("they are longer than 4 KiB as text, or describe an impossible picture"));
		return FALSE;
	}
	return sink->link ? change_format(sink) : make_stream(sink);
}

static gboolean set_caps(GstBaseSink *base, GstCaps *caps)
{
	GstXfSink *sink = GST_XF_SINK(base);
	gst_caps_replace(&sink->caps, caps);
	return use_format(sink, FIRST_BYTES);
}

static gboolean propose_allocation(GstBaseSink *base, GstQuery *query)
{
	GstXfSink *sink = GST_XF_SINK(base);
	GstCaps *caps;
	gboolean wants_pool;
	gst_query_parse_allocation(query, &caps, &wants_pool);
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	gst_query_add_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, NULL);
	if (!wants_pool || !caps || !sink->link || !sink->format.is_video ||
		!gst_caps_is_equal(caps, sink->caps))
		return TRUE;
	gsize size = format_size(&sink->format.desc);
	GstBufferPool *pool = pool_new(sink->link, &sink->format);
	GstStructure *config = gst_buffer_pool_get_config(pool);
	/* One is the newest, one may be on its way here. */
	gst_buffer_pool_config_set_params(config, caps, (guint)size, 0, sink->surfaces - 2);
	if (gst_buffer_pool_set_config(pool, config))
		gst_query_add_allocation_pool(query, pool, (guint)size, 0, sink->surfaces - 2);
	gst_object_unref(pool);
	return TRUE;
}

/* ---- frames ---- */

static void look_for_clients(GstXfSink *sink)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	if (xf_stream_info(sink->link->stream, &info))
		return;
	guint now = info.every + info.latest;
	if (now != (guint)g_atomic_int_get((gint *)&sink->clients)) {
		g_atomic_int_set((gint *)&sink->clients, (gint)now);
		g_object_notify(G_OBJECT(sink), "num-clients");
	}
}

static GstFlowReturn wait_for_client(GstXfSink *sink)
{
	int r = 0;
	if (!sink->wait_for_connection || sink->frames)
		return GST_FLOW_OK;
	do
		r = xf_stream_wait_readers(sink->link->stream, 1, xf_deadline(30000000));
	while (r == XF_TIMEOUT && not_flushing(sink));
	if (r && r != XF_TIMEOUT)
		complain(sink, "wait for readers of", r);
	return r ? (r == XF_TIMEOUT ? GST_FLOW_FLUSHING : GST_FLOW_ERROR) : GST_FLOW_OK;
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

static gboolean copy_picture(GstXfSink *sink, GstBuffer *from, GstBuffer *to)
{
	GstVideoFrame source, target;
	gboolean done = FALSE;
	if (!gst_video_frame_map(&source, &sink->format.info, from, GST_MAP_READ))
		return FALSE;
	if (gst_video_frame_map(&target, &sink->format.info, to, GST_MAP_WRITE)) {
		done = gst_video_frame_copy(&target, &source);
		gst_video_frame_unmap(&target);
	}
	gst_video_frame_unmap(&source);
	return done;
}

static gboolean copy_bytes(GstBuffer *from, GstMemory *to)
{
	GstMapInfo map;
	if (!gst_memory_map(to, &map, GST_MAP_WRITE))
		return FALSE;
	gsize size = gst_buffer_get_size(from);
	gboolean done = size <= map.size && gst_buffer_extract(from, 0, map.data, size) == size;
	gst_memory_unmap(to, &map);
	return done;
}

static gboolean copy_into(
	GstXfSink *sink, GstBuffer *from, GstMemory *memory, const struct xf_frame *frame)
{
	if (!sink->format.is_video)
		return copy_bytes(from, memory);
	GstBuffer *to = gst_buffer_new();
	gst_buffer_append_memory(to, gst_memory_ref(memory));
	pool_describe(to, frame->format->desc, &sink->format.info);
	gboolean done = copy_picture(sink, from, to);
	gst_buffer_unref(to);
	return done;
}

/* A frame with the buffer's bytes in it; NULL and why. */
static GstMemory *copy(GstXfSink *sink, GstBuffer *buffer, GstFlowReturn *ret_flow)
{
	struct xf_frame frame;
	gsize size = gst_buffer_get_size(buffer);
	*ret_flow = GST_FLOW_ERROR;
	if (!sink->format.is_video && size > format_size(&sink->format.desc) &&
		!use_format(sink, size * 2))
		return NULL;
	int r = pool_hold(sink->link, not_flushing, sink, &frame);
	if (r == XF_TIMEOUT)
		*ret_flow = GST_FLOW_FLUSHING;
	else if (r)
		complain(sink, "get a frame of", r);
	GstMemory *memory = r ? NULL : memory_wrap(sink->link, &frame, TRUE);
	if (memory && !copy_into(sink, buffer, memory, &frame)) {
		GST_ELEMENT_ERROR(sink, STREAM, FORMAT,
			("A buffer is not what its caps say: %" GST_PTR_FORMAT, sink->caps),
			("%" G_GSIZE_FORMAT " bytes", size));
		gst_memory_unref(memory);
		memory = NULL;
	}
	return memory;
}

/* The buffer's own memory, if that is a frame which nobody else can reach. */
static GstMemory *as_it_is(GstXfSink *sink, GstBuffer *buffer)
{
	if (!sink->format.is_video || gst_buffer_n_memory(buffer) != 1 ||
		!gst_buffer_is_writable(buffer))
		return NULL;
	GstMemory *memory = gst_buffer_peek_memory(buffer, 0);
	if (!memory_is_publishable(memory, sink->link) ||
		!format_has_caps_of(memory_frame(memory)->format, &sink->format.stream))
		return NULL;
	return gst_memory_ref(memory);
}

static void describe(GstXfSink *sink, GstBuffer *buffer, struct xf_frame_info *info)
{
	GstBaseSink *base = GST_BASE_SINK_CAST(sink);
	GstElement *element = GST_ELEMENT_CAST(sink);
	const GstSegment *segment = &base->segment;
	gboolean complete = meta_to_info(buffer, info);
	info->pts_ns = when_to_monotonic(element,
		gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer)));
	info->dts_ns = when_to_monotonic(element,
		gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_DTS(buffer)));
	info->duration_ns =
		GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : XF_NO_TIME;
	if (!complete && !sink->told_of_metas) {
		sink->told_of_metas = TRUE;
		GST_WARNING_OBJECT(sink, "metas beyond 256 bytes do not travel");
	}
}

static GstFlowReturn render(GstBaseSink *base, GstBuffer *buffer)
{
	GstXfSink *sink = GST_XF_SINK(base);
	struct xf_frame_info info = { .size = sizeof(info) };
	GstFlowReturn flow = wait_for_client(sink);
	if (flow)
		return flow;
	GstMemory *memory = as_it_is(sink, buffer);
	if (!memory) {
		memory = copy(sink, buffer, &flow);
		if (!memory)
			return flow;
		if (sink->format.is_video)
			tell_of_copies(sink);
	}
	describe(sink, buffer, &info);
	int r = memory_publish(memory, &info);
	gst_memory_unref(memory);
	if (r) {
		complain(sink, "publish a frame of", r);
		return GST_FLOW_ERROR;
	}
	sink->frames++;
	look_for_clients(sink);
	return GST_FLOW_OK;
}

/* ---- states ---- */

static gboolean sink_event(GstBaseSink *base, GstEvent *event)
{
	GstXfSink *sink = GST_XF_SINK(base);
	if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && sink->link)
		xf_stream_end(sink->link->stream);
	return GST_BASE_SINK_CLASS(gst_xf_sink_parent_class)->event(base, event);
}

static gboolean start(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	g_atomic_int_set(&sink->flushing, FALSE);
	sink->frames = sink->copied = 0;
	sink->told_of_copies = sink->told_of_metas = FALSE;
	return TRUE;
}

static gboolean stop(GstBaseSink *base)
{
	GstXfSink *sink = GST_XF_SINK(base);
	struct link *link = swap_link(sink, NULL);
	if (link)
		xf_stream_end(link->stream);
	link_unref(link);
	gst_caps_replace(&sink->caps, NULL);
	return TRUE;
}

static gboolean unlock(GstBaseSink *base)
{
	g_atomic_int_set(&GST_XF_SINK(base)->flushing, TRUE);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSink *base)
{
	g_atomic_int_set(&GST_XF_SINK(base)->flushing, FALSE);
	return TRUE;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstXfSink *sink = GST_XF_SINK(object);
	GST_OBJECT_LOCK(sink);
	switch (id) {
	case DOMAIN:
		g_free(sink->address.domain);
		sink->address.domain = g_value_dup_string(value);
		break;
	case LABEL:
		g_free(sink->address.label);
		sink->address.label = g_value_dup_string(value);
		break;
	case SURFACE_COUNT:
		sink->surfaces = g_value_get_uint(value);
		break;
	case WAIT_FOR_CONNECTION:
		sink->wait_for_connection = g_value_get_boolean(value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(sink);
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
	case DOMAIN:
		g_value_take_string(value, address_domain(&sink->address, GST_ELEMENT_CAST(sink)));
		break;
	case LABEL:
		g_value_set_string(value, address_label(&sink->address));
		break;
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
	g_object_class_install_property(object, DOMAIN,
		g_param_spec_string("domain", "Domain",
			"Name under which others find the stream; the element's own name if not "
			"set",
			NULL, rw));
	g_object_class_install_property(object, LABEL,
		g_param_spec_string(
			"label", "Label", "The stream's label in the domain", ADDRESS_LABEL, rw));
	g_object_class_install_property(object, SURFACE_COUNT,
		g_param_spec_uint("surfaces", "Surfaces",
			"Frames that exist: for each reader as many as it holds, one that is "
			"written, and the newest",
			3, XF_POOL_MAX, SURFACES, rw));
	g_object_class_install_property(object, WAIT_FOR_CONNECTION,
		g_param_spec_boolean("wait-for-connection", "Wait for a connection",
			"Hold the first frame back until somebody reads", FALSE, rw));
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
	base->start = start;
	base->stop = stop;
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
