/* SPDX-License-Identifier: MIT */
/*
 * Joins when it is first asked for a buffer (reader.h), so that no change of state waits for
 * anybody. A producer that dies leaves the stream as it is; its successor's frames come next,
 * marked as discontinuous.
 */
#include "src.h"

#include "address.h"
#include "await.h"
#include "caps.h"
#include "category.h"
#include "complain.h"
#include "ended.h"
#include "format.h"
#include "late.h"
#include "meta.h"
#include "options.h"
#include "reader.h"
#include "settable.h"
#include "take.h"
#include "times.h"
#include "uri.h"

#include <errno.h>

#define SMALL 4096 /* bytes that are copied sooner than mapped, if they are no picture */

enum {
	ADDRESS = 1,
	OPTION = ADDRESS + ADDRESS_PROPERTIES,
	IS_LIVE = OPTION + OPTIONS,
	QOS,
	COPIED,
	LOST,
	STATS,
};

struct _GstXfSrc {
	GstPushSrc base;
	struct address address; /* the object's lock */
	struct options options;
	struct reader reader;
	struct ended ended;

	guint32 generation; /* whose caps were set */
	struct taking taking;
	struct times times;
	gint refused; /* atomic: and it was told by whom, and what */
	gboolean takes_strides; /* downstream: planes may lie as they do */
	struct late late;
	guint64 frames, lost, copied;
};

G_DEFINE_TYPE_WITH_CODE(GstXfSrc, gst_xf_src, GST_TYPE_PUSH_SRC,
	G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, uri_handler_of_source))

