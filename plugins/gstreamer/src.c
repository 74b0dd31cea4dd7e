/* SPDX-License-Identifier: MIT */
/*
 * Joins when it is first asked for a buffer, so that no change of state waits for anybody, and
 * sleeps on the stream's descriptor beside one of its own, by which it is told to stop. A producer
 * that dies leaves the stream as it is; its successor's frames come next, marked as discontinuous.
 */
#include "src.h"

#include "address.h"
#include "category.h"
#include "format.h"
#include "link.h"
#include "memory.h"
#include "meta.h"
#include "pool.h"
#include "when.h"

#include <errno.h>
#include <sys/eventfd.h>

#define JOIN_NS	 INT64_C(30000000) /* between looks whether to stop, while nobody has the name */
#define DEADLINE (20 * GST_MSECOND)

enum {
	DOMAIN = 1,
	LABEL,
	POLICY,
	MAX_HELD,
	IS_LIVE,
	WAIT_FOR_CONNECTION,
	CONNECTION_TIMEOUT,
	PROCESSING_DEADLINE,
	COPIED,
	LOST,
	STATS,
};

struct _GstXfSrc {
	GstPushSrc base;
	struct address address; /* the object's lock */
	gint policy;
	guint max_held;
	gboolean wait_for_connection;
	guint64 connection_timeout;
	GstClockTime processing_deadline;

	GstPoll *poll; /* stopped by flushing it */
	gint flushing; /* atomic */
	struct link *link; /* the streaming thread's; it has a stream and is subscribed */
	GstPollFD fd, given; /* the stream's, and the link's */
	guint32 generation; /* whose caps were set */
	gboolean ours, is_video;
	GstVideoInfo info;
	GstClockTime first_pts, first_time; /* of a stream with times of its own */
	gboolean takes_strides; /* downstream: planes may lie as they do */
	guint64 frames, lost, copied;
};

G_DEFINE_TYPE_WITH_CODE(GstXfSrc, gst_xf_src, GST_TYPE_PUSH_SRC,
	G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, address_uri_source))

static GType policy_type(void)
{
	static gsize type;
	static const GEnumValue values[] = {
		{ XF_STREAM_EVERY, "Each frame; the producer waits for this reader", "every" },
		{ XF_STREAM_LATEST, "The newest frame; the producer never waits", "latest" },
		{ 0, NULL, NULL },
	};
	if (g_once_init_enter(&type))
		g_once_init_leave(&type, g_enum_register_static("GstXfPolicy", values));
	return (GType)type;
}

static gboolean flushing(GstXfSrc *src)
{
	return g_atomic_int_get(&src->flushing);
}

/* ---- the stream ---- */

static GstFlowReturn complain(GstXfSrc *src, const gchar *what, int r)
{
	gchar *uri = address_uri(&src->address, GST_ELEMENT_CAST(src));
	GST_ELEMENT_ERROR(src, RESOURCE, OPEN_READ,
		("Cannot %s %s: %s", what, uri,
			r == XF_TIMEOUT ? "nobody produces it" : xf_last_message(r)),
		("result %d", r));
	g_free(uri);
	return GST_FLOW_ERROR;
}

/* Calls open(link, deadline) until it is done, the time is up or somebody flushes. */
static int wait_for(GstXfSrc *src, int (*open)(GstXfSrc *src, struct link *link, int64_t deadline),
	struct link *link, int64_t end)
{
	int r;
	do
		r = open(src, link, MIN(xf_deadline(JOIN_NS), end));
	while ((r == XF_TIMEOUT || r == -ENOENT) && !flushing(src) && xf_now() < end);
	return r;
}

static int open_domain(GstXfSrc *src, struct link *link, int64_t deadline)
{
	gchar *name = address_domain(&src->address, GST_ELEMENT_CAST(src));
	int r = xf_domain_open(name, 0, deadline, &link->domain);
	g_free(name);
	return r;
}

static int open_stream(GstXfSrc *src, struct link *link, int64_t deadline)
{
	return xf_stream_open(link->domain, address_label(&src->address), deadline, &link->stream);
}