static GstFlowReturn complain(GstXfSrc *src, const gchar *what, int r)
{
	complain_read(GST_ELEMENT_CAST(src), &src->address, what, r);
	return GST_FLOW_ERROR;
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

static GstFlowReturn no_caps(GstXfSrc *src, const struct xf_stream_format *format)
{
	struct address address = address_of(GST_ELEMENT_CAST(src), &src->address);
	gchar *uri = address_uri(&address);
	GST_ELEMENT_ERROR(src, STREAM, WRONG_TYPE,
		("The frames of %s have a format that GStreamer has no caps for", uri),
		("fourcc 0x%08x, %u bytes of its own, or caps that contradict this",
			format->desc->fourcc, format->blob_size));
	g_free(uri);
	address_clear(&address);
	return GST_FLOW_ERROR;
}

/* GST_FLOW_CUSTOM_SUCCESS: nobody knows any more what its caps were; what comes next has others. */
static GstFlowReturn use_format(GstXfSrc *src, const struct xf_stream_format *format)
{
	struct picture picture;
	if (format->generation == src->generation &&
		format_is_alike(format->desc, &src->taking.desc))
		return GST_FLOW_OK;
	GstCaps *caps = format_to_caps(src->reader.link, format, &picture);
	if (!caps)
		return caps_are_long(format) ? GST_FLOW_CUSTOM_SUCCESS : no_caps(src, format);
	src->times.ours = caps_are_in(format);
	src->times.picture = picture.is;
	src->times.sound = sound_at_all(caps);
	GST_INFO_OBJECT(src, "format %u of %s: %" GST_PTR_FORMAT, format->generation,
		src->times.ours ? "GStreamer's" : "another kind of producer", caps);
	take_begin(&src->taking, src->reader.link, format, caps, &picture);
	gboolean set = gst_base_src_set_caps(GST_BASE_SRC_CAST(src), caps);
	src->takes_strides = set && downstream_takes_strides(src, caps);
	gst_caps_unref(caps);
	if (!set)
		return reader_is_flushing(&src->reader) ? GST_FLOW_FLUSHING
							: GST_FLOW_NOT_NEGOTIATED;
	src->generation = format->generation;
	return GST_FLOW_OK;
}

/* Bytes of what is no picture; FALSE: nonsense. */
static gboolean size_of(GstXfSrc *src, const struct xf_frame_info *info, gsize *ret_size)
{
	*ret_size = src->taking.bytes;
	return src->taking.picture.is || !src->times.ours ||
	       meta_size(info, src->taking.bytes, ret_size);
}

/* The frame as a buffer, in the way that suits downstream; takes it over. */
static int take(GstXfSrc *src, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer)
{
	struct taking *taking = &src->taking;
	gboolean small = !taking->picture.is && size <= SMALL;
	gboolean fits = !taking->picture.is || src->takes_strides || taking->is_as_usual;
	if (!small && fits && reader_may_have_one(&src->reader, src->generation))
		return take_as_it_is(taking, frame, size, ret_buffer);
	if (!small && !src->copied++)
		GST_INFO_OBJECT(src, "frames are copied: downstream keeps them, or knows one "
				     "layout only");
	return take_copy(taking, frame, size, ret_buffer);
}

static void look_at(GstXfSrc *src, const struct xf_frame_info *info, gsize size, GstClockTime pts)
{
	if (info->flags & XF_FRAME_GAP) {
		src->lost += info->missed;
		GST_DEBUG_OBJECT(src, "%u frames before %" G_GUINT64_FORMAT " are lost",
			(guint)info->missed, info->sequence);
	}
	if (info->flags & XF_FRAME_DISCONT)
		GST_INFO_OBJECT(src, "its producer began anew with frame %" G_GUINT64_FORMAT,
			info->sequence);
	GST_LOG_OBJECT(src,
		"frame %" G_GUINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes, at %" GST_TIME_FORMAT,
		info->sequence, size, GST_TIME_ARGS(pts));
}

static gboolean comes_in_time(
	GstXfSrc *src, const struct xf_frame_info *info, struct frame_times *ret_times)
{
	GstElement *element = GST_ELEMENT_CAST(src);
	if (!times_of(&src->times, element, info, src->reader.discontinuous, ret_times)) {
		GST_DEBUG_OBJECT(src, "frame %" G_GUINT64_FORMAT " is of before, and left out",
			info->sequence);
		return FALSE;
	}
	return !src->taking.picture.is ||
	       !late_drops(&src->late, element, ret_times->pts, ret_times->duration, src->frames);
}

static GstFlowReturn wrap(GstXfSrc *src, struct xf_frame *frame, GstBuffer **ret_buffer)
{
	/* Copied before the frame can be anybody else's. */
	const struct xf_frame_info info = *frame->info;
	struct frame_times times;
	gsize size;
	if (!size_of(src, &info, &size)) {
		xf_stream_done(src->reader.link->stream, frame);
		return complain(src, "understand a frame of", -EPROTO);
	}
	if (!comes_in_time(src, &info, &times)) {
		xf_stream_done(src->reader.link->stream, frame);
		src->reader.discontinuous = TRUE;
		return GST_FLOW_CUSTOM_SUCCESS;
	}
	int r = take(src, frame, size, ret_buffer);
	if (r)
		return complain(src, "have a frame of", r);
	look_at(src, &info, size, times.pts);
	if (!meta_from_info(*ret_buffer, &src->taking.picture, &info, src->times.ours)) {
		gst_buffer_unref(*ret_buffer);
		return complain(src, "understand a frame of", -EPROTO);
	}
	GST_BUFFER_PTS(*ret_buffer) = times.pts;
	GST_BUFFER_DTS(*ret_buffer) = times.dts;
	GST_BUFFER_DURATION(*ret_buffer) = times.duration;
	src->frames++;
	if (src->reader.discontinuous)
		GST_BUFFER_FLAG_SET(*ret_buffer, GST_BUFFER_FLAG_DISCONT);
	src->reader.discontinuous = FALSE;
	return GST_FLOW_OK;
}

static GstFlowReturn completed(GstXfSrc *src, const struct xf_frame_info *info)
{
	int r = await_complete(src->reader.link, info, &src->reader.flushing);
	return r == 0		 ? GST_FLOW_OK
	       : r == XF_TIMEOUT ? GST_FLOW_FLUSHING
				 : GST_FLOW_CUSTOM_SUCCESS; /* it never will be */
}

/* GST_FLOW_CUSTOM_SUCCESS: this one was nothing, the next may be. */
static GstFlowReturn create_one(GstXfSrc *src, GstBuffer **ret_buffer)
{
	struct xf_frame frame;
	int r = reader_next(&src->reader, &frame);
	if (r == XF_TIMEOUT)
		return GST_FLOW_FLUSHING;
	if (r == XF_ENDED) {
		GST_INFO_OBJECT(src, "the stream was ended");
		return GST_FLOW_EOS;
	}
	if (r)
		return complain(src, "get a frame of", r);
	GstFlowReturn flow = use_format(src, frame.format);
	if (!flow)
		flow = completed(src, frame.info);
	if (!flow)
		return wrap(src, &frame, ret_buffer);
	xf_stream_done(src->reader.link->stream, &frame);
	if (flow == GST_FLOW_CUSTOM_SUCCESS) {
		src->lost++;
		src->reader.discontinuous = TRUE;
	}
	return flow;
}

static GstFlowReturn create(GstPushSrc *base, GstBuffer **ret_buffer)
{
	GstXfSrc *src = GST_XF_SRC(base);
	GstFlowReturn flow = reader_join(&src->reader);
	if (flow)
		return flow;
	src->times.newest = src->reader.newest;
	ended_watch(&src->ended);
	do
		flow = create_one(src, ret_buffer);
	while (flow == GST_FLOW_CUSTOM_SUCCESS);
	return flow;
}

/* ---- states, queries and events ---- */

/* To join, or once more. */
static void begin(GstXfSrc *src)
{
	src->generation = 0;
	times_start(&src->times);
	src->times.live = gst_base_src_is_live(GST_BASE_SRC_CAST(src));
	src->times.every = src->options.policy == XF_STREAM_EVERY;
}

static void leave(GstXfSrc *src)
{
	take_finish(&src->taking);
	times_finish(&src->times);
	reader_stop(&src->reader);
}

/*
 * Nobody is going to take frames any more, whatever the reason: from now on no producer waits for
 * us. If we are flushed and shall go on we join anew.
 */
static void leave_at_end(gpointer arg)
{
	GstXfSrc *src = arg;
	if (!src->reader.link)
		return;
	GST_INFO_OBJECT(src, "takes no more frames");
	leave(src);
	begin(src);
}

/*
 * The base class says to downstream that there is no more, which may take it as long as it likes.
 * An application may say so too while frames are taken; that is no end yet.
 */
static GstPadProbeReturn see_end(GstPad *pad, GstPadProbeInfo *info, gpointer arg)
{
	if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS &&
		gst_pad_get_task_state(pad) != GST_TASK_STARTED)
		leave_at_end(arg);
	return GST_PAD_PROBE_OK;
}