static int connect_link(GstXfSrc *src, struct link *link)
{
	int64_t end = 0;
	if (src->wait_for_connection)
		end = src->connection_timeout == G_MAXUINT64
			      ? XF_NEVER
			      : xf_deadline((int64_t)MIN(src->connection_timeout, G_MAXINT64 / 2));
	int r = wait_for(src, open_domain, link, end);
	if (!r)
		r = wait_for(src, open_stream, link, end);
	if (!r)
		r = xf_stream_subscribe(
			link->stream, (enum xf_stream_policy)src->policy, src->max_held);
	if (!r)
		r = xf_stream_fd(link->stream, &src->fd.fd);
	return r;
}

static GstFlowReturn connect_once(GstXfSrc *src)
{
	if (src->link)
		return GST_FLOW_OK;
	struct link *link = link_new(NULL);
	int r = connect_link(src, link);
	if (!r && !flushing(src)) {
		src->link = link;
		gst_poll_add_fd(src->poll, &src->fd);
		gst_poll_fd_ctl_read(src->poll, &src->fd, TRUE);
		src->given.fd = link->given_fd;
		gst_poll_add_fd(src->poll, &src->given);
		return GST_FLOW_OK;
	}
	if (!flushing(src))
		complain(src, "read", r);
	link_unref(link);
	return flushing(src) ? GST_FLOW_FLUSHING : GST_FLOW_ERROR;
}

/* Downstream has all that it may have: until it lets go of one. */
static void wait_for_return(GstXfSrc *src)
{
	eventfd_t count;
	gst_poll_fd_ctl_read(src->poll, &src->fd, FALSE);
	gst_poll_fd_ctl_read(src->poll, &src->given, TRUE);
	gst_poll_wait(src->poll, GST_CLOCK_TIME_NONE);
	(void)eventfd_read(src->given.fd, &count); /* if it was that */
	gst_poll_fd_ctl_read(src->poll, &src->given, FALSE);
	gst_poll_fd_ctl_read(src->poll, &src->fd, TRUE);
}

static int next_frame(GstXfSrc *src, struct xf_frame *frame)
{
	struct link *link = src->link;
	*frame = (struct xf_frame){ .size = sizeof(*frame) };
	while (!flushing(src)) {
		int r = xf_stream_next(link->stream, 0, frame);
		if (r == -EBUSY) {
			g_atomic_int_set(&link->waits, TRUE);
			r = xf_stream_next(link->stream, 0, frame); /* given back before that? */
			if (r == -EBUSY)
				wait_for_return(src);
			else
				g_atomic_int_set(&link->waits, FALSE);
		} else if (r == XF_TIMEOUT) {
			gst_poll_wait(src->poll, GST_CLOCK_TIME_NONE);
		}
		if (r != XF_TIMEOUT && r != -EBUSY)
			return r;
	}
	return XF_TIMEOUT;
}

/* ---- buffers ---- */

static gboolean downstream_takes_strides(GstXfSrc *src, GstCaps *caps)
{
	GstQuery *query = gst_query_new_allocation(caps, FALSE);
	gboolean takes = gst_pad_peer_query(GST_BASE_SRC_PAD(src), query) &&
			 gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	gst_query_unref(query);
	return takes;
}

static GstFlowReturn use_format(GstXfSrc *src, const struct xf_stream_format *format)
{
	if (format->generation == src->generation)
		return GST_FLOW_OK;
	GstCaps *caps = format_to_caps(format);
	if (!caps) {
		gchar *uri = address_uri(&src->address, GST_ELEMENT_CAST(src));
		GST_ELEMENT_ERROR(src, STREAM, WRONG_TYPE,
			("The frames of %s have a format that GStreamer has no caps for", uri),
			("fourcc 0x%08x", format->desc->fourcc));
		g_free(uri);
		return GST_FLOW_ERROR;
	}
	src->ours = format_is_ours(format);
	src->is_video = gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw") &&
			gst_video_info_from_caps(&src->info, caps) &&
			format->desc->n_planes == GST_VIDEO_INFO_N_PLANES(&src->info) &&
			format->desc->width_px >= (uint32_t)GST_VIDEO_INFO_WIDTH(&src->info) &&
			format->desc->height_px >= (uint32_t)GST_VIDEO_INFO_HEIGHT(&src->info);
	gboolean set = gst_base_src_set_caps(GST_BASE_SRC_CAST(src), caps);
	src->takes_strides = set && downstream_takes_strides(src, caps);
	gst_caps_unref(caps);
	if (!set)
		return GST_FLOW_NOT_NEGOTIATED;
	src->generation = format->generation;
	return GST_FLOW_OK;
}

/* Of a stream that is not GStreamer's only the distances mean something. */
static GstClockTime time_of(GstXfSrc *src, uint64_t time_ns, gboolean discontinuous)
{
	GstElement *element = GST_ELEMENT_CAST(src);
	if (src->ours)
		return when_from_monotonic(element, time_ns);
	GstClockTime now = when_from_monotonic(element, (GstClockTime)xf_now());
	if (time_ns == XF_NO_TIME || !GST_CLOCK_TIME_IS_VALID(now))
		return time_ns == XF_NO_TIME ? now : time_ns;
	if (discontinuous || !GST_CLOCK_TIME_IS_VALID(src->first_pts) || time_ns < src->first_pts) {
		src->first_pts = time_ns;
		src->first_time = now;
	}
	return src->first_time + (time_ns - src->first_pts);
}

static void set_times(GstXfSrc *src, GstBuffer *buffer, const struct xf_frame_info *info)
{
	GST_BUFFER_PTS(buffer) = time_of(src, info->pts_ns, info->flags & XF_FRAME_DISCONT);
	GST_BUFFER_DTS(buffer) = src->ours
					 ? when_from_monotonic(GST_ELEMENT_CAST(src), info->dts_ns)
					 : GST_CLOCK_TIME_NONE;
	GST_BUFFER_DURATION(buffer) =
		info->duration_ns == XF_NO_TIME ? GST_CLOCK_TIME_NONE : info->duration_ns;
}

static gboolean lies_as_usual(const GstXfSrc *src, const struct xf_surface_desc *desc)
{
	for (uint32_t i = 0; i < desc->n_planes; i++)
		if (desc->planes[i].offset_bytes != GST_VIDEO_INFO_PLANE_OFFSET(&src->info, i) ||
			desc->planes[i].stride_bytes !=
				(uint32_t)GST_VIDEO_INFO_PLANE_STRIDE(&src->info, i))
			return FALSE;
	return TRUE;
}

/* For downstream that knows one layout only. */
static GstBuffer *copy_picture(GstXfSrc *src, GstBuffer *buffer)
{
	GstVideoFrame from, to;
	GstBuffer *copy = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&src->info), NULL);
	gst_buffer_copy_into(
		copy, buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, (gsize)-1);
	if (gst_video_frame_map(&from, &src->info, buffer, GST_MAP_READ)) {
		if (gst_video_frame_map(&to, &src->info, copy, GST_MAP_WRITE)) {
			gst_video_frame_copy(&to, &from);
			gst_video_frame_unmap(&to);
		}
		gst_video_frame_unmap(&from);
	}
	gst_buffer_unref(buffer);
	src->copied++;
	return copy;
}

static GstFlowReturn wrap(GstXfSrc *src, const struct xf_frame *frame, GstBuffer **ret_buffer)
{
	/* Copied before the frame can be anybody else's. */
	struct xf_frame_info info = *frame->info;
	struct xf_surface_desc desc = *frame->format->desc;
	GstMemory *memory = memory_wrap(src->link, frame, FALSE);
	if (!memory)
		return complain(src, "map a frame of", -ENOMEM);
	GstBuffer *buffer = gst_buffer_new();
	gst_buffer_append_memory(buffer, memory);
	src->lost += info.flags & XF_FRAME_GAP ? info.missed : 0;
	if (!meta_from_info(buffer, &info, src->ours)) {
		gst_buffer_unref(buffer);
		return complain(src, "understand a frame of", -EPROTO);
	}
	if (src->is_video)
		pool_describe(buffer, &desc, &src->info);
	set_times(src, buffer, &info);
	if (src->is_video && !src->takes_strides && !lies_as_usual(src, &desc))
		buffer = copy_picture(src, buffer);
	if (!src->frames++)
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
	*ret_buffer = buffer;
	return GST_FLOW_OK;
}