static gboolean start(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	src->frames = src->lost = src->copied = 0;
	g_atomic_int_set(&src->refused, FALSE);
	begin(src);
	reader_start(&src->reader);
	if (!ended_start(&src->ended)) {
		GST_ELEMENT_ERROR(src, RESOURCE, FAILED, ("There is no thread to be had"), (NULL));
		return FALSE;
	}
	late_reset(&src->late, GST_ELEMENT_CAST(src));
	return TRUE;
}

static gboolean stop(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	GST_INFO_OBJECT(src,
		"stops after %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT
		" lost, %" G_GUINT64_FORMAT " copied",
		src->frames, src->lost, src->copied);
	ended_stop(&src->ended);
	leave(src);
	return TRUE;
}

static gboolean unlock(GstBaseSrc *base)
{
	reader_unlock(&GST_XF_SRC(base)->reader);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSrc *base)
{
	reader_unlock_stop(&GST_XF_SRC(base)->reader);
	return TRUE;
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange change)
{
	GstXfSrc *src = GST_XF_SRC(element);
	if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
		reader_set_paused(&src->reader, gst_base_src_is_live(GST_BASE_SRC_CAST(src)));
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
		reader_set_paused(&src->reader, FALSE);
		late_reset(&src->late, element);
	}
	return GST_ELEMENT_CLASS(gst_xf_src_parent_class)->change_state(element, change);
}

static gboolean src_event(GstBaseSrc *base, GstEvent *event)
{
	GstXfSrc *src = GST_XF_SRC(base);
	if (GST_EVENT_TYPE(event) == GST_EVENT_QOS)
		late_hear(&src->late, GST_ELEMENT_CAST(src), event);
	return GST_BASE_SRC_CLASS(gst_xf_src_parent_class)->event(base, event);
}

/* A frame carries the time at which its producer showed it; what comes after needs some time. */
static gboolean query(GstBaseSrc *base, GstQuery *query)
{
	GstXfSrc *src = GST_XF_SRC(base);
	if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
		return GST_BASE_SRC_CLASS(gst_xf_src_parent_class)->query(base, query);
	gst_query_set_latency(query, gst_base_src_is_live(base), src->options.processing_deadline,
		GST_CLOCK_TIME_NONE);
	return TRUE;
}

/* What comes is known with the first frame; whom it goes to may change later. */
static gboolean negotiate(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	GstCaps *caps = gst_pad_get_current_caps(GST_BASE_SRC_PAD(base));
	if (caps && src->generation)
		src->takes_strides = downstream_takes_strides(src, caps);
	gst_clear_caps(&caps);
	return TRUE;
}