static GstFlowReturn create(GstPushSrc *base, GstBuffer **ret_buffer)
{
	GstXfSrc *src = GST_XF_SRC(base);
	struct xf_frame frame;
	GstFlowReturn flow = connect_once(src);
	if (flow)
		return flow;
	int r = next_frame(src, &frame);
	if (r == XF_TIMEOUT)
		return GST_FLOW_FLUSHING;
	if (r == XF_ENDED)
		return GST_FLOW_EOS;
	if (r)
		return complain(src, "get a frame of", r);
	flow = use_format(src, frame.format);
	if (flow) {
		xf_stream_done(src->link->stream, &frame);
		return flow;
	}
	return wrap(src, &frame, ret_buffer);
}

/* ---- states and queries ---- */

static gboolean start(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	src->generation = 0;
	src->frames = src->lost = src->copied = 0;
	src->first_pts = GST_CLOCK_TIME_NONE;
	return TRUE;
}

/* What downstream still has keeps the stream open. */
static gboolean stop(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	if (src->link) {
		gst_poll_remove_fd(src->poll, &src->fd);
		gst_poll_remove_fd(src->poll, &src->given);
	}
	gst_poll_fd_init(&src->fd);
	gst_poll_fd_init(&src->given);
	link_unref(src->link);
	src->link = NULL;
	return TRUE;
}

static gboolean unlock(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	g_atomic_int_set(&src->flushing, TRUE);
	gst_poll_set_flushing(src->poll, TRUE);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	g_atomic_int_set(&src->flushing, FALSE);
	gst_poll_set_flushing(src->poll, FALSE);
	return TRUE;
}

/* A frame carries the time at which its producer showed it; what comes after needs some time. */
static gboolean query(GstBaseSrc *base, GstQuery *query)
{
	GstXfSrc *src = GST_XF_SRC(base);
	if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
		return GST_BASE_SRC_CLASS(gst_xf_src_parent_class)->query(base, query);
	gst_query_set_latency(
		query, gst_base_src_is_live(base), src->processing_deadline, GST_CLOCK_TIME_NONE);
	return TRUE;
}

/* What comes is known with the first frame. */
static gboolean negotiate(GstBaseSrc *base)
{
	return TRUE;
}

static gboolean is_seekable(GstBaseSrc *base)
{
	return FALSE;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstXfSrc *src = GST_XF_SRC(object);
	GST_OBJECT_LOCK(src);
	switch (id) {
	case DOMAIN:
		g_free(src->address.domain);
		src->address.domain = g_value_dup_string(value);
		break;
	case LABEL:
		g_free(src->address.label);
		src->address.label = g_value_dup_string(value);
		break;
	case POLICY:
		src->policy = g_value_get_enum(value);
		break;
	case MAX_HELD:
		src->max_held = g_value_get_uint(value);
		break;
	case WAIT_FOR_CONNECTION:
		src->wait_for_connection = g_value_get_boolean(value);
		break;
	case CONNECTION_TIMEOUT:
		src->connection_timeout = g_value_get_uint64(value);
		break;
	case PROCESSING_DEADLINE:
		src->processing_deadline = g_value_get_uint64(value);
		break;
	case IS_LIVE:
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(src);
	if (id == IS_LIVE)
		gst_base_src_set_live(GST_BASE_SRC_CAST(src), g_value_get_boolean(value));
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	GstXfSrc *src = GST_XF_SRC(object);
	switch (id) {
	case DOMAIN:
		g_value_take_string(value, address_domain(&src->address, GST_ELEMENT_CAST(src)));
		break;
	case LABEL:
		g_value_set_string(value, address_label(&src->address));
		break;
	case POLICY:
		g_value_set_enum(value, src->policy);
		break;
	case MAX_HELD:
		g_value_set_uint(value, src->max_held);
		break;
	case IS_LIVE:
		g_value_set_boolean(value, gst_base_src_is_live(GST_BASE_SRC_CAST(src)));
		break;
	case WAIT_FOR_CONNECTION:
		g_value_set_boolean(value, src->wait_for_connection);
		break;
	case CONNECTION_TIMEOUT:
		g_value_set_uint64(value, src->connection_timeout);
		break;
	case PROCESSING_DEADLINE:
		g_value_set_uint64(value, src->processing_deadline);
		break;
	case COPIED:
		g_value_set_uint64(value, src->copied);
		break;
	case LOST:
		g_value_set_uint64(value, src->lost);
		break;
	case STATS:
		g_value_take_boxed(
			value, gst_structure_new("application/x-xf-stats", "frames", G_TYPE_UINT64,
				       src->frames, "lost", G_TYPE_UINT64, src->lost, NULL));
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void finalize(GObject *object)
{
	GstXfSrc *src = GST_XF_SRC(object);
	address_clear(&src->address);
	gst_poll_free(src->poll);
	G_OBJECT_CLASS(gst_xf_src_parent_class)->finalize(object);
}

static void install_address(GObjectClass *object, GParamFlags rw)
{
	g_object_class_install_property(object, DOMAIN,
		g_param_spec_string("domain", "Domain",
			"Name under which the stream is found; the element's own name if not set",
			NULL, rw));
	g_object_class_install_property(object, LABEL,
		g_param_spec_string(
			"label", "Label", "The stream's label in the domain", ADDRESS_LABEL, rw));
	g_object_class_install_property(object, WAIT_FOR_CONNECTION,
		g_param_spec_boolean("wait-for-connection", "Wait for a connection",
			"Wait for somebody to produce the stream, instead of failing", TRUE, rw));
	g_object_class_install_property(object, CONNECTION_TIMEOUT,
		g_param_spec_uint64("connection-timeout", "Connection timeout",
			"How long to wait for it, in nanoseconds", 0, G_MAXUINT64, G_MAXUINT64,
			rw));
}

static void install_properties(GObjectClass *object)
{
	GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
	GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
	install_address(object, rw);
	g_object_class_install_property(object, POLICY,
		g_param_spec_enum("policy", "Policy", "Which frames to get", policy_type(),
			XF_STREAM_EVERY, rw));
	g_object_class_install_property(object, MAX_HELD,
		g_param_spec_uint("max-held", "Most held",
			"Frames that may be downstream at a time", 1, XF_POOL_MAX, 3, rw));
	g_object_class_install_property(object, IS_LIVE,
		g_param_spec_boolean("is-live", "Is live",
			"Frames come when they come, and play in sync with their producer", TRUE,
			rw));
	g_object_class_install_property(object, PROCESSING_DEADLINE,
		g_param_spec_uint64("processing-deadline", "Processing deadline",
			"How much later than at its producer a frame is shown, at least, in "
			"nanoseconds",
			0, G_MAXUINT64, DEADLINE, rw));
	g_object_class_install_property(object, COPIED,
		g_param_spec_uint64("copied", "Copied",
			"Pictures that had to be copied for downstream", 0, G_MAXUINT64, 0, ro));
	g_object_class_install_property(object, LOST,
		g_param_spec_uint64("lost", "Lost", "Frames that should have come and were missed",
			0, G_MAXUINT64, 0, ro));
	g_object_class_install_property(object, STATS,
		g_param_spec_boxed("stats", "Statistics", "All counters", GST_TYPE_STRUCTURE, ro));
}

static void gst_xf_src_class_init(GstXfSrcClass *class)
{
	static GstStaticPadTemplate any =
		GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
	GObjectClass *object = G_OBJECT_CLASS(class);
	GstElementClass *element = GST_ELEMENT_CLASS(class);
	GstBaseSrcClass *base = GST_BASE_SRC_CLASS(class);
	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	install_properties(object);
	gst_type_mark_as_plugin_api(policy_type(), 0);
	gst_element_class_add_static_pad_template(element, &any);
	gst_element_class_set_static_metadata(element, "Crossfence source", "Source/Video",
		"Takes frames from other processes without copying them", "crossfence");
	base->start = start;
	base->stop = stop;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->query = query;
	base->negotiate = negotiate;
	base->is_seekable = is_seekable;
	GST_PUSH_SRC_CLASS(class)->create = create;
}

static void gst_xf_src_init(GstXfSrc *src)
{
	src->policy = XF_STREAM_EVERY;
	src->max_held = 3;
	src->wait_for_connection = TRUE;
	src->connection_timeout = G_MAXUINT64;
	src->processing_deadline = DEADLINE;
	src->poll = gst_poll_new(TRUE);
	gst_poll_fd_init(&src->fd);
	gst_poll_fd_init(&src->given);
	gst_base_src_set_live(GST_BASE_SRC_CAST(src), TRUE);
	gst_base_src_set_format(GST_BASE_SRC_CAST(src), GST_FORMAT_TIME);
}