/* The base class says only that caps were refused, when that has come up. */
static gboolean post_message(GstElement *element, GstMessage *message)
{
	GstXfSrc *src = GST_XF_SRC(element);
	GstPad *pad = GST_BASE_SRC_PAD(src);
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR &&
		gst_pad_get_last_flow_return(pad) == GST_FLOW_NOT_NEGOTIATED &&
		g_atomic_int_compare_and_exchange(&src->refused, FALSE, TRUE)) {
		GstCaps *caps = gst_pad_get_current_caps(pad);
		if (caps)
			complain_refused(element, &src->address, caps);
		gst_clear_caps(&caps);
	}
	return GST_ELEMENT_CLASS(gst_xf_src_parent_class)->post_message(element, message);
}

static gboolean is_seekable(GstBaseSrc *base)
{
	return FALSE;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstXfSrc *src = GST_XF_SRC(object);
	if (!settable_now(GST_ELEMENT_CAST(src), spec, !settable_all(GST_ELEMENT_CAST(src))))
		return;
	switch (id) {
	case IS_LIVE:
		gst_base_src_set_live(GST_BASE_SRC_CAST(src), g_value_get_boolean(value));
		break;
	case QOS:
		src->late.on = g_value_get_boolean(value);
		break;
	case OPTION ... OPTION + OPTIONS - 1:
		options_set(&src->options, id - OPTION, value);
		break;
	case ADDRESS ... ADDRESS + ADDRESS_PROPERTIES - 1:
		address_set(GST_ELEMENT_CAST(src), &src->address, id - ADDRESS, value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static GstStructure *stats_of(GstXfSrc *src)
{
	return gst_structure_new("application/x-xf-stats", "frames", G_TYPE_UINT64, src->frames,
		"copied", G_TYPE_UINT64, src->copied, "lost", G_TYPE_UINT64, src->lost, "dropped",
		G_TYPE_UINT64, src->late.dropped, NULL);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	GstXfSrc *src = GST_XF_SRC(object);
	switch (id) {
	case IS_LIVE:
		g_value_set_boolean(value, gst_base_src_is_live(GST_BASE_SRC_CAST(src)));
		break;
	case QOS:
		g_value_set_boolean(value, src->late.on);
		break;
	case OPTION ... OPTION + OPTIONS - 1:
		options_get(&src->options, id - OPTION, value);
		break;
	case COPIED:
		g_value_set_uint64(value, src->copied);
		break;
	case LOST:
		g_value_set_uint64(value, src->lost);
		break;
	case STATS:
		g_value_take_boxed(value, stats_of(src));
		break;
	case ADDRESS ... ADDRESS + ADDRESS_PROPERTIES - 1:
		address_get(GST_ELEMENT_CAST(src), &src->address, id - ADDRESS, value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void finalize(GObject *object)
{
	GstXfSrc *src = GST_XF_SRC(object);
	address_clear(&src->address);
	ended_finish(&src->ended);
	G_OBJECT_CLASS(gst_xf_src_parent_class)->finalize(object);
}

static void install_properties(GObjectClass *object)
{
	GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
	GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
	address_install(object, ADDRESS);
	options_install(object, OPTION);
	g_object_class_install_property(object, QOS,
		g_param_spec_boolean("qos", "Quality of service",
			"Leave out pictures that would be shown too late, as downstream tells",
			TRUE, rw | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(object, IS_LIVE,
		g_param_spec_boolean("is-live", "Is live",
			"Frames come when they come, and play in sync with their producer", TRUE,
			rw));
	g_object_class_install_property(object, COPIED,
		g_param_spec_uint64("copied", "Copied",
			"Frames that had to be copied for downstream", 0, G_MAXUINT64, 0, ro));
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
	gst_element_class_add_static_pad_template(element, &any);
	gst_element_class_set_static_metadata(element, "Crossfence source", "Source/Video",
		"Takes frames from other processes without copying them", "crossfence");
	element->change_state = change_state;
	element->post_message = post_message;
	base->start = start;
	base->stop = stop;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->query = query;
	base->event = src_event;
	base->negotiate = negotiate;
	base->is_seekable = is_seekable;
	GST_PUSH_SRC_CLASS(class)->create = create;
}

static void gst_xf_src_init(GstXfSrc *src)
{
	src->reader.element = GST_ELEMENT_CAST(src);
	src->reader.address = &src->address;
	src->reader.options = &src->options;
	options_init(&src->options);
	src->late.on = TRUE;
	gst_pad_add_probe(
		GST_BASE_SRC_PAD(src), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, see_end, src, NULL);
	ended_init(&src->ended, GST_BASE_SRC_PAD(src), leave_at_end, src);
	gst_base_src_set_live(GST_BASE_SRC_CAST(src), TRUE);
	gst_base_src_set_format(GST_BASE_SRC_CAST(src), GST_FORMAT_TIME);
}
